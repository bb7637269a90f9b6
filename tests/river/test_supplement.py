"""What was held and is mapped later follows into the order that stands there already (P15)."""

from __future__ import annotations

from orderflow.judge import BURST
from sandbox.shopify.catalogue import Variant
from tests import agreement
from tests.house import ALFA, BRAVO, HARBOUR
from tests.river.stage import Stage


def more(stage: Stage) -> tuple[Variant, Variant]:
    """A rug of Alfa's and a cup of Bravo's that nobody has mapped yet."""
    rug = stage.harbour.sells("RUG", "Rug", "7.00", vendor="Alfa")
    return rug, stage.harbour.sells("CUP", "Cup", "3.00", vendor="Bravo")


def map_both(stage: Stage, rug: Variant, cup: Variant) -> None:
    stage.house.map(rug, ALFA, str(stage.alfas_lamp.id))
    stage.house.map(cup, BRAVO, str(stage.bravos_mug.id), str(stage.bravos_mug.id))
    stage.house.turn()
    stage.house.later(BURST)


def test_lines_mapped_later_follow_into_the_same_order_and_ship_with_it(stage: Stage) -> None:
    rug, cup = more(stage)
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1), (rug, 2), (cup, 2))
    map_both(stage, rug, cup)
    assert agreement.pieces(stage.house) == [{"LAMP": 1, "RUG": 2}, {"MUG": 1, "CUP": 2}]
    assert len(stage.house.pushes()) == 2
    assert stage.states() == {"Alfa": "pushed", "Bravo": "pushed"}
    (lamps,), (mugs,) = stage.alfa.orders.values(), stage.bravo.orders.values()
    stage.people.vendor.ships(ALFA, lamps, number="1Z")
    stage.people.vendor.ships(BRAVO, mugs.id, number="RR1")
    stage.house.let_pass(600, step=150)
    assert stage.states() == {"Alfa": "shipped", "Bravo": "shipped"}
    assert {line.sku: line.fulfilled for line in order.lines} == {
        "LAMP": 1,
        "MUG": 1,
        "RUG": 2,
        "CUP": 2,
    }


def test_a_line_added_to_the_order_follows_into_the_vendors_order(stage: Stage) -> None:
    rug, cup = more(stage)
    map_both(stage, rug, cup)
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    stage.people.merchant.edits(HARBOUR, order, adds=[(rug, 1), (cup, 1)])
    stage.house.turn()
    stage.house.later(BURST)
    assert agreement.pieces(stage.house) == [{"LAMP": 1, "RUG": 1}, {"MUG": 1, "CUP": 1}]


def test_what_comes_after_all_has_shipped_is_an_order_of_its_own(stage: Stage) -> None:
    rug, cup = more(stage)
    stage.sells_on((stage.lamp, 1), (stage.mug, 1), (rug, 2), (cup, 2))
    (lamps,), (mugs,) = stage.alfa.orders.values(), stage.bravo.orders.values()
    stage.people.vendor.ships(ALFA, lamps, number="1Z")
    stage.people.vendor.ships(BRAVO, mugs.id, number="RR1")
    stage.house.turn()
    map_both(stage, rug, cup)
    ordered = sorted(agreement.pieces(stage.house), key=str)
    assert ordered == [{"CUP": 2}, {"LAMP": 1}, {"MUG": 1}, {"RUG": 2}]


def test_a_store_that_refuses_the_addition_gets_a_second_order(stage: Stage) -> None:
    """The vendor has archived the one, completed the other, and we have not heard of it yet."""
    rug, cup = more(stage)
    stage.sells_on((stage.lamp, 1), (stage.mug, 1), (rug, 2), (cup, 2))
    stage.house.world.deliveries.drop = 1.0
    (lamps,), (mugs,) = stage.alfa.orders.values(), stage.bravo.orders.values()
    stage.people.merchant.archives(stage.alfa, lamps)
    stage.bravo.set_status(mugs.id, "completed")
    map_both(stage, rug, cup)
    stage.house.later(BURST)
    assert {"RUG": 2} in agreement.pieces(stage.house)
    assert {"CUP": 2} in agreement.pieces(stage.house)
    assert [push.takes_more for push in stage.house.pushes()[:2]] == [False, False]
