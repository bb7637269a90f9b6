"""The vendor ships, and the merchant takes pieces off before we hear of it: somebody is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from orderflow.models import Shipment
from sandbox.shopify.order import Order
from tests.house import HARBOUR
from tests.river.stage import Stage, VendorSide
from tests.river.test_tracking import poll, told


@contextmanager
def unheard(stage: Stage) -> Iterator[None]:
    """What the stores' webhooks would tell of what happens now is lost."""
    stage.house.world.tick()
    yield
    stage.house.world.deliveries.drop = 1.0
    stage.house.world.tick()
    stage.house.world.deliveries.drop = 0.0


def take_off(stage: Stage, order: Order, how: str, sku: str) -> None:
    if how == "edit":
        stage.people.merchant.edits(HARBOUR, order, lines={sku: 2})
    else:
        stage.people.merchant.refunds(HARBOUR, order, lines={sku: 2})


@pytest.mark.parametrize("how", ["edit", "refund"])
@pytest.mark.parametrize("heard", ["before the edit is carried over", "afterwards"])
def test_of_pieces_that_left_although_they_were_taken_off_somebody_is_told(
    stage: Stage, side: VendorSide, how: str, heard: str
) -> None:
    order = stage.sells_on((side.item, 4))
    with unheard(stage):
        stage.people.vendor.ships(side.host, stage.only(side.orders()).id, number="1Z")
    take_off(stage, order, how, side.item.sku)
    if heard == "afterwards":
        stage.house.turn()
        stage.house.let_pass(60, step=15)
    poll(stage)
    stage.house.let_pass(60, step=15)
    assert [pieces for pieces, _numbers in told(order)] == [{side.item.sku: 2}]
    with stage.house.look() as session:
        (shipment,) = session.query(Shipment)
        assert list(shipment.lines.values()) == [4]
    codes = {flag.code: flag.details.get("count") for flag in stage.house.flags()}
    assert codes.get("shipped_twice") == 2


def test_what_was_taken_off_in_time_is_not_in_the_parcel(stage: Stage, side: VendorSide) -> None:
    order = stage.sells_on((side.item, 4))
    take_off(stage, order, "edit", side.item.sku)
    stage.house.turn()
    stage.house.let_pass(60, step=15)
    take_off(stage, order, "refund", side.item.sku)
    stage.house.turn()
    stage.house.let_pass(60, step=15)
    assert stage.house.flags() == []
