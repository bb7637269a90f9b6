"""How goods get to the buyer, what is told of fulfilment orders, and taxes that drift."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from sandbox.people import People
from sandbox.shopify import App, Shop, holding
from sandbox.shopify.catalogue import Variant
from sandbox.shopify.money import allocate
from sandbox.world import World
from tests.sandbox.conftest import DOMAIN, ORDER_ID, Receiver, Talk, order_of
from tests.sandbox.test_shopify_fulfilment import FULFIL

READ = """query($id: ID!) { order(id: $id) { displayFulfillmentStatus shippingAddress { city }
  totalPriceSet { shopMoney { amount } } totalTaxSet { shopMoney { amount } }
  fulfillmentOrders(first: 10) { nodes { id deliveryMethod { methodType presentedName } } } } }"""
UPDATE = """mutation($input: OrderInput!) { orderUpdate(input: $input) {
  order { id } userErrors { field message } } }"""
TOLD = (
    "orders/risk_assessment_changed",
    "fulfillment_orders/placed_on_hold",
    "fulfillment_orders/hold_released",
    "fulfillment_orders/moved",
    "fulfillment_orders/split",
    "fulfillment_orders/merged",
    "fulfillment_holds/added",
    "fulfillment_holds/released",
)


def read(talk: Talk, order: Any) -> Any:
    return talk.ask(READ, id=order.gid)["order"]


def methods(talk: Talk, order: Any) -> list[str]:
    nodes = read(talk, order)["fulfillmentOrders"]["nodes"]
    return [each["deliveryMethod"]["methodType"] for each in nodes]


def test_a_pickup_has_no_address_and_is_named_after_the_place(talk: Talk, people: People) -> None:
    order = people.customer.buys(DOMAIN, [("SHIRT-1", 1)], delivery="PICK_UP")
    seen = read(talk, order)
    assert seen["shippingAddress"] is None
    (only,) = seen["fulfillmentOrders"]["nodes"]
    assert only["deliveryMethod"] == {"methodType": "PICK_UP", "presentedName": "Main"}
    delivered = people.customer.buys(DOMAIN, [("SHIRT-1", 1)], delivery="LOCAL")
    assert read(talk, delivered)["shippingAddress"] == {"city": "Ottawa"}
    assert methods(talk, delivered) == ["LOCAL"]


def test_what_needs_no_shipping_waits_apart_and_ships_apart(
    talk: Talk, people: People, shop: Shop
) -> None:
    shop.sells("CARD", "Gift card", requires_shipping=False)
    order = people.customer.buys(DOMAIN, [("SHIRT-1", 1), ("CARD", 1)])
    assert methods(talk, order) == ["SHIPPING", "NONE"]
    both = [
        {"fulfillmentOrderId": each["id"]}
        for each in read(talk, order)["fulfillmentOrders"]["nodes"]
    ]
    wanted = {"lineItemsByFulfillmentOrder": both}
    refused = talk.ask(FULFIL, fulfillment=wanted)["fulfillmentCreate"]["userErrors"]
    message = (
        "All fulfillment orders must have the same delivery method type. Multiple delivery method "
        'types ["none", "shipping"] were found.'
    )
    assert refused == [{"field": ["fulfillment"], "message": message}]
    for each in both:
        one = {"lineItemsByFulfillmentOrder": [each]}
        assert talk.ask(FULFIL, fulfillment=one)["fulfillmentCreate"]["userErrors"] == []
    assert read(talk, order)["displayFulfillmentStatus"] == "FULFILLED"


@pytest.mark.usefixtures("shirt")
def test_a_vendor_ships_one_parcel_for_each_delivery_method(people: People, shop: Shop) -> None:
    shop.sells("CARD", "Gift card", requires_shipping=False)
    order = people.customer.buys(DOMAIN, [("SHIRT-1", 1), ("CARD", 1)])
    assert len(people.vendor.ships(shop, order.id)) == 2


def test_nobody_fulfils_an_order_without_anything_to_fulfil(talk: Talk, people: People) -> None:
    order = people.customer.buys(DOMAIN, [("SHIRT-1", 1)], fulfillable=False)
    assert read(talk, order)["displayFulfillmentStatus"] == "FULFILLMENT_NOT_REQUIRED"
    assert methods(talk, order) == []


@pytest.fixture
def heard(world: World, app: App, talk: Talk, receiver: Receiver) -> Any:
    """Bodies by topic of what was told since it was last asked."""
    app.topics = [*app.topics, *TOLD]

    def heard() -> dict[str, Any]:
        receiver.got.clear()
        world.tick()
        return {head["X-Shopify-Topic"]: json.loads(body) for _, head, body in receiver.got}

    return heard


def test_holds_are_told_each_and_the_fulfilment_order_once(
    people: People, shop: Shop, heard: Any
) -> None:
    order = people.customer.buys(DOMAIN, [("SHIRT-1", 1)])
    heard()
    people.merchant.holds(DOMAIN, order.id)
    told = heard()
    (waiting,) = order.fulfillment_orders
    held = told["fulfillment_orders/placed_on_hold"]["fulfillment_order"]
    assert (held["id"], held["status"]) == (waiting.gid, "on_hold")
    assert told["fulfillment_holds/added"]["fulfillment_hold"]["reason"] == "other"
    holding.hold(shop.lifecycle, waiting, "INCORRECT_ADDRESS")
    assert "fulfillment_orders/placed_on_hold" not in heard(), "it was on hold before"
    people.merchant.releases(DOMAIN, order.id)
    told = heard()
    released = told["fulfillment_orders/hold_released"]["fulfillment_order"]
    assert released == {"id": waiting.gid, "status": "open"}
    assert "fulfillment_holds/released" in told
    assert "orders/updated" in told
    shop.holds_update_orders = False
    people.merchant.holds(DOMAIN, order.id)
    assert set(heard()) == {"fulfillment_holds/added", "fulfillment_orders/placed_on_hold"}


def test_moves_splits_and_merges_are_told(people: People, shop: Shop, heard: Any) -> None:
    cellar = shop.add_location("Cellar")
    order = people.customer.buys(DOMAIN, [("SHIRT-1", 3)])
    heard()
    people.merchant.splits(DOMAIN, order.id, lines={"SHIRT-1": 1})
    first, second = order.fulfillment_orders
    told = heard()["fulfillment_orders/split"]
    assert told["fulfillment_order"]["id"] == first.gid
    assert told["remaining_fulfillment_order"]["id"] == second.gid
    assert [each["quantity"] for each in told["split_line_items"]] == [1]
    people.merchant.merges(DOMAIN, order.id)
    third = order.fulfillment_orders[-1]
    told = heard()["fulfillment_orders/merged"]
    assert told["fulfillment_order_merges"]["fulfillment_order"]["id"] == third.gid
    assert [each["fulfillment_order_id"] for each in told["merge_intents"]] == [first.id, second.id]
    people.merchant.moves(DOMAIN, order.id, location="Cellar")
    told = heard()["fulfillment_orders/moved"]
    assert told["moved_fulfillment_order"]["assigned_location_id"] == cellar.gid
    assert told["source_location"]["id"] == shop.default_location.gid


def test_a_risk_assessment_is_told_without_an_update_of_the_order(
    people: People, heard: Any
) -> None:
    order = people.customer.buys(DOMAIN, [("SHIRT-1", 1)])
    heard()
    people.merchant.assesses(DOMAIN, order.id, "HIGH")
    (topic, told), *others = heard().items()
    assert (topic, others) == ("orders/risk_assessment_changed", [])
    assert (told["order_id"], told["risk_level"]) == (order.id, "high")


# -- money --------------------------------------------------------------------------------------


@pytest.fixture
def taxed(talk: Talk, shop: Shop, shirt: Variant) -> Any:
    """A vendor's order of 12.50 with a tax of 2.00 that an app wrote."""
    bag = {"shopMoney": {"amount": "2.00", "currencyCode": "USD"}}
    order = order_of(shirt, shippingAddress={"countryCode": "CA", "provinceCode": "ON"})
    order["lineItems"][0]["taxLines"] = [{"title": "VAT", "rate": "0.16", "priceSet": bag}]
    talk.ask(ORDER_ID, order=order)
    (made,) = shop.orders.values()
    return made


