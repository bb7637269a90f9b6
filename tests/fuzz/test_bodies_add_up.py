"""Webhook bodies of orders with anything anywhere in them: read to the cent, or not at all."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow.book import snapshot
from orderflow.rules.split import Owners, split
from stores import fulfilment_order_in, webhooks
from stores.boundary import Unreadable
from stores.shopify.marketplace import name_in, seen_from_webhook

BODIES = Path(__file__).parent.parent / "bodies" / "shopify"
FILES = [*BODIES.glob("odd/[!t]*.json"), *BODIES.glob("kinds/*.json")]
ORDERS = [json.loads(path.read_bytes()) for path in sorted(FILES)]
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    3.7,
    10**30,
    1e308,
    "",
    "x",
    "NaN",
    "Infinity",
    "1e999",
    "12.345",
    "0.005",
    "a\x00b",
    "\ud83d",
    "a" * 6000,
    [],
    {},
    [[]],
    [{}],
    {"0": {}},
    {"name": {}},
    [1, "2"],
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
]
Told = TypeVar("Told")
MISSING = object()
MOST = 2**63

Way = tuple[str | int, ...]


def ways(value: Any, way: Way = ()) -> list[Way]:
    """The places in ``value`` in which something else may stand."""
    if isinstance(value, dict | list):
        steps = value.items() if isinstance(value, dict) else enumerate(value)
        inner = [each for step, part in steps for each in ways(part, (*way, step))]
        return [way, *inner] if way else inner
    return [way]


WAYS = [ways(order) for order in ORDERS]


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    number = draw(st.integers(0, len(ORDERS) - 1))
    order = copy.deepcopy(ORDERS[number])
    for _ in range(draw(st.integers(1, 3))):
        put(order, draw(st.sampled_from(WAYS[number])), draw(st.sampled_from([*ODD, MISSING])))
    return json.dumps(order).encode()


def put(order: Any, way: Way, value: Any) -> None:
    """Put ``value`` at ``way``, unless what was put before has taken the way away."""
    *steps, last = way
    for step in steps:
        if not has(order, step):
            return
        order = order[step]
    if has(order, last):
        if value is MISSING:
            del order[last]
        else:
            order[last] = value


def has(thing: Any, step: str | int) -> bool:
    if isinstance(thing, dict):
        return step in thing
    return isinstance(thing, list) and isinstance(step, int) and step < len(thing)


@settings(max_examples=300, deadline=None)
@given(bodies())
def test_a_body_is_read_to_the_cent_and_stored_or_is_unreadable(body: bytes) -> None:
    order = outcome(lambda: seen_from_webhook(body, "harbour.myshopify.com"))
    if isinstance(order, str):
        assert len(order) <= 400
        assert len(name_in(body)) <= 64
        return
    assert snapshot.from_json(snapshot.to_json(order)) == order
    parts = split(order, Owners({}, {"alfa": 1}))
    assert sum(part.share for part in parts) == order.total
    amounts = [(line.subtotal, line.discount, line.tax) for line in order.lines]
    assert all(-MOST < amount < MOST for line in amounts for amount in line)


@settings(max_examples=200, deadline=None)
@given(bodies(), st.sampled_from(["orders/create", "refunds/create", "fulfillment_holds/added"]))
def test_what_a_delivery_is_about_is_read_or_it_is_unreadable(body: bytes, topic: str) -> None:
    headers = {"x-shopify-topic": topic, "x-shopify-webhook-id": "1"}
    assert fulfilment_order_in("shopify", body) == ""
    reads: list[Callable[[], object]] = [
        lambda: webhooks("shopify").read(headers, body),
        lambda: webhooks("shopify").buyer(body),
    ]
    for read in reads:
        told = outcome(read)
        assert not isinstance(told, str) or len(told) <= 400


def outcome(read: Callable[[], Told]) -> Told | str:
    """What was read, or the words of the one error that may be raised."""
    try:
        return read()
    except Unreadable as unreadable:
        return str(unreadable)
