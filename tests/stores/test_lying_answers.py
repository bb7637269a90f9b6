"""Both adapters against every lie that the sandbox knows: a store may say what it likes, and what
comes out is a typed value in its bounds or one of the four failures, with the truth about writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from sandbox.liar import LIES
from sandbox.liar.lie import Platform
from sandbox.shopify.fulfilment import Tracking as Label
from sandbox.world import World
from stores import boundary, http
from stores.base import (
    Address,
    OutcomeUnknown,
    PlacedOrder,
    Refund,
    Store,
    StoreBusy,
    StoreError,
    StoreLocked,
    StoreRefused,
)
from stores.money import Gross
from tests.stores.cast import NOON, ORDER, Shore, shopify_shore, woo_shore
from tests.stores.standing import AMENDMENT, MUG, edits, of, settle

MOST_CALLS = 120
BUYER = Address("Quentin", "Canary", "", "7 Feather Lane", "", "Birdtown", "62701", "IL", "US")
CANARIES = ("Quentin", "Canary", "Feather Lane")
SOLD = replace(ORDER, shipping_address=BUYER, billing_address=BUYER)

Verb = Callable[[Store, str], Any]
VERBS: dict[str, Verb] = {
    "identify": lambda store, order: store.identify(),
    "variants": lambda store, order: store.variants(["MUG"]),
    "create": lambda store, order: store.create_order(replace(SOLD, key="ref-0002")),
    "find": lambda store, order: store.find_orders(SOLD.key, NOON),
    "read": lambda store, order: store.read_order(order),
    "changes": lambda store, order: store.fetch_changes("", NOON),
    "amend": lambda store, order: store.amend_order(order, AMENDMENT),
    "edit": lambda store, order: store.edit_lines(order, edits(of(MUG, 1))),
    "note": lambda store, order: store.note(order, "Please hurry"),
    "refund": lambda store, order: store.refund_order(
        order, Refund("r-1", "USD", Gross(1000), {"l2": 1}, reason="Broken")
    ),
    "subscribe": lambda store, order: store.subscribe("https://sluice.example.com/h/1", "s"),
    "cancel": lambda store, order: store.cancel_order(order, "No", restock=True),
}


def _lies() -> Iterator[Any]:
    platforms: tuple[Platform, ...] = ("shopify", "woocommerce")
    for platform in platforms:
        for name, lie in LIES.items():
            if platform in lie.platforms:
                yield pytest.param(platform, name, id=f"{platform}-{name}")


def stage(world: World, platform: str) -> tuple[Shore, str]:
    """A store with a product and an order of ours, part of which has shipped."""
    shore: Shore = shopify_shore(world) if platform == "shopify" else woo_shore(world)
    variant, product = shore.product("MUG")
    line = replace(MUG, variant_id=variant, product_id=product)
    order = shore.open().create_order(replace(SOLD, lines=(line, *SOLD.lines[1:]))).id
    shore.ship(order, {"l1": 1}, "1Z999AA10123456784")
    settle(world)
    return shore, order


def outcome(call: Callable[[], Any]) -> Any:
    try:
        with http.budget(MOST_CALLS, 600):
            return call()
    except StoreError as error:
        return error


def in_bounds(value: Any) -> bool:
    """Whether a value can be kept and shown: no text is long, no link is anything but a link."""
    if isinstance(value, StoreRefused):
        return len(value.words) <= boundary.WORDS and "\n" not in value.words
    if isinstance(value, StoreError):
        return not any(canary in value.words for canary in CANARIES)
    if is_dataclass(value):
        links = [getattr(value, each.name) for each in fields(value) if each.name == "url"]
        return all(link == "" or boundary.link(link) == link for link in links) and all(
            in_bounds(getattr(value, each.name)) for each in fields(value)
        )
    if isinstance(value, str):
        return len(value) <= boundary.LONG and value == boundary.text(value, boundary.LONG)
    if isinstance(value, dict):
        return all(in_bounds(each) for each in (*value, *value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return len(value) <= boundary.ENTRIES and all(map(in_bounds, value))
    if isinstance(value, int):
        return abs(value) <= boundary.MOST * 10_000
    return value is None or isinstance(value, float | datetime)


LOCKS = ("quotes_buyer_401", "quotes_buyer_403", "header_stripped")
"""Lies in the platform's own words for a lost access."""


