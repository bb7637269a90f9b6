"""A marketplace order from either source: a webhook's REST body, or a GraphQL node.

Both say the same with other names, so ``rest`` makes the REST model of GraphQL nodes and one reader
reads both. Amounts are the shop's currency, never the buyer's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from stores.base import DeliveryMethod, SeenLine, SeenOrder, SeenRefund
from stores.boundary import Unreadable
from stores.money import exponent
from stores.shopify import bodies
from stores.shopify.addresses import address_of

MOST = 10**15
"""Minor units that one amount of an order may be; more is nonsense, and no database holds it."""
_FULFILMENT = {"partial": "partial", "fulfilled": "fulfilled"}


def seen_order(
    order: bodies.Order, address: str = "", methods: Mapping[str, str] | None = None
) -> SeenOrder:
    """``address`` is the shop's; ``methods`` are delivery methods by line, where the shop was asked
    for them. Raises Unreadable for amounts that no order has.

    Amounts with more digits than the currency are rounded: taxes and discounts together, so that
    their sum stays; what is left between the lines and the total is the merchant's own.
    """
    money = _Money(order.currency)
    shipping = [line for line in order.shipping_lines if not line.is_removed]
    taxes = money.rounded(
        [
            *(_taxes(line.tax_lines) for line in order.line_items),
            sum((_taxes(line.tax_lines) for line in shipping), Decimal(0)),
        ]
    )
    discounts = money.rounded([_discount(line) for line in order.line_items])
    returned = _returned(order)
    lines = zip(order.line_items, discounts, taxes[:-1], strict=True)
    guess = "" if methods else delivery_of(order, shipping)
    told = SeenOrder(
        id=order.id,
        name=order.name or order.id,
        updated_at=order.updated_at,
        placed_at=order.processed_at or order.created_at,
        currency=order.currency,
        total=money.of(_first(order.current_total_price, order.total_price)),
        shipping=sum(money.of(_first(line.discounted_price, line.price)) for line in shipping),
        shipping_tax=taxes[-1],
        payment=order.financial_status,
        lines=tuple(_line(line, money, cut, tax, returned) for line, cut, tax in lines),
        fulfilment=_FULFILMENT.get(order.fulfillment_status, ""),
        taxes_included=order.taxes_included,
        cancelled_at=order.cancelled_at,
        test=order.test,
        shipping_title=shipping[0].title if shipping else "",
        note=order.note,
        email=order.email,
        phone=order.phone,
        url=f"https://{address}/admin/orders/{order.id}" if address else "",
        tags=tuple(sorted(order.tags)),
        attributes=_pairs(order.note_attributes),
        shipping_address=address_of(order.shipping_address),
        billing_address=address_of(order.billing_address),
        accepts_marketing=order.buyer_accepts_marketing,
        refunds=tuple(_refunds(order, money)),
        delivery_told=methods is not None or bool(guess),
    )
    return with_delivery(told, methods or {line.id: guess for line in told.lines})


def with_delivery(order: SeenOrder, methods: Mapping[str, str]) -> SeenOrder:
    """``order`` with delivery methods of those of its lines that need shipping at all."""
    lines = tuple(
        replace(line, delivery=methods.get(line.id, "")) if line.requires_shipping else line
        for line in order.lines
    )
    return replace(order, lines=lines)


def delivery_of(order: bodies.Order, shipping: Sequence[bodies.Shipping]) -> str:
    """What a body tells of how the order is delivered, a DeliveryMethod or "". Webhooks have no
    field for it (Shopify 2026-10): a shipping line may tell a category or a code, and an order that
    was checked out with a shipping line but without an address is fetched by its buyer."""
    for line in shipping:
        for told in (line.delivery_category, line.code):
            if method := _METHODS.get("".join(filter(str.isalpha, told.casefold()))):
                return method
    return DeliveryMethod.PICKUP if shipping and order.shipping_address is None else ""


_METHODS: Mapping[str, str] = {
    "pickup": DeliveryMethod.PICKUP,
    "localpickup": DeliveryMethod.PICKUP,
    "storepickup": DeliveryMethod.PICKUP,
    "instorepickup": DeliveryMethod.PICKUP,
    "pickupinstore": DeliveryMethod.PICKUP,
    "clickandcollect": DeliveryMethod.PICKUP,
    "local": DeliveryMethod.LOCAL,
    "localdelivery": DeliveryMethod.LOCAL,
}


class _Money:
    """Decimal amounts of one currency as whole minor units."""

    def __init__(self, currency: str) -> None:
        self._digits = exponent(currency)

    def exact(self, amount: Decimal) -> Decimal:
        value = amount.scaleb(self._digits)
        if abs(value) > MOST:
            raise Unreadable("more money than there is")
        return value

    def of(self, amount: Decimal) -> int:
        """Rounded half up."""
        return int(self.exact(amount).to_integral_value(ROUND_HALF_UP))

    def rounded(self, amounts: Sequence[Decimal]) -> list[int]:
        """Each a whole number, together their sum rounded half up: what the floors leave over goes
        to the largest remainders."""
        exact = [self.exact(amount) for amount in amounts]
        floors = [int(value.to_integral_value(ROUND_FLOOR)) for value in exact]
        total = int(sum(exact, Decimal(0)).to_integral_value(ROUND_HALF_UP))
        by_remainder = sorted(range(len(exact)), key=lambda at: floors[at] - exact[at])
        for at in by_remainder[: total - sum(floors)]:
            floors[at] += 1
        return floors


def _first(*amounts: Decimal | None) -> Decimal:
    found = next((amount for amount in amounts if amount is not None), None)
    if found is None:
        raise Unreadable("an amount is missing")
    return found


def _line(
    line: bodies.Item, money: _Money, discount: int, tax: int, returned: dict[str, int]
) -> SeenLine:
    """``quantity`` of a body never changes; what is wanted now is ``current_quantity``, which
    bodies before 2024 leave to be counted from the refunds."""
    wanted = line.current_quantity
    if wanted is None:
        wanted = max(line.quantity - returned.get(line.id, 0), 0)
    title = line.variant_title
    return SeenLine(
        id=line.id,
        title=line.title,
        quantity=wanted,
        unit_price=money.of(line.price),
        subtotal=money.of(line.price * wanted),
        discount=_share(discount, wanted, line.quantity),
        tax=_share(tax, wanted, line.quantity),
        variant_id=line.variant_id,
        product_id=line.product_id,
        variant_title="" if title == "Default Title" else title,
        sku=line.sku,
        vendor=line.vendor,
        requires_shipping=line.requires_shipping,
        fulfillable=line.fulfillable_quantity,
        attributes=_pairs(line.properties),
    )


def _share(amount: int, wanted: int, ordered: int) -> int:
    """What of a whole line's amount belongs to the pieces still wanted, rounded half up."""
    return (2 * amount * wanted + ordered) // (2 * ordered) if ordered else 0


