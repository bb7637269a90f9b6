"""What a WooCommerce site hides of our orders is not taken for gone, and nothing is done twice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from werkzeug import Request, Response

from sandbox.faults import page
from sandbox.world import World
from stores.base import EVERY_PARCEL, Refund, StoreBusy, StoreError, StoreRefused
from stores.money import Gross
from tests.stores.cast import ORDER, WooShore, woo_shore
from tests.stores.standing import MUG, edits, of


@pytest.fixture
def shore(world: World) -> WooShore:
    return woo_shore(world)


def test_no_line_is_added_again_while_a_plugin_hides_all_marks(
    world: World, shore: WooShore
) -> None:
    """The vendor would pack everything twice."""
    order = shore.open().create_order(ORDER).id
    world.liar(shore.host).tell("meta_emptied")
    with suppress(StoreRefused):
        shore.open().edit_lines(order, edits(of(MUG, 5)))
    assert len(shore.site.orders[int(order)].of("line")) == len(ORDER.lines)


def test_an_order_none_of_whose_items_is_known_is_left_to_people(shore: WooShore) -> None:
    order = shore.open().create_order(ORDER).id
    for item in shore.site.orders[int(order)].of("line"):
        item.meta.entries.clear()
    with pytest.raises(StoreRefused):
        shore.open().edit_lines(order, edits(of(MUG, 5)))
    assert len(shore.site.orders[int(order)].of("line")) == len(ORDER.lines)


def test_no_parcel_is_taken_back_while_a_plugin_hides_all_marks(
    world: World, shore: WooShore
) -> None:
    order = shore.open().create_order(ORDER).id
    shore.ship(order, {"l1": 1}, "1Z999AA10123456784")
    world.liar(shore.host).tell("meta_emptied")
    told = shore.open().read_order(order)
    assert told is not None
    assert EVERY_PARCEL in told.untold
    assert told.content is None


def test_lines_are_not_told_to_be_missing_while_a_plugin_hides_all_marks(
    world: World, shore: WooShore
) -> None:
    world.liar(shore.host).tell("meta_emptied")
    made = shore.open().create_order(ORDER)
    assert (made.differences, made.notes) == ((), ())


@pytest.mark.parametrize("lie", ["cached_reads_by_path", "cached_reads_without_jsonp"])
def test_a_refund_is_not_made_again_because_a_cache_does_not_know_it(
    world: World, shore: WooShore, lie: str
) -> None:
    """Its answer was lost, so it is asked for once more; the cache has the order from before."""
    order = shore.open().create_order(ORDER).id
    world.liar(shore.host).tell(lie, quiet=True)
    shore.open().read_order(order)
    refund = Refund("SC-1", "USD", Gross(100), {}, reason="Broken")
    for _ in range(2):
        with suppress(StoreBusy):
            shore.open().refund_order(order, refund)
    assert len(shore.refunds(order)) <= 1


def test_a_line_is_added_once_where_the_answer_to_the_edit_is_turned_away(
    shore: WooShore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A firewall that dislikes what the store answers lets the edit itself pass."""
    order = shore.open().create_order(replace(ORDER, lines=ORDER.lines[:1])).id
    handle = shore.site.handle

    def spoken(request: Request) -> Response:
        answer = handle(request)
        return answer if request.method == "GET" else page("403 Forbidden", 403)

    monkeypatch.setattr(shore.site, "handle", spoken)
    for _ in range(3):
        with suppress(StoreError):
            shore.open().edit_lines(order, edits(replace(of(MUG, 1), key="l9")))
        assert len(shore.site.orders[int(order)].of("line")) == 2


SHIPPED_BY = (
    "advanced-shipment-tracking",
    "parcelpanel",
    "woocommerce-myparcel",
    "own-tracking-fields",
    "fulfillments",
)


@pytest.mark.parametrize("plugin", SHIPPED_BY)
def test_no_order_is_cancelled_whose_parcels_only_a_hidden_mark_tells(
    world: World, plugin: str
) -> None:
    """What is known to the tracking plugin has left, whether we are shown it or not."""
    shore = woo_shore(world, plugins=(plugin,))
    order = shore.open().create_order(ORDER).id
    shore.ship(order, {"l1": 3}, "1Z999AA10123456784")
    shore.site.orders[int(order)].status = "processing"
    world.liar(shore.host).tell("meta_emptied")
    with pytest.raises(StoreRefused):
        shore.open().cancel_order(order, "Cancelled", restock=True)
    assert shore.site.orders[int(order)].status == "processing"


def test_no_order_is_cancelled_whose_fulfilments_cannot_be_read(world: World) -> None:
    shore = woo_shore(world)
    order = shore.open().create_order(ORDER).id
    shore.ship(order, {"l1": 3}, "1Z999AA10123456784")
    world.liar(shore.host).tell("fulfillments_route_fails")
    with pytest.raises(StoreRefused):
        shore.open().cancel_order(order, "Cancelled", restock=True)
    assert shore.site.orders[int(order)].status == "processing"


def test_a_cancellation_that_the_store_took_and_did_not_keep_is_told(
    world: World, shore: WooShore
) -> None:
    order = shore.open().create_order(ORDER).id
    world.liar(shore.host).tell("status_kept")
    with pytest.raises(StoreRefused):
        shore.open().cancel_order(order, "Cancelled", restock=True)
