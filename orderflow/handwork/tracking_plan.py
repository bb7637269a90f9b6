"""What a file of tracking numbers would ship: a state for each row, and the parcels.

Nothing is written here. Rows that share a number, and rows that each ship all that is left of the
same item, are one shipment. A shipment that was reported already, with the same goods and numbers,
is DONE, so the same file twice ships nothing twice. An order of somebody else and one that never
was look the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, selectinload

from orderflow.handwork import by_hand
from orderflow.handwork.by_hand import Typed, Typist
from orderflow.handwork.items_named import Claim, ItemsNamed, RowWrong, order_numbers
from orderflow.models import MarketplaceOrder, Shipment, Vendor, VendorOrder
from orderflow.tracking_files.rows import Row, Tracked


class State(StrEnum):
    """What happens to a row that is not wrong. WITH_DOUBTFUL: its parcel has a doubtful row too.
    DUPLICATE: the same as a row above. LEFT: it says nothing of a parcel."""

    SHIP = "ok"
    DOUBTFUL = "doubtful"
    WITH_DOUBTFUL = "with_doubtful"
    DONE = "done"
    DUPLICATE = "duplicate"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Checked:
    """``state``: one of State, or the code of what is wrong. ``title``: of the items it means."""

    row: Row
    state: str
    title: str = ""
    doubts: tuple[str, ...] = ()

    @property
    def is_wrong(self) -> bool:
        return self.state not in set(State)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One shipment. ``doubtful``: the rows that a person has to confirm first."""

    part_id: int
    typed: Typed
    rows: tuple[int, ...]
    doubtful: frozenset[int]


@dataclass(frozen=True, slots=True)
class Plan:
    rows: tuple[Checked, ...]
    parcels: tuple[Parcel, ...]

    @property
    def wrong(self) -> tuple[Checked, ...]:
        return tuple(each for each in self.rows if each.is_wrong)

    @property
    def doubtful(self) -> tuple[Checked, ...]:
        return tuple(each for each in self.rows if each.state == State.DOUBTFUL)

    @property
    def certain(self) -> int:
        """Parcels that nobody has to confirm row by row."""
        return sum(not parcel.doubtful for parcel in self.parcels)

    def count(self, state: str) -> int:
        return sum(each.state == state for each in self.rows)


def plan(session: Session, vendor: Vendor, rows: Sequence[Row], typist: Typist) -> Plan:
    """Looks only; nothing is written."""
    return _Look(session, vendor, typist, _parts(session, vendor, rows)).over(rows)


def _parts(session: Session, vendor: Vendor, rows: Iterable[Row]) -> dict[str, list[VendorOrder]]:
    """The vendor's parts of the orders that are named, by the number as it is searched."""
    numbers = {n for row in rows if row.is_filled for n in order_numbers(row.order)}
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


@dataclass
class _Box:
    """The rows of one shipment."""

    part: VendorOrder
    claims: list[Claim] = field(default_factory=list)

    @property
    def takes_all(self) -> bool:
        return any(pieces is None for claim in self.claims for pieces in claim.pieces.values())

    def tracked(self) -> list[Tracked]:
        """Its numbers. Raises RowWrong where rows tell a number differently."""
        found: dict[str, Tracked] = {}
        for parcel in (each for claim in self.claims for each in claim.row.parcels):
            other = found.setdefault(parcel.number, parcel)
            links = {other.link, parcel.link} - {""}
            if other.carrier != parcel.carrier or len(links) > 1:
                raise RowWrong("parcel_differs")
            found[parcel.number] = replace(parcel, link=next(iter(links), ""))
        return list(found.values())

    def pieces(self, left: Mapping[str, int]) -> dict[str, int]:
        """By line; ``left`` for those of which all is shipped. Raises RowWrong."""
        told: dict[str, int] = {}
        for line, count in (each for claim in self.claims for each in claim.pieces.items()):
            if count is not None and line in told:
                raise RowWrong("line_twice")
            if count is not None:
                told[line] = count
        return told | {line: left.get(line, 0) for claim in self.claims for line in claim.all_of}

    def belongs(self, claim: Claim) -> bool:
        """Whether a row ships in this parcel: by its number, or because both ship all of an
        item."""
        return self.part.id == claim.part.id and any(
            set(each.row.numbers) & set(claim.row.numbers) or each.all_of & claim.all_of
            for each in self.claims
        )


