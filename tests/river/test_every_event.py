"""Every event in every state, as docs/events.md says: its table is the test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orderflow.judge import BURST
from orderflow.models import VendorOrder
from sandbox.shopify.order import Order
from tests.house import ALFA, HARBOUR, House
from tests.river.stage import PLATFORMS, Stage, VendorSide

TABLE = Path(__file__).parents[2] / "docs" / "events.md"
Cell = tuple[str, str]


def cells(platform: str) -> dict[Cell, str]:
    """By event and state; what cannot happen is left out."""
    rows = [line.strip("|\n ") for line in TABLE.read_text("utf-8").splitlines() if line[:1] == "|"]
    head, _rule, *body = ([part.strip() for part in row.split("|")] for row in rows)
    return {
        (row[0], state): _of(platform, told)
        for row in body
        for state, told in zip(head[1:], row[1:], strict=True)
        if told != "–"
    }


def _of(platform: str, told: str) -> str:
    own = dict(each.split(": ") for each in told.split(" / ") if ": " in each)
    return own.get(platform, told)


class Play:
    """One order a cell, all on one stage: brought to its state, then the event."""

    def __init__(self, stage: Stage, side: VendorSide) -> None:
        self.stage, self.side, self.merchant = stage, side, stage.people.merchant
        self.orders: dict[Cell, Order] = {}
        self.sku = side.item.sku

    def pass_by(self) -> None:
        self.stage.house.turn()
        for _ in range(2):
            self.stage.house.later(BURST + 5)

        self.parts = {each.order.remote_id: each for each in self.stage.house.parts()}
        self.pushed = {each.vendor_order_id: each for each in self.stage.house.pushes()}
        self.flags = self.stage.house.flags()

    def theirs(self, cell: Cell) -> int:
        return int(self.pushed[self.part(cell).id].remote_id)

    def part(self, cell: Cell) -> VendorOrder:
        return self.parts[str(self.orders[cell].id)]

    def buy(self, cell: Cell) -> None:
        self.orders[cell] = self.stage.buys((self.side.item, 3), paid=cell[1] != "waiting")

    def bring(self, cell: Cell) -> None:
        if cell[1] == "partly shipped":
            self.ship(cell, {"LAMP" if self.side.host == ALFA else "B-MUG": 1})
        elif cell[1] == "shipped":
            self.ship(cell, None)
        elif cell[1] == "cancelled":
            self.merchant.edits(HARBOUR, self.orders[cell], lines={self.sku: 0})

    def ship(self, cell: Cell, lines: dict[str, int] | None) -> None:
        self.stage.people.vendor.ships(self.side.host, self.theirs(cell), lines=lines, number="1Z")

    def edit(self, cell: Cell, pieces: int) -> None:
        self.merchant.edits(HARBOUR, self.orders[cell], lines={self.sku: pieces})

    def events(self) -> dict[str, Callable[[Cell], object]]:
        order, vendor = self.orders, self.stage.people.vendor
        return {
            "heard of again": lambda cell: self.merchant.changes(HARBOUR, order[cell]),
            "paid": lambda cell: self.merchant.marks_paid(HARBOUR, order[cell]),
            "note edited": lambda cell: self.merchant.changes(HARBOUR, order[cell], note="Hi"),
            "more pieces": lambda cell: self.edit(cell, 4),
            "fewer pieces": lambda cell: self.edit(cell, 2),
            "emptied": lambda cell: self.edit(cell, int(cell[1] == "partly shipped")),
            "cancelled": lambda cell: self.merchant.cancels(HARBOUR, order[cell]),
            "refunded": lambda cell: self.merchant.refunds(HARBOUR, order[cell]),
            "cancelled by the vendor": lambda cell: vendor.cancels(
                self.side.host, self.theirs(cell)
            ),
            "shipped by the vendor": lambda cell: self.ship(cell, None),
            "parcel taken back": lambda cell: vendor.withdraws(self.side.host, self.theirs(cell)),
        }

    def outcome(self, cell: Cell) -> str:
        part = self.part(cell)
        flags = [flag.code for flag in self.flags if flag.vendor_order_id == part.id]
        return ", ".join([part.state.replace("_", " "), *sorted(flags)])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_event_in_every_state_ends_as_the_table_says(house: House, platform: str) -> None:
    stage = Stage(house, bravo={"plugins": ("fulfillments",)})
    play, wanted = Play(stage, stage.side(platform)), cells(platform)
    for cell in wanted:
        play.buy(cell)
    play.pass_by()
    for cell in wanted:
        play.bring(cell)
    play.pass_by()
    happen = play.events()
    for cell in wanted:
        happen[cell[0]](cell)
    play.pass_by()
    house.later(120)
    play.pass_by()
    wrong = {
        cell: (told, play.outcome(cell))
        for cell, told in wanted.items()
        if told != play.outcome(cell)
    }
    assert wrong == {}
    assert {event for event, _state in wanted} == set(happen)
