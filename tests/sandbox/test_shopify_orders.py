"""orderCreate and what becomes of an order."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from sandbox.people import People
from sandbox.shopify import App, Shop
from sandbox.shopify.catalogue import Variant
from sandbox.shopify.fulfilment import Refusal
from tests.sandbox.conftest import DOMAIN, Talk, order_of

USD = "USD"
READ = """query($id: ID!) { order(id: $id) {
  name tags updatedAt cancelledAt displayFinancialStatus displayFulfillmentStatus taxesIncluded
  totalPriceSet { shopMoney { amount currencyCode } } totalTaxSet { shopMoney { amount } }
  totalShippingPriceSet { shopMoney { amount } } currentTotalPriceSet { shopMoney { amount } }
  shippingAddress { firstName city countryCodeV2 provinceCode }
  lineItems(first: 10) { nodes {
    sku title quantity currentQuantity requiresShipping customAttributes { key value }
    originalUnitPriceSet { shopMoney { amount } }
    discountedUnitPriceAfterAllDiscountsSet { shopMoney { amount } }
    discountAllocations { allocatedAmountSet { shopMoney { amount } } } } } } }"""


def bag(amount: str, currency: str = USD) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def test_an_order_comes_back_with_its_totals(talk: Talk, shirt: Variant) -> None:
    made = talk.create(
        {
            "lineItems": [
                {
                    "variantId": shirt.gid,
                    "quantity": 2,
                    "requiresShipping": True,
                    "properties": [{"name": "_key", "value": "a-1"}],
                    "taxLines": [{"title": "VAT", "rate": "0.2", "priceSet": bag("5.00")}],
                },
                {"title": "Engraving", "quantity": 1, "priceSet": bag("3.333")},
            ],
            "shippingLines": [{"title": "Post", "priceSet": bag("4")}],
            "tags": ["b", "A", "a"],
            "shippingAddress": {"firstName": "Ann", "city": "Ottawa", "countryCode": "CA"},
        }
    )
    order = talk.ask(READ, id=made["order"]["id"])["order"]
    first, second = order["lineItems"]["nodes"]
    assert order["totalPriceSet"]["shopMoney"] == {"amount": "37.33", "currencyCode": USD}
    assert order["totalTaxSet"]["shopMoney"]["amount"] == "5.0"
    assert order["tags"] == ["A", "b"]
    assert order["shippingAddress"]["countryCodeV2"] == "CA"
    assert first["customAttributes"] == [{"key": "_key", "value": "a-1"}]
    assert first["requiresShipping"]
    assert not second["requiresShipping"], "it is false unless the input says so"


@pytest.mark.parametrize(
    ("line", "code", "path"),
    [
        ({"variantId": "gid://shopify/ProductVariant/1", "quantity": 1}, "INVALID", "variantId"),
        ({"title": "X", "quantity": 0, "priceSet": bag("1")}, "INVALID", "quantity"),
        ({"title": " ", "quantity": 1, "priceSet": bag("1")}, "INVALID", "title"),
        ({"title": "X", "quantity": 1}, "INVALID", "priceSet"),
        ({"title": "X", "quantity": 1, "priceSet": bag("1", "EUR")}, "INVALID", "priceSet"),
        (
            {
                "title": "X",
                "quantity": 1,
                "priceSet": bag("1"),
                "taxLines": [{"title": "VAT", "rate": ""}],
            },
            "TAX_LINE_RATE_MISSING",
            "rate",
        ),
    ],
)
def test_a_bad_line_is_a_user_error_and_leaves_nothing(
    talk: Talk, shop: Shop, line: dict[str, Any], code: str, path: str
) -> None:
    refused = talk.create({"lineItems": [line]})
    assert refused["order"] is None
    assert refused["userErrors"][0]["code"] == code
    assert refused["userErrors"][0]["field"][-1] == path
    assert not shop.orders


def test_an_order_without_lines_is_refused(talk: Talk) -> None:
    assert talk.create({"lineItems": []})["userErrors"][0]["code"] == "INVALID"


def test_the_same_source_identifier_makes_a_second_order(talk: Talk, shirt: Variant) -> None:
    ids = {talk.create(order_of(shirt, sourceIdentifier="k-1"))["order"]["id"] for _ in range(2)}
    assert len(ids) == 2


def test_stock_is_claimed_only_when_asked_and_all_or_nothing(talk: Talk, shirt: Variant) -> None:
    talk.create(order_of(shirt, 99))
    assert shirt.available == 10
    obey = "DECREMENT_OBEYING_POLICY"
    short = talk.create(order_of(shirt, 11), inventoryBehaviour=obey)
    assert short["userErrors"][0]["code"] == "INVENTORY_CLAIM_FAILED"
    assert shirt.available == 10
    talk.create(order_of(shirt, 4), inventoryBehaviour=obey)
    assert shirt.available == 6
    talk.create(order_of(shirt, 7), inventoryBehaviour="DECREMENT_IGNORING_POLICY")
    assert shirt.available == -1


def test_a_development_store_takes_five_orders_a_minute(world: Any, app: App, clock: Any) -> None:
    shop = Shop(world, "dev.myshopify.com", plan="development")
    cap = shop.sells("CAP", "Cap")
    talk = Talk(world, shop.domain, shop.install(app).access_token)
    for _ in range(5):
        assert talk.create(order_of(cap))["order"]
    answer = talk(
        "mutation($order: OrderCreateOrderInput!) { orderCreate(order: $order) { order { id } } }",
        order=order_of(cap),
    )
    assert answer["data"] == {"orderCreate": None}
    assert answer["errors"][0]["message"].startswith("Too many attempts")
    clock.advance(61)
    assert talk.create(order_of(cap))["order"]
    assert len(shop.orders) == 6


DEFINE = """mutation($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) {
    createdDefinition { namespace key type { name } } userErrors { code } } }"""
BY_KEY = """query($value: String!) {
  orderByIdentifier(identifier: {customId: {key: "ref", value: $value}}) { id name } }"""


def define(talk: Talk) -> Any:
    definition = {"name": "Ref", "key": "ref", "type": "id", "ownerType": "ORDER"}
    return talk.ask(DEFINE, definition=definition)["metafieldDefinitionCreate"]


def ref(value: str) -> list[dict[str, str]]:
    return [{"key": "ref", "value": value, "type": "id"}]


def test_a_custom_id_is_unique_and_found_at_once(talk: Talk, shop: Shop, shirt: Variant) -> None:
    shop.index.lag = 3600
    assert define(talk)["createdDefinition"]["type"] == {"name": "id"}
    assert define(talk)["userErrors"] == [{"code": "TAKEN"}]
    made = talk.create(order_of(shirt, metafields=ref("k-1")))["order"]
    again = talk.create(order_of(shirt, metafields=ref("k-1")))
    assert again["order"] is None
    assert again["userErrors"][0]["field"] == ["order", "metafields", "0", "value"]
    assert len(shop.orders) == 1
    assert talk.ask(BY_KEY, value="k-1")["orderByIdentifier"] == made
    assert talk.ask(BY_KEY, value="k-2")["orderByIdentifier"] is None


def test_a_custom_id_needs_its_definition(talk: Talk) -> None:
    assert talk.code(BY_KEY, value="k-1") == "NOT_FOUND"


def test_a_discount_code_is_spread_over_the_lines_to_the_cent(
    talk: Talk, shop: Shop, shirt: Variant
) -> None:
    given = order_of(shirt)
    given["lineItems"] *= 3
    given["discountCode"] = {"itemFixedDiscountCode": {"code": "X", "amountSet": bag("10")}}
    made = talk.create(given)["order"]
    lines = talk.ask(READ, id=made["id"])["order"]["lineItems"]["nodes"]
    shares = [
        each["discountAllocations"][0]["allocatedAmountSet"]["shopMoney"]["amount"]
        for each in lines
    ]
    assert shares == ["3.33", "3.33", "3.34"]


CANCEL = """mutation($id: ID!) {
  orderCancel(orderId: $id, reason: OTHER, restock: true, notifyCustomer: false) {
    job { id done } orderCancelUserErrors { field message code } } }"""


def test_cancelling_happens_a_moment_later(
    talk: Talk, shirt: Variant, pass_time: Callable[[float], None]
) -> None:
    made = talk.create(order_of(shirt), inventoryBehaviour="DECREMENT_OBEYING_POLICY")["order"]
    job = talk.ask(CANCEL, id=made["id"])["orderCancel"]["job"]
    assert job["done"] is False
    assert talk.ask(READ, id=made["id"])["order"]["cancelledAt"] is None
    pass_time(1)
    assert talk.ask("query($id: ID!) { job(id: $id) { done } }", id=job["id"])["job"]["done"]
    order = talk.ask(READ, id=made["id"])["order"]
    assert order["cancelledAt"]
    assert order["displayFinancialStatus"] == "VOIDED"
    assert order["lineItems"]["nodes"][0]["currentQuantity"] == 0
    assert shirt.available == 10
    again = talk.ask(CANCEL, id=made["id"])["orderCancel"]
    assert again["orderCancelUserErrors"][0]["code"] == "INVALID"


def test_a_deleted_order_is_gone_and_its_webhook_tells_only_its_id(
    world: Any, talk: Talk, people: People, shop: Shop, shirt: Variant
) -> None:
    order = people.customer.buys(DOMAIN, [(shirt, 1)])
    with pytest.raises(Refusal, match="archived or cancelled"):
        shop.lifecycle.delete(order)
    people.vendor.deletes(DOMAIN, order.id)
    told = [each for each in world.deliveries.queue if each.topic == "orders/delete"]
    assert [json.loads(each.body) for each in told] == [{"id": order.id}]
    assert talk.ask(READ, id=order.gid)["order"] is None
    listed = talk.ask("query { orders(first: 9) { nodes { id } } }")["orders"]["nodes"]
    assert order.gid not in [each["id"] for each in listed]


def test_update_overwrites_tags_and_tags_add_does_not(talk: Talk, shirt: Variant) -> None:
    made = talk.create(order_of(shirt, tags=["old"]))["order"]
    update = """mutation($input: OrderInput!) { orderUpdate(input: $input) {
      order { tags note } userErrors { message } } }"""
    given = {"id": made["id"], "tags": ["new"], "note": "hello"}
    assert talk.ask(update, input=given)["orderUpdate"]["order"] == {
        "tags": ["new"],
        "note": "hello",
    }
    add = "mutation($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) {"
    add += " node { id } userErrors { message } } }"
    talk.ask(add, id=made["id"], tags=["more"])
    assert talk.ask(READ, id=made["id"])["order"]["tags"] == ["more", "new"]


def test_marking_as_paid_works_once(talk: Talk, shirt: Variant) -> None:
    made = talk.create(order_of(shirt))["order"]
    pay = """mutation($input: OrderMarkAsPaidInput!) { orderMarkAsPaid(input: $input) {
      order { displayFinancialStatus } userErrors { message } } }"""
    paid = talk.ask(pay, input={"id": made["id"]})["orderMarkAsPaid"]
    assert paid["order"] == {"displayFinancialStatus": "PAID"}
    assert talk.ask(pay, input={"id": made["id"]})["orderMarkAsPaid"]["userErrors"]


def test_orders_older_than_sixty_days_are_hidden_even_by_id(
    talk: Talk, shop: Shop, app: App, shirt: Variant, clock: Any
) -> None:
    made = talk.create(order_of(shirt))["order"]
    clock.moment += timedelta(days=61)
    assert talk.ask(READ, id=made["id"])["order"] is None
    assert talk.ask("{ orders(first: 5) { nodes { id } } }")["orders"]["nodes"] == []
    shop.install(app, [*app.scopes, "read_all_orders"])
    assert talk.ask(READ, id=made["id"])["order"]["name"] == "#1001"


def test_a_customer_buys_and_the_merchant_edits(
    talk: Talk, people: People, shop: Shop, shirt: Variant
) -> None:
    shop.sells("CAP", "Cap", "5.00")
    order = people.customer.buys(
        DOMAIN, [("SHIRT-1", 3)], tax_rate="0.1", shipping="4.00", discount="10%"
    )
    assert (str(order.price), order.financial_status) == ("41.13", "PAID"), (
        "the price after the discount is taxed"
    )
    people.merchant.edits(DOMAIN, order.id, lines={"SHIRT-1": 1}, adds=[("CAP", 2)])
    seen = talk.ask(READ, id=order.gid)["order"]
    quantities = [(e["quantity"], e["currentQuantity"]) for e in seen["lineItems"]["nodes"]]
    assert quantities == [(3, 1), (2, 2)]
    people.merchant.refunds(DOMAIN, order.id, lines={"CAP": 1})
    assert order.financial_status == "PARTIALLY_REFUNDED"
    assert [each.current_quantity for each in order.lines] == [1, 1]


def test_of_many_creates_at_once_with_one_custom_id_one_wins(
    talk: Talk, shop: Shop, shirt: Variant
) -> None:
    define(talk)
    with ThreadPoolExecutor(8) as pool:
        given = [order_of(shirt, metafields=ref("k-1"))] * 16
        answers = list(pool.map(talk.create, given))
    assert sum(bool(each["order"]) for each in answers) == len(shop.orders) == 1
