"""What an order in a vendor's store is now: its top, its lines, what of them was refunded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from stores.base import Address, OrderContent, OrderFields, Parcel, StoreLine, StoreRefused
from stores.money import to_minor
from stores.texts import _
from stores.woocommerce.client import Client, is_missing
from stores.woocommerce.compose import OUR_META
from stores.woocommerce.words import LINE, meta

Node = dict[str, Any]

GONE = ("cancelled", "trash", "checkout-draft")
"""Statuses of orders that are not live."""


@dataclass(frozen=True)
class Returned:
    """Pieces and money given back for one item."""

    pieces: int = 0
    amount: int = 0


NONE = Returned()


def read(client: Client, order_id: str) -> Node | None:
    try:
        found: Node = client.get(f"orders/{int(order_id)}")
    except StoreRefused as refused:
        if is_missing(refused):
            return None
        raise
    return found


def must_stand(client: Client, order_id: str) -> Node:
    """The store would change an order in its trash as well, where nobody sees it."""
    order = read(client, order_id)
    if order is None:
        raise StoreRefused(_("The order is no longer in the store."))
    if order["status"] == "trash":
        raise StoreRefused(_("The order is in the store's trash."))
    return order


def returned(client: Client, order: Node) -> Mapping[int, Returned]:
    """By item. The order itself tells the sums of its refunds, not their lines."""
    found: dict[int, Returned] = defaultdict(Returned)
    if not order["refunds"]:
        return found
    for refund in client.pages(f"orders/{order['id']}/refunds"):
        for line in refund["line_items"]:
            item = int(meta(line, "_refunded_item_id") or 0)
            amount = to_minor(line["total"], order["currency"])
            before = found[item]
            found[item] = Returned(before.pieces - line["quantity"], before.amount - amount)
    return found


def content(order: Node, back: Mapping[int, Returned], parcels: tuple[Parcel, ...]) -> OrderContent:
    currency = order["currency"]
    refunded = sum(Decimal(refund["total"]) for refund in order["refunds"])
    return OrderContent(
        fields=_fields(order),
        lines=() if order["status"] in GONE else _lines(order, back, parcels),
        currency=currency,
        total=to_minor(order["total"], currency),
        refunded=-to_minor(Decimal(refunded), currency),
    )


def _fields(order: Node) -> OrderFields:
    told = {item["key"]: item["value"] for item in order["meta_data"]}
    return OrderFields(
        email=order["billing"].get("email") or "",
        phone=order["billing"].get("phone") or "",
        note=order["customer_note"],
        attributes={
            key: value
            for key, value in told.items()
            if isinstance(value, str) and key not in OUR_META and not key.startswith("_")
        },
        shipping_address=_address(order["shipping"]),
    )


def _address(shipping: Mapping[str, str]) -> Address | None:
    if not any(shipping.values()):
        return None
    return Address(
        first_name=shipping["first_name"],
        last_name=shipping["last_name"],
        company=shipping["company"],
        address1=shipping["address_1"],
        address2=shipping["address_2"],
        city=shipping["city"],
        zip=shipping["postcode"],
        province=shipping["state"],
        country=shipping["country"],
        phone=shipping.get("phone") or "",
    )


def _lines(
    order: Node, back: Mapping[int, Returned], parcels: tuple[Parcel, ...]
) -> tuple[StoreLine, ...]:
    """One for each key; what the vendor added has none, and leaves when the order is completed."""
    away: dict[str, int] = defaultdict(int)
    for parcel in parcels:
        for key, pieces in parcel.lines.items():
            away[key] += pieces
    lines = []
    for item in order["line_items"]:
        key = meta(item, LINE)
        quantity = item["quantity"] - back.get(item["id"], NONE).pieces
        shipped = min(away[key], quantity) if key else 0
        if not key and order["status"] == "completed":
            shipped = quantity
        away[key] -= shipped
        lines.append(_line(item, key, quantity, quantity - shipped))
    return _merged([line for line in lines if line.quantity > 0])


def _line(item: Node, key: str, quantity: int, fulfillable: int) -> StoreLine:
    variant = item["variation_id"] or item["product_id"]
    return StoreLine(
        key=key,
        title=item["name"],
        quantity=quantity,
        fulfillable=fulfillable,
        sku=item["sku"] or meta(item, "SKU"),
        variant_id=str(variant or ""),
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
