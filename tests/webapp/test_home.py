"""*Home*: what needs somebody comes first, in numbers that are never counted to their end."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from orderflow.book import life
from orderflow.models import DailyCount, Merchant, Shipment, VendorOrder
from orderflow.read import figures
from tests.house import ALFA, BRAVO, HARBOUR, STRANGER, House
from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor, orders_in, queries


def home(floor: Floor) -> str:
    return floor.door.get("/").text


def section(page: str, name: str) -> str:
    return page.partition(f'id="{name}"')[2].partition("</section>")[0]


def test_a_new_merchant_sees_the_first_steps_and_nothing_to_worry_about(house: House) -> None:
    page = Door(house, house.merchant()).get("/").text
    assert "Nothing needs you right now" in page
    steps = section(page, "start")
    assert steps.count("To do") == 3
    assert steps.count("Done") == 1  # order sync is on


def test_the_first_steps_go_when_they_are_done(floor: Floor) -> None:
    assert 'id="start"' not in home(floor)


def test_the_first_steps_are_put_away_for_this_merchant_only(house: House) -> None:
    door, other = Door(house, house.merchant()), Door(house, house.merchant(STRANGER))
    answer = door.post("/checklist/dismiss")
    assert 'id="start"' not in answer.text
    assert answer.headers["HX-Push-Url"] == "/"
    assert 'id="start"' not in door.get("/").text
    assert 'id="start"' in other.get("/").text


def test_an_unknown_outcome_is_told_with_a_link(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), paid=False)
    with floor.house.unit() as session:
        floor.house.one(session, VendorOrder).state = life.UNKNOWN
    told = section(home(floor), "attention")
    assert "/orders?state=unknown" in told
    assert "1 order was sent and no answer came" in told


def test_a_refused_order_is_told_with_a_link(floor: Floor) -> None:
    floor.alfa.variants.clear()
    floor.sells((floor.lamp, 1))
    assert floor.states() == {"Alfa": "refused"}
    told = section(home(floor), "attention")
    assert "/orders?state=refused" in told
    assert "1 order was refused by a store" in told


def test_a_parcel_that_the_shop_did_not_take_is_told_with_its_order(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    (remote,) = floor.alfa.orders
    floor.people.vendor.ships(ALFA, remote, number="1Z", company="UPS")
    floor.house.turn()
    with floor.house.unit() as session:
        floor.house.one(session, Shipment).state = Shipment.STUCK
    told = section(home(floor), "attention")
    assert "#1001" in told
    assert floor.order_path() in told


def test_what_was_given_up_is_told(floor: Floor) -> None:
    with floor.house.unit() as session:
        merchant = floor.house.one(session, Merchant, shop=HARBOUR)
        lane = merchant.orders_lane
    for message in floor.house.messages("tidy"):
        if message.lane == lane:
            with floor.house.unit() as session:
                floor.house.one(
                    session, type(message), id=message.id
                ).parked_at = floor.house.clock()
    assert "1 task failed for two days" in section(home(floor), "attention")


def test_held_orders_are_counted_by_reason(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), paid=False)
    floor.sells((floor.lamp, 1), paid=False)
    floor.house.set(order_sync=False)
    floor.house.turn()
    floor.sells((floor.mug, 1))
    held = section(home(floor), "held")
    found = re.findall(r'reason=(\w+)">[^<]+</a> <span class="end">(\d+)<', held)
    assert dict(found) == {"order_sync_off": "3"}


def test_an_order_that_two_vendors_wait_for_counts_once(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), (floor.mug, 1), paid=False)
    held = section(home(floor), "held")
    assert re.findall(r'reason=(\w+)">[^<]+</a> <span class="end">(\d+)<', held) == [
        ("not_paid", "1")
    ]
    with floor.house.unit() as session:
        for part in session.query(VendorOrder):
            part.state = life.REFUSED
    assert "1 order was refused by a store" in section(home(floor), "attention")


def test_the_oldest_unsent_order_and_the_median_are_told(floor: Floor) -> None:
    floor.sells((floor.mug, 1))
    floor.sells((floor.lamp, 1), paid=False)
    floor.house.clock.advance(7200)
    floor.sells((floor.lamp, 1), paid=False)
    speed = section(home(floor), "speed")
    assert ">#1002</a>" in speed
    assert "2 hours ago" in speed
    assert "second" in speed


def test_the_chart_and_its_table_tell_the_same(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), (floor.mug, 1))
    page = section(home(floor), "chart")
    assert "Orders placed: 1. Orders created in vendors' stores: 2" in page.replace("&#39;", "'")
    assert page.count('<rect class="orders"') == 30
    today = floor.house.clock().date().isoformat()
    row = page.partition(f'datetime="{today}"')[2].partition("</tr>")[0]
    assert re.findall(r'class="number">(\d+)<', row) == ["1", "2"]
    assert "style=" not in page


def test_finished_days_are_counted_once_and_kept(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    day = floor.house.clock().date()
    for _ in range(4):
        floor.house.later(86400)
    with floor.house.look() as session:
        kept = floor.house.one(session, DailyCount, day=day)
        assert (kept.orders, kept.pushes) == (1, 1)
        merchant = floor.house.one(session, Merchant, shop=HARBOUR)
        days = figures.days(session, merchant, floor.house.clock())
    assert days[-1].day == day + timedelta(days=4)
    assert [each.orders for each in days if each.day == day] == [1]


def test_a_number_stops_at_a_thousand(house: House) -> None:
    house.merchant()
    with house.web.test_request_context():
        render = house.web.jinja_env.filters["some"]
        assert (render(999), render(1000)) == ("999", "1,000+")


def test_home_takes_as_many_queries_for_a_hundred_orders_as_for_one(floor: Floor) -> None:
    orders_in(floor, 1)
    with queries(floor.house) as few:
        home(floor)
    orders_in(floor, 100, first=2000)
    with queries(floor.house) as more:
        home(floor)
    assert len(more) == len(few)


@pytest.mark.parametrize("vendor", ["Alfa", "Bravo"])
def test_a_stranger_sees_none_of_it(floor: Floor, vendor: str) -> None:
    floor.house.merchant(STRANGER)
    floor.faults.add("unauthorized", BRAVO, times=50)
    floor.alfa.variants.clear()
    floor.sells((floor.lamp, 1), (floor.mug, 1))
    floor.house.later(200)
    stranger = Door(floor.house, floor.house.world.shops[STRANGER]).get("/").text
    assert "Nothing needs you right now" in stranger
    assert "No order is held" in stranger
    assert vendor not in stranger
