"""What the merchant edits at the top of an order reaches the vendors' orders, masked, once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from orderflow import clock
from orderflow.forget import forgetting
from orderflow.models import StoreCall
from orderflow.rules.judge import BURST
from sandbox.shopify.order import Order
from stores.base import Address
from tests import agreement
from tests.house import HARBOUR
from tests.river.stage import Stage

MOVED = {
    "first_name": "Canarina",
    "name": "Canarina Example",
    "address1": "9 Canary Wharf",
    "city": "Canarvon",
    "phone": "+1 555 0177",
}


def edit(stage: Stage, order: Order, **changes: Any) -> None:
    """The merchant edits; a burst later it is carried over."""
    stage.people.merchant.changes(HARBOUR, order, **changes)
    stage.house.turn()
    stage.house.later(BURST)


def writes(stage: Stage) -> int:
    """How often a vendor's order was written to after its push."""
    with stage.house.look() as session:
        asked = ("amend_order", "edit_lines")
        found = select(func.count()).where(StoreCall.operation.in_(asked))
        return int(session.scalar(found) or 0)


def test_the_top_of_an_order_is_carried_over_under_the_mask(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1), note="Ring once")
    edit(
        stage,
        order,
        note="Ring twice, says Canarina, +1 555 0177",
        email="canarina@example.com",
        attributes=[("Gift", "yes, for Canarina")],
        tags=["late"],
        shipping_address={**(order.shipping_address or {}), **MOVED},
    )
    both = agreement.tops(stage.house)
    keys = [push.key.lower() for push in stage.house.pushes()]
    assert [top.note for top in both] == ["Ring twice, says …, …"] * 2
    assert [top.email.partition("@")[0].partition("+")[2] for top in both] == keys
    assert [top.attributes for top in both] == [{"Gift": "yes, for …"}] * 2
    assert [top.tags for top in both] == [("late",), ()]
    for top in both:
        address = top.shipping_address or Address()
        assert (address.address1, address.first_name) == ("9 Canary Wharf", "")
        assert "arina" not in str(top)
        assert "0177" not in str(top)
    assert stage.house.events().count("fields_left_out") == 1


def test_the_buyer_s_own_fields_are_carried_over_where_they_are_shared(stage: Stage) -> None:
    stage.house.set(replace_customer=False)
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1), note="Ring once", phone="+15550100")
    edit(stage, order, email="new@example.com", phone="+15550177", note=None)
    told = [(top.email, top.phone, top.note) for top in agreement.tops(stage.house)]
    assert told == [("new@example.com", "+15550177", "")] * 2


def test_a_burst_of_edits_is_one_update_and_its_echo_is_none(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    for word in ("one", "two", "three"):
        stage.people.merchant.changes(HARBOUR, order, note=word)
        stage.house.turn()
        stage.house.later(2)
    assert writes(stage) == 0
    stage.house.later(BURST)
    assert [top.note for top in agreement.tops(stage.house)] == ["three"] * 2
    stage.house.let_pass(3600, step=600)
    assert writes(stage) == 2
    assert stage.house.messages("change") == []


def test_a_change_of_the_settings_alone_writes_nothing(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1), note="Ring once")
    stage.house.set(note_mode="leave_out")
    stage.house.later(BURST)
    assert [top.note for top in agreement.tops(stage.house)] == ["Ring once"] * 2
    edit(stage, order, note="Ring twice")
    assert [top.note for top in agreement.tops(stage.house)] == [""] * 2


def test_an_edit_while_the_switch_is_off_is_flagged_and_follows_later(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    stage.house.set(order_sync=False)
    edit(stage, order, note="Ring twice")
    assert [top.note for top in agreement.tops(stage.house)] == ["", ""]
    assert [flag.code for flag in stage.house.flags()] == ["not_passed_on"] * 2
    stage.house.set(order_sync=True)
    stage.house.turn()
    stage.house.later(BURST)
    assert [top.note for top in agreement.tops(stage.house)] == ["Ring twice"] * 2
    assert stage.house.flags() == []


def test_what_the_vendor_wrote_stays_beside_what_the_merchant_edits(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1), note="Ring once")
    (lamps,), (mugs,) = stage.alfa.orders.values(), stage.bravo.orders.values()
    stage.people.merchant.changes(stage.alfa, lamps, tags=["sluice", "packed"])
    stage.bravo.orders[mugs.id].meta.put("Shelf", "7")
    edit(stage, order, note="Ring twice", attributes=[("Gift", "yes")])
    assert [top.note for top in agreement.tops(stage.house)] == ["Ring twice"] * 2
    assert [top.attributes.get("Gift") for top in agreement.tops(stage.house)] == ["yes"] * 2
    assert agreement.tops(stage.house)[0].tags == ("packed",)
    assert agreement.tops(stage.house)[1].attributes["Shelf"] == "7"


def test_a_lost_answer_is_written_again_as_it_was_and_then_what_came_since(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    for match in ("orderUpdate", lambda asked: asked.method == "PUT"):
        stage.faults.add("lost_answer", match=match)
    edit(stage, order, note="one")
    assert stage.house.events().count("change_unknown") == 2
    edit(stage, order, note="two")
    assert [top.note for top in agreement.tops(stage.house)] == ["one"] * 2
    stage.all_looks()
    stage.house.later(BURST)
    assert [top.note for top in agreement.tops(stage.house)] == ["two"] * 2
    assert stage.house.messages("change") == []


def test_a_busy_store_gets_the_newest_when_it_is_back(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    stage.faults.add("error_before", match="orderUpdate", times=1)
    stage.faults.add("maintenance", match=lambda asked: asked.method == "PUT", times=1)
    edit(stage, order, note="one")
    edit(stage, order, note="two")
    stage.house.let_pass(3600, step=200)
    assert [top.note for top in agreement.tops(stage.house)] == ["two"] * 2


def test_a_forgotten_buyer_s_order_is_never_blanked(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1), note="Ring once")
    with stage.house.unit() as session:
        forgetting.forget(session, stage.house.orders()[0].id, clock.now(), cause="time")
    edit(stage, order, note="Ring twice")
    assert [top.note for top in agreement.tops(stage.house)] == ["Ring once"] * 2
