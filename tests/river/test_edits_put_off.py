"""An edit that was put off and is not needed any more is over, and the vendor's own are heard."""

from __future__ import annotations

from orderflow.models import Change
from orderflow.rules.judge import BURST
from sandbox.shopify.order import Order
from tests.house import ALFA, HARBOUR
from tests.river.stage import Stage
from tests.river.test_line_edits import flagged


def edited(stage: Stage, order: Order, pieces: int) -> None:
    stage.people.merchant.edits(HARBOUR, order, lines={"LAMP": pieces})
    stage.house.turn()
    stage.house.later(BURST)


def changes(stage: Stage) -> list[tuple[str, str, bool]]:
    with stage.house.look() as session:
        rows = session.query(Change).order_by(Change.id)
        return [(row.kind, row.state, row.ended_at is not None) for row in rows]


def put_off(stage: Stage) -> tuple[Order, Order]:
    """The marketplace's order and Alfa's, whose shop was busy when it was to be edited."""
    rug = stage.harbour.sells("RUG", "Rug", "7.00", vendor="Alfa")
    stage.house.map(rug, ALFA, str(stage.alfas_lamp.id), str(stage.alfas_lamp.id))
    order = stage.sells_on((stage.lamp, 2), (rug, 2))
    stage.faults.add("throttled", ALFA, "orderEditBegin", times=1000)
    edited(stage, order, 3)
    assert changes(stage) == [("lines", "waiting", False)]
    return order, stage.only(stage.alfa.orders.values())


def test_an_edit_that_was_taken_back_before_the_store_had_time_for_it_is_dropped(
    stage: Stage,
) -> None:
    order, theirs = put_off(stage)
    edited(stage, order, 2)
    stage.faults.planned.clear()
    stage.house.let_pass(300, step=60)
    assert changes(stage) == [("lines", "dropped", True)]
    assert stage.house.messages("change") == []
    stage.people.merchant.edits(stage.alfa, theirs, lines={"LAMP": 1})
    stage.house.turn()
    assert flagged(stage) == [("vendor_changed_lines", "LAMP", 2, 1)]


def test_while_an_edit_waits_what_the_vendor_does_to_other_lines_is_heard(stage: Stage) -> None:
    _order, theirs = put_off(stage)
    stage.people.merchant.edits(stage.alfa, theirs, lines={"RUG": 1})
    stage.house.turn()
    assert flagged(stage) == [("vendor_changed_lines", "RUG", 2, 1)]
    stage.faults.planned.clear()
    stage.house.let_pass(300, step=60)
    assert changes(stage) == [("lines", "done", True)]
