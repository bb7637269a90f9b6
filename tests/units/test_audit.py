"""Orders under the key of a push besides the one in the book: cancelled, and the key given up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orderflow.models import Push
from orderflow.traffic import audit, push
from tests.units.desk import Desk
from tests.units.test_push import ORDER, access_of


@pytest.mark.parametrize("state", sorted(audit.AUDITED))
def test_what_is_settled_is_audited(desk: Desk, state: str) -> None:
    desk.set(state=state, first_sent_at=desk.at(-9), remote_id="77")
    found = desk.do(lambda s: audit.begin(s, desk.id, compare=False))
    key = desk.push.key
    assert found == audit.Auditing(desk.id, access_of(desk), key, desk.at(-9), "77", None)
    desk.set(first_sent_at=None)
    assert desk.do(lambda s: audit.begin(s, desk.id, compare=False)) is None


@pytest.mark.parametrize("state", ["queued", "sending", "unknown"])
def test_what_is_under_way_is_not_audited(desk: Desk, state: str) -> None:
    desk.set(state=state, first_sent_at=desk.at(-9))
    assert desk.do(lambda s: audit.begin(s, desk.id, compare=False)) is None
    assert desk.do(lambda s: audit.surplus(s, desk.id, [ORDER])) == []
    assert len(desk.house.pushes()) == 1
    desk.do(lambda s: push.twin_seen(s, Desk.row(s), ORDER, desk.at(1)))
    assert [each for each in desk.messages() if each[0] == "audit"] == []


def test_of_a_placed_push_all_others_that_live_are_surplus(desk: Desk) -> None:
    desk.set(state=Push.PLACED, remote_id="77")
    dead, twin = replace(ORDER, id="78", live=False), replace(ORDER, id="79")
    assert desk.do(lambda s: audit.surplus(s, desk.id, [ORDER, dead, twin])) == [twin]
    desk.do(lambda s: audit.surplus_cancelled(s, desk.id, twin, desk.at(1)))
    assert (desk.push.state, desk.push.remote_id) == (Push.PLACED, "77")
    assert desk.events()[-1] == ("surplus_cancelled", {"number": "#77", "remote": "79"})
    assert len(desk.house.pushes()) == 1


@pytest.mark.parametrize("state", ["stopped", "refused"])
@pytest.mark.parametrize("alive", [True, False])
def test_a_key_whose_order_is_cancelled_is_given_up(desk: Desk, state: str, alive: bool) -> None:
    desk.set(state=state, words="No.")
    told = replace(ORDER, live=alive)
    twins = desk.do(lambda s: audit.surplus(s, desk.id, [told]))
    assert twins == ([told] if alive else [])
    first, second = desk.house.pushes()
    assert (first.state, first.remote_id, first.gone_at) == (Push.CANCELLED, "", None)
    assert (second.state, second.words, second.line_ids) == (state, "No.", first.line_ids)
    assert (second.part, second.key != first.key) == (2, True)
    assert second.connection_id == first.connection_id
    desk.do(lambda s: audit.surplus_cancelled(s, desk.id, told, desk.at(3)))
    assert (desk.push.remote_id, desk.push.remote_name) == ("77", "#77")
    assert (desk.push.remote_url, desk.push.gone_at) == (ORDER.url, desk.at(3))
    assert desk.do(lambda s: audit.surplus(s, desk.id, [told])) == []
    assert len(desk.house.pushes()) == 2


def test_a_stopped_push_of_which_nothing_is_found_keeps_its_key(desk: Desk) -> None:
    desk.set(state=Push.STOPPED)
    assert desk.do(lambda s: audit.surplus(s, desk.id, [])) == []
    assert [each.state for each in desk.house.pushes()] == [Push.STOPPED]


def test_a_twin_that_is_seen_is_audited_and_a_dead_one_takes_the_key(desk: Desk) -> None:
    desk.set(state=Push.STOPPED, first_sent_at=desk.at(-9))
    desk.do(lambda s: push.twin_seen(s, Desk.row(s), ORDER, desk.at(1)))
    assert desk.messages() == [("audit", f"push:{desk.id}", {"push": desk.id, "compare": False}, 1)]
    dead = replace(ORDER, live=False)
    desk.do(lambda s: push.twin_seen(s, Desk.row(s), dead, desk.at(2)))
    assert [each.state for each in desk.house.pushes()] == [Push.CANCELLED, Push.STOPPED]
    assert (desk.push.remote_id, desk.push.gone_at) == ("77", desk.at(2))
    desk.do(lambda s: push.twin_seen(s, Desk.row(s), dead, desk.at(3)))
    assert len(desk.house.pushes()) == 2
