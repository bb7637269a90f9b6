"""Composes what a vendor gets from the database as it is now, under the privacy mask. A push, the
portal and the privacy preview all compose here, so that what is shown is what is sent.

    composed()  one push, with the pieces that it takes along
    whole()     all that is wanted of a part: the portal's pages, files and slips
    planned()   one order for each store, as it stands there or would be sent now: the preview
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import pieces as agreed_pieces
from orderflow.book import snapshot
from orderflow.book.shipments import left_to_ship, shipped_pieces
from orderflow.mask.compose import Cargo, Target, compose
from orderflow.mask.privacy import MerchantCard
from orderflow.models import Connection, Merchant, Push, VariantMapping, VendorOrder
from orderflow.rules.decide import PAID
from orderflow.rules.facts import gather
from orderflow.rules.judge import lines_of
from orderflow.rules.settings import Settings, effective
from stores.base import ComposedOrder
from stores.money import shown_of_net


@dataclass(frozen=True, slots=True)
class Terms:
    """Where composed pieces go: ``homes`` are the connections whose product mappings apply,
    ``key`` marks the order. ``agreed``: by push, the orders of the part that stand in stores;
    ``push_id``: the one of them that is composed anew, 0 for a new order. ``reference`` takes the
    place of the payment's reference where it is not None."""

    key: str
    homes: Sequence[int]
    agreed: Mapping[int, ComposedOrder] = field(default_factory=dict)
    push_id: int = 0
    reference: str | None = None


def composed(
    session: Session, push: Push, pieces: Mapping[str, int], settings: Settings | None = None
) -> ComposedOrder:
    """The vendor's order of ``push`` as it would leave now, with so many pieces of each line.
    ``settings`` take the place of those that are saved."""
    part = push.vendor_order
    agreed = _agreed(session, part, None if part.shipping else push)
    terms = Terms(push.key, [push.connection_id], agreed, push.id)
    return _compose(session, part, pieces, terms, settings)


def whole(session: Session, part: VendorOrder, key: str) -> ComposedOrder:
    """All that is wanted of the part, whatever has left already."""
    homes = session.scalars(select(Connection.id).where(Connection.vendor_id == part.vendor_id))
    return _compose(session, part, _wanted(part), Terms(key, homes.all()))


def planned(
    session: Session, part: VendorOrder, settings: Settings, key: str, reference: str | None = None
) -> list[tuple[int | None, ComposedOrder]]:
    """What each store holds of the part, or would be sent now, if ``settings`` were saved: pairs of
    the connection's id (None: no store) and the order. Where nothing is left to send, all that is
    wanted. ``key`` stands for the keys of orders that were not sent yet, ``reference`` for a
    payment's that is to be read before."""
    pushes = {push.id: push for push in _pushes(session, part)}
    stores = {line.id: line.store for line in gather(session, part, {}).lines}
    legs: dict[tuple[int, int | None], dict[str, int]] = defaultdict(dict)
    for line in lines_of(part, counts := _standing(session, part, pushes.values())):
        push = pushes.get(line.push_id or 0)
        leg = (push.id, push.connection_id) if push else (0, stores[line.remote_id])
        legs[leg][line.remote_id] = counts[line.remote_id]
    agreed = _agreed(session, part, None)
    found = []
    for (push_id, home), pieces in legs.items():
        named = pushes[push_id].key if push_id else key
        homes = [home] if home is not None else []
        terms = Terms(named, homes, agreed, push_id, reference)
        found.append((home, _compose(session, part, pieces, terms, settings)))
    return found


def _pushes(session: Session, part: VendorOrder) -> Sequence[Push]:
    ids = {line.push_id for line in part.lines if line.push_id}
    return session.scalars(select(Push).where(Push.id.in_(ids)).order_by(Push.id)).all()


def _standing(session: Session, part: VendorOrder, pushes: Iterable[Push]) -> dict[str, int]:
    """Pieces by line that stand in vendors' stores as they are wanted there, or are left to send;
    all that are wanted where there are none of these."""
    shipped = shipped_pieces(session, part.id)
    counts = {
        line.remote_id: left_to_ship(line.quantity, line.fulfillable, shipped[line.remote_id])
        for line in part.lines
        if line.requires_shipping
    }
    for push in pushes:
        counts |= {x.line.remote_id: x.mine for x in agreed_pieces.of(session, push)}
    return {line: count for line, count in counts.items() if count} or _wanted(part)


def _wanted(part: VendorOrder) -> dict[str, int]:
    """Pieces by line of all that the vendor is to ship. A part with nothing to ship is told whole,
    although it is never sent."""
    lines = [line for line in part.lines if line.quantity > 0]
    goods = [line for line in lines if line.requires_shipping]
    return {line.remote_id: line.quantity for line in goods or lines}


def agreed_of(push: Push) -> dict[str, int]:
    """Pieces by line that the order of ``push`` had when both sides agreed last."""
    lines = [line for line in push.vendor_order.lines if line.push_id == push.id]
    return {line.remote_id: line.pushed_pieces for line in lines if line.pushed_pieces}


def _compose(
    session: Session,
    part: VendorOrder,
    pieces: Mapping[str, int],
    terms: Terms,
    settings: Settings | None = None,
) -> ComposedOrder:
    order = part.order
    seen = snapshot.from_json(order.snapshot)
    there = {line.id for line in seen.lines}
    sent = {line.key for each in terms.agreed.values() for line in each.lines}
    shown = [_shown_shipping(each) for each in terms.agreed.values()]
    tax = [each.shipping_tax for each in terms.agreed.values()]
    cargo = Cargo(
        part_lines=[x.remote_id for x in part.lines if x.quantity and x.remote_id not in sent],
        pieces={line: count for line, count in pieces.items() if line in there},
        shipping=max(part.shipping - sum(shown), 0),
        shipping_tax=max(part.shipping_tax - sum(tax), 0),
        targets=_targets(session, part, terms.homes),
        former=snapshot.former(order.former),
        reference=_reference(part, terms),
        agreed=terms.agreed.get(terms.push_id),
    )
    saved = settings or effective(session, part.merchant_id, part.vendor_id).values
    card = merchant_card(session.get_one(Merchant, part.merchant_id))
    return compose(seen, cargo, saved, card, terms.key, paid=order.payment in PAID)


def _reference(part: VendorOrder, terms: Terms) -> str:
    known = part.order.payment_reference if terms.reference is None else terms.reference
    return known or ""


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


def _targets(
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
