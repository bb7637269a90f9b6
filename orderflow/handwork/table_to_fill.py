"""What waits to be shipped by a vendor, as a table to fill in with tracking numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.handwork import by_hand, packing
from orderflow.handwork.by_hand import Typist
from orderflow.models import Connection, OrderLine, VariantMapping, Vendor, VendorOrder
from orderflow.tracking_files.table import MOST_ROWS

LINE = "L"
"""Before a line's key: spreadsheets round bare numbers of more than 15 digits."""


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
