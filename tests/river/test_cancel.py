"""A cancelled marketplace order is cancelled at the vendors, and the truth about it is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from orderflow import clock
from orderflow.book import flags
from orderflow.models import Change, Flag
from sandbox.shopify.order import Order
from tests import agreement
from tests.house import ALFA, BRAVO, HARBOUR, House
from tests.river.stage import Stage, VendorSide, creates


def cancel(stage: Stage, order: Order, **more: Any) -> None:
    stage.people.merchant.cancels(HARBOUR, order, **more)
    stage.house.turn()


def codes(stage: Stage) -> list[str]:
    return [flag.code for flag in stage.house.flags()]


def changes(stage: Stage) -> list[tuple[str, str]]:
    with stage.house.look() as session:
        return [(row.kind, row.state) for row in session.query(Change).order_by(Change.id)]


def test_a_cancelled_order_is_cancelled_in_both_stores_once(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 2))
    left = stage.bravos_mug.stock or 0
    cancel(stage, order)
    stage.house.later(10)
    assert stage.side("shopify").live() == stage.side("woocommerce").live() == []
    assert stage.states() == {"Alfa": "cancelled", "Bravo": "cancelled"}
    assert stage.bravos_mug.stock == left + 2
    assert codes(stage) == []
    told = stage.house.events()
    assert told.count("cancelled_there") == 2
    stage.house.let_pass(3600, step=600)
    assert stage.house.events() == told
    assert changes(stage) == [("cancel", "done")] * 2


def test_requested_is_told_before_it_is_true(stage: Stage) -> None:
    stage.alfa.cancel_takes = timedelta(seconds=40)
    order = stage.sells_on((stage.lamp, 1))
    cancel(stage, order)
    assert changes(stage) == [("cancel", "requested")]
    assert stage.states() == {"Alfa": "pushed"}
    stage.house.later(10)

    assert changes(stage) == [("cancel", "requested")]
    stage.house.let_pass(120, step=60)
    assert changes(stage) == [("cancel", "done")]
    assert stage.states() == {"Alfa": "cancelled"}


def test_a_cancellation_that_came_to_nothing_is_left_to_people(stage: Stage) -> None:
    stage.alfa.cancels_fail = True
    order = stage.sells_on((stage.lamp, 1))
    cancel(stage, order)
    stage.house.let_pass(120, step=60)
    assert codes(stage) == ["cancel_by_hand"]
    stage.people.vendor.cancels(ALFA, stage.only(stage.alfa.orders))
    stage.house.turn()
    assert codes(stage) == []
    assert stage.states() == {"Alfa": "cancelled"}


@pytest.mark.parametrize(("platform", "sku"), [("shopify", "LAMP"), ("woocommerce", "B-MUG")])
def test_what_has_left_cannot_be_cancelled_and_the_rest_goes(
    house: House, platform: str, sku: str
) -> None:
    stage = Stage(house, bravo={"plugins": ("fulfillments",)})
    side = stage.side(platform)
    order = stage.sells_unheard((side.item, 3))
    house.clock.advance(5)
    theirs = stage.only(side.orders())
    theirs = theirs if platform == "shopify" else theirs.id
    stage.people.vendor.ships(side.host, theirs, lines={sku: 1}, number="1Z")
    stage.people.merchant.cancels(HARBOUR, order)
    house.hear_of_orders()
    house.let_pass(90, step=30)
    house.later(house.config.poll_every)
    house.later(30)
    assert set(stage.states().values()) == {"shipped"}
    assert [(flag.code, flag.details["count"]) for flag in house.flags()] == [
        ("cancelled_too_late", 1)
    ]
    assert agreement.pieces(house) == [{side.item.sku: 1}]


def test_before_the_push_nothing_is_sent(stage: Stage) -> None:
    stage.house.set(delay_minutes=5)
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    cancel(stage, order)
    stage.house.later(600)
    assert stage.states() == {"Alfa": "skipped", "Bravo": "skipped"}
    assert not stage.alfa.orders
    assert not stage.bravo.orders


def test_while_the_outcome_is_unknown_it_is_found_and_then_cancelled(
    stage: Stage, side: VendorSide
) -> None:
    stage.faults.add("lost_answer", match=creates)
    order = stage.sells_unheard((side.item, 1))
    assert set(stage.states().values()) == {"unknown"}
    stage.people.merchant.cancels(HARBOUR, order)
    stage.house.hear_of_orders()
    stage.all_looks()
    stage.house.later(30)
    assert set(stage.states().values()) == {"cancelled"}
    assert len(side.orders()) == 1
    assert side.live() == []


def test_an_emptied_part_is_cancelled_and_the_others_stay(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    stage.people.merchant.edits(HARBOUR, order, lines={"LAMP": 0})
    stage.house.turn()
    stage.house.let_pass(30, step=10)
    assert stage.states() == {"Alfa": "cancelled", "Bravo": "pushed"}
    assert stage.side("shopify").live() == []
    assert len(stage.side("woocommerce").live()) == 1
    stage.people.merchant.edits(HARBOUR, order, lines={"MUG": 0}, adds=[(stage.lamp, 2)])
    stage.house.turn()
    stage.house.let_pass(30, step=10)
    assert stage.states() == {"Alfa": "pushed", "Bravo": "cancelled"}


def test_goods_stay_off_the_shelf_if_the_merchant_wants(stage: Stage) -> None:
    stage.house.set(restock_on_cancel=False)
    order = stage.sells_on((stage.lamp, 2))
    left = stage.alfas_lamp.available
    cancel(stage, order)
    stage.house.let_pass(30, step=10)
    assert stage.side("shopify").live() == []
    assert stage.alfas_lamp.available == left


def test_a_lost_answer_is_asked_again(stage: Stage) -> None:
    stage.faults.add("lost_answer", match="orderCancel")
    stage.faults.add("lost_answer", match=lambda asked: asked.method == "PUT")
    stage.house.world.deliveries.drop = 1.0
    order = stage.buys((stage.lamp, 1), (stage.mug, 1))
    stage.house.hear_of_orders()
    stage.people.merchant.cancels(HARBOUR, order)
    stage.house.hear_of_orders()
    assert stage.house.events().count("cancel_unknown") == 2
    stage.all_looks()
    stage.house.let_pass(900, step=150)
    assert stage.states() == {"Alfa": "cancelled", "Bravo": "cancelled"}


def test_while_the_switch_is_off_it_is_flagged_and_follows_later(
    stage: Stage, side: VendorSide
) -> None:
    order = stage.sells_on((side.item, 1))
    stage.house.set(order_sync=False)
    cancel(stage, order)
    assert len(side.live()) == 1
    assert codes(stage) == ["not_passed_on"]
    stage.house.set(order_sync=True)
    stage.house.turn()
    stage.house.later(30)
    assert side.live() == []
    assert codes(stage) == []


# -- the vendor's own ----------------------------------------------------------------------------


def test_what_a_vendor_cancels_is_flagged(stage: Stage, side: VendorSide) -> None:
    order = stage.sells_on((side.item, 1))
    stage.people.vendor.cancels(side.host, stage.only(side.orders()).id)
    stage.house.turn()
    assert codes(stage) == ["vendor_cancelled"]
    assert set(stage.states().values()) == {"pushed"}
    assert order.cancelled_at is None
    cancel(stage, order)
    assert codes(stage) == []
    assert set(stage.states().values()) == {"cancelled"}


def test_edits_after_a_vendors_cancellation_was_seen_to_are_flagged_once_each(
    stage: Stage, side: VendorSide
) -> None:
    order = stage.sells_on((side.item, 2))
    stage.people.vendor.cancels(side.host, stage.only(side.orders()).id)
    stage.house.turn()
    edit(stage, order, note="While the flag is open, whoever sees to it sees this")
    assert codes(stage) == ["vendor_cancelled"]
    mark_done(stage)
    assert codes(stage) == []
    stage.people.merchant.edits(HARBOUR, order, lines={side.item.sku: 3})
    stage.house.turn()
    assert codes(stage) == ["edited_after_vendor_cancelled"]
    mark_done(stage)
    stage.house.hear_of_orders()
    assert codes(stage) == []
    edit(stage, order, note="Ring twice")
    assert codes(stage) == ["edited_after_vendor_cancelled"]
    cancel(stage, order)
    assert codes(stage) == []


def edit(stage: Stage, order: Order, **changes: Any) -> None:
    stage.house.clock.advance(5)
    stage.people.merchant.changes(HARBOUR, order, **changes)
    stage.house.turn()


def mark_done(stage: Stage) -> None:
    with stage.house.unit() as session:
        for flag in session.scalars(select(Flag).where(Flag.done_at.is_(None))):
            flags.mark_done(session, flag, "me", "called them", clock.now())
    stage.house.turn()


def test_a_part_is_cancelled_with_the_vendor_if_the_merchant_wants(
    stage: Stage, side: VendorSide
) -> None:
    stage.house.set(vendor_cancel="cancel")
    order = stage.sells_on((side.item, 1))
    stage.people.vendor.cancels(side.host, stage.only(side.orders()).id)
    stage.house.turn()
    assert codes(stage) == ["refund_the_buyer"]
    assert set(stage.states().values()) == {"cancelled"}
    stage.people.merchant.changes(HARBOUR, order, note="Ring once")
    stage.house.turn()
    stage.house.later(30)
    assert len(side.orders()) == 1
    assert order.cancelled_at is None


def test_what_is_shipped_after_the_cancellation_is_shown(stage: Stage) -> None:
    order = stage.sells_on((stage.mug, 2))
    cancel(stage, order)
    stage.house.clock.advance(5)
    stage.people.vendor.ships(BRAVO, stage.only(stage.bravo.orders), number="1Z")
    stage.house.turn()
    stage.house.let_pass(600, step=200)
    assert stage.states() == {"Bravo": "cancelled"}
    assert set(codes(stage)) == {"shipped_after_cancel", "lives_again"}
    assert order.fulfillments == []


@pytest.mark.parametrize("what", ["cancelled", "refunded", "emptied"])
def test_shipping_that_was_paid_stands_in_no_way_when_nothing_is_left(
    stage: Stage, what: str
) -> None:
    order = stage.sells_on((stage.lamp, 2), (stage.mug, 2), shipping="10.00")
    stage.house.clock.advance(5)
    do = stage.people.merchant
    if what == "cancelled":
        do.cancels(HARBOUR, order)
    elif what == "refunded":
        do.refunds(HARBOUR, order)
    else:
        do.edits(HARBOUR, order, lines={"LAMP": 0, "MUG": 0})
    stage.house.let_pass(120, step=20)
    assert stage.states() == {"Alfa": "cancelled", "Bravo": "cancelled"}
    assert [message for message in stage.house.messages() if message.tries] == []
