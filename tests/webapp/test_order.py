"""One order's page: what is told there, and what its buttons make the vendor's store receive."""

from __future__ import annotations

import re
from html import unescape

from orderflow.models import PersonalRead
from tests.house import ALFA, BRAVO, HARBOUR, STRANGER
from tests.river.stage import creates
from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor, queries


def text(floor: Floor) -> str:
    """The page's words, without marks and with single spaces."""
    page = floor.door.get(floor.order_path()).text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def act(floor: Floor, action: str, vendor: str = "Alfa", **form: str) -> int:
    """Press a button, and let everything follow that follows."""
    answer = floor.door.post(f"{floor.part_path(vendor)}/{action}", **form)
    floor.house.turn()
    return answer.status_code


# -- what is told ----------------------------------------------------------------------------------


def test_the_page_tells_each_part_with_every_rules_verdict(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), (floor.mug, 2), paid=False, shipping="7.01", tax_rate="0.13")
    told = text(floor)
    assert "Alfa" in told
    assert "Bravo" in told
    assert "✓ Fine: Order sync is on." in told
    assert "✗ In the way: The payment status is pending, and only paid orders are pushed." in told
    assert "Sent automatically once the order is marked as paid." in told
    assert "Decided by “Push only if paid”, as set for all vendors." in told
    assert "The Order Push add-on for WooCommerce is active." in told


def test_an_obstacle_leads_to_the_place_where_it_is_put_right(floor: Floor) -> None:
    floor.house.set(order_sync=False)
    floor.sells((floor.lamp, 1))
    page = floor.door.get(floor.order_path()).text
    assert '<a href="/settings/vendor-shop-sync/order-sync#order_sync">' in page


def test_the_shares_add_up_to_the_total(floor: Floor) -> None:
    own = floor.harbour.sells("OWN", "Own thing", "3.33", vendor="Nobody")
    floor.sells((floor.lamp, 1), (floor.mug, 3), (own, 1), shipping="10.00", tax_rate="0.05")
    page = floor.door.get(floor.order_path()).text
    shares = re.findall(r'data-label="Share">\D*([\d.,]+)<', page)
    total = re.search(r'data-label="Total"><strong>\D*([\d.,]+)<', page)
    assert total
    assert len(shares) == 3
    assert round(sum(map(float, shares)), 2) == float(total.group(1))
    assert "Your own items" in page


