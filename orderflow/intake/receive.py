"""A webhook comes in: kept together with the message that follows from it, or not at all.

The caller has verified the signature. On PostgreSQL both rows are written by one statement, so
an answer costs one round trip; SQLite has no round trips, and no such statement.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import structlog
from sqlalchemy import bindparam, select, text

from orderflow import doorbell
from orderflow.db import insert_new, on_postgresql, reading, unit_of_work, write_at_once
from orderflow.intake import repeats
from orderflow.models import Webhook
from orderflow.models.base import UTCDateTime
from orderflow.secrets import pack
from stores.base import PRIVACY, Webhooks

log = structlog.get_logger()
_repeated = repeats.Repeated()


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


def receive(incoming: Incoming, now: datetime) -> Received:
    """Keep the delivery, once. FOREIGN: it speaks of an order of another merchant's shop, so it
    was replayed under a wrong shop's name, and nothing was kept."""
    if incoming.words:
        _keep_malformed(incoming, now)
        return Received.NEW
    if _keep(incoming, now):
        doorbell.ring(f"orders:{incoming.access_id}")
        return Received.NEW
    known = select(Webhook.id).where(
        Webhook.access_id == incoming.access_id, Webhook.delivery_id == incoming.delivery_id
    )
    with reading() as session:
        if session.scalar(known) is None:
            return Received.FOREIGN
    if _repeated.once_more(incoming.access_id, now):
        with unit_of_work() as session:
            repeats.tell_storm(session, incoming.access_id, now)
    return Received.AGAIN


def _keep_malformed(incoming: Incoming, now: datetime) -> None:
    values = {
        "access_id": incoming.access_id,
        "delivery_id": incoming.delivery_id,
        "topic": incoming.topic,
        "body": incoming.body,
        "received_at": now,
        "state": Webhook.MALFORMED,
        "words": incoming.words,
    }
    with unit_of_work() as session:
        insert_new(session, Webhook, values, ["access_id", "delivery_id"])


def _keep(incoming: Incoming, now: datetime) -> bool:
    order_id = incoming.order_id
    values: dict[str, Any] = {
        "access": incoming.access_id,
        "delivery": incoming.delivery_id,
        "topic": incoming.topic,
        "body": pack(incoming.body),
        "now": now,
        "lane": f"orders:{incoming.access_id}",
        "subject": f"order:{order_id}" if order_id else f"topic:{incoming.topic}",
        "order": order_id,
        "key": incoming.key,
    }
    if on_postgresql():
        return write_at_once(_BOTH, values) is not None
    with unit_of_work() as session:
        webhook = session.scalar(_WEBHOOK, values)
        if webhook is not None:
            session.execute(_MESSAGE, values | {"webhook": webhook})
    return webhook is not None


# As text: building these statements by SQLAlchemy takes longer than PostgreSQL takes to run them.
_KEEP = """
    INSERT INTO webhook (access_id, delivery_id, topic, body, received_at, state, words)
    SELECT :access, :delivery, :topic, :body, :now, 'new', ''
    WHERE NOT EXISTS (
        SELECT 1 FROM marketplace_order JOIN merchant ON merchant.id = merchant_id
        WHERE remote_id = :order AND merchant.access_id <> :access
    )
    ON CONFLICT (access_id, delivery_id) DO NOTHING
    RETURNING id
"""
_TELL = """
    INSERT INTO message (lane, kind, subject, created_at, due_at, tries, words, about)
    SELECT :lane, 'webhook', :subject, :now, :now, 0, '',
"""
_NOW = bindparam("now", type_=UTCDateTime)
_WEBHOOK = text(_KEEP).bindparams(_NOW)
_MESSAGE = text(
    _TELL + "json_object('webhook', :webhook, 'order', :order, 'key', :key)"
).bindparams(_NOW)
_BOTH = text(
    f"WITH kept AS ({_KEEP}) {_TELL} json_build_object("  # noqa: S608 - constants, all of them
    "'webhook', id, 'order', CAST(:order AS TEXT), 'key', CAST(:key AS TEXT)) "
    "FROM kept RETURNING id"
)

_ID = re.compile(r"[\w-]{0,64}", re.ASCII)
"""What may be an order's id or a key of ours; a signed body can hold anything."""

Answer = tuple[dict[str, str], int]
"""What a webhook endpoint answers: a JSON body and an HTTP status."""


def headers_of(environ: Mapping[str, Any]) -> dict[str, str]:
    """The HTTP headers of a WSGI request, names in lower case. Werkzeug's own view of them takes
    longer than to verify the body."""
    return {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }


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
    received = receive(incoming, now)
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
    try:
        told = hooks.read(headers, body)
        if not _ID.fullmatch(told.about):
            raise ValueError("no store has orders of such a name")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as bad:
        words = f"The body cannot be read: {type(bad).__name__}."
        return Incoming(access_id, _digest(body), "", body, words=words), ""
    key = told.key if _ID.fullmatch(told.key) else ""
    delivery_id = told.id or _digest(body)
    incoming = Incoming(access_id, delivery_id, told.topic, body, told.about, key)
    return incoming, told.claims


def _digest(body: bytes) -> str:
    """Names a delivery that bears no id: the same body is the same delivery."""
    return hashlib.sha256(body).hexdigest()
