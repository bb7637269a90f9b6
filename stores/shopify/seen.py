"""A marketplace order from either mouth: a webhook's REST body, or a GraphQL node.

Both say the same with other names, so GraphQL nodes are put into the REST shape and one reader
reads both. Amounts are the shop's currency, never the buyer's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from stores.base import Address, SeenLine, SeenOrder, SeenRefund
from stores.money import to_minor
from stores.shopify.ids import moment, moment_or_none

_Money = Callable[[str], int]


def seen_order(order: dict[str, Any], address: str = "") -> SeenOrder:
    """From a body of orders/* as Shopify sent them from 2023 to 2026-10. ``address``: the shop."""
    money = partial(to_minor, currency=order["currency"])
    shipping = [line for line in order.get("shipping_lines") or () if not line.get("is_removed")]
    returned = _returned(order)
    number = str(order["id"])
    return SeenOrder(
        id=number,
        name=order["name"],
        updated_at=moment(order["updated_at"]),
        placed_at=moment(order.get("processed_at") or order["created_at"]),
        currency=order["currency"],
        total=money(order.get("current_total_price") or order["total_price"]),
        shipping=sum(money(line.get("discounted_price") or line["price"]) for line in shipping),
        shipping_tax=sum(_taxes(line, money) for line in shipping),
        payment=order.get("financial_status") or "",
        lines=tuple(_line(line, money, returned) for line in order["line_items"]),
        fulfilment=_FULFILMENT.get(order.get("fulfillment_status") or "", ""),
        taxes_included=bool(order.get("taxes_included")),
        cancelled_at=moment_or_none(order.get("cancelled_at")),
        test=bool(order.get("test")),
        shipping_title=shipping[0]["title"] if shipping else "",
        note=order.get("note") or "",
        email=order.get("email") or "",
        phone=order.get("phone") or "",
        url=f"https://{address}/admin/orders/{number}" if address else "",
        tags=_tags(order.get("tags") or ""),
        attributes=_pairs(order.get("note_attributes")),
        shipping_address=_address(order.get("shipping_address")),
        billing_address=_address(order.get("billing_address")),
        accepts_marketing=bool(order.get("buyer_accepts_marketing")),
        risk=order.get(RISK),
        on_hold=order.get(ON_HOLD),
        refunds=tuple(_refunds(order, money)),
    )


RISK, ON_HOLD = "_risk", "_on_hold"
"""Keys of ``rest_order``'s own: no webhook body tells either (Shopify 2026-10)."""
_FULFILMENT = {"partial": "partial", "fulfilled": "fulfilled"}


def _line(line: dict[str, Any], money: _Money, returned: dict[str, int]) -> SeenLine:
    """``quantity`` of a body never changes; what is wanted now is ``current_quantity``, which
    bodies before 2024 leave to be counted from the refunds."""
    ordered = line["quantity"]
    wanted = line.get("current_quantity")
    if wanted is None:
        wanted = max(ordered - returned.get(str(line["id"]), 0), 0)
    price = money(line["price"])
    discount = sum(money(part["amount"]) for part in line.get("discount_allocations") or ())
    title = line.get("variant_title") or ""
    return SeenLine(
        id=str(line["id"]),
        title=line["title"],
        quantity=wanted,
        unit_price=price,
        subtotal=price * wanted,
        discount=_share(discount, wanted, ordered),
        tax=_share(_taxes(line, money), wanted, ordered),
        variant_id=_text(line.get("variant_id")),
        product_id=_text(line.get("product_id")),
        variant_title="" if title == "Default Title" else title,
        sku=line.get("sku") or "",
        vendor=line.get("vendor") or "",
        requires_shipping=bool(line.get("requires_shipping")),
        fulfillable=line.get("fulfillable_quantity") or 0,
        attributes=_pairs(line.get("properties")),
    )


def _share(amount: int, wanted: int, ordered: int) -> int:
    """What of a whole line's amount belongs to the pieces still wanted, rounded half up."""
    return (2 * amount * wanted + ordered) // (2 * ordered) if ordered else 0


def _returned(order: dict[str, Any]) -> dict[str, int]:
    pieces: dict[str, int] = {}
    for refund in order.get("refunds") or ():
        for item in refund.get("refund_line_items") or ():
            line = str(item["line_item_id"])
            pieces[line] = pieces.get(line, 0) + item["quantity"]
    return pieces


def _refunds(order: dict[str, Any], money: _Money) -> Iterator[SeenRefund]:
    """An edit that takes pieces away leaves a refund without money behind, which is none."""
    for each in order.get("refunds") or ():
        back = [one for one in each.get("transactions") or () if _went_back(one)]
        amount = sum(money(one["amount"]) for one in back)
        if not amount:
            continue
        items = each.get("refund_line_items") or ()
        pieces: dict[str, int] = {}
        for item in items:
            line = str(item["line_item_id"])
            pieces[line] = pieces.get(line, 0) + item["quantity"]
        yield SeenRefund(
            id=str(each["id"]),
            at=moment(each["created_at"]),
            amount=amount,
            lines=tuple(sorted(pieces.items())),
            restock=any(item.get("restock_type", "no_restock") != "no_restock" for item in items),
        )


def _went_back(transaction: dict[str, Any]) -> bool:
    return transaction.get("kind") == "refund" and transaction.get("status") == "success"


def _taxes(line: dict[str, Any], money: _Money) -> int:
    return sum(money(_shop_amount(tax)) for tax in line.get("tax_lines") or ())


def _shop_amount(tax: dict[str, Any]) -> str:
    price = tax.get("price_set", {}).get("shop_money", {}).get("amount", tax.get("price"))
    return str(price)


def _tags(text: str) -> tuple[str, ...]:
    return tuple(sorted(tag.strip() for tag in text.split(",") if tag.strip()))


def _pairs(attributes: list[dict[str, Any]] | None) -> tuple[tuple[str, str], ...]:
    return tuple((item["name"], _text(item.get("value"))) for item in attributes or ())


def _text(value: Any) -> str:
    return "" if value is None else str(value)


_ADDRESS = {
    "first_name": "first_name",
    "last_name": "last_name",
    "company": "company",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "zip": "zip",
    "province": "province_code",
    "country": "country_code",
    "phone": "phone",
}


def _address(address: dict[str, Any] | None) -> Address | None:
    if not address:
        return None
    return Address(**{ours: address.get(theirs) or "" for ours, theirs in _ADDRESS.items()})
