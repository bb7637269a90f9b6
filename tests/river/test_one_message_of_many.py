"""Whatever one message raises, its lane and all other lanes go on, and a person sees it."""

from __future__ import annotations

import math
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DataError

from orderflow import clock, outbox
from stores import http
from stores.base import StoreBusy
from tests.house import ALFA, House
from tests.river.stage import Stage, creates
from workers import handlers, lanes
from workers.failures import TRIES
from workers.gear import Job

SICK, WELL = "orders:901", "orders:902"


class Unprintable(Exception):
    def __str__(self) -> str:
        raise ValueError("even its words are broken")


RAISED = [
    StoreBusy("again later", math.inf),
    StoreBusy("again later", math.nan, throttled=True),
    StoreBusy("again later", 1e300),
    StoreBusy("again later", -1e300, throttled=True),
    SystemExit(1),
    KeyboardInterrupt(),
    GeneratorExit(),
    MemoryError(),
    RecursionError(),
    StopIteration(),
    UnicodeEncodeError("utf-8", "\ud800", 0, 1, "half a character"),
    DataError("statement", {}, Exception("NUL")),
    Unprintable(),
    StoreBusy("a NUL \x00 and half a character \ud800"),
]


class Raises:
    """A handler that raises ``error`` for the subject *sick*, and remembers all others."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
        self.handled: list[str] = []

    def __call__(self, job: Job) -> None:
        if job.message.subject == "sick":
            raise self.error
        self.handled.append(f"{job.message.lane} {job.message.subject}")
        with job.unit() as session:
            outbox.done(session, job.message)


def put(house: House, lane: str, subject: str, **more: Any) -> None:
    with house.unit() as session:
        outbox.put(session, lane, "test", subject, {}, now=clock.now(), **more)


@pytest.mark.parametrize("error", RAISED, ids=lambda error: repr(error)[:40])
def test_whatever_a_message_raises_its_lane_and_the_others_go_on(
    house: House, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    handler = Raises(error)
    monkeypatch.setitem(handlers.HANDLERS, "test", handler)
    for lane, subject in ((SICK, "sick"), (SICK, "a"), (WELL, "b")):
        put(house, lane, subject)
    house.turn()
    assert sorted(handler.handled) == [f"{SICK} a", f"{WELL} b"]
    (kept,) = house.messages("test")
    assert kept.claim is None
    assert kept.parked_at is not None or clock.now() < kept.due_at
    assert kept.due_at <= clock.now() + timedelta(days=1)
    put(house, SICK, "later")
    house.turn()
    assert f"{SICK} later" in handler.handled


@pytest.mark.parametrize("error", [OverflowError(), KeyboardInterrupt(), Unprintable()])
def test_a_message_that_cannot_even_be_put_back_is_parked_and_shown(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(lanes, "put_back", fails)
    stage.faults.add("refused", ALFA, creates, times=999)
    stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    assert [part.state for part in stage.house.parts()].count("pushed") == 1
    (parked,) = [m for m in stage.house.messages("push") if m.parked_at]
    assert parked.words == "StoreBusy"
    assert stage.states() == {"Alfa": "refused", "Bravo": "pushed"}


def test_a_standing_message_that_cannot_be_put_back_comes_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OverflowError

    monkeypatch.setattr(lanes, "put_back", fails)
    monkeypatch.setitem(handlers.HANDLERS, "test", Raises(ValueError()))
    put(house, SICK, "sick", once="standing")
    house.turn()
    (kept,) = house.messages("test")
    assert (kept.parked_at, kept.claim) == (None, None)
    assert kept.due_at > clock.now()


def test_a_message_that_says_not_what_it_is_about_is_parked_in_the_end(house: House) -> None:
    with house.unit() as session:
        outbox.put(session, SICK, "push", "sick", {}, now=clock.now())
        outbox.put(session, SICK, "no such kind", "sick too", {}, now=clock.now())
    house.let_pass(4 * 3600 * TRIES, step=3600)
    assert [bool(message.parked_at) for message in house.messages()] == [True, True]


def test_a_lane_whose_name_means_nothing_stops_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = Raises(ValueError())
    monkeypatch.setitem(handlers.HANDLERS, "test", handler)
    put(house, "store:x", "a")
    put(house, WELL, "b")
    house.world.tick()
    with house.app.app_context():
        lanes.Drainer(house.app).run(["store:x", WELL], seconds=60)
    assert handler.handled == [f"{WELL} b"]


def test_while_one_lane_hangs_at_the_end_of_a_slice_the_others_are_drained(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hanging message ends only when one that comes after the slice was handled."""
    hanging, rescued = threading.Event(), threading.Event()
    outcome: list[bool] = []

    def hang(job: Job) -> None:
        hanging.set()
        outcome.append(rescued.wait(60))
        with job.unit() as session:
            outbox.done(session, job.message)

    def rescue(job: Job) -> None:
        rescued.set()
        with job.unit() as session:
            outbox.done(session, job.message)

    def go_on(drainer: lanes.Drainer, *_: object) -> bool:
        if not hanging.is_set():
            return True
        put_late(house)
        return False

    def put_late(house: House) -> None:
        with house.unit() as session:
            outbox.put(session, WELL, "rescue", "late", {}, now=clock.now())

    monkeypatch.setitem(handlers.HANDLERS, "hang", hang)
    monkeypatch.setitem(handlers.HANDLERS, "rescue", rescue)
    monkeypatch.setattr(lanes, "GRACE", 0.0)
    monkeypatch.setattr(lanes.Drainer, "_go_on", go_on)
    with house.unit() as session:
        outbox.put(session, SICK, "hang", "x", {}, now=clock.now())
    drained_without_end(house)
    assert outcome == [True]
    assert house.messages() == []


def drained_without_end(house: House) -> None:
    with house.app.app_context():
        lanes.Drainer(house.app).run([SICK], seconds=0)


def test_lanes_that_hang_take_no_other_lanes_place(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for two, two lanes hang; each ends only when a third one was drained."""
    rescued = threading.Event()
    outcome: list[bool] = []

    def hang(job: Job) -> None:
        outcome.append(rescued.wait(60))
        with job.unit() as session:
            outbox.done(session, job.message)

    def rescue(job: Job) -> None:
        rescued.set()
        with job.unit() as session:
            outbox.done(session, job.message)

    monkeypatch.setitem(handlers.HANDLERS, "hang", hang)
    monkeypatch.setitem(handlers.HANDLERS, "rescue", rescue)
    monkeypatch.setattr(lanes, "LANES_AT_ONCE", 2)
    monkeypatch.setattr(lanes, "HANGS_AFTER", 0.0)
    with house.unit() as session:
        for lane in ("orders:1", "orders:2"):
            outbox.put(session, lane, "hang", "x", {}, now=clock.now())
        outbox.put(session, "orders:3", "rescue", "x", {}, now=clock.now(), delay=0)
    with house.app.app_context():
        lanes.Drainer(house.app).run(["orders:1", "orders:2"], seconds=60)
    assert outcome == [True, True]


def test_a_message_that_would_call_its_store_for_ever_is_stopped(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.shop(ALFA)
    sent: list[int] = []

    def call_for_ever(job: Job) -> None:
        while True:
            http.send("GET", f"https://{ALFA}/admin/api/graphql.json")
            sent.append(1)

    monkeypatch.setitem(handlers.HANDLERS, "test", call_for_ever)
    put(house, SICK, "a")
    house.turn()
    (kept,) = house.messages("test")
    assert len(sent) == handlers.ONE_ORDER.calls
    assert (kept.tries, bool(kept.words)) == (1, True)
    assert kept.due_at > clock.now()
