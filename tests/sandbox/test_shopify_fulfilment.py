"""Fulfilment orders, parcels, and bringing them back."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.people import People
from sandbox.shopify import Shop
from sandbox.shopify.catalogue import Variant
from tests.sandbox.conftest import DOMAIN, Talk

READ = """query($id: ID!) { order(id: $id) { displayFulfillmentStatus
  fulfillmentOrders(first: 10) { nodes { id status supportedActions { action }
    assignedLocation { name location { id } }
    lineItems(first: 20) { nodes { id totalQuantity remainingQuantity lineItem { sku } } } } }
  fulfillments(first: 10) { id status trackingInfo(first: 5) { company number url }
    fulfillmentLineItems(first: 10) { nodes { quantity lineItem { sku } } } } } }"""
FULFIL = """mutation($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id status } userErrors { field message } } }"""


@pytest.fixture
def order(people: People, shop: Shop, talk: Talk) -> Any:
    cellar = shop.add_location("Cellar")
    shop.sells("WINE", "Wine", location=cellar)
    return people.customer.buys(DOMAIN, [("SHIRT-1", 3), ("WINE", 1)])


def read(talk: Talk, order: Any) -> Any:
    return talk.ask(READ, id=order.gid)["order"]


def part(fulfillment_order: Any, quantity: int) -> dict[str, Any]:
    line = fulfillment_order["lineItems"]["nodes"][0]
    return {
        "fulfillmentOrderId": fulfillment_order["id"],
        "fulfillmentOrderLineItems": [{"id": line["id"], "quantity": quantity}],
    }


def fulfil(talk: Talk, *parts: Any, **more: Any) -> Any:
    given = {"lineItemsByFulfillmentOrder": list(parts), **more}
    return talk.ask(FULFIL, fulfillment=given)["fulfillmentCreate"]


def test_each_location_gets_its_own_fulfilment_order(talk: Talk, order: Any) -> None:
    parts = read(talk, order)["fulfillmentOrders"]["nodes"]
    assert [each["assignedLocation"]["name"] for each in parts] == ["Main", "Cellar"]
    assert all({"action": "CREATE_FULFILLMENT"} in each["supportedActions"] for each in parts)


def test_a_partial_shipment_leaves_the_rest_open(talk: Talk, order: Any) -> None:
    main, cellar = read(talk, order)["fulfillmentOrders"]["nodes"]
    tracking = {"company": "UPS", "number": "1Z", "url": "https://ups.example.com/1Z"}
    assert fulfil(talk, part(main, 2), trackingInfo=tracking)["fulfillment"]["status"] == "SUCCESS"
    seen = read(talk, order)
    assert seen["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert seen["fulfillmentOrders"]["nodes"][0]["status"] == "OPEN"
    line = seen["fulfillmentOrders"]["nodes"][0]["lineItems"]["nodes"][0]
    assert (line["totalQuantity"], line["remainingQuantity"]) == (3, 1)
    assert seen["fulfillments"][0]["trackingInfo"] == [tracking]
    fulfil(talk, part(main, 1))
    fulfil(talk, part(cellar, 1))
    seen = read(talk, order)
    assert seen["displayFulfillmentStatus"] == "FULFILLED"
    assert {each["status"] for each in seen["fulfillmentOrders"]["nodes"]} == {"CLOSED"}


def test_what_is_not_there_cannot_ship(talk: Talk, order: Any) -> None:
    main, cellar = read(talk, order)["fulfillmentOrders"]["nodes"]
    for refused in (part(main, 4), part(main, 0)):
        assert "quantity" in fulfil(talk, refused)["userErrors"][0]["message"]
    fulfil(talk, part(main, 3))
    again = fulfil(talk, part(main, 1))
    assert "closed" in again["userErrors"][0]["message"]
    both = fulfil(talk, part(main, 1), part(cellar, 1))
    assert "same location" in both["userErrors"][0]["message"]
    assert len(order.fulfillments) == 1


def test_a_held_order_waits(talk: Talk, order: Any, people: People) -> None:
    people.merchant.holds(DOMAIN, order.id)
    seen = read(talk, order)
    main = seen["fulfillmentOrders"]["nodes"][0]
    assert (main["status"], seen["displayFulfillmentStatus"]) == ("ON_HOLD", "ON_HOLD")
    assert fulfil(talk, part(main, 1))["userErrors"]
    people.merchant.releases(DOMAIN, order.id)
    assert fulfil(talk, part(main, 1))["fulfillment"]


def test_a_moved_order_leaves_a_closed_one_behind(talk: Talk, order: Any, people: People) -> None:
    main = read(talk, order)["fulfillmentOrders"]["nodes"][0]
    people.merchant.moves(DOMAIN, order.id, location="Cellar")
    assert fulfil(talk, part(main, 1))["userErrors"]
    open_now = [
        each for each in read(talk, order)["fulfillmentOrders"]["nodes"] if each["status"] == "OPEN"
    ]
    assert {each["assignedLocation"]["name"] for each in open_now} == {"Cellar"}


def test_what_is_moved_to_a_free_location_stays_the_same_fulfilment_order(
    talk: Talk, order: Any, people: People, shop: Shop
) -> None:
    main = read(talk, order)["fulfillmentOrders"]["nodes"][0]
    shop.add_location("Attic")
    people.merchant.moves(DOMAIN, order.id, location="Attic", lines={"SHIRT-1": 3})
    moved = read(talk, order)["fulfillmentOrders"]["nodes"][0]
    assert (moved["id"], moved["assignedLocation"]["name"]) == (main["id"], "Attic")
    fulfil(talk, part(moved, 1))
    people.merchant.moves(DOMAIN, order.id, location="Main", lines={"SHIRT-1": 1})
    assert left(talk, order) == [("Attic", "OPEN", 1), ("Cellar", "OPEN", 1), ("Main", "OPEN", 1)]


def left(talk: Talk, order: Any) -> list[tuple[str, str, int]]:
    """Of each fulfilment order where it is, how it stands, and what remains."""
    return [
        (
            each["assignedLocation"]["name"],
            each["status"],
            sum(line["remainingQuantity"] for line in each["lineItems"]["nodes"]),
        )
        for each in read(talk, order)["fulfillmentOrders"]["nodes"]
    ]


def test_split_pieces_wait_apart_until_they_are_merged(
    talk: Talk, order: Any, people: People
) -> None:
    main = read(talk, order)["fulfillmentOrders"]["nodes"][0]
    people.merchant.splits(DOMAIN, order.id, lines={"SHIRT-1": 2})
    assert left(talk, order) == [("Main", "OPEN", 1), ("Cellar", "OPEN", 1), ("Main", "OPEN", 2)]
    assert "quantity" in fulfil(talk, part(main, 3))["userErrors"][0]["message"]
    people.merchant.merges(DOMAIN, order.id)
    assert "closed" in fulfil(talk, part(main, 1))["userErrors"][0]["message"]
    assert [each for each in left(talk, order) if each[1] == "OPEN"] == [
        ("Cellar", "OPEN", 1),
        ("Main", "OPEN", 3),
    ]


def test_a_withdrawn_parcel_opens_a_new_fulfilment_order(talk: Talk, order: Any) -> None:
    main = read(talk, order)["fulfillmentOrders"]["nodes"][0]
    made = fulfil(talk, part(main, 3))["fulfillment"]
    cancel = """mutation($id: ID!) { fulfillmentCancel(id: $id) {
      fulfillment { status } userErrors { message } } }"""
    gone = talk.ask(cancel, id=made["id"])["fulfillmentCancel"]
    assert gone["fulfillment"] == {"status": "CANCELLED"}
    nodes = read(talk, order)["fulfillmentOrders"]["nodes"]
    assert (nodes[0]["id"], nodes[0]["status"]) == (main["id"], "CLOSED")
    assert nodes[-1]["lineItems"]["nodes"][0]["remainingQuantity"] == 3
    assert talk.ask(cancel, id=made["id"])["fulfillmentCancel"]["userErrors"]


def test_tracking_is_corrected_with_several_numbers(talk: Talk, order: Any) -> None:
    main = read(talk, order)["fulfillmentOrders"]["nodes"][0]
    made = fulfil(talk, part(main, 3))["fulfillment"]
    update = """mutation($id: ID!, $tracking: FulfillmentTrackingInput!) {
      fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking) {
        fulfillment { trackingInfo(first: 5) { number company } } userErrors { message } } }"""
    tracking = {"company": "DHL", "numbers": ["A", "B"]}
    updated = talk.ask(update, id=made["id"], tracking=tracking)["fulfillmentTrackingInfoUpdate"]
    assert updated["fulfillment"]["trackingInfo"] == [
        {"number": "A", "company": "DHL"},
        {"number": "B", "company": "DHL"},
    ]


def test_a_vendor_ships_by_sku_one_parcel_for_each_location(order: Any, people: People) -> None:
    parcels = people.vendor.ships(DOMAIN, order.id, number="1Z", company="UPS")
    assert [each.location.name for each in parcels] == ["Main", "Cellar"]
    people.vendor.withdraws(DOMAIN, order.id, parcels[0].id)
    again = people.vendor.ships(DOMAIN, order.id, lines={"SHIRT-1": 2}, number="2Z")
    assert [each.quantity for each in again[0].lines] == [2]
    with pytest.raises(LookupError):
        people.vendor.ships(DOMAIN, order.id, lines={"SHIRT-1": 2})


def test_inventory_writes_need_a_key_and_happen_once(
    talk: Talk, shop: Shop, shirt: Variant
) -> None:
    bare = """mutation($input: InventoryAdjustQuantitiesInput!) {
      inventoryAdjustQuantities(input: $input) { userErrors { code } } }"""
    keyed = bare.replace("(input: $input) {", '(input: $input) @idempotent(key: "k") {')
    change = {
        "inventoryItemId": shirt.item_gid,
        "locationId": shop.default_location.gid,
        "delta": -3,
    }
    given = {"name": "available", "reason": "correction", "changes": [change]}
    assert talk.code(bare, input=given) == "BAD_REQUEST"
    for _ in range(2):
        assert not talk.ask(keyed, input=given)["inventoryAdjustQuantities"]["userErrors"]
    assert shirt.available == 7
    other = {**given, "changes": [{**change, "delta": -1}]}
    refused = talk.ask(keyed, input=other)["inventoryAdjustQuantities"]
    assert refused["userErrors"] == [{"code": "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"}]
