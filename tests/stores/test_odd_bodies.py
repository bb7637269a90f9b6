"""Odd orders in webhook bodies: each is read as far as it makes sense, to the cent."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orderflow.book import snapshot
from orderflow.rules.split import Owners, split
from stores.base import SeenOrder
from stores.boundary import Unreadable
from stores.shopify.marketplace import seen_from_webhook

ODD = Path(__file__).parent.parent / "bodies" / "shopify" / "odd"
ORDERS = sorted(path.stem for path in ODD.glob("*.json") if path.stem != "two_delivery_methods")
ALFAS = Owners({}, {"alfa": 1})


def body(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ODD / f"{name}.json").read_bytes())
    return found


def seen(content: dict[str, Any]) -> SeenOrder:
    return seen_from_webhook(json.dumps(content).encode(), "harbour.myshopify.com")


@pytest.mark.parametrize("name", ORDERS)
def test_every_odd_order_is_read_and_can_be_stored(name: str) -> None:
    order = seen(body(name))
    assert snapshot.from_json(snapshot.to_json(order)) == order
    parts = split(order, ALFAS)
    assert sum(part.share for part in parts) == order.total


def line_with(name: str, **fields: Any) -> dict[str, Any]:
    content = body(name)
    content["line_items"][0] |= fields
    return content


def test_names_and_values_of_properties_become_text() -> None:
    (line,) = seen(body("properties_of_objects")).lines
    assert line.attributes == (
        ('{"key": "size"}', "L"),
        ("_bundle", '{"id": 5, "items": [1, 2]}'),
        ("Engraving", '["A", "B"]'),
        ("count", "3"),
        ("gift", "true"),
        ("empty", ""),
    )


PROPERTIES = [
    ([{"name": ["a"], "value": None}], (('["a"]', ""),)),
    ([{"name": None, "value": 1.5}], (("", "1.5"),)),
    ([{"name": 7, "value": False}], (("7", "false"),)),
    ({"Engraving": "Ada", "Gift": True}, (("Engraving", "Ada"), ("Gift", "true"))),
    ({"1": {"name": "Engraving", "value": "Ada"}}, (("Engraving", "Ada"),)),
    ([["Engraving", "Ada"]], (("Engraving", "Ada"),)),
    (["Engraving"], (("", "Engraving"),)),
    ("Engraving", (("", "Engraving"),)),
    ([{"name": "a\x00b", "value": "c\ud800"}], (("ab", "c"),)),
    (None, ()),
    ({}, ()),
]


@pytest.mark.parametrize(("properties", "told"), PROPERTIES)
@pytest.mark.parametrize("place", ["properties", "note_attributes"])
def test_attributes_of_any_shape_are_pairs_of_text(place: str, properties: Any, told: Any) -> None:
    content = body("property_name_of_object")
    content["line_items"][0]["properties"] = []
    (content if place == "note_attributes" else content["line_items"][0])[place] = properties
    order = seen(content)
    assert (order.attributes if place == "note_attributes" else order.lines[0].attributes) == told
    assert snapshot.from_json(snapshot.to_json(order)) == order


def test_a_long_value_is_cut_and_the_order_is_read() -> None:
    content = line_with("property_name_of_object", properties=[{"name": "n", "value": "x" * 10**6}])
    assert len(seen(content).lines[0].attributes[0][1]) == 5_000


def test_a_tax_of_three_digits_is_rounded_and_the_total_stays() -> None:
    order = seen(body("usd_tax_of_three_digits"))
    assert (order.lines[0].tax, order.total) == (188, 3188)
    (part,) = split(order, ALFAS)
    assert part.share == order.total


def test_fractions_of_yen_are_rounded_and_the_rest_is_the_merchants() -> None:
    order = seen(body("jpy_with_fractions"))
    assert (order.lines[0].unit_price, order.lines[0].tax, order.total) == (1235, 123, 1358)
    assert sum(part.share for part in split(order, ALFAS)) == 1358


def taxed(*amounts: str, shipping: str = "0") -> dict[str, Any]:
    """An order with a line for each tax, and shipping that is taxed too."""
    content = body("usd_tax_of_three_digits")
    (line,) = content["line_items"]
    content["line_items"] = [
        {**line, "id": number, "tax_lines": [{"price": amount}]}
        for number, amount in enumerate(amounts, 1)
    ]
    post = {"title": "Post", "price": "5", "tax_lines": [{"price": shipping}]}
    content["shipping_lines"] = [post]
    total = sum(map(Decimal, amounts)) + Decimal(shipping) + 30 * len(amounts) + 5
    content["current_total_price"] = str(total.quantize(Decimal("0.01"), "ROUND_HALF_UP"))
    return content


@pytest.mark.parametrize(
    ("amounts", "shipping", "taxes"),
    [
        (("0.333", "0.333", "0.334"), "0", [33, 33, 34, 0]),
        (("1.875", "1.875"), "0", [188, 187, 0]),
        (("0.005", "0.005", "0.005"), "0.005", [1, 1, 0, 0]),
        (("1.234567890123456789",), "0.1", [123, 10]),
        (("0.1", "0.2"), "0.3", [10, 20, 30]),
    ],
)
def test_taxes_are_rounded_together_so_that_their_sum_stays(
    amounts: tuple[str, ...], shipping: str, taxes: list[int]
) -> None:
    order = seen(taxed(*amounts, shipping=shipping))
    assert [*(line.tax for line in order.lines), order.shipping_tax] == taxes
    parts = split(order, ALFAS)
    assert sum(part.share for part in parts) == order.total
    assert all(part.vendor_id == 1 for part in parts)


@pytest.mark.parametrize("amount", ["NaN", "inf", "1e400", "1" * 70, "x", None, {}, [1], True])
@pytest.mark.parametrize("place", ["price", "tax", "total"])
def test_what_is_no_amount_makes_the_order_unreadable(place: str, amount: Any) -> None:
    content = body("usd_tax_of_three_digits")
    if place == "total":
        content["current_total_price"] = content["total_price"] = amount
    elif place == "price":
        content["line_items"][0]["price"] = amount
    else:
        content["line_items"][0]["tax_lines"] = [{"price": amount}]
    with pytest.raises(Unreadable) as told:
        seen(content)
    assert "30.00" not in str(told.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [("quantity", -1), ("quantity", 1e300), ("quantity", "two"), ("quantity", None), ("id", None)],
)
def test_a_line_that_makes_no_sense_makes_the_order_unreadable(field: str, value: Any) -> None:
    with pytest.raises(Unreadable, match=f"line_items.0.{field}"):
        seen(line_with("local_pickup", **{field: value}))


def test_more_money_than_there_is_makes_the_order_unreadable() -> None:
    with pytest.raises(Unreadable):
        seen(line_with("local_pickup", price="9" * 15, quantity=999, current_quantity=999))


PICKUPS = [
    ({}, "pickup"),
    ({"code": "Local pickup"}, "pickup"),
    ({"delivery_category": "pick_up"}, "pickup"),
    ({"delivery_category": "local-delivery"}, "local"),
    ({"code": "LOCAL"}, "local"),
]


@pytest.mark.parametrize(("fields", "told"), PICKUPS)
def test_a_pickup_and_a_local_delivery_are_known_by_their_shipping_line(
    fields: dict[str, str], told: str
) -> None:
    content = body("local_pickup")
    content["shipping_lines"][0] |= fields
    order = seen(content)
    assert [line.delivery for line in order.lines] == [told]
    assert not order.is_addressed


@pytest.mark.parametrize("code", ["Standard", "pickup_point", "Local artisans' post", ""])
def test_what_is_sent_to_an_address_is_shipped(code: str) -> None:
    content = body("usd_tax_of_three_digits")
    content["shipping_lines"] = [{"title": "Post", "price": "5.00", "code": code}]
    order = seen(content)
    assert [line.delivery for line in order.lines] == [""]
    assert order.is_addressed


@pytest.mark.parametrize("address", [None, {}, {"first_name": "Kim", "country_code": "GB"}])
def test_a_name_and_a_country_are_no_address(address: dict[str, str] | None) -> None:
    content = body("usd_tax_of_three_digits")
    content["shipping_address"] = address
    assert not seen(content).is_addressed


COUNTRIES = [
    ("Kosovo", None, "XK"),
    ("United Kingdom", "", "GB"),
    ("Allemagne", None, "DE"),
    ("Côte d'Ivoire", None, "CI"),
    ("Czech Republic", None, "CZ"),
    ("The Netherlands", None, "NL"),
    ("Bosnia And Herzegovina", None, "BA"),
    ("usa", None, "US"),
    ("France", "fr", "FR"),
    ("", "GBR", "GB"),
    ("Atlantis", None, "Atlantis"),
    (None, None, ""),
]


@pytest.mark.parametrize(("name", "code", "told"), COUNTRIES)
def test_a_country_is_known_by_its_code_or_its_name(
    name: str | None, code: str | None, told: str
) -> None:
    content = body("country_by_name")
    content["shipping_address"] |= {"country": name, "country_code": code}
    address = seen(content).shipping_address
    assert address is not None
    assert address.country == told
