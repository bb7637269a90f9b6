"""The rules as a table: facts and settings in, verdict and obstacles out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow.rules.decide import Decision, Leg, Verdict, decide, open_lines
from orderflow.rules.facts import Facts, LineFacts, StoreFacts
from orderflow.rules.settings import Effective, Settings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LINE = LineFacts("1", 2, 2, requires_shipping=True, mapped=True, store=7)
STORE = StoreFacts(7, "shopify", "open", add_on=True, takes_tests=True, takes_custom_lines=True)
FINE = Facts("paid", False, False, "", True, (LINE,), (STORE,))
READ = replace(FINE, reference_read=True)
SHARED = {"share_transaction_reference": True}
ANY = {**SHARED, "only_if_paid": False}


def settings(*overrides: str, **values: Any) -> Effective:
    return Effective(Settings.model_validate({"order_sync": True, **values}), frozenset(overrides))


def verdict(facts: Facts, **values: bool) -> tuple[Verdict, set[str]]:
    decision = decide(facts, settings(**values), NOON)
    return decision.verdict, {reason.code for reason in decision.obstacles}


def line(**changes: Any) -> Facts:
    return replace(FINE, lines=(replace(LINE, **changes),))


def store(**changes: Any) -> Facts:
    return replace(FINE, stores=(replace(STORE, **changes),))


def test_when_all_rules_agree_the_order_is_pushed() -> None:
    decision = decide(FINE, settings(), NOON)
    assert decision.verdict is Verdict.PUSH
    assert decision.legs == (Leg(7, ("1",)),)
    assert decision.obstacles == ()


@pytest.mark.parametrize(
    ("facts", "values", "expected", "code"),
    [
        (FINE, {"order_sync": False}, Verdict.HOLD, "order_sync_off"),
        (replace(FINE, push_enabled=False), {}, Verdict.HOLD, "vendor_sync_off"),
        (store(add_on=False), {}, Verdict.HOLD, "add_on_inactive"),
        (line(store=None), {}, Verdict.HOLD, "not_connected"),
        (store(state="locked"), {}, Verdict.HOLD, "access_lost"),
        (store(state="closed"), {}, Verdict.HOLD, "disconnected"),
        (line(mapped=False), {}, Verdict.HOLD, "unmapped_lines"),
        (line(mapped=False), {"unsynced_products": True}, Verdict.PUSH, ""),
        (replace(FINE, cancelled=True), {}, Verdict.SKIP, "cancelled"),
        (replace(FINE, payment="refunded"), {"only_if_paid": False}, Verdict.SKIP, "refunded"),
        (replace(FINE, fulfilment="fulfilled"), {}, Verdict.SKIP, "already_fulfilled"),
        (replace(FINE, fulfilment="partial"), {}, Verdict.PUSH, ""),
        (line(requires_shipping=False), {}, Verdict.SKIP, "nothing_to_ship"),
        (line(fulfillable=0), {}, Verdict.SKIP, "nothing_left_to_ship"),
        (line(taken=True), {}, Verdict.SKIP, ""),
        (line(shipped=2), {}, Verdict.SKIP, "nothing_left_to_ship"),
        (line(shipped=1, fulfillable=1), {}, Verdict.PUSH, ""),
        (replace(store(takes_tests=False), test=True), {}, Verdict.SKIP, "test_order"),
        (replace(FINE, test=True), {}, Verdict.PUSH, ""),
        (line(delivery="pickup"), {}, Verdict.HOLD, "pickup_held"),
        (line(delivery="local"), {}, Verdict.HOLD, "local_held"),
        (line(delivery="pickup"), {"hold_local_delivery": False}, Verdict.PUSH, ""),
        (line(delivery="local"), {"hold_local_delivery": False}, Verdict.PUSH, ""),
        (replace(FINE, addressed=False), {}, Verdict.HOLD, "no_address"),
        (
            replace(FINE, addressed=False),
            {"hold_local_delivery": False},
            Verdict.HOLD,
            "no_address",
        ),
        (replace(FINE, addressed=False, overridden=True), {}, Verdict.PUSH, ""),
        (replace(line(delivery="pickup"), overridden=True), {}, Verdict.PUSH, ""),
        (
            replace(line(delivery="pickup"), addressed=False),
            {"hold_local_delivery": False},
            Verdict.PUSH,
            "",
        ),
        (FINE, SHARED, Verdict.WAIT, "reference_not_read"),
        (READ, SHARED, Verdict.PUSH, ""),
        (replace(FINE, payment="authorized"), SHARED, Verdict.WAIT, "not_paid"),
        (replace(FINE, payment="authorized"), ANY, Verdict.WAIT, "reference_not_read"),
        (replace(FINE, payment="pending"), ANY, Verdict.PUSH, ""),
        (replace(FINE, forgotten=True), SHARED, Verdict.SKIP, "buyer_forgotten"),
        (replace(FINE, cancelled=True), SHARED, Verdict.SKIP, "cancelled"),
        (line(taken=True), SHARED, Verdict.SKIP, ""),
        (replace(FINE, overridden=True), SHARED, Verdict.PUSH, ""),
    ],
)
def test_each_rule_has_its_verdict(
    facts: Facts, values: dict[str, bool], expected: Verdict, code: str
) -> None:
    assert verdict(facts, **values) == (expected, {code} - {""})


@pytest.mark.parametrize(
    ("payment", "pushed"),
    [
        ("paid", True),
        ("partially_refunded", True),
        ("pending", False),
        ("authorized", False),
        ("partially_paid", False),
        ("voided", False),
        ("expired", False),
        ("", False),
    ],
)
def test_only_what_counts_as_paid_is_pushed(payment: str, pushed: bool) -> None:
    facts = replace(FINE, payment=payment)
    assert verdict(facts)[0] is (Verdict.PUSH if pushed else Verdict.WAIT)
    assert verdict(facts, only_if_paid=False)[0] is Verdict.PUSH


def test_the_worst_word_counts() -> None:
    facts = replace(FINE, payment="pending")
    assert verdict(facts, order_sync=False)[0] is Verdict.HOLD
    assert verdict(replace(facts, cancelled=True), order_sync=False)[0] is Verdict.SKIP


def two_lines(**second: Any) -> Facts:
    return replace(FINE, lines=(LINE, replace(LINE, id="2", **second)))


def test_the_worst_word_counts_among_lines_too() -> None:
    """One line waits for a mapping, the other's store takes no test orders."""
    stores = (STORE, replace(STORE, id=8, takes_tests=False))
    for held, skipped in (("1", "2"), ("2", "1")):
        lines = (
            replace(LINE, id=held, mapped=False),
            replace(LINE, id=skipped, store=8),
        )
        decision = decide(replace(FINE, lines=lines, stores=stores, test=True), settings(), NOON)
        assert (decision.verdict, decision.main) == (Verdict.SKIP, "test_order")


