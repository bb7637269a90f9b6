"""Every call to a store leaves a line in the merchant's log: what, how long, and what came of it.

A call is timed where it is made, and written afterwards in the unit of work that settles it: no
transaction is open while a store is on the line. Nothing of what was sent or read is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import BigInteger, Float, String, cast, delete, insert, literal, null, select
from sqlalchemy.orm import Session

from orderflow import clock
from orderflow.db import rows_hit
from orderflow.mask.told import harmless
from orderflow.models import Connection, Merchant, Push, Shipment, StoreCall, VendorOrder
from orderflow.models.base import UTCDateTime
from stores.base import (
    OutcomeUnknown,
    Spend,
    StoreBusy,
    StoreError,
    StoreLocked,
    StoreRefused,
)

T = TypeVar("T")
KEEP = timedelta(days=90)
LONGEST_WORDS = 500
OUTCOMES: dict[type[StoreError], str] = {
    StoreBusy: StoreCall.BUSY,
    StoreRefused: StoreCall.REFUSED,
    StoreLocked: StoreCall.LOCKED,
    OutcomeUnknown: StoreCall.UNKNOWN,
}


class Spender(Protocol):
    @property
    def spend(self) -> Spend: ...


@dataclass(frozen=True, slots=True)
class About:
    """What a call was about: a *push*, a *shipment*, a *connection* of that id; the vendor's
    *store*, for all merchants with whom it is connected; the merchant's own shop (*home*)."""

    what: str
    id: int = 0


STORE, HOME = About("store"), About("home")


@dataclass(frozen=True, slots=True)
class Called:
    """One call that was made, until it is written down."""

    access_id: int
    operation: str
    about: About
    started_at: datetime
    milliseconds: int
    outcome: str
    words: str
    cost: float


def watch(
    notes: list[Called],
    access_id: int,
    operation: str,
    act: Callable[[], T],
    *,
    about: About,
    spender: Spender | None = None,
) -> T:
    """``act``, with a note of how it went. What it raises goes on."""
    started_at, began = clock.now(), time.monotonic()
    outcome, words = StoreCall.OK, ""
    try:
        return act()
    except StoreError as error:
        outcome, words = _outcome(error), error.words
        raise
    finally:
        spent = int((time.monotonic() - began) * 1000)
        cost = spender.spend.cost if spender else 0.0
        notes.append(Called(access_id, operation, about, started_at, spent, outcome, words, cost))


def _outcome(error: StoreError) -> str:
    return next(told for kind, told in OUTCOMES.items() if isinstance(error, kind))


def keep(session: Session, notes: Iterable[Called]) -> None:
    """Write the calls down, one INSERT each. What was sent for a buyer may be quoted in the words
    of a store, and goes from them."""
    for called in notes:
        words = _harmless(session, called)[:LONGEST_WORDS]
        columns, rows = _COLUMNS, _concerned(replace(called, words=words))
        session.execute(insert(StoreCall).from_select(columns, rows, include_defaults=False))


def _harmless(session: Session, called: Called) -> str:
    if not called.words or called.about.what not in ("push", "shipment"):
        return called.words
    subject = called.about.id
    sent: Push | Shipment | None = (
        session.get(Push, subject)
        if called.about.what == "push"
        else session.get(Shipment, subject)
    )
    return harmless(session, sent.vendor_order, called.words) if sent else ""


_COLUMNS = [
    "merchant_id",
    "vendor_id",
    "order_id",
    "vendor_order_id",
    "access_id",
    "operation",
    "started_at",
    "milliseconds",
    "outcome",
    "words",
    "cost",
]


def _concerned(called: Called) -> Any:
    """A row for the merchant of the part, or for each whom the store serves."""
    of_part = [
        VendorOrder.merchant_id,
        VendorOrder.vendor_id,
        VendorOrder.order_id,
        VendorOrder.id.label("vendor_order_id"),
    ]
    nobody = cast(null(), BigInteger)
    of_vendor = [Connection.merchant_id, Connection.vendor_id, nobody.label("o"), nobody.label("p")]
    of_shop = [Merchant.id, nobody.label("v"), nobody.label("o"), nobody.label("p")]
    subject, told = called.about.id, _told(called)
    match called.about.what:
        case "push":
            rows = select(*of_part, *told).join(Push, Push.vendor_order_id == VendorOrder.id)
            return rows.where(Push.id == subject)
        case "shipment":
            rows = select(*of_part, *told)
            rows = rows.join(Shipment, Shipment.vendor_order_id == VendorOrder.id)
            return rows.where(Shipment.id == subject)
        case "connection":
            return select(*of_vendor, *told).where(Connection.id == subject)
        case "store":
            served = Connection.access_id == called.access_id, Connection.disconnected_at.is_(None)
            return select(*of_vendor, *told).where(*served)
        case _:
            owner = Merchant.access_id == called.access_id, Merchant.uninstalled_at.is_(None)
            return select(*of_shop, *told).where(*owner)


def _told(called: Called) -> list[Any]:
    return [
        literal(called.access_id).label("access_id"),
        literal(called.operation, String).label("operation"),
        literal(called.started_at, UTCDateTime).label("started_at"),
        literal(called.milliseconds).label("milliseconds"),
        literal(called.outcome, String).label("outcome"),
        literal(called.words, String).label("words"),
        literal(called.cost, Float).label("cost"),
    ]


def forget(session: Session, merchant_id: int, now: datetime, *, limit: int = 2000) -> bool:
    """Delete up to ``limit`` calls that are older than 90 days. True: there are more."""
    old = (
        select(StoreCall.id)
        .where(StoreCall.merchant_id == merchant_id, StoreCall.started_at < now - KEEP)
        .limit(limit)
    )
    return rows_hit(session.execute(delete(StoreCall).where(StoreCall.id.in_(old)))) == limit


LATELY = timedelta(days=7)


def last_failure(session: Session, connection: Connection, now: datetime) -> StoreCall | None:
    """The latest call to a vendor's store that went wrong, for this merchant, in the last week."""
    return session.scalars(
        select(StoreCall)
        .where(
            StoreCall.merchant_id == connection.merchant_id,
            StoreCall.vendor_id == connection.vendor_id,
            StoreCall.access_id == connection.access_id,
            StoreCall.outcome != StoreCall.OK,
            StoreCall.started_at > now - LATELY,
        )
        .order_by(StoreCall.id.desc())
        .limit(1)
    ).one_or_none()
