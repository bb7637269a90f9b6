"""Which items of which order a row of a file means, among the vendor's own orders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from orderflow.handwork import by_hand, table_to_fill
from orderflow.handwork.by_hand import Typist
from orderflow.handwork.table_to_fill import LINE
from orderflow.models import OrderLine, Vendor, VendorOrder
from orderflow.read.search import folded
from orderflow.tracking_files import cells
from orderflow.tracking_files.findings import Doubt
from orderflow.tracking_files.rows import Item, Row

_DECIMALS = re.compile(r"(?<=\d)\.0+$")
_WORD = re.compile(
    r"^(order|commande|bestellung|auftrag|bestelling|pedido|ordine)\b\s*"
    r"(number|no|nr|n°|nº)?[.:\s]*(?=#?\w*\d)",
    re.IGNORECASE,
)
_SKUS = re.compile(r"\s*[,;|]\s*")


def order_numbers(text: str) -> list[str]:
    """Numbers as they are searched that a text may mean: as written, without the decimals of a
    spreadsheet (``1001.0``), without a word before (``Order #1001``)."""
    without = (text, _DECIMALS.sub("", text), _WORD.sub("", text))
    return list(dict.fromkeys(filter(None, map(folded, without))))


class RowWrong(ValueError):
    """One row cannot be shipped; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row ships: pieces by line, None for all that is left of it."""

    row: Row
    part: VendorOrder
    pieces: Mapping[str, int | None]
    title: str
    doubts: tuple[Doubt, ...]

    @property
    def all_of(self) -> set[str]:
        return {line for line, count in self.pieces.items() if count is None}

    def says_the_same(self, other: Claim) -> bool:
        """The same goods of the same order under the same numbers, carriers and links."""
        return (
            self.part.id == other.part.id
            and self.pieces == other.pieces
            and self.row.parcels == other.row.parcels
        )


class ItemsNamed:
    """``parts``: the vendor's parts by the folded number of their order."""

    def __init__(
        self,
        session: Session,
        vendor: Vendor,
        typist: Typist,
        parts: Mapping[str, Sequence[VendorOrder]],
    ) -> None:
        self.session, self.typist, self.parts = session, typist, parts
        lines = [line for each in parts.values() for part in each for line in part.lines]
        self.own = table_to_fill.own_skus(session, vendor, lines)
        self._left: dict[int, dict[str, int]] = {}

    def left(self, part: VendorOrder) -> dict[str, int]:
        """Pieces by line that are left to ship."""
        if part.id not in self._left:
            self._left[part.id] = by_hand.left(self.session, part, self.typist)
        return self._left[part.id]

    def claim(self, row: Row) -> Claim:
        """Raises RowWrong: unknown_order, unknown_item, which_item."""
        numbers = order_numbers(row.order)
        parts = next((self.parts[number] for number in numbers if number in self.parts), ())
        if not parts:
            raise RowWrong("unknown_order")
        found: dict[str, int | None] = {}
        lines: list[OrderLine] = []
        for item in row.items:
            for line, pieces in self._item(parts, row, item):
                if line.remote_id in found and found[line.remote_id] != pieces:
                    raise RowWrong("line_twice")
                found[line.remote_id] = pieces
                lines.append(line)
        (part,) = self._one(p for p in parts if any(line in p.lines for line in lines))
        title = ", ".join(dict.fromkeys(line.title for line in lines))
        return Claim(row, part, found, title, (*row.doubts, *self._doubts(row, part, found)))

    def _item(
        self, parts: Sequence[VendorOrder], row: Row, item: Item
    ) -> list[tuple[OrderLine, int | None]]:
        every = [(part, line) for part in parts for line in part.lines]
        lines = [(part, line) for part, line in every if self._means(row, item.sku, line)]
        skus = _SKUS.split(item.sku)
        if not lines and len(skus) > 1 and item.pieces is None:
            return [each for sku in skus for each in self._item(parts, row, Item(sku, None))]
        if not lines:
            raise RowWrong("unknown_item")
        return self._pieces(lines, item.pieces)

    def _pieces(
        self, lines: Sequence[tuple[VendorOrder, OrderLine]], pieces: int | None
    ) -> list[tuple[OrderLine, int | None]]:
        """Where several lines fit: all of them, if that is what is said; else the one of which
        something is left."""
        if len(lines) == 1:
            return [(lines[0][1], pieces)]
        left = {line.remote_id: self.left(part).get(line.remote_id, 0) for part, line in lines}
        open_ = [(part, line) for part, line in lines if left[line.remote_id]] or list(lines)
        (part,) = self._one({part.id: part for part, _line in open_}.values())
        mine = [line for of, line in open_ if of is part]
        if pieces is None or (pieces == sum(left[line.remote_id] for line in mine)):
            return [(line, None) for line in mine]
        if len(mine) == 1:
            return [(mine[0], pieces)]
        raise RowWrong("which_item")

    @staticmethod
    def _one(parts: Iterable[VendorOrder]) -> list[VendorOrder]:
        found = list(parts)
        if len(found) != 1:
            raise RowWrong("which_item")
        return found

    def _means(self, row: Row, sku: str, line: OrderLine) -> bool:
        if row.line:
            return row.line.upper() == f"{LINE}{line.remote_id}".upper()
        skus = {cells.plain(each) for each in (line.sku, self.own.get(line.variant_id, ""))}
        return line.requires_shipping and line.quantity > 0 and (not sku or sku in skus)

    def _doubts(
        self, row: Row, part: VendorOrder, pieces: Mapping[str, int | None]
    ) -> tuple[Doubt, ...]:
        """Couriers count parcels where shops count pieces; a file that names no items may mean
        either."""
        told = sum(count for count in pieces.values() if count is not None)
        if row.by_item or not told or told >= sum(self.left(part).values()):
            return ()
        return (Doubt.PIECES_OR_PARCELS,)
