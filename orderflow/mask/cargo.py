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
from stores.money import shown_of_net


def composed(session: Session, push: Push, pieces: Mapping[str, int]) -> ComposedOrder:
    """The vendor's order of ``push`` as it would leave now, with so many pieces of each line."""
    part = push.vendor_order
    seen = snapshot.from_json(part.order.snapshot)
    settings = effective(session, part.merchant_id, part.vendor_id).values
    there = {line.id for line in seen.lines}
    agreed = _agreed(session, part, None if part.shipping else push)
    sent = {line.key for each in agreed.values() for line in each.lines}
    shown = [_shown_shipping(each) for each in agreed.values()]
    cargo = Cargo(
        part_lines=[x.remote_id for x in part.lines if x.quantity and x.remote_id not in sent],
        pieces={line: count for line, count in pieces.items() if line in there},
        shipping=max(part.shipping - sum(shown), 0),
        shipping_tax=max(part.shipping_tax - sum(x.shipping_tax for x in agreed.values()), 0),
        targets=targets(session, part, [push.connection_id]),
        former=snapshot.former(part.order.former),
        reference=part.order.payment_reference or "",
        agreed=agreed.get(push.id),
    )
    card = merchant_card(session.get_one(Merchant, part.merchant_id))
    paid = part.order.payment in PAID
    return compose(seen, cargo, settings, card, push.key, paid=paid)


def _agreed(session: Session, part: VendorOrder, push: Push | None) -> dict[int, ComposedOrder]:
    """By push: what stands in a store, or may, as it was agreed on last. Its price of shipping
    stays, and the lines that are not in it share what is left. ``push``: that one alone."""
    if push is not None:
        found: Iterable[Push] = [push] if push.state in Push.LIVE else []
    else:
        live = select(Push).where(Push.vendor_order_id == part.id, Push.state.in_(Push.LIVE))
        found = session.scalars(live)
    return {each.id: snapshot.composed_from_json(each.sent) for each in found if each.sent}


def _shown_shipping(order: ComposedOrder) -> int:
    included = order.taxes_included
    return shown_of_net(order.shipping, order.shipping_tax, included=included)


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
