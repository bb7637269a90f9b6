"""What exactly leaves for a vendor's store. Pure, and the only way there is: see ``privacy``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from orderflow.mask.privacy import Contact, MerchantCard, contact
from orderflow.money import share
from orderflow.rules.settings import Settings
from stores.base import ComposedLine, ComposedOrder, DeliveryMethod, SeenLine, SeenOrder

TAG = "sluice"
PAYMENT_REFERENCE = "Payment reference"
"""Under this name the vendor's order keeps it."""


DELIVERY = "Delivery method"
DELIVERED = {
    DeliveryMethod.PICKUP: "Local pickup: the buyer fetches it from the merchant",
    DeliveryMethod.LOCAL: "Local delivery: the merchant brings it to the buyer",
}


@dataclass(frozen=True, slots=True)
class Target:
    """The vendor's variant for one of our lines."""

    variant_id: str
    product_id: str
    sku: str


@dataclass(frozen=True, slots=True)
class Cargo:
    """What one push takes along. ``part_lines``: the ids of all lines of the vendor's part, over
    which ``shipping`` was shared; ``pieces``: how many of each of ours go; ``former``: who the
    buyer was before an edit; ``reference``: of the buyer's payment."""

    part_lines: Sequence[str]
    pieces: Mapping[str, int]
    shipping: int
    shipping_tax: int
    targets: Mapping[str, Target]
    former: Sequence[SeenOrder] = ()
    reference: str = ""


def compose(
    order: SeenOrder, cargo: Cargo, settings: Settings, card: MerchantCard, key: str, *, paid: bool
) -> ComposedOrder:
    """The vendor's order. Its total is this push's exact share of the marketplace order."""
    lines = {line.id: line for line in order.lines}
    freight = _shared(cargo.shipping, cargo.part_lines, lines)
    freight_tax = _shared(cargo.shipping_tax, cargo.part_lines, lines)
    composed = tuple(
        _line(lines[i], pieces, order.taxes_included, cargo.targets.get(i))
        for i, pieces in cargo.pieces.items()
    )
    shipping_tax = sum(freight_tax.get(i, 0) for i in cargo.pieces)
    shipping = sum(freight.get(i, 0) for i in cargo.pieces)
    if order.taxes_included:
        shipping -= shipping_tax
    buyer = contact(order, settings, card, key, cargo.former, cargo.reference)
    return ComposedOrder(
        key=key,
        reference=order.name,
        reference_url=order.url,
        currency=order.currency,
        lines=composed,
        shipping=shipping,
        shipping_tax=shipping_tax,
        shipping_title=order.shipping_title,
        total=sum(line.total + line.tax for line in composed) + shipping + shipping_tax,
        taxes_included=order.taxes_included,
        paid=paid,
        test=order.test,
        placed_at=order.placed_at,
        note=buyer.note,
        email=buyer.email,
        phone=buyer.phone,
        tags=(TAG, *buyer.tags),
        attributes=(*_attributes(buyer, settings), *_delivery(lines[i] for i in cargo.pieces)),
        shipping_address=buyer.shipping_address,
        billing_address=buyer.billing_address,
        accepts_marketing=buyer.accepts_marketing,
    )


def _shared(
    amount: int, part_lines: Sequence[str], lines: Mapping[str, SeenLine]
) -> dict[str, int]:
    """By line. Where none is left there is nothing to carry, whatever shipping was charged."""
    weights = [max(lines[i].subtotal - lines[i].discount, 0) for i in part_lines]
    return dict(zip(part_lines, share(amount, weights), strict=True)) if weights else {}


def _attributes(buyer: Contact, settings: Settings) -> tuple[tuple[str, str], ...]:
    """What a buyer wrote under our own name would be taken for the payment's."""
    if not settings.share_transaction_reference:
        return buyer.attributes
    theirs = tuple(pair for pair in buyer.attributes if pair[0] != PAYMENT_REFERENCE)
    ours = (PAYMENT_REFERENCE, buyer.payment_reference)
    return (*theirs, ours) if buyer.payment_reference else theirs


def _delivery(lines: Iterable[SeenLine]) -> Iterator[tuple[str, str]]:
    """What is not simply shipped is told to the vendor."""
    methods = {line.delivery for line in lines}
    if told := ", ".join(words for method, words in DELIVERED.items() if method in methods):
        yield DELIVERY, told


def _line(line: SeenLine, pieces: int, inclusive: bool, target: Target | None) -> ComposedLine:
    """``pieces`` of ``line``, with their exact share of its discount and tax."""
    tax = _part(line.tax, pieces, line.quantity)
    total = _part(line.subtotal - line.discount, pieces, line.quantity)
    return ComposedLine(
        key=line.id,
        title=line.title,
        variant_title=line.variant_title,
        quantity=pieces,
        unit_price=line.unit_price,
        total=total - tax if inclusive else total,
        tax=tax,
        sku=target.sku if target and target.sku else line.sku,
        variant_id=target.variant_id if target else "",
        product_id=target.product_id if target else "",
        requires_shipping=line.requires_shipping,
    )


def _part(amount: int, pieces: int, quantity: int) -> int:
    """What ``pieces`` cost of ``quantity`` that cost ``amount``; more, where more have left."""
    if not quantity:
        return 0
    if pieces > quantity:
        return amount * pieces // quantity
    return share(amount, [pieces, quantity - pieces])[0]
