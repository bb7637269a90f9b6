"""Orders in webhooks of a marketplace that have odd shapes. Reading them tells the truth."""

from __future__ import annotations

import re
from typing import Any

from sandbox.liar.lie import SHOPIFY, Telling, contents, dump, parsed

MONEY = re.compile(r"-?\d+\.\d+")
LINES = 260
ADDRESS_KEYS = ("shipping_address", "billing_address")


def _order(body: bytes, telling: Telling) -> dict[str, Any] | None:
    told = parsed(body) if telling.topic.startswith("orders/") else None
    return told if isinstance(told, dict) and told.get("line_items") else None


def _with_lines(order: dict[str, Any], **more: Any) -> bytes:
    return dump({**order, "line_items": [{**each, **more} for each in order["line_items"]]})


@contents(platforms=SHOPIFY, webhooks=True)
def hook_properties_objects(body: bytes, telling: Telling) -> bytes | None:
    """Properties of lines whose values are objects, lists, numbers and null."""
    odd = [{"a": 1}, ["b", {"c": None}], 7, None, True, {}]
    pairs = [{"name": f"Engraving {at}", "value": each} for at, each in enumerate(odd)]
    order = _order(body, telling)
    return _with_lines(order, properties=pairs) if order else None


@contents(platforms=SHOPIFY, webhooks=True)
def hook_property_names_objects(body: bytes, telling: Telling) -> bytes | None:
    """Properties of lines whose names are objects, lists, numbers and null."""
    odd = [{"a": 1}, ["b"], 7, None, True, ""]
    pairs = [{"name": each, "value": "x"} for each in odd]
    order = _order(body, telling)
    if not order:
        return None
    order["note_attributes"] = pairs
    return _with_lines(order, properties=pairs)


def _tax(order: dict[str, Any], amount: str) -> bytes:
    bag = {
        name: {"amount": amount, "currency_code": order["currency"]}
        for name in ("shop_money", "presentment_money")
    }
    tax = {"title": "Tax", "rate": 0.0625, "price": amount, "price_set": bag}
    order["tax_lines"] = [tax]
    return _with_lines(order, tax_lines=[tax], taxable=True)


@contents(platforms=SHOPIFY, webhooks=True)
def hook_tax_three_digits(body: bytes, telling: Telling) -> bytes | None:
    """A tax line of 1.875 on each line, finer than the currency."""
    order = _order(body, telling)
    return _tax(order, "1.875") if order else None


@contents(platforms=SHOPIFY, webhooks=True)
def hook_yen_fractions(body: bytes, telling: Telling) -> bytes | None:
    """The currency is JPY, with amounts that have fractions."""
    order = _order(body, telling)
    if not order:
        return None

    def yen(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: yen(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [yen(each, key) for each in value]
        if key in ("currency", "currency_code", "presentment_currency"):
            return "JPY"
        return f"{value}5" if isinstance(value, str) and MONEY.fullmatch(value) else value

    return dump(yen(order))


@contents(platforms=SHOPIFY, webhooks=True)
def hook_country_code_null(body: bytes, telling: Telling) -> bytes | None:
    """Addresses name their country (Kosovo) without a code."""
    order = _order(body, telling)
    if not order:
        return None
    named = {"country": "Kosovo", "country_code": None, "province": None, "province_code": None}
    for key in ADDRESS_KEYS:
        order[key] = {**order[key], **named} if order.get(key) else order.get(key)
    return dump(order)


@contents(platforms=SHOPIFY, webhooks=True)
def hook_no_address(body: bytes, telling: Telling) -> bytes | None:
    """No address to ship to, with a shipping line named after a shop, as for a local pickup."""
    order = _order(body, telling)
    if not order:
        return None
    line = {"id": 1, "title": "Harbour Quay shop", "code": "Harbour Quay shop", "price": "0.00"}
    order |= {"shipping_address": None, "shipping_lines": [{**line, "source": "shopify"}]}
    return dump(order)


@contents(platforms=SHOPIFY, webhooks=True)
def hook_many_lines(body: bytes, telling: Telling) -> bytes | None:
    """260 lines (option `lines`), more than one create may have."""
    order = _order(body, telling)
    if not order:
        return None
    lines, count = order["line_items"], int(telling.option("lines", LINES))
    first = max(each["id"] for each in lines)
    more = [{**lines[0], "id": first + 7 * at} for at in range(1, count - len(lines) + 1)]
    return dump({**order, "line_items": [*lines, *more]})


@contents(platforms=SHOPIFY, webhooks=True)
def hook_numbers_out_of_measure(body: bytes, telling: Telling) -> bytes | None:
    """Lines of -3 pieces at 1e30, weights of 10^40."""
    order = _order(body, telling)
    more = {"quantity": -3, "current_quantity": -3, "price": "1e30", "grams": 10**40}
    return _with_lines(order, **more) if order else None


@contents(platforms=SHOPIFY, webhooks=True)
def hook_fields_missing(body: bytes, telling: Telling) -> bytes | None:
    """Nothing but the id, the name and bare lines."""
    order = _order(body, telling)
    if not order:
        return None
    lines = [{"id": each["id"], "title": each["title"]} for each in order["line_items"]]
    return dump({"id": order["id"], "name": order["name"], "line_items": lines})
