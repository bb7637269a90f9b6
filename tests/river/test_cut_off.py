"""A worker died while it asked a store for something: the call may still be carried out, so it is
waited for, then looked for or asked under the same key."""

from __future__ import annotations

from orderflow import clock
from orderflow.models import Change, Message, Report
from orderflow.rules.judge import BURST
from tests.house import ALFA, HARBOUR
from tests.river.stage import Stage
from tests.river.test_tracking import fulfils, told


def cut_off(stage: Stage, kind: str) -> None:
    """The worker that was at the message of ``kind`` died, and the next one may have it now."""
    stage.faults.planned.clear()
    with stage.house.unit() as session:
        session.query(Change).update({"state": Change.SENDING})
        session.query(Message).filter_by(kind=kind).update({"crashes": 1, "due_at": clock.now()})


def waits_for_calls(stage: Stage, kind: str) -> None:
    """The message is put off for as long as a call may take, and no try is counted for it."""
    stage.house.turn()
    (message,) = stage.house.messages(kind)
    left = (message.due_at - clock.now()).total_seconds()
    assert (left, message.tries) == (stage.house.config.call_seconds, 0)


def test_a_refund_that_was_being_asked_for_is_asked_again_once_its_call_is_over(
    stage: Stage,
) -> None:
    order = stage.sells_on((stage.lamp, 3))
    stage.faults.add("throttled", ALFA, "refundCreate", times=1000)
    stage.people.merchant.refunds(HARBOUR, order, lines={"LAMP": 1})
    stage.house.turn()
    cut_off(stage, "repay")
    waits_for_calls(stage, "repay")
    theirs = stage.only(stage.alfa.orders.values())
    assert theirs.refunds == []
    stage.house.let_pass(stage.house.config.call_seconds, step=15)
    assert len(theirs.refunds) == 1


def test_an_edit_that_was_being_asked_for_is_asked_again_once_its_call_is_over(
    stage: Stage,
) -> None:
    order = stage.sells_on((stage.lamp, 3))
    stage.faults.add("throttled", ALFA, "orderEditBegin", times=1000)
    stage.people.merchant.edits(HARBOUR, order, lines={"LAMP": 2})
    stage.house.turn()
    stage.house.later(BURST)
    cut_off(stage, "change")
    waits_for_calls(stage, "change")
    stage.house.let_pass(stage.house.config.call_seconds + 30, step=15)
    (line,) = stage.only(stage.alfa.orders.values()).lines
    assert line.current_quantity == 2


def test_a_fulfilment_that_was_being_told_is_looked_for_once_its_call_is_over(
    stage: Stage,
) -> None:
    order = stage.sells_on((stage.lamp, 1))
    stage.faults.add("throttled", HARBOUR, fulfils, times=1000)
    theirs = stage.only(stage.alfa.orders.values())
    stage.people.vendor.ships(ALFA, theirs, number="1Z")
    stage.house.turn()
    with stage.house.look() as session:
        assert session.query(Report).count() == 1
    cut_off(stage, "report")
    waits_for_calls(stage, "report")
    stage.house.let_pass(stage.house.config.call_seconds + 15, step=15)
    assert told(order) == [({"LAMP": 1}, ["1Z"])]
