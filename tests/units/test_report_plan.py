"""What is to be done in the marketplace, as a table: a shipment and what is there, in and out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from orderflow.traffic.report import Correction, Plan, Telling, Told, plan
from stores.base import Fulfilment, FulfilmentHold, FulfilmentPart, FulfilmentState, Tracking

ONE, OTHER = (Tracking("UPS", "1Z1"),), (Tracking("UPS", "1Z2"),)


def telling(lines: dict[str, int], *told: Told, tracking: Any = ONE) -> Telling:
    return Telling(1, 1, "9", lines, tracking, told, frozenset(), True)


def state(
    open_: dict[str, int] | None = None, *done: Fulfilment, held: Any = ()
) -> FulfilmentState:
    parts = (FulfilmentPart("north", open_, {}),) if open_ else ()
    return FulfilmentState(parts, done, held)


def lines_of(made: Plan) -> list[dict[str, int]]:
    return [dict(sending.part.lines) for sending in made.fulfil]


def test_what_nobody_knows_yet_is_fulfilled() -> None:
    made = plan(telling({"a": 2}), state({"a": 3, "b": 1}))
    assert lines_of(made) == [{"a": 2}]
    assert not made.short


def test_what_is_known_already_is_left_alone() -> None:
    done = Fulfilment("5", {"a": 2}, ONE)
    assert (
        plan(telling({"a": 2}, Told(1, "5", "north", {"a": 2}, ONE)), state(None, done)) == Plan()
    )


def test_goods_of_two_locations_are_cut_in_two() -> None:
    there = FulfilmentState(
        (FulfilmentPart("north", {"a": 1}, {}), FulfilmentPart("south", {"a": 5, "b": 1}, {})), ()
    )
    made = plan(telling({"a": 3, "b": 1}), there)
    assert [(sent.part.location, dict(sent.part.lines)) for sent in made.fulfil] == [
        ("north", {"a": 1}),
        ("south", {"a": 2, "b": 1}),
    ]


def test_what_the_marketplace_does_not_take_is_told() -> None:
    made = plan(telling({"a": 3}), state({"a": 1}))
    assert lines_of(made) == [{"a": 1}]
    assert (made.short, made.held) == ({"a": 2}, "")


def test_what_is_on_hold_is_told_as_such() -> None:
    fraud, stock = FulfilmentHold("fraud", {"a": 2}), FulfilmentHold("no stock", {"a": 1, "b": 9})
    made = plan(telling({"a": 3}), state(held=(fraud, stock)))
    assert (made.waiting, made.short, made.held) == ({"a": 3}, {}, "fraud, no stock")
    made = plan(telling({"a": 3}), state({"a": 3}, held=(fraud,)))
    assert (made.waiting, made.short, made.held) == ({}, {}, "")


def test_a_hold_of_other_goods_is_none_of_these() -> None:
    hold = FulfilmentHold("fraud", {"b": 3})
    made = plan(telling({"a": 3}), state({"a": 1}, held=(hold,)))
    assert (made.waiting, made.short, made.held) == ({}, {"a": 2}, "")
    made = plan(telling({"a": 3, "b": 1}), state({"a": 1}, held=(hold,)))
    assert (made.waiting, made.short, made.held) == ({"b": 1}, {"a": 2}, "fraud")


def test_a_new_number_corrects_the_fulfilment() -> None:
    told = Told(1, "5", "north", {"a": 2}, ONE)
    made = plan(
        telling({"a": 2}, told, tracking=OTHER), state(None, Fulfilment("5", {"a": 2}, ONE))
    )
    assert made == Plan(correct=(Correction(told, OTHER),))


def test_a_withdrawn_shipment_is_withdrawn() -> None:
    told = Told(1, "5", "north", {"a": 2}, ONE)
    made = plan(telling({}, told), state(None, Fulfilment("5", {"a": 2}, ONE)))
    assert made == Plan(withdraw=(told,))


def test_fewer_pieces_than_were_told_are_withdrawn_before_they_are_told_again() -> None:
    told = Told(1, "5", "north", {"a": 3}, ONE)
    made = plan(telling({"a": 2}, told), state(None, Fulfilment("5", {"a": 3}, ONE)))
    assert made == Plan(withdraw=(told,))


def test_more_pieces_than_were_told_follow() -> None:
    told = Told(1, "5", "north", {"a": 1}, ONE)
    made = plan(telling({"a": 3}, told), state({"a": 2}, Fulfilment("5", {"a": 1}, ONE)))
    assert made.withdraw == ()
    assert lines_of(made) == [{"a": 2}]


def test_two_fulfilments_that_tell_more_than_was_shipped_do_not_both_stay() -> None:
    first, second = (Told(i, str(i), "north", {"a": 1}, ONE) for i in (1, 2))
    done = [Fulfilment(str(i), {"a": 1}, ONE) for i in (1, 2)]
    made = plan(telling({"a": 1}, first, second), state(None, *done))
    assert made == Plan(withdraw=(second,))


def test_one_that_was_cancelled_in_the_marketplace_is_told_again() -> None:
    told = Told(1, "5", "north", {"a": 2}, ONE)
    gone = Fulfilment("5", {"a": 2}, ONE, cancelled=True)
    assert lines_of(plan(telling({"a": 2}, told), state({"a": 2}, gone))) == [{"a": 2}]


def test_an_unanswered_one_that_landed_is_recognised_by_goods_and_number() -> None:
    unanswered = Told(1, "", "north", {"a": 2}, ONE)
    landed = Fulfilment("5", {"a": 2}, ONE)
    assert plan(telling({"a": 2}, unanswered), state(None, landed)) == Plan(adopt=((1, landed),))


def test_an_unanswered_one_that_did_not_land_is_sent_again() -> None:
    unanswered = Told(1, "", "north", {"a": 2}, ONE)
    for stranger in (Fulfilment("5", {"a": 2}, OTHER), Fulfilment("5", {"a": 1}, ONE)):
        made = plan(telling({"a": 2}, unanswered), state({"a": 2}, stranger))
        assert made.drop == (1,)
        assert lines_of(made) == [{"a": 2}]


def test_a_fulfilment_of_another_shipment_is_never_taken_for_ours() -> None:
    unanswered = Told(1, "", "north", {"a": 1}, ())
    others = replace(telling({"a": 1}, unanswered, tracking=()), others=frozenset({"5"}))
    made = plan(others, state({"a": 1}, Fulfilment("5", {"a": 1})))
    assert made.adopt == ()
    assert lines_of(made) == [{"a": 1}]


def test_what_arrived_is_told_where_it_is_not_known_yet() -> None:
    first, second = Told(1, "5", "north", {"a": 1}, ONE), Told(2, "6", "south", {"a": 1}, ONE)
    known = Fulfilment("5", {"a": 1}, ONE, delivered=True)
    there = state(None, known, Fulfilment("6", {"a": 1}, ONE))
    sent = telling({"a": 2}, first, second)
    assert plan(sent, there).arrived == ()
    assert plan(replace(sent, delivered_at=datetime.now(UTC)), there).arrived == (second,)


# -- several carriers on one shipment --------------------------------------------------------------

UPS_AND_DHL = (Tracking("UPS", "1Z1"), Tracking("DHL Express", "JD2"))
UPS_ONLY, DHL_ONLY = UPS_AND_DHL[:1], UPS_AND_DHL[1:]
WITH_LINKS = (
    Tracking("UPS", "1Z1", "https://www.ups.com/track?tracknum=1Z1"),
    Tracking(
        "DHL Express", "JD2", "https://www.dhl.com/global-en/home/tracking.html?tracking-id=JD2"
    ),
)


def sent_of(made: Plan) -> list[tuple[dict[str, int], Any]]:
    return [(dict(sent.part.lines), sent.tracking) for sent in made.fulfil]


def test_numbers_of_two_carriers_become_two_fulfilments() -> None:
    both = telling({"a": 2, "b": 1}, tracking=UPS_AND_DHL)
    assert sent_of(plan(both, state({"a": 2, "b": 1}))) == [
        ({"a": 2}, UPS_ONLY),
        ({"b": 1}, DHL_ONLY),
    ]
    assert sent_of(plan(telling({"a": 2}, tracking=UPS_AND_DHL), state({"a": 2}))) == [
        ({"a": 1}, UPS_ONLY),
        ({"a": 1}, DHL_ONLY),
    ]


def test_two_fulfilments_of_two_carriers_are_left_alone() -> None:
    first = Told(1, "5", "north", {"a": 1}, UPS_ONLY)
    second = Told(2, "6", "north", {"a": 1}, DHL_ONLY)
    there = state(None, Fulfilment("5", {"a": 1}, UPS_ONLY), Fulfilment("6", {"a": 1}, DHL_ONLY))
    both = telling({"a": 2}, first, second, tracking=UPS_AND_DHL)
    assert plan(both, there) == Plan()
    changed = (Tracking("UPS", "1Z9"), *DHL_ONLY)
    assert plan(replace(both, tracking=changed), there).correct == (Correction(first, changed[:1]),)


def test_the_second_carrier_is_sent_where_only_the_first_landed() -> None:
    told = Told(1, "5", "north", {"a": 1}, UPS_ONLY)
    there = state({"b": 1}, Fulfilment("5", {"a": 1}, UPS_ONLY))
    made = plan(telling({"a": 1, "b": 1}, told, tracking=UPS_AND_DHL), there)
    assert (sent_of(made), made.correct) == ([({"b": 1}, DHL_ONLY)], ())


def test_one_piece_with_two_carriers_keeps_both_links() -> None:
    one = telling({"a": 1}, tracking=UPS_AND_DHL)
    assert sent_of(plan(one, state({"a": 1}))) == [({"a": 1}, WITH_LINKS)]
    told = Told(1, "5", "north", {"a": 1}, WITH_LINKS)
    there = state(None, Fulfilment("5", {"a": 1}, WITH_LINKS))
    assert plan(replace(one, told=(told,)), there) == Plan()


def test_a_carrier_that_comes_when_all_is_told_joins_the_fulfilment_that_stands() -> None:
    told = Told(1, "5", "north", {"a": 2}, UPS_ONLY)
    there = state(None, Fulfilment("5", {"a": 2}, UPS_ONLY))
    made = plan(telling({"a": 2}, told, tracking=UPS_AND_DHL), there)
    assert made == Plan(correct=(Correction(told, WITH_LINKS),))


def test_two_carriers_and_two_locations_never_take_more_than_is_open() -> None:
    there = FulfilmentState(
        (FulfilmentPart("north", {"a": 1}, {}), FulfilmentPart("south", {"a": 3}, {})), ()
    )
    made = plan(telling({"a": 4}, tracking=UPS_AND_DHL), there)
    assert [(s.part.location, dict(s.part.lines), s.tracking) for s in made.fulfil] == [
        ("north", {"a": 1}, UPS_ONLY),
        ("south", {"a": 1}, UPS_ONLY),
        ("south", {"a": 2}, DHL_ONLY),
    ]
    assert not made.short


def test_numbers_without_a_carrier_go_with_the_first() -> None:
    bare = (Tracking("", "X1"), Tracking("UPS", "1Z1"))
    assert sent_of(plan(telling({"a": 2}, tracking=bare), state({"a": 2}))) == [({"a": 2}, bare)]
