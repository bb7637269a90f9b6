"""What lies in the parcel: the parts of a vendor that wait to be shipped, and their packing slips.

A slip is made of what the vendor may see of its part (``shown``), and tells no price.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from orderflow.handwork import shown
from orderflow.handwork.shown import Shown, ShownLine
from orderflow.models import Vendor, VendorOrder

MOST = 50
"""Slips at once."""
WAITS = (VendorOrder.FRESH, VendorOrder.TO_SHIP)
WHY = "packing slip"
"""What the buyer's data were looked at for, as the merchant reads it."""


def waiting(session: Session, vendor: Vendor, most: int) -> list[VendorOrder]:
    """Parts with pieces that are still to be shipped, the oldest first."""
    asked = _parts(vendor).where(VendorOrder.stage.in_(WAITS)).order_by(VendorOrder.id)
    return list(session.scalars(asked.limit(most)))


def slips(
    session: Session, vendor: Vendor, numbers: Sequence[str], *, by: str, now: datetime
) -> list[Shown]:
    """Of the parts with those public ids, in that order, or of what waits where there are none;
    one that is not the vendor's is left out. No more than MOST. ``by`` whom is noted."""
    if not numbers:
        return _read(session, waiting(session, vendor, MOST), by, now)
    wanted = list(dict.fromkeys(numbers))[:MOST]
    asked = _parts(vendor).where(VendorOrder.public_id.in_(wanted))
    found = {part.public_id: part for part in session.scalars(asked)}
    return _read(session, [found[each] for each in wanted if each in found], by, now)


def to_pack(told: Shown) -> list[tuple[ShownLine, int]]:
    """Each line with its pieces that are left; when all is on its way, with what was sent."""
    goods = [line for line in told.lines if line.requires_shipping and line.declined is None]
    if told.left:
        return [(line, line.left) for line in goods if line.left]
    return [(line, line.wanted) for line in goods if line.wanted]


def _parts(vendor: Vendor) -> Select[VendorOrder]:
    with_all = selectinload(VendorOrder.order), selectinload(VendorOrder.lines)
    return select(VendorOrder).where(VendorOrder.vendor_id == vendor.id).options(*with_all)


def _read(session: Session, parts: Sequence[VendorOrder], by: str, now: datetime) -> list[Shown]:
    return [shown.read(session, part, by=by, why=WHY, now=now) for part in parts]
