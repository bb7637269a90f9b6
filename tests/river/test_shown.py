"""What a vendor may see of an order: its own lines, the masked buyer, what is left to do."""

from __future__ import annotations

import pytest

from orderflow.handwork import shown
from orderflow.handwork.shown import Shown
from orderflow.models import PersonalRead, VendorOrder
from tests.river.stage import Stage

ADDRESS = {
    "firstName": "Canarina",
    "lastName": "Finchley",
    "company": "Canary Works",
    "address1": "5 Quay Street",
    "city": "Halifax",
    "provinceCode": "NS",
    "countryCode": "CA",
    "zip": "B3H 1A1",
    "phone": "+1 902 555 0177",
}
WHO = ("Canarina", "Finchley", "Canary Works", "555 0177", "finch@canary.example.com")


def part_of(stage: Stage, vendor: str = "Alfa") -> VendorOrder:
    (part,) = (part for part in stage.house.parts() if part.vendor.name == vendor)
    return part


def seen(stage: Stage, vendor: str = "Alfa") -> Shown:
    with stage.house.unit() as session:
        row = session.get_one(VendorOrder, part_of(stage, vendor).id)
        return shown.read(session, row, by="person:1", why="test", now=stage.house.clock())


def test_only_the_vendors_own_lines_are_shown_at_their_exact_share(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 2), (stage.mug, 1), shipping="10.00")
    alfa, bravo = seen(stage), seen(stage, "Bravo")
    (line,) = alfa.lines
    assert (line.title, line.sku, line.wanted, line.shipped, line.left) == ("Lamp", "LAMP", 2, 0, 2)
    assert line.priced is not None
    assert (line.priced.unit_price, line.priced.total) == (3000, 6000)
    assert alfa.order.total + bravo.order.total == 7250 + 1000
    assert [each.title for each in bravo.lines] == ["Mug"]


@pytest.mark.parametrize("masked", [True, False])
def test_the_buyer_is_seen_as_far_as_the_mask_lets_through(stage: Stage, masked: bool) -> None:
    stage.house.set(replace_customer=masked)
    stage.sells_on(
        (stage.lamp, 1), address=ADDRESS, email=WHO[-1], note="For Canarina, +19025550177"
    )
    told = repr(seen(stage))
    assert [word for word in WHO if word in told] == ([] if masked else list(WHO))
    assert "5 Quay Street" in told


def test_who_looked_at_it_is_noted(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 1))
    seen(stage)
    with stage.house.look() as session:
        read = stage.house.one(session, PersonalRead)
        assert (read.by, read.why, read.order_id) == ("person:1", "test", part_of(stage).order_id)


def test_an_order_goes_through_the_vendors_queues(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 2))
    assert seen(stage).stage == "new"
    with stage.house.unit() as session:
        shown.opened(session, session.get_one(VendorOrder, part_of(stage).id), stage.house.clock())
    assert seen(stage).stage == "to_ship"
    parcels(stage, 1)
    assert (seen(stage).stage, seen(stage).left) == ("to_ship", 1)
    parcels(stage, 1)
    assert (seen(stage).stage, seen(stage).left) == ("shipped", 0)
    assert [each.who for each in seen(stage).shipments] == ["store", "store"]


def parcels(stage: Stage, pieces: int) -> None:
    (order,) = stage.alfa.orders.values()
    stage.people.vendor.ships(stage.alfa, order, lines={"LAMP": pieces}, number="1Z")
    stage.house.later(1)


def test_a_cancelled_order_says_so(stage: Stage) -> None:
    stage.house.set(order_sync=False)
    order = stage.sells_on((stage.lamp, 2))
    stage.people.merchant.cancels(stage.harbour, order)
    stage.house.turn()
    assert (seen(stage).stage, seen(stage).left) == ("cancelled", 0)


def test_what_the_shop_waits_for_is_flagged(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 1), paid=False)
    assert "not_paid" in seen(stage).flags