def test_a_pushed_part_tells_number_link_timeline_and_the_stores_answers(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    (theirs,) = floor.alfa.orders.values()
    told = text(floor)
    assert theirs.name in told
    assert "Order received." in told
    assert f"Created in the vendor's store as {theirs.name}." in told
    assert "Create it is there" in told


def test_what_was_sent_is_shown_behind_the_mask_and_the_look_is_noted(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    (push,) = floor.house.pushes()
    page = floor.door.get(f"{floor.part_path()}/sent/{push.key}").text
    assert push.key in page
    assert "1 Sample Street" in page
    assert "Robin" not in page
    with floor.house.look() as session:
        assert floor.house.one(session, PersonalRead).why == "what was sent"


def test_tracking_is_told_with_its_link(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    (theirs,) = floor.alfa.orders
    floor.house.people.vendor.ships(ALFA, theirs, number="1Z999", company="UPS")
    floor.house.later(200)
    told = text(floor)
    assert "UPS 1Z999" in told
    assert "The shop knows" in told


def test_a_page_asks_the_same_number_of_questions_for_one_part_and_for_two(floor: Floor) -> None:
    counts = []
    for what in [(floor.lamp, 1)], [(floor.lamp, 1), (floor.mug, 1)]:
        order = floor.sells(*what)
        (public_id,) = (o.public_id for o in floor.house.orders() if o.name == order.name)
        with queries(floor.house) as asked:
            floor.door.get(f"/orders/{public_id}")
        counts.append(len(asked))
    assert counts[0] == counts[1]


# -- the buttons -----------------------------------------------------------------------------------


def test_push_now_ends_the_delay(floor: Floor) -> None:
    floor.house.set(delay_minutes=60)
    floor.sells((floor.lamp, 1))
    assert floor.alfa.orders == {}
    assert act(floor, "push_now") == 200
    assert len(floor.alfa.orders) == 1


def test_push_now_does_not_help_an_order_that_is_not_paid(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), paid=False)
    assert act(floor, "push_now") == 422
    assert floor.alfa.orders == {}


def test_try_again_sends_what_was_refused(floor: Floor) -> None:
    gone = floor.alfa.variants.pop(floor.alfas_lamp.id)
    floor.sells((floor.lamp, 1))
    assert floor.states() == {"Alfa": "refused"}
    floor.alfa.variants[gone.id] = gone
    assert act(floor, "try_again") == 200
    assert len(floor.alfa.orders) == 1
    assert act(floor, "try_again") == 422


def test_push_although_held_overrides_the_rules_and_tells_who_and_why(floor: Floor) -> None:
    floor.house.set(order_sync=False)
    floor.sells((floor.lamp, 1), paid=False)
    assert act(floor, "push_although_held", why="Their boss called.") == 200
    assert len(floor.alfa.orders) == 1
    told = text(floor)
    assert "Sent anyway by Staff member 1: “Their boss called.”" in told
    assert "Sent anyway, although on hold: Order sync is off, Not paid." in told
    assert "It was pushed all the same." in told


def test_push_although_held_needs_a_reason(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), paid=False)
    answer = floor.door.post(f"{floor.part_path()}/push_although_held", why="  ")
    assert answer.status_code == 422
    assert "Write down why." in answer.text
    assert 'aria-invalid="true"' in answer.text
    floor.house.turn()
    assert floor.alfa.orders == {}


def test_nothing_is_pushed_where_no_store_is_connected(floor: Floor) -> None:
    floor.house.vendor("Carla")
    thing = floor.harbour.sells("THING", "Thing", "5.00", vendor="Carla")
    floor.sells((thing, 1))
    assert act(floor, "push_although_held", "Carla", why="Please.") == 422
    assert floor.states() == {"Carla": "held"}


def test_do_not_push_holds_a_part_for_good_and_can_be_taken_back(floor: Floor) -> None:
    order = floor.sells((floor.lamp, 1), paid=False)
    assert act(floor, "do_not_push", why="They cancelled by phone.") == 200
    floor.people.customer.pays(HARBOUR, order)
    floor.house.turn()
    assert floor.states() == {"Alfa": "skipped"}
    assert floor.alfa.orders == {}
    assert act(floor, "do_not_push") == 422
    assert act(floor, "allow_push") == 200
    assert len(floor.alfa.orders) == 1


def test_do_not_push_stops_a_part_that_stands_in_the_queue(floor: Floor) -> None:
    floor.faults.add("refused", ALFA, creates)
    floor.sells((floor.lamp, 1))
    assert floor.states() == {"Alfa": "queued"}
    assert act(floor, "do_not_push") == 200
    floor.house.later(600)
    assert floor.states() == {"Alfa": "skipped"}
    assert floor.alfa.orders == {}


def test_send_again_needs_the_earlier_order_gone_or_a_confirmation(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    assert act(floor, "send_again") == 422
    assert len(floor.alfa.orders) == 1
    assert act(floor, "send_again", certain="1") == 200
    assert len(floor.alfa.orders) == 2
    keys = {push.key for push in floor.house.pushes()}
    assert len(keys) == 2


def test_send_again_is_free_once_the_vendor_has_cancelled(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    (theirs,) = floor.alfa.orders
    floor.people.vendor.cancels(ALFA, theirs)
    floor.house.later(200)
    assert "cancelled or deleted there" in text(floor)
    assert act(floor, "send_again") == 200
    live = [order for order in floor.alfa.orders.values() if order.cancelled_at is None]
    assert len(live) == 1
    assert floor.states() == {"Alfa": "pushed"}


def test_a_create_that_lands_after_its_push_was_replaced_is_cancelled(floor: Floor) -> None:
    floor.faults.add("late", BRAVO, creates, seconds=5000)
    floor.sells((floor.mug, 1))
    floor.all_looks()
    (theirs,) = floor.bravo.orders
    floor.people.vendor.cancels(BRAVO, theirs)
    floor.house.later(200)
    assert act(floor, "send_again", "Bravo") == 200
    floor.house.let_pass(6000, step=300)
    assert len(floor.bravo.orders) == 3
    (live,) = (order for order in floor.bravo.orders.values() if order.status != "cancelled")
    assert str(live.id) in {push.remote_id for push in floor.house.pushes()}


def test_an_action_that_is_not_possible_is_explained(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    told = text(floor)
    assert "Do not push It is in the vendor's store already." in told
    assert "Allow the push again Nobody has forbidden it." in told


# -- strangers -------------------------------------------------------------------------------------


def test_a_strangers_order_is_404_on_every_route(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), paid=False)
    part, (push,) = floor.part_path(), floor.house.pushes() or (None,)
    stranger = Door(floor.house, floor.house.merchant(STRANGER))
    for path in (
        floor.order_path(),
        f"{part}/ship",
        f"{part}/sent/{push.key if push else 'SL-x'}",
        f"{part}/shipments/x",
    ):
        assert stranger.get(path).status_code == 404
    for path in (
        f"{part}/push_now",
        f"{part}/do_not_push",
        f"{part}/ship",
        f"{part}/shipments/x",
        f"{part}/shipments/x/withdraw",
    ):
        assert stranger.post(path, why="x").status_code == 404
    assert floor.states() == {"Alfa": "waiting"}


def test_a_part_of_another_order_is_404(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), paid=False)
    path = floor.part_path()
    floor.sells((floor.lamp, 1), paid=False)
    other = next(o.public_id for o in floor.house.orders() if o.public_id not in path)
    wrong = re.sub(r"^/orders/\w+", f"/orders/{other}", path)
    assert floor.door.post(f"{wrong}/do_not_push").status_code == 404


def test_an_action_that_nobody_knows_is_404(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    assert floor.door.post(f"{floor.part_path()}/explode").status_code == 404


def test_without_a_token_there_is_no_order(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    assert floor.house.client.post(floor.part_path() + "/push_now").status_code == 302


def test_a_part_that_was_sent_whole_shows_no_obstacle(floor: Floor) -> None:
    order = floor.sells((floor.lamp, 1))
    floor.people.merchant.edits(HARBOUR, order, note="Gift")
    floor.house.later(1)
    told = text(floor)
    assert "✗" not in told
    assert "Send anyway It is not on hold." in told
