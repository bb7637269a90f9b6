"""Finding orders: newest first or by number, a page at a time, every query along one index.

A page goes on where the one before it stopped; nothing is counted and nothing is skipped over.
Where a text and filters are asked together, the orders that the text finds go through the filters
a handful at a time. A rare state among all numbers that begin with 1 would read the whole table
so; therefore a page looks through a bounded number of them, and the next one goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal, select, tuple_
from sqlalchemy.orm import Session

from orderflow.models import MarketplaceOrder, OrderLine, VendorName, VendorOrder
from orderflow.models.base import UTCDateTime
from orderflow.read.listed import Row, rows
from orderflow.rules.split import fold

PAGE = 50
HANDFUL = 500
"""Found orders that go through the filters at once."""
HANDFULS = 10
"""For one page."""
LAST_CHARACTER = "\U0010ffff"

Place = tuple[Any, int]
"""What the list is sorted by, and the order's id."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for. ``by``: number, sku or vendor; empty: whichever finds something.
    ``before``: orders placed before that moment only."""

    text: str = ""
    by: str = ""
    state: str = ""
    reason: str = ""
    vendor_id: int | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """``by``: how the text was understood. ``after``: where the next page starts, ``back``: where
    the one before ends; empty: there is none. A page with less on it than fits, and one after it,
    looked through as much as it may."""

    rows: tuple[Row, ...]
    after: str = ""
    back: str = ""
    by: str = ""


def folded(name: str) -> str:
    """An order's number as it is searched: lower case, no ``#`` before it, no spaces."""
    return "".join(name.casefold().split()).lstrip("#")


def page(
    session: Session,
    merchant_id: int,
    wanted: Wanted,
    after: str = "",
    limit: int = PAGE,
    *,
    back: str = "",
) -> Page:
    """The orders after the mark ``after``, or those just before the mark ``back``; a mark that
    means nothing is the beginning."""
    stretch = Stretch(after, back, limit)
    if not wanted.text:
        return _page(session, _filtered(merchant_id, wanted), stretch)
    for by in (wanted.by,) if wanted.by in WAYS else WAYS:
        query = _searched(session, merchant_id, by, wanted)
        found = _page(session, query, stretch, by) if query else Page((), by=by)
        if found.rows or found.after:
            break
    return found


@dataclass(frozen=True, slots=True)
class Stretch:
    """How many rows, and after or before which mark."""

    after: str
    back: str
    limit: int


@dataclass(frozen=True, slots=True)
class Query:
    """Rows of (mark, order id), sorted so; without a ``mark`` column by the ids alone. Those that
    ``among`` has not are left out."""

    select: Select[*tuple[Any, ...]]
    id: Any
    mark: Any = None
    newest_first: bool = True
    among: Query | None = None

    def after(self, stop: Place | None, *, backwards: bool = False) -> Select[*tuple[Any, ...]]:
        """``backwards``: the rows before ``stop``, the nearest first."""
        order = [self.id] if self.mark is None else [self.mark, self.id]
        falling = self.newest_first is not backwards
        query = self.select.order_by(*([c.desc() for c in order] if falling else order))
        if stop is None:
            return query
        values = stop[-len(order) :]
        here = tuple_(*order)
        there = tuple_(*(literal(v, c.type) for v, c in zip(values, order, strict=True)))
        return query.where(here < there if falling else here > there)


def _filtered(merchant_id: int, wanted: Wanted) -> Query:
    """All orders, or those with a part that fits."""
    order, part = MarketplaceOrder, VendorOrder
    if not (wanted.state or wanted.reason or wanted.vendor_id):
        query = select(order.placed_at, order.id).where(order.merchant_id == merchant_id)
        if wanted.before:
            query = query.where(order.placed_at <= wanted.before)
        return Query(query, order.id, order.placed_at)
    query = select(part.placed_at, part.order_id).distinct()
    mine = part.merchant_id == merchant_id
    query = query.where(part.vendor_id == wanted.vendor_id if wanted.vendor_id else mine)
    if wanted.state:
        query = query.where(part.state == wanted.state)
    if wanted.reason:
        query = query.where(part.main_reason == wanted.reason)
    if wanted.before:
        query = query.where(part.placed_at <= wanted.before)
    return Query(query, part.order_id, part.placed_at)


def _searched(session: Session, merchant_id: int, by: str, wanted: Wanted) -> Query | None:
    """What the text finds, of which the filters let through what they want."""
    if by == "vendor":
        return _by_vendor(session, merchant_id, wanted)
    text = wanted.text
    found = _by_number(merchant_id, folded(text)) if by == "number" else _by_sku(merchant_id, text)
    return _among(found, merchant_id, wanted) if found else None


