"""What only WooCommerce does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from sandbox.woocommerce import WooStore
from sandbox.world import World
from stores import open_store, webhooks
from stores.base import Access, OutcomeUnknown, StoreBusy, StoreLocked, StoreOrder, StoreRefused
from stores.money import Gross
from tests.stores.cast import NOON, ORDER, WooShore, advance, woo_shore

PAID_PLUGIN = "woocommerce-shipment-tracking"
FREE_PLUGIN = "advanced-shipment-tracking"


@pytest.fixture
def shore(world: World) -> WooShore:
    return woo_shore(world)


def read(shore: WooShore, order_id: str) -> StoreOrder:
    order = shore.open().read_order(order_id)
    assert order is not None
    return order


@pytest.mark.parametrize("version", ["10.5.0", "8.6.1"])
def test_an_order_is_found_among_many_on_any_version(world: World, version: str) -> None:
    """8.6 ignores the filter by ``created_via`` and answers with everything."""
    shore = woo_shore(world, version=version)
    placed = shore.open().create_order(ORDER)
    for number in range(120):
        advance(world, 1)
        shore.open().create_order(replace(ORDER, key=f"other-{number}"))
    assert [o.id for o in shore.open().find_orders(ORDER.key, NOON)] == [placed.id]


def test_two_orders_of_one_key_are_both_found(shore: WooShore) -> None:
    ids = {shore.open().create_order(ORDER).id for _ in range(2)}
    assert {o.id for o in shore.open().find_orders(ORDER.key, NOON)} == ids


def test_an_order_in_the_trash_is_found_and_not_live(shore: WooShore) -> None:
    placed = shore.open().create_order(ORDER)
    shore.site.trash(int(placed.id))
    (found,) = shore.open().find_orders(ORDER.key, NOON)
    assert not found.live


def test_the_trash_is_a_change(world: World, shore: WooShore) -> None:
    placed = shore.open().create_order(ORDER)
    cursor = shore.open().fetch_changes("", NOON).cursor
    advance(world, 600)
    shore.site.trash(int(placed.id))
    (order,) = shore.open().fetch_changes(cursor, NOON).orders
    assert not order.placed.live


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Amsterdam", "Asia/Kolkata"])
def test_times_are_right_wherever_the_site_stands(world: World, zone: str) -> None:
    shore = woo_shore(world, timezone=zone)
    cursor = shore.open().fetch_changes("", NOON).cursor
    advance(world, 600)
    placed = shore.open().create_order(ORDER)
    shore.ship(placed.id, {"l1": 1}, "1Z1")
    (order,) = shore.open().fetch_changes(cursor, NOON).orders
    assert order.placed.created_at == order.parcels[0].shipped_at == world.now()
    assert [o.id for o in shore.open().find_orders(ORDER.key, world.now())] == [placed.id]


def test_changes_of_one_second_beyond_a_page_are_all_seen(world: World, shore: WooShore) -> None:
    keys = {f"ref-{number}" for number in range(230)}
    for key in sorted(keys):
        shore.open().create_order(replace(ORDER, key=key))
    cursor, more, seen = "", True, set()
    while more:
        changes = shore.open().fetch_changes(cursor, NOON - timedelta(minutes=1))
        cursor, more = changes.cursor, changes.more
        seen |= {order.placed.key for order in changes.orders}
    assert seen == keys


def test_a_paid_order_of_custom_lines_waits_for_its_parcel(shore: WooShore) -> None:
    """Left to itself the store completes a paid order without products, as if it had shipped."""
    placed = shore.open().create_order(ORDER)
    assert shore.site.orders[int(placed.id)].status == "processing"
    assert read(shore, placed.id).parcels == ()


def test_an_unpaid_order_is_pending(shore: WooShore) -> None:
    placed = shore.open().create_order(replace(ORDER, paid=False))
    assert shore.site.orders[int(placed.id)].status == "pending"


def test_a_known_sku_on_a_custom_line_touches_no_product(shore: WooShore) -> None:
    shore.product("MUG")
    shore.open().create_order(ORDER)
    assert shore.stock("MUG") == 10


def test_a_product_that_is_gone_is_told(shore: WooShore) -> None:
    gone = replace(ORDER.lines[0], variant_id="999", product_id="999")
    placed = shore.open().create_order(replace(ORDER, lines=(gone, ORDER.lines[1])))
    told = "The product of Mug no longer exists; its stock is not lowered."
    assert placed.notes == (told,)


def test_a_variation_is_found_and_ordered_as_itself(shore: WooShore) -> None:
    tee = shore.site.add_product("TEE", "T-Shirt", "19.00", options={"Size": ["S", "M"]})
    shore.site.add_variation(tee.id, "TEE-M", "19.00", 5, {"Size": "M"})
    (variant,) = shore.open().variants(["TEE", "TEE-M"])
    assert (variant.sku, variant.product_id, variant.available) == ("TEE-M", str(tee.id), 5)
    line = replace(ORDER.lines[0], variant_id=variant.id, product_id=variant.product_id)
    placed = shore.open().create_order(replace(ORDER, lines=(line,), total=Gross(3500)))
    assert placed.notes == ()
    assert shore.stock("TEE-M") == 2


def test_a_store_that_adds_tax_still_takes_our_total(world: World) -> None:
    shore = woo_shore(world, tax_rate=21, prices_include_tax=True)
    placed = shore.open().create_order(ORDER)
    assert shore.total(placed.id) == "55.00"


def test_an_order_without_e_mail_is_taken(shore: WooShore) -> None:
    assert shore.open().create_order(replace(ORDER, email="")).id


# -- parcels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("plugin", [PAID_PLUGIN, FREE_PLUGIN])
def test_a_number_without_pieces_is_told_as_such_until_all_is_complete(
    world: World, plugin: str
) -> None:
    shore = woo_shore(world, plugins=(plugin,))
    placed = shore.open().create_order(ORDER)
    shore.ship(placed.id, {"l1": 1}, "1Z1")
    (parcel,) = read(shore, placed.id).parcels
    assert (parcel.lines, parcel.complete) == ({}, False)
    shore.site.ship(int(placed.id), None, "1Z2", "UPS")
    (whole,) = read(shore, placed.id).parcels
    assert (whole.id, whole.lines, whole.complete) == (parcel.id, {"l1": 3, "l2": 2}, True)
    assert [t.number for t in whole.tracking] == ["1Z1", "1Z2"]
    assert whole.shipped_at == NOON


def test_a_completed_order_without_any_plugin_is_one_whole_parcel(world: World) -> None:
    shore = woo_shore(world, plugins=())
    placed = shore.open().create_order(ORDER)
    shore.site.set_status(int(placed.id), "completed")
    (parcel,) = read(shore, placed.id).parcels
    assert (parcel.lines, parcel.tracking, parcel.complete) == ({"l1": 3, "l2": 2}, (), True)


def test_completing_the_rest_adds_only_the_rest(shore: WooShore) -> None:
    placed = shore.open().create_order(ORDER)
    shore.ship(placed.id, {"l1": 3}, "1Z1")
    shore.site.set_status(int(placed.id), "completed")
    parcels = read(shore, placed.id).parcels
    assert [(p.lines, p.complete) for p in parcels] == [({"l1": 3}, False), ({"l2": 2}, True)]


def test_more_pieces_than_were_ordered_are_cut(shore: WooShore) -> None:
    placed = shore.open().create_order(ORDER)
    shore.ship(placed.id, {"l1": 2}, "1Z1")
    shore.ship(placed.id, {"l1": 5}, "1Z2")
    assert [p.lines for p in read(shore, placed.id).parcels] == [{"l1": 2}, {"l1": 1}]


# -- access and errors -----------------------------------------------------------------------------


def test_a_store_in_maintenance_did_nothing(world: World, shore: WooShore) -> None:
    world.faults.add("maintenance", shore.host)
    with pytest.raises(StoreBusy) as told:
        shore.open().create_order(ORDER)
    assert told.value.retry_after == 600
    assert shore.orders() == []


def test_a_store_that_breaks_while_writing_leaves_it_open(shore: WooShore) -> None:
    shore.site.database_down = True
    with pytest.raises(OutcomeUnknown):
        shore.open().create_order(ORDER)
    with pytest.raises(StoreBusy):
        shore.open().read_order("1")


def test_a_revoked_or_weak_key_locks_the_store(shore: WooShore) -> None:
    key, secret = shore.site.issue_key("read")
    secrets = {"consumer_key": key, "consumer_secret": secret}
    weak = open_store(replace(shore.access, secrets=secrets))
    with pytest.raises(StoreLocked):
        weak.create_order(ORDER)
    shore.site.revoke_key(key)
    with pytest.raises(StoreLocked):
        weak.identify()


def test_words_of_the_store_come_without_entities(world: World, shore: WooShore) -> None:
    shore.site.add_product("MUG", "Mug", "10.00", 1)
    with pytest.raises(StoreRefused) as told:
        shore.open().create_order(replace(ORDER, currency="???"))
    assert "&" not in told.value.words
    assert "currency" in told.value.fields


def test_a_site_by_plain_http_is_refused() -> None:
    with pytest.raises(StoreLocked, match="https"):
        open_store(
            Access(
                "woocommerce", "http://a.example.com", {"consumer_key": "", "consumer_secret": ""}
            )
        )


# -- webhooks --------------------------------------------------------------------------------------

HOOK = "https://sluice.example.com/hooks/9"


def hooks(site: WooStore) -> set[tuple[str, str, str]]:
    return {(h.topic, h.status, h.secret) for h in site.webhooks.values()}


def all_hooks(secret: str) -> set[tuple[str, str, str]]:
    return {(f"order.{what}", "active", secret) for what in ("created", "updated", "deleted")}


def test_a_webhook_that_died_is_revived(shore: WooShore) -> None:
    shore.open().subscribe(HOOK, "s3cret")
    for hook in shore.site.webhooks.values():
        hook.status = "disabled"
    shore.open().subscribe(HOOK, "s3cret")
    assert hooks(shore.site) == all_hooks("s3cret")


def test_a_webhook_with_an_old_secret_gets_the_new_one(shore: WooShore) -> None:
    shore.open().subscribe(HOOK, "old")
    shore.open().subscribe(HOOK, "new")
    assert hooks(shore.site) == all_hooks("new")
    assert len(shore.site.webhooks) == 3


def test_a_delivery_is_verified_and_names_the_order(world: World) -> None:
    sent: list[tuple[dict[str, str], bytes]] = []
    shore = woo_shore(world, cron="prompt")

    def take(url: str, headers: Mapping[str, str], body: bytes) -> int:
        sent.append(({name.lower(): value for name, value in headers.items()}, body))
        return 200

    world.post = take
    shore.open().subscribe(HOOK, "s3cret & <odd>")
    module = webhooks("woocommerce")
    world.tick()
    assert all(module.is_greeting(headers, body) for headers, body in sent)
    sent.clear()
    placed = shore.open().create_order(ORDER)
    advance(world, 120)
    world.tick()
    assert {module.verify(headers, body, ["s3cret & <odd>"]) for headers, body in sent} == {True}
    told = [module.read(headers, body) for headers, body in sent]
    assert {(d.about, d.key) for d in told} == {(placed.id, ORDER.key)}
    assert {d.topic for d in told} == {"order.created", "order.updated"}


def test_the_draft_of_a_create_that_broke_off_is_no_order(shore: WooShore) -> None:
    """A worker that took it for the order would wait for ever for what nobody packs."""
    cursor = shore.open().fetch_changes("", NOON).cursor
    draft = shore.open().create_order(ORDER)
    shore.site.orders[int(draft.id)].status = "checkout-draft"
    assert shore.open().find_orders(ORDER.key, NOON) == []
    assert shore.open().read_order(draft.id) is None
    assert shore.open().fetch_changes(cursor, NOON).orders == ()
    again = shore.open().create_order(ORDER)
    assert [one.id for one in shore.open().find_orders(ORDER.key, NOON)] == [again.id]


def test_an_order_dated_in_years_to_come_hides_no_later_change(
    world: World, shore: WooShore
) -> None:
    """A plugin that writes such a date would end the polling of the whole store."""
    cursor = shore.open().fetch_changes("", NOON).cursor
    odd = shore.open().create_order(ORDER)
    advance(world, 60)
    shore.site.orders[int(odd.id)].modified = world.now() + timedelta(days=9_000)
    cursor = shore.open().fetch_changes(cursor, world.now()).cursor
    advance(world, 600)
    later = shore.open().create_order(replace(ORDER, key="ref-2"))
    told = shore.open().fetch_changes(cursor, world.now()).orders
    assert later.id in {order.placed.id for order in told}
