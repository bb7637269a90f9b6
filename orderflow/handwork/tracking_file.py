"""What a vendor has shipped, as a table: the rows of a file, and the table to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import sheet
from orderflow.handwork import by_hand, packing
from orderflow.handwork.by_hand import Typist
from orderflow.models import Connection, OrderLine, VariantMapping, Vendor, VendorOrder
from orderflow.sheet import SheetWrong

MOST_ROWS, MOST_BYTES = 500, 1_000_000
LONGEST = 2000
LINE = "L"
"""Before a line's key: spreadsheets round bare numbers of more than 15 digits."""
TITLES: Mapping[str, tuple[str, ...]] = {
    "order": ("order", "commande"),
    "line": ("line", "ligne"),
    "sku": ("sku",),
    "pieces": ("pieces", "pièces"),
    "carrier": ("carrier", "transporteur"),
    "tracking": ("tracking number", "numéro de suivi"),
    "link": ("tracking link", "lien de suivi"),
}
"""What stands above each column, in every language; other columns are not read."""


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` as the spreadsheet counts it; the titles are row 1."""

    number: int
    order: str = ""
    line: str = ""
    sku: str = ""
    pieces: str = ""
    carrier: str = ""
    tracking: str = ""
    link: str = ""

    @property
    def is_filled(self) -> bool:
        """A row of the table that says nothing of a parcel is left as it is."""
        return bool(self.carrier or self.tracking or self.link)


CELLS = tuple(each.name for each in fields(Row))[1:]


def read(body: bytes) -> list[Row]:
    """Raises SheetWrong: as ``sheet.read``, or *too_big*, *no_order_column*, *no_number_column*,
    *too_many_rows*."""
    if len(body) > MOST_BYTES:
        raise SheetWrong("too_big")
    titles, *table = sheet.read(body)
    places = _places(titles)
    rows = [_row(n, cells, places) for n, cells in enumerate(table, start=2) if any(cells)]
    if len(rows) > MOST_ROWS:
        raise SheetWrong("too_many_rows")
    if not rows:
        raise SheetWrong("empty")
    return rows


def _places(titles: Sequence[str]) -> dict[str, int]:
    known = {name: field for field, names in TITLES.items() for name in names}
    places: dict[str, int] = {}
    for place, title in enumerate(titles):
        field = known.get(" ".join(title.casefold().split()))
        if field:
            places.setdefault(field, place)
    if "order" not in places:
        raise SheetWrong("no_order_column")
    if "tracking" not in places:
        raise SheetWrong("no_number_column")
    return places


def _row(number: int, cells: Sequence[str], places: Mapping[str, int]) -> Row:
    told = {field: cells[place][:LONGEST] for field, place in places.items() if place < len(cells)}
    return Row(number, **told)


def pieces(text: str) -> int | None:
    """A whole number, as spreadsheets write it too; None for anything else."""
    found = re.fullmatch(r"(\d{1,6})([.,]0+)?", text)
    return int(found[1]) if found else None


# -- the table to fill in --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToFill:
    """One line that waits, with nothing of the buyer."""

    order: str
    line: str
    sku: str
    title: str
    left: int


def to_fill(session: Session, vendor: Vendor, typist: Typist) -> Iterator[ToFill]:
    """All that waits to be shipped, the oldest first; no more than fits into one file."""
    parts = packing.waiting(session, vendor, MOST_ROWS)
    own = own_skus(session, vendor, [line for part in parts for line in part.lines])
    count = 0
    for part in parts:
        left = {key: n for key, n in by_hand.left(session, part, typist).items() if n}
        count += len(left)
        if count > MOST_ROWS:
            return
        yield from _lines(part, left, own)


def _lines(part: VendorOrder, left: Mapping[str, int], own: Mapping[str, str]) -> Iterator[ToFill]:
    for line in part.lines:
        if line.remote_id in left:
            sku = own.get(line.variant_id) or line.sku
            key = f"{LINE}{line.remote_id}"
            yield ToFill(part.order.name, key, sku, line.title, left[line.remote_id])


def own_skus(session: Session, vendor: Vendor, lines: Sequence[OrderLine]) -> dict[str, str]:
    """The vendor's own SKU for each variant that is mapped."""
    rows = session.execute(
        select(VariantMapping.variant_id, VariantMapping.vendor_sku)
        .join(Connection, Connection.id == VariantMapping.connection_id)
        .where(Connection.vendor_id == vendor.id)
        .where(VariantMapping.variant_id.in_({line.variant_id for line in lines}))
    )
    return {variant: sku for variant, sku in rows if sku}
