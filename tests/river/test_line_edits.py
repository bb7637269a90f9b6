"""Edited lines are edited in the vendors' orders too, or a person is told exactly what to do."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from orderflow import clock
from orderflow.book import flags
from orderflow.models import Flag
from orderflow.rules.judge import BURST
from sandbox.shopify.order import Order
from sandbox.woocommerce.totals import total_of
from tests import agreement
from tests.house import ALFA, BRAVO, HARBOUR
from tests.river.stage import Stage, VendorSide


def edit(stage: Stage, order: Order, *, wait: float = BURST, **changes: Any) -> None:
    """The merchant edits lines; a burst later it is carried over."""
    stage.people.merchant.edits(HARBOUR, order, **changes)
    stage.house.turn()
    stage.house.later(wait)


def flagged(stage: Stage) -> list[tuple[str, str, int, int]]:
    """Of each line to be changed by hand: whose, what, from, to."""
    return sorted(
        (flag.code, flag.details["sku"], flag.details["was"], flag.details["now"])
        for flag in stage.house.flags()
    )


def test_quantities_go_up_and_down_and_a_line_goes_and_comes(stage: Stage) -> None:
    rug = stage.harbour.sells("RUG", "Rug", "7.00", vendor="Alfa")
    cup = stage.harbour.sells("CUP", "Cup", "3.00", vendor="Bravo")
    for mine, host, theirs in (
        (rug, ALFA, stage.alfas_lamp.id),
        (cup, BRAVO, stage.bravos_mug.id),
    ):
        stage.house.map(mine, host, str(theirs), str(theirs))
    order = stage.sells_on((stage.lamp, 2), (rug, 1), (stage.mug, 2), (cup, 1))
    edit(stage, order, lines={"LAMP": 3, "MUG": 1})
    assert agreement.pieces(stage.house) == [{"LAMP": 3, "RUG": 1}, {"MUG": 1, "CUP": 1}]
    edit(stage, order, lines={"RUG": 0, "CUP": 0})
    assert agreement.pieces(stage.house) == [{"LAMP": 3}, {"MUG": 1}]
    assert [cost(stage, host) for host in (ALFA, BRAVO)] == ["90.00", "12.50"]
    stage.house.let_pass(1800, step=600)
    assert stage.house.events().count("lines_written") == 4
    assert stage.house.flags() == []
    assert stage.house.messages("change") == []


def cost(stage: Stage, host: str) -> str:
    if host == ALFA:
        (order,) = stage.alfa.orders.values()
        return str(order.current_price)
    (site,) = stage.bravo.orders.values()
    return str(total_of(stage.bravo, site))


def test_one_line_swapped_for_another_in_one_edit(stage: Stage) -> None:
    rug = stage.harbour.sells("RUG", "Rug", "7.00", vendor="Alfa")
    stage.house.map(rug, ALFA, str(stage.alfas_lamp.id))
    order = stage.sells_on((stage.lamp, 2), (stage.mug, 1))
    edit(stage, order, lines={"LAMP": 0}, adds=[(rug, 2)])
    assert agreement.pieces(stage.house) == [{"RUG": 2}, {"MUG": 1}]


def test_only_flagging_tells_both_sides_what_to_change(stage: Stage) -> None:
    stage.house.set(line_edits="flag")
    order = stage.sells_on((stage.lamp, 2), (stage.mug, 2))
    edit(stage, order, lines={"LAMP": 3, "MUG": 1})
    assert agreement.pieces(stage.house) == [{"LAMP": 2}, {"MUG": 2}]
    assert flagged(stage) == [("change_by_hand", "LAMP", 2, 3), ("change_by_hand", "MUG", 2, 1)]
    edit(stage, order, lines={"LAMP": 4})
    assert flagged(stage) == [("change_by_hand", "LAMP", 2, 4), ("change_by_hand", "MUG", 2, 1)]
    (lamps,), (mugs,) = stage.alfa.orders.values(), stage.bravo.orders.values()
    told = dict(lamps.attributes)["Marketplace notes"]
    assert "Please change Lamp (LAMP) by hand: from 2 to 4." in told
    notes = [note.text for note in mugs.notes]
    assert any("Please change Mug (MUG) by hand: from 2 to 1." in note for note in notes)
    stage.house.let_pass(1800, step=600)
    assert stage.house.events().count("flag_raised") == 2


def test_an_edit_that_is_taken_back_is_to_be_changed_by_nobody(stage: Stage) -> None:
    stage.house.set(line_edits="flag")
    order = stage.sells_on((stage.lamp, 2), (stage.mug, 2))
    edit(stage, order, lines={"LAMP": 3, "MUG": 3})
    edit(stage, order, lines={"LAMP": 2, "MUG": 2})
    assert flagged(stage) == []
    (lamps,), (mugs,) = stage.alfa.orders.values(), stage.bravo.orders.values()
    told = dict(lamps.attributes)["Marketplace notes"], "".join(each.text for each in mugs.notes)
    for text, title in zip(told, ("Lamp (LAMP)", "Mug (MUG)"), strict=True):
        assert text.count(f"Please change {title} by hand: from 2 to 3.") == 1
        assert text.count(f"was edited again. Please leave {title} at 2.") == 1
    edit(stage, order, lines={"LAMP": 3, "MUG": 3})
    newest = max(mugs.notes, key=lambda note: note.id).text
    for text in dict(lamps.attributes)["Marketplace notes"].split("\n")[-1], newest:
        assert "by hand: from 2 to 3." in text
    stage.house.let_pass(1800, step=600)
    assert stage.house.events().count("flag_settled") == 2


def test_what_was_changed_by_hand_needs_nobody_any_more(stage: Stage) -> None:
    stage.house.set(line_edits="flag")
    order = stage.sells_on((stage.lamp, 2), (stage.mug, 2))
    edit(stage, order, lines={"LAMP": 3, "MUG": 1})
    (lamps,) = stage.alfa.orders.values()
    (mugs,) = stage.bravo.orders.values()
    stage.people.merchant.edits(stage.alfa, lamps, lines={str(lamps.lines[0].id): 3})
    stage.house.turn()
    stage.house.later(BURST)
    assert flagged(stage) == [("change_by_hand", "MUG", 2, 1)]


def test_never_fewer_than_have_left(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 3), (stage.mug, 1))
    stage.house.world.deliveries.drop = 1.0
    (lamps,) = stage.alfa.orders.values()
    stage.people.vendor.ships(ALFA, lamps, lines={"LAMP": 2}, number="1Z")
    stage.house.world.deliveries.drop = 0.0
    edit(stage, order, lines={"LAMP": 1})
    assert agreement.pieces(stage.house)[0] == {"LAMP": 2}


def test_a_store_that_refuses_the_edit_leaves_it_to_people(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 2), (stage.mug, 2))
    (lamps,), (mugs,) = stage.alfa.orders.values(), stage.bravo.orders.values()
    stage.people.vendor.ships(BRAVO, mugs.id, number="1Z")
    stage.people.merchant.archives(stage.alfa, lamps)
    stage.house.world.deliveries.drop = 1.0
    stage.people.merchant.edits(HARBOUR, order, lines={"LAMP": 3, "MUG": 3})
    stage.house.hear_of_orders()
    stage.house.later(BURST)
    assert ("change_by_hand", "LAMP", 2, 3) in flagged(stage)
    assert ("change_by_hand", "MUG", 2, 3) in flagged(stage)


def test_a_lost_answer_adds_nothing_twice(stage: Stage) -> None:
    rug = stage.harbour.sells("RUG", "Rug", "7.00", vendor="Alfa")
    cup = stage.harbour.sells("CUP", "Cup", "3.00", vendor="Bravo")
    stage.house.map(rug, ALFA, str(stage.alfas_lamp.id))
    stage.house.map(cup, BRAVO, str(stage.bravos_mug.id), str(stage.bravos_mug.id))
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    stage.faults.add("lost_answer", match="orderEditCommit")
    stage.faults.add(
        "lost_answer",
        match=lambda asked: asked.method in ("PUT", "POST") and "/orders/" in asked.path,
    )
    edit(stage, order, adds=[(rug, 2), (cup, 2)])
    assert stage.house.events().count("change_unknown") == 2
    edit(stage, order, lines={"LAMP": 2})
    stage.all_looks()
    stage.house.later(BURST)
    stage.house.later(BURST)
    assert agreement.pieces(stage.house) == [{"LAMP": 2, "RUG": 2}, {"MUG": 1, "CUP": 2}]
    assert len(stage.alfa.orders) == len(stage.bravo.orders) == 1


def test_pieces_that_the_vendor_changed_alone_are_flagged_and_stay(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 2), (stage.mug, 2))
    (lamps,) = stage.alfa.orders.values()
    line = str(lamps.lines[0].id)
    stage.people.merchant.edits(stage.alfa, lamps, lines={line: 1})
    stage.house.turn()
    assert flagged(stage) == [("vendor_changed_lines", "LAMP", 2, 1)]
    assert agreement.pieces(stage.house)[0] == {"LAMP": 1}
    stage.house.clock.advance(5)
    stage.people.merchant.edits(stage.alfa, lamps, lines={line: 2})
    stage.house.turn()
    assert flagged(stage) == []


def test_a_vendor_s_change_that_no_webhook_tells_is_found_by_polling(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 2), (stage.mug, 2))
    stage.house.world.deliveries.drop = 1.0
    stage.house.clock.advance(5)
    (lamps,) = stage.alfa.orders.values()
    stage.people.merchant.edits(stage.alfa, lamps, lines={str(lamps.lines[0].id): 1})
    stage.house.later(stage.house.config.poll_every)
    assert flagged(stage) == [("vendor_changed_lines", "LAMP", 2, 1)]
    with stage.house.unit() as session:
        (flag,) = session.scalars(select(Flag))
        flags.mark_done(session, flag, "staff", "agreed by phone", clock.now())
    stage.house.let_pass(1200, step=300)
    assert flagged(stage) == []
    assert agreement.differences(stage.house) == []


def test_more_of_what_has_all_left_is_left_to_people(stage: Stage) -> None:
    """And what was completed before does not ship a piece that was not in it."""
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    (lamps,), (mugs,) = stage.alfa.orders.values(), stage.bravo.orders.values()
    stage.people.vendor.ships(ALFA, lamps, number="1Z")
    stage.people.vendor.ships(BRAVO, mugs.id, number="RR1")
    stage.house.let_pass(300, step=150)
    assert stage.states() == {"Alfa": "shipped", "Bravo": "shipped"}
    edit(stage, order, lines={"LAMP": 2, "MUG": 2})
    stage.house.let_pass(300, step=150)
    assert agreement.pieces(stage.house) == [{"LAMP": 1}, {"MUG": 1}]
    assert flagged(stage) == [("change_by_hand", "LAMP", 1, 2), ("change_by_hand", "MUG", 1, 2)]
    assert stage.states() == {"Alfa": "partly_shipped", "Bravo": "partly_shipped"}
    assert [line.fulfilled for line in order.lines] == [1, 1]


def test_a_vendor_s_refund_of_one_line_does_not_blame_the_edit_of_another(
    stage: Stage, side: VendorSide
) -> None:
    """The refund is told as what it is; the total of the edit is not compared with it."""
    second = stage.harbour.sells("BOWL", "Bowl", "7.00", vendor=_vendor_of(side))
    if side.host == ALFA:
        theirs = stage.alfa.sells("A-BOWL", "Schale", "5.00")
        stage.house.map(second, ALFA, str(theirs.id), str(theirs.product.id))
    else:
        product = stage.bravo.add_product("B-BOWL", "Bowl", "5.00", stock=50)
        stage.house.map(second, BRAVO, str(product.id), str(product.id))
    order = stage.sells_on((side.item, 3), (second, 2))
    stage.house.clock.advance(5)
    placed = stage.only(side.orders())
    if side.host == ALFA:
        stage.people.merchant.refunds(ALFA, placed, lines={"BOWL": 1})
    else:
        item = placed.of("line")[1]
        stage.bravo.refund(placed.id, "7.00", {item.id: 1})
    stage.house.turn()
    stage.people.merchant.edits(HARBOUR, order, lines={side.item.sku: 2})
    stage.house.turn()
    stage.house.let_pass(60, step=15)
    assert {flag.code for flag in stage.house.flags()} == {"vendor_changed_lines"}


def _vendor_of(side: VendorSide) -> str:
    return "Alfa" if side.host == ALFA else "Bravo"


# -- the merchant changes a price and no pieces ----------------------------------------------------


def discount(stage: Stage, order: Order, **lines: str) -> None:
    stage.people.merchant.discounts(HARBOUR, order, lines=lines)
    stage.house.turn()
    stage.house.later(BURST)
    stage.house.later(BURST)


def codes(stage: Stage) -> set[str]:
    return {flag.code for flag in stage.house.flags()}


def test_a_discount_given_later_reaches_the_vendors_order_where_prices_can_be_written(
    stage: Stage,
) -> None:
    order = stage.sells_on((stage.mug, 3), (stage.lamp, 1), tax_rate="0.21", shipping="5.00")
    discount(stage, order, MUG="4.00")
    part = next(part for part in stage.house.parts() if part.vendor.name == "Bravo")
    theirs = stage.only(stage.bravo.orders.values())
    assert total_of(stage.bravo, theirs) * 100 == part.share
    assert stage.house.events().count("prices_written") == 1
    assert codes(stage) == set()
    stage.house.let_pass(3600, step=600)
    assert stage.house.events().count("prices_written") == 1


def test_a_discount_given_later_is_told_where_prices_cannot_be_written(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 2), (stage.mug, 1))
    discount(stage, order, LAMP="6.00")
    (told,) = stage.house.flags()
    assert (told.code, told.details["was"], told.details["now"]) == (
        "price_by_hand",
        "60.00 USD",
        "54.00 USD",
    )
    discount(stage, order, LAMP="1.00")
    (told,) = stage.house.flags()
    assert told.details["now"] == "53.00 USD"


def test_a_price_of_goods_that_have_shipped_is_told(stage: Stage, side: VendorSide) -> None:
    order = stage.sells_on((side.item, 2))
    theirs = stage.only(side.orders())
    stage.house.clock.advance(5)
    stage.people.vendor.ships(side.host, theirs if side.host == ALFA else theirs.id, number="1Z")
    stage.house.turn()
    discount(stage, order, **{side.item.sku: "1.00"})
    assert codes(stage) == {"price_by_hand"}


def test_a_price_is_told_and_not_written_where_the_merchant_wishes_so(stage: Stage) -> None:
    stage.house.set(line_edits="flag")
    order = stage.sells_on((stage.mug, 2))
    before = total_of(stage.bravo, stage.only(stage.bravo.orders.values()))
    discount(stage, order, MUG="4.00")
    assert codes(stage) == {"price_by_hand"}
    assert total_of(stage.bravo, stage.only(stage.bravo.orders.values())) == before


def test_pieces_and_prices_that_change_together_agree_in_the_end(
    stage: Stage, side: VendorSide
) -> None:
    order = stage.sells_on((side.item, 3))
    stage.people.merchant.discounts(HARBOUR, order, lines={side.item.sku: "3.00"})
    edit(stage, order, lines={side.item.sku: 2})
    stage.house.later(BURST)
    share = stage.house.part().share
    if side.host == ALFA:
        assert codes(stage) == {"store_total"}
    else:
        assert total_of(stage.bravo, stage.only(side.orders())) * 100 == share
        assert codes(stage) == set()


def test_a_price_after_a_refund_is_written_once_though_its_answer_is_lost(stage: Stage) -> None:
    order = stage.sells_on((stage.mug, 3), tax_rate="0.21")
    stage.people.merchant.refunds(HARBOUR, order, lines={"MUG": 1})
    stage.house.turn()
    stage.house.later(BURST)
    stage.faults.add("lost_answer", BRAVO, lambda asked: asked.path.rpartition("/")[2].isdigit())
    discount(stage, order, MUG="3.00")
    stage.all_looks()
    theirs = stage.only(stage.bravo.orders.values())
    worth = (total_of(stage.bravo, theirs) - theirs.refunded) * 100
    assert worth == stage.house.part().share
    assert codes(stage) == set()
