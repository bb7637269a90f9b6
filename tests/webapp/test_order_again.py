"""*Try again* and *Send again* on an order's page, after something was done to an order that stands
in a vendor's store."""

from __future__ import annotations

import pytest
from werkzeug.wrappers import Request

from tests import agreement
from tests.house import ALFA, BRAVO, HARBOUR
from tests.river.stage import PLATFORMS
from tests.webapp.shop_floor import Floor

HOUR = 3600


def press(floor: Floor, action: str, vendor: str) -> int:
    """A button on the page, and all that follows from it."""
    answer = floor.door.post(f"{floor.part_path(vendor)}/{action}")
    floor.house.turn()
    floor.house.let_pass(30, step=10)
    return answer.status_code


def codes(floor: Floor) -> list[str]:
    return [flag.code for flag in floor.house.flags()]


def refunds(request: Request) -> bool:
    return request.path.endswith("/refunds")


def test_a_cancellation_that_was_refused_is_asked_for_again(floor: Floor) -> None:
    floor.alfa.cancels_fail = True
    order = floor.sells((floor.lamp, 1))
    assert press(floor, "try_again", "Alfa") == 422
    floor.people.merchant.cancels(HARBOUR, order)
    floor.house.turn()
    floor.house.let_pass(120, step=60)
    assert codes(floor) == ["cancel_by_hand"]
    assert press(floor, "try_again", "Alfa") == 200
    floor.house.let_pass(120, step=60)
    assert codes(floor) == ["cancel_by_hand"]
    floor.alfa.cancels_fail = False
    assert press(floor, "try_again", "Alfa") == 200
    assert codes(floor) == []
    assert floor.states() == {"Alfa": "cancelled"}
    assert press(floor, "try_again", "Alfa") == 422


def test_a_refund_is_asked_for_again_while_it_waits_and_after_it_was_given_up(floor: Floor) -> None:
    order = floor.sells((floor.mug, 3))
    floor.faults.add("refused", BRAVO, refunds, times=1000)
    floor.people.merchant.refunds(HARBOUR, order, lines={"MUG": 1})
    floor.house.turn()
    floor.house.let_pass(50 * HOUR, step=5 * HOUR)
    assert codes(floor) == ["refund_by_hand"]
    floor.faults.clear()
    assert press(floor, "try_again", "Bravo") == 200
    assert (codes(floor), agreement.pieces(floor.house)) == ([], [{"MUG": 2}])
    floor.faults.add("refused", BRAVO, refunds)
    floor.people.merchant.refunds(HARBOUR, order, lines={"MUG": 1})
    floor.house.turn()
    assert press(floor, "try_again", "Bravo") == 200
    assert agreement.pieces(floor.house) == [{"MUG": 1}]
    (theirs,) = floor.bravo.orders.values()
    assert len(theirs.refunds) == 2
    assert press(floor, "try_again", "Bravo") == 422


def test_a_note_of_a_payment_that_a_store_refused_is_said_again(floor: Floor) -> None:
    floor.house.set(only_if_paid=False)
    order = floor.sells((floor.lamp, 1), (floor.mug, 1), paid=False)
    floor.faults.add("rejected", ALFA, "orderUpdate", times=2)
    floor.faults.add("rejected", BRAVO, lambda asked: asked.path.endswith("/notes"), times=2)
    floor.people.merchant.marks_paid(HARBOUR, order)
    floor.house.turn()
    assert codes(floor) == ["payment_by_hand"] * 2
    page = floor.door.get(floor.order_path()).text
    (theirs,) = floor.alfa.orders.values()
    assert f"The buyer has paid since {theirs.name} was sent" in page
    for left in (["payment_by_hand"] * 2, []):
        assert [press(floor, "try_again", each) for each in ("Alfa", "Bravo")] == [200, 200]
        assert codes(floor) == left
    (mugs,) = floor.bravo.orders.values()
    said = f"Marketplace order {order.name} has been paid."
    assert said in str(theirs.attributes)
    assert said in [note.text for note in mugs.notes]
    assert press(floor, "try_again", "Alfa") == 422


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_part_that_was_cancelled_with_the_vendor_is_sent_again(
    floor: Floor, platform: str
) -> None:
    floor.house.set(vendor_cancel="cancel")
    side, vendor = floor.side(platform), {"shopify": "Alfa", "woocommerce": "Bravo"}[platform]
    order = floor.sells((side.item, 1))
    floor.people.vendor.cancels(side.host, floor.only(side.orders()).id)
    floor.house.turn()
    assert (floor.states(), codes(floor)) == ({vendor: "cancelled"}, ["refund_the_buyer"])
    assert press(floor, "send_again", vendor) == 200
    assert (floor.states(), codes(floor)) == ({vendor: "pushed"}, [])
    assert (len(side.orders()), len(side.live())) == (2, 1)
    floor.people.merchant.cancels(HARBOUR, order)
    floor.house.turn()
    floor.house.let_pass(30, step=10)
    assert side.live() == []
    assert press(floor, "send_again", vendor) == 422