def test_the_main_reason_is_of_what_set_the_verdict() -> None:
    """A line that is held does not decide as long as the whole part waits for its payment."""
    decision = decide(replace(two_lines(mapped=False), payment="pending"), settings(), NOON)
    assert {reason.code for reason in decision.obstacles} == {"not_paid", "unmapped_lines"}
    assert (decision.verdict, decision.main) == (Verdict.WAIT, "not_paid")
    left_behind = decide(two_lines(mapped=False), settings(), NOON)
    assert (left_behind.verdict, left_behind.main) == (Verdict.PUSH, "unmapped_lines")


def test_of_equal_obstacles_the_one_told_first_is_the_main_reason() -> None:
    facts = replace(FINE, push_enabled=False)
    assert decide(facts, settings(order_sync=False), NOON).main == "order_sync_off"
    assert decide(replace(facts, risk="high"), settings(fraud_hold=True), NOON).main == (
        "vendor_sync_off"
    )


def test_a_line_that_is_held_leaves_the_others_free() -> None:
    decision = decide(two_lines(mapped=False), settings(), NOON)
    assert decision.verdict is Verdict.PUSH
    assert decision.legs == (Leg(7, ("1",)),)
    assert decision.obstacles[0].lines == ("2",)


def test_a_line_that_is_held_holds_all_if_the_merchant_wants() -> None:
    assert verdict(two_lines(mapped=False), hold_whole_order=True)[0] is Verdict.HOLD


def test_lines_of_two_stores_go_in_two_legs() -> None:
    facts = replace(two_lines(store=8), stores=(STORE, replace(STORE, id=8)))
    assert decide(facts, settings(), NOON).legs == (Leg(7, ("1",)), Leg(8, ("2",)))


def test_a_closed_store_stops_its_own_lines_only() -> None:
    facts = replace(two_lines(store=8), stores=(STORE, replace(STORE, id=8, state="locked")))
    decision = decide(facts, settings(), NOON)
    assert (decision.verdict, decision.legs) == (Verdict.PUSH, (Leg(7, ("1",)),))


def test_a_store_that_takes_no_custom_lines_gets_none() -> None:
    facts = replace(store(takes_custom_lines=False), lines=(replace(LINE, mapped=False),))
    assert verdict(facts, unsynced_products=True) == (Verdict.HOLD, {"unmapped_lines"})


