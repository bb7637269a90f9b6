"""Fulfilments that others make are seen, and nothing is shipped twice unsaid."""

from __future__ import annotations

from sqlalchemy import select

from orderflow import clock
from orderflow.book import flags
from orderflow.models import Flag
from orderflow.rules.judge import BURST
from sandbox.shopify.order import Order
from tests.house import ALFA, HARBOUR
from tests.river.stage import Stage


def codes(stage: Stage) -> list[str]:
    return [flag.code for flag in stage.house.flags()]


def test_what_the_shop_fulfils_itself_counts_as_shipped_and_is_told(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 2), (stage.mug, 1))
    stage.people.vendor.ships(HARBOUR, order, lines={"LAMP": 1}, number="9Z")
    stage.house.turn()
    assert stage.states() == {"Alfa": "partly_shipped", "Bravo": "pushed"}
    assert codes(stage) == ["sent_elsewhere"]
    theirs = stage.only(stage.alfa.orders.values())
    stage.house.clock.advance(5)
    stage.people.vendor.ships(ALFA, theirs, number="1Z")
    stage.house.turn()
    assert stage.states() == {"Alfa": "shipped", "Bravo": "pushed"}
    assert set(codes(stage)) == {"sent_elsewhere", "shipped_twice"}
    assert len(order.fulfillments) == 2
    told = stage.house.events()
    stage.house.let_pass(1200, step=300)
    assert stage.house.events() == told


def test_a_fulfilment_that_the_shop_takes_back_is_open_again(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1))
    stage.people.vendor.ships(HARBOUR, order)
    stage.house.turn()
    assert stage.states() == {"Alfa": "shipped"}
    stage.people.vendor.withdraws(HARBOUR, order)
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed"}
    assert codes(stage) == []


def test_our_own_reports_are_nobody_else_s(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 2))
    theirs = stage.only(stage.alfa.orders.values())
    stage.faults.add("lost_answer", match="fulfillmentCreate")
    stage.people.vendor.ships(ALFA, theirs, lines={"LAMP": 1}, number="1Z")
    stage.house.turn()
    stage.house.let_pass(600, step=100)
    assert len(order.fulfillments) == 1
    assert stage.states() == {"Alfa": "partly_shipped"}
    assert codes(stage) == []


def test_what_goes_twice_by_an_edit_alone_is_told_too_and_once(stage: Stage) -> None:
    """The vendor was sent three; one more was ordered, and shipped by the shop itself. Then one is
    taken off the order."""
    order = stage.sells_on((stage.lamp, 3))
    stage.house.set(line_edits="flag")
    edit(stage, order, 4)
    stage.people.vendor.ships(HARBOUR, order, lines={"LAMP": 1}, number="9Z")
    stage.house.turn()
    assert "sent_elsewhere" not in codes(stage)
    edit(stage, order, 3)
    assert "sent_elsewhere" in codes(stage)
    mark_done(stage, "sent_elsewhere")
    stage.people.merchant.changes(HARBOUR, order, note="Ring twice")
    stage.house.later(BURST)
    assert "sent_elsewhere" not in codes(stage)
    edit(stage, order, 2)
    assert "sent_elsewhere" in codes(stage), "one more than the vendor was told of"


def edit(stage: Stage, order: Order, pieces: int) -> None:
    stage.people.merchant.edits(HARBOUR, order, lines={"LAMP": pieces})
    stage.house.turn()
    stage.house.later(BURST)


def mark_done(stage: Stage, code: str) -> None:
    with stage.house.unit() as session:
        flag = session.scalars(select(Flag).where(Flag.code == code)).one()
        flags.mark_done(session, flag, "staff", "told by phone", clock.now())


def test_what_stands_in_no_order_any_more_is_not_sent_twice(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 2))
    stage.people.vendor.ships(HARBOUR, order, lines={"LAMP": 2}, number="X")
    stage.house.turn()
    assert [flag.code for flag in stage.house.flags()] == ["sent_elsewhere"]
    stage.people.vendor.cancels(ALFA, stage.only(stage.alfa.orders))
    stage.house.let_pass(1800, step=300)
    assert "sent_elsewhere" not in [flag.code for flag in stage.house.flags()]
