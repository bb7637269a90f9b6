"""Orders that cannot be read: told on *Home* by their id until they can, and in no other's way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from orderflow import clock
from orderflow.intake import backfill
from orderflow.intake.unread import note
from orderflow.models import MarketplaceOrder, Merchant, UnreadOrder, Webhook
from orderflow.rules.judge import reconsider_soon
from sandbox.shopify.bodies import order_body
from stores import http
from stores.boundary import Unreadable
from tests.house import HARBOUR
from tests.river.test_webhooks import post
from tests.stores.twisting import TwistingAdapter
from tests.webapp.shop_floor import Floor
from tests.webapp.test_home import home, section

ODD = Path(__file__).parent.parent / "bodies" / "shopify" / "odd"


def odd(floor: Floor, name: str, **more: Any) -> dict[str, Any]:
    """An odd body of an order for Alfa's lamps."""
    body: dict[str, Any] = json.loads((ODD / f"{name}.json").read_bytes())
    for line in body["line_items"]:
        line["variant_id"], line["product_id"] = floor.lamp.id, floor.lamp.product.id
    return {**body, **more}


def hear(floor: Floor, body: dict[str, Any], topic: str = "orders/updated") -> None:
    assert post(floor.house, body, topic=topic).status_code == 200
    floor.house.turn()


def unread(floor: Floor) -> list[UnreadOrder]:
    with floor.house.look() as session:
        return list(session.scalars(select(UnreadOrder).order_by(UnreadOrder.id)))


@pytest.mark.parametrize(
    "name",
    [
        "properties_of_objects",
        "property_name_of_object",
        "usd_tax_of_three_digits",
        "country_by_name",
        "lines_of_130_uneven_discounts",
    ],
)
def test_an_odd_order_is_pushed(floor: Floor, name: str) -> None:
    hear(floor, odd(floor, name), "orders/create")
    assert floor.states() == {"Alfa": "pushed"}
    assert unread(floor) == []


def broken(floor: Floor) -> dict[str, Any]:
    """What the shop says of a real order of its, and one price that is no number."""
    floor.house.world.deliveries.drop = 1.0
    order = floor.buys((floor.lamp, 1))
    body = dict(order_body(order, HARBOUR, floor.harbour.id))
    body["line_items"] = [{**line, "price": "dear"} for line in body["line_items"]]
    return body


@pytest.fixture
def wire(floor: Floor) -> TwistingAdapter:
    adapter = TwistingAdapter(floor.house.world)
    http.use_adapter(adapter)
    return adapter


def dear(answer: dict[str, Any]) -> dict[str, Any]:
    """Each line's price is no number."""
    data = answer["data"]
    orders = data["orders"]["nodes"] if "orders" in data else [data["order"]]
    for order in orders:
        for line in order["lineItems"]["nodes"]:
            line["originalUnitPriceSet"] = {"shopMoney": {"amount": "dear"}}
    return answer


def test_an_order_that_cannot_be_read_stands_on_home_until_it_can(
    floor: Floor, wire: TwistingAdapter
) -> None:
    wire.twists |= {"SeenOrder": dear, "SeenOrders": dear}
    body = broken(floor)
    hear(floor, body, "orders/create")
    (row,) = unread(floor)
    assert (row.remote_id, row.name, row.reason) == (str(body["id"]), body["name"], "unreadable")
    assert row.detail.endswith((".price", ".amount"))
    told = section(home(floor), "attention")
    assert f"Order {body['name']} of your shop could not be read" in told
    assert f"/why?number={row.remote_id}" in told
    wire.twists.clear()
    floor.house.later(3600)
    assert unread(floor) == []
    assert floor.states() == {"Alfa": "pushed"}
    assert "could not be read" not in home(floor)


@pytest.mark.parametrize("by", ["id", "name", "digits"])
def test_why_tells_of_it_by_id_and_by_name(floor: Floor, wire: TwistingAdapter, by: str) -> None:
    wire.twists |= {"SeenOrder": dear, "SeenOrders": dear}
    body = broken(floor)
    hear(floor, body, "orders/create")
    number = {"id": str(body["id"]), "name": body["name"], "digits": body["name"].strip("#")}[by]
    page = floor.door.get(f"/why?number={number.replace('#', '%23')}").text
    assert "cannot be understood" in page
    assert f"https://{HARBOUR}/admin/orders/{body['id']}" in page
    assert "No order" not in page


def test_a_healthy_body_clears_it_at_once(floor: Floor, wire: TwistingAdapter) -> None:
    wire.twists |= {"SeenOrder": dear, "SeenOrders": dear}
    body = broken(floor)
    hear(floor, body, "orders/create")
    assert len(unread(floor)) == 1
    order = floor.harbour.orders[int(body["id"])]
    hear(floor, dict(order_body(order, HARBOUR, floor.harbour.id)))
    assert unread(floor) == []
    assert floor.states() == {"Alfa": "pushed"}


