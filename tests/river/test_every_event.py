"""Every event in every state, as docs/events.md says: its table is the test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from orderflow import clock
from orderflow.book import life
from orderflow.handwork import by_hand, declining
from orderflow.models import Shipment, VendorOrder
from orderflow.rules.judge import BURST
from sandbox.faults import Kind
from sandbox.shopify.catalogue import Variant
from sandbox.shopify.order import Order
from tests.house import ALFA, BRAVO, HARBOUR, House
from tests.river.stage import PLATFORMS, Stage, VendorSide, creates
from tests.river.test_shipped_unheard import unheard

TABLE = Path(__file__).parents[2] / "docs" / "events.md"
NOTED, NOTE = re.compile(r"\(([a-z])\)"), re.compile(r"^- \(([a-z])\) \w", re.MULTILINE)
ON_THEIR_WAY: dict[str, Kind] = {"queued": "throttled", "unknown": "lost_answer"}
"""What becomes of the create; the part stands so for seconds only, so it is brought there last."""
GONE = 999_999
MAPPED = {"held": 0, "refused": GONE}
"""To nothing, and to a product that the vendor does not sell any more."""
Cell = tuple[str, str]


def table(platform: str) -> dict[Cell, str]:
    """By event and state: what is told, or the letter of the note on why it cannot happen."""
    rows = [line.strip("|\n ") for line in TABLE.read_text("utf-8").splitlines() if line[:1] == "|"]
    head, _rule, *body = ([part.strip() for part in row.split("|")] for row in rows)
    return {
        (row[0], state): _of(platform, told)
        for row in body
        for state, told in zip(head[1:], row[1:], strict=True)
    }


def _of(platform: str, told: str) -> str:
    own = dict(each.split(": ") for each in told.split(" / ") if ": " in each)
    return own.get(platform, told)


def cells(platform: str) -> dict[Cell, str]:
    """Those that can happen."""
    return {cell: told for cell, told in table(platform).items() if not NOTED.fullmatch(told)}


class Play:
    """One order a cell, all on one stage: brought to its state, then the event."""

    def __init__(self, stage: Stage, side: VendorSide) -> None:
        self.stage, self.side, self.merchant = stage, side, stage.people.merchant
        self.orders: dict[Cell, Order] = {}
        self.there = stage.alfas_lamp.id if side.host == ALFA else stage.bravos_mug.id
        self.rug = self.sells("RUG", self.there, price="20.00")  # as in Alfa's own shop
        self.items: dict[str, Variant] = {}
        if side.host == BRAVO:  # a site takes any product by itself
            stage.faults.add("rejected", side.host, f'"product_id": {GONE}', times=1000)

    def sells(self, sku: str, theirs: int, price: str = "7.00") -> Variant:
        """Mapped to that product of the vendor's; to none, if it is 0."""
        vendor = "Alfa" if self.side.host == ALFA else "Bravo"
        item = self.stage.harbour.sells(sku, sku.title(), price, vendor=vendor)
        if theirs:
            self.map(item, theirs)
        return item

    def map(self, item: Variant, theirs: int) -> None:
        self.stage.house.map(item, self.side.host, str(theirs), str(theirs))

    def item(self, cell: Cell) -> Variant:
        """What is released is mapped for good, so it is a product of its own."""
        event, state = cell
        if state not in MAPPED:
            return self.side.item
        sku = f"{state}-{event}" if event == "released" else state
        if sku not in self.items:
            self.items[sku] = self.sells(sku, MAPPED[state])
        return self.items[sku]

    def pass_by(self) -> None:
        self.stage.house.turn()
        for _ in range(2):
            self.stage.house.later(BURST + 5)
        self.look()

    def look(self) -> None:
        self.parts = {each.order.remote_id: each for each in self.stage.house.parts()}
        self.pushes = {each.vendor_order_id: each for each in self.stage.house.pushes()}
        self.flags = self.stage.house.flags()

    def theirs(self, cell: Cell) -> int:
        """By our key: the book may not know yet that it stands there."""
        key = self.pushes[self.part(cell).id].key
        (found,) = (
            each
            for each in self.side.orders()
            if key in (getattr(each, "source_identifier", None), getattr(each, "created_via", None))
        )
        return int(found.id)

    def part(self, cell: Cell) -> VendorOrder:
        return self.parts[str(self.orders[cell].id)]

    def bring_all(self, wanted: Iterable[Cell]) -> None:
        settled = [cell for cell in wanted if cell[1] not in ON_THEIR_WAY]
        for cell in settled:
            self.buy(cell)
        self.pass_by()
        for cell in settled:
            self.bring(cell)
        self.pass_by()
        for state, fault in ON_THEIR_WAY.items():
            self.send_off([cell for cell in wanted if cell[1] == state], fault)
        for cell in (cell for cell in wanted if cell[0] == "released in the shop"):
            self.merchant.holds(HARBOUR, self.orders[cell])
        self.stage.house.turn()
        self.look()

    def buy(self, cell: Cell) -> None:
        self.orders[cell] = self.stage.buys(
            (self.item(cell), 3), paid=cell[1] != "waiting", shipping="10.00"
        )

    def bring(self, cell: Cell) -> None:
        if cell[1] == "partly shipped":
            self.ship(cell, {self.item(cell).sku if self.side.host == ALFA else "B-MUG": 1})
        elif cell[1] == "shipped":
            self.ship(cell, None)
        elif cell[1] == "cancelled":
            self.merchant.edits(HARBOUR, self.orders[cell], lines={self.item(cell).sku: 0})

    def send_off(self, some: list[Cell], fault: Kind) -> None:
        """No webhook of the vendor's tells what became of them."""
        for cell in some:
            self.buy(cell)
        self.stage.house.world.tick()
        planned = self.stage.faults.add(fault, self.side.host, creates, times=len(some) + 1)
        self.stage.house.world.deliveries.drop = 1.0
        self.stage.house.turn()
        self.stage.house.world.deliveries.drop = 0.0
        self.stage.faults.planned.remove(planned)

    def ship(self, cell: Cell, lines: dict[str, int] | None) -> None:
        self.stage.people.vendor.ships(self.side.host, self.theirs(cell), lines=lines, number="1Z")

    def ship_unheard(self, cell: Cell) -> None:
        """The vendor ships what is left, and a piece is taken off before we hear of it."""
        with unheard(self.stage):
            self.ship(cell, None)
        self.edit(cell, 2)

    def edit(self, cell: Cell, pieces: int) -> None:
        self.merchant.edits(HARBOUR, self.orders[cell], lines={self.item(cell).sku: pieces})

    def type_in(self, cell: Cell) -> None:
        """In the portal: the vendor's store has no order of it."""
        with self.stage.house.unit() as session:
            part = session.get_one(VendorOrder, self.part(cell).id)
            typed = by_hand.Typed({part.lines[0].remote_id: 3}, numbers=["1Z"])
            typist = by_hand.Typist("1", Shipment.VENDOR)
            by_hand.ship(session, part, typed, typist, clock.now())

    def decline(self, cell: Cell) -> None:
        with self.stage.house.unit() as session:
            part = session.get_one(VendorOrder, self.part(cell).id)
            line = part.lines[0].remote_id
            declining.decline(session, part, line, "Sold out", "1", clock.now())

    def events(self) -> dict[str, Callable[[Cell], object]]:
        order, vendor, shop = self.orders, self.stage.people.vendor, self.stage.harbour
        return {
            "created again": lambda cell: shop.lifecycle.announce(order[cell], "orders/create"),
            "paid": lambda cell: self.merchant.marks_paid(HARBOUR, order[cell]),
            "note edited": lambda cell: self.merchant.changes(HARBOUR, order[cell], note="Hi"),
            "more pieces": lambda cell: self.edit(cell, 4),
            "fewer pieces": lambda cell: self.edit(cell, 2),
            "line added": lambda cell: self.merchant.edits(
                HARBOUR, order[cell], adds=[(self.rug, 1)]
            ),
            "fewer pieces, shipped unheard": self.ship_unheard,
            "emptied": lambda cell: self.edit(cell, int(cell[1] == "partly shipped")),
            "cancelled": lambda cell: self.merchant.cancels(HARBOUR, order[cell]),
            "refunded": lambda cell: self.merchant.refunds(HARBOUR, order[cell]),
            "held": self.decline,
            "held in the shop": lambda cell: self.merchant.holds(HARBOUR, order[cell]),
            "released in the shop": lambda cell: self.merchant.releases(HARBOUR, order[cell]),
            "released": lambda cell: self.map(self.item(cell), self.there),
            "cancelled by the vendor": lambda cell: vendor.cancels(
                self.side.host, self.theirs(cell)
            ),
            "deleted by the vendor": lambda cell: vendor.deletes(self.side.host, self.theirs(cell)),
            "shipped by the vendor": lambda cell: (
                self.type_in(cell) if cell[1] in life.BY_HAND else self.ship(cell, None)
            ),
            "parcel taken back": lambda cell: vendor.withdraws(self.side.host, self.theirs(cell)),
        }

    def state(self, cell: Cell) -> str:
        return self.part(cell).state.replace("_", " ")

    def outcome(self, cell: Cell) -> str:
        part = self.part(cell)
        flags = [flag.code for flag in self.flags if flag.vendor_order_id == part.id]
        return ", ".join([self.state(cell), *sorted(flags)])


