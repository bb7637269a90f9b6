"""A file of shipments: looked over row by row first, then shipped like each typed by hand.

A number names a parcel. A parcel that stands there already, with the same goods, is done, so the
same file twice ships nothing twice. Whose order it is not, and whose it never was, look the same.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, selectinload

from orderflow import sheet
from orderflow.handwork import by_hand, tracking_file
from orderflow.handwork.by_hand import ShipmentWrong, Typed, Typist
from orderflow.handwork.tracking_file import LINE, Row
from orderflow.models import MarketplaceOrder, OrderLine, Shipment, Vendor, VendorOrder
from orderflow.read.search import folded
from orderflow.traffic import carriers

OK, DONE, LEFT = "ok", "done", "left"
"""Will be shipped; stands there already; says nothing of a parcel. Everything else is an error."""
MANGLED = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
"""What a spreadsheet makes of a long number."""


@dataclass(frozen=True, slots=True)
class Checked:
    """``state``: OK, DONE, LEFT, or the code of what is wrong. ``title``: of the line it means."""

    row: Row
    state: str
    title: str = ""

    @property
    def is_wrong(self) -> bool:
        return self.state not in (OK, DONE, LEFT)


@dataclass(frozen=True, slots=True)
class Parcel:
    part_id: int
    typed: Typed


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen: the word on each row, and the parcels that would be shipped."""

    rows: tuple[Checked, ...]
    parcels: tuple[Parcel, ...]

    @property
    def wrong(self) -> tuple[Checked, ...]:
        return tuple(each for each in self.rows if each.is_wrong)

    def count(self, state: str) -> int:
        return sum(each.state == state for each in self.rows)


def plan(session: Session, vendor: Vendor, rows: Sequence[Row], typist: Typist) -> Plan:
    """Looks only; nothing is written."""
    return _Look(session, vendor, typist, _parts(session, vendor, rows)).over(rows)


def ship(
    session: Session, vendor: Vendor, parcel: Parcel, typist: Typist, now: datetime
) -> Shipment:
    """One parcel of a plan. Raises ShipmentWrong where something has happened since."""
    part = session.get(VendorOrder, parcel.part_id)
    if part is None or part.vendor_id != vendor.id:
        raise ShipmentWrong({"part": "cannot_ship_now"})
    return by_hand.ship(session, part, parcel.typed, typist, now)


def _parts(session: Session, vendor: Vendor, rows: Iterable[Row]) -> dict[str, list[VendorOrder]]:
    """The vendor's parts of the orders that are named, by the number as it is searched."""
    numbers = {folded(row.order) for row in rows if row.is_filled} - {""}
    found = session.scalars(
        select(VendorOrder)
        .join(MarketplaceOrder, MarketplaceOrder.id == VendorOrder.order_id)
        .where(VendorOrder.vendor_id == vendor.id)
        .where(MarketplaceOrder.merchant_id == vendor.merchant_id)
        .where(MarketplaceOrder.number.in_(numbers))
        .options(contains_eager(VendorOrder.order), selectinload(VendorOrder.lines))
    )
    parts: dict[str, list[VendorOrder]] = defaultdict(list)
    for part in found:
        parts[part.order.number].append(part)
    return parts


class _Wrong(ValueError):
    """Of one row; says the code."""


@dataclass
class _Box:
    """The rows of one parcel."""

    part: VendorOrder
    carrier: str
    link: str
    rows: dict[str, Row] = field(default_factory=dict)  # by line
    pieces: dict[str, int] = field(default_factory=dict)


