"""What only Shopify does to an order after its push."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sandbox.people import People
from sandbox.shopify.order import Order
from sandbox.world import World
from stores.base import Amendment, ComposedLine, OutcomeUnknown, Refund, StoreRefused
from stores.money import Gross, Net, Shown, Tax
from stores.shopify.connect import VENDOR_SCOPES
from tests.stores.cast import ORDER, ShopifyShore, advance, shopify_shore
from tests.stores.standing import MUG, content, edits, of, pieces, place, read, settle

BOW = ComposedLine("l4", "Bow", 2, Shown(100), Net(200), Tax(0))


@pytest.fixture
def shore(world: World) -> ShopifyShore:
    return shopify_shore(world)


def only(shore: ShopifyShore) -> Order:
    (order,) = shore.shop.orders.values()
    return order


def test_the_vendors_own_tags_and_attributes_stay(shore: ShopifyShore) -> None:
    order_id, order = place(shore), only(shore)
    order.tags, order.attributes = [*order.tags, "Fragile"], [*order.attributes, ("Shelf", "B2")]
    amendment = Amendment(
        tags_added=("late", "FRAGILE"), tags_removed=("marketplace",), attributes={"Gift": "yes"}
    )
    shore.open().amend_order(order_id, amendment)
    fields = content(shore, order_id).fields
    assert fields.tags == ("Fragile", "late")
    assert fields.attributes == {"Shelf": "B2", "Gift": "yes"}
    assert "sluice" in order.tags


def test_many_changes_are_one_update(world: World, shore: ShopifyShore) -> None:
    order_id, updates = place(shore), []
    world.post = lambda url, headers, body: updates.append(headers["X-Shopify-Topic"]) or 200  # type: ignore[func-returns-value]
    app = shore.shop.grants.installations["client"].app
    app.topics = ("orders/updated",)
    shore.open().amend_order(order_id, Amendment(note="a", phone="b", tags_added=("c",)))
    world.tick()
    assert updates == ["orders/updated"]


def test_notes_stand_beside_the_buyers_own_note_and_the_newest_counts(shore: ShopifyShore) -> None:
    order_id = place(shore, replace(ORDER, note="Ring once"))
    for text in ("First", "Second", "Second", "First"):
        shore.open().note(order_id, text)
    shore.open().amend_order(order_id, Amendment(note="Ring twice"))
    assert shore.notes(order_id) == ["First", "Second", "First"]
    assert content(shore, order_id).fields.attributes == {}


def test_an_archived_order_can_be_amended_but_not_edited(shore: ShopifyShore) -> None:
    order_id = place(shore)
    shore.shop.lifecycle.close(only(shore))
    assert content(shore, order_id).archived
    with pytest.raises(StoreRefused, match="Archived"):
        shore.open().edit_lines(order_id, edits(of(MUG, 1)))
    shore.open().amend_order(order_id, Amendment(note="Hi"))
    shore.open().refund_order(order_id, Refund("r-1", "USD", Gross(100)))
    told = content(shore, order_id)
    assert (told.fields.note, told.refunded) == ("Hi", 100)


def test_a_missing_right_refuses_the_edit_and_locks_nothing(shore: ShopifyShore) -> None:
    order_id = place(shore)
    installation = shore.shop.grants.installations["client"]
    installation.grant(scope for scope in VENDOR_SCOPES if scope != "write_order_edits")
    with pytest.raises(StoreRefused, match="right to edit orders"):
        shore.open().edit_lines(order_id, edits(of(MUG, 1)))
    shore.open().amend_order(order_id, Amendment(note="Hi"))


def test_a_line_in_two_items_is_edited_as_one(shore: ShopifyShore) -> None:
    thirds = replace(MUG, total=Net(1000))
    order_id = place(shore, replace(ORDER, lines=(thirds,), total=Gross(1500)))
    assert [line.current_quantity for line in only(shore).lines] == [2, 1]
    shore.open().edit_lines(order_id, edits(replace(thirds, quantity=1)))
    assert pieces(shore, order_id) == {"l1": 1}
    assert [line.current_quantity for line in only(shore).lines] == [1, 0]


def test_goods_taken_off_stay_off_the_shelf_if_so_wanted(shore: ShopifyShore) -> None:
    variant, product = shore.product("MUG")
    mapped = replace(MUG, variant_id=variant, product_id=product)
    order_id = place(shore, replace(ORDER, lines=(mapped,)))
    shore.open().edit_lines(order_id, replace(edits(of(mapped, 1)), restock=False))
    assert shore.stock("MUG") == 7
    assert [each.restock_type for each in only(shore).refunds[0].lines] == ["NO_RESTOCK"]


@pytest.mark.parametrize(
    ("asked", "pieces", "costs"), [(1000, 1, 1000), (2333, 3, 2333), (1, 3, 1), (2999, 3, 2999)]
)
def test_a_mapped_line_is_added_at_what_it_is_to_cost(
    shore: ShopifyShore, asked: int, pieces: int, costs: int
) -> None:
    order_id = place(shore)
    variant, product = shore.product("CUP")
    cup = ComposedLine(
        "l3", "Cup", pieces, Shown(800), Net(asked), Tax(0), "CUP", "", variant, product
    )
    total = Gross(ORDER.total + asked)
    done = shore.open().edit_lines(order_id, replace(edits(cup), total=total))
    assert (done.notes, done.differences) == ((), ())
    assert only(shore).lines[-1].discounted_total * 100 == costs


def test_a_mapped_line_that_the_shop_sells_for_less_says_so(shore: ShopifyShore) -> None:
    order_id = place(shore)
    variant, product = shore.product("CUP")
    cup = ComposedLine("l3", "Cup", 1, Shown(1200), Net(1200), Tax(0), "CUP", "", variant, product)
    total = Gross(ORDER.total + 1200)
    done = shore.open().edit_lines(order_id, replace(edits(cup), total=total))
    assert done.notes == ("Cup was added at the store's own price of 10.00, not at 12.00.",)
    assert [each.got for each in done.differences] == ["65.00 USD"]


def test_an_added_line_is_never_taken_for_a_line_of_the_vendors(
    world: World, shore: ShopifyShore
) -> None:
    order_id = place(shore)
    shore.product("CUP")
    People(world).merchant.edits(shore.shop, order_id, adds=[("CUP", 2)])
    variant = shore.shop.variants[next(iter(shore.shop.variants))]
    cup = ComposedLine(
        "l3", "Good CUP", 2, Shown(1000), Net(2000), Tax(0), "CUP", "", str(variant.id)
    )
    world.faults.add("lost_answer", shore.host, "orderEditCommit")
    with pytest.raises(OutcomeUnknown):
        shore.open().edit_lines(order_id, edits(cup))
    shore.open().edit_lines(order_id, edits(cup))
    lines = content(shore, order_id).lines
    assert [(line.key, line.quantity) for line in lines][2:] == [("", 2), ("l3", 2)]


def test_an_answer_lost_after_the_commit_adds_nothing_twice(
    world: World, shore: ShopifyShore
) -> None:
    order_id = place(shore)
    world.faults.add("lost_answer", shore.host, lambda request: _is_last_write(request, "l4"))
    with pytest.raises(OutcomeUnknown):
        shore.open().edit_lines(order_id, edits(BOW))
    shore.open().edit_lines(order_id, edits(BOW))
    assert pieces(shore, order_id) == {"l1": 3, "l2": 2, "l4": 2}
    shore.ship(order_id, {"l1": 1}, "1Z1")
    assert read(shore, order_id).shipped == {"l1": 1}


def _is_last_write(request: object, key: str) -> bool:
    body = request.get_data(as_text=True)  # type: ignore[attr-defined]
    return "orderUpdate" in body and key in body


def test_an_added_line_ships_under_its_key(shore: ShopifyShore) -> None:
    order_id = place(shore)
    shore.open().edit_lines(order_id, edits(BOW))
    order = only(shore)
    (source,) = [each for each in order.fulfillment_orders if each.lines[0].line.title == BOW.title]
    shore.shop.lifecycle.fulfil([(source, None)])
    assert read(shore, order_id).shipped == {"l4": 2}
    (changed,) = shore.open().fetch_changes("", order.created_at).orders
    assert changed.shipped == {"l4": 2}


def test_a_cancellation_is_requested_until_the_shop_is_done(
    world: World, shore: ShopifyShore
) -> None:
    order_id, store = place(shore), shore.open()
    shore.shop.cancel_takes = timedelta(minutes=2)
    told = store.cancel_order(order_id, "Not wanted", restock=True)
    assert (told.state, store.cancel_outcome(order_id, told.ticket)) == ("requested", told)
    advance(world, 121)
    world.run_due()
    assert store.cancel_outcome(order_id, told.ticket).state == "done"


def test_what_ships_while_the_shop_cancels_makes_it_too_late(
    world: World, shore: ShopifyShore
) -> None:
    order_id, store = place(shore), shore.open()
    told = store.cancel_order(order_id, "Not wanted", restock=True)
    shore.ship(order_id, {"l1": 3}, "1Z1")
    settle(world)
    ended = store.cancel_outcome(order_id, told.ticket)
    assert (ended.state, ended.shipped) == ("too_late", {"l1": 3})
    assert read(shore, order_id).placed.live


def test_a_job_that_ends_for_nothing_is_a_refusal(world: World, shore: ShopifyShore) -> None:
    order_id, store = place(shore), shore.open()
    shore.shop.cancels_fail = True
    told = store.cancel_order(order_id, "Not wanted", restock=True)
    settle(world)
    with pytest.raises(StoreRefused, match="without cancelling"):
        store.cancel_outcome(order_id, told.ticket)


def test_a_refund_of_what_was_never_paid_here_takes_the_pieces_alone(shore: ShopifyShore) -> None:
    order_id = place(shore, replace(ORDER, paid=False))
    made = shore.open().refund_order(order_id, Refund("r-1", "USD", Gross(1000), {"l1": 1}))
    assert (made.amount, pieces(shore, order_id)) == (0, {"l1": 2, "l2": 2})
    assert made.notes
    with pytest.raises(StoreRefused, match="nothing left"):
        shore.open().refund_order(order_id, Refund("r-2", "USD", Gross(500)))


def test_pieces_that_left_are_returned_and_those_still_here_cancelled(shore: ShopifyShore) -> None:
    order_id = place(shore)
    shore.ship(order_id, {"l1": 2}, "1Z1")
    shore.open().refund_order(order_id, Refund("r-1", "USD", Gross(3000), {"l1": 3}, restock=True))
    (refund,) = only(shore).refunds
    assert [(e.restock_type, e.quantity) for e in refund.lines] == [("CANCEL", 1), ("RETURN", 2)]