def move_to(talk: Talk, order: Any, **address: str) -> str:
    given = {"id": order.gid, "shippingAddress": address}
    assert talk.ask(UPDATE, input=given)["orderUpdate"]["userErrors"] == []
    return str(read(talk, order)["totalTaxSet"]["shopMoney"]["amount"])


def test_a_new_address_is_taxed_by_the_shops_own_table(talk: Talk, shop: Shop, taxed: Any) -> None:
    assert move_to(talk, taxed, countryCode="DE") == "2.0", "no table: as it was"
    shop.tax_rates = {"CA-ON": ("HST", "0.13"), "CA": ("GST", "0.05")}
    assert move_to(talk, taxed, countryCode="CA", provinceCode="ON") == "1.63"
    assert move_to(talk, taxed, countryCode="CA", provinceCode="AB") == "0.63"
    assert move_to(talk, taxed, countryCode="DE") == "0.0"
    assert read(talk, taxed)["totalPriceSet"]["shopMoney"]["amount"] == "12.5"


def test_an_order_that_has_left_in_part_keeps_its_taxes(
    talk: Talk, shop: Shop, people: People, taxed: Any
) -> None:
    shop.tax_rates = {}
    people.vendor.ships(shop, taxed.id)
    assert move_to(talk, taxed, countryCode="DE") == "2.0"


