"""Test orders: one small order in a vendor's store, clearly marked, that is cancelled again.

    asked ──► sending ──► standing ──► leaving ──► removed
                 │            └───────────┴──────► failed: it must be cancelled by hand
                 ├──► unknown ──► found: standing · every look said no: failed
                 └──► failed: the store said no

Like a push, the state is written before the wire is touched, so nothing is created twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.models import Connection, TrialOrder
from stores.base import ComposedLine, ComposedOrder, PlacedOrder
from stores.money import Gross, Net, Shown, Tax

SHOWN_FOR = 60.0
"""Seconds that a test order stands in the store before it is cancelled."""
WORTH = 100
"""Minor units, whatever the currency: some stores complete an order of nothing by themselves."""
NOTE = "Test order. Nothing is to be shipped; it is cancelled again by itself within minutes."


CHECK_EVERY, CHECKS = 10.0, 12
"""Seconds between two looks whether it is cancelled, and how many; some stores take a moment."""
STEPS = {
    TrialOrder.ASKED: "create",
    TrialOrder.SENDING: "look",
    TrialOrder.UNKNOWN: "look",
    TrialOrder.STANDING: "cancel",
    TrialOrder.LEAVING: "check",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done now: *create*, *look*, *cancel*, or *check* that it is cancelled."""

    what: str
    trial_id: int
    connection_id: int
    key: str
    remote_id: str
    since: datetime


def ask(session: Session, connection: Connection, *, by: str, now: datetime) -> TrialOrder:
    """A test order for this store; the one that is under way, where there is one."""
    last = latest(session, connection)
    if last is not None and last.state not in TrialOrder.OVER:
        return last
    trial = TrialOrder(
        connection_id=connection.id,
        key=f"TEST-{secrets.token_hex(10)}",
        asked_at=now,
        asked_by=by,
    )
    session.add(trial)
    session.flush()
    outbox.put(
        session,
        connection.access.lane,
        "trial",
        f"trial:{trial.id}",
        {"trial": trial.id},
        now=now,
    )
    return trial


def latest(session: Session, connection: Connection) -> TrialOrder | None:
    return session.scalars(
        select(TrialOrder)
        .where(TrialOrder.connection_id == connection.id)
        .order_by(TrialOrder.id.desc())
        .limit(1)
    ).one_or_none()


def begin(session: Session, trial_id: int, now: datetime) -> Step | None:
    """The next step, None when there is none. Writes down that a create leaves."""
    trial = session.get_one(TrialOrder, trial_id, with_for_update=True)
    if trial.state in TrialOrder.OVER:
        return None
    what = STEPS[trial.state]
    if what == "create":
        if trial.connection.disconnected_at is not None:
            failed(session, trial_id, "The store is disconnected.", now)
            return None
        trial.state, trial.sent_at = TrialOrder.SENDING, now
    since = trial.sent_at or trial.asked_at
    return Step(what, trial.id, trial.connection_id, trial.key, trial.remote_id, since)


def order(key: str, currency: str, now: datetime) -> ComposedOrder:
    """Unpaid and without customer, so that no store mails anybody about it."""
    line = ComposedLine(
        key="test",
        title="Test order: do not ship",
        quantity=1,
        unit_price=Shown(WORTH),
        total=Net(WORTH),
        tax=Tax(0),
        requires_shipping=False,
    )
    return ComposedOrder(
        key=key,
        reference="TEST",
        currency=currency,
        lines=(line,),
        shipping=Net(0),
        shipping_tax=Tax(0),
        total=Gross(WORTH),
        taxes_included=False,
        paid=False,
        test=True,
        placed_at=now,
        note=NOTE,
        tags=("test",),
    )


def stands(session: Session, trial_id: int, placed: PlacedOrder) -> None:
    trial = session.get_one(TrialOrder, trial_id)
    trial.state, trial.words = TrialOrder.STANDING, ""
    trial.remote_id, trial.remote_name, trial.remote_url = placed.id, placed.name, placed.url


def unknown(session: Session, trial_id: int, words: str) -> None:
    trial = session.get_one(TrialOrder, trial_id)
    trial.state, trial.words = TrialOrder.UNKNOWN, words


def looked(
    session: Session,
    trial_id: int,
    found: Sequence[PlacedOrder],
    now: datetime,
    waits: Sequence[float],
) -> float | None:
    """What the store said when asked for our key; seconds until the next step, None for none."""
    trial = session.get_one(TrialOrder, trial_id)
    if found:
        live = [each for each in found if each.live]
        stands(session, trial_id, (live or list(found))[0])
        return 0.0
    trial.looks += 1
    if trial.looks < len(waits):
        return waits[trial.looks]
    failed(session, trial_id, trial.words, now)
    return None


def leaving(session: Session, trial_id: int) -> None:
    """The store was told to cancel it."""
    trial = session.get_one(TrialOrder, trial_id)
    trial.state, trial.looks = TrialOrder.LEAVING, 0


def checked(session: Session, trial_id: int, now: datetime, *, live: bool) -> float | None:
    """Whether it lives still; seconds until the next look, None when it is over."""
    trial = session.get_one(TrialOrder, trial_id)
    if not live:
        trial.state, trial.ended_at = TrialOrder.REMOVED, now
        return None
    trial.looks += 1
    if trial.looks < CHECKS:
        return CHECK_EVERY
    failed(session, trial_id, "It was told to cancel the order, and has not done so.", now)
    return None


def failed(session: Session, trial_id: int, words: str, now: datetime) -> None:
    """In the store's words. One that has a number stands there still."""
    trial = session.get_one(TrialOrder, trial_id)
    trial.state, trial.ended_at, trial.words = TrialOrder.FAILED, now, words
