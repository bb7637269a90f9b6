"""Answers of Shopify's that are broken, endless, hostile or not Shopify's at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.world import World
from stores import http
from stores.base import Amendment, OutcomeUnknown, StoreBusy, StoreLocked, StoreRefused
from stores.errors import Trouble
from tests.stores.cast import NOON, ORDER, ShopifyShore, shopify_shore
from tests.stores.standing import place
from tests.stores.twisting import TwistingAdapter

PAGE = b"<!DOCTYPE html><html><title>Just a moment...</title>Kim Sample, 7 Test Road</html>"
TIMEOUT = b'{"errors": "Request Timeout"}'
ORDER_2 = replace(ORDER, key="ref-0002")
DENIED = "ACCESS_DENIED"


@pytest.fixture
def wire(world: World) -> Iterator[TwistingAdapter]:
    adapter = TwistingAdapter(world)
    http.use_adapter(adapter)
    yield adapter
    http.use_adapter(None)


@pytest.fixture
def shore(world: World, wire: TwistingAdapter) -> ShopifyShore:
    return shopify_shore(world)


BROKEN = [
    b"",
    b"not JSON",
    b"[]",
    b"{}",
    b'{"data": []}',
    b'{"data": {}}',
    b'{"data": {"orderCreate": {}}}',
    b'{"data": {"orderCreate": null}}',
    b'{"data": {"orderCreate": [1, 2]}}',
    b'{"data": {"orderCreate": {"order": {"name": "#1"}, "userErrors": []}}}',
    b'{"data": {"orderCreate": {"order": {"id": {}, "name": "#1"}, "userErrors": []}}}',
    b'{"data": {"orderCreate": {"order": {"id": "gid://shopify/Order/1"}, "userErrors": null',
    b'{"errors": "kaputt"}',
    b'{"errors": {"0": "kaputt"}, "data": null}',
    PAGE,
]


@pytest.mark.parametrize("body", BROKEN)
def test_a_broken_answer_to_a_create_leaves_its_outcome_open(
    shore: ShopifyShore, wire: TwistingAdapter, body: bytes
) -> None:
    wire.statuses["CreateOrder"] = (200, body)
    with pytest.raises(OutcomeUnknown):
        shore.open().create_order(ORDER)


@pytest.mark.parametrize("body", [each for each in BROKEN if b"orderCreate" not in each])
def test_a_broken_answer_to_a_look_is_not_an_order_that_is_gone(
    shore: ShopifyShore, wire: TwistingAdapter, body: bytes
) -> None:
    store, order_id = shore.open(), place(shore)
    for operation in ("StoreOrder", "OrderByKey", "OrdersBySearch", "StoreOrdersChanged", "Job"):
        wire.statuses[operation] = (200, body)
    for look in (
        lambda: store.read_order(order_id),
        lambda: store.find_orders(ORDER.key, NOON),
        lambda: store.fetch_changes("", NOON),
        lambda: store.cancel_outcome(order_id, "1"),
    ):
        with pytest.raises(StoreBusy) as told:
            look()
        assert told.value.code is Trouble.UNREADABLE


@pytest.mark.parametrize("status", [401, 403])
def test_access_is_lost_only_by_shopifys_own_word(
    shore: ShopifyShore, wire: TwistingAdapter, status: int
) -> None:
    wire.statuses["Identify"] = (status, b'{"errors":"[API] Invalid API key or access token"}')
    with pytest.raises(StoreLocked):
        shore.open().identify()
    for body in (PAGE, b"", b"Forbidden", b'{"message": "blocked"}', b'{"errors": ""}'):
        wire.statuses["Identify"] = (status, body)
        with pytest.raises(StoreBusy) as told:
            shore.open().identify()
        assert told.value.code is Trouble.FIREWALL
        assert "between us and Shopify" in told.value.words


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406, 429, 500, 502, 503, 301, 302])
def test_of_a_refusing_status_no_word_of_the_body_is_kept(
    shore: ShopifyShore, wire: TwistingAdapter, status: int
) -> None:
    for body in (PAGE, b'{"errors": "Kim Sample, 7 Test Road"}'):
        wire.statuses["CreateOrder"] = (status, body)
        with pytest.raises((StoreBusy, StoreLocked, StoreRefused, OutcomeUnknown)) as told:
            shore.open().create_order(ORDER)
        assert "Kim" not in str(told.value)
        assert "Road" not in told.value.words


@pytest.mark.parametrize(
    ("status", "body"),
    [(301, b""), (308, PAGE), (404, PAGE), (406, PAGE), (408, TIMEOUT), (418, b"{}")],
)
def test_what_is_not_shopifys_no_refuses_no_order(
    shore: ShopifyShore, wire: TwistingAdapter, status: int, body: bytes
) -> None:
    wire.statuses["CreateOrder"] = (status, body)
    with pytest.raises(OutcomeUnknown):
        shore.open().create_order(ORDER)


def test_words_of_a_denied_right_are_not_kept_but_its_name_is(
    shore: ShopifyShore, wire: TwistingAdapter
) -> None:
    said = {"message": "Kim Sample needs `write_order_edits`", "extensions": {"code": DENIED}}
    wire.twists["Identify"] = lambda answer: {"errors": [said]}
    with pytest.raises(StoreLocked) as told:
        shore.open().identify()
    assert "write_order_edits" in told.value.words
    assert "Kim" not in told.value.words


def test_a_refusal_is_quoted_and_cut(shore: ShopifyShore, wire: TwistingAdapter) -> None:
    said = {"message": "no " * 100_000, "field": ["order", "email"]}
    payload = {"orderCreate": {"order": None, "userErrors": [said]}}
    wire.twists["CreateOrder"] = lambda answer: {"data": payload}
    with pytest.raises(StoreRefused) as told:
        shore.open().create_order(ORDER)
    assert len(told.value.words) <= 500
    assert told.value.fields == ("order.email",)


HOSTILE = ["inf", "1e300", -5, None, {}, [], "x", 10**30, True]


@pytest.mark.parametrize("number", HOSTILE)
def test_costs_are_finite_numbers(
    shore: ShopifyShore, wire: TwistingAdapter, number: object
) -> None:
    throttle = dict.fromkeys(("currentlyAvailable", "maximumAvailable", "restoreRate"), number)
    cost = {"actualQueryCost": number, "requestedQueryCost": number, "throttleStatus": throttle}
    for extensions in ({"cost": cost}, {"cost": number}, number):
        wire.twists["Identify"] = lambda answer, e=extensions: {**answer, "extensions": e}  # type: ignore[misc]
        store = shore.open()
        store.identify()
        spend = store.spend
        for told in (spend.cost, spend.requested, spend.available, spend.capacity, spend.refill):
            assert told is None or 0 <= told <= 1_000_000


def test_a_throttle_with_hostile_numbers_waits_an_hour_at_most(
    shore: ShopifyShore, wire: TwistingAdapter
) -> None:
    status = {"currentlyAvailable": 0, "restoreRate": 1e-12, "maximumAvailable": 1}
    wire.twists["Identify"] = lambda answer: {
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": {"cost": {"requestedQueryCost": 1e9, "throttleStatus": status}},
    }
    with pytest.raises(StoreBusy) as told:
        shore.open().identify()
    assert told.value.retry_after is not None
    assert 0 <= told.value.retry_after <= 3600


def endless(answer: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"orders": {"nodes": [], "pageInfo": SAME_PAGE}}}


SAME_PAGE = {"hasNextPage": True, "endCursor": "again"}


def test_a_list_whose_cursor_stands_still_is_given_up(
    shore: ShopifyShore, wire: TwistingAdapter
) -> None:
    wire.twists |= {"OrdersBySearch": endless, "StoreOrdersChanged": endless}
    with pytest.raises(StoreBusy) as told:
        shore.open().find_orders(ORDER.key, NOON)
    assert told.value.code is Trouble.ENDLESS
    assert wire.calls.count("OrdersBySearch") <= 3
    changes = shore.open().fetch_changes("", NOON)
    with pytest.raises(StoreBusy) as told:
        shore.open().fetch_changes(changes.cursor, NOON)
    assert told.value.code is Trouble.ENDLESS


def test_a_list_without_end_is_read_for_a_hundred_pages(
    shore: ShopifyShore, wire: TwistingAdapter
) -> None:
    def on_and_on(answer: dict[str, Any]) -> dict[str, Any]:
        info = {"hasNextPage": True, "endCursor": str(len(wire.calls))}
        return {"data": {"orders": {"nodes": [], "pageInfo": info}}}

    wire.twists["OrdersBySearch"] = on_and_on
    with pytest.raises(StoreBusy) as told:
        shore.open().find_orders(ORDER.key, NOON)
    assert told.value.code is Trouble.ENDLESS
    assert wire.calls.count("OrdersBySearch") == 100


def test_one_order_that_cannot_be_read_is_named_and_the_others_are_told(
    shore: ShopifyShore, wire: TwistingAdapter
) -> None:
    odd, good = place(shore), shore.open().create_order(ORDER_2).id

    def spoil(answer: dict[str, Any]) -> dict[str, Any]:
        for node in answer["data"]["orders"]["nodes"]:
            if node["id"].endswith(f"/{odd}"):
                node["fulfillments"] = "none yet"
        return answer

    wire.twists["StoreOrdersChanged"] = spoil
    changes = shore.open().fetch_changes("", NOON)
    assert [order.placed.id for order in changes.orders] == [good]
    assert changes.unread == (odd,)


def test_a_change_in_the_future_does_not_move_the_cursor_there(
    shore: ShopifyShore, wire: TwistingAdapter
) -> None:
    place(shore)

    def later(answer: dict[str, Any]) -> dict[str, Any]:
        for node in answer["data"]["orders"]["nodes"]:
            node["updatedAt"] = "9999-01-01T00:00:00Z"
        return answer

    wire.twists["StoreOrdersChanged"] = later
    store = shore.open()
    cursor = store.fetch_changes("", NOON).cursor
    wire.twists.clear()
    (again,) = store.fetch_changes(cursor, NOON).orders
    assert again.updated_at < datetime(2027, 1, 1, tzinfo=UTC)


def test_a_tracking_link_that_is_no_web_page_is_dropped(
    shore: ShopifyShore, wire: TwistingAdapter
) -> None:
    order_id = place(shore)
    shore.ship(order_id, {"l1": 3}, "1Z1")

    def lure(answer: dict[str, Any]) -> dict[str, Any]:
        for parcel in answer["data"]["order"]["fulfillments"]:
            parcel["trackingInfo"][0]["url"] = "javascript:alert(1)"
        return answer

    wire.twists["StoreOrder"] = lure
    order = shore.open().read_order(order_id)
    assert order is not None
    assert [each.url for each in order.parcels[0].tracking] == [""]
    assert order.parcels[0].tracking[0].number == "1Z1"


def test_what_somebody_wrote_into_our_metafield_does_not_hide_the_order(
    shore: ShopifyShore, wire: TwistingAdapter
) -> None:
    order_id = place(shore)
    for value in ("", "x", "[]", '{"lines": 5}', '{"lines": {"1": {}}, "known": {"a": []}}'):
        wire.twists["StoreOrder"] = lambda answer, v=value: keep(answer, v)  # type: ignore[misc]
        order = shore.open().read_order(order_id)
        assert order is not None
        assert order.content is not None
        assert {line.key for line in order.content.lines} == {"l1", "l2"}


def keep(answer: dict[str, Any], value: str) -> dict[str, Any]:
    answer["data"]["order"]["metafield"] = {"value": value}
    return answer


def test_a_long_attribute_of_the_vendors_is_written_back_whole(shore: ShopifyShore) -> None:
    order_id = place(shore)
    (order,) = shore.shop.orders.values()
    order.attributes = [*order.attributes, ("Shelf", "B" * 20_000)]
    shore.open().amend_order(order_id, Amendment(attributes={"Gift": "yes"}))
    assert dict(order.attributes)["Shelf"] == "B" * 20_000