def test_every_state_has_its_column() -> None:
    columns = {state.replace(" ", "_") for _event, state in table("shopify")}
    assert columns == set(life.ALLOWED) - {life.NEW, life.SKIPPED}


def test_a_cell_that_cannot_happen_says_why() -> None:
    told = [text for platform in PLATFORMS for text in table(platform).values()]
    noted = {letter for text in told for letter in NOTED.findall(text)}
    assert noted == set(NOTE.findall(TABLE.read_text("utf-8")))
    assert not {"", "–"} & set(told)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_event_in_every_state_ends_as_the_table_says(house: House, platform: str) -> None:
    stage = Stage(house, bravo={"plugins": ("fulfillments",)})
    play, wanted = Play(stage, stage.side(platform)), cells(platform)
    play.bring_all(wanted)
    astray = {cell: play.state(cell) for cell in wanted if play.state(cell) != cell[1]}
    assert astray == {}
    happen = play.events()
    for cell in wanted:
        happen[cell[0]](cell)
    play.pass_by()
    house.later(house.config.poll_every)
    play.pass_by()
    wrong = {
        cell: (told, play.outcome(cell))
        for cell, told in wanted.items()
        if told != play.outcome(cell)
    }
    assert wrong == {}
    assert {event for event, _state in wanted} == set(happen)