class _Look:
    """``taken``: pieces by line that earlier rows of the file ship."""

    def __init__(
        self,
        session: Session,
        vendor: Vendor,
        typist: Typist,
        parts: Mapping[str, list[VendorOrder]],
    ) -> None:
        self.session, self.typist, self.parts = session, typist, parts
        lines = [line for each in parts.values() for part in each for line in part.lines]
        self.own = tracking_file.own_skus(session, vendor, lines)
        self.titles: dict[int, str] = {}
        self.states: dict[int, str] = {}
        self.boxes: dict[tuple[int, str], _Box] = {}
        self.where: dict[str, int] = {}  # the part that a number was named for first
        self.taken: dict[int, Counter[str]] = defaultdict(Counter)

    def over(self, rows: Sequence[Row]) -> Plan:
        for row in rows:
            try:
                self.states[row.number] = self._take(row) if row.is_filled else LEFT
            except _Wrong as wrong:
                self.states[row.number] = str(wrong)
        self._spoil_the_rest(rows)
        parcels = [each for key, box in self.boxes.items() if (each := self._parcel(key[1], box))]
        checked = (Checked(r, self.states[r.number], self.titles.get(r.number, "")) for r in rows)
        return Plan(tuple(checked), tuple(parcels))

    def _take(self, row: Row) -> str:
        """Into its box. Raises _Wrong."""
        part, line = self._line(row)
        self.titles[row.number] = line.title
        number, count = _number(row), _pieces(row)
        if self.where.setdefault(number, part.id) != part.id:
            raise _Wrong("number_twice")
        box = self.boxes.setdefault((part.id, number), _Box(part, _carrier(row), row.link))
        if (box.carrier, box.link) != (_carrier(row), row.link):
            raise _Wrong("parcel_differs")
        if line.remote_id in box.rows:
            raise _Wrong("line_twice")
        box.rows[line.remote_id], box.pieces[line.remote_id] = row, count
        return OK

    def _line(self, row: Row) -> tuple[VendorOrder, OrderLine]:
        parts = self.parts.get(folded(row.order), [])
        if not parts:
            raise _Wrong("unknown_order")
        lines = [(part, line) for part in parts for line in part.lines if self._means(row, line)]
        if not lines:
            raise _Wrong("unknown_item")
        if len(lines) > 1:
            raise _Wrong("which_item")
        return lines[0]

    def _means(self, row: Row, line: OrderLine) -> bool:
        if row.line:
            return row.line.upper() == f"{LINE}{line.remote_id}".upper()
        skus = {sheet.plain(sku) for sku in (line.sku, self.own.get(line.variant_id, ""))}
        return line.requires_shipping and line.quantity > 0 and (not row.sku or row.sku in skus)

    def _spoil_the_rest(self, rows: Sequence[Row]) -> None:
        """A parcel of which one row is wrong is not shipped by halves."""
        wrong = {row.tracking for row in rows if self.states[row.number] not in (OK, LEFT)}
        for (_part, number), box in self.boxes.items():
            if number in wrong:
                self._say(box, "parcel_spoilt")

    def _say(self, box: _Box, state: str) -> None:
        for row in box.rows.values():
            self.states[row.number] = state

    def _parcel(self, number: str, box: _Box) -> Parcel | None:
        if any(self.states[row.number] != OK for row in box.rows.values()):
            return None
        if self._stands(number, box):
            self._say(box, DONE)
            return None
        typed = Typed(box.pieces, box.carrier, [number], box.link, listed=not box.link)
        before = self.taken[box.part.id]
        with_earlier = {line: n + before[line] for line, n in box.pieces.items()}
        told = replace(typed, lines=with_earlier)
        errors = by_hand.wrong(self.session, box.part, told, self.typist)
        if errors:
            self._tell(box, errors)
            return None
        before.update(box.pieces)
        return Parcel(box.part.id, typed)

    def _stands(self, number: str, box: _Box) -> bool:
        """The same goods under the same number."""
        known = self.session.scalars(
            select(Shipment).where(
                Shipment.vendor_order_id == box.part.id, Shipment.state != Shipment.WITHDRAWN
            )
        )
        return any(
            each.lines == box.pieces and number in {t["number"] for t in each.tracking}
            for each in known
        )

    def _tell(self, box: _Box, errors: Mapping[str, str]) -> None:
        """What is wrong with one line stands at its row, what is wrong with all at each."""
        lines = {key: code for key, code in errors.items() if key.startswith("line:")}
        of_all = next((code for key, code in errors.items() if key not in lines), "")
        for line, row in box.rows.items():
            self.states[row.number] = lines.get(f"line:{line}", of_all) or "parcel_spoilt"


def _number(row: Row) -> str:
    if not row.tracking:
        raise _Wrong("no_number")
    if MANGLED.fullmatch(row.tracking):
        raise _Wrong("number_rounded")
    return row.tracking


def _pieces(row: Row) -> int:
    if row.pieces in ("", "0"):
        raise _Wrong("no_pieces")
    count = tracking_file.pieces(row.pieces)
    if count is None:
        raise _Wrong("pieces_negative")
    return count


def _carrier(row: Row) -> str:
    """As the marketplace spells it."""
    typed = row.carrier.casefold()
    return next((name for name in carriers.CARRIERS if name.casefold() == typed), row.carrier)
