"""*Past orders*: counted first, then imported, each of them once, however often one tries."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from orderflow import clock
from orderflow.access import add_ons, catalogue
from orderflow.intake import backfill
from orderflow.models import Backfill, Mail, Merchant, VariantMapping, Vendor
from sandbox.shopify.order import Order
from tests.house import HARBOUR, House
from tests.webapp.shop_floor import Floor

AT = "/orders/earlier"


def earlier(floor: Floor, days: float = 1, **more: object) -> Order:
    """Bought while nobody listened: no webhook came, and nothing was reconciled."""
    post, floor.house.world.post = floor.house.world.post, lambda *_: 200
    order = floor.buys((floor.lamp, 1), **more)
    floor.house.world.tick()
    floor.house.world.post = post
    order.created_at -= timedelta(days=days)
    order.processed_at = order.created_at
    floor.harbour.index.put(order)
    return order


def count_them(floor: Floor, days: int = 60) -> str:
    floor.door.post(AT, days=str(days))
    floor.house.turn()
    return str(floor.door.get(AT).text)


def button(page: str, name: str) -> str:
    found = re.search(rf'action="([^"]+/{name})"', page)
    assert found, page
    return found[1]


def row(floor: Floor) -> Backfill:
    with floor.house.look() as session:
        return floor.house.one(session, Backfill)


def _end_add_on(house: House) -> None:
    with house.unit() as session:
        merchant = house.one(session, Merchant, shop=HARBOUR)
        add_ons.deactivate(session, merchant, "shopify", clock.now(), by="test")


def _unmap(house: House) -> None:
    with house.unit() as session:
        alfa = house.one(session, Vendor, name="Alfa")
        for mapping in session.scalars(select(VariantMapping)):
            if mapping.connection.vendor_id == alfa.id:
                catalogue.unmap(session, mapping, clock.now())


def test_before_anything_was_asked_there_is_only_the_question(floor: Floor) -> None:
    page = floor.door.get(AT).text
    assert "Import past orders" in page
    assert "hx-get" not in page
    assert AT in floor.door.get("/orders").text
    assert AT in floor.door.get(f"/vendors/{floor.vendor('Alfa')}").text


def test_orders_are_counted_and_nothing_is_kept_or_pushed(floor: Floor) -> None:
    earlier(floor, 5)
    earlier(floor, 30)
    earlier(floor, 6, paid=False)
    page = count_them(floor)
    assert "3 orders can be imported." in page
    assert "2 vendor shipments would be pushed" in page
    assert "Alfa: 2" in page
    assert "1 vendor shipment would wait: Not paid" in " ".join(page.split())
    assert floor.house.orders() == []
    assert floor.alfa.orders == {}


def test_only_the_days_that_were_asked_for_are_counted(floor: Floor) -> None:
    earlier(floor, 5)
    earlier(floor, 30)
    assert "1 order can be imported." in count_them(floor, days=14)


def test_while_it_counts_the_page_asks_again_by_itself(floor: Floor) -> None:
    earlier(floor)
    page = floor.door.post(AT, days="14").text
    assert "Counting" in page
    assert f'hx-get="{AT}/progress"' in page
    floor.house.turn()
    assert "hx-get" not in floor.door.get(f"{AT}/progress").text


def test_what_was_found_is_taken_in_and_goes_the_way_of_every_order(floor: Floor) -> None:
    bought = [earlier(floor, 5) for _ in range(7)]
    page = count_them(floor)
    started = floor.door.post(button(page, "take-in"))
    assert "0 of 7 orders" in started.text
    floor.house.turn()
    assert "7 orders were imported." in floor.door.get(AT).text
    assert {order.name for order in floor.house.orders()} == {order.name for order in bought}
    assert len(floor.alfa.orders) == len(bought)
    assert floor.states() == {"Alfa": "pushed"}


def test_an_order_that_is_here_already_is_neither_counted_nor_pushed_again(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    earlier(floor, 2)
    page = count_them(floor)
    assert "1 order can be imported." in page
    assert "1 other is here already." in page
    floor.door.post(button(page, "take-in"))
    floor.house.turn()
    assert "1 order was imported." in floor.door.get(AT).text
    assert len(floor.alfa.orders) == 2


def test_taken_in_twice_and_heard_of_meanwhile_it_stands_in_the_store_once(floor: Floor) -> None:
    earlier(floor)
    page = count_them(floor)
    take = button(page, "take-in")
    floor.door.post(take)
    floor.door.post(take)
    floor.house.hear_of_orders()
    assert len(floor.alfa.orders) == 1
    again = count_them(floor)
    assert "0 orders can be imported." in again
    assert "take-in" not in again


def test_a_page_that_is_read_again_after_a_crash_counts_nothing_twice(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        earlier(floor)
    floor.door.post(button(count_them(floor), "take-in"))
    with monkeypatch.context() as broken:
        broken.setattr(backfill, "passed", None)
        floor.house.turn()
    assert (row(floor).state, row(floor).taken, row(floor).passed) == ("running", 3, 0)
    floor.house.let_pass(120)
    assert (row(floor).state, row(floor).taken, row(floor).passed) == ("done", 3, 3)
    assert len(floor.alfa.orders) == 3


def test_fulfilled_cancelled_and_hidden_orders_are_left_alone(floor: Floor) -> None:
    earlier(floor, 61)
    gone = earlier(floor, 3)
    floor.people.merchant.cancels(HARBOUR, gone.name)
    shipped = earlier(floor, 3)
    floor.people.vendor.ships(HARBOUR, shipped.name)
    floor.house.world.deliveries.queue.clear()
    assert "0 orders can be imported." in count_them(floor)


def test_it_can_be_stopped_half_way_and_what_was_taken_in_stays(floor: Floor) -> None:
    for _ in range(12):
        earlier(floor)
    page = floor.door.post(button(count_them(floor), "take-in")).text
    stop = button(page, "stop")
    reads = 0

    def press(_request: object) -> bool:
        nonlocal reads
        reads += 1
        if reads == 2:
            floor.door.post(stop)
        return False

    floor.faults.add("refused", HARBOUR, press)
    floor.house.turn()
    assert row(floor).state == "stopped"
    assert row(floor).taken == len(floor.house.orders()) == 5
    assert "5 orders were imported before that, and stay." in floor.door.get(AT).text
    assert [each.kind for each in floor.house.messages("backfill")] == []


@pytest.mark.parametrize(
    ("change", "then"),
    [
        (
            lambda house: house.set(order_sync=False),
            "1 vendor shipment would be held: Order sync is off",
        ),
        (_end_add_on, "1 vendor shipment would be held: Add-on not active"),
        (_unmap, "1 vendor shipment would be held: Items not mapped"),
    ],
)
def test_what_is_changed_after_the_count_is_counted_again(
    floor: Floor, change: Callable[[House], None], then: str
) -> None:
    earlier(floor)
    take = button(count_them(floor), "take-in")
    change(floor.house)
    asked = floor.door.post(take)
    assert asked.status_code == 409
    assert "counted again" in asked.text
    floor.house.turn()
    page = " ".join(floor.door.get(AT).text.split())
    assert then in page
    assert floor.house.orders() == []


def test_the_shops_own_window_is_told_and_what_is_typed_is_kept(floor: Floor) -> None:
    for typed, said in (
        ("61", "orders of the last 60 days only"),
        ("0", "from 1 to 60"),
        ("²", "from 1 to 60"),
        ("", "from 1 to 60"),
    ):
        answer = floor.door.post(AT, days=typed)
        assert answer.status_code == 422
        assert said in answer.text
        assert not typed or f'value="{typed}"' in answer.text
    with floor.house.look() as session:
        assert session.query(Backfill).count() == 0


def test_two_who_ask_at_once_count_once(floor: Floor) -> None:
    floor.door.post(AT, days="14")
    floor.door.post(AT, days="30")
    assert row(floor).until - row(floor).since == timedelta(days=14)


def test_a_shop_that_has_removed_the_app_is_not_read_any_more(floor: Floor) -> None:
    earlier(floor)
    floor.door.post(AT, days="14")
    with floor.house.unit() as session:
        found = floor.house.one(session, Backfill)
        found.merchant.uninstalled_at = clock.now()
    floor.house.turn()
    assert row(floor).state == "stopped"


def test_earlier_orders_are_told_to_the_vendor_in_one_mail(floor: Floor) -> None:
    for _ in range(4):
        earlier(floor, 5)
    with floor.house.unit() as session:
        floor.house.one(session, Vendor, name="Alfa").email = "alfa@example.com"
    floor.door.post(button(count_them(floor), "take-in"))
    floor.house.turn()
    with floor.house.look() as session:
        states = [mail.state for mail in session.scalars(select(Mail).filter_by(kind="order"))]
    assert states == [Mail.GATHERING] * 4
