"""Finding orders: newest first or by number, a page at a time, every query along one index.

A search by text and the filters are two ways to look, never mixed: a rare state among all numbers
that begin with 1 would read the whole table. A page goes on where the one before it stopped;
nothing is counted and nothing is skipped over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal, select, tuple_
from sqlalchemy.orm import Session

from orderflow.listed import Row, rows
from orderflow.models import MarketplaceOrder, OrderLine, VendorName, VendorOrder
from orderflow.models.base import UTCDateTime
from orderflow.split import fold

PAGE = 50
LAST_CHARACTER = "\U0010ffff"


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
    the one before ends; empty: there is none."""

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
        query = _searched(session, merchant_id, by, wanted.text)
        found = _page(session, query, stretch, by) if query else Page((), by=by)
        if found.rows:
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
    """Rows of (mark, order id), sorted so; without a ``mark`` column by the ids alone."""

    select: Select[*tuple[Any, ...]]
    id: Any
    mark: Any = None
    newest_first: bool = True

    def after(
        self, stop: tuple[Any, int] | None, *, backwards: bool = False
    ) -> Select[*tuple[Any, ...]]:
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


def _searched(session: Session, merchant_id: int, by: str, text: str) -> Query | None:
    if by == "number":
        return _by_number(merchant_id, folded(text))
    if by == "sku":
        return _by_sku(merchant_id, text.strip())
    vendor_id = _vendor_named(session, merchant_id, text)
    return _filtered(merchant_id, Wanted(vendor_id=vendor_id)) if vendor_id else None


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
        found = _found(session, query.after(stop, backwards=True), stretch)
        if len(found) > stretch.limit:
            shown = found[stretch.limit - 1 :: -1]
            return _told(session, shown, by, more=True, earlier=True)
    stop = _read_mark(stretch.after, query)
    found = _found(session, query.after(stop), stretch)
    more, earlier = len(found) > stretch.limit, stop is not None
    return _told(session, found[: stretch.limit], by, more=more, earlier=earlier)


def _found(
    session: Session, statement: Select[*tuple[Any, ...]], stretch: Stretch
) -> list[tuple[Any, int]]:
    """One more than fits on the page, to see whether there is more."""
    return [(mark, number) for mark, number in session.execute(statement.limit(stretch.limit + 1))]


def _told(
    session: Session, shown: list[tuple[Any, int]], by: str, *, more: bool, earlier: bool
) -> Page:
    after = _write_mark(*shown[-1]) if more else ""
    back = _write_mark(*shown[0]) if earlier and shown else ""
    return Page(rows(session, [number for _, number in shown]), after, back, by)


def _write_mark(mark: Any, order_id: int) -> str:
    written = mark.isoformat() if isinstance(mark, datetime) else mark
    return f"{order_id}~{written}"


def _read_mark(text: str, query: Query) -> tuple[Any, int] | None:
    number, _, mark = text.partition("~")
    try:
        if query.mark is None or not isinstance(query.mark.type, UTCDateTime):
            return mark, int(number)
        moment = datetime.fromisoformat(mark)
        return (moment, int(number)) if moment.tzinfo else None
    except ValueError:
        return None
