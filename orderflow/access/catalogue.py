"""Which of the shop's variants are which of the vendors'; and those that nobody knows yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from orderflow.book import history
from orderflow.db import insert_new
from orderflow.models import (
    Connection,
    MappingSuggestion,
    Merchant,
    OrderLine,
    UnmappedVariant,
    VariantMapping,
    Vendor,
)
from orderflow.paging import newest_first
from orderflow.rules.judge import reconsider_variant
from stores.base import Variant


@dataclass(frozen=True, slots=True)
class Ours:
    """A variant of the shop as orders have told it; ``vendor`` None: nobody is known to sell it."""

    variant_id: str
    sku: str
    title: str
    variant_title: str
    vendor: Vendor | None

    @property
    def name(self) -> str:
        return named(self.title, self.variant_title)


def named(title: str, variant_title: str) -> str:
    """A product and which of its variants."""
    return " · ".join(filter(None, (title, variant_title)))


def note_unmapped(
    session: Session, merchant_id: int, lines: Iterable[OrderLine], mapped: set[str], now: datetime
) -> None:
    """Lines of vendors whose variant has no mapping go on the list of what is to be mapped."""
    for line in lines:
        if line.vendor_order is None or not line.variant_id or line.variant_id in mapped:
            continue
        values = {
            "merchant_id": merchant_id,
            "vendor_id": line.vendor_order.vendor_id,
            "variant_id": line.variant_id,
            "sku": line.sku,
            "title": line.title,
            "variant_title": line.variant_title,
            "seen_at": now,
        }
        insert_new(session, UnmappedVariant, values, ["merchant_id", "variant_id"])


def forget_unmapped(session: Session, merchant_id: int, variant_id: str) -> None:
    """It is mapped: nobody looks for it any more, and no suggestion waits for an answer."""
    for table in (UnmappedVariant, MappingSuggestion):
        session.execute(
            delete(table).where(table.merchant_id == merchant_id, table.variant_id == variant_id)
        )


def note_mapping(
    session: Session,
    merchant: Merchant,
    variant_id: str,
    by: str,
    now: datetime,
    vendor_id: int,
    theirs: Variant | None,
) -> None:
    """For the history, before it is so: the variant is mapped to ``theirs``, or to nothing."""
    before, seen = mapping_of(session, merchant, variant_id), ours(session, merchant, variant_id)
    history.note(
        session,
        merchant.id,
        history.MAPPING,
        by=by,
        now=now,
        name=(seen.name or seen.sku) if seen else "",
        was=before and _theirs(before.vendor_title, before.vendor_sku, before.vendor_variant_id),
        became=theirs and _theirs(theirs.title, theirs.sku, theirs.id),
        vendor_id=vendor_id,
    )


def _theirs(title: str, sku: str, number: str) -> str:
    return " · ".join(filter(None, (title, sku))) or number


def unmap(
    session: Session, mapping: VariantMapping, now: datetime, *, by: str = history.ITSELF
) -> None:
    """Nobody's product stands for the variant any more; it is on the list again if it was sold."""
    merchant = session.get_one(Merchant, mapping.merchant_id)
    seen = ours(session, merchant, mapping.variant_id)
    vendor_id = mapping.connection.vendor_id
    note_mapping(session, merchant, mapping.variant_id, by, now, vendor_id, None)
    session.delete(mapping)
    session.flush()
    if seen is not None and seen.title:
        values = {
            "merchant_id": merchant.id,
            "vendor_id": vendor_id,
            "variant_id": seen.variant_id,
            "sku": seen.sku,
            "title": seen.title,
            "variant_title": seen.variant_title,
            "seen_at": now,
        }
        insert_new(session, UnmappedVariant, values, ["merchant_id", "variant_id"])
    reconsider_variant(session, merchant, mapping.variant_id, now)


def ours(session: Session, merchant: Merchant, variant_id: str) -> Ours | None:
    """What is known of a variant of this merchant; None when it was never sold nor mapped."""
    listed = session.scalars(
        select(UnmappedVariant)
        .where(UnmappedVariant.merchant_id == merchant.id, UnmappedVariant.variant_id == variant_id)
        .options(joinedload(UnmappedVariant.vendor))
    ).one_or_none()
    if listed is not None:
        return Ours(variant_id, listed.sku, listed.title, listed.variant_title, listed.vendor)
    mapping = mapping_of(session, merchant, variant_id)
    line = session.scalars(
        select(OrderLine)
        .where(OrderLine.merchant_id == merchant.id, OrderLine.variant_id == variant_id)
        .order_by(OrderLine.order_id.desc())
        .limit(1)
    ).one_or_none()
    vendor = mapping.connection.vendor if mapping else None
    if line is not None:
        return Ours(variant_id, line.sku, line.title, line.variant_title, vendor)
    return Ours(variant_id, "", "", "", vendor) if mapping else None


def mapping_of(session: Session, merchant: Merchant, variant_id: str) -> VariantMapping | None:
    return session.scalars(
        select(VariantMapping)
        .where(VariantMapping.merchant_id == merchant.id, VariantMapping.variant_id == variant_id)
        .options(joinedload(VariantMapping.connection).joinedload(Connection.vendor))
    ).one_or_none()


def unmapped(
    session: Session, merchant: Merchant, before: int | None = None, vendor: Vendor | None = None
) -> tuple[list[UnmappedVariant], int | None]:
    """A page of what is to be mapped, newest first, and where the next one begins; all of it, or
    what ``vendor`` sells."""
    asked = (
        select(UnmappedVariant)
        .where(UnmappedVariant.merchant_id == merchant.id)
        .options(joinedload(UnmappedVariant.vendor))
    )
    if vendor is not None:
        asked = asked.where(UnmappedVariant.vendor_id == vendor.id)
    return newest_first(session, asked, UnmappedVariant.id, before)


def mappings(
    session: Session, merchant: Merchant, before: int | None = None, vendor: Vendor | None = None
) -> tuple[list[VariantMapping], int | None]:
    """A page of mappings, newest first, and where the next one begins; all, or ``vendor``'s."""
    asked = (
        select(VariantMapping)
        .join(Connection, Connection.id == VariantMapping.connection_id)
        .join(Vendor, Vendor.id == Connection.vendor_id)
        .where(VariantMapping.merchant_id == merchant.id)
        .options(contains_eager(VariantMapping.connection).contains_eager(Connection.vendor))
    )
    if vendor is not None:
        asked = asked.where(Connection.vendor_id == vendor.id)
    return newest_first(session, asked, VariantMapping.id, before)


def last_sold(session: Session, mappings: Iterable[VariantMapping]) -> dict[str, OrderLine]:
    """By our variant: the line of the newest order that has it, which knows how it is called."""
    newest = (
        select(OrderLine.id)
        .where(
            OrderLine.merchant_id == VariantMapping.merchant_id,
            OrderLine.variant_id == VariantMapping.variant_id,
        )
        .order_by(OrderLine.order_id.desc())
        .limit(1)
        .correlate(VariantMapping)
        .scalar_subquery()
    )
    asked = select(newest).where(VariantMapping.id.in_([mapping.id for mapping in mappings]))
    ids = [number for number in session.scalars(asked) if number is not None]
    lines = session.scalars(select(OrderLine).where(OrderLine.id.in_(ids)))
    return {line.variant_id: line for line in lines}