def test_the_reconciliation_names_what_it_cannot_read_and_takes_the_others(
    floor: Floor, wire: TwistingAdapter
) -> None:
    floor.house.world.deliveries.drop = 1.0
    odd_one, good = floor.buys((floor.lamp, 1)), floor.buys((floor.lamp, 2))

    def spoil(answer: dict[str, Any]) -> dict[str, Any]:
        data = answer["data"]
        for node in data["orders"]["nodes"] if "orders" in data else [data["order"]]:
            if node["id"].endswith(f"/{odd_one.id}"):
                node["currencyCode"] = "pieces of eight"
        return answer

    wire.twists |= {"SeenOrder": spoil, "SeenOrders": spoil}
    floor.house.hear_of_orders()
    assert [row.remote_id for row in unread(floor)] == [str(odd_one.id)]
    assert [order.remote_id for order in floor.house.orders()] == [str(good.id)]
    assert f"Order {odd_one.id} of your shop" in home(floor)
    wire.twists.clear()
    floor.house.later(7200)
    assert unread(floor) == []


def test_the_import_of_past_orders_names_what_it_cannot_read(
    floor: Floor, wire: TwistingAdapter
) -> None:
    floor.house.world.deliveries.drop = 1.0
    order = floor.buys((floor.lamp, 1))
    floor.house.clock.advance(60)
    wire.twists |= {"SeenOrder": dear, "SeenOrders": dear}
    with floor.house.unit() as session:
        merchant = floor.house.one(session, Merchant, shop=HARBOUR)
        row = backfill.ask(session, merchant, 30, by="me", now=clock.now())
        public_id = row.public_id
    floor.house.turn()
    with floor.house.unit() as session:
        merchant = floor.house.one(session, Merchant, shop=HARBOUR)
        asked = backfill.of(session, merchant, public_id)
        assert asked is not None
        assert backfill.start(session, asked, by="me", now=clock.now())
    floor.house.turn()
    assert [row.remote_id for row in unread(floor)] == [str(order.id)]


def test_another_merchant_sees_nothing_of_it(floor: Floor, wire: TwistingAdapter) -> None:
    wire.twists |= {"SeenOrder": dear, "SeenOrders": dear}
    hear(floor, broken(floor), "orders/create")
    (row,) = unread(floor)
    with floor.house.look() as session:
        owner = floor.house.one(session, Merchant, shop=HARBOUR)
        assert row.merchant_id == owner.id


def bricked(floor: Floor) -> None:
    """Write a snapshot as it was written when names of properties were not made text."""
    with floor.house.unit() as session:
        order = session.scalars(select(MarketplaceOrder)).one()
        stored = json.loads(json.dumps(order.snapshot))
        stored["lines"][0]["attributes"] = [[{"k": 1}, "L"]]
        order.snapshot = stored


def test_an_order_stored_with_an_object_for_a_name_is_edited_and_cancelled(floor: Floor) -> None:
    order = floor.sells_on((floor.lamp, 1))
    bricked(floor)
    floor.people.merchant.changes(HARBOUR, order.name, note="Ring twice")
    floor.house.turn()
    assert floor.house.orders()[0].snapshot["note"] == "Ring twice"
    bricked(floor)
    floor.house.later(60)
    floor.people.merchant.cancels(HARBOUR, order.name)
    floor.house.turn()
    floor.house.let_pass(90)
    assert floor.states() == {"Alfa": "cancelled"}


def test_a_snapshot_that_cannot_be_read_at_all_is_replaced_by_the_next_sight(floor: Floor) -> None:
    order = floor.sells_on((floor.lamp, 1), paid=False)
    with floor.house.unit() as session:
        session.scalars(select(MarketplaceOrder)).one().snapshot = {"id": "nonsense"}
    floor.people.merchant.marks_paid(HARBOUR, order.name)
    floor.house.turn()
    assert floor.states() == {"Alfa": "pushed"}


def test_reconsidering_what_cannot_be_read_asks_the_shop(floor: Floor) -> None:
    floor.sells_on((floor.lamp, 1), paid=False)
    with floor.house.unit() as session:
        session.scalars(select(MarketplaceOrder)).one().snapshot = {"id": "nonsense"}
    floor.house.set(only_if_paid=False)
    with floor.house.unit() as session:
        merchant = floor.house.one(session, Merchant, shop=HARBOUR)
        (order,) = session.scalars(select(MarketplaceOrder))
        reconsider_soon(session, merchant, order.id, clock.now())
    floor.house.turn()
    assert floor.states() == {"Alfa": "pushed"}
    assert unread(floor) == []


def test_no_body_is_kept_of_what_cannot_be_read(floor: Floor, wire: TwistingAdapter) -> None:
    wire.twists |= {"SeenOrder": dear, "SeenOrders": dear}
    hear(floor, broken(floor), "orders/create")
    with floor.house.look() as session:
        bodies = list(session.scalars(select(Webhook.body)))
    assert bodies
    assert bodies == [None] * len(bodies)


@pytest.mark.parametrize("attributes", [[7], 7, {"a": {}}, [[1, 2], None]])
def test_an_order_with_attributes_of_any_shape_is_pushed(floor: Floor, attributes: object) -> None:
    hear(floor, odd(floor, "country_by_name", note_attributes=attributes), "orders/create")
    assert floor.states() == {"Alfa": "pushed"}


def test_of_many_unreadable_orders_twenty_are_named_and_all_are_counted(floor: Floor) -> None:
    with floor.house.unit() as session:
        merchant = floor.house.one(session, Merchant, shop=HARBOUR)
        for number in range(23):
            note(session, merchant, str(7000 + number), Unreadable("id"), clock.now())
    told = section(home(floor), "attention")
    assert told.count("could not be read") == 21
    assert "23 orders of your shop could not be read, in all" in told
