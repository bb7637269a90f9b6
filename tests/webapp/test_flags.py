"""What a person must do by hand stands on the order's page and on Home until it is marked done."""

from __future__ import annotations

import html
import re

from orderflow import clock
from orderflow.book import flags
from orderflow.models import VendorOrder
from tests.house import BRAVO, HARBOUR
from tests.webapp.shop_floor import Floor
from tests.webapp.test_order import text


def test_a_flag_is_shown_counted_and_marked_done(floor: Floor) -> None:
    order = floor.sells((floor.mug, 1))
    floor.people.vendor.cancels(BRAVO, next(iter(floor.bravo.orders)))
    floor.house.turn()
    assert "Ask them why; then cancel or refund your order" in text(floor)
    home = floor.door.get("/").text
    assert "1 thing to do by hand:" in home
    assert order.name in home
    page = floor.door.get(floor.order_path()).text
    (flag,) = {part.split('"')[0] for part in page.split('action="') if "/flags/" in part[:80]}
    assert floor.door.post(flag, why="Called them").status_code == 200
    assert floor.door.post(flag).status_code == 200
    assert "to do by hand" not in floor.door.get("/").text
    told = text(floor)
    assert "Marked as done" in told
    assert "Called them" in told
    assert floor.house.events().count("flag_done") == 1


def test_a_cancellation_that_came_too_late_says_how_much_has_left(floor: Floor) -> None:
    order = floor.sells((floor.lamp, 2))
    (theirs,) = floor.alfa.orders.values()
    floor.house.world.deliveries.drop = 1.0
    floor.people.vendor.ships(floor.alfa, theirs, lines={"LAMP": 1})
    floor.people.merchant.cancels(HARBOUR, order)
    floor.house.hear_of_orders()
    floor.house.let_pass(120, step=60)
    assert "came too late: 1 piece had left." in text(floor)


def test_a_store_that_made_another_total_is_told_with_both_figures(floor: Floor) -> None:
    floor.house.world.liar(BRAVO).tell("other_total")
    floor.sells((floor.mug, 2))
    told = text(floor)
    assert "The vendor's store made the total of #" in told
    assert "$26.00; you sent $25.00." in told


def test_another_number_of_pieces_is_told_once_and_counted_right(floor: Floor) -> None:
    floor.house.world.liar(BRAVO).tell("quantity_one")
    floor.sells((floor.mug, 2))
    floor.house.let_pass(1800, step=600)
    assert [flag.code for flag in floor.house.flags()] == ["store_quantity"]
    assert "The vendor's store has 1 piece of Mug" in text(floor)
    assert "; you sent 2." in text(floor)


def test_a_rounded_total_stands_at_the_shipment_with_both_figures(floor: Floor) -> None:
    floor.bravo.decimals = 0
    floor.sells((floor.mug, 1))
    assert "rounded $12.50 to $13.00" in text(floor)
    assert re.search(r"Total of #\S+ there: \$13\.00; you sent \$12\.50\.", text(floor))
    assert floor.house.flags() == []


def test_a_status_that_nobody_knows_leads_to_where_it_is_said(floor: Floor) -> None:
    floor.sells((floor.mug, 1))
    (push,) = floor.house.pushes()
    with floor.house.unit() as session:
        part = session.query(VendorOrder).one()
        flags.raise_once(
            session,
            part,
            "status_unknown",
            clock.now(),
            push_id=push.id,
            number=push.remote_name,
            status="im-lkw",
        )
    page = floor.door.get(floor.order_path()).text
    (address,) = re.findall(r'href="(/vendors/[^"#]+#statuses-[^"]+)"', page)
    path, _, anchor = address.partition("#")
    shown = html.unescape(floor.door.get(path).text)
    assert f'id="{anchor}"' in shown
    assert "Seen with a tracking number: im-lkw." in shown
