"""Shopify's webhooks for the whole app: verified, kept, answered; read later by a worker.

The shop is known only by a header that the signature does not cover, so what the body says of its
shop, or of an order that belongs to another one, must agree with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial

import structlog
from flask import Blueprint, current_app, request
from sqlalchemy import select

import stores
from orderflow import clock
from orderflow.config import Config
from orderflow.db import DATABASE_AWAY, reading
from orderflow.intake.receive import Answer, headers_of, take
from orderflow.models import StoreAccess
from portal import webhooks as store_webhooks
from stores.base import PRIVACY

PLATFORM = "shopify"
REMEMBER = 60.0
"""Seconds for which a shop that is known is not looked up again."""

COMPLIANCE = "compliance"
Hook = Callable[[Mapping[str, str], bytes], Answer]
"""Answers a delivery, given its headers (names in lower case) and its body byte for byte. Needs an
application context."""

pages = Blueprint("webhooks", __name__)
log = structlog.get_logger()


def find(path: str) -> Hook | None:
    """Who answers the webhooks that are posted to ``path``; None: it is no address of webhooks."""
    match path.split("/"):
        case ["", "webhooks", platform] if platform == PLATFORM:
            return answer
        case ["", "webhooks", platform, last] if platform == PLATFORM and last == COMPLIANCE:
            return answer
        case ["", "webhooks", platform, public_id] if public_id:
            return partial(store_webhooks.answer, platform, public_id)
    return None


@pages.post("/webhooks/shopify")
@pages.post(f"/webhooks/shopify/{COMPLIANCE}")
def shopify() -> Answer:
    return answer(headers_of(request.environ), request.get_data(cache=False))


def answer(headers: Mapping[str, str], body: bytes) -> Answer:
    """401 for what Shopify did not sign or no shop of ours sent, 400 for what cannot be read but
    is kept, 503 while the database is down: Shopify then sends it again."""
    config: Config = current_app.extensions["sluice_config"]
    hooks = stores.webhooks(PLATFORM)
    shop = headers.get("x-shopify-shop-domain", "").lower()
    if not hooks.verify(headers, body, config.app_secrets):
        log.warning("webhook_forged", shop=shop)
        return {"error": "the signature is wrong"}, 401
    try:
        access_id = _access_of(shop)
        if access_id is None and _forgets(headers.get("x-shopify-topic", "")):
            return {"status": "nothing is kept of this shop"}, 200
        if access_id is None:
            log.warning("webhook_of_unknown_shop", shop=shop)
            return {"error": "no shop of that name has installed this app"}, 401
        return take(hooks, headers, body, access_id, shop, clock.now())
    except DATABASE_AWAY as down:
        log.error("webhook_not_kept", error=type(down).__name__)
        return {"error": "try again later"}, 503


def _forgets(topic: str) -> bool:
    return stores.webhooks(PLATFORM).kind_of(topic) in PRIVACY


def _access_of(shop: str) -> int | None:
    known: dict[str, tuple[int, float]] = current_app.extensions.setdefault("sluice_shops", {})
    access_id, until = known.get(shop, (0, 0.0))
    if until > time.monotonic():
        return access_id
    with reading() as session:
        found = session.scalar(
            select(StoreAccess.id).where(
                StoreAccess.platform == PLATFORM, StoreAccess.address == shop
            )
        )
    if found is not None:
        known[shop] = (found, time.monotonic() + REMEMBER)
    return found
