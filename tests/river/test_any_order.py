"""Whatever order the webhooks of one order arrive in, twice or never: it ends the same. Where one
was lost a reconciliation finds out; where none was, nothing else is needed.

What happens in the shop happens in one order; only its telling is shuffled. What the shop ships of
a vendor's line is not pushed if it was told before the push, and is somebody's to mend after it, so
one story has it before the payment, the other after a push that all were told of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, example, given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from orderflow.rules.judge import BURST
from sandbox.deliveries import Delivery
from sandbox.people import ADDRESS
from sandbox.shopify.fulfilment import Fulfillment
from sandbox.shopify.order import Order
from tests import agreement
from tests.conftest import empty_file
from tests.house import HARBOUR, House
from tests.river.stage import PLATFORMS, Stage, VendorSide

COUNT = 13
TOLD_FIRST = 2
"""So many have arrived, in the later story, before anything else happens."""
APART = 5
"""Seconds between two events."""
AGAIN = some.lists(
    some.tuples(some.integers(0, COUNT - 1), some.integers(0, COUNT), some.booleans()), max_size=4
)
"""Which comes once more, after how many others, and whether under an id of its own."""


class Play:
    """Many things happen to one order, and each is told by one webhook. ``later``: the shop ships a
    lamp of the vendor's after the push, not before the payment."""

    def __init__(self, house: House, *, later: bool) -> None:
        self.stage, self.later = Stage(house), later
        house.set(fraud_hold=True)
        self.house, self.merchant = house, house.people.merchant
        self.own = self.stage.harbour.sells("OWN", "Own", "5.00", vendor="Harbour")
        self.order: Order

    def happens(self) -> Iterator[Delivery]:
        """All that happens, one by one; of what is told first the world waits until it is known."""
        for place, (topic, act) in enumerate(self._events()):
            self.house.clock.advance(APART)
            act()
            told = self._told_by(topic)
            if self.later and place < TOLD_FIRST:
                self.arrives(told)
                self.house.later(BURST)
                self.house.world.deliveries.queue.clear()
            yield told

    def _told_by(self, topic: str) -> Delivery:
        """The last webhook of that topic; of the others nobody hears."""
        queue = self.house.world.deliveries.queue
        *_, told = (each for each in queue if each.topic == topic)
        queue.clear()
        return told

    def _events(self) -> tuple[tuple[str, Callable[[], Any]], ...]:
        stage, do = self.stage, self.merchant
        moved = {**ADDRESS, "address1": "2 Sample Street"}
        paid = ("orders/paid", lambda: do.marks_paid(HARBOUR, self.order))
        lamp = ("fulfillments/create", lambda: self._ships("LAMP"))
        return (
            ("orders/create", self._is_bought),
            *((paid, lamp) if self.later else (lamp, paid)),
            ("orders/updated", lambda: do.edits(HARBOUR, self.order, lines={"LAMP": 4, "MUG": 1})),
            ("orders/updated", lambda: do.holds(HARBOUR, self.order)),
            ("orders/edited", lambda: do.edits(HARBOUR, self.order, adds=[(stage.lamp, 2)])),
            ("orders/updated", lambda: do.changes(HARBOUR, self.order, note="Ring twice")),
            ("orders/updated", lambda: do.changes(HARBOUR, self.order, tags=["gift", "late"])),
            ("orders/updated", lambda: do.changes(HARBOUR, self.order, shipping_address=moved)),
            ("orders/updated", lambda: do.releases(HARBOUR, self.order)),
            ("orders/updated", self._is_partly_refunded),
            ("fulfillments/create", lambda: self._ships("OWN")),
            ("orders/updated", lambda: do.changes(HARBOUR, self.order, note="Ring once")),
        )

    def _is_bought(self) -> None:
        goods = ((self.stage.lamp, 3), (self.stage.mug, 2), (self.own, 1))
        self.order = self.stage.buys(*goods, paid=False)

    def _is_partly_refunded(self) -> None:
        first = next(line for line in self.order.lines if line.sku == "LAMP")
        self.merchant.refunds(HARBOUR, self.order, lines={str(first.id): 1})

    def _ships(self, sku: str) -> None:
        """By the shop itself."""
        number = f"{sku}-1"
        self.house.people.vendor.ships(HARBOUR, self.order, lines={sku: 1}, number=number)

    def arrives(self, told: Delivery, *, new_id: bool = False) -> None:
        """At the app's own door, and all that follows from it at once is done."""
        world = self.house.world
        headers = dict(told.headers)
        if new_id:
            headers["X-Shopify-Webhook-Id"] = self.stage.harbour.webhooks.new_uuid()
        world.deliveries.add(replace(told, headers=headers, due=world.now()))
        self.house.turn()

    def ends(self, *, reconciled: bool = False) -> list[dict[str, Any]]:
        """How it stands when all has arrived, and when both vendors have shipped what they got:
        of that the shop tells us once more."""
        if reconciled:
            self.house.hear_of_orders()
        self._goes_on()
        before = self._seen()
        for side in self._sides():
            for theirs in side.live():
                self.house.people.vendor.ships(side.host, theirs.id, number=f"1Z-{side.host}")
        self._goes_on()
        return [before, self._seen()]

    def _goes_on(self) -> None:
        self.house.turn()
        self.house.let_pass(3 * BURST, step=BURST)

    def _sides(self) -> list[VendorSide]:
        return [self.stage.side(platform) for platform in PLATFORMS]

    def _seen(self) -> dict[str, Any]:
        """What people see of it, in the book, at the vendors and in the shop. What joins an order
        has the shop's own price there, which is flagged; what came with it has ours."""
        return {
            "states": self.stage.states(),
            "flags": sorted({flag.code for flag in self.house.flags()} - {"store_total"}),
            "made": [len(side.orders()) for side in self._sides()],
            "pieces": agreement.pieces(self.house),
            "tops": [replace(top, email="") for top in agreement.tops(self.house)],
            "shipped": sorted(map(_parcel, self.order.fulfillments), key=str),
        }


