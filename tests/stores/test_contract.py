"""What every platform's adapter must do, whatever the store behind it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sandbox.world import World
from stores.base import (
    ComposedOrder,
    OutcomeUnknown,
    StoreBusy,
    StoreError,
    StoreLocked,
    StoreOrder,
    StoreRefused,
    Tracking,
)
from stores.money import Gross, Net, Tax
from tests.stores.cast import NOON, ORDER, ShopifyShore, Shore, WooShore, advance


def place(shore: Shore, order: ComposedOrder = ORDER) -> str:
    return shore.open().create_order(order).id


def read(shore: Shore, order_id: str) -> StoreOrder:
    order = shore.open().read_order(order_id)
    assert order is not None
    return order


# -- creating and finding again --------------------------------------------------------------------


def test_an_order_is_created_once_and_found_by_its_key(shore: Shore) -> None:
    placed = shore.open().create_order(ORDER)
    assert placed.id.isdigit()
    assert (placed.key, placed.live) == (ORDER.key, True)
    assert [o.id for o in shore.open().find_orders(ORDER.key, NOON)] == [placed.id]
    assert len(shore.orders()) == 1


def test_orders_of_others_are_never_taken_for_ours(shore: Shore) -> None:
    place(shore)
    assert shore.open().find_orders("ref-0002", NOON) == []
    assert shore.open().find_orders("ref", NOON) == []


@pytest.mark.parametrize("fault", ["lost_answer", "error_after"])
def test_a_lost_answer_leaves_one_order_that_can_be_found(
    world: World, shore: Shore, fault: str
) -> None:
    world.faults.add(fault, shore.host, shore.create)  # type: ignore[arg-type]
    with pytest.raises(OutcomeUnknown):
        place(shore)
    assert len(shore.open().find_orders(ORDER.key, NOON)) == len(shore.orders()) == 1


def test_an_order_that_lands_late_is_found_once_it_stands(world: World, shore: Shore) -> None:
    world.faults.add("late", shore.host, shore.create, seconds=30)
    with pytest.raises(OutcomeUnknown):
        place(shore)
    assert shore.open().find_orders(ORDER.key, NOON) == []
    advance(world, 31)
    world.run_due()
    assert len(shore.open().find_orders(ORDER.key, NOON)) == 1


def test_a_gateway_error_before_the_store_is_no_proof_of_anything(
    world: World, shore: Shore
) -> None:
    world.faults.add("error_before", shore.host, shore.create)
    with pytest.raises(OutcomeUnknown):
        place(shore)


def test_a_refused_connection_did_nothing_and_says_so(world: World, shore: Shore) -> None:
    world.faults.add("refused", shore.host)
    with pytest.raises(StoreBusy):
        place(shore)
    assert shore.orders() == []


def test_a_page_of_html_is_not_taken_for_an_order(world: World, shore: Shore) -> None:
    world.faults.add("html", shore.host, times=9)
    with pytest.raises(OutcomeUnknown):
        place(shore)
    with pytest.raises(StoreBusy):
        shore.open().read_order("1")


def test_a_redirect_is_not_followed_and_not_taken_for_success(world: World, shore: Shore) -> None:
    world.faults.add("redirect", shore.host)
    with pytest.raises(OutcomeUnknown, match="redirects"):
        place(shore)
    assert shore.orders() == []


def test_a_limit_is_told_with_the_time_to_wait(world: World, shore: Shore) -> None:
    world.faults.add("throttled", shore.host)
    with pytest.raises(StoreBusy) as told:
        place(shore)
    assert told.value.retry_after is not None
    assert told.value.retry_after > 0
    assert told.value.throttled
    assert shore.orders() == []


def test_a_dead_key_locks_the_store(world: World, shore: Shore) -> None:
    world.faults.add("unauthorized", shore.host, times=2)
    with pytest.raises(StoreLocked):
        place(shore)
    with pytest.raises(StoreLocked):
        shore.open().identify()


def test_a_refusal_comes_in_the_stores_own_words(shore: Shore) -> None:
    bad = replace(ORDER, email="not an address")
    with pytest.raises(StoreRefused, match="(?i)email") as told:
        place(shore, bad)
    assert told.value.words
    assert shore.orders() == []


@pytest.mark.parametrize(
    "fault",
    ["lost_answer", "error_after", "error_before", "html", "maintenance", "refused", "throttled"],
)
def test_a_read_never_leaves_anything_open(world: World, shore: Shore, fault: str) -> None:
    world.faults.add(fault, shore.host)  # type: ignore[arg-type]
    with pytest.raises(StoreBusy):
        shore.open().fetch_changes("", NOON)


# -- what the order says ---------------------------------------------------------------------------

TAXED = replace(
    ORDER,
    lines=(
        replace(ORDER.lines[0], total=Net(2833), tax=Tax(567)),
        replace(ORDER.lines[1], tax=Tax(333)),
    ),
    shipping_tax=Tax(83),
    total=Gross(2833 + 567 + 2000 + 333 + 500 + 83),
)


@pytest.mark.parametrize("included", [True, False])
def test_the_total_is_the_marketplaces_to_the_cent(shore: Shore, included: bool) -> None:
    order_id = place(shore, replace(TAXED, taxes_included=included))
    assert shore.total(order_id) == "63.16"


def test_mapped_lines_lower_the_stock_and_custom_lines_do_not(shore: Shore) -> None:
    variant, product = shore.product("MUG")
    shore.product("PLATE")
    mapped = replace(ORDER.lines[0], variant_id=variant, product_id=product)
    placed = shore.open().create_order(replace(ORDER, lines=(mapped, ORDER.lines[1])))
    assert placed.notes == ()
    assert (shore.stock("MUG"), shore.stock("PLATE")) == (7, 10)


def test_a_sku_is_found_exactly_or_not_at_all(shore: Shore) -> None:
    variant, product = shore.product("MUG")
    shore.product("MUG-XL")
    found = shore.open().variants(["MUG", "mug", "NOPE", ""])
    assert [(v.id, v.product_id, v.sku, v.available) for v in found] == [
        (variant, product, "MUG", 10)
    ]


def test_a_store_says_who_it_is(shore: Shore) -> None:
    identity = shore.open().identify()
    assert identity.currency == "USD"
    assert shore.host in identity.address


# -- what ships ------------------------------------------------------------------------------------


def test_an_unknown_order_is_none(shore: Shore) -> None:
    assert shore.open().read_order("999999") is None


def test_a_part_that_ships_is_one_parcel_with_its_pieces(shore: Shore) -> None:
    order_id = place(shore)
    parcel_id = shore.ship(order_id, {"l1": 2}, "1Z1")
    (parcel,) = read(shore, order_id).parcels
    assert (parcel.id, parcel.lines, parcel.withdrawn) == (parcel_id, {"l1": 2}, False)
    assert [t.number for t in parcel.tracking] == ["1Z1"]
    assert parcel.shipped_at == NOON


def test_two_parcels_stay_two(shore: Shore) -> None:
    order_id = place(shore)
    shore.ship(order_id, {"l1": 2}, "1Z1")
    shore.ship(order_id, {"l1": 1, "l2": 2}, "1Z2")
    parcels = read(shore, order_id).parcels
    assert [(p.lines, p.tracking[0].number) for p in parcels] == [
        ({"l1": 2}, "1Z1"),
        ({"l1": 1, "l2": 2}, "1Z2"),
    ]


def test_a_corrected_number_replaces_the_wrong_one(shore: Shore) -> None:
    order_id = place(shore)
    parcel_id = shore.ship(order_id, {"l1": 2}, "1Z1")
    shore.correct(order_id, parcel_id, "1Z9")
    (parcel,) = read(shore, order_id).parcels
    assert parcel.id == parcel_id
    assert [t.number for t in parcel.tracking] == ["1Z9"]


def test_a_parcel_taken_back_is_withdrawn_or_gone(shore: Shore) -> None:
    order_id = place(shore)
    parcel_id = shore.ship(order_id, {"l1": 2}, "1Z1")
    shore.withdraw(order_id, parcel_id)
    assert [p for p in read(shore, order_id).parcels if not p.withdrawn] == []


def test_a_cancelled_order_is_no_longer_live(world: World, shore: Shore) -> None:
    order_id = place(shore)
    shore.open().cancel_order(order_id, "The buyer changed their mind", restock=True)
    advance(world, 2)
    world.run_due()
    assert not read(shore, order_id).placed.live
    (found,) = shore.open().find_orders(ORDER.key, NOON)
    assert not found.live


def test_cancelling_what_has_shipped_or_is_gone_says_why(shore: Shore) -> None:
    with pytest.raises(StoreError):
        shore.open().cancel_order("999999", "", restock=True)


# -- following changes -----------------------------------------------------------------------------


def test_a_change_is_seen_by_the_cursor_and_only_once_it_happened(
    world: World, shore: Shore
) -> None:
    cursor = shore.open().fetch_changes("", NOON).cursor
    order_id = place(shore)
    seen = shore.open().fetch_changes(cursor, NOON)
    assert [o.placed.key for o in seen.orders] == [ORDER.key]
    advance(world, 3600)
    shore.ship(order_id, {"l1": 3}, "1Z1")
    later = shore.open().fetch_changes(seen.cursor, NOON)
    (order,) = later.orders
    assert [p.lines for p in order.parcels] == [{"l1": 3}]
    assert order == replace(read(shore, order_id), content=None)
    assert not later.more


def test_a_quiet_store_keeps_its_cursor(shore: Shore) -> None:
    place(shore)
    once = shore.open().fetch_changes("", NOON)
    again = shore.open().fetch_changes(once.cursor, NOON)
    assert shore.open().fetch_changes(again.cursor, NOON).cursor == again.cursor


def test_more_orders_than_a_page_are_all_seen(world: World, shore: Shore) -> None:
    keys = {f"ref-{number}" for number in range(23)}
    for key in sorted(keys):
        place(shore, replace(ORDER, key=key))
        advance(world, 1)
    store, seen, changes = shore.open(), set(), None
    cursor = ""
    while changes is None or changes.more:
        changes = store.fetch_changes(cursor, NOON - timedelta(hours=1))
        cursor = changes.cursor
        seen |= {order.placed.key for order in changes.orders}
    assert seen == keys


def test_subscribing_twice_changes_nothing(world: World, shore: Shore) -> None:
    store = shore.open()
    store.subscribe("https://sluice.example.com/hooks/8", "s3cret")
    before = subscriptions(shore)
    store.subscribe("https://sluice.example.com/hooks/8", "s3cret")
    assert before == subscriptions(shore)
    assert bool(before) is not store.can.webhooks_signed_by_app


def subscriptions(shore: Shore) -> set[tuple[str, str]]:
    """Those made by call; a platform that has the app's own needs none."""
    if isinstance(shore, ShopifyShore):
        return {(str(each.id), each.topic) for each in shore.shop.webhooks.made.values()}
    assert isinstance(shore, WooShore)
    return {(str(each.id), each.topic) for each in shore.site.webhooks.values()}


def test_a_tracking_is_only_what_the_store_told(shore: Shore) -> None:
    order_id = place(shore)
    shore.ship(order_id, {"l2": 1}, "1Z1")
    (parcel,) = read(shore, order_id).parcels
    assert isinstance(parcel.tracking[0], Tracking)
    assert parcel.tracking[0].company.lower() == "ups"
