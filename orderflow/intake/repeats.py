"""News of an order that say nothing new have its store asked once a minute at most.

Some stores fire a webhook whenever an order is read, so that each read of ours would cause the
next one. A message *heard* in the access's lane of orders remembers for a while which news came:
others are asked for at once, the same again when the while is over. It grows as long as the same
news go on.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.access import store_access
from orderflow.models import Message, StoreAccess, Webhook
from orderflow.outbox import Claimed

REST, LONGEST_REST = 60.0, 900.0
"""Seconds between two questions that the same news cause."""
TOUCHED = 3
"""So often within a rest an order is asked for whose news differ in their time alone."""
DIFFERENT = 20
"""So many different news of one order are asked for at once within one rest."""
REMEMBERED = 5
"""News that are still known in the next rest."""
STORM = 60
"""More deliveries of one store in a minute that say nothing new are a storm."""
HARDLY_ANY_NEW = 0.9
"""Of the deliveries of a storm, so many say nothing new."""
MINUTE = timedelta(minutes=1)
SAME = "It says what another delivery had said shortly before."


log = structlog.get_logger()


class Said(Protocol):
    """Fingerprints of what was said: of all of it, and of all but when it was written."""

    @property
    def whole(self) -> str: ...
    @property
    def timeless(self) -> str: ...


def ask(
    session: Session,
    access: StoreAccess,
    kind: str,
    about: Mapping[str, str],
    news: Said,
    now: datetime,
) -> bool:
    """Have the store asked for the order in ``about`` by a message of ``kind``. False: the news
    were heard already, and it is asked once more when the rest is over."""
    name = f"heard:{access.id}:{kind}:{about['order']}"
    heard = session.scalars(
        select(Message).where(Message.once == name).with_for_update()
    ).one_or_none()
    if heard is None:
        known = {"kind": kind, "about": dict(about), **_remembering({}, news)}
        lane = access.orders_lane
        outbox.put(session, lane, "heard", name, known, now=now, delay=REST, once=name)
    elif _is_new(heard.about, news):
        heard.about = {**heard.about, **_remembering(heard.about, news)}
    else:
        heard.about = {**heard.about, "again": True}
        return False
    ask_soon(session, access, kind, about, now)
    return True


def _is_new(known: Mapping[str, Any], news: Said) -> bool:
    if news.whole in known["whole"] or len(known["whole"]) >= DIFFERENT:
        return False
    return news.timeless not in known["timeless"] or known["touched"] < TOUCHED


def _remembering(known: Mapping[str, Any], news: Said) -> dict[str, Any]:
    whole, timeless = known.get("whole", []), known.get("timeless", [])
    touched = known.get("touched", 0) + (news.timeless in timeless)
    if news.timeless not in timeless:
        timeless = [*timeless, news.timeless]
    return {"whole": [*whole, news.whole], "timeless": timeless, "touched": touched}


def rest_is_over(session: Session, message: Claimed, access: StoreAccess, now: datetime) -> None:
    """Ask once more where the same news came again meanwhile, and rest longer; else forget them."""
    heard = session.get_one(Message, message.id, with_for_update=True, populate_existing=True)
    said: dict[str, Any] = dict(heard.about)
    if not said.pop("again", False):
        outbox.done(session, message)
        return
    said |= {name: said[name][-REMEMBERED:] for name in ("whole", "timeless")}
    said |= {"rests": int(said.get("rests", 0)) + 1, "touched": 0}
    ask_soon(session, access, said["kind"], said["about"], now)
    rest = min(REST * 2 ** min(said["rests"], 10), LONGEST_REST)
    outbox.put_off(session, message, now=now, delay=rest, fresh=True, about=said)


def ask_soon(
    session: Session,
    access: StoreAccess,
    kind: str,
    about: Mapping[str, str],
    now: datetime,
) -> None:
    """Have the store asked for the order in ``about``, unless a question is waiting already."""
    subject = f"{kind}:{about['order']}"
    unasked = select(Message.id).where(
        Message.lane == access.lane,
        Message.subject == subject,
        Message.claim.is_(None),
        Message.parked_at.is_(None),
    )
    if session.scalar(unasked.limit(1)) is None:
        outbox.put(session, access.lane, kind, subject, about, now=now)


def is_storm(session: Session, access_id: int, now: datetime) -> bool:
    """Whether the store behind ``access_id`` sends many deliveries that say nothing new, and hardly
    any others. A busy store sends two or three for each new order, one of which says something."""
    lately = Webhook.received_at > now - MINUTE, Webhook.access_id == access_id
    counts = select(func.count(), func.count().filter(Webhook.words == SAME)).where(*lately)
    total, same = session.execute(counts).one()
    return same > STORM and same > total * HARDLY_ANY_NEW


def tell_storm(session: Session, access_id: int, now: datetime) -> None:
    """Have it shown that this store sends much that says nothing new."""
    log.warning("webhook_storm", access=access_id)
    store_access.note_storm(session, access_id, now)


class Repeated:
    """Counts deliveries that are repeats to the byte, by store, in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[int, tuple[datetime, int]] = {}

    def once_more(self, access_id: int, now: datetime) -> bool:
        """True once a minute for a store that sends more than STORM of them in it."""
        with self._lock:
            since, count = self._counts.get(access_id, (now, 0))
            if now - since >= MINUTE:
                since, count = now, 0
            self._counts[access_id] = since, count + 1
            return count == STORM
