"""A vendor says which of its own products the shop sells; the merchant has the last word (P60)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from orderflow.access import register
from orderflow.models import (
    Connection,
    MappingSuggestion,
    Merchant,
    UnmappedVariant,
    VariantMapping,
    Vendor,
)
from stores.base import Variant


class Outdated(ValueError):
    """The vendor says something else by now, or nothing."""


def open_of(
    session: Session, vendor: Vendor, variant_id: str, *, locked: bool = False
) -> UnmappedVariant | None:
    """What the vendor sells under that id, while it waits to be mapped."""
    asked = select(UnmappedVariant).where(
        UnmappedVariant.merchant_id == vendor.merchant_id,
        UnmappedVariant.vendor_id == vendor.id,
        UnmappedVariant.variant_id == variant_id,
    )
    return session.scalars(asked.with_for_update() if locked else asked).one_or_none()


def suggest(
    session: Session, connection: Connection, variant_id: str, theirs: Variant, now: datetime
) -> bool:
    """The vendor's last word counts. False: the variant waits no more, or is not this vendor's."""
    vendor = connection.vendor
    if open_of(session, vendor, variant_id, locked=True) is None:
        return False
    row = of_vendor(session, vendor, [variant_id]).get(variant_id) or MappingSuggestion(
        merchant_id=vendor.merchant_id, vendor_id=vendor.id, variant_id=variant_id
    )
    row.connection_id, row.suggested_at = connection.id, now
    row.vendor_variant_id, row.vendor_product_id = theirs.id, theirs.product_id
    row.vendor_sku, row.vendor_title = theirs.sku, theirs.title
    session.add(row)
    session.flush()
    return True


def take_back(session: Session, vendor: Vendor, variant_id: str) -> bool:
    row = of_vendor(session, vendor, [variant_id]).get(variant_id)
    if row is None:
        return False
    session.delete(row)
    return True


def of_vendor(
    session: Session, vendor: Vendor, variant_ids: Sequence[str]
) -> dict[str, MappingSuggestion]:
    """What the vendor has said of those variants."""
    rows = session.scalars(
        select(MappingSuggestion).where(
            MappingSuggestion.vendor_id == vendor.id, MappingSuggestion.variant_id.in_(variant_ids)
        )
    )
    return {row.variant_id: row for row in rows}


def waiting(session: Session, merchant: Merchant) -> int:
    """How many suggestions wait for the merchant's word."""
    count = _standing(merchant).with_only_columns(func.count())
    return session.scalars(count.order_by(None)).one()


def of_variant(session: Session, merchant: Merchant, variant_id: str) -> MappingSuggestion | None:
    """What the variant's own vendor says it is; by whomever it is sold now."""
    asked = _standing(merchant).where(MappingSuggestion.variant_id == variant_id)
    return session.scalars(asked).one_or_none()


def suggested(session: Session, merchant: Merchant, variant_ids: Sequence[str]) -> set[str]:
    """Those of them for which a suggestion waits."""
    asked = _standing(merchant).where(MappingSuggestion.variant_id.in_(variant_ids))
    return {row.variant_id for row in session.scalars(asked)}


def _standing(merchant: Merchant) -> Select[MappingSuggestion]:
    """Of the vendor that sells the variant, into a store that is still connected."""
    same = (
        (UnmappedVariant.merchant_id == MappingSuggestion.merchant_id)
        & (UnmappedVariant.variant_id == MappingSuggestion.variant_id)
        & (UnmappedVariant.vendor_id == MappingSuggestion.vendor_id)
    )
    return (
        select(MappingSuggestion)
        .join(UnmappedVariant, same)
        .join(Connection, Connection.id == MappingSuggestion.connection_id)
        .where(MappingSuggestion.merchant_id == merchant.id, Connection.disconnected_at.is_(None))
    )


def approve(
    session: Session, merchant: Merchant, variant_id: str, theirs: str, now: datetime
) -> VariantMapping:
    """The suggestion becomes the mapping, if it is still the variant ``theirs`` that the merchant
    has read. Raises Outdated."""
    row = of_variant(session, merchant, variant_id)
    if row is None or not theirs or row.vendor_variant_id != theirs:
        raise Outdated(variant_id)
    known = Variant(theirs, row.vendor_product_id, row.vendor_sku, row.vendor_title)
    return register.map_variant(session, row.connection, variant_id, known, now)