def _discount(line: bodies.Item) -> Decimal:
    return sum((part.amount for part in line.discount_allocations), Decimal(0))


def _taxes(taxes: Sequence[bodies.Tax]) -> Decimal:
    return sum((_tax(tax) for tax in taxes), Decimal(0))


def _tax(tax: bodies.Tax) -> Decimal:
    shop = tax.price_set.shop_money if tax.price_set else None
    return _first(shop.amount if shop else None, tax.price)


def _returned(order: bodies.Order) -> dict[str, int]:
    pieces: dict[str, int] = {}
    for refund in order.refunds:
        for line, count in _pieces(refund).items():
            pieces[line] = pieces.get(line, 0) + count
    return pieces


def _pieces(refund: bodies.Refund) -> dict[str, int]:
    pieces: dict[str, int] = {}
    for item in refund.refund_line_items:
        pieces[item.line_item_id] = pieces.get(item.line_item_id, 0) + item.quantity
    return pieces


def _refunds(order: bodies.Order, money: _Money) -> Iterator[SeenRefund]:
    """An edit that takes pieces away leaves a refund without money behind, which is none."""
    for refund in order.refunds:
        amount = sum(money.of(one.amount) for one in refund.transactions if _went_back(one))
        if amount:
            yield SeenRefund(
                id=refund.id,
                at=refund.created_at,
                amount=amount,
                lines=tuple(sorted(_pieces(refund).items())),
                restock=any(
                    item.restock_type not in ("", "no_restock") for item in refund.refund_line_items
                ),
            )


def _went_back(transaction: bodies.Transaction) -> bool:
    return transaction.kind == "refund" and transaction.status == "success"


def _pairs(pairs: Sequence[bodies.Pair]) -> tuple[tuple[str, str], ...]:
    return tuple((pair.name, pair.value) for pair in pairs)
