"""A message whose workers die is found out and parked; the others and their lanes go on at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from orderflow import clock, leases, outbox
from orderflow.models import Message
from orderflow.outbox import CRASHES, SUSPECT
from tests.house import House
from tests.river.stage import Stage
from workers import handlers, lanes
from workers.gear import Job
from workers.supervisor import free_lanes_of

LANE, OTHER = "orders:901", "orders:902"


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    subjects: list[str] = []

    def handle(job: Job) -> None:
        subjects.append(job.message.subject)
        with job.unit() as session:
            outbox.done(session, job.message)

    monkeypatch.setitem(handlers.HANDLERS, "test", handle)
    return subjects


def put(house: House, lane: str, *subjects: str, **more: Any) -> None:
    with house.unit() as session:
        for subject in subjects:
            outbox.put(session, lane, "test", subject, {}, now=clock.now(), **more)


def dies(house: House, lane: str, holder: str = "dead") -> list[str]:
    """A worker takes the lane, claims what it may, and is killed; its lane is free again."""
    seconds = house.config.lease_seconds
    with house.unit() as session:
        now = clock.now()
        lease = leases.take(session, lane, now=now, seconds=seconds, holder=holder)
        assert lease is not None
        claimed = outbox.claim(session, lane, lease, 9, now=now, seconds=150)
    house.clock.advance(seconds + 1)
    return [message.subject for message in claimed]


def test_a_lane_and_its_messages_move_within_fifteen_seconds_of_their_workers_death(
    house: House, handled: list[str]
) -> None:
    put(house, LANE, "a", "b")
    begun = clock.now()
    assert dies(house, LANE) == ["a", "b"]
    with house.look() as session:
        assert leases.waiting(session, now=clock.now()) == [LANE]
    house.turn()
    assert sorted(handled) == ["a", "b"]
    assert clock.now() - begun < timedelta(seconds=15)


def test_lanes_of_a_child_that_is_known_to_be_dead_are_free_at_once(
    house: House, handled: list[str]
) -> None:
    put(house, LANE, "a")
    put(house, OTHER, "b")
    with house.unit() as session:
        for lane, holder in ((LANE, "dead"), (OTHER, "alive")):
            now = clock.now()
            lease = leases.take(session, lane, now=now, seconds=30, holder=holder)
            outbox.claim(session, lane, lease or 0, 9, now=now, seconds=150)
    with house.app.app_context():
        free_lanes_of(["dead", "long gone"])
    house.turn()
    assert handled == ["a"]


def test_what_kills_each_worker_is_parked_and_the_others_are_done(
    house: House, handled: list[str]
) -> None:
    """*Killer* takes its worker along whenever it is claimed; the others end when it is not."""
    put(house, LANE, "killer", "a", "b")
    assert [dies(house, LANE) for _ in range(SUSPECT)] == [["killer", "a", "b"]] * SUSPECT
    alone = [dies(house, LANE) for _ in range(CRASHES - SUSPECT)]
    assert alone == [["killer"]] * len(alone)
    house.turn()
    assert sorted(handled) == ["a", "b"]
    assert [message.subject for message in house.messages("test")] == ["killer"]


def test_a_message_with_too_many_crashes_is_parked_unhandled(
    house: House, handled: list[str]
) -> None:
    put(house, LANE, "killer", "a")
    with house.unit() as session:
        session.query(Message).filter_by(subject="killer").update({"crashes": CRASHES})
    house.turn()
    assert handled == ["a"]
    (parked,) = house.messages("test")
    assert (parked.subject, parked.words) == ("killer", "KillsWorkers")
    assert parked.parked_at is not None


def test_an_end_of_any_kind_clears_the_crashes_and_a_crash_is_no_try(house: House) -> None:
    put(house, LANE, "a")
    dies(house, LANE)
    with house.unit() as session:
        lease = leases.take(session, LANE, now=clock.now(), seconds=30) or 0
        (message,) = outbox.claim(session, LANE, lease, 1, now=clock.now(), seconds=150)
        assert (message.crashes, message.tries) == (1, 1)
        outbox.put_off(session, message, now=clock.now(), delay=1)
    (row,) = house.messages("test")
    assert (row.crashes, row.tries) == (0, 1)


def test_a_push_that_kills_its_workers_is_shown_on_its_order(stage: Stage) -> None:
    stage.faults.add("throttled", stage.side("shopify").host)
    stage.sells_on((stage.lamp, 1))
    with stage.house.unit() as session:
        session.query(Message).filter_by(kind="push").update({"crashes": CRASHES})
    stage.house.later(120)
    assert stage.states() == {"Alfa": "refused"}
    assert "given_up" in stage.house.events()


def spoil(house: House, subject: str, column: str, value: str) -> None:
    with house.unit() as session:
        statement = f"UPDATE message SET {column} = {value} WHERE subject = :subject"  # noqa: S608
        session.execute(text(statement), {"subject": subject})


HALF, NO_TIME, NO_TEXT = "'{\"half'", "'no time'", "CAST(CAST(x'ff' AS BLOB) AS TEXT)"
ROWS = [("about", HALF), ("first_tried_at", NO_TIME), ("words", NO_TEXT)]


@pytest.mark.parametrize(("column", "value"), ROWS, ids=[column for column, _ in ROWS])
def test_a_message_whose_row_cannot_be_read_is_parked_alone(
    house: House, handled: list[str], column: str, value: str
) -> None:
    put(house, LANE, "sick", "a")
    put(house, OTHER, "b")
    if not house.config.database_url.startswith("sqlite"):
        with pytest.raises(DBAPIError):  # PostgreSQL takes none of these
            spoil(house, "sick", column, value)
        return
    spoil(house, "sick", column, value)
    house.turn()
    assert sorted(handled) == ["a", "b"]
    (parked,) = house.messages("test")
    assert (parked.subject, bool(parked.parked_at)) == ("sick", True)


def test_lanes_take_turns_where_there_is_no_room_for_all(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One lane always has more to do, and there is room for one; the other's turn comes."""
    order: list[str] = []

    def handle(job: Job) -> None:
        order.append(job.message.lane)
        with job.unit() as session:
            if job.message.lane == LANE and len(order) < 500:
                outbox.put(session, LANE, "test", f"again {len(order)}", {}, now=clock.now())
            outbox.done(session, job.message)

    monkeypatch.setitem(handlers.HANDLERS, "test", handle)
    for name, value in (("LANES_AT_ONCE", 1), ("TURN", 0.02), ("LOOK_EVERY", 0.0)):
        monkeypatch.setattr(lanes, name, value)
    put(house, LANE, *(f"{number}" for number in range(20)))
    put(house, OTHER, "once")
    with house.app.app_context():
        lanes.Drainer(house.app).run([LANE], seconds=60)
    assert OTHER in order[:200]
