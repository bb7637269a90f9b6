"""How an order is split between its vendors and the merchant, amount by amount."""

from __future__ import annotations

from dataclasses import replace

from orderflow.rules.split import Owners, Part, split
from stores.base import SeenLine
from tests.units.test_compose import LAMP, MUG, ORDER


def test_an_order_is_split_exactly() -> None:
    theirs = SeenLine("3", "Chair", 1, 1000, 1000, 100, 50, vendor="Bravo", fulfillable=1)
    own = SeenLine("4", "Card", 1, 100, 100, 0, 0)
    order = replace(ORDER, lines=(LAMP, MUG, theirs, own), total=5330 + 7)
    parts = split(order, Owners({}, {"alfa": 2, "bravo": 1}))
    assert parts == [
        Part(1, (theirs,), 1000, 100, 50, 98, 5, 900 + 98 + 55),
        Part(2, (LAMP, MUG), 3900, 300, 180, 391, 20, 3600 + 391 + 200),
        Part(None, (own,), 100, 0, 0, 11, 0, 5337 - 1053 - 4191),
    ]
    inclusive = split(replace(order, taxes_included=True), Owners({}, {"alfa": 2, "bravo": 1}))
    assert [part.share for part in inclusive] == [998, 3991, 5337 - 998 - 3991]


def test_what_is_left_over_is_the_merchants_own() -> None:
    order = replace(ORDER, lines=(LAMP,), total=3360 + 9)
    parts = split(order, Owners({}, {"alfa": 2}))
    assert [(part.vendor_id, part.share) for part in parts] == [(2, 3360), (None, 9)]
    assert parts[1] == Part(None, (), 0, 0, 0, 0, 0, 9)
    assert len(split(replace(order, total=3360), Owners({}, {"alfa": 2}))) == 1


def test_of_equal_shares_the_odd_coin_goes_to_the_vendor_and_not_to_the_merchant() -> None:
    own = replace(MUG, id="4", vendor="")
    order = replace(ORDER, lines=(own, MUG), shipping=1, shipping_tax=0, taxes_included=True)
    parts = split(order, Owners({}, {"alfa": 2}))
    assert [(part.vendor_id, part.shipping) for part in parts] == [(2, 1), (None, 0)]


def test_shipping_that_was_agreed_on_is_not_shared_again() -> None:
    theirs = SeenLine("3", "Chair", 1, 1000, 1000, 100, 50, vendor="Bravo", fulfillable=1)
    order = replace(ORDER, lines=(LAMP, theirs))
    owners = Owners({}, {"alfa": 2, "bravo": 1})
    alfa, bravo = (part for part in reversed(split(order, owners, {1: (90, 4)})) if part.vendor_id)
    assert (alfa.shipping, alfa.shipping_tax) == (410, 21)
    assert (bravo.shipping, bravo.shipping_tax) == (90, 4)
    more = split(order, owners, {1: (600, 30)})
    assert [(x.shipping, x.shipping_tax) for x in more if x.vendor_id] == [(600, 30), (0, 0)]
    worthless = replace(LAMP, discount=9000)
    spread = split(replace(order, lines=(worthless, theirs)), owners)
    assert [(x.vendor_id, x.shipping) for x in spread if x.vendor_id] == [(1, 500), (2, 0)]
