"""Money given back in the marketplace is given back at the vendor, or a person is told."""

from __future__ import annotations

from typing import Any

from orderflow.book import snapshot
from orderflow.models import Change
from sandbox.shopify.order import Order
from stores.base import ComposedOrder
from tests import agreement
from tests.house import ALFA, HARBOUR
from tests.river.stage import Stage, VendorSide


def refund(stage: Stage, order: Order, **more: Any) -> None:
    stage.people.merchant.refunds(HARBOUR, order, **more)
    stage.house.turn()
    stage.house.let_pass(60, step=15)


def refunds(stage: Stage) -> list[tuple[str, Any]]:
    with stage.house.look() as session:
        rows = session.query(Change).filter_by(kind=Change.REFUND).order_by(Change.id)
        return [(row.state, row.about["amount"]) for row in rows]


def refunded(stage: Stage) -> list[int]:
    """By the store of each placed order."""
    return [content.refunded for _push, content in agreement.contents(stage.house)]


def test_refunded_pieces_go_off_both_orders_with_their_money(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 3), (stage.mug, 2))
    left = stage.bravos_mug.stock or 0, stage.alfas_lamp.available
    refund(stage, order, lines={"LAMP": 1, "MUG": 1})
    assert refunds(stage) == [("done", 3000), ("done", 1250)]
    assert agreement.pieces(stage.house) == [{"LAMP": 2}, {"MUG": 1}]
    assert refunded(stage) == [3000, 1250]
    assert (stage.bravos_mug.stock, stage.alfas_lamp.available) == (left[0] + 1, left[1] + 1)
    assert stage.states() == {"Alfa": "pushed", "Bravo": "pushed"}
    told = stage.house.events()
    stage.house.let_pass(3600, step=600)
    assert stage.house.events() == told
    assert stage.house.flags() == []


def test_goods_may_stay_off_the_shelf(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 2), (stage.mug, 2))
    left = stage.bravos_mug.stock, stage.alfas_lamp.available
    refund(stage, order, lines={"LAMP": 1, "MUG": 1}, restock=False)
    assert agreement.pieces(stage.house) == [{"LAMP": 1}, {"MUG": 1}]
    assert (stage.bravos_mug.stock, stage.alfas_lamp.available) == left


def test_a_full_refund_empties_the_order_which_is_then_cancelled(
    stage: Stage, side: VendorSide
) -> None:
    order = stage.sells_on((side.item, 2))
    refund(stage, order)
    stage.house.let_pass(60, step=15)
    assert [state for state, _ in refunds(stage)] == ["done"]
    assert set(stage.states().values()) == {"cancelled"}
    assert side.live() == []
    assert stage.house.flags() == []


def test_one_vendors_lines_are_no_business_of_the_other(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    refund(stage, order, lines={"MUG": 1})
    stage.house.let_pass(60, step=15)
    assert stage.states() == {"Alfa": "pushed", "Bravo": "cancelled"}
    assert len(refunds(stage)) == 1


def test_a_return_of_what_has_shipped_is_refunded_and_stays_shipped(
    stage: Stage, side: VendorSide
) -> None:
    order = stage.sells_on((side.item, 2))
    theirs = stage.only(side.orders())
    stage.house.clock.advance(5)
    stage.people.vendor.ships(side.host, theirs if side.host == ALFA else theirs.id, number="1Z")
    stage.house.turn()
    stage.house.clock.advance(5)
    refund(stage, order, lines={side.item.sku: 1})
    assert [state for state, _ in refunds(stage)] == ["done"]
    assert set(stage.states().values()) == {"shipped"}
    assert len(side.live()) == 1
    stage.house.clock.advance(5)
    refund(stage, order)
    assert [state for state, _ in refunds(stage)] == ["done"] * 2
    assert set(stage.states().values()) == {"shipped"}
    assert len(side.live()) == 1


def test_money_alone_goes_back_where_the_order_is_one_vendors(
    stage: Stage, side: VendorSide
) -> None:
    order = stage.buys((side.item, 2), paid=False)
    stage.people.merchant.marks_paid(HARBOUR, order)
    stage.house.turn()
    stage.harbour.lifecycle.give_back(order, "4.00")
    stage.house.turn()
    assert refunds(stage) == [("done", 400)]
    assert refunded(stage) == [400]
    assert agreement.pieces(stage.house) == [{side.item.sku: 2}]


def test_money_alone_of_an_order_of_several_is_left_to_people_on_both_sides(stage: Stage) -> None:
    order = stage.buys((stage.lamp, 2), (stage.mug, 1), paid=False)
    stage.people.merchant.marks_paid(HARBOUR, order)
    stage.house.turn()
    stage.harbour.lifecycle.give_back(order, "4.00")
    stage.house.turn()
    assert refunded(stage) == [0, 0]
    assert [flag.code for flag in stage.house.flags()] == ["refund_by_hand"] * 2
    theirs = stage.only(stage.bravo.orders.values())
    assert any("4.00 USD" in note.text for note in theirs.notes)


def test_what_the_store_refuses_is_noted_there_and_flagged(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 2), (stage.mug, 2))
    theirs = stage.only(stage.alfa.orders.values())
    stage.people.merchant.refunds(ALFA, theirs, lines={"LAMP": 2})
    refund(stage, order, lines={"LAMP": 1})
    assert [state for state, _ in refunds(stage)] == ["refused"]
    assert "refund_by_hand" in [flag.code for flag in stage.house.flags()]
    assert any("30.00 USD" in str(each) for each in theirs.attributes)