def test_a_reason_names_the_setting_and_whose_it_was() -> None:
    reason = decide(replace(FINE, payment="pending"), settings("only_if_paid"), NOON).obstacles[0]
    assert (reason.setting, reason.whose, reason.detail) == ("only_if_paid", "vendor", "pending")


def test_facts_and_decision_survive_their_json() -> None:
    facts = two_lines(mapped=False)
    assert Facts.from_json(facts.as_json()) == facts
    decision: Decision = decide(facts, settings(), NOON)
    assert decide(Facts.from_json(facts.as_json()), settings(), NOON) == decision


LINES = st.builds(
    LineFacts,
    id=st.just("1"),
    quantity=st.integers(0, 2),
    fulfillable=st.integers(0, 2),
    requires_shipping=st.booleans(),
    mapped=st.booleans(),
    store=st.sampled_from([7, 8, None]),
    taken=st.booleans(),
    shipped=st.integers(0, 1),
    declined=st.booleans(),
    delivery=st.sampled_from(["", "", "pickup", "local"]),
)
STORES = st.builds(
    StoreFacts,
    id=st.just(7),
    platform=st.just("shopify"),
    state=st.sampled_from(["open", "open", "locked", "closed"]),
    add_on=st.booleans(),
    takes_tests=st.booleans(),
    takes_custom_lines=st.booleans(),
)
ANY_FACTS = st.builds(
    Facts,
    payment=st.sampled_from(["paid", "paid", "pending", "authorized", "refunded"]),
    cancelled=st.booleans(),
    test=st.booleans(),
    fulfilment=st.sampled_from(["", "partial", "fulfilled"]),
    push_enabled=st.booleans(),
    lines=st.lists(LINES, max_size=3).map(
        lambda found: tuple(replace(each, id=str(n)) for n, each in enumerate(found))
    ),
    stores=st.tuples(STORES, STORES.map(lambda store: replace(store, id=8))),
    since=st.sampled_from([NOON.isoformat(), (NOON - timedelta(hours=3)).isoformat()]),
    paid_since=st.sampled_from(["", NOON.isoformat()]),
    risk=st.sampled_from([None, "none", "pending", "high"]),
    on_hold=st.sampled_from([None, False, True]),
    reference_read=st.booleans(),
    released=st.booleans(),
    overridden=st.booleans(),
    forbidden=st.booleans(),
    forgotten=st.booleans(),
    addressed=st.booleans(),
)
ANY_SETTINGS = st.fixed_dictionaries(
    {
        name: st.booleans()
        for name in (
            "order_sync",
            "only_if_paid",
            "unsynced_products",
            "hold_whole_order",
            "fraud_hold",
            "share_transaction_reference",
            "hold_local_delivery",
        )
    },
    optional={"delay_minutes": st.just(30), "push_every": st.just(60)},
)


@given(ANY_FACTS, ANY_SETTINGS)
def test_badge_and_main_reason_never_contradict(facts: Facts, values: dict[str, Any]) -> None:
    decision = decide(facts, settings(**values), NOON)
    mains = [reason for reason in decision.obstacles if reason.code == decision.main]
    assert bool(decision.obstacles) == bool(mains)
    if decision.verdict is Verdict.PUSH:
        assert decision.legs
        assert all(reason.lines for reason in decision.obstacles)
        assert not (decision.obstacles and values["hold_whole_order"])
    else:
        assert not decision.legs
        assert {reason.verdict for reason in mains} <= {decision.verdict}
    held = {line for reason in decision.obstacles for line in reason.lines}
    going = {line for leg in decision.legs for line in leg.lines}
    assert not held & going


@given(ANY_FACTS, ANY_SETTINGS)
def test_the_verdict_is_the_worst_word_of_the_part_or_else_of_its_lines(
    facts: Facts, values: dict[str, Any]
) -> None:
    decision = decide(facts, settings(**values), NOON)
    of_part = [reason.verdict for reason in decision.obstacles if not reason.lines]
    of_lines = [reason.verdict for reason in decision.obstacles if reason.lines]
    if of_part:
        assert decision.verdict is max(of_part, key=lambda each: each.rank)
    elif decision.verdict is not Verdict.PUSH and of_lines:
        assert decision.verdict is max(of_lines, key=lambda each: each.rank)
    elif not decision.obstacles:
        still_open = bool(open_lines(facts))
        assert decision.verdict is (Verdict.PUSH if still_open else Verdict.SKIP)
