"""What was held and is mapped later follows into the order that stands there already (P15)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from orderflow.models import TimelineEvent
from orderflow.rules.judge import BURST
from sandbox.shopify.catalogue import Variant
from sandbox.shopify.order import Order
from tests import agreement
from tests.house import ALFA, BRAVO, HARBOUR
from tests.river.stage import Stage


def more(stage: Stage) -> tuple[Variant, Variant]:
    """A rug of Alfa's and a cup of Bravo's that nobody has mapped yet."""
    rug = stage.harbour.sells("RUG", "Rug", "7.00", vendor="Alfa")
    return rug, stage.harbour.sells("CUP", "Cup", "3.00", vendor="Bravo")


def map_both(stage: Stage, rug: Variant, cup: Variant, theirs: Variant | None = None) -> None:
    stage.house.map(rug, ALFA, str((theirs or stage.alfas_lamp).id))
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


def totals(stage: Stage) -> dict[str, tuple[int, int]]:
    """What each vendor's order costs there, and the vendor's share of the marketplace's order."""
    there = {push.vendor_order_id: told.total for push, told in agreement.contents(stage.house)}
    return {part.vendor.name: (there[part.id], part.share) for part in stage.house.parts()}


def edit(stage: Stage, order: Order, lines: dict[str, int]) -> None:
    stage.people.merchant.edits(HARBOUR, order, lines=lines)
    stage.house.turn()
    stage.house.later(BURST)


def told(stage: Stage) -> str:
    """All notes about what was written, as the timeline keeps them."""
    with stage.house.look() as session:
        events = select(TimelineEvent.details).where(TimelineEvent.code == "lines_written")
        return str(session.scalars(events).all())


@pytest.mark.parametrize("lost", [False, True], ids=["", "unknown"])
def test_a_line_brings_its_share_of_the_shipping_along(stage: Stage, lost: bool) -> None:
    rug, cup = more(stage)
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1), (rug, 2), (cup, 2), shipping="10.00")
    alfas_rug = stage.alfa.sells("A-RUG", "Rug", "7.00")
    if lost:
        stage.faults.add("lost_answer", match="orderEditCommit")
        stage.faults.add(
            "lost_answer",
            match=lambda asked: asked.method in ("PUT", "POST") and "/orders/" in asked.path,
        )
    map_both(stage, rug, cup, alfas_rug)
    stage.all_looks()
    assert totals(stage) == {"Alfa": (4400 + 704, 5104), "Bravo": (1850 + 296, 2146)}
    assert stage.house.events().count("change_unknown") == (2 if lost else 0)
    edit(stage, order, {"LAMP": 2, "CUP": 1})
    kept = {"Alfa": (7400 + 704, 8104), "Bravo": (1550 + 296, 1846)}
    assert totals(stage) == kept, "shipping stays with the orders that vendors have"
    edit(stage, order, {"LAMP": 1})
    assert totals(stage) == {**kept, "Alfa": (4400 + 704, 5104)}
    edit(stage, order, {"LAMP": 3})
    assert totals(stage) == {**kept, "Alfa": (10400 + 704, 11104)}
    assert "for shipping" not in told(stage)


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


def test_what_is_added_while_money_is_given_back_follows_into_the_same_order(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 3), (stage.mug, 3))
    stage.faults.add("refused", match="refundCreate")
    stage.faults.add("refused", match=lambda asked: asked.path.endswith("/refunds"))
    stage.people.merchant.refunds(HARBOUR, order, lines={"LAMP": 1, "MUG": 1})
    stage.people.merchant.edits(HARBOUR, order, adds=[(stage.lamp, 2), (stage.mug, 2)])
    stage.house.let_pass(180, step=30)
    assert agreement.pieces(stage.house) == [{"LAMP": 4}, {"MUG": 4}]
    assert len(stage.house.pushes()) == 2
