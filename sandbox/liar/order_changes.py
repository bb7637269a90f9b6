"""Orders that a store keeps otherwise than it was asked to, and says so in its answers."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.liar.lie import WOOCOMMERCE, Telling, add_values, values

AMOUNT = re.compile(r"-?\d+\.\d+")
AMOUNT_KEYS = re.compile(r"total|subtotal|amount|price|tax|shipping|discount")


def _is_amount(key: str, value: Any) -> bool:
    return (
        isinstance(value, str) and bool(AMOUNT.fullmatch(value)) and bool(AMOUNT_KEYS.search(key))
    )


@values()
def amounts_without_decimals(key: str, value: Any, telling: Telling) -> Any:
    """Every amount is rounded to a whole number, as in a store without decimals."""
    if _is_amount(key, value):
        return str(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))
    return value


@values()
def other_currency(key: str, value: Any, telling: Telling) -> Any:
    """Orders are in another currency (option `currency`, CLP)."""
    other = telling.option("currency", "CLP")
    return other if key in ("currency", "currencyCode") and isinstance(value, str) else value


@values()
def other_total(key: str, value: Any, telling: Telling) -> Any:
    """The total of an order is 1.00 more than its parts."""
    if key in ("total", "total_price", "current_total_price") and _is_amount("total", value):
        return str(Decimal(value) + 1)
    if key in ("totalPriceSet", "currentTotalPriceSet") and isinstance(value, dict):
        return {name: _one_more(each) for name, each in value.items()}
    return value


def _one_more(money: Any) -> Any:
    if isinstance(money, dict) and "amount" in money:
        return {**money, "amount": str(Decimal(str(money["amount"])) + 1)}
    return money


@values()
def other_tax(key: str, value: Any, telling: Telling) -> Any:
    """Every amount of tax is doubled."""
    if key in ("total_tax", "cart_tax", "subtotal_tax") and _is_amount("tax", value):
        return str(Decimal(value) * 2)
    if key in ("totalTaxSet", "currentTotalTaxSet") and isinstance(value, dict):
        return {name: _one_more(each) for name, each in value.items()}
    return value


@values()
def quantity_one(key: str, value: Any, telling: Telling) -> Any:
    """One piece of each line, whatever was asked for."""
    wanted = key in ("quantity", "currentQuantity", "current_quantity")
    return 1 if wanted and type(value) is int and value > 1 else value


@values()
def line_dropped(key: str, value: Any, telling: Telling) -> Any:
    """The last line of each order is gone."""
    if key == "line_items" and isinstance(value, list):
        return value[:-1]
    if key == "lineItems" and isinstance(value, dict) and isinstance(value.get("nodes"), list):
        return {**value, "nodes": value["nodes"][:-1]}
    return value


@values(platforms=WOOCOMMERCE)
def fees_dropped(key: str, value: Any, telling: Telling) -> Any:
    """Fees of an order are gone."""
    return [] if key == "fee_lines" and value else value


@values(platforms=WOOCOMMERCE)
def meta_dropped(key: str, value: Any, telling: Telling) -> Any:
    """Meta data of orders and lines are gone: a plugin keeps only what it knows."""
    return [] if key == "meta_data" and value else value


@values()
def other_address(key: str, value: Any, telling: Telling) -> Any:
    """The address that an order is shipped to is another one."""
    if key in ("shipping", "shippingAddress", "shipping_address") and isinstance(value, dict):
        other = {"address_1": "9 Elsewhere", "address1": "9 Elsewhere", "city": "Nowhere"}
        return {name: other.get(name, each) for name, each in value.items()}
    return value


@values(webhooks=False)
def created_without_id(key: str, value: Any, telling: Telling) -> Any:
    """The answer to a create names no id, though the order was made."""
    if not telling.creates or not isinstance(value, dict) or key not in ("", "order"):
        return value
    if key == "order" or telling.platform == "woocommerce":
        return {name: each for name, each in value.items() if name != "id"}
    return value


def _status(default: str) -> Any:
    def tell(key: str, value: Any, telling: Telling) -> Any:
        is_order = isinstance(value, dict) and "line_items" in value and "order_key" in value
        if is_order and value.get("status") not in ("trash", "cancelled"):
            return {**value, "status": telling.option("status", default)}
        return value

    return tell


for _name, _told in {"status_shipped": "shipped", "status_unheard_of": "in-der-werkstatt"}.items():
    add_values(
        _name,
        f"Orders have the store's own status `{_told}` (option `status`).",
        _status(_told),
        WOOCOMMERCE,
    )

SHIPMENT = {
    "tracking_provider": "ups",
    "tracking_number": "1Z999AA1012345AST",
    "tracking_id": "f00d",
    "date_shipped": "1795866000",
}


@values(platforms=WOOCOMMERCE)
def tracking_per_item(key: str, value: Any, telling: Telling) -> Any:
    """Orders are `partial-shipped`, with the tracking of one piece of their first line
    (`products_list` of Advanced Shipment Tracking)."""
    if not (isinstance(value, dict) and "order_key" in value and value.get("line_items")):
        return value
    line = value["line_items"][0]
    piece = {"product": str(line["product_id"]), "item_id": str(line["id"]), "qty": "1"}
    entry = {**SHIPMENT, "products_list": [piece]}
    meta = {"id": 901, "key": "_wc_shipment_tracking_items", "value": [entry]}
    kept = [each for each in value["meta_data"] if each.get("key") != meta["key"]]
    return {**value, "status": "partial-shipped", "meta_data": [*kept, meta]}


@values(platforms=WOOCOMMERCE)
def tracking_in_line_meta(key: str, value: Any, telling: Telling) -> Any:
    """Each line has the tracking of an orders-tracking plugin in its meta data."""
    if key != "line_items[]" or not isinstance(value, dict):
        return value
    words = (
        '[{"tracking_number":"1Z999AA10123456784","carrier_slug":"ups","carrier_name":"UPS",'
        '"carrier_url":"https://www.ups.com/track?tracknum={tracking_number}"}]'
    )
    meta = {"id": 902, "key": "_vi_wot_order_item_tracking_data", "value": words}
    return {**value, "meta_data": [*value.get("meta_data", []), meta]}