def _among(found: Query, merchant_id: int, wanted: Wanted) -> Query:
    filters = replace(wanted, text="", by="")
    return found if filters == Wanted() else replace(found, among=_filtered(merchant_id, filters))


def _by_vendor(session: Session, merchant_id: int, wanted: Wanted) -> Query | None:
    """With a part of the vendor of that name; the filters are about that part, unless they are
    about another vendor's."""
    named = _vendor_named(session, merchant_id, wanted.text)
    if named is None:
        return None
    if wanted.vendor_id in (None, named):
        return _filtered(merchant_id, replace(wanted, vendor_id=named))
    return _among(_filtered(merchant_id, Wanted(vendor_id=named)), merchant_id, wanted)


WAYS = ("number", "sku", "vendor")


def _by_number(merchant_id: int, start: str) -> Query | None:
    """Numbers that begin so, the number itself first."""
    order = MarketplaceOrder
    query = select(order.number, order.id).where(
        order.merchant_id == merchant_id,
        order.number >= start,
        order.number < start + LAST_CHARACTER,
    )
    return Query(query, order.id, order.number, newest_first=False) if start else None


def _by_sku(merchant_id: int, sku: str) -> Query | None:
    line = OrderLine
    query = select(literal(""), line.order_id).distinct()
    query = query.where(line.merchant_id == merchant_id, line.sku == sku)
    return Query(query, line.order_id) if sku else None


def _vendor_named(session: Session, merchant_id: int, text: str) -> int | None:
    """The vendor of that name or alias."""
    return session.scalar(
        select(VendorName.vendor_id).where(
            VendorName.merchant_id == merchant_id, VendorName.folded == fold(text)
        )
    )


def _page(session: Session, query: Query, stretch: Stretch, by: str = "") -> Page:
    if stretch.back and (stop := _read_mark(stretch.back, query)):
        found = _found(session, query, stop, stretch.limit, backwards=True)
        if found.rows and found.onward:
            shown = found.rows[::-1]
            return _told(session, shown, by, after=shown[-1], back=found.onward)
    stop = _read_mark(stretch.after, query)
    found = _found(session, query, stop, stretch.limit)
    back = found.rows[0] if stop and found.rows else None
    return _told(session, found.rows, by, after=found.onward, back=back)


@dataclass(frozen=True, slots=True)
class Found:
    """``onward``: from where there may be more; None: there is none."""

    rows: Sequence[Place]
    onward: Place | None


def _found(
    session: Session, query: Query, stop: Place | None, limit: int, *, backwards: bool = False
) -> Found:
    """One more is read than fits on the page, to see whether there is more."""
    if query.among is None:
        rows = _read(session, query.after(stop, backwards=backwards).limit(limit + 1))
        return Found(rows[:limit], rows[limit - 1] if len(rows) > limit else None)
    kept: list[Place] = []
    for _ in range(HANDFULS):
        handful = _read(session, query.after(stop, backwards=backwards).limit(HANDFUL))
        kept += _let_through(session, query.among, handful)
        if len(kept) > limit:
            return Found(kept[:limit], kept[limit - 1])
        if len(handful) < HANDFUL:
            return Found(kept, None)
        stop = handful[-1]
    return Found(kept, stop)


def _read(session: Session, statement: Select[*tuple[Any, ...]]) -> list[Place]:
    return [(mark, number) for mark, number in session.execute(statement)]


def _let_through(session: Session, among: Query, handful: list[Place]) -> list[Place]:
    asked = among.select.where(among.id.in_([number for _, number in handful]))
    fit = {number for _, number in session.execute(asked)}
    return [(mark, number) for mark, number in handful if number in fit]


def _told(
    session: Session, shown: Sequence[Place], by: str, *, after: Place | None, back: Place | None
) -> Page:
    found = rows(session, [number for _, number in shown])
    return Page(found, _write_mark(after), _write_mark(back), by)


def _write_mark(place: Place | None) -> str:
    if place is None:
        return ""
    mark, order_id = place
    written = mark.isoformat() if isinstance(mark, datetime) else mark
    return f"{order_id}~{written}"


def _read_mark(text: str, query: Query) -> Place | None:
    number, _, mark = text.partition("~")
    try:
        if query.mark is None or not isinstance(query.mark.type, UTCDateTime):
            return mark, int(number)
        moment = datetime.fromisoformat(mark)
        return (moment, int(number)) if moment.tzinfo else None
    except ValueError:
        return None
