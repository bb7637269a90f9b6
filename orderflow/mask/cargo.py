"""What a push takes along by the book of now: gathered here, composed under the mask elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import snapshot
from orderflow.book.shipments import left_to_ship, shipped_pieces
from orderflow.mask.compose import Cargo, Target, compose
from orderflow.mask.privacy import MerchantCard
from orderflow.models import Merchant, Push, VariantMapping, VendorOrder
from orderflow.rules.decide import PAID
from orderflow.rules.judge import lines_of
from orderflow.rules.settings import effective
from stores.base import ComposedOrder


def composed(session: Session, push: Push, pieces: Mapping[str, int]) -> ComposedOrder:
    """The vendor's order of ``push`` as it would leave now, with so many pieces of each line."""
    part = push.vendor_order
    seen = snapshot.from_json(part.order.snapshot)
    settings = effective(session, part.merchant_id, part.vendor_id).values
    there = {line.id for line in seen.lines}
    cargo = Cargo(
        part_lines=[line.remote_id for line in part.lines if line.quantity],
        pieces={line: count for line, count in pieces.items() if line in there},
        shipping=part.shipping,
        shipping_tax=part.shipping_tax,
        targets=targets(session, part, [push.connection_id]),
        former=snapshot.former(part.order.former),
        reference=part.order.payment_reference or "",
    )
    card = merchant_card(session.get_one(Merchant, part.merchant_id))
    paid = part.order.payment in PAID
    return compose(seen, cargo, settings, card, push.key, paid=paid)


def left_of(session: Session, push: Push, line_ids: Iterable[str]) -> dict[str, int]:
    """Pieces of these lines that still have to go: what a first create takes along."""
    part = push.vendor_order
    shipped = shipped_pieces(session, part.id)
    return {
        line.remote_id: left_to_ship(line.quantity, line.fulfillable, shipped[line.remote_id])
        for line in lines_of(part, line_ids)
    }


def merchant_card(merchant: Merchant) -> MerchantCard:
    return MerchantCard(merchant.name, merchant.email, merchant.phone, merchant.country)


def targets(
    session: Session, part: VendorOrder, connection_ids: Sequence[int]
) -> dict[str, Target]:
    """The vendor's variants for the part's lines, in those stores of the vendor's."""
    lines = {line.variant_id: line.remote_id for line in part.lines}
    rows = session.scalars(
        select(VariantMapping).where(
            VariantMapping.connection_id.in_(connection_ids),
            VariantMapping.variant_id.in_([variant for variant in lines if variant]),
        )
    )
    found = {
        row.variant_id: Target(row.vendor_variant_id, row.vendor_product_id, row.vendor_sku)
        for row in rows
    }
    return {
        line.remote_id: found[line.variant_id] for line in part.lines if line.variant_id in found
    }