@pytest.mark.parametrize(("platform", "lie"), _lies())
def test_whatever_a_store_says_is_a_value_in_its_bounds_or_a_failure(
    world: World, platform: str, lie: str
) -> None:
    shore, order = stage(world, platform)
    liar = world.liar(shore.host)
    for name, verb in VERBS.items():
        store, before = shore.open(), len(shore.orders())
        liar.tell(lie)
        told = outcome(partial(verb, store, order))
        liar.stop()
        assert in_bounds(told), (name, told)
        assert not isinstance(told, StoreLocked) or lie in LOCKS, (name, told)
        assert getattr(told, "retry_after", None) is None or 0 <= told.retry_after <= 86_400
        if name == "create":
            _tells_the_truth_of_the_create(shore, before, told)
        if name == "find":
            assert isinstance(told, StoreError) or [one.id for one in told] == [order], told
        if name == "read":
            assert told is not None
            assert isinstance(told, StoreError) or told.placed.id == order


def _tells_the_truth_of_the_create(shore: Shore, before: int, told: Any) -> None:
    made = len(shore.orders()) - before
    if isinstance(told, PlacedOrder):
        assert made == 1
    elif isinstance(told, StoreRefused | StoreBusy | StoreLocked):
        assert made == 0, told
    else:
        assert isinstance(told, OutcomeUnknown)


CACHES = sorted(name for name in LIES if name.startswith("cached_"))


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("lie", CACHES)
def test_an_order_that_came_late_is_not_hidden_by_a_cache(
    world: World, lie: str, quiet: bool
) -> None:
    """The look-up was answered, and kept, while the order was not there yet."""
    shore, _order = stage(world, "woocommerce")
    sold = replace(SOLD, key="ref-0003")
    world.liar(shore.host).tell(lie, quiet=quiet)
    outcome(lambda: shore.open().find_orders(sold.key, NOON))
    made = outcome(lambda: shore.open().create_order(sold))
    assert isinstance(made, PlacedOrder)
    told = outcome(lambda: shore.open().find_orders(sold.key, NOON))
    assert isinstance(told, StoreBusy) or [one.id for one in told] == [made.id]


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("lie", CACHES)
def test_an_order_is_not_gone_because_a_cache_says_so(world: World, lie: str, quiet: bool) -> None:
    shore, order = stage(world, "woocommerce")
    following = str(int(order) + 1)
    world.liar(shore.host).tell(lie, quiet=quiet)
    assert outcome(lambda: shore.open().read_order(following)) is None
    made = [shore.open().create_order(replace(SOLD, key=key)) for key in ("ref-4", "ref-5")]
    late = next(one for one in made if int(one.id) >= int(following))
    told = outcome(lambda: shore.open().read_order(late.id))
    assert isinstance(told, StoreBusy) or told.placed.id == late.id


@pytest.mark.parametrize("lie", sorted(name for name in LIES if name.startswith("links_")))
def test_a_hostile_link_does_not_come_home_with_a_parcel(world: World, lie: str) -> None:
    link = "https://track.example.com/1Z999AA10123456784"
    shop, site = shopify_shore(world), woo_shore(world)
    for host in (shop.host, site.host):
        world.liar(host)  # it remembers the buyers of whom it hears
    order = shop.open().create_order(SOLD).id
    parcel = shop.ship(order, {"l1": 1}, "1Z999AA10123456784")
    label = Label("1Z999AA10123456784", "UPS", link)
    shop.shop.lifecycle.track(shop.shop.fulfillments[int(parcel)], [label])
    there = site.open().create_order(SOLD).id
    site.site.ship(int(there), None, "1Z999AA10123456784", "UPS", url=link)
    shores: tuple[tuple[Shore, str], ...] = ((shop, order), (site, there))
    for shore, number in shores:
        assert _links_of(shore, number) == [link]
        world.liar(shore.host).tell(lie)
        assert all(boundary.link(each) == each for each in _links_of(shore, number))
        assert link not in _links_of(shore, number)


def _links_of(shore: Shore, order: str) -> list[str]:
    told = shore.open().read_order(order)
    assert told
    return [each.url for parcel in told.parcels for each in parcel.tracking]
