"""What an order in a vendor's store is now: its top, its lines, what of them was refunded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from stores import boundary
from stores.base import Address, OrderContent, OrderFields, Parcel, StoreLine, StoreRefused
from stores.money import rounded_to_minor
from stores.texts import _
from stores.woocommerce import statuses
from stores.woocommerce.answers import Charged, Contact, Item, Order, Refund
from stores.woocommerce.client import Client, is_missing, not_understood
from stores.woocommerce.compose import OUR_META, TAX
from stores.woocommerce.statuses import Goods

DRAFT = "checkout-draft"
"""What a create leaves behind that broke off, or has not come to its end: no order yet (10.5)."""
GONE = ("cancelled", "trash", DRAFT)
"""Statuses of orders that are not live."""


@dataclass(frozen=True)
class Returned:
    """Pieces and money given back for one item."""

    pieces: int = 0
    amount: int = 0


NONE = Returned()


def read(client: Client, order_id: str, *, fresh: bool = False) -> Order | None:
    """The order as it is now; None where the store itself, asked afresh, knows none."""
    place = f"orders/{int(order_id)}"
    try:
        if not fresh:
            return understood(client.get(place), writing=False)
    except StoreRefused as refused:
        if not is_missing(refused):
            raise
    try:
        return understood(client.get_fresh(place), writing=False)
    except StoreRefused as refused:
        if is_missing(refused):
            return None
        raise


def understood(content: object, *, writing: bool) -> Order:
    """``content`` as an order. After a write, one that cannot be read leaves its outcome open."""
    try:
        return boundary.read(Order, content)
    except boundary.Unreadable:
        raise not_understood(writing=writing) from None


def names_ours(order: Order) -> bool:
    """Whether any of its items is known to be ours."""
    return any(item.key for item in order.line_items)


def must_stand(client: Client, order_id: str) -> Order:
    """As it is now, by no cache's word: what was done before must not be done twice. The store
    would change an order in its trash as well, where nobody sees it."""
    order = read(client, order_id, fresh=True)
    if order is None:
        raise StoreRefused(_("The order is no longer in the store."))
    if order.status == "trash":
        raise StoreRefused(_("The order is in the store's trash."))
    return order


def refunds(client: Client, order: Order, *, fresh: bool = False) -> list[Refund]:
    """All refunds of an order, with their items. ``fresh`` where something is written next."""
    if not order.refunds:
        return []
    try:
        told = client.pages(f"orders/{order.id}/refunds", fresh=fresh)
        return [boundary.read(Refund, each) for each in told]
    except boundary.Unreadable:
        raise not_understood() from None


def returned(order: Order, made: Iterable[Refund]) -> Mapping[int, Returned]:
    """By item or fee, of the refunds ``made``. Ours name the fee that holds the tax since they
    give it back; earlier ones told it by an amount that is more than their items."""
    found: dict[int, Returned] = defaultdict(Returned)
    tax_fee = next((fee.id for fee in order.fee_lines if fee.name == TAX), 0)
    for refund in made:
        rest = to_amount(refund.amount, order)
        for line in (*refund.line_items, *refund.fee_lines):
            amount = -to_amount(line.total, order)
            pieces = -line.quantity if isinstance(line, Item) else 0
            before = found[_refunded_item(line)]
            found[_refunded_item(line)] = Returned(before.pieces + pieces, before.amount + amount)
            rest -= amount
        if refund.is_ours and refund.line_items and not _names_fees(refund, order) and rest > 0:
            before = found[tax_fee]
            found[tax_fee] = Returned(before.pieces, before.amount + rest)
    return found


def _names_fees(refund: Refund, order: Order) -> bool:
    fees = {fee.id for fee in order.fee_lines}
    return any(_refunded_item(line) in fees for line in (*refund.line_items, *refund.fee_lines))


def _refunded_item(line: Charged) -> int:
    number = line.meta("_refunded_item_id")
    return int(number) if number.isascii() and number.isdigit() else 0


def to_amount(told: Decimal, order: Order) -> int:
    """In minor units of the order's currency, rounded where the store tells more digits."""
    return rounded_to_minor(told, order.currency)


def content(
    order: Order, back: Mapping[int, Returned], parcels: tuple[Parcel, ...]
) -> OrderContent:
    refunded = sum((refund.total for refund in order.refunds), boundary.NOTHING)
    return OrderContent(
        fields=_fields(order),
        lines=() if order.status in GONE else _lines(order, back, parcels),
        currency=order.currency,
        total=to_amount(order.total, order),
        refunded=-to_amount(refunded, order),
    )


def _fields(order: Order) -> OrderFields:
    told = {each.key: each.value for each in order.meta_data}
    return OrderFields(
        email=order.billing.email,
        phone=order.billing.phone,
        note=order.customer_note,
        attributes={
            key: boundary.text(value, boundary.LONG)
            for key, value in told.items()
            if isinstance(value, str) and key not in OUR_META and not key.startswith("_")
        },
        shipping_address=address_of(order.shipping),
    )


def address_of(shipping: Contact) -> Address | None:
    if shipping == Contact():
        return None
    return Address(
        first_name=shipping.first_name,
        last_name=shipping.last_name,
        company=shipping.company,
        address1=shipping.address_1,
        address2=shipping.address_2,
        city=shipping.city,
        zip=shipping.postcode,
        province=shipping.state,
        country=shipping.country,
        phone=shipping.phone,
    )


def _lines(
    order: Order, back: Mapping[int, Returned], parcels: tuple[Parcel, ...]
) -> tuple[StoreLine, ...]:
    """One for each key; what the vendor added has none, and leaves when all has shipped."""
    away: dict[str, int] = defaultdict(int)
    for parcel in parcels:
        for key, pieces in parcel.lines.items():
            away[key] += pieces
    lines = []
    for item in order.line_items:
        quantity = item.quantity - back.get(item.id, NONE).pieces
        shipped = min(away[item.key], quantity) if item.key else 0
        if not item.key and statuses.goods(order.status) is Goods.LEFT:
            shipped = quantity
        away[item.key] -= shipped
        lines.append(_line(item, quantity, quantity - shipped))
    return _merged([line for line in lines if line.quantity > 0])


def _line(item: Item, quantity: int, fulfillable: int) -> StoreLine:
    return StoreLine(
        key=item.key,
        title=item.name,
        quantity=quantity,
        fulfillable=fulfillable,
        sku=item.sku or item.meta("SKU"),
        variant_id=str(item.variation_id or item.product_id or ""),
    )


def _merged(lines: list[StoreLine]) -> tuple[StoreLine, ...]:
    """An addition that was repeated may stand twice under one key."""
    found: dict[str, StoreLine] = {}
    for number, line in enumerate(lines):
        place = line.key or f"#{number}"
        before = found.get(place)
        if before:
            line = StoreLine(
                line.key,
                before.title,
                before.quantity + line.quantity,
                before.fulfillable + line.fulfillable,
                before.sku,
                before.variant_id,
            )
        found[place] = line
    return tuple(found.values())
