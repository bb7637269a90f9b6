"""What a store makes of a write is compared with what was asked: a person is told of what differs,
with both figures."""

from __future__ import annotations

from typing import Any

import pytest

from orderflow.rules.judge import BURST
from sandbox.people import ADDRESS
from tests.house import HARBOUR
from tests.river.stage import Stage, VendorSide


def flagged(stage: Stage) -> dict[str, dict[str, Any]]:
    return {flag.code: flag.details for flag in stage.house.flags()}


def lie(stage: Stage, side: VendorSide, name: str, **options: Any) -> None:
    stage.house.world.liar(side.host).tell(name, **options)


@pytest.mark.parametrize(
    ("name", "code", "asked", "got"),
    [
        ("other_total", "store_total", "25.00 USD", "26.00 USD"),
        ("other_currency", "store_currency", "USD", "CLP"),
    ],
)
def test_a_new_order_that_stands_otherwise_is_flagged_with_both_figures(
    stage: Stage, name: str, code: str, asked: str, got: str
) -> None:
    side = stage.side("woocommerce")
    lie(stage, side, name)
    stage.sells_on((side.item, 2))
    told = flagged(stage)[code]
    assert (told["asked"], told["got"]) == (asked, got)
    assert told["number"].startswith("#")


def test_pieces_that_a_store_leaves_out_are_flagged(stage: Stage) -> None:
    side = stage.side("woocommerce")
    lie(stage, side, "quantity_one")
    stage.sells_on((side.item, 2))
    told = flagged(stage)["store_quantity"]
    assert (told["title"], told["asked"], told["got"]) == ("Mug", "2", "1")


def test_a_total_is_compared_on_either_platform(stage: Stage, side: VendorSide) -> None:
    lie(stage, side, "other_total")
    stage.sells_on((side.item, 2))
    assert "store_total" in flagged(stage)
    assert set(stage.states().values()) == {"pushed"}


def test_a_rounding_is_noted_and_nobody_has_to_do_anything(house: Any) -> None:
    stage = Stage(house, bravo={"decimals": 0})
    stage.sells_on((stage.mug, 1))
    assert stage.house.events().count("answer_rounded") == 1
    assert flagged(stage) == {}
    stage.house.let_pass(1800, step=600)
    assert flagged(stage) == {}


def test_an_edit_that_is_answered_right_settles_it(stage: Stage) -> None:
    side = stage.side("woocommerce")
    lie(stage, side, "other_total", times=1)
    order = stage.sells_on((side.item, 3))
    assert "store_total" in flagged(stage)
    stage.people.merchant.edits(HARBOUR, order, lines={"MUG": 2})
    stage.house.turn()
    stage.house.later(BURST)
    stage.house.later(BURST)
    assert flagged(stage) == {}
    assert "flag_settled" in stage.house.events()


def test_an_address_is_compared_after_it_was_changed(stage: Stage, side: VendorSide) -> None:
    order = stage.sells_on((side.item, 1))
    moved = {**ADDRESS, "address1": "2 Sample Street"}
    stage.people.merchant.changes(HARBOUR, order, shipping_address=moved)
    stage.house.turn()
    stage.house.later(BURST)
    assert "fields_written" in stage.house.events()
    assert flagged(stage) == {}
