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
from orderflow.access import store_health
from orderflow.db import reading, rows_hit
from orderflow.mask.told import harmless
from orderflow.models import Connection, Merchant, Push, Shipment, StoreCall, VendorOrder
from orderflow.models.base import UTCDateTime
from stores.base import (
    Cancellation,
    OutcomeUnknown,
    Spend,
    StoreBusy,
    StoreError,
    StoreLocked,
    StoreRefused,
)
from stores.errors import Trouble
from stores.texts import _

T = TypeVar("T")
KEEP = timedelta(days=90)
REFUSED = _("The store refused what was asked of it.")
"""Stands for a store's words that are of no order."""
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
    trouble: Trouble | None = None


def watch(
    notes: list[Called],
    access_id: int,
    operation: str,
    act: Callable[[], T],
    *,
    about: About,
    spender: Spender | None = None,
) -> T:
    """``act``, with a note of how it went. What it raises goes on, but with words that may be kept
    and shown: here, and nowhere else, the buyers go from what a store says."""
    started_at, began = clock.now(), time.monotonic()
    outcome, words, code = StoreCall.OK, "", None
    try:
        return _without_buyers(act(), access_id, about)
    except StoreRefused as refused:
        if refused.code is Trouble.REFUSED:
            refused.requote(_quotable(refused.words, access_id, about))
        outcome, words, code = StoreCall.REFUSED, refused.words, refused.code
        raise
    except StoreError as error:
        outcome, words, code = _outcome(error), error.words, error.code
        raise
    finally:
        spent = int((time.monotonic() - began) * 1000)
        cost = spender.spend.cost if spender else 0.0
        notes.append(
            Called(access_id, operation, about, started_at, spent, outcome, words, cost, code)
        )


def _without_buyers(answer: T, access_id: int, about: About) -> T:
    """An answer to a cancellation may quote a refusal."""
    if not isinstance(answer, Cancellation):
        return answer
    return replace(answer, words=_quotable(answer.words, access_id, about))


def _quotable(words: str, access_id: int, about: About) -> str:
    """What a store said of one order, without its buyer. What it said of no order is for every
    merchant whom it serves, and might be of another's order: our own words stand for it."""
    if not words or about in (STORE, HOME):
        return words and REFUSED
    with reading() as session:
        return harmless(session, _part(session, about), words, access_id)


def _part(session: Session, about: About) -> VendorOrder | None:
    found: Push | Shipment | None = None
    if about.what == "push":
        found = session.get(Push, about.id)
    elif about.what == "shipment":
        found = session.get(Shipment, about.id)
    return found.vendor_order if found else None


def _outcome(error: StoreError) -> str:
    return next(told for kind, told in OUTCOMES.items() if isinstance(error, kind))


def keep(session: Session, notes: Iterable[Called]) -> None:
    """Write the calls down, one INSERT each, and what they tell of how the store is doing."""
    for called in notes:
        columns, rows = _COLUMNS, _concerned(called)
        session.execute(insert(StoreCall).from_select(columns, rows, include_defaults=False))
        store_health.note(session, called.access_id, called.operation, called.trouble, clock.now())


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
