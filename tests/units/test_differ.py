"""Three ways: who changed what since both sides were the same, whatever way stores write it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow.upkeep.differ import Flat, alike, amendment, changed, compare, merged

AMENDS = ("email", "phone", "note", "tags", "attributes", "shipping_address")
NAMES = ("email", "phone", "note", "tags.vip", "attributes.Gift")
VALUES = {"phone": ("", "5550100", "5550111", "5550122")}
TOPS = st.fixed_dictionaries(
    {name: st.sampled_from(VALUES.get(name, ("", "a", "b", "c"))) for name in NAMES}
).map(lambda told: {name: value for name, value in told.items() if value})


@given(base=TOPS, mine=TOPS, theirs=TOPS, stood=TOPS)
def test_every_change_of_the_merchant_s_is_written_agreed_or_met_once(
    base: Flat, mine: Flat, theirs: Flat, stood: Flat
) -> None:
    told = compare(base, mine, theirs, stood, AMENDS)
    assert sorted(told.write + told.agreed + told.met) == changed(base, mine)
    for name in told.write:
        assert theirs.get(name) == stood.get(name)
    for name in told.agreed:
        assert theirs.get(name) == mine.get(name)
    for name in told.met:
        assert theirs.get(name) not in (stood.get(name), mine.get(name))


@given(base=TOPS, mine=TOPS)
def test_after_one_round_nothing_is_left_to_write(base: Flat, mine: Flat) -> None:
    told = compare(base, mine, base, base, AMENDS)
    after = merged(base, mine, told.write)
    assert after == mine
    assert compare(after, mine, after, after, AMENDS).write == ()


@given(base=TOPS, theirs=TOPS)
def test_what_only_the_vendor_changed_stays(base: Flat, theirs: Flat) -> None:
    told = compare(base, base, theirs, base, AMENDS)
    assert (told.write, told.agreed, told.met) == ((), (), ())


@pytest.mark.parametrize(
    ("name", "one", "other", "same"),
    [
        ("email", "Orders@Example.com", "orders@example.com", True),
        ("phone", "+1 555 0100", "5550100", True),
        ("phone", "+1 555 0100", "+15550199", False),
        ("phone", "12", "112", False),
        ("note", "Ring\r\nonce", "Ring\nonce ", True),
        ("note", "ring once", "Ring once", False),
        ("shipping_address", {"city": "OTTAWA"}, {"city": "Ottawa"}, True),
        ("shipping_address", {"city": "Ottawa", "phone": "5550100"}, {"city": "Ottawa"}, False),
        ("email", "", None, True),
        ("email", "a@example.com", None, False),
    ],
)
def test_stores_write_the_same_in_their_own_way(
    name: str, one: Any, other: Any, same: bool
) -> None:
    assert alike(name, one, other) is same


def test_a_store_that_was_never_asked_may_hide_an_attribute() -> None:
    base, mine = {"attributes._gift": "no"}, {"attributes._gift": "yes"}
    assert compare(base, mine, {}, None, AMENDS).write == ("attributes._gift",)
    assert compare(base, mine, {}, base, AMENDS).met == ("attributes._gift",)


def test_what_a_platform_does_not_keep_is_written_and_never_met() -> None:
    base, mine = {"tags.vip": "VIP"}, {"tags.late": "late"}
    assert compare(base, mine, {}, None, ("note",)).write == ("tags.late", "tags.vip")
    told = amendment(mine, base, ("tags.late", "tags.vip"))
    assert (told.tags_added, told.tags_removed) == (("late",), ("VIP",))
