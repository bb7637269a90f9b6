"""What exactly leaves for a vendor's store. Pure, and the only way there is: see ``privacy``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from orderflow.mask.privacy import Contact, MerchantCard, contact
from orderflow.money import share
from orderflow.rules.settings import Settings
from stores.base import (
    ComposedLine,
    ComposedOrder,
    DeliveryMethod,
    SeenLine,
    SeenOrder,
    Worth,
)
from stores.money import Net, Shown, Tax, gross, gross_sum, net_of_shown

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
    """What one push takes along. ``part_lines``: the ids of the lines of the vendor's part over
    which ``shipping``, as the marketplace shows it, is shared; ``pieces``: how many of each of ours
    go; ``former``: who the buyer was before an edit; ``reference``: of the buyer's payment.
    ``agreed``: the order as it was sent, whose price of shipping stands, whatever is shared now."""

    part_lines: Sequence[str]
    pieces: Mapping[str, int]
    shipping: int
    shipping_tax: int
    targets: Mapping[str, Target]
    former: Sequence[SeenOrder] = ()
    reference: str = ""
    agreed: ComposedOrder | None = None


def compose(
    order: SeenOrder, cargo: Cargo, settings: Settings, card: MerchantCard, key: str, *, paid: bool
) -> ComposedOrder:
    """The vendor's order. Its total is this push's exact share of the marketplace order."""
    lines = {line.id: line for line in order.lines}
    before = {line.key: line for line in cargo.agreed.lines} if cargo.agreed else {}
    composed = tuple(
        _line(lines[i], pieces, _cost(order, lines[i], pieces, before.get(i)), cargo.targets.get(i))
        for i, pieces in cargo.pieces.items()
    )
    shipping, shipping_tax = _freight(order, cargo, lines)
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
        total=gross_sum([*(line.gross for line in composed), gross(shipping, shipping_tax)]),
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


def _freight(order: SeenOrder, cargo: Cargo, lines: Mapping[str, SeenLine]) -> tuple[Net, Tax]:
    """What shipping costs in this push: what was agreed on, and the share of what is left."""
    freight = _shared(cargo.shipping, cargo.part_lines, lines)
    freight_tax = _shared(cargo.shipping_tax, cargo.part_lines, lines)
    shown = Shown(sum(freight.get(i, 0) for i in cargo.pieces))
    tax = Tax(sum(freight_tax.get(i, 0) for i in cargo.pieces))
    net = net_of_shown(shown, tax, included=order.taxes_included)
    if cargo.agreed is None:
        return net, tax
    return Net(net + cargo.agreed.shipping), Tax(tax + cargo.agreed.shipping_tax)


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


def _line(line: SeenLine, pieces: int, cost: Worth, target: Target | None) -> ComposedLine:
    """``pieces`` of ``line``, which cost ``cost``."""
    return ComposedLine(
        key=line.id,
        title=line.title,
        variant_title=line.variant_title,
        quantity=pieces,
        unit_price=Shown(line.unit_price),
        total=cost.net,
        tax=cost.tax,
        sku=target.sku if target and target.sku else line.sku,
        variant_id=target.variant_id if target else "",
        product_id=target.product_id if target else "",
        requires_shipping=line.requires_shipping,
    )


def _cost(order: SeenOrder, line: SeenLine, pieces: int, agreed: ComposedLine | None) -> Worth:
    """Pieces that have left and are not wanted any more cost what was agreed on."""
    if agreed is not None and line.quantity < pieces <= agreed.quantity:
        return in_part(Worth(agreed.total, agreed.tax), pieces, agreed.quantity)
    return worth(line, pieces, included=order.taxes_included)


def in_part(whole: Worth, pieces: int, of: int) -> Worth:
    """``pieces`` out of ``of`` that are worth ``whole`` together, by largest remainder."""
    if not of or pieces >= of:
        return whole
    net, tax = (share(amount, [pieces, of - pieces])[0] for amount in (whole.net, whole.tax))
    return Worth(Net(net), Tax(tax))


def worth(line: SeenLine, pieces: int, *, included: bool) -> Worth:
    """What ``pieces`` of ``line`` cost now, after discount; ``included``: its prices hold tax."""
    tax = Tax(_part(line.tax, pieces, line.quantity))
    shown = Shown(_part(line.subtotal - line.discount, pieces, line.quantity))
    return Worth(net_of_shown(shown, tax, included=included), tax)


def _part(amount: int, pieces: int, quantity: int) -> int:
    """What ``pieces`` cost of ``quantity`` that cost ``amount``; more, where more have left."""
    if not quantity:
        return 0
    if pieces > quantity:
        return amount * pieces // quantity
    return share(amount, [pieces, quantity - pieces])[0]
