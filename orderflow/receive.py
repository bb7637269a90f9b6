"""A webhook comes in: kept together with the message that follows from it, or not at all.

The caller has verified the signature. On PostgreSQL both rows are written by one statement, so
an answer costs one round trip; SQLite has no round trips, and no such statement.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import structlog
from sqlalchemy import JSON, String, cast, func, insert, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from orderflow.db import insert_new, ring_after, unit_of_work
from orderflow.models import MarketplaceOrder, Merchant, Message, Webhook
from orderflow.models.base import UTCDateTime
from orderflow.secrets import Sealed
from stores.base import PRIVACY, Webhooks

log = structlog.get_logger()


class Received(Enum):
    NEW = "new"
    AGAIN = "again"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A delivery whose signature was proved. ``order_id`` is the sending store's, "" if none, and
    ``key`` ours if the order carries it; ``words`` tell why it cannot be read, "" when it can."""

    access_id: int
    delivery_id: str
    topic: str
    body: bytes
    order_id: str = ""
    key: str = ""
    words: str = ""


def receive(session: Session, incoming: Incoming, now: datetime) -> Received:
    """Keep the delivery, once. FOREIGN: it speaks of an order of another merchant's shop, so it
    was replayed under a wrong shop's name, and nothing was kept."""
    if incoming.words:
        _keep_malformed(session, incoming, now)
        return Received.NEW
    if _keep(session, incoming, now):
        ring_after(session, f"orders:{incoming.access_id}")
        return Received.NEW
    known = select(Webhook.id).where(
        Webhook.access_id == incoming.access_id, Webhook.delivery_id == incoming.delivery_id
    )
    return Received.AGAIN if session.scalar(known) else Received.FOREIGN


def _keep_malformed(session: Session, incoming: Incoming, now: datetime) -> None:
    values = {
        "access_id": incoming.access_id,
        "delivery_id": incoming.delivery_id,
        "topic": incoming.topic,
        "body": incoming.body,
        "received_at": now,
        "state": Webhook.MALFORMED,
        "words": incoming.words,
    }
    insert_new(session, Webhook, values, ["access_id", "delivery_id"])


def _keep(session: Session, incoming: Incoming, now: datetime) -> bool:
    if session.get_bind().dialect.name == "postgresql":
        new = (
            postgresql.insert(Webhook)
            .from_select(_COLUMNS, _row(incoming, now))
            .on_conflict_do_nothing(index_elements=["access_id", "delivery_id"])
            .returning(Webhook.id)
            .cte("new")
        )
        about = cast(
            func.json_build_object(
                "webhook", new.c.id, "order", incoming.order_id, "key", incoming.key
            ),
            JSON,
        )
        row = _message(incoming, now).add_columns(about).select_from(new)
        names = [*_MESSAGE, "about"]
        put = insert(Message).from_select(names, row, include_defaults=False)
        return session.scalar(put.returning(Message.id)) is not None
    kept = (
        sqlite.insert(Webhook)
        .from_select(_COLUMNS, _row(incoming, now))
        .on_conflict_do_nothing(index_elements=["access_id", "delivery_id"])
        .returning(Webhook.id)
    )
    webhook_id = session.scalar(kept)
    if webhook_id is None:
        return False
    told = {"webhook": webhook_id, "order": incoming.order_id, "key": incoming.key}
    row = _message(incoming, now).add_columns(literal(told, JSON))
    session.execute(insert(Message).from_select([*_MESSAGE, "about"], row, include_defaults=False))
    return True


_COLUMNS = ["access_id", "delivery_id", "topic", "body", "received_at", "state", "words"]
_MESSAGE = ["lane", "kind", "subject", "created_at", "due_at", "tries", "words"]


def _row(incoming: Incoming, now: datetime) -> Any:
    elsewhere = (
        select(MarketplaceOrder.id)
        .join(Merchant, Merchant.id == MarketplaceOrder.merchant_id)
        .where(
            MarketplaceOrder.remote_id == incoming.order_id,
            Merchant.access_id != incoming.access_id,
        )
        .exists()
    )
    return select(
        literal(incoming.access_id),
        literal(incoming.delivery_id, String),
        literal(incoming.topic, String),
        literal(incoming.body, Sealed),
        literal(now, UTCDateTime),
        literal(Webhook.NEW, String),
        literal("", String),
    ).where(~elsewhere)


def _message(incoming: Incoming, now: datetime) -> Any:
    subject = f"order:{incoming.order_id}" if incoming.order_id else f"topic:{incoming.topic}"
    return select(
        literal(f"orders:{incoming.access_id}", String),
        literal("webhook", String),
        literal(subject, String),
        literal(now, UTCDateTime),
        literal(now, UTCDateTime),
        literal(0),
        literal("", String),
    )


Answer = tuple[dict[str, str], int]
"""What a webhook endpoint answers: a JSON body and an HTTP status."""


def take(
    hooks: Webhooks,
    headers: Mapping[str, str],
    body: bytes,
    access_id: int,
    shop: str,
    now: datetime,
) -> Answer:
    """Keep a verified delivery and say what to answer. Nothing is answered 200 without its row.

    ``shop`` is the sender's address where the body may name one too: both must agree. A body that
    has somebody forgotten must name it, because the signature covers neither sender nor topic.
    """
    incoming, claimed = _incoming(hooks, headers, body, access_id)
    must_claim = hooks.kind_of(incoming.topic) in PRIVACY
    if shop and claimed != shop and (claimed or must_claim):
        log.warning("webhook_of_another_shop", access=access_id)
        return {"error": "this delivery belongs to another shop"}, 401
    with unit_of_work() as session:
        received = receive(session, incoming, now)
    if received is Received.FOREIGN:
        log.warning("webhook_of_another_shop", access=access_id)
        return {"error": "this order belongs to another shop"}, 401
    if incoming.words:
        log.warning("webhook_malformed", access=access_id, words=incoming.words)
        return {"error": incoming.words}, 400
    return {"status": received.value}, 200


def _incoming(
    hooks: Webhooks, headers: Mapping[str, str], body: bytes, access_id: int
) -> tuple[Incoming, str]:
    fallback = hashlib.sha256(body).hexdigest()
    try:
        told = hooks.read(headers, body)
    except (ValueError, RecursionError) as bad:
        words = f"The body cannot be read: {type(bad).__name__}."
        return Incoming(access_id, fallback, "", body, words=words), ""
    delivery_id = told.id or fallback
    incoming = Incoming(access_id, delivery_id, told.topic, body, told.about, told.key)
    return incoming, told.claims
