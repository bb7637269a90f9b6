"""Stores that are busy, closed, slow or wrong: nobody else waits for them, and it is told."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from orderflow import leases, outbox
from orderflow.db import unit_of_work
from orderflow.intake import record
from orderflow.models import TimelineEvent
from orderflow.traffic import track
from stores.base import SeenOrder
from tests.house import ALFA, BRAVO, HARBOUR, House
from tests.river.stage import Stage, creates
from workers.gear import Job
from workers.handlers import HANDLERS

DAY = 24 * 3600


def test_an_order_that_breaks_its_handler_does_not_block_its_lane(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = stage.buys((stage.lamp, 1))
    breaks_on(monkeypatch, poison.id)
    stage.sells_on((stage.lamp, 1))
    assert len(stage.alfa.orders) == 1
    assert [m.subject for m in stage.house.messages("fetch")] == [f"fetch:{poison.id}"]
    monkeypatch.undo()
    stage.house.later(120)
    assert len(stage.alfa.orders) == 2


def test_an_order_that_breaks_its_handler_does_not_stop_the_reconciliation(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.house.world.deliveries.drop = 1.0
    stage.buys((stage.lamp, 1))
    poison = stage.buys((stage.lamp, 1))
    stage.buys((stage.lamp, 1))
    breaks_on(monkeypatch, poison.id)
    stage.house.hear_of_orders()
    assert len(stage.alfa.orders) == 2
    monkeypatch.undo()
    stage.house.let_pass(600, step=200)
    assert len(stage.alfa.orders) == 3


def test_an_order_that_breaks_its_handler_does_not_stop_the_poll(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [stage.sells_on((stage.lamp, 1)) for _ in range(3)]
    stage.house.world.deliveries.drop = 1.0
    stage.house.clock.advance(5)
    theirs = list(stage.alfa.orders.values())
    for each in theirs:
        stage.people.vendor.ships(ALFA, each, number="1Z")
    real = track.seen

    def seen(session: Any, access_id: int, order: Any, now: Any, *agreed: Any) -> bool:
        if order.placed.id == str(theirs[1].id):
            raise RuntimeError("poison")
        return bool(real(session, access_id, order, now, *agreed))

    monkeypatch.setattr(track, "seen", seen)
    stage.house.later(stage.house.config.poll_every)
    assert [len(order.fulfillments) for order in orders] == [1, 0, 1]
    monkeypatch.undo()
    stage.house.let_pass(600, step=200)
    assert [len(order.fulfillments) for order in orders] == [1, 1, 1]


def breaks_on(monkeypatch: pytest.MonkeyPatch, order_id: int) -> None:
    real = record.record

    def poisoned(session: Any, merchant: Any, seen: SeenOrder, now: Any) -> bool:
        if seen.id == str(order_id):
            raise RuntimeError("poison")
        return real(session, merchant, seen, now)

    monkeypatch.setattr(record, "record", poisoned)


def test_a_refused_order_shows_the_stores_words_and_blocks_nobody(stage: Stage) -> None:
    del stage.alfa.variants[stage.alfas_lamp.id]
    vase = stage.harbour.sells("VASE", "Vase", vendor="Alfa")
    theirs = stage.alfa.sells("A-VASE", "Vase")
    stage.house.map(vase, ALFA, str(theirs.id))
    stage.sells_on((stage.lamp, 1))
    stage.sells_on((vase, 1))
    assert sorted(part.state for part in stage.house.parts()) == ["pushed", "refused"]
    refused = next(push for push in stage.house.pushes() if push.state == "refused")
    assert "variant" in refused.words.lower()
    assert not stage.house.messages("push")


def test_a_refused_order_goes_when_it_was_put_right(stage: Stage) -> None:
    del stage.alfa.variants[stage.alfas_lamp.id]
    stage.sells_on((stage.lamp, 1))
    assert stage.states() == {"Alfa": "refused"}
    theirs = stage.alfa.sells("A-LAMP-2", "Lampe")
    stage.house.map(stage.lamp, ALFA, str(theirs.id))
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed"}
    assert len(stage.house.pushes()) == 1


def test_a_throttled_store_is_called_again_when_it_says(stage: Stage) -> None:
    stage.faults.add("throttled", ALFA, creates)
    stage.faults.add("throttled", BRAVO, creates)
    stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    assert not stage.alfa.orders
    assert not stage.bravo.orders
    stage.house.later(61)
    assert len(stage.alfa.orders) == len(stage.bravo.orders) == 1
    assert all(push.looks == 0 for push in stage.house.pushes())


def test_a_development_store_gets_its_five_orders_a_minute(house: House) -> None:
    stage = Stage(house, alfa={"plan": "development"})
    for _ in range(12):
        stage.buys((stage.lamp, 1))
    counts = []
    house.turn()
    for _ in range(3):
        counts.append(len(stage.alfa.orders))
        house.later(61)
    assert counts == [5, 10, 12]
    assert {part.state for part in house.parts()} == {"pushed"}


def test_a_store_that_is_down_for_two_days_needs_attention(stage: Stage) -> None:
    stage.bravo.maintenance = True
    stage.alfa.state = "locked"
    stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    stage.house.let_pass(DAY, step=6 * 3600)
    assert stage.states() == {"Alfa": "queued", "Bravo": "queued"}
    stage.house.let_pass(DAY + 6 * 3600, step=6 * 3600)
    assert stage.states() == {"Alfa": "refused", "Bravo": "refused"}
    assert all(push.words for push in stage.house.pushes())
    assert stage.house.events().count("given_up") == 2
    assert [message.parked_at is not None for message in stage.house.messages("push")] == [True] * 2


def test_a_store_that_throttles_for_two_days_needs_attention_too(stage: Stage) -> None:
    stage.faults.add("throttled", BRAVO, creates, times=10_000)
    stage.sells_on((stage.mug, 1))
    stage.house.let_pass(2 * DAY + 3600, step=7 * 3600)
    assert stage.states() == {"Bravo": "refused"}


def test_what_was_given_up_goes_when_something_changes(stage: Stage) -> None:
    """The message that nobody looks at stands in nobody's way."""
    stage.bravo.maintenance = True
    order = stage.sells_on((stage.mug, 1))
    stage.house.let_pass(2 * DAY + 8 * 3600, step=8 * 3600)
    assert stage.states() == {"Bravo": "refused"}
    stage.bravo.maintenance = False
    stage.people.merchant.changes(HARBOUR, order, note="Please hurry")
    stage.house.turn()
    assert stage.states() == {"Bravo": "pushed"}
    assert len(stage.bravo.orders) == 1


