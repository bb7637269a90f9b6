"""Messages and leases: claimed once, in order, and never by somebody whose time is over."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from orderflow import leases, outbox
from orderflow.models import Message
from orderflow.outbox import Claimed, Fenced
from tests.house import House

LANE = "store:1"
START = datetime(2026, 1, 1, tzinfo=UTC)


class Office:
    """One lane of one house; the time is given with each question."""

    def __init__(self, house: House) -> None:
        self.house = house

    def do(self, act: Callable[[Session], Any]) -> Any:
        with self.house.unit() as session:
            return act(session)

    def put(self, subject: str, *, at: datetime = START, **more: Any) -> None:
        self.do(lambda s: outbox.put(s, LANE, "push", subject, {}, now=at, **more))

    def take(self, at: datetime = START, seconds: float = 30) -> int | None:
        found: int | None = self.do(lambda s: leases.take(s, LANE, now=at, seconds=seconds))
        return found

    def claim(self, lease: int, at: datetime = START, count: int = 10) -> list[Claimed]:
        found: list[Claimed] = self.do(
            lambda s: outbox.claim(s, LANE, lease, count, now=at, seconds=60)
        )
        return found

    def subjects(self, lease: int, at: datetime = START, count: int = 10) -> list[str]:
        return [message.subject for message in self.claim(lease, at, count)]

    def done(self, message: Claimed) -> None:
        self.do(lambda s: outbox.done(s, message))


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_one_at_a_time_holds_a_lane(office: Office) -> None:
    assert office.take() == 1
    assert office.take(after(29)) is None
    assert office.take(after(31)) == 2


def test_a_lease_that_was_taken_over_is_neither_renewed_nor_released(office: Office) -> None:
    office.take()
    office.take(after(31))
    assert not office.do(lambda s: leases.renew(s, {LANE: 1}, now=after(32), seconds=30))
    assert office.do(lambda s: leases.renew(s, {LANE: 2, "b": 1}, now=after(32), seconds=30)) == {
        LANE
    }
    office.do(lambda s: leases.release(s, LANE, 1, {"left": 1}))
    assert office.take(after(33)) is None
    assert office.do(lambda s: leases.gauge(s, LANE)) is None


def test_a_released_lane_is_free_and_remembers_its_limiter(office: Office) -> None:
    office.take()
    office.do(lambda s: leases.release(s, LANE, 1, {"left": 7}))
    assert office.take(after(1)) == 2
    assert office.do(lambda s: leases.gauge(s, LANE)) == {"left": 7}


def test_a_worker_without_the_lease_claims_nothing(office: Office) -> None:
    office.put("a")
    office.take()
    office.take(after(31))
    assert office.subjects(1, after(32)) == []
    assert office.subjects(2, after(32)) == ["a"]


def test_a_message_is_claimed_once(office: Office) -> None:
    office.put("a")
    lease = office.take() or 0
    assert office.subjects(lease) == ["a"]
    assert office.subjects(lease) == []


def test_no_more_is_claimed_than_was_asked_for_and_the_oldest_first(office: Office) -> None:
    for name in "abc":
        office.put(name)
    lease = office.take() or 0
    assert office.subjects(lease, count=2) == ["a", "b"]


def test_what_is_not_due_waits(office: Office) -> None:
    office.put("a", delay=60)
    lease = office.take(seconds=600) or 0
    assert office.subjects(lease, after(59)) == []
    assert office.subjects(lease, after(60)) == ["a"]


def test_messages_of_one_subject_go_one_after_another(office: Office) -> None:
    for name in ("a", "a", "b"):
        office.put(name)
    lease = office.take() or 0
    first, other = office.claim(lease)
    assert (first.subject, other.subject) == ("a", "b")
    assert office.claim(lease) == []
    office.done(first)
    assert office.subjects(lease) == ["a"]


def test_a_parked_message_stands_in_nobodys_way(office: Office) -> None:
    office.put("a")
    office.put("a")
    lease = office.take() or 0
    (first,) = office.claim(lease)
    office.do(lambda s: outbox.park(s, first, now=START, words="48 h"))
    assert office.subjects(lease) == ["a"]


def test_a_claim_lapses_with_its_worker(office: Office) -> None:
    office.put("a")
    lease = office.take(seconds=600) or 0
    (lost,) = office.claim(lease)
    (again,) = office.claim(lease, after(61))
    assert (again.id, again.tries) == (lost.id, 1)
    with pytest.raises(Fenced):
        office.done(lost)
    with pytest.raises(Fenced):
        office.do(lambda s: outbox.put_off(s, lost, now=START, delay=1))
    with pytest.raises(Fenced):
        office.do(lambda s: outbox.park(s, lost, now=START, words=""))
    office.done(again)


def test_what_a_fenced_worker_writes_is_not_kept(office: Office) -> None:
    office.put("a")
    lease = office.take(seconds=600) or 0
    (lost,) = office.claim(lease)
    office.claim(lease, after(61))

    def write(session: Session) -> None:
        outbox.put(session, LANE, "push", "from the dead", {}, now=START)
        outbox.done(session, lost)

    with pytest.raises(Fenced):
        office.do(write)
    assert [message.subject for message in office.house.messages()] == ["a"]


def test_what_is_put_off_comes_again_and_counts_its_tries(office: Office) -> None:
    office.put("a")
    lease = office.take(seconds=9999) or 0
    (first,) = office.claim(lease)
    office.do(lambda s: outbox.put_off(s, first, now=START, delay=60, words="busy"))
    assert office.claim(lease, after(59)) == []
    (second,) = office.claim(lease, after(61))
    assert (second.tries, second.first_tried_at) == (2, START)
    office.do(lambda s: outbox.put_off(s, second, now=after(61), delay=1, counted=False))
    (third,) = office.claim(lease, after(62))
    assert (third.tries, third.first_tried_at) == (2, START)
    office.do(lambda s: outbox.put_off(s, third, now=after(62), delay=1, fresh=True))
    (fourth,) = office.claim(lease, after(63))
    assert (fourth.tries, fourth.first_tried_at) == (1, after(63))


def test_once_means_one_at_a_time(office: Office) -> None:
    office.put("a", once="poll:1")
    office.put("a", once="poll:1")
    lease = office.take() or 0
    (only,) = office.claim(lease)
    assert only.standing
    office.done(only)
    office.put("a", once="poll:1")
    assert len(office.house.messages()) == 1


def test_standing_messages_are_never_worn_out(office: Office) -> None:
    office.put("a", once="poll:1")
    office.put("b")
    lease = office.take() or 0
    standing, passing = office.claim(lease)
    later = START + outbox.GIVE_UP
    assert not outbox.worn_out(standing, later)
    assert not outbox.worn_out(passing, later - timedelta(seconds=1))
    assert outbox.worn_out(passing, later)


def test_a_store_that_is_back_wakes_what_was_put_off_or_parked(office: Office) -> None:
    for name in "abc":
        office.put(name)
    office.put("d", delay=500)
    lease = office.take(seconds=9999) or 0
    off, parked, _running = office.claim(lease)
    office.do(lambda s: outbox.put_off(s, off, now=START, delay=3600))
    office.do(lambda s: outbox.park(s, parked, now=START, words=""))
    office.do(lambda s: outbox.wake(s, LANE, after(5)))
    assert sorted(office.subjects(lease, after(5))) == ["a", "b"]


def test_lanes_that_wait_are_those_with_something_to_do_and_nobody_there(office: Office) -> None:
    def waiting(at: datetime) -> list[str]:
        found: list[str] = office.do(lambda s: leases.waiting(s, now=at))
        return found

    assert waiting(START) == []
    office.put("a", delay=10)
    assert waiting(START) == []
    assert waiting(after(10)) == [LANE]
    office.take(after(10))
    assert waiting(after(11)) == []
    assert waiting(after(41)) == [LANE]


@pytest.mark.parametrize(("tries", "least"), list(enumerate(outbox.PAUSES, start=1)))
def test_pauses_grow_and_never_undercut_what_the_store_said(tries: int, least: int) -> None:
    assert least <= outbox.pause(tries) <= least * 1.25
    assert outbox.pause(tries, 80_000) >= 80_000
    assert outbox.pause(99) >= outbox.PAUSES[-1]


@pytest.mark.parametrize(
    ("told", "least"), [(0, 1), (0.2, 1), (7, 7), (59, 59), (60, 60), (61, 61)]
)
def test_a_store_that_asks_for_little_at_first_is_asked_again_soon(told: float, least: int) -> None:
    for tries in (0, 1):
        assert least <= outbox.pause(tries, told) <= least * 1.25
    assert outbox.pause(2, told) >= outbox.PAUSES[1], "but who says so twice is not believed"


@pytest.mark.parametrize("told", [math.inf, -math.inf, math.nan, 1e300, -1e300, 10**400])
def test_no_store_can_name_a_pause_that_is_none(told: float) -> None:
    for tries in (0, 1, 99):
        assert 0 <= outbox.pause(tries, told) <= outbox.LONGEST


@pytest.mark.parametrize("delay", [math.inf, math.nan, 1e300, -5.0])
def test_whatever_delay_is_asked_for_a_message_is_due_within_a_day(
    office: Office, delay: float
) -> None:
    office.put("a")
    lease = office.take() or 0
    (message,) = office.claim(lease)
    office.do(lambda s: outbox.put_off(s, message, now=START, delay=delay))
    (row,) = office.house.messages()
    assert START <= row.due_at <= after(outbox.LONGEST)


def test_a_try_without_an_outcome_does_not_count(office: Office) -> None:
    """The worker was killed each time: the message must not wait longer for that."""
    office.put("a")
    lease = office.take(seconds=9999) or 0
    for lapsed in (0, 61, 122):
        (message,) = office.claim(lease, after(lapsed))
        assert message.tries == 1
    office.do(lambda s: outbox.put_off(s, message, now=after(122), delay=1))
    assert [each.tries for each in office.claim(lease, after(130))] == [2]


def test_a_claim_that_is_extended_outlives_its_time(office: Office) -> None:
    for name in "ab":
        office.put(name)
    lease = office.take(seconds=9999) or 0
    kept, _lapsing = office.claim(lease)
    office.do(lambda s: outbox.extend(s, [kept], now=after(50), seconds=60))
    assert office.subjects(lease, after(70)) == ["b"]
    office.done(kept)


def test_what_a_message_is_about_may_change_when_it_is_put_off(office: Office) -> None:
    office.put("a")
    lease = office.take() or 0
    (message,) = office.claim(lease)
    office.do(lambda s: outbox.put_off(s, message, now=START, delay=0, about={"full": 3}))
    assert [each.about for each in office.claim(lease)] == [{"full": 3}]


def test_a_message_keeps_what_it_is_about(office: Office) -> None:
    office.do(lambda s: outbox.put(s, LANE, "push", "a", {"push": 5}, now=START))
    row: Message = office.house.messages()[0]
    assert (row.about, row.kind, row.tries) == ({"push": 5}, "push", 0)
