"""The rules as a table: facts and settings in, verdict and obstacles out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from orderflow.rules.decide import Decision, Leg, Verdict, decide
from orderflow.rules.facts import Facts, LineFacts, StoreFacts
from orderflow.rules.settings import Effective, Settings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LINE = LineFacts("1", 2, 2, requires_shipping=True, mapped=True, store=7)
STORE = StoreFacts(7, "shopify", "open", add_on=True, takes_tests=True, takes_custom_lines=True)
FINE = Facts("paid", False, False, "", True, (LINE,), (STORE,))
READ = replace(FINE, reference_read=True)
SHARED = {"share_transaction_reference": True}
ANY = {**SHARED, "only_if_paid": False}


def settings(*overrides: str, **values: bool) -> Effective:
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