def _parcel(made: Fulfillment) -> tuple[str, dict[str, int]]:
    number = next((each.number or "" for each in made.tracking), "")
    return number, agreement.counted((each.line.sku, each.quantity) for each in made.lines)


Ends = list[dict[str, Any]]


@pytest.fixture(scope="module")
def natural_ends(folder: Path, furnished_file: Path) -> dict[bool, Ends]:
    """Of either story: each webhook arrives when it is sent, and what follows from it has its
    time."""
    ends = {}
    for later in (False, True):
        with closing(House(empty_file(folder, furnished_file))) as house:
            play = Play(house, later=later)
            for told in play.happens():
                play.arrives(told)
                house.later(BURST)
            ends[later] = play.ends()
    return ends


@seed(20261126)
@hypothesis_settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    later=some.booleans(),
    order=some.permutations(range(COUNT)),
    lost=some.just(set()) | some.sets(some.integers(0, COUNT - 1), max_size=3),
    again=AGAIN,
    pause=some.sampled_from([0, 3, BURST]),
)
@example(
    later=True,
    order=[*range(COUNT)][::-1],
    lost=set(),
    again=[(3, 9, True), (9, 2, False)],
    pause=BURST,
)
def test_any_order_of_arrival_ends_in_the_same_state(
    folder: Path,
    furnished_file: Path,
    natural_ends: dict[bool, Ends],
    later: bool,
    order: list[int],
    lost: set[int],
    again: list[tuple[int, int, bool]],
    pause: int,
) -> None:
    arrivals = [(each, False) for each in order if each not in lost]
    for each, place, new_id in again:
        arrivals.insert(place, (each, new_id))
    with closing(House(empty_file(folder, furnished_file))) as house:
        play = Play(house, later=later)
        told = list(play.happens())
        for each, new_id in arrivals:
            play.arrives(told[each], new_id=new_id)
            house.later(pause)
        assert play.ends(reconciled=bool(lost)) == natural_ends[later]
        assert agreement.differences(house) == []


def test_the_natural_end_is_what_the_merchant_wanted_last(natural_ends: dict[bool, Ends]) -> None:
    """The lamp that the shop shipped itself stays out of the push, or is told to go twice."""
    for later, (before, end) in natural_ends.items():
        assert before["states"] == {"Alfa": "partly_shipped", "Bravo": "pushed"}
        assert end["states"] == {"Alfa": "shipped", "Bravo": "shipped"}
        assert end["flags"] == (["sent_elsewhere", "shipped_twice"] if later else [])
        assert end["made"] == [1, 1]
        assert {top.note for top in end["tops"]} == {"Ring once"}
        assert end["pieces"] == [{"LAMP": 5 if later else 4}, {"MUG": 1}]
        assert end["shipped"] == [
            ("", {"MUG": 1}),
            ("1Z-alfa.myshopify.com", {"LAMP": 4}),
            ("LAMP-1", {"LAMP": 1}),
            ("OWN-1", {"OWN": 1}),
        ]
