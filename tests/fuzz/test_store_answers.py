"""Whatever a store answers, each verb returns a value of its type or raises a StoreError."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from requests.adapters import BaseAdapter

from sandbox.people import People
from sandbox.shopify import App, Shop
from stores import open_marketplace
from stores.base import Access, Marketplace, Refund, Store, StoreBusy, StoreError, Tracking
from stores.money import Gross
from stores.shopify.connect import MERCHANT_SCOPES
from tests.fuzz import fuzzed
from tests.fuzz.answers import Said, Twist, recorded, replayed
from tests.fuzz.mutations import changes
from tests.stores.cast import (
    HOOK,
    NOON,
    ORDER,
    SECRET,
    Shore,
    advance,
    shopify_shore,
    woo_shore,
    world,
)
from tests.stores.standing import AMENDMENT, MUG, edits, of, settle, stocked
from tests.wsgi_adapter import WsgiAdapter

LATER = NOON + timedelta(hours=1)
SHORES: dict[str, Callable[..., Shore]] = {"shopify": shopify_shore, "woocommerce": woo_shore}
Verb = Callable[[Any, str], object]
UPS = Tracking("UPS", "1Z1", "https://ups.example.com/1Z1")

ON_STORE: dict[str, Verb] = {
    "identify": lambda store, _: store.identify(),
    "variants": lambda store, _: store.variants(["MUG", "PLATE"]),
    "create": lambda store, _: store.create_order(replace(ORDER, key="ref-fuzz")),
    "find": lambda store, _: store.find_orders(ORDER.key, NOON),
    "read": lambda store, order: store.read_order(order),
    "amend": lambda store, order: store.amend_order(order, AMENDMENT),
    "edit": lambda store, order: store.edit_lines(order, edits(of(MUG, 2))),
    "refund": lambda store, order: store.refund_order(
        order, Refund("r-fuzz", "USD", Gross(500), {"l2": 1}, restock=True, reason="Broken")
    ),
    "note": lambda store, order: store.note(order, "Please hurry"),
    "changes": lambda store, _: store.fetch_changes("", LATER),
    "subscribe": lambda store, _: store.subscribe(HOOK, SECRET),
    "cancel": lambda store, order: store.cancel_order(order, "No", restock=True),
    "cancel_outcome": lambda store, order: store.cancel_outcome(order, "gid://shopify/Job/1"),
}
ON_MARKET: dict[str, Verb] = {
    "identify": lambda market, _: market.identify(),
    "read": lambda market, order: market.read_order(order),
    "since": lambda market, _: market.orders_since("", LATER, LATER),
    "placed": lambda market, _: market.orders_placed(NOON - timedelta(days=1), LATER, ""),
    "reference": lambda market, order: market.payment_reference(order),
    "fulfilments": lambda market, order: market.fulfilments(order),
    "fulfil": lambda market, order: market.fulfil(
        market.fulfilments(order).open[0], [UPS], notify=True
    ),
    "correct": lambda market, order: market.correct_tracking(
        market.fulfilments(order).done[0].id, [UPS], notify=True
    ),
    "deliver": lambda market, order: market.deliver(market.fulfilments(order).done[0].id, LATER),
    "withdraw": lambda market, order: market.withdraw(market.fulfilments(order).done[0].id),
}
ON_FULFILMENTS = ("fulfil", "correct", "deliver", "withdraw")
"""These take what they act on from the answer before: there may be nothing."""


@dataclass(frozen=True)
class Tape:
    """One door to a store, an order in it, and what the store answered to each verb."""

    door: Store | Marketplace
    order: str
    said: dict[str, list[Said]]


@cache
def store_tape(platform: str) -> Tape:
    there = world()
    adapter = WsgiAdapter(there)
    made: list[Any] = []

    def furnish() -> None:
        shore = SHORES[platform](there)
        order_id, _ = stocked(shore)
        shore.ship(order_id, {"l1": 1}, "1Z1")
        settle(there)
        made.append((shore.open(), order_id))

    recorded(adapter, furnish)
    door, order_id = made[0]
    return Tape(door, order_id, told(adapter, door, order_id, ON_STORE))


@cache
def market_tape() -> Tape:
    there = world()
    adapter = WsgiAdapter(there)
    shop = Shop(there, "mira.myshopify.com")
    mug = shop.sells("MUG", "Mug", "19.99", vendor="Vera")
    app = App("client", SECRET, MERCHANT_SCOPES)
    access = Access("shopify", shop.domain, {"access_token": shop.install(app).access_token})
    market = open_marketplace(access)
    order = People(there).customer.buys(shop.domain, [(mug, 5)])
    advance(there, 5)

    def ship_some() -> None:
        part = market.fulfilments(str(order.id)).open[0]
        market.fulfil(replace(part, lines=dict.fromkeys(part.lines, 1)), [UPS], notify=False)

    recorded(adapter, ship_some)
    return Tape(market, str(order.id), told(adapter, market, str(order.id), ON_MARKET))


def told(
    adapter: BaseAdapter, door: Any, order: str, verbs: dict[str, Verb]
) -> dict[str, list[Said]]:
    """What the store answers to each verb, one after another."""
    answers = {}
    for name, verb in verbs.items():

        def act(verb: Verb = verb) -> None:
            with suppress(StoreError):
                verb(door, order)

        answers[name] = recorded(adapter, act)
    return {name: said for name, said in answers.items() if said}


JUNK_HEADERS = some.sampled_from(
    [("Retry-After", told) for told in ("inf", "1e300", "-5", "nan", "9" * 5000, "soon", "²")]
    + [("Location", "http://127.0.0.1/"), ("Content-Type", "text/html"), ("Content-Type", "\x7f")]
    + [("X-WP-TotalPages", "999999999999"), ("X-WP-Total", "-1"), ("X-WP-Total", "x")]
)
STATUSES = (200, 201, 202, 204, 301, 302, 400, 401, 403, 404, 405, 409, 410, 413, 422, 429)
twists = some.builds(
    Twist,
    change=changes,
    status=some.none() | some.none() | some.sampled_from((*STATUSES, 423, 500, 502, 503, 999)),
    headers=some.lists(JUNK_HEADERS, max_size=2).map(tuple),
)


def try_it(data: some.DataObject, tape: Tape, verbs: dict[str, Verb]) -> None:
    name = data.draw(some.sampled_from(sorted(tape.said)))
    said = tape.said[name]
    which = some.integers(0, min(len(said), 6) - 1)
    drawn = data.draw(some.dictionaries(which, twists, min_size=1, max_size=2))
    failed: list[StoreError] = []
    with replayed(said, drawn):
        try:
            verbs[name](tape.door, tape.order)
        except StoreError as error:
            failed.append(error)
        except IndexError:
            if name not in ON_FULFILMENTS:
                raise
    for no in failed:
        assert len(no.words) <= 600
        pause = no.retry_after if isinstance(no, StoreBusy) else None
        assert pause is None or 0 <= pause <= 86_400


@pytest.mark.parametrize("platform", sorted(SHORES))
@fuzzed(0.3)
@given(data=some.data())
def test_a_vendors_store_may_answer_anything(platform: str, data: some.DataObject) -> None:
    try_it(data, store_tape(platform), ON_STORE)


@fuzzed(0.2)
@given(data=some.data())
def test_a_merchants_shop_may_answer_anything(data: some.DataObject) -> None:
    try_it(data, market_tape(), ON_MARKET)


@pytest.mark.parametrize("platform", sorted(SHORES))
def test_untouched_answers_are_understood(platform: str) -> None:
    """Or the fuzzers would only ever see the same refusal."""
    tape = store_tape(platform)
    assert set(ON_STORE) - set(tape.said) <= {"cancel_outcome"}
    for name in ("identify", "find", "read", "changes"):
        with replayed(tape.said[name], {}):
            assert ON_STORE[name](tape.door, tape.order)
    market = market_tape()
    assert set(market.said) == set(ON_MARKET)
    for name in ("identify", "read", "fulfilments", "fulfil"):
        with replayed(market.said[name], {}):
            assert ON_MARKET[name](market.door, market.order)
