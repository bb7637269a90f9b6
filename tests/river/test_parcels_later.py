"""What becomes of a parcel on its way: another carrier's name, and its arrival."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from orderflow.models import StoreAccess
from sandbox.shopify.order import Order
from tests.house import ALFA, HARBOUR, House
from tests.river.stage import PLATFORMS, Stage, VendorSide


@pytest.fixture
def stage(house: House) -> Stage:
    """Bravo keeps carriers in a plugin."""
    return Stage(house, bravo={"plugins": ("advanced-shipment-tracking",)})


@pytest.fixture(params=PLATFORMS)
def side(request: pytest.FixtureRequest, stage: Stage) -> VendorSide:
    return stage.side(request.param)


def carriers(order: Order) -> list[tuple[str, str]]:
    return [
        (tracking.company or "", tracking.number or "")
        for each in order.fulfillments
        for tracking in each.tracking
    ]


def arrivals(order: Order) -> list[list[str]]:
    """What the buyer can see of each parcel's way."""
    return [[event.status for event in each.events] for each in order.fulfillments]


def test_a_carrier_that_is_renamed_is_renamed_at_home(stage: Stage, side: VendorSide) -> None:
    order, vendor = stage.sells_on((side.item, 1)), stage.people.vendor
    theirs = stage.only(side.orders()).id
    vendor.ships(side.host, theirs, number="3S1", company="PostNL")
    stage.house.turn()
    vendor.corrects_tracking(side.host, theirs, number="3S1", company="DHL")
    stage.house.later(stage.house.config.poll_every)
    assert carriers(order) == [("DHL", "3S1")]
    assert stage.house.events().count("report_corrected") == 1


def test_a_parcel_that_arrived_is_told_so_once(stage: Stage) -> None:
    order, vendor = stage.sells_on((stage.lamp, 3)), stage.people.vendor
    theirs = stage.only(stage.alfa.orders)
    first, second, third = (
        vendor.ships(ALFA, theirs, lines={"LAMP": 1}, number=number)[0].id
        for number in ("1Z1", "1Z2", "1Z3")
    )
    vendor.delivers(ALFA, theirs, third)
    stage.house.turn()
    assert arrivals(order) == [[], [], ["DELIVERED"]], "it had arrived when we first saw it"
    vendor.delivers(ALFA, theirs, second, status="IN_TRANSIT")
    vendor.delivers(HARBOUR, order, order.fulfillments[1].id)
    vendor.delivers(ALFA, theirs, second)
    stage.faults.add("lost_answer", match="fulfillmentEventCreate")
    at = vendor.delivers(ALFA, theirs, first).happened_at
    stage.house.turn()
    stage.house.let_pass(1200, step=120)
    assert arrivals(order) == [["DELIVERED"]] * 3, "the shop knew of the second by itself"
    assert order.fulfillments[0].delivered_at == at
    assert stage.house.events().count("parcel_delivered") == 2
    assert stage.states() == {"Alfa": "shipped"}
    assert stage.house.messages("report") == []


def test_a_shop_that_has_not_agreed_to_it_loses_nothing_else(stage: Stage) -> None:
    (installation,) = stage.harbour.grants.installations.values()
    installation.scopes = installation.scopes - {"write_fulfillments"}
    order = stage.sells_on((stage.lamp, 1))
    theirs = stage.only(stage.alfa.orders)
    stage.people.vendor.ships(ALFA, theirs, number="1Z1")
    stage.people.vendor.delivers(ALFA, theirs)
    stage.house.turn()
    assert arrivals(order) == [[]]
    assert stage.states() == {"Alfa": "shipped"}
    assert stage.house.flags() == []
    assert stage.house.messages("report") == []
    with stage.house.look() as session:
        assert set(session.scalars(select(StoreAccess.state))) == {StoreAccess.OPEN}
