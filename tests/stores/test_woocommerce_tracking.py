"""What has shipped of an order, wherever a vendor's plugins keep it, and whatever its status."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from sandbox.woocommerce.tracking_plugins import (
    AFTERSHIP,
    ORDERS_TRACKING,
    PARCELPANEL,
    SENDCLOUD,
    SHIPTASTIC,
    WOO_SHIPPING,
    WRITERS,
    YITH,
)
from sandbox.woocommerce.trackings import ADVANCED, PAID, PRO
from sandbox.world import World
from stores.base import EVERY_PARCEL, Parcel, StoreOrder
from stores.woocommerce import statuses
from stores.woocommerce.statuses import Goods
from stores.woocommerce.trackers import READERS
from tests.stores.cast import NOON, ORDER, WooShore, woo_shore
from tests.stores.test_visit_woocommerce import page, stand_before

NAMES_PIECES = (PRO, ORDERS_TRACKING, AFTERSHIP, SHIPTASTIC, WOO_SHIPPING, PARCELPANEL)
NUMBERS_ONLY = (ADVANCED, PAID, YITH)
EVERY = sorted({*NAMES_PIECES, *NUMBERS_ONLY, "fulfillments", *WRITERS} - {SENDCLOUD})
"""Every place of tracking numbers in the sandbox, but Sendcloud's: words of a note."""


def two_lines(world: World, plugin: str, **more: Any) -> tuple[WooShore, int, dict[str, int]]:
    """A store with an order of three mugs and a plate; the ids of its items by our keys."""
    shore = woo_shore(world, plugins=[plugin] if plugin else [], **more)
    mug, plate = shore.product("MUG"), shore.product("PLATE")
    lines = [
        replace(
            ORDER.lines[0], key="a", title="Mug", quantity=3, variant_id=mug[0], product_id=mug[1]
        ),
        replace(
            ORDER.lines[0],
            key="b",
            title="Plate, large",
            quantity=1,
            variant_id=plate[0],
            product_id=plate[1],
        ),
    ]
    placed = shore.open().create_order(replace(ORDER, lines=tuple(lines)))
    items = shore.site.orders[int(placed.id)].of("line")
    return shore, int(placed.id), {shore._key(item): item.id for item in items}


def read(shore: WooShore, order: int) -> StoreOrder:
    seen = shore.open().read_order(str(order))
    assert seen
    return seen


def told(seen: StoreOrder) -> list[tuple[Mapping[str, int], list[str]]]:
    return [(dict(p.lines), [t.number for t in p.tracking]) for p in seen.parcels]


def whole(seen: StoreOrder) -> Parcel:
    (found,) = [each for each in seen.parcels if each.id == "order"]
    return found


@pytest.mark.parametrize("plugin", NAMES_PIECES)
def test_a_part_that_left_is_told_by_its_pieces(world: World, plugin: str) -> None:
    shore, order, items = two_lines(world, plugin)
    shore.site.ship(order, {items["a"]: 2}, "1Z1", "UPS")
    seen = read(shore, order)
    assert told(seen) == [({"a": 2}, ["1Z1"])]
    assert seen.parcels[0].tracking[0].company == "UPS"
    shore.site.ship(order, {items["a"]: 1, items["b"]: 1}, "1Z2", "UPS")
    parcels = sorted(told(read(shore, order)), key=lambda each: each[1])
    assert parcels == [({"a": 2}, ["1Z1"]), ({"a": 1, "b": 1}, ["1Z2"])]


@pytest.mark.parametrize("plugin", [*EVERY, ""])
def test_all_that_left_is_told_with_its_number(world: World, plugin: str) -> None:
    shore, order, _ = two_lines(world, plugin)
    shore.site.ship(order, None, "1Z1", "UPS")
    seen = read(shore, order)
    assert seen.shipped == {"a": 3, "b": 1}
    numbers = [t.number for parcel in seen.parcels for t in parcel.tracking]
    assert numbers == (["1Z1"] if plugin else [])


@pytest.mark.parametrize("plugin", [ADVANCED, PAID])
def test_a_number_without_pieces_waits_until_all_has_left(world: World, plugin: str) -> None:
    shore, order, items = two_lines(world, plugin)
    shore.site.ship(order, {items["a"]: 1}, "1Z1", "UPS")
    assert told(read(shore, order)) == [({}, ["1Z1"])]


@pytest.mark.parametrize("plugin", NAMES_PIECES)
def test_a_parcel_keeps_its_name_when_its_number_stays(world: World, plugin: str) -> None:
    shore, order, items = two_lines(world, plugin)
    shore.site.ship(order, {items["a"]: 1}, "1Z1", "UPS")
    before = {parcel.id for parcel in read(shore, order).parcels}
    shore.site.ship(order, {items["b"]: 1}, "1Z2", "UPS")
    after = {parcel.id for parcel in read(shore, order).parcels}
    assert len(before) == 1
    assert before < after


