"""What only Shopify does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.world import World
from stores.base import ComposedOrder, OutcomeUnknown, StoreBusy, StoreLocked, StoreRefused
from stores.money import Gross, Net, Tax
from stores.shopify.connect import VENDOR_SCOPES
from tests.stores.cast import NOON, ORDER, ShopifyShore, advance, shopify_shore


@pytest.fixture
def shore(world: World) -> ShopifyShore:
    return shopify_shore(world)


def test_creating_costs_little_more_than_a_mutation_must(shore: ShopifyShore) -> None:
    """Eleven points, and five for what the answer is compared by."""
    store = shore.open()
    store.create_order(ORDER)
    assert (store.spend.cost, store.spend.requested) == (16, 16)
    assert (store.spend.capacity, store.spend.refill) == (2000, 100)


def test_our_key_is_found_while_the_search_still_lags(world: World) -> None:
    shore = shopify_shore(world, search_lag=600)
    placed = shore.open().create_order(ORDER)
    assert [o.id for o in shore.open().find_orders(ORDER.key, NOON)] == [placed.id]


def test_without_our_metafield_the_search_finds_it(world: World) -> None:
    shore = shopify_shore(world, unique_metafields=False)
    shore.shop.metafields.definitions.clear()
    placed = shore.open().create_order(ORDER)
    assert [o.id for o in shore.open().find_orders(ORDER.key, NOON)] == [placed.id]


def test_a_second_order_of_one_key_is_a_reason_to_look(shore: ShopifyShore) -> None:
    shore.open().create_order(ORDER)
    with pytest.raises(OutcomeUnknown, match="stands already"):
        shore.open().create_order(ORDER)
    assert len(shore.orders()) == 1


def test_two_orders_of_one_key_are_both_found(world: World) -> None:
    shore = shopify_shore(world, unique_metafields=False)
    ids = {shore.open().create_order(ORDER).id for _ in range(2)}
    assert {o.id for o in shore.open().find_orders(ORDER.key, NOON)} == ids


def test_the_order_is_written_as_ours_and_nobody_elses(shore: ShopifyShore) -> None:
    shore.open().create_order(ORDER)
    (order,) = shore.orders()
    assert order.source_identifier == ORDER.key
    assert order.tags == ["marketplace", "sluice"]
    assert ("_sluice_key", ORDER.key) in order.attributes
    assert (order.financial_status, order.email) == ("PAID", ORDER.email)
    assert all(line.requires_shipping for line in order.lines)


def test_an_unpaid_order_waits_for_its_payment(shore: ShopifyShore) -> None:
    shore.open().create_order(replace(ORDER, paid=False))
    assert shore.orders()[0].financial_status == "PENDING"


def test_cents_that_do_not_divide_make_two_items_of_one_line(shore: ShopifyShore) -> None:
    thirds = replace(ORDER.lines[0], quantity=3, total=Net(1000), tax=Tax(100))
    order = replace(ORDER, lines=(thirds,), total=Gross(1600))
    placed = shore.open().create_order(order)
    assert shore.total(placed.id) == "16.00"
    items = shore.orders()[0].lines
    assert [(i.quantity, str(i.price)) for i in items] == [(2, "3.33"), (1, "3.34")]
    assert {dict(i.properties)["_line"] for i in items} == {"l1"}


def test_a_trial_store_takes_five_orders_a_minute(world: World) -> None:
    shore = shopify_shore(world, plan="development")
    for number in range(5):
        shore.open().create_order(replace(ORDER, key=f"ref-{number}"))
    with pytest.raises(StoreBusy) as told:
        shore.open().create_order(ORDER)
    assert told.value.retry_after == 60
    advance(world, 60)
    assert shore.open().create_order(ORDER).id


def test_an_empty_bucket_names_the_seconds_it_needs(world: World) -> None:
    shore = shopify_shore(world, restore_rate=5.0)
    bucket = shore.shop.grants.installations["client"].bucket
    bucket.take(bucket.available - 1)
    with pytest.raises(StoreBusy) as told:
        shore.open().create_order(ORDER)
    assert told.value.throttled
    assert told.value.retry_after == 3.0


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("frozen", StoreBusy),
        ("forbidden", StoreLocked),
        ("closed", StoreRefused),
        ("locked", StoreBusy),
        ("security", StoreBusy),
        ("down", OutcomeUnknown),
    ],
)
def test_every_state_of_a_shop_has_its_meaning(
    shore: ShopifyShore, state: str, error: type[Exception]
) -> None:
    shore.shop.state = state
    with pytest.raises(error):
        shore.open().create_order(ORDER)


def test_a_missing_right_locks_the_store_in_shopifys_words(shore: ShopifyShore) -> None:
    installation = shore.shop.grants.installations["client"]
    installation.grant(scope for scope in VENDOR_SCOPES if scope != "write_orders")
    with pytest.raises(StoreLocked, match="write_orders"):
        shore.open().create_order(ORDER)


def test_a_bad_variant_is_refused_with_its_field(shore: ShopifyShore) -> None:
    gone = replace(ORDER.lines[0], variant_id="1")
    with pytest.raises(StoreRefused) as told:
        shore.open().create_order(replace(ORDER, lines=(gone,)))
    assert told.value.fields == ("order.lineItems.0.variantId",)


def test_a_parcel_of_many_lines_is_read_whole(shore: ShopifyShore) -> None:
    lines = tuple(
        replace(ORDER.lines[0], key=f"l{n}", quantity=1, total=Net(1000)) for n in range(40)
    )
    placed = shore.open().create_order(replace(ORDER, lines=lines))
    shore.ship(placed.id, {line.key: 1 for line in lines}, "1Z1")
    order = shore.open().read_order(placed.id)
    assert order is not None
    assert order.parcels[0].lines == {line.key: 1 for line in lines}
    without = replace(order, content=None)
    assert shore.open().fetch_changes("", NOON).orders == (without,)


def test_a_shop_that_answers_as_another_version_is_noted(
    world: World, shore: ShopifyShore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.shopify.endpoint._served_version", lambda asked: "2027-01")
    assert shore.open().identify().notes == (
        "Shopify answered as version 2027-01, asked was 2026-10.",
    )


def many(count: int, *, uneven: bool = True, inclusive: bool = False) -> ComposedOrder:
    """An order of so many lines of three pieces, whose prices do not divide by three."""
    line = replace(ORDER.lines[0], quantity=3, total=Net(2900 if uneven else 2700), tax=Tax(301))
    lines = tuple(replace(line, key=f"l{n}") for n in range(count))
    total = count * (line.total + line.tax) + ORDER.shipping
    return replace(ORDER, lines=lines, total=Gross(total), taxes_included=inclusive)


@pytest.mark.parametrize("count", [124, 125, 126, 130, 249])
@pytest.mark.parametrize("inclusive", [False, True])
def test_more_than_250_items_are_sent_as_250_at_the_same_total(
    shore: ShopifyShore, count: int, inclusive: bool
) -> None:
    order = many(count, inclusive=inclusive)
    placed = shore.open().create_order(order)
    (made,) = shore.orders()
    assert len(made.lines) <= 250
    assert shore.total(placed.id) == f"{order.total / 100:.2f}"
    seen = shore.open().read_order(placed.id)
    assert seen is not None
    assert seen.content is not None
    assert {line.key: line.quantity for line in seen.content.lines} == {
        line.key: 3 for line in order.lines
    }


def test_as_many_lines_as_one_order_may_have_are_sent(shore: ShopifyShore) -> None:
    order = replace(many(250, uneven=False), taxes_included=False)
    assert shore.open().create_order(order).id


@pytest.mark.parametrize("count", [250, 251, 400])
def test_an_order_of_too_many_lines_is_refused_with_what_to_do(
    shore: ShopifyShore, count: int
) -> None:
    with pytest.raises(StoreRefused, match=r"250 items.*Split this order"):
        shore.open().create_order(many(count))
    assert shore.orders() == []


def test_too_many_attributes_and_tags_do_not_refuse_the_order(shore: ShopifyShore) -> None:
    attributes = tuple((f"n{n}", "v") for n in range(400))
    tags = tuple(f"t{n}" for n in range(400))
    shore.open().create_order(replace(ORDER, attributes=attributes, tags=tags))
    (made,) = shore.orders()
    assert dict(made.attributes)["Left out"] == "152 more attributes"
    assert dict(made.attributes)["_sluice_key"] == ORDER.key
    assert "sluice" in made.tags
