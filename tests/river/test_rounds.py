"""What a change has decided again: the orders that it may release, and no others."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from orderflow.access import register, vendors
from orderflow.access.vendors import Card
from orderflow.models import Merchant, Vendor
from sandbox.shopify.catalogue import Variant
from tests.house import ALFA, HARBOUR
from tests.river.stage import Stage, statements


def held(stage: Stage, count: int) -> Variant:
    """``count`` open orders of a rug that nobody has mapped."""
    rug = stage.harbour.sells("RUG", "Rug", "7.00", vendor="Alfa")
    for _ in range(count):
        stage.buys((rug, 1))
    stage.house.turn()
    return rug


def decided_at(stage: Stage) -> dict[str, Any]:
    return {part.order.name: part.decided_at for part in stage.house.parts()}


def count_mapping(stage: Stage, what: Variant) -> int:
    with statements(stage) as sent:
        stage.house.map(what, ALFA, str(stage.alfas_lamp.id))
        stage.house.turn()
    return len(sent)


def test_a_mapping_costs_the_same_however_many_other_orders_are_open(stage: Stage) -> None:
    first = stage.harbour.sells("VASE", "Vase", "5.00", vendor="Alfa")
    second = stage.harbour.sells("BOWL", "Bowl", "5.00", vendor="Alfa")
    stage.sells_on((first, 1))
    few = count_mapping(stage, first)
    held(stage, 25)
    stage.sells_on((second, 1))
    assert abs(count_mapping(stage, second) - few) < 10
    assert sorted(stage.house.parts(), key=lambda part: part.id)[-1].state == "pushed"


def test_a_mapping_taken_back_holds_only_orders_of_that_product(stage: Stage) -> None:
    stage.house.set(order_sync=False)
    rug = held(stage, 2)
    lamp = stage.sells_on((stage.lamp, 1))
    stage.house.map(rug, ALFA, str(stage.alfas_lamp.id))
    stage.house.turn()
    before = decided_at(stage)
    stage.house.clock.advance(60)
    stage.house.map(rug, ALFA, str(stage.alfas_lamp.id))
    stage.house.turn()
    after = decided_at(stage)
    assert {name for name in after if after[name] != before[name]} == after.keys() - {lamp.name}


@pytest.mark.parametrize("written", ["Zulu", "  zULU  "])
def test_a_new_name_finds_the_open_lines_that_bear_it_however_they_write_it(
    stage: Stage, written: str
) -> None:
    rug = stage.harbour.sells("RUG", "Rug", "7.00", vendor=written)
    stage.sells_on((rug, 1))
    lamp = stage.sells_on((stage.lamp, 1))
    before = decided_at(stage)[lamp.name]
    stage.house.clock.advance(60)
    with stage.house.unit() as session:
        merchant = session.scalars(select(Merchant)).one()
        register.add_vendor(session, merchant, "Zulu", stage.house.clock())
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed", "Zulu": "held"}
    assert decided_at(stage)[lamp.name] == before


def test_an_alias_taken_away_takes_its_open_lines_away(stage: Stage) -> None:
    with stage.house.unit() as session:
        alfa = session.scalars(select(Vendor).where(Vendor.name == "Alfa")).one()
        register.add_alias(session, alfa, "Zulu", stage.house.clock())
    rug = stage.harbour.sells("RUG", "Rug", "7.00", vendor="Zulu")
    stage.sells_on((rug, 1))
    assert [line.sku for line in stage.house.part().lines] == ["RUG"]
    with stage.house.unit() as session:
        alfa = session.scalars(select(Vendor).where(Vendor.name == "Alfa")).one()
        vendors.change(session, alfa, Card("Alfa"), stage.house.clock(), by="1", confirmed=None)
    stage.house.turn()
    assert stage.house.part().lines == []


def test_a_change_of_settings_has_everything_decided_again(stage: Stage) -> None:
    held(stage, 3)
    before = decided_at(stage)
    stage.house.clock.advance(60)
    stage.house.set(unsynced_products=True)
    stage.house.turn()
    assert all(before[name] != moment for name, moment in decided_at(stage).items())
    assert len(stage.alfa.orders) == 3


def test_a_line_added_to_a_shipped_order_is_pushed_too(stage: Stage) -> None:
    bought = stage.sells_on((stage.lamp, 1))
    ship(stage, 0)
    assert stage.states() == {"Alfa": "shipped"}
    stage.people.merchant.edits(HARBOUR, bought.name, adds=[(stage.lamp, 2)])
    stage.house.turn()
    assert [[line.quantity for line in order.lines] for order in stage.alfa.orders.values()] == [
        [1],
        [2],
    ]
    assert stage.states() == {"Alfa": "partly_shipped"}
    ship(stage, 1)
    assert stage.states() == {"Alfa": "shipped"}


def test_a_line_added_to_a_shipped_order_goes_when_it_is_mapped(stage: Stage) -> None:
    rug = stage.harbour.sells("RUG", "Rug", "7.00", vendor="Alfa")
    bought = stage.sells_on((stage.lamp, 1))
    ship(stage, 0)
    stage.people.merchant.edits(HARBOUR, bought.name, adds=[(rug, 1)])
    stage.house.turn()
    assert stage.states() == {"Alfa": "partly_shipped"}
    assert len(stage.alfa.orders) == 1
    stage.house.map(rug, ALFA, str(stage.alfas_lamp.id))
    stage.house.turn()
    assert len(stage.alfa.orders) == 2


def ship(stage: Stage, number: int) -> None:
    order = list(stage.alfa.orders.values())[number]
    stage.people.vendor.ships(ALFA, order, number=f"1Z{number}")
    stage.house.let_pass(60)


def test_what_is_shipped_is_not_decided_again_by_a_mapping(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 1))
    ship(stage, 0)
    before = decided_at(stage)
    stage.house.clock.advance(60)
    stage.house.map(stage.lamp, ALFA, str(stage.alfas_lamp.id))
    stage.house.turn()
    assert decided_at(stage) == before