def meta(shore: WooShore, order: int, key: str, value: Any) -> None:
    shore.site.orders[order].meta.put(key, value)


def test_pieces_of_a_line_sent_apart_are_told_by_orders_tracking(world: World) -> None:
    shore, order, items = two_lines(world, ORDERS_TRACKING)
    for number in ("1Z1", "1Z2", "1Z3"):
        shore.site.ship(order, {items["a"]: 1}, number, "DHL")
    assert told(read(shore, order)) == [({"a": 1}, [n]) for n in ("1Z1", "1Z2", "1Z3")]
    link = read(shore, order).parcels[0].tracking[0].url
    assert link == "https://www.dhl.com/en/express/tracking.html?AWB=1Z1"


def test_a_number_that_two_plugins_keep_is_one_parcel(world: World) -> None:
    shore, order, items = two_lines(world, AFTERSHIP)
    shore.site.ship(order, {items["a"]: 3}, "1Z1", "UPS")
    entry = {"tracking_number": "1Z1", "tracking_provider": "ups", "date_shipped": "1764000000"}
    meta(shore, order, "_wc_shipment_tracking_items", [entry])
    assert told(read(shore, order)) == [({"a": 3}, ["1Z1"])]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("_wot_tracking_number", "X1"),
        ("_aftership_tracking_number", "X1"),
        ("_tracking_number", "X1"),
        ("_myparcel_shipments", {"77": {"shipment_id": 77, "tracktrace": "X1"}}),
        ("_parcelpanel_shipping_numbers", '{"X1":{"tracking_number":"X1","items":"Vase x1"}}'),
        ("_wc_shipment_tracking_items", {"1": {"tracking_number": "X1", "date_shipped": "inf"}}),
        ("_wc_shipment_tracking_items", '[{"tracking_number": "X1"}]'),
        ("wcshipping_labels", '[{"tracking":"X1","status":"PURCHASED","product_ids":[99]}]'),
    ],
)
def test_a_number_kept_for_the_whole_order_goes_with_all(
    world: World, key: str, value: Any
) -> None:
    shore, order, _ = two_lines(world, "")
    meta(shore, order, key, value)
    shore.site.set_status(order, "completed")
    assert told(read(shore, order)) == [({"a": 3, "b": 1}, ["X1"])]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("_wc_shipment_tracking_items", [[], {}, None, 7, "x", {"tracking_number": ""}]),
        ("_wc_shipment_tracking_items", "a:1:{i:0;a:0:{}}"),
        ("_aftership_tracking_items", {"1": []}),
        ("_parcelpanel_shipping_numbers", "[]"),
        ("wcshipping_labels", [{"tracking": "X1", "status": "PURCHASED", "refund": {"a": 1}}]),
        ("ywot_tracking_code", ""),
    ],
)
def test_what_a_plugin_keeps_empty_or_odd_is_no_parcel(world: World, key: str, value: Any) -> None:
    shore, order, _ = two_lines(world, "")
    meta(shore, order, key, value)
    assert read(shore, order).parcels == ()


def test_a_hostile_link_and_pieces_of_nothing_are_left_out(world: World) -> None:
    shore, order, items = two_lines(world, "")
    entry = {
        "tracking_number": "1Z1",
        "custom_tracking_provider": "Jo's bikes",
        "custom_tracking_link": "javascript:alert(1)",
        "products_list": [{"item_id": items["a"], "qty": "99"}, {"item_id": "404", "qty": "1"}],
    }
    meta(shore, order, "_wc_shipment_tracking_items", [entry])
    (parcel,) = read(shore, order).parcels
    assert dict(parcel.lines) == {"a": 3}
    (tracking,) = parcel.tracking
    assert (tracking.company, tracking.url) == ("Jo's bikes", "")


# -- statuses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("completed", Goods.LEFT),
        ("shipped", Goods.LEFT),
        ("wc-shipped", Goods.LEFT),
        ("delivered", Goods.LEFT),
        ("dispatched", Goods.LEFT),
        ("in-transit", Goods.LEFT),
        ("versendet", Goods.LEFT),
        ("expédiée", Goods.LEFT),
        ("partial-shipped", Goods.PARTLY_LEFT),
        ("partially_shipped", Goods.PARTLY_LEFT),
        ("pending", Goods.STAY),
        ("processing", Goods.STAY),
        ("on-hold", Goods.STAY),
        ("refunded", Goods.UNKNOWN),
        ("updated-tracking", Goods.UNKNOWN),
        ("awaiting-shipment", Goods.UNKNOWN),
        ("ready-to-ship", Goods.UNKNOWN),
        ("not-shipped", Goods.UNKNOWN),
        ("", Goods.UNKNOWN),
    ],
)
def test_what_a_status_says_of_the_goods(status: str, meaning: Goods) -> None:
    assert statuses.goods(status) is meaning


