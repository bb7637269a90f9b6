"""What every platform's adapter must do to an order that stands, verb by verb."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.world import World
from stores.base import Amendment, Cancellation, ComposedLine, Freight, Refund, StoreRefused
from stores.money import Gross, Net, Shown, Tax
from tests.stores.cast import ORDER, Shore
from tests.stores.standing import (
    AMENDMENT,
    MUG,
    NEW_ADDRESS,
    PLATE,
    content,
    edits,
    of,
    pieces,
    place,
    read,
    settle,
    stocked,
)

# -- what the order is -----------------------------------------------------------------------------


def test_an_order_tells_its_top_its_lines_and_its_money(shore: Shore) -> None:
    order_id = place(shore, replace(ORDER, note="Ring once", attributes=(("Gift", "no"),)))
    told = content(shore, order_id)
    assert [(line.key, line.quantity, line.fulfillable) for line in told.lines] == [
        ("l1", 3, 3),
        ("l2", 2, 2),
    ]
    assert (told.currency, told.total, told.refunded, told.archived) == ("USD", 5500, 0, False)
    assert (told.fields.email, told.fields.note) == (ORDER.email, "Ring once")
    assert told.fields.attributes == {"Gift": "no"}
    assert told.fields.shipping_address == ORDER.shipping_address


def test_what_has_left_is_told_line_by_line(shore: Shore) -> None:
    order_id = place(shore)
    shore.ship(order_id, {"l1": 2}, "1Z1")
    mugs, plates = content(shore, order_id).lines
    assert (mugs.shipped, mugs.fulfillable, plates.shipped) == (2, 1, 0)
    assert read(shore, order_id).shipped == {"l1": 2}


def test_a_cancelled_order_wants_nothing_any_more(shore: Shore) -> None:
    order_id = place(shore)
    shore.cancel(order_id)
    assert content(shore, order_id).lines == ()
    assert not read(shore, order_id).placed.live


# -- the top of it ---------------------------------------------------------------------------------


def test_only_the_fields_that_are_named_change(shore: Shore) -> None:
    order_id = place(shore, replace(ORDER, note="Ring once", attributes=(("Colour", "red"),)))
    assert shore.open().amend_order(order_id, AMENDMENT).left_out == ()
    fields = content(shore, order_id).fields
    assert (fields.email, fields.phone, fields.note) == (
        AMENDMENT.email,
        AMENDMENT.phone,
        AMENDMENT.note,
    )
    assert fields.shipping_address == NEW_ADDRESS
    assert fields.attributes == {"Colour": "red", "Gift": "yes"}
    shore.open().amend_order(order_id, Amendment(attributes={"Colour": None}))
    after = content(shore, order_id).fields
    assert after == replace(fields, attributes={"Gift": "yes"})


def test_a_field_can_be_emptied(shore: Shore) -> None:
    order_id = place(shore, replace(ORDER, note="Ring once", phone="+1 555 0100"))
    shore.open().amend_order(order_id, Amendment(email="", phone="", note=""))
    fields = content(shore, order_id).fields
    assert (fields.email, fields.phone, fields.note) == ("", "", "")


def test_amending_keeps_our_key_and_our_lines(shore: Shore) -> None:
    order_id = place(shore)
    amendment = replace(AMENDMENT, tags_added=("late",), tags_removed=("marketplace",))
    shore.open().amend_order(order_id, amendment)
    assert read(shore, order_id).placed.key == ORDER.key
    assert pieces(shore, order_id) == {"l1": 3, "l2": 2}


def test_what_a_platform_does_not_keep_is_left_to_a_person(shore: Shore) -> None:
    order_id, store = place(shore), shore.open()
    amendment = Amendment(note="Hi", tags_added=("late",), accepts_marketing=True)
    left_out = store.amend_order(order_id, amendment).left_out
    assert set(left_out) == {"tags", "accepts_marketing"} - set(store.can.amends)
    assert content(shore, order_id).fields.note == "Hi"


# -- its lines -------------------------------------------------------------------------------------


def test_a_quantity_goes_down_with_stock_and_total(shore: Shore) -> None:
    order_id, order = stocked(shore)
    shore.open().edit_lines(order_id, edits(of(order.lines[0], 1)))
    assert pieces(shore, order_id) == {"l1": 1, "l2": 2}
    assert (shore.stock("MUG"), shore.total(order_id)) == (9, "35.00")


def test_a_quantity_goes_up_with_stock_and_total(shore: Shore) -> None:
    order_id, order = stocked(shore)
    shore.open().edit_lines(order_id, edits(of(order.lines[0], 5)))
    assert pieces(shore, order_id) == {"l1": 5, "l2": 2}
    assert (shore.stock("MUG"), shore.total(order_id)) == (5, "75.00")


def test_a_line_goes_down_to_nothing(shore: Shore) -> None:
    order_id, order = stocked(shore)
    shore.open().edit_lines(order_id, edits(of(order.lines[0], 0)))
    assert pieces(shore, order_id) == {"l2": 2}
    assert (shore.stock("MUG"), shore.total(order_id)) == (10, "25.00")


def test_lines_mapped_and_custom_join_the_order_and_ship_under_their_keys(shore: Shore) -> None:
    order_id = place(shore)
    variant, product = shore.product("CUP")
    cup = ComposedLine(
        "l3", "Good CUP", 2, Shown(1000), Net(2000), Tax(0), "CUP", "", variant, product
    )
    bow = ComposedLine("l4", "Bow", 3, Shown(100), Net(250), Tax(50), "BOW", "Red")
    shore.open().edit_lines(order_id, edits(cup, bow, tax=50))
    assert pieces(shore, order_id) == {"l1": 3, "l2": 2, "l3": 2, "l4": 3}
    assert (shore.stock("CUP"), shore.total(order_id)) == (8, "78.00")
    shore.open().edit_lines(order_id, edits(of(cup, 1), key="edit-2", tax=50))
    assert pieces(shore, order_id)["l3"] == 1
    assert content(shore, order_id).line("l4") is not None


def test_shipping_grows_with_what_joins_and_once(shore: Shore) -> None:
    order_id = place(shore, replace(ORDER, shipping_tax=Tax(50), total=Gross(5550)))
    bow = ComposedLine("l4", "Bow", 2, Shown(100), Net(200), Tax(0))
    grown = replace(
        edits(bow, tax=70), freight=Freight(Net(500), Tax(50), Net(700), Tax(70), "Standard")
    )
    for _repeated in range(2):
        assert shore.open().edit_lines(order_id, grown).notes == ()
        assert shore.total(order_id) == "59.70"
    cheaper = replace(
        edits(of(bow, 1), tax=80), freight=Freight(Net(100), Tax(10), Net(800), Tax(80))
    )
    done = shore.open().edit_lines(order_id, cheaper)
    assert "for shipping, and keeps that" in done.notes[0]
    assert done.left_out == ("shipping",)
    assert pieces(shore, order_id)["l4"] == 1


def test_one_line_is_swapped_for_another(shore: Shore) -> None:
    order_id, order = stocked(shore)
    variant, product = shore.product("CUP")
    cup = ComposedLine(
        "l3", "Good CUP", 3, Shown(1000), Net(3000), Tax(0), "CUP", "", variant, product
    )
    shore.open().edit_lines(order_id, edits(of(order.lines[0], 0), cup))
    assert pieces(shore, order_id) == {"l2": 2, "l3": 3}
    assert (shore.stock("MUG"), shore.stock("CUP"), shore.total(order_id)) == (10, 7, "55.00")


def test_a_line_that_went_can_come_again(shore: Shore) -> None:
    order_id = place(shore)
    shore.open().edit_lines(order_id, edits(of(MUG, 0)))
    shore.open().edit_lines(order_id, edits(of(MUG, 2), key="edit-2"))
    assert pieces(shore, order_id) == {"l1": 2, "l2": 2}


def test_what_has_shipped_cannot_be_taken_off(shore: Shore) -> None:
    order_id = place(shore)
    shore.ship(order_id, {"l1": 2}, "1Z1")
    with pytest.raises(StoreRefused, match="2 × Mug shipped already"):
        shore.open().edit_lines(order_id, edits(of(PLATE, 0), of(MUG, 1)))
    assert pieces(shore, order_id) == {"l1": 3, "l2": 2}, "all of it or nothing"
    shore.open().edit_lines(order_id, edits(of(MUG, 2)))
    assert pieces(shore, order_id) == {"l1": 2, "l2": 2}


def test_an_order_that_is_cancelled_takes_no_lines(shore: Shore) -> None:
    order_id = place(shore)
    shore.cancel(order_id)
    with pytest.raises(StoreRefused, match="(?i)cancel"):
        shore.open().edit_lines(order_id, edits(replace(MUG, key="l9")))


# -- cancelling ------------------------------------------------------------------------------------


def outcome(world: World, shore: Shore, order_id: str, *, restock: bool = True) -> Cancellation:
    told = shore.open().cancel_order(order_id, "Not wanted", restock=restock)
    if told.state == "requested":
        settle(world)
        told = shore.open().cancel_outcome(order_id, told.ticket)
    return told


def test_a_cancelled_order_gives_its_stock_back(world: World, shore: Shore) -> None:
    order_id, _ = stocked(shore)
    assert outcome(world, shore, order_id).state == "done"
    assert not read(shore, order_id).placed.live
    assert shore.stock("MUG") == 10


def test_stock_stays_off_the_shelf_or_the_words_say_that_it_does_not(
    world: World, shore: Shore
) -> None:
    order_id, _ = stocked(shore)
    told = outcome(world, shore, order_id, restock=False)
    assert (shore.stock("MUG") == 7) is shore.open().can.restock_choice
    assert bool(told.words) is not shore.open().can.restock_choice


def test_cancelling_again_is_done_already(world: World, shore: Shore) -> None:
    order_id = place(shore)
    outcome(world, shore, order_id)
    assert shore.open().cancel_order(order_id, "", restock=True).state == "done"


def test_it_is_too_late_once_a_part_has_shipped(shore: Shore) -> None:
    order_id = place(shore)
    shore.ship(order_id, {"l1": 2}, "1Z1")
    told = shore.open().cancel_order(order_id, "", restock=True)
    assert (told.state, told.shipped) == ("too_late", {"l1": 2})
    assert told.words
    assert read(shore, order_id).placed.live


def test_an_outcome_is_asked_for_in_vain_where_nothing_was_cancelled(shore: Shore) -> None:
    with pytest.raises(StoreRefused):
        shore.open().cancel_outcome(place(shore), "none")


# -- refunding -------------------------------------------------------------------------------------


def test_all_of_an_order_is_refunded(shore: Shore) -> None:
    order_id, _ = stocked(shore)
    made = shore.open().refund_order(order_id, Refund("r-1", "USD", restock=True, reason="Lost"))
    assert (made.amount, shore.refunds(order_id)) == (5500, ["55.00"])
    assert (content(shore, order_id).refunded, pieces(shore, order_id)) == (5500, {})
    assert shore.stock("MUG") == 10


def test_all_of_it_is_refunded_once_however_often_it_is_asked(shore: Shore) -> None:
    order_id, refund = place(shore), Refund("r-1", "USD")
    once = shore.open().refund_order(order_id, refund)
    assert shore.open().refund_order(order_id, refund) == once
    assert shore.refunds(order_id) == ["55.00"]


@pytest.mark.parametrize("restock", [True, False])
def test_pieces_are_refunded_and_go_back_on_the_shelf_or_not(shore: Shore, restock: bool) -> None:
    order_id, _ = stocked(shore)
    refund = Refund("r-1", "USD", Gross(1000), {"l1": 1}, restock=restock)
    assert shore.open().refund_order(order_id, refund).amount == 1000
    assert pieces(shore, order_id) == {"l1": 2, "l2": 2}
    assert content(shore, order_id).refunded == 1000
    assert shore.stock("MUG") == (8 if restock else 7)


def test_money_alone_is_refunded(shore: Shore) -> None:
    order_id = place(shore)
    shore.open().refund_order(order_id, Refund("r-1", "USD", Gross(250)))
    assert shore.refunds(order_id) == ["2.50"]
    assert pieces(shore, order_id) == {"l1": 3, "l2": 2}


def test_what_has_shipped_can_be_refunded(shore: Shore) -> None:
    order_id = place(shore)
    shore.ship(order_id, {"l1": 2}, "1Z1")
    shore.open().refund_order(order_id, Refund("r-1", "USD", Gross(3000), {"l1": 3}, restock=True))
    assert pieces(shore, order_id) == {"l2": 2}
    assert read(shore, order_id).shipped == {"l1": 2}


def test_the_rest_of_it_is_refunded_after_a_part(shore: Shore) -> None:
    order_id = place(shore)
    shore.open().refund_order(order_id, Refund("r-1", "USD", Gross(1000), {"l1": 1}))
    assert shore.open().refund_order(order_id, Refund("r-2", "USD")).amount == 4500
    assert shore.refunds(order_id) == ["10.00", "45.00"]


def test_a_line_is_edited_after_a_part_of_it_was_refunded(shore: Shore) -> None:
    order_id, order = stocked(shore)
    shore.open().refund_order(order_id, Refund("r-1", "USD", Gross(1000), {"l1": 1}, restock=True))
    shore.open().edit_lines(order_id, edits(of(order.lines[0], 1)))
    assert pieces(shore, order_id) == {"l1": 1, "l2": 2}
    assert shore.stock("MUG") == 9


@pytest.mark.parametrize(
    "refund",
    [
        Refund("r-1", "USD", Gross(5501)),
        Refund("r-1", "USD", Gross(1000), {"l1": 4}),
        Refund("r-1", "USD", Gross(0)),
    ],
)
def test_no_more_is_refunded_than_there_is(shore: Shore, refund: Refund) -> None:
    order_id = place(shore)
    with pytest.raises(StoreRefused) as told:
        shore.open().refund_order(order_id, refund)
    assert told.value.words
    assert shore.refunds(order_id) == []
