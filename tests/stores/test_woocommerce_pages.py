"""A host may give fewer entries a page than were asked for; nothing of a list is missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.world import World
from tests.stores.cast import NOON, ORDER, WooShore, woo_shore

HEADERS = [{"headers": True}, {"headers": False}]


@pytest.fixture(params=["10.5.0", "8.2.2"])
def shore(request: pytest.FixtureRequest, world: World) -> WooShore:
    return woo_shore(world, version=request.param)


def fill(shore: WooShore, count: int) -> list[str]:
    made = (replace(ORDER, key=f"SL-other-{number}") for number in range(count))
    return [shore.open().create_order(each).id for each in made]


@pytest.mark.parametrize("told", HEADERS, ids=["counted", "uncounted"])
def test_an_order_on_a_later_page_is_found(
    world: World, shore: WooShore, told: dict[str, Any]
) -> None:
    shore.open().create_order(ORDER)
    fill(shore, 12)
    world.liar(shore.host).tell("pages_capped", size=5, **told)
    assert len(shore.open().find_orders(ORDER.key, ORDER.placed_at)) == 1


@pytest.mark.parametrize("told", HEADERS, ids=["counted", "uncounted"])
def test_orders_that_are_there_are_not_taken_for_deleted(
    world: World, shore: WooShore, told: dict[str, Any]
) -> None:
    ids = fill(shore, 12)
    world.liar(shore.host).tell("pages_capped", size=5, **told)
    assert shore.open().missing_orders([*ids, "999999"]) == ("999999",)


@pytest.mark.parametrize("told", HEADERS, ids=["counted", "uncounted"])
def test_all_orders_that_changed_in_one_second_are_read(
    world: World, shore: WooShore, told: dict[str, Any]
) -> None:
    ids = set(fill(shore, 23))
    world.liar(shore.host).tell("pages_capped", size=10, **told)
    cursor, more, seen, calls = "", True, set(), 0
    while more and calls < 10:
        changes = shore.open().fetch_changes(cursor, NOON - timedelta(minutes=1))
        cursor, more, calls = changes.cursor, changes.more, calls + 1
        seen |= {order.placed.id for order in changes.orders}
    assert (seen, more) == (ids, False)


def test_an_idle_poll_is_one_call_for_each_list(shore: WooShore) -> None:
    changes = shore.open().fetch_changes("", NOON)
    assert (changes.orders, changes.more) == ((), False)
