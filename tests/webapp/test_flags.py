"""What a person must do by hand stands on the order's page and on Home until it is marked done."""

from __future__ import annotations

from tests.house import BRAVO, HARBOUR
from tests.webapp.shop_floor import Floor
from tests.webapp.test_order import text


def test_a_flag_is_shown_counted_and_marked_done(floor: Floor) -> None:
    order = floor.sells((floor.mug, 1))
    floor.people.vendor.cancels(BRAVO, next(iter(floor.bravo.orders)))
    floor.house.turn()
    assert "Ask them why; then cancel or refund your order" in text(floor)
    home = floor.door.get("/").text
    assert "To be done by hand: 1" in home
    assert order.name in home
    page = floor.door.get(floor.order_path()).text
    (flag,) = {part.split('"')[0] for part in page.split('action="') if "/flags/" in part[:80]}
    assert floor.door.post(flag, why="Called them").status_code == 200
    assert floor.door.post(flag).status_code == 200
    assert "To be done by hand" not in floor.door.get("/").text
    told = text(floor)
    assert "Marked as done" in told
    assert "Called them" in told
    assert floor.house.events().count("flag_done") == 1


def test_a_cancellation_that_came_too_late_says_how_much_has_left(floor: Floor) -> None:
    order = floor.sells((floor.lamp, 2))
    (theirs,) = floor.alfa.orders.values()
    floor.house.world.deliveries.drop = 1.0
    floor.people.vendor.ships(floor.alfa, theirs, lines={"LAMP": 1})
    floor.people.merchant.cancels(HARBOUR, order)
    floor.house.hear_of_orders()
    floor.house.let_pass(120, step=60)
    assert "came too late. Pieces that had left: 1." in text(floor)


def test_a_store_that_made_another_total_is_told_with_both_figures(floor: Floor) -> None:
    floor.house.world.liar(BRAVO).tell("other_total")
    floor.sells((floor.mug, 2))
    told = text(floor)
    assert "The vendor's store made the total of #" in told
    assert "26.00 USD; you sent 25.00 USD." in told


def test_a_rounding_stands_on_the_timeline_alone(floor: Floor) -> None:
    floor.bravo.decimals = 0
    floor.sells((floor.mug, 1))
    assert "rounded 12.50 USD to 13.00 USD" in text(floor)
    assert floor.house.flags() == []
