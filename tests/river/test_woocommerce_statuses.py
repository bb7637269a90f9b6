"""What a WooCommerce vendor's statuses and plugins mean for the buyer's fulfilments."""

from __future__ import annotations

from typing import Any

import pytest

from orderflow.models import Flag
from sandbox.woocommerce.trackings import PRO
from tests.house import BRAVO, HARBOUR, House
from tests.river.stage import Stage
from tests.river.test_tracking import AST, poll, ship, told


def bravo(house: House, **more: Any) -> Stage:
    return Stage(house, bravo={"plugins": [AST], **more})


def its_order(stage: Stage) -> Any:
    return stage.only(stage.bravo.orders.values())


def moves(stage: Stage, status: str) -> None:
    stage.house.clock.advance(5)
    stage.bravo.set_status(its_order(stage).id, status)
    stage.house.turn()


def flags(stage: Stage) -> list[tuple[str, str]]:
    with stage.house.look() as session:
        rows = session.query(Flag).filter(Flag.done_at.is_(None)).order_by(Flag.id)
        return [(row.code, str(row.details.get("status", ""))) for row in rows]


@pytest.mark.parametrize("status", ["delivered", "refunded", "archived", "failed"])
def test_a_completed_order_that_moves_on_keeps_its_fulfilment(house: House, status: str) -> None:
    stage = bravo(house, statuses={"wc-archived": "Archived"})
    order = stage.sells_on((stage.mug, 2))
    ship(stage, BRAVO, "1Z1", company="UPS")
    stage.house.turn()
    assert told(order) == [({"MUG": 2}, ["1Z1"])]
    moves(stage, status)
    poll(stage)
    assert told(order) == [({"MUG": 2}, ["1Z1"])]
    assert stage.states() == {"Bravo": "shipped"}


@pytest.mark.parametrize("status", ["pending", "processing", "on-hold"])
def test_an_order_that_goes_back_takes_its_fulfilment_back(house: House, status: str) -> None:
    stage = bravo(house)
    order = stage.sells_on((stage.mug, 2))
    ship(stage, BRAVO, "1Z1", company="UPS")
    stage.house.turn()
    moves(stage, status)
    assert told(order) == []


@pytest.mark.parametrize("status", ["shipped", "versendet"])
def test_a_status_of_the_vendors_own_that_means_shipped_is_told(house: House, status: str) -> None:
    stage = bravo(house, statuses={f"wc-{status}": status.title()})
    order = stage.sells_on((stage.mug, 2))
    ship(stage, BRAVO, "1Z1", company="UPS", lines={"B-MUG": 1})
    moves(stage, status)
    assert told(order) == [({"MUG": 2}, ["1Z1"])]
    assert flags(stage) == []


def test_a_number_under_a_status_that_nobody_knows_is_flagged(house: House) -> None:
    stage = bravo(house, statuses={"wc-im-lkw": "Im LKW"})
    order = stage.sells_on((stage.mug, 2))
    ship(stage, BRAVO, "1Z1", company="UPS", lines={"B-MUG": 1})
    moves(stage, "im-lkw")
    assert told(order) == []
    assert flags(stage) == [("status_unknown", "im-lkw")]
    moves(stage, "completed")
    assert told(order) == [({"MUG": 2}, ["1Z1"])]
    assert flags(stage) == []


def test_a_partial_parcel_of_the_vendors_plugin_goes_home_when_it_leaves(house: House) -> None:
    stage = bravo(house, plugins=[PRO])
    order = stage.sells_on((stage.mug, 3))
    ship(stage, BRAVO, "1Z1", company="UPS", lines={"B-MUG": 1})
    stage.house.turn()
    assert told(order) == [({"MUG": 1}, ["1Z1"])]
    assert stage.states() == {"Bravo": "partly_shipped"}
    ship(stage, BRAVO, "1Z2", company="UPS")
    stage.house.turn()
    assert told(order) == [({"MUG": 1}, ["1Z1"]), ({"MUG": 2}, ["1Z2"])]
    assert stage.states() == {"Bravo": "shipped"}


def test_a_vendor_who_gives_all_money_back_before_shipping_is_flagged(house: House) -> None:
    stage = bravo(house)
    stage.sells_on((stage.mug, 2))
    moves(stage, "refunded")
    assert flags(stage) == [("vendor_refunded", "")]
    moves(stage, "processing")
    assert flags(stage) == []


def test_our_own_refund_of_all_is_not_told_as_the_vendors(house: House) -> None:
    stage = bravo(house)
    order = stage.sells_on((stage.mug, 2))
    stage.people.merchant.refunds(HARBOUR, order)
    stage.house.turn()
    poll(stage)
    assert its_order(stage).status in ("refunded", "cancelled")
    assert "vendor_refunded" not in {code for code, _ in flags(stage)}
