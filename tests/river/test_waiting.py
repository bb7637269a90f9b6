"""Orders that wait: for a delay, for the next round, for what the shop says of their risk."""

from __future__ import annotations

from datetime import timedelta

from orderflow.rules import watching
from orderflow.rules.explain import stored_reasons
from orderflow.rules.reasons import sentence
from tests.house import HARBOUR
from tests.river.stage import Stage


def to_the_hour(stage: Stage, minutes: int) -> None:
    """Let time pass until so many minutes after a full hour."""
    now = stage.house.clock()
    past = timedelta(minutes=now.minute, seconds=now.second, microseconds=now.microsecond)
    wait = timedelta(hours=1) - past + timedelta(minutes=minutes)
    stage.house.later(wait.total_seconds())


def said(stage: Stage) -> list[str]:
    (part,) = stage.house.parts()
    return [sentence(reason) for reason in stored_reasons(part) if reason.verdict != "push"]


def asked(stage: Stage) -> None:
    """What has happened is done, and the shop was asked again where news came while it was."""
    stage.house.turn()
    stage.house.later(watching.ASK_SOON)


def test_an_order_waits_out_its_delay_and_then_goes_by_itself(stage: Stage) -> None:
    stage.house.set(delay_minutes=20)
    stage.sells_on((stage.lamp, 1))
    assert stage.obstacles() == {"delayed"}
    until = stage.house.clock() + timedelta(minutes=20)
    assert f"until {until:%Y-%m-%d %H:%M} UTC." in said(stage)[0]
    stage.house.later(19 * 60)
    assert stage.states() == {"Alfa": "waiting"}
    stage.house.later(61)
    assert stage.states() == {"Alfa": "pushed"}
    assert len(stage.alfa.orders) == 1


def test_the_delay_of_an_order_that_must_be_paid_starts_when_it_is_paid(stage: Stage) -> None:
    stage.house.set(delay_minutes=20)
    order = stage.sells_on((stage.lamp, 1), paid=False)
    stage.house.later(3600)
    assert stage.obstacles() == {"not_paid"}
    stage.people.customer.pays(HARBOUR, order)
    stage.house.turn()
    assert stage.obstacles() == {"delayed"}
    stage.house.later(20 * 60)
    assert stage.states() == {"Alfa": "pushed"}


def test_orders_go_in_rounds_that_are_counted_from_the_full_hour(stage: Stage) -> None:
    stage.house.set(push_every=15)
    to_the_hour(stage, 16)
    stage.sells_on((stage.lamp, 1))
    stage.house.later(5 * 60)
    stage.sells_on((stage.lamp, 1))
    assert stage.obstacles() == {"next_round"}
    assert stage.alfa.orders == {}
    stage.house.later(9 * 60)
    assert len(stage.alfa.orders) == 2


def test_a_shorter_delay_lets_go_what_has_waited_that_long(stage: Stage) -> None:
    stage.house.set(delay_minutes=60)
    stage.sells_on((stage.lamp, 1))
    stage.house.later(600)
    stage.house.set(delay_minutes=5)
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed"}
    stage.house.later(3600)
    assert len(stage.alfa.orders) == 1


def test_a_risky_order_is_held_until_its_risk_is_lower(stage: Stage) -> None:
    stage.house.set(fraud_hold=True)
    order = stage.buys((stage.lamp, 1))
    stage.people.merchant.assesses(HARBOUR, order, "HIGH")
    asked(stage)
    assert stage.obstacles() == {"high_risk"}
    assert stage.states() == {"Alfa": "held"}
    stage.people.merchant.assesses(HARBOUR, order, "LOW")
    stage.house.later(900)
    assert stage.states() == {"Alfa": "pushed"}
    assert stage.house.messages("watch") == []


def test_an_order_whose_analysis_is_pending_waits_for_it(stage: Stage) -> None:
    stage.house.set(fraud_hold=True)
    order = stage.buys((stage.lamp, 1))
    stage.people.merchant.assesses(HARBOUR, order, "PENDING")
    asked(stage)
    assert stage.states() == {"Alfa": "waiting"}
    stage.people.merchant.assesses(HARBOUR, order, "MEDIUM")
    stage.house.later(900)
    assert stage.states() == {"Alfa": "pushed"}


def test_an_order_on_hold_in_the_shop_goes_when_it_is_released(stage: Stage) -> None:
    stage.house.set(fraud_hold=True)
    order = stage.buys((stage.lamp, 1))
    stage.people.merchant.holds(HARBOUR, order)
    asked(stage)
    assert stage.obstacles() == {"on_hold"}
    stage.people.merchant.releases(HARBOUR, order)
    asked(stage)
    assert stage.states() == {"Alfa": "pushed"}


def test_without_the_setting_nobody_asks_the_shop_for_risk(stage: Stage) -> None:
    order = stage.buys((stage.lamp, 1))
    stage.people.merchant.assesses(HARBOUR, order, "HIGH")
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed"}
    assert stage.house.messages("watch") == []
