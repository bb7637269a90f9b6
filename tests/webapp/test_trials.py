"""*Test order*: created in the vendor's store, shown, gone again; never two of them."""

from __future__ import annotations

import re

import pytest

from orderflow.models import TrialOrder
from tests.house import ALFA, BRAVO, STRANGER
from tests.river.stage import creates
from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor

SIDES = ("Alfa", "Bravo")


def path(floor: Floor, name: str) -> str:
    page = floor.door.get(f"/vendors/{floor.vendor(name)}").text
    found = re.search(r'hx-post="([^"]+/test-order)"', page)
    assert found
    return found[1]


def in_store(floor: Floor, name: str) -> list[tuple[str, bool]]:
    """(what is in it, whether it is live) for each order of the vendor's store."""
    if name == "Alfa":
        return [
            (order.lines[0].title, order.cancelled_at is None)
            for order in floor.alfa.orders.values()
        ]
    return [
        (next(iter(order.of("line"))).name, order.status not in ("cancelled", "trash"))
        for order in floor.bravo.orders.values()
    ]


def state(floor: Floor) -> str:
    with floor.house.look() as session:
        return str(floor.house.one(session, TrialOrder).state)


@pytest.mark.parametrize("name", SIDES)
def test_a_test_order_is_created_shown_and_cancelled_again(floor: Floor, name: str) -> None:
    at = path(floor, name)
    asked = floor.door.post(at)
    assert "hx-get" in asked.text
    assert "On its way" in asked.text
    floor.house.turn()
    assert in_store(floor, name) == [("Test order: do not ship", True)]
    assert "The order stands in the store as" in floor.door.get(at).text
    floor.house.later(61)
    floor.house.let_pass(30)
    assert in_store(floor, name) == [("Test order: do not ship", False)]
    over = floor.door.get(at).text
    assert "It works" in over
    assert "hx-get" not in over


@pytest.mark.parametrize("name", SIDES)
def test_a_test_order_never_becomes_an_order_of_anybody(floor: Floor, name: str) -> None:
    floor.house.merchant(ALFA)
    floor.door.post(path(floor, name))
    floor.house.turn()
    floor.house.let_pass(400)
    assert floor.house.orders() == []
    assert floor.house.world.mail == []


@pytest.mark.parametrize(("name", "host"), [("Alfa", ALFA), ("Bravo", BRAVO)])
def test_a_lost_answer_leaves_no_test_order_standing(floor: Floor, name: str, host: str) -> None:
    floor.faults.add("lost_answer", host, creates)
    at = path(floor, name)
    floor.door.post(at)
    floor.house.turn()
    assert state(floor) == "unknown"
    assert "gave no answer" in floor.door.get(at).text
    floor.all_looks()
    floor.house.let_pass(60)
    assert [live for _, live in in_store(floor, name)] == [False]
    assert state(floor) == "removed"


def test_asking_twice_sends_one(floor: Floor) -> None:
    at = path(floor, "Alfa")
    floor.door.post(at)
    floor.door.post(at)
    floor.house.turn()
    assert len(floor.alfa.orders) == 1


def test_a_store_that_does_not_let_us_in_says_so(floor: Floor) -> None:
    at = path(floor, "Alfa")
    floor.alfa.uninstall(floor.house.sluice)
    floor.door.post(at)
    floor.house.turn()
    page = floor.door.get(at).text
    assert "It does not work" in page
    assert "no longer accepts our access" in page


def test_a_store_that_is_down_fails_at_once_and_may_be_tried_again(floor: Floor) -> None:
    at = path(floor, "Bravo")
    floor.faults.add("refused", BRAVO)
    floor.door.post(at)
    floor.house.turn()
    page = floor.door.get(at).text
    assert "The store could not be reached" in page
    assert "Send a test order" in page


def test_the_calls_of_a_test_stand_in_the_log_of_that_merchant_alone(floor: Floor) -> None:
    floor.house.merchant(STRANGER)
    floor.door.post(path(floor, "Alfa"))
    floor.house.turn()
    assert "Create a test order" in floor.door.get("/log").text
    stranger = Door(floor.house, floor.house.world.shops[STRANGER])
    assert "Create a test order" not in stranger.get("/log").text