class _Look:
    """``taken``: pieces by part and line that earlier parcels of the file ship."""

    def __init__(
        self,
        session: Session,
        vendor: Vendor,
        typist: Typist,
        parts: Mapping[str, list[VendorOrder]],
    ) -> None:
        self.session, self.typist = session, typist
        self.items = ItemsNamed(session, vendor, typist, parts)
        self.states: dict[int, str] = {}
        self.claims: dict[int, Claim] = {}
        self.boxes: list[_Box] = []
        self.where: dict[str, int] = {}  # the part that a number was named for first
        self.taken: dict[int, Counter[str]] = defaultdict(Counter)
        self.known: dict[int, list[tuple[dict[str, int], set[str]]]] = {}

    def over(self, rows: Sequence[Row]) -> Plan:
        for row in rows:
            try:
                self.states[row.number] = self._take(row) if row.is_filled else State.LEFT
            except RowWrong as wrong:
                self.states[row.number] = wrong.code
        self._spoil({n for row in rows if self._is_wrong(row.number) for n in row.numbers})
        parcels = [self._parcel(box) for box in sorted(self.boxes, key=lambda box: box.takes_all)]
        checked = (self._checked(row) for row in rows)
        return Plan(tuple(checked), tuple(parcel for parcel in parcels if parcel))

    def _is_wrong(self, number: int) -> bool:
        return self.states[number] not in set(State)

    def _checked(self, row: Row) -> Checked:
        claim = self.claims.get(row.number)
        state = self.states[row.number]
        if claim is None:
            return Checked(row, state)
        doubts = claim.doubts if state == State.DOUBTFUL else ()
        return Checked(row, state, claim.title, tuple(map(str, doubts)))

    def _take(self, row: Row) -> str:
        """Put a row into its box. Raises RowWrong, also where it does not fit the box's others."""
        if row.problem:
            raise RowWrong(row.problem)
        claim = self.items.claim(row)
        self.claims[row.number] = claim
        if any(each.says_the_same(claim) for box in self.boxes for each in box.claims):
            return State.DUPLICATE
        if any(self.where.setdefault(n, claim.part.id) != claim.part.id for n in row.numbers):
            raise RowWrong("number_twice")
        boxes = [box for box in self.boxes if box.belongs(claim)]
        joined = _Box(claim.part, [each for box in boxes for each in box.claims] + [claim])
        joined.tracked()
        joined.pieces({})
        self.boxes = [box for box in self.boxes if box not in boxes] + [joined]
        return State.DOUBTFUL if claim.doubts else State.SHIP

    def _spoil(self, numbers: set[str]) -> None:
        """A parcel of which one row is wrong is not shipped by halves."""
        for box in self.boxes:
            if any(numbers & set(claim.row.numbers) for claim in box.claims):
                self._say(box, "parcel_spoilt")

    def _say(self, box: _Box, state: str) -> None:
        for claim in box.claims:
            self.states[claim.row.number] = state

    def _parcel(self, box: _Box) -> Parcel | None:
        if any(self._is_wrong(claim.row.number) for claim in box.claims):
            return None
        taken = self.taken[box.part.id]
        left = {line: n - taken[line] for line, n in self.items.left(box.part).items()}
        pieces, tracked = box.pieces(left), box.tracked()
        if self._stands(box, pieces, {each.number for each in tracked}):
            self._say(box, State.DONE)
            return None
        typed = Typed(pieces, numbers=[t.number for t in tracked], tracked=tracked)
        if self._is_refused(box, typed):
            return None
        taken.update(pieces)
        return self._accepted(box, typed)

    def _accepted(self, box: _Box, typed: Typed) -> Parcel:
        doubtful = {c.row.number for c in box.claims if self.states[c.row.number] != State.SHIP}
        for claim in box.claims:
            if doubtful and claim.row.number not in doubtful:
                self.states[claim.row.number] = State.WITH_DOUBTFUL
        numbers = tuple(claim.row.number for claim in box.claims)
        return Parcel(box.part.id, typed, numbers, frozenset(doubtful))

    def _stands(self, box: _Box, pieces: Mapping[str, int], numbers: set[str]) -> bool:
        """Whether these goods were reported under these numbers before."""
        if box.part.id not in self.known:
            self.known[box.part.id] = self._shipments(box.part)
        known = self.known[box.part.id]
        if box.takes_all:
            told = {number for _lines, all_ in known for number in all_}
            return numbers <= told and not any(pieces.values())
        return any(lines == pieces and numbers <= all_ for lines, all_ in known)

    def _shipments(self, part: VendorOrder) -> list[tuple[dict[str, int], set[str]]]:
        rows = self.session.scalars(
            select(Shipment).where(
                Shipment.vendor_order_id == part.id, Shipment.state != Shipment.WITHDRAWN
            )
        )
        return [(row.lines, {each["number"] for each in row.tracking}) for row in rows]

    def _is_refused(self, box: _Box, typed: Typed) -> bool:
        """What is wrong with one line is said at its rows, what is wrong with all at each."""
        taken = self.taken[box.part.id]
        told = replace(typed, lines={line: n + taken[line] for line, n in typed.lines.items()})
        errors = by_hand.wrong(self.session, box.part, told, self.typist)
        if box.takes_all and not any(typed.lines.values()):
            errors = {"part": errors.get("part", "pieces_shipped")}
        lines = {key: code for key, code in errors.items() if key.startswith("line:")}
        of_all = next((code for key, code in errors.items() if key not in lines), "")
        for claim in box.claims if errors else ():
            codes = (lines.get(f"line:{line}", "") for line in claim.pieces)
            said = next(filter(None, codes), "") or of_all or "parcel_spoilt"
            self.states[claim.row.number] = said
        return bool(errors)