@pytest.mark.usefixtures("shirt")
def test_a_checkout_taxes_what_is_left_after_the_discount(people: People, shop: Shop) -> None:
    order = people.customer.buys(DOMAIN, [("SHIRT-1", 2)], discount="20%", tax_rate="0.1")
    assert (order.subtotal, order.tax) == (Decimal("20.00"), Decimal("2.00"))
    shop.taxes_included = True
    order = people.customer.buys(DOMAIN, [("SHIRT-1", 2)], discount="12%", tax_rate="0.1")
    assert (order.price, order.tax) == (Decimal("22.00"), Decimal("2.00"))


@pytest.mark.parametrize("prices", [["0.10", "0.07", "19.99"], ["33.33", "33.33", "33.34"]])
def test_a_full_discount_leaves_nothing_and_no_line_below_zero(
    people: People, shop: Shop, prices: list[str]
) -> None:
    lines = [(shop.sells(f"A-{at}", "A", each), 3) for at, each in enumerate(prices)]
    for discount in ("100%", "9999.00"):
        order = people.customer.buys(DOMAIN, lines, discount=discount, tax_rate="0.19")
        assert [line.discounted_total for line in order.lines] == [0, 0, 0]
        assert order.price == 0


def test_shares_never_exceed_their_weights() -> None:
    for cents in range(0, 2017, 13):
        weights = [Decimal("0.10"), Decimal("0.07"), Decimal("19.99")]
        shares = allocate(Decimal(cents).scaleb(-2), weights, "USD")
        assert sum(shares) == Decimal(cents).scaleb(-2)
        assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


def test_an_edit_adds_no_line_beyond_the_limit(talk: Talk, shop: Shop, taxed: Any) -> None:
    shop.line_limit = 2
    begin = "mutation($id: ID!) { orderEditBegin(id: $id) { calculatedOrder { id } } }"
    edit = talk.ask(begin, id=taxed.gid)["orderEditBegin"]["calculatedOrder"]["id"]
    add = """mutation($id: ID!, $price: MoneyInput!) { orderEditAddCustomItem(
      id: $id, title: "Packing", price: $price, quantity: 1) { userErrors { message } } }"""
    price = {"amount": "1.00", "currencyCode": "USD"}

    def errors() -> Any:
        return talk.ask(add, id=edit, price=price)["orderEditAddCustomItem"]["userErrors"]

    assert errors() == []
    assert "limited to 2" in errors()[0]["message"]


def test_more_than_250_lines_are_refused_in_one_create(talk: Talk, shirt: Variant) -> None:
    line = {"variantId": shirt.gid, "quantity": 1}
    for count, code in ((250, None), (251, "MAX_INPUT_SIZE_EXCEEDED")):
        answer = talk(ORDER_ID, order={"lineItems": [line] * count})
        errors = answer.get("errors") or [{"extensions": {"code": None}}]
        assert errors[0]["extensions"]["code"] == code