def test_a_report_that_the_marketplace_refuses_is_told(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1))
    stage.people.vendor.ships(ALFA, stage.only(stage.alfa.orders.values()), number="1Z")
    stage.harbour.state = "closed"
    stage.house.turn()
    assert "report_refused" in stage.house.events()
    assert not order.fulfillments


def test_a_lost_access_is_told_in_our_words_and_not_in_the_stores(stage: Stage) -> None:
    stage.faults.add("unauthorized", BRAVO, times=1000)
    stage.sells_on((stage.mug, 1))
    with stage.house.look() as session:
        told = session.query(TimelineEvent).filter_by(code="store_locked").one()
    assert told.details["words"].startswith("The store no longer accepts our key")
    stage.house.let_pass(DAY, step=4 * 3600)
    assert stage.states() == {"Bravo": "held"}


def test_a_store_that_hangs_keeps_nobody_else_waiting(stage: Stage) -> None:
    """One drainer, eight calls stuck in Alfa's store: Bravo's orders go on meanwhile."""
    released, reached = threading.Event(), threading.Event()

    def hang(_seconds: float) -> None:
        reached.set()
        assert released.wait(20)

    stage.house.world.sleep = hang
    stage.faults.add("slow", ALFA, creates, times=8, seconds=1)
    for _ in range(8):
        stage.buys((stage.lamp, 1), (stage.mug, 1))
    drained = threading.Thread(target=stage.house.turn)
    drained.start()
    try:
        assert reached.wait(10)
        wait_until(lambda: len(stage.bravo.orders) == 8)
        assert not stage.alfa.orders
    finally:
        released.set()
        drained.join()
    assert len(stage.alfa.orders) == 8


def wait_until(condition: Any) -> None:
    """Another thread is at work: look until it is done, ten seconds at most."""
    pause = threading.Event()
    for _ in range(1000):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it does not come about")


def test_a_message_that_somebody_else_took_ends_no_worker(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim lapsed during the call, and then the call failed: the drainer goes on."""
    house = stage.house

    def slow_and_broken(job: Job) -> None:
        house.clock.advance(house.config.claim_seconds + 1)
        lane, now = job.message.lane, house.clock()
        with unit_of_work() as session:
            lease = leases.take(session, lane, now=now, seconds=30)
            assert lease
            assert outbox.claim(session, lane, lease, 1, now=now, seconds=60)
        raise RuntimeError("too late")

    monkeypatch.setitem(HANDLERS, "push", slow_and_broken)
    stage.sells_on((stage.lamp, 1))
    monkeypatch.undo()
    stage.sells_on((stage.mug, 1))
    assert len(stage.bravo.orders) == 1
    assert [message.kind for message in house.messages("push")] == ["push"]
