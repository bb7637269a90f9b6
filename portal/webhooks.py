"""Webhooks of stores that sign with a secret of their own, each at an address of its own."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from flask import Blueprint, request
from sqlalchemy import select

import stores
from orderflow import clock
from orderflow.db import DATABASE_AWAY, reading
from orderflow.intake.receive import Answer, headers_of, take
from orderflow.models import StoreAccess

pages = Blueprint("store_webhooks", __name__)
log = structlog.get_logger()


@pages.post("/webhooks/<platform>/<public_id>")
def store(platform: str, public_id: str) -> Answer:
    return answer(platform, public_id, headers_of(request.environ), request.get_data(cache=False))


def answer(platform: str, public_id: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Verified with this store's own secret. A greeting is answered, and means nothing. Needs an
    application context; names of headers are in lower case."""
    try:
        access = _access(platform, public_id)
        if access is None:
            return {"error": "no store is connected at this address"}, 401
        hooks = stores.webhooks(platform)
        if hooks.is_greeting(headers, body):
            return {"status": "hello"}, 200
        if not hooks.verify(headers, body, [access.webhook_secret["secret"]]):
            log.warning("webhook_forged", access=access.id)
            return {"error": "the signature is wrong"}, 401
        return take(hooks, headers, body, access.id, "", clock.now())
    except DATABASE_AWAY as down:
        log.error("webhook_not_kept", error=type(down).__name__)
        return {"error": "try again later"}, 503


def _access(platform: str, public_id: str) -> StoreAccess | None:
    with reading() as session:
        return session.scalars(
            select(StoreAccess).where(
                StoreAccess.platform == platform, StoreAccess.public_id == public_id
            )
        ).one_or_none()
