"""What vendors ship becomes fulfilments of the marketplace order, each piece once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from werkzeug.wrappers import Request

from sandbox.shopify.fulfilment import Fulfillment
from sandbox.shopify.order import Order
from tests.house import ALFA, BRAVO, HARBOUR, House
from tests.river.stage import Stage

AST, PAID, CORE = "advanced-shipment-tracking", "woocommerce-shipment-tracking", "fulfillments"


Parcel = tuple[dict[str, int], list[str | None]]


def told(order: Order) -> list[Parcel]:
    """Pieces by SKU, and numbers, of each fulfilment of the marketplace order that stands."""
    live = [each for each in order.fulfillments if each.status != "CANCELLED"]
    return sorted((_parcel(each) for each in live), key=str)


def _parcel(fulfillment: Fulfillment) -> Parcel:
    pieces: Counter[str] = Counter()
    for each in fulfillment.lines:
        pieces[each.line.sku] += each.quantity
    return dict(pieces), [tracking.number for tracking in fulfillment.tracking]


def fulfils(request: Request) -> bool:
    return "fulfillmentCreate" in request.get_data(as_text=True)


def ship(stage: Stage, host: str, number: str = "", **more: Any) -> Any:
    """The vendor packs a parcel of the only order in its store."""
    orders = stage.alfa.orders if host == ALFA else stage.bravo.orders
    return stage.people.vendor.ships(host, stage.only(orders), number=number, **more)


def poll(stage: Stage) -> None:
    stage.house.later(stage.house.config.poll_every)


def test_two_parcels_become_two_fulfilments_with_their_own_pieces(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 3))
    ship(stage, ALFA, "1Z1", lines={"LAMP": 1}, company="UPS")
    stage.house.turn()
    assert stage.states() == {"Alfa": "partly_shipped"}
    ship(stage, ALFA, "1Z2", lines={"LAMP": 2})
    stage.house.turn()
    assert told(order) == [({"LAMP": 1}, ["1Z1"]), ({"LAMP": 2}, ["1Z2"])]
    assert stage.states() == {"Alfa": "shipped"}


def test_seeing_it_all_again_changes_nothing(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 2), (stage.mug, 1))
    ship(stage, ALFA, "1Z1", lines={"LAMP": 1})
    ship(stage, BRAVO)
    stage.house.turn()
    poll(stage)
    before, events = told(order), stage.house.events()
    sent = len(stage.house.world.deliveries.log)
    stage.house.let_pass(1200, step=200)
    assert told(order) == before
    assert stage.house.events() == events
    assert len(stage.house.world.deliveries.log) == sent


def test_polling_alone_brings_tracking(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 2))
    stage.house.world.deliveries.drop = 1.0
    stage.house.clock.advance(5)
    ship(stage, ALFA, "1Z1")
    ship(stage, BRAVO)
    poll(stage)
    assert told(order) == [({"LAMP": 1}, ["1Z1"]), ({"MUG": 2}, [])]
    assert stage.states() == {"Alfa": "shipped", "Bravo": "shipped"}


def test_a_corrected_number_is_corrected_at_home(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1))
    ship(stage, ALFA, "1Z1", company="UPS")
    stage.house.turn()
    stage.people.vendor.corrects_tracking(
        ALFA, stage.only(stage.alfa.orders), number="1Z9", company="UPS"
    )
    stage.house.turn()
    assert told(order) == [({"LAMP": 1}, ["1Z9"])]


def test_a_withdrawn_parcel_is_withdrawn_at_home_and_may_go_again(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1))
    ship(stage, ALFA, "1Z1")
    stage.house.turn()
    stage.people.vendor.withdraws(ALFA, stage.only(stage.alfa.orders))
    stage.house.turn()
    assert told(order) == []
    assert stage.states() == {"Alfa": "pushed"}
    ship(stage, ALFA, "1Z2")
    stage.house.turn()
    assert told(order) == [({"LAMP": 1}, ["1Z2"])]
    assert stage.states() == {"Alfa": "shipped"}


def test_a_parcel_withdrawn_unheard_is_found_by_polling(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1))
    ship(stage, ALFA, "1Z1")
    stage.house.turn()
    stage.house.world.deliveries.drop = 1.0
    stage.house.clock.advance(5)
    stage.people.vendor.withdraws(ALFA, stage.only(stage.alfa.orders))
    poll(stage)
    assert told(order) == []


def test_goods_of_two_locations_become_two_fulfilments_of_one_parcel(stage: Stage) -> None:
    """The vendor ships from one place what the marketplace keeps in two."""
    north = stage.harbour.add_location("North")
    product = stage.harbour.add_product("Vase", "Alfa")
    vase = stage.harbour.add_variant(product, "VASE", "9.00", location=north)
    theirs = stage.alfa.sells("A-VASE", "Vase")
    stage.house.map(vase, ALFA, str(theirs.id))
    order = stage.sells_on((stage.lamp, 1), (vase, 2))
    assert len(order.fulfillment_orders) == 2
    ship(stage, ALFA, "1Z1")
    stage.house.turn()
    assert told(order) == [({"LAMP": 1}, ["1Z1"]), ({"VASE": 2}, ["1Z1"])]
    assert {each.location.name for each in order.fulfillments} == {"Main", "North"}


def test_two_carriers_of_one_order_become_two_fulfilments_with_a_link_each(house: House) -> None:
    stage = Stage(house, bravo={"plugins": [AST]})
    order = stage.sells_on((stage.mug, 2))
    ship(stage, BRAVO, "1Z1", company="UPS", lines={"B-MUG": 1})
    ship(stage, BRAVO, "JD2", company="DHL Express")
    stage.house.turn()
    assert told(order) == [({"MUG": 1}, ["1Z1"]), ({"MUG": 1}, ["JD2"])]
    carriers = {t.number: t.company for f in order.fulfillments for t in f.tracking}
    assert carriers == {"1Z1": "UPS", "JD2": "DHL Express"}
    poll(stage)
    assert len(told(order)) == 2


@pytest.mark.parametrize("fault", ["lost_answer", "error_after", "late"])
def test_a_lost_answer_leaves_one_fulfilment(stage: Stage, fault: Any) -> None:
    order = stage.sells_on((stage.lamp, 2))
    stage.faults.add(fault, HARBOUR, fulfils, seconds=20)
    ship(stage, ALFA, "1Z1")
    stage.house.turn()
    stage.house.let_pass(600, step=60)
    assert told(order) == [({"LAMP": 2}, ["1Z1"])]
    assert len(order.fulfillments) == 1
    assert stage.states() == {"Alfa": "shipped"}


def test_two_like_parcels_after_a_lost_answer_are_two_fulfilments(stage: Stage) -> None:
    """No numbers, one piece each: the second parcel must not be taken for the first."""
    order = stage.sells_on((stage.lamp, 2))
    stage.faults.add("lost_answer", HARBOUR, fulfils)
    ship(stage, ALFA, lines={"LAMP": 1})
    ship(stage, ALFA, lines={"LAMP": 1})
    stage.house.turn()
    stage.house.let_pass(600, step=60)
    assert told(order) == [({"LAMP": 1}, []), ({"LAMP": 1}, [])]


def test_goods_that_were_fulfilled_by_hand_are_not_fulfilled_twice(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 3))
    stage.people.vendor.ships(HARBOUR, order, lines={"LAMP": 2}, number="BY-HAND")
    stage.house.turn()
    ship(stage, ALFA, "1Z1")
    stage.house.turn()
    assert told(order) == [({"LAMP": 1}, ["1Z1"]), ({"LAMP": 2}, ["BY-HAND"])]
    assert "fulfilled_elsewhere" in stage.house.events()


def test_goods_on_hold_at_home_are_reported_once_they_are_released(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1))
    stage.people.merchant.holds(HARBOUR, order)
    ship(stage, ALFA, "1Z1")
    stage.house.turn()
    assert told(order) == []
    stage.people.merchant.releases(HARBOUR, order)
    stage.house.let_pass(1200, step=120)
    assert told(order) == [({"LAMP": 1}, ["1Z1"])]


def test_the_buyer_is_told_only_if_the_merchant_wants(stage: Stage) -> None:
    bodies = listen(stage, HARBOUR)
    stage.sells_on((stage.lamp, 2))
    ship(stage, ALFA, "1Z1", lines={"LAMP": 1})
    stage.house.turn()
    stage.house.set(notify_buyer=False)
    ship(stage, ALFA, "1Z2")
    stage.house.turn()
    sent = [body for body in bodies if "fulfillmentCreate" in body]
    assert ['"notifyCustomer": true' in body for body in sent] == [True, False]


# -- where WordPress stores keep their tracking ----------------------------------------------------


@pytest.mark.parametrize("plugin", [AST, PAID, CORE])
def test_tracking_is_found_wherever_the_store_keeps_it(house: House, plugin: str) -> None:
    stage = Stage(house, bravo={"plugins": (plugin,)})
    order = stage.sells_on((stage.mug, 2))
    ship(stage, BRAVO, "3S1", company="PostNL")
    house.turn()
    poll(stage)
    assert told(order) == [({"MUG": 2}, ["3S1"])]
    assert stage.states() == {"Bravo": "shipped"}


def test_a_part_shipped_is_reported_where_the_store_names_pieces(house: House) -> None:
    stage = Stage(house, bravo={"plugins": (CORE,)})
    order = stage.sells_on((stage.mug, 3))
    ship(stage, BRAVO, "3S1", lines={"B-MUG": 1})
    house.turn()
    assert told(order) == [({"MUG": 1}, ["3S1"])]
    ship(stage, BRAVO, "3S2")
    house.turn()
    assert told(order) == [({"MUG": 1}, ["3S1"]), ({"MUG": 2}, ["3S2"])]
    house.clock.advance(5)
    stage.people.vendor.withdraws(BRAVO, stage.only(stage.bravo.orders))
    house.turn()
    assert told(order) == [({"MUG": 1}, ["3S1"])]
    assert stage.states() == {"Bravo": "partly_shipped"}


def test_a_number_without_pieces_waits_until_all_is_completed(house: House) -> None:
    stage = Stage(house, bravo={"plugins": (AST,)})
    order = stage.sells_on((stage.mug, 3))
    ship(stage, BRAVO, "3S1", lines={"B-MUG": 1})
    house.turn()
    assert told(order) == []
    ship(stage, BRAVO, "3S2")
    house.turn()
    assert told(order) == [({"MUG": 3}, ["3S1", "3S2"])]


def test_a_number_corrected_in_a_plugin_is_corrected_at_home(house: House) -> None:
    stage = Stage(house, bravo={"plugins": (AST,)})
    order = stage.sells_on((stage.mug, 1))
    ship(stage, BRAVO, "3S1", company="PostNL")
    house.turn()
    stage.people.vendor.corrects_tracking(
        BRAVO, stage.only(stage.bravo.orders), number="3S9", company="PostNL"
    )
    house.turn()
    poll(stage)
    assert told(order) == [({"MUG": 1}, ["3S9"])]


@pytest.mark.parametrize("allowed", [True, False])
def test_completed_without_a_number_is_reported_if_the_merchant_allows(
    stage: Stage, allowed: bool
) -> None:
    stage.house.set(report_without_number=allowed)
    order = stage.sells_on((stage.mug, 2))
    ship(stage, BRAVO)
    stage.house.turn()
    assert told(order) == ([({"MUG": 2}, [])] if allowed else [])


def test_an_order_that_is_completed_no_more_is_withdrawn_at_home(stage: Stage) -> None:
    order = stage.sells_on((stage.mug, 2))
    ship(stage, BRAVO)
    stage.house.later(1)
    stage.people.vendor.withdraws(BRAVO, stage.only(stage.bravo.orders))
    stage.house.turn()
    assert told(order) == []
    assert stage.states() == {"Bravo": "pushed"}


def listen(stage: Stage, host: str) -> list[str]:
    """The bodies of all calls to ``host`` from now on."""
    heard: list[str] = []

    def hear(request: Request) -> bool:
        heard.append(request.get_data(as_text=True))
        return False

    stage.faults.add("slow", host, hear)
    return heard
