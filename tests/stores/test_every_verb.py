"""Every verb on an order that stands: repeated, its answer lost, the store busy, the order
cancelled, deleted or shipped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sandbox.world import World
from stores.base import ComposedLine, OutcomeUnknown, Refund, Store, StoreBusy, StoreRefused
from stores.money import Gross, Net, Shown, Tax
from tests.stores.cast import ORDER, Shore
from tests.stores.standing import AMENDMENT, MUG, edits, of, place, read, settle

Verb = Callable[[Store, str], object]

BOW = ComposedLine("l4", "Bow", 2, Shown(100), Net(200), Tax(0))
REFUND = Refund("r-1", "USD", Gross(1000), {"l1": 1}, restock=True, reason="Broken")

VERBS: dict[str, tuple[str, Verb]] = {
    "amend": ("Ring twice", lambda store, order: store.amend_order(order, AMENDMENT)),
    "edit": ("line_items", lambda store, order: store.edit_lines(order, edits(of(MUG, 1)))),
    "add": ("line_items", lambda store, order: store.edit_lines(order, edits(of(BOW, 2)))),
    "cancel": ("cancel", lambda store, order: store.cancel_order(order, "No", restock=True)),
    "refund": ("r-1", lambda store, order: store.refund_order(order, REFUND)),
    "note": ("Please hurry", lambda store, order: store.note(order, "Please hurry")),
}
"""Each verb, and what is found in the body of the request that does it."""

ON_SHOPIFY = {"edit": "orderEditCommit", "add": "orderEditCommit", "cancel": "orderCancel"}


def marked(shore: Shore, verb: str) -> str:
    in_body = VERBS[verb][0]
    return ON_SHOPIFY.get(verb, in_body) if shore.create == "orderCreate" else in_body


def state(shore: Shore, order_id: str) -> tuple[object, ...]:
    told = read(shore, order_id)
    return told.content, told.placed.live, shore.refunds(order_id), shore.notes(order_id)


@pytest.fixture(params=VERBS)
def verb(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_verb_that_is_repeated_changes_nothing_more(
    world: World, shore: Shore, verb: str
) -> None:
    order_id, act = place(shore), VERBS[verb][1]
    untouched = state(shore, order_id)
    act(shore.open(), order_id)
    settle(world)
    once = state(shore, order_id)
    assert once != untouched
    act(shore.open(), order_id)
    settle(world)
    assert state(shore, order_id) == once


@pytest.mark.parametrize("fault", ["lost_answer", "error_after", "error_before"])
def test_a_lost_answer_leaves_it_open_and_repeating_settles_it(
    world: World, shore: Shore, verb: str, fault: str
) -> None:
    order_id, act = place(shore), VERBS[verb][1]
    world.faults.add(fault, shore.host, marked(shore, verb))  # type: ignore[arg-type]
    with pytest.raises(OutcomeUnknown):
        act(shore.open(), order_id)
    act(shore.open(), order_id)
    settle(world)
    other = place(shore, replace(ORDER, key="ref-0002"))
    act(shore.open(), other)
    settle(world)
    assert len(world.faults.fired) == 1
    assert state(shore, order_id) == state(shore, other)


def test_a_busy_store_did_nothing(world: World, shore: Shore, verb: str) -> None:
    order_id, act = place(shore), VERBS[verb][1]
    before = state(shore, order_id)
    world.faults.add("throttled", shore.host, marked(shore, verb))
    with pytest.raises(StoreBusy):
        act(shore.open(), order_id)
    assert state(shore, order_id) == before


def test_an_order_that_was_deleted_is_refused_in_words(shore: Shore, verb: str) -> None:
    order_id, act = place(shore), VERBS[verb][1]
    shore.delete(order_id)
    with pytest.raises(StoreRefused) as told:
        act(shore.open(), order_id)
    assert told.value.words


REFUSED: dict[tuple[str, str], set[str]] = {
    ("shopify", "cancelled"): {"amend", "edit", "add", "refund"},
    ("woocommerce", "cancelled"): {"edit", "add"},
    ("shopify", "shipped"): {"edit", "add"},
    ("woocommerce", "shipped"): {"edit"},
}
"""(platform, state of the order) -> what its store, or we for it, refuse."""


def said(shore: Shore, verb: str, order_id: str) -> str:
    """The words of the refusal, "" where there was none."""
    try:
        VERBS[verb][1](shore.open(), order_id)
    except StoreRefused as refused:
        return refused.words
    return ""


def test_a_cancelled_order_takes_what_it_can_and_says_no_to_the_rest(
    shore: Shore, verb: str
) -> None:
    order_id = place(shore)
    shore.cancel(order_id)
    refused = REFUSED[shore.open().can.platform, "cancelled"]
    assert bool(said(shore, verb, order_id)) is (verb in refused)
    assert not read(shore, order_id).placed.live


def test_a_shipped_order_takes_what_it_can_and_says_no_to_the_rest(
    world: World, shore: Shore, verb: str
) -> None:
    order_id = place(shore)
    shore.ship(order_id, {"l1": 3, "l2": 2}, "1Z1")
    refused = REFUSED[shore.open().can.platform, "shipped"]
    assert bool(said(shore, verb, order_id)) is (verb in refused)
    settle(world)
    told = read(shore, order_id)
    assert told.placed.live
    assert told.shipped == {"l1": 3, "l2": 2}