def test_a_lost_answer_refunds_once(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 2), (stage.mug, 2))
    stage.faults.add("lost_answer", match="refundCreate")
    stage.faults.add("lost_answer", match=lambda asked: asked.path.endswith("/refunds"))
    refund(stage, order, lines={"LAMP": 1, "MUG": 1})
    stage.all_looks()
    stage.house.let_pass(900, step=150)
    assert [state for state, _ in refunds(stage)] == ["done"] * 2
    assert refunded(stage) == [3000, 1250]
    assert agreement.pieces(stage.house) == [{"LAMP": 1}, {"MUG": 1}]


def test_a_cancelled_order_s_refund_is_covered_by_the_cancellation(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    stage.people.merchant.cancels(HARBOUR, order)
    stage.house.turn()
    stage.house.let_pass(60, step=15)
    assert order.financial_status == "REFUNDED"
    assert refunds(stage) == []
    assert stage.states() == {"Alfa": "cancelled", "Bravo": "cancelled"}


def ships(stage: Stage, side: VendorSide) -> Any:
    theirs = stage.only(side.orders())
    stage.house.clock.advance(5)
    stage.people.vendor.ships(side.host, theirs if side.host == ALFA else theirs.id, number="1Z")
    stage.house.turn()
    return theirs


def gives_all_back(stage: Stage, side: VendorSide, theirs: Any) -> None:
    """The vendor does, in the own store."""
    stage.house.clock.advance(5)
    if side.host == ALFA:
        stage.people.merchant.refunds(ALFA, theirs)
    else:
        stage.bravo.set_status(theirs.id, "refunded")
    stage.house.turn()


def open_flags(stage: Stage) -> set[str]:
    return {flag.code for flag in stage.house.flags()}


def test_a_vendor_who_gives_all_money_back_after_shipping_is_told(
    stage: Stage, side: VendorSide
) -> None:
    order = stage.sells_on((side.item, 2))
    gives_all_back(stage, side, ships(stage, side))
    assert "refunded_after_shipping" in open_flags(stage)
    assert "vendor_refunded" not in open_flags(stage)
    assert len(order.fulfillments) == 1
    assert order.fulfillments[0].status == "SUCCESS"


def test_a_vendor_who_gives_all_money_back_before_shipping_is_told_on_either_platform(
    stage: Stage, side: VendorSide
) -> None:
    stage.sells_on((side.item, 2))
    gives_all_back(stage, side, stage.only(side.orders()))
    assert "vendor_refunded" in open_flags(stage)


def test_our_own_refund_of_what_has_shipped_is_not_the_vendors(
    stage: Stage, side: VendorSide
) -> None:
    order = stage.sells_on((side.item, 2))
    ships(stage, side)
    refund(stage, order)
    stage.house.let_pass(900, step=300)
    assert open_flags(stage) == set()
    assert refunded(stage) == [6000 if side.host == ALFA else 2500]


def test_a_refund_is_taken_off_what_was_agreed_on(stage: Stage, side: VendorSide) -> None:
    """The copy of what the vendor got is what the next edit and the next refund start from."""
    order = stage.sells_on((side.item, 3), discount="10%", shipping="5.00", tax_rate="0.21")
    before = agreed(stage)
    refund(stage, order, lines={side.item.sku: 1})
    ((_state, back),) = refunds(stage)
    after = agreed(stage)
    assert [line.quantity for line in after.lines] == [2]
    assert after.total == sum(line.gross for line in after.lines) + 500 == before.total - back
    assert after.total == stage.house.part().share


def agreed(stage: Stage) -> ComposedOrder:
    return snapshot.composed_from_json(stage.house.pushes()[0].sent)
