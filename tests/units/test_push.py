"""A push step by step: what each outcome writes down, and what comes next. No store is asked."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import life, snapshot
from orderflow.models import Attempt, OrderLine, Push
from orderflow.traffic import push
from stores.base import PlacedOrder
from tests.units.desk import Desk

WAITS = (5.0, 30.0, 120.0)
ORDER = PlacedOrder("77", "#77", "key", url="https://alfa.example.com/77", notes=("Rounded.",))


def moved(was: str, now: str) -> tuple[str, dict[str, Any]]:
    return ("state_changed", {"was": was, "now": now})


def test_what_is_queued_is_sent_once_it_is_written_down(desk: Desk) -> None:
    sending = desk.begin(7)
    assert isinstance(sending, push.Sending)
    found = desk.push
    assert (sending.push_id, sending.access_id) == (found.id, access_of(desk))
    assert (found.state, found.first_sent_at) == (Push.SENDING, desk.at(7))
    assert sending.order == snapshot.composed_from_json(found.sent)
    assert [(line.title, line.quantity) for line in sending.order.lines] == [("Lamp", 2)]
    assert (desk.line.push_id, desk.line.pushed_quantity, desk.line.pushed_pieces) == (
        found.id,
        2,
        2,
    )
    assert desk.attempts() == [("create", "", "")]
    with desk.house.look() as session:
        attempt = session.scalars(select(Attempt)).one()
        assert (attempt.id, attempt.started_at, attempt.ended_at) == (
            sending.attempt_id,
            desk.at(7),
            None,
        )


def access_of(desk: Desk) -> int:
    with desk.house.look() as session:
        return Desk.row(session).connection.access_id


def test_the_first_time_it_was_sent_is_kept(desk: Desk) -> None:
    desk.set(first_sent_at=desk.at(-60))
    desk.begin(7)
    assert desk.push.first_sent_at == desk.at(-60)


def test_of_what_was_shipped_meanwhile_only_the_rest_goes(desk: Desk) -> None:
    def ship(session: Session) -> None:
        line = session.scalars(select(OrderLine)).one()
        line.fulfillable = 1

    desk.do(ship)
    sending = desk.begin()
    assert isinstance(sending, push.Sending)
    assert [line.quantity for line in sending.order.lines] == [1]
    assert (desk.line.pushed_quantity, desk.line.pushed_pieces) == (2, 1)


def test_what_the_rules_no_longer_allow_is_stopped(desk: Desk) -> None:
    desk.house.set(order_sync=False)
    assert desk.begin() is None
    assert desk.push.state == Push.STOPPED
    assert desk.line.push_id is None
    assert desk.part.state == life.HELD
    assert desk.part.main_reason == "order_sync_off"
    assert desk.events()[-2:] == [("push_stopped", {}), moved("queued", "held")]
    assert desk.attempts() == []


def test_a_part_with_another_order_in_the_store_stays_pushed(desk: Desk) -> None:
    def another(session: Session) -> None:
        row = Desk.row(session)
        session.add(
            Push(
                merchant_id=row.merchant_id,
                vendor_order_id=row.vendor_order_id,
                connection_id=row.connection_id,
                part=2,
                key="SL-second",
                state=Push.PLACED,
                line_ids=[],
            )
        )

    desk.do(another)
    desk.house.set(order_sync=False)
    desk.begin()
    assert desk.part.state == life.PUSHED


@pytest.mark.parametrize("state", ["placed", "stopped", "refused", "replaced", "cancelled"])
def test_nothing_is_done_with_what_is_over(desk: Desk, state: str) -> None:
    desk.set(state=state)
    assert desk.begin() is None
    assert desk.push.state == state
    assert desk.attempts() == []


def test_a_worker_that_died_leaves_an_unknown_outcome(desk: Desk) -> None:
    desk.begin()
    looking = desk.begin(9)
    assert isinstance(looking, push.Looking)
    found = desk.push
    assert looking == push.Looking(
        found.id, looking.attempt_id, access_of(desk), found.key, desk.at(0)
    )
    assert (found.state, found.looks) == (Push.UNKNOWN, 0)
    words = "the worker died before the answer"
    assert desk.attempts() == [("create", "unknown", words), ("look", "", "")]
    assert desk.events()[-2:] == [("outcome_unknown", {"words": words}), moved("queued", "unknown")]
    again = desk.begin(20)
    assert isinstance(again, push.Looking)
    assert desk.events()[-1] == moved("queued", "unknown"), "told once"


def test_where_it_is_not_known_when_it_was_sent_the_part_s_time_counts(desk: Desk) -> None:
    desk.set(state=Push.UNKNOWN, first_sent_at=None)
    looking = desk.begin(9)
    assert isinstance(looking, push.Looking)
    assert looking.since == desk.part.state_since


def test_a_lost_answer_is_looked_for_after_a_while(desk: Desk) -> None:
    desk.begin()
    desk.do(lambda s: push.unknown(s, desk.id, "no answer", desk.at(3), 5.0))
    assert desk.push.state == Push.UNKNOWN
    assert desk.push.words == "no answer"
    assert desk.part.state == life.UNKNOWN
    assert desk.messages() == [("push", f"push:{desk.id}", {"push": desk.id}, 8)]
    desk.set(state=Push.PLACED)
    desk.do(lambda s: push.unknown(s, desk.id, "no answer", desk.at(4), 5.0))
    assert (desk.push.state, len(desk.messages())) == (Push.PLACED, 1)


def test_the_answer_is_written_down(desk: Desk) -> None:
    desk.begin()
    desk.do(lambda s: push.placed(s, desk.id, ORDER, desk.at(2), how="answer"))
    found = desk.push
    assert (found.state, found.placed_at, found.words) == (Push.PLACED, desk.at(2), "")
    assert (found.remote_id, found.remote_name, found.remote_url) == ("77", "#77", ORDER.url)
    assert desk.attempts() == [("create", "placed", "")]
    told = {"how": "answer", "number": "#77", "remote": "77", "notes": ["Rounded."]}
    assert ("placed", told) in desk.events()
    assert desk.part.state == life.PUSHED
    assert desk.messages() == []
    before = desk.events()
    other = replace(ORDER, id="78")
    desk.do(lambda s: push.placed(s, desk.id, other, desk.at(3), how="webhook"))
    assert (desk.push.remote_id, desk.events()) == ("77", before)


def test_what_was_sent_twice_is_audited_later(desk: Desk) -> None:
    desk.begin()
    desk.set(repeated=True)
    desk.do(lambda s: push.placed(s, desk.id, ORDER, desk.at(2), how="look"))
    subject = f"push:{desk.id}"
    assert desk.messages() == [
        ("audit", subject, {"push": desk.id, "compare": True}, 2),
        ("audit", subject, {"push": desk.id, "compare": False}, 902),
    ]


@pytest.mark.parametrize(
    ("number", "live", "audits"), [("77", True, 0), ("78", True, 1), ("78", False, 0)]
)
def test_an_answer_that_comes_after_the_webhook_is_compared(
    desk: Desk, number: str, live: bool, audits: int
) -> None:
    desk.begin()
    desk.do(lambda s: push.placed(s, desk.id, ORDER, desk.at(2), how="webhook"))
    before = len(desk.messages())
    late = replace(ORDER, id=number, live=live)
    desk.do(lambda s: push.placed(s, desk.id, late, desk.at(3), how="answer"))
    assert desk.push.remote_id == "77"
    assert [each[-1] for each in desk.messages()[before:]] == [3] * audits


def test_what_a_firewall_turned_away_is_looked_for_before_it_is_sent_again(desk: Desk) -> None:
    desk.begin()
    desk.do(lambda s: push.refused(s, desk.id, "Forbidden.", desk.at(2), certain=False))
    assert (desk.push.state, desk.push.repeated) == (Push.REFUSED, True)
    assert desk.attempts() == [("create", "turned away", "Forbidden.")]
    desk.set(state=Push.QUEUED)
    assert isinstance(desk.begin(600), push.Looking)


@pytest.mark.parametrize(("later", "sends"), [(10, True), (119, True), (121, False)])
def test_a_look_that_found_nothing_holds_for_a_while(desk: Desk, later: int, sends: bool) -> None:
    desk.begin()
    desk.do(lambda s: push.unknown(s, desk.id, "", desk.at(0), 5.0))
    desk.begin(5)
    desk.do(lambda s: push.looked(s, desk.id, [], desk.at(6), WAITS[:1]))
    assert desk.push.state == Push.QUEUED
    assert isinstance(desk.begin(6 + later), push.Sending) is sends


def test_after_two_days_of_lost_answers_a_person_must_look(desk: Desk) -> None:
    desk.begin()
    desk.do(lambda s: push.unknown(s, desk.id, "No answer.", desk.at(0), 5.0))
    desk.begin(48 * 3600)
    moment = desk.at(48 * 3600 + 1)
    desk.do(lambda s: push.looked(s, desk.id, [], moment, WAITS[:1]))
    assert (desk.push.state, desk.part.state) == (Push.REFUSED, life.REFUSED)
    assert ("given_up", {"words": "No answer."}) in desk.events()
    assert desk.attempts()[-1][1] == "given up"


def test_only_after_every_look_it_may_be_sent_again(desk: Desk) -> None:
    desk.begin()
    desk.do(lambda s: push.unknown(s, desk.id, "", desk.at(0), 5.0))
    for number, due in ((1, 30 + 10), (2, 120 + 20)):
        desk.begin()
        moment = desk.at(10 * number)
        desk.do(partial(push.looked, push_id=desk.id, found=[], now=moment, waits=WAITS))
        assert (desk.push.state, desk.push.looks) == (Push.UNKNOWN, number)
        assert desk.messages()[-1][-1] == due
    assert not desk.push.repeated
    desk.begin()
    desk.do(lambda s: push.looked(s, desk.id, [], desk.at(30), WAITS))
    assert (desk.push.state, desk.push.repeated) == (Push.QUEUED, True)
    assert desk.messages()[-1] == ("push", f"push:{desk.id}", {"push": desk.id}, 30)
    assert desk.events()[-2:] == [("looked_in_vain", {"looks": 3}), moved("unknown", "queued")]
    assert [outcome for _, outcome, _ in desk.attempts()] == ["unknown", *["not found"] * 3]


def test_a_look_that_comes_too_late_changes_nothing(desk: Desk) -> None:
    desk.set(state=Push.STOPPED)
    desk.do(lambda s: push.looked(s, desk.id, [], desk.at(1), WAITS))
    assert (desk.push.state, desk.push.looks, desk.messages()) == (Push.STOPPED, 0, [])


@pytest.mark.parametrize(
    ("alive", "placed", "audited"),
    [
        ((True,), "1", False),
        ((False,), "1", False),
        ((False, True), "2", False),
        ((True, True), "1", True),
        ((False, True, True), "2", True),
    ],
)
def test_of_what_a_look_finds_the_living_counts(
    desk: Desk, alive: tuple[bool, ...], placed: str, audited: bool
) -> None:
    desk.begin()
    desk.do(lambda s: push.unknown(s, desk.id, "", desk.at(0), 600.0))
    found = [PlacedOrder(str(n), f"#{n}", "k", live=x) for n, x in enumerate(alive, start=1)]
    desk.do(lambda s: push.looked(s, desk.id, found, desk.at(1), WAITS))
    assert (desk.push.state, desk.push.remote_id) == (Push.PLACED, placed)
    audits = [message for message in desk.messages() if message[0] == "audit"]
    subject = f"push:{desk.id}"
    compared, twins = {"push": desk.id, "compare": True}, {"push": desk.id, "compare": False}
    assert audits == [("audit", subject, compared, 1), ("audit", subject, twins, 1)][: 1 + audited]
    assert ("placed", "look") in [(code, told.get("how")) for code, told in desk.events()]


@pytest.mark.parametrize("outcome", ["busy", "locked"])
def test_a_store_that_did_nothing_leaves_the_push_queued(desk: Desk, outcome: str) -> None:
    desk.begin()
    desk.do(lambda s: push.not_sent(s, desk.id, outcome, "Later.", desk.at(2)))
    assert (desk.push.state, desk.push.words) == (Push.QUEUED, "Later.")
    assert desk.attempts() == [("create", outcome, "Later.")]
    assert desk.events()[-1] == (f"store_{outcome}", {"words": "Later."})
    before = desk.events()
    desk.set(state=Push.UNKNOWN)
    desk.do(lambda s: push.not_sent(s, desk.id, outcome, "Later.", desk.at(2)))
    assert (desk.push.state, desk.events()) == (Push.UNKNOWN, before)


def test_a_refusal_frees_the_lines(desk: Desk) -> None:
    desk.begin()
    desk.do(lambda s: push.refused(s, desk.id, "No such product.", desk.at(2)))
    assert (desk.push.state, desk.push.words) == (Push.REFUSED, "No such product.")
    assert desk.attempts() == [("create", "refused", "No such product.")]
    assert desk.line.push_id is None
    assert desk.part.state == life.REFUSED
    assert ("refused", {"words": "No such product."}) in desk.events()


def test_what_was_never_sent_in_two_days_is_refused_and_what_may_stand_is_not(desk: Desk) -> None:
    desk.do(lambda s: push.given_up(s, desk.id, "Busy.", desk.at(2)))
    assert (desk.push.state, desk.push.words) == (Push.REFUSED, "Busy.")
    assert desk.line.push_id is None
    assert desk.part.state == life.REFUSED
    assert ("given_up", {"words": "Busy."}) in desk.events()


def test_an_unknown_one_is_not_given_up(desk: Desk) -> None:
    desk.begin()
    desk.do(lambda s: push.unknown(s, desk.id, "", desk.at(0), 5.0))
    desk.do(lambda s: push.given_up(s, desk.id, "Busy.", desk.at(2)))
    assert desk.push.state == Push.UNKNOWN
    assert desk.line.push_id == desk.id
    assert desk.events()[-1] == ("given_up", {"words": "Busy."})


@pytest.mark.parametrize(
    ("state", "repeated", "landed"),
    [
        ("sending", False, True),
        ("unknown", False, True),
        ("queued", True, True),
        ("queued", False, False),
        ("placed", True, False),
        ("stopped", True, False),
    ],
)
def test_a_create_may_have_landed(state: str, repeated: bool, landed: bool) -> None:
    assert push.may_have_landed(Push(state=state, repeated=repeated)) is landed


def test_a_store_tells_once_that_its_order_lives_no_more(desk: Desk) -> None:
    desk.begin()
    desk.do(lambda s: push.placed(s, desk.id, ORDER, desk.at(2), how="answer"))

    def seen(live: bool, seconds: float) -> None:
        desk.do(lambda s: push.seen_alive(s, Desk.row(s), live, desk.at(seconds)))

    before = len(desk.events())
    seen(True, 3)
    assert len(desk.events()) == before
    seen(False, 4)
    assert desk.push.gone_at == desk.at(4)
    assert desk.events()[before] == ("vendor_order_gone", {"number": "#77"})
    assert [flag.code for flag in desk.house.flags()] == ["vendor_cancelled"]
    before = len(desk.events())
    seen(False, 5)
    assert (desk.push.gone_at, len(desk.events())) == (desk.at(4), before)
    seen(True, 6)
    assert [push.gone_at for push in desk.house.pushes()] == [None]
    assert desk.events()[before] == ("vendor_order_back", {"number": "#77"})
    assert desk.house.flags() == []