def test_a_store_may_have_statuses_of_its_own_that_mean_shipped() -> None:
    assert statuses.goods("wc-im-lkw", ["Im LKW"]) is Goods.LEFT
    assert statuses.goods("im-lkw") is Goods.UNKNOWN


def test_a_shipped_like_status_tells_all_pieces(world: World) -> None:
    shore, order, _ = two_lines(world, ADVANCED, statuses={"wc-shipped": "Shipped"})
    entry = {"tracking_provider": "ups", "tracking_number": "1Z999AA1012345AST"}
    meta(shore, order, "_wc_shipment_tracking_items", [entry])
    shore.site.set_status(order, "shipped")
    parcel = whole(read(shore, order))
    assert parcel.complete
    assert (dict(parcel.lines), parcel.tracking[0].company) == ({"a": 3, "b": 1}, "UPS")


@pytest.mark.parametrize("status", ["refunded", "updated-tracking", "in-review", "failed"])
def test_a_status_that_says_nothing_takes_nothing_back(world: World, status: str) -> None:
    more = {"statuses": {"wc-in-review": "In review"}}
    shore, order, _ = two_lines(world, ADVANCED, **more)
    shore.site.ship(order, None, "1Z1", "UPS")
    shore.site.set_status(order, status)
    seen = read(shore, order)
    assert (seen.parcels, seen.untold) == ((), frozenset({"order"}))
    assert seen.doubt == (status if status in ("updated-tracking", "in-review") else "")


def test_an_order_that_was_delivered_says_when(world: World) -> None:
    shore, order, _ = two_lines(world, ADVANCED)
    shore.site.ship(order, None, "1Z1", "UPS")
    assert whole(read(shore, order)).delivered_at is None
    shore.site.set_status(order, "delivered")
    assert whole(read(shore, order)).delivered_at is not None


def test_what_has_begun_to_leave_is_not_cancelled(world: World) -> None:
    shore, order, _ = two_lines(world, ADVANCED)
    shore.site.set_status(order, "partial-shipped")
    assert shore.open().cancel_order(str(order), "", restock=True).state == "too_late"
    assert shore.site.orders[order].status == "partial-shipped"


# -- a route that fails ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        Response(json.dumps({"code": "internal_server_error", "message": "x"}), 500),
        page("<h1>Critical error</h1>", 500),
        page("<h1>Hello</h1>", 200),
        Response('"text"', 200),
        Response('{"code":"rest_forbidden","message":"no","data":{"status":400}}', 400),
    ],
)
def test_a_failing_fulfilments_route_neither_stops_the_poll_nor_takes_anything_back(
    world: World, answer: Response
) -> None:
    shore, order, items = two_lines(world, "fulfillments")
    shore.site.ship(order, {items["a"]: 1}, "1Z1", "UPS")

    def fail(request: Request) -> Response | None:
        return answer if request.path.endswith("/fulfillments") else None

    stand_before(world, fail)
    changed = shore.open().fetch_changes("", NOON)
    assert [seen.placed.id for seen in changed.orders] == [str(order)]
    assert changed.unread == (str(order),)
    assert changed.cursor != ""
    assert EVERY_PARCEL in read(shore, order).untold
    shore.site.set_status(order, "completed")
    assert whole(read(shore, order)).complete


def test_fulfilments_that_are_switched_off_take_nothing_back(world: World) -> None:
    """What left has left, whatever the store's people do with the feature."""
    shore, order, items = two_lines(world, "fulfillments")
    shore.site.ship(order, {items["a"]: 1}, "1Z1", "UPS")
    off = {"code": "rest_no_route", "message": "No route", "data": {"status": 404}}

    def forget(request: Request) -> Response | None:
        here = request.path.endswith("/fulfillments")
        return Response(json.dumps(off), 404) if here else None

    stand_before(world, forget)
    changed = shore.open().fetch_changes("", NOON)
    assert [EVERY_PARCEL in seen.untold for seen in changed.orders] == [True]
    assert changed.unread == ()


def test_every_reader_says_what_it_reads_and_since_when() -> None:
    assert len({reader.name for reader in READERS}) == len(READERS)
    assert all(reader.since or not reader.plugins for reader in READERS)
