"""Each rule tells exactly this: code, verdict, setting and whose, remedy, lines and detail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orderflow.rules.decide import RULES, Decision, Reason, Verdict, decide, open_lines
from orderflow.rules.facts import Facts, LineFacts, StoreFacts
from orderflow.rules.schedule import due_at
from orderflow.rules.settings import Effective, Settings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PUSH, WAIT, HOLD, SKIP = Verdict.PUSH, Verdict.WAIT, Verdict.HOLD, Verdict.SKIP
LINE = LineFacts("1", 2, 2, requires_shipping=True, mapped=True, store=7)
STORE = StoreFacts(7, "shopify", "open", add_on=True, takes_tests=True, takes_custom_lines=True)
FINE = Facts("paid", False, False, "", True, (LINE,), (STORE,), since=NOON.isoformat())


def settings(*own: str, **values: Any) -> Effective:
    return Effective(Settings.model_validate({"order_sync": True, **values}), frozenset(own))


def line(**changes: Any) -> Facts:
    return replace(FINE, lines=(replace(LINE, **changes),))


def store(**changes: Any) -> Facts:
    return replace(FINE, stores=(replace(STORE, **changes),))


def said(facts: Facts, values: Effective) -> tuple[Reason, ...]:
    return decide(facts, values, NOON).reasons


def test_where_nothing_stands_in_the_way_each_rule_says_so() -> None:
    assert said(FINE, settings()) == (
        Reason("order_sync_on", PUSH, "order_sync", "merchant"),
        Reason("vendor_sync_on", PUSH, "push_enabled", "vendor"),
        Reason("add_on_active", PUSH, lines=("1",), detail="shopify"),
        Reason("connected", PUSH, lines=("1",), detail="shopify"),
        Reason("payment_fine", PUSH, "only_if_paid", "merchant", detail="paid"),
        Reason("all_mapped", PUSH),
        Reason("wanted", PUSH),
    )


SOON = (NOON + timedelta(minutes=30)).isoformat()
ONE = ("1",)
CASES: list[tuple[Facts, Effective, Reason]] = [
    (
        FINE,
        settings(order_sync=False),
        Reason("order_sync_off", HOLD, "order_sync", "merchant", "enable_order_sync"),
    ),
    (
        replace(FINE, push_enabled=False),
        settings(),
        Reason("vendor_sync_off", HOLD, "push_enabled", "vendor", "enable_vendor_sync"),
    ),
    (
        store(add_on=False),
        settings(),
        Reason("add_on_inactive", HOLD, remedy="activate_add_on", lines=ONE, detail="shopify"),
    ),
    (
        line(store=None),
        settings(),
        Reason("not_connected", HOLD, remedy="connect_store", lines=ONE),
    ),
    (
        store(state="locked"),
        settings(),
        Reason("access_lost", HOLD, remedy="reconnect_store", lines=ONE, detail="shopify"),
    ),
    (
        store(state="closed"),
        settings(),
        Reason("disconnected", HOLD, remedy="reconnect_store", lines=ONE, detail="shopify"),
    ),
    (
        replace(FINE, payment="pending"),
        settings("only_if_paid"),
        Reason("not_paid", WAIT, "only_if_paid", "vendor", "mark_as_paid", detail="pending"),
    ),
    (
        line(mapped=False),
        settings(),
        Reason("unmapped_lines", HOLD, "unsynced_products", "merchant", "map_products", lines=ONE),
    ),
    (
        line(mapped=False),
        settings("unsynced_products"),
        Reason("unmapped_lines", HOLD, "unsynced_products", "vendor", "map_products", lines=ONE),
    ),
    (
        FINE,
        settings(push_every=60),
        Reason("its_time_has_come", PUSH, "push_every", "merchant"),
    ),
    (
        replace(FINE, released=True, since=(NOON + timedelta(seconds=1)).isoformat()),
        settings(push_every=60, delay_minutes=1),
        Reason("its_time_has_come", PUSH, "delay_minutes", "merchant"),
    ),
    (
        line(mapped=False),
        settings("unsynced_products", unsynced_products=True),
        Reason("unmapped_taken", PUSH, "unsynced_products", "vendor", lines=ONE),
    ),
    (replace(FINE, cancelled=True), settings(), Reason("cancelled", SKIP)),
    (
        replace(FINE, payment="refunded"),
        settings(only_if_paid=False),
        Reason("refunded", SKIP),
    ),
    (replace(FINE, fulfilment="fulfilled"), settings(), Reason("already_fulfilled", SKIP)),
    (line(requires_shipping=False), settings(), Reason("nothing_to_ship", SKIP)),
    (line(taken=True), settings(), Reason("all_sent", PUSH)),
    (line(fulfillable=0), settings(), Reason("nothing_left_to_ship", SKIP)),
    (replace(FINE, forgotten=True), settings(), Reason("buyer_forgotten", SKIP)),
    (
        FINE,
        settings("delay_minutes", delay_minutes=30),
        Reason("delayed", WAIT, "delay_minutes", "vendor", "wait_or_release", until=SOON),
    ),
    (
        replace(FINE, since=(NOON + timedelta(minutes=-5)).isoformat()),
        settings(push_every=30),
        Reason("its_time_has_come", PUSH, "push_every", "merchant"),
    ),
    (
        replace(FINE, released=True),
        settings(delay_minutes=30),
        Reason("its_time_has_come", PUSH, "delay_minutes", "merchant"),
    ),
    (
        FINE,
        settings(fraud_hold=True),
        Reason("risk_not_read", WAIT, "fraud_hold", "merchant", "risk_is_asked"),
    ),
    (
        replace(FINE, risk="none"),
        settings(fraud_hold=True),
        Reason("risk_not_read", WAIT, "fraud_hold", "merchant", "risk_is_asked"),
    ),
    (
        replace(FINE, risk="pending", on_hold=False),
        settings("fraud_hold", fraud_hold=True),
        Reason("risk_pending", WAIT, "fraud_hold", "vendor", "risk_is_asked"),
    ),
    (
        replace(FINE, risk="high", on_hold=False),
        settings(fraud_hold=True),
        Reason("high_risk", HOLD, "fraud_hold", "merchant", "judge_risk"),
    ),
    (
        replace(FINE, risk="low", on_hold=True),
        settings(fraud_hold=True),
        Reason("on_hold", HOLD, "fraud_hold", "merchant", "release_hold"),
    ),
    *(
        (
            replace(FINE, risk=risk, on_hold=False),
            settings(fraud_hold=True),
            Reason("risk_fine", PUSH, "fraud_hold", "merchant", detail=risk),
        )
        for risk in ("none", "low", "medium")
    ),
    (
        FINE,
        settings(share_transaction_reference=True),
        Reason(
            "reference_not_read",
            WAIT,
            "share_transaction_reference",
            "merchant",
            "reference_is_asked",
        ),
    ),
    (
        replace(FINE, reference_read=True),
        settings("share_transaction_reference", share_transaction_reference=True),
        Reason("reference_read", PUSH, "share_transaction_reference", "vendor"),
    ),
    (
        replace(store(takes_tests=False), test=True),
        settings(),
        Reason("test_order", SKIP, lines=ONE, detail="shopify"),
    ),
    (
        line(delivery="pickup"),
        settings(),
        Reason("pickup_held", HOLD, "hold_local_delivery", "merchant", "send_anyway", lines=ONE),
    ),
    (
        line(delivery="local"),
        settings("hold_local_delivery"),
        Reason("local_held", HOLD, "hold_local_delivery", "vendor", "send_anyway", lines=ONE),
    ),
    (
        replace(FINE, addressed=False),
        settings(),
        Reason("no_address", HOLD, remedy="add_address", lines=ONE),
    ),
    (
        line(declined=True),
        settings(),
        Reason("declined", HOLD, remedy="answer_the_vendor", lines=ONE),
    ),
    (
        replace(FINE, forbidden=True),
        settings(),
        Reason("forbidden", SKIP, remedy="allow_push"),
    ),
    (replace(FINE, overridden=True), settings(), Reason("pushed_although_held", PUSH)),
    (
        replace(FINE, overridden=True, payment="pending"),
        settings(),
        Reason("not_paid", PUSH, "only_if_paid", "merchant", detail="pending", overridden=True),
    ),
]


@pytest.mark.parametrize(
    ("facts", "values", "reason"), CASES, ids=lambda each: getattr(each, "code", "")
)
def test_each_rule_says_exactly_this(facts: Facts, values: Effective, reason: Reason) -> None:
    found = said(facts, values)
    assert [each for each in found if each.code == reason.code] == [reason]
    assert Reason.from_json(Decision(SKIP, (reason,)).as_json()["reasons"][0]) == reason


@pytest.mark.parametrize(
    ("facts", "values", "absent"),
    [
        (FINE, settings(delay_minutes=0, push_every=0), "its_time_has_come"),
        (replace(FINE, payment="pending"), settings(delay_minutes=30), "delayed"),
        (FINE, settings(fraud_hold=False), "risk_not_read"),
        (replace(FINE, risk="high", on_hold=False), settings(fraud_hold=True), "risk_fine"),
        (replace(FINE, risk="low", on_hold=None), settings(fraud_hold=True), "risk_fine"),
        (FINE, settings(share_transaction_reference=False), "reference_not_read"),
        (
            replace(FINE, payment="pending"),
            settings(share_transaction_reference=True),
            "reference_not_read",
        ),
        (
            replace(FINE, payment="voided"),
            settings(share_transaction_reference=True, only_if_paid=False),
            "reference_not_read",
        ),
        (
            replace(FINE, cancelled=True),
            settings(share_transaction_reference=True),
            "reference_not_read",
        ),
        (
            replace(FINE, forgotten=True),
            settings(share_transaction_reference=True),
            "reference_not_read",
        ),
        (
            line(taken=True),
            settings(share_transaction_reference=True),
            "reference_not_read",
        ),
        (replace(FINE, test=False), settings(), "test_order"),
        (replace(store(takes_tests=True), test=True), settings(), "test_order"),
        (replace(FINE, addressed=False, forgotten=True), settings(), "no_address"),
        (line(mapped=False, taken=True), settings(), "unmapped_lines"),
        (line(taken=True), settings(), "all_mapped"),
        (line(taken=True), settings(), "connected"),
        (line(taken=True), settings(), "add_on_active"),
        (line(store=None, taken=True), settings(), "not_connected"),
        (line(declined=True, taken=True), settings(), "declined"),
        (line(requires_shipping=False), settings(), "wanted"),
    ],
)
def test_a_rule_that_does_not_apply_says_nothing(
    facts: Facts, values: Effective, absent: str
) -> None:
    assert absent not in {each.code for each in said(facts, values)}


def test_rules_speak_in_the_order_that_a_merchant_reads() -> None:
    names = [rule.__name__ for rule in RULES]
    assert names.index("_master_switch") == 0
    assert names.index("_paid") < names.index("_mapped") < names.index("_by_hand")


def test_of_authorized_payments_there_is_a_reference_too() -> None:
    for payment in ("authorized", "partially_paid", "paid", "partially_refunded"):
        facts = replace(FINE, payment=payment)
        found = said(facts, settings(share_transaction_reference=True, only_if_paid=False))
        assert "reference_not_read" in {each.code for each in found}


@pytest.mark.parametrize(
    ("changes", "is_open"),
    [
        ({}, True),
        ({"quantity": 0}, False),
        ({"fulfillable": 1, "shipped": 1}, True),
        ({"fulfillable": 0}, False),
        ({"shipped": 2}, False),
        ({"shipped": 3}, False),
        ({"shipped": 1}, True),
        ({"requires_shipping": False}, False),
        ({"taken": True}, False),
    ],
)
def test_a_line_is_open_while_pieces_of_it_are_left(changes: dict[str, Any], is_open: bool) -> None:
    assert bool(open_lines(line(**changes))) is is_open


def test_what_stands_although_a_person_wants_it_sent() -> None:
    for facts, code in (
        (line(store=None), "not_connected"),
        (store(state="locked"), "access_lost"),
        (store(state="closed"), "disconnected"),
        (line(declined=True), "declined"),
        (replace(FINE, cancelled=True), "cancelled"),
    ):
        decision = decide(replace(facts, overridden=True), settings(), NOON)
        assert (decision.main, decision.verdict is PUSH) == (code, False)
        assert not decision.obstacles[0].overridden


# -- when its time has come ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "due", "slot"),
    [
        ({}, 0, 0),
        ({"delay_minutes": 30}, 30, 30),
        ({"push_every": 60}, 0, 0),
        ({"delay_minutes": 1, "push_every": 60}, 1, 60),
        ({"delay_minutes": 60, "push_every": 60}, 60, 60),
        ({"delay_minutes": 61, "push_every": 30}, 61, 90),
    ],
)
def test_a_delay_is_followed_by_the_next_round(values: dict[str, int], due: int, slot: int) -> None:
    found = due_at(FINE, Settings.model_validate(values))
    assert found == (NOON + timedelta(minutes=due), NOON + timedelta(minutes=slot))


def test_a_delay_counts_from_the_payment_where_that_is_waited_for() -> None:
    later = NOON + timedelta(hours=1)
    facts = replace(FINE, paid_since=later.isoformat())
    waits, waits_not = Settings(delay_minutes=5), Settings(delay_minutes=5, only_if_paid=False)
    assert due_at(facts, waits)[0] == later + timedelta(minutes=5)
    assert due_at(facts, waits_not)[0] == NOON + timedelta(minutes=5)
    assert due_at(replace(facts, paid_since=""), waits)[0] == NOON + timedelta(minutes=5)
    unknown = replace(FINE, since="", paid_since="")
    assert due_at(unknown, waits)[0] == datetime(1970, 1, 1, 0, 5, tzinfo=UTC)


def test_an_order_without_a_delay_waits_for_its_round_from_the_first_moment() -> None:
    moment = NOON + timedelta(minutes=10)
    facts = replace(FINE, since=moment.isoformat())
    (told,) = decide(facts, settings(push_every=60), moment).obstacles
    assert (told.code, told.setting) == ("next_round", "push_every")


def test_the_next_round_is_told_where_the_delay_is_over() -> None:
    facts = replace(FINE, since=(NOON + timedelta(minutes=-20)).isoformat())
    values = settings("push_every", delay_minutes=25, push_every=60)
    (told,) = (r for r in decide(facts, values, NOON).obstacles)
    assert (told.code, told.setting, told.whose) == ("delayed", "delay_minutes", "merchant")
    later = decide(facts, values, NOON + timedelta(minutes=10))
    (told,) = later.obstacles
    assert (told.code, told.setting, told.whose) == ("next_round", "push_every", "vendor")
    assert told.until == (NOON + timedelta(hours=1)).isoformat()
    assert decide(facts, values, NOON + timedelta(hours=1)).verdict is PUSH
