"""What only WooCommerce does to an order after its push."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.woocommerce.models import Order
from sandbox.world import World
from stores.base import Amendment, ComposedLine, OutcomeUnknown, Refund, StoreRefused
from stores.money import Gross, Net, Shown, Tax
from tests.stores.cast import ORDER, WooShore, advance, woo_shore
from tests.stores.standing import AMENDMENT, MUG, PLATE, content, edits, of, pieces, place, stocked

BOW = ComposedLine("l4", "Bow", 2, Shown(100), Net(200), Tax(0))


@pytest.fixture
def shore(world: World) -> WooShore:
    return woo_shore(world)


def only(shore: WooShore) -> Order:
    (order,) = shore.site.orders.values()
    return order


def test_the_tax_follows_the_lines_and_the_total_is_right(shore: WooShore) -> None:
    taxed = replace(MUG, tax=Tax(300))
    order_id = place(shore, replace(ORDER, lines=(taxed, PLATE), total=Gross(5800)))
    assert shore.total(order_id) == "58.00"
    shore.open().edit_lines(order_id, edits(replace(of(taxed, 1), tax=Tax(100)), tax=100))
    assert shore.total(order_id) == "36.00"
    shore.open().edit_lines(order_id, edits(replace(of(taxed, 0), tax=Tax(0)), key="edit-2"))
    assert shore.total(order_id) == "25.00"


def test_an_edit_that_changes_nothing_moves_nothing(world: World, shore: WooShore) -> None:
    order_id = place(shore)
    advance(world, 60)
    shore.open().edit_lines(order_id, edits(MUG, PLATE))
    order = only(shore)
    assert order.modified == order.created


def test_a_line_that_arrived_twice_is_made_one_again(world: World, shore: WooShore) -> None:
    order_id = place(shore)
    world.faults.add("late", shore.host, "line_items", seconds=30)
    with pytest.raises(OutcomeUnknown):
        shore.open().edit_lines(order_id, edits(BOW))
    shore.open().edit_lines(order_id, edits(BOW))
    advance(world, 31)
    world.run_due()
    assert pieces(shore, order_id)["l4"] == 4, "the first one came late after all"
    shore.open().edit_lines(order_id, edits(BOW))
    assert pieces(shore, order_id)["l4"] == 2


def test_a_product_that_is_gone_is_told_when_its_line_is_added(shore: WooShore) -> None:
    order_id = place(shore)
    notes = shore.open().edit_lines(order_id, edits(replace(BOW, variant_id="999"))).notes
    assert notes == ("The product of Bow no longer exists; its stock is not lowered.",)


def test_goods_that_were_to_stay_off_the_shelf_are_told_to_be_back(shore: WooShore) -> None:
    order_id, order = stocked(shore)
    wanted = replace(edits(of(order.lines[0], 1)), restock=False)
    assert shore.open().edit_lines(order_id, wanted).notes == (
        "The store put the goods that were taken off back into stock.",
    )
    assert shore.stock("MUG") == 9


@pytest.mark.parametrize("status", ["completed", "refunded", "cancelled"])
def test_an_order_that_is_over_keeps_its_lines(shore: WooShore, status: str) -> None:
    order_id = place(shore)
    shore.site.set_status(int(order_id), status)
    with pytest.raises(StoreRefused, match=status):
        shore.open().edit_lines(order_id, edits(of(MUG, 4)))


def test_nothing_is_written_into_the_trash(shore: WooShore) -> None:
    order_id, store = place(shore), shore.open()
    shore.site.trash(int(order_id))
    with pytest.raises(StoreRefused, match="trash"):
        store.amend_order(order_id, AMENDMENT)
    with pytest.raises(StoreRefused, match="trash"):
        store.edit_lines(order_id, edits(of(MUG, 1)))
    with pytest.raises(StoreRefused, match="trash"):
        store.refund_order(order_id, Refund("r-1", "USD", Gross(100)))
    assert store.cancel_order(order_id, "", restock=True).state == "done"


def test_a_completed_order_without_any_plugin_is_too_late_to_cancel(world: World) -> None:
    shore = woo_shore(world, plugins=())
    order_id = place(shore)
    shore.site.set_status(int(order_id), "completed")
    told = shore.open().cancel_order(order_id, "", restock=True)
    assert (told.state, told.shipped) == ("too_late", {"l1": 3, "l2": 2})


def test_meta_of_plugins_is_neither_told_nor_touched(shore: WooShore) -> None:
    order_id = place(shore)
    only(shore).meta.put("_plugin_state", "x")
    shore.open().amend_order(order_id, Amendment(attributes={"Gift": "yes"}))
    assert content(shore, order_id).fields.attributes == {"Gift": "yes"}
    assert only(shore).meta.get("_plugin_state") == "x"


def test_a_note_is_private_and_mails_nobody(shore: WooShore) -> None:
    order_id = place(shore)
    shore.open().note(order_id, "Refund 10.00 by hand & tell us")
    shore.open().note(order_id, "Refund 10.00 by hand & tell us")
    assert shore.notes(order_id) == ["Refund 10.00 by hand & tell us"]
    assert not any(note.to_customer for note in only(shore).notes)


def test_more_money_than_is_left_is_refused_though_the_store_says_500(shore: WooShore) -> None:
    order_id = place(shore)
    with pytest.raises(StoreRefused, match="Invalid refund amount"):
        shore.open().refund_order(order_id, Refund("r-1", "USD", Gross(999_900)))
    assert shore.refunds(order_id) == []


def test_a_second_line_of_the_vendors_own_is_shown_without_key(shore: WooShore) -> None:
    order_id = place(shore)
    variant, _ = shore.product("CUP")
    api = shore.open()._client  # type: ignore[attr-defined]
    api.put(f"orders/{order_id}", {"line_items": [{"product_id": int(variant), "quantity": 2}]})
    lines = content(shore, order_id).lines
    assert [(line.key, line.sku, line.quantity) for line in lines][2:] == [("", "CUP", 2)]
