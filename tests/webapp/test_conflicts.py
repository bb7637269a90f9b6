"""What both sides changed is shown on the order's page, with two buttons while nobody decided."""

from __future__ import annotations

from orderflow.models import PersonalRead
from orderflow.rules.judge import BURST
from tests.house import HARBOUR
from tests.webapp.shop_floor import Floor
from tests.webapp.test_order import text


def both_change(floor: Floor) -> None:
    floor.house.set(conflicts="ask")
    order = floor.sells((floor.mug, 1), note="Ring once")
    (mugs,) = floor.bravo.orders.values()
    mugs.customer_note = "Packed by Ann"
    floor.people.merchant.changes(HARBOUR, order, note="Ring twice")
    floor.house.turn()
    floor.house.later(BURST)


def test_the_two_are_compared_and_one_is_kept(floor: Floor) -> None:
    both_change(floor)
    assert "Changed on both sides" in text(floor)
    page = floor.door.get(floor.order_path()).text
    (compare,) = {part.split('"')[0] for part in page.split('href="') if "/conflicts/" in part[:80]}
    assert "Packed by Ann" not in page
    both = floor.door.get(compare).text
    for value in ("Ring once", "Ring twice", "Packed by Ann"):
        assert value in both
    with floor.house.look() as session:
        assert floor.house.one(session, PersonalRead).why == "what both sides changed"
    assert floor.door.post(f"{compare}/nobody").status_code == 404
    assert floor.door.post(f"{compare}/merchant").status_code == 200
    floor.house.turn()
    (mugs,) = floor.bravo.orders.values()
    assert mugs.customer_note == "Ring twice"
    assert "yours is kept, says Staff member" in text(floor)
    assert floor.door.post(f"{compare}/vendor").status_code == 422
    assert "Ring twice" in floor.door.get(compare).text
