"""What the merchant's shop does with the fulfilment orders of what was pushed already: it moves,
splits, merges and holds them. Each parcel is told where its goods are then, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select
from werkzeug.wrappers import Request

from orderflow import clock, outbox
from orderflow.book import flags
from orderflow.models import Flag, Merchant, StoreCall
from orderflow.traffic import on_hold
from sandbox.shopify import holding
from sandbox.shopify.order import Order
from tests.house import ALFA, BRAVO, HARBOUR, House
from tests.river.stage import DEEP, Stage

Told = list[tuple[str, dict[str, int]]]
Change = Callable[[Stage, Order], object]

LAMPS = 4
CHANGES: dict[str, Change] = {
    "moved": lambda stage, order: stage.people.merchant.moves(HARBOUR, order, location="North"),
    "moved in part": lambda stage, order: stage.people.merchant.moves(
        HARBOUR, order, location="North", lines={"LAMP": 1}
    ),
    "split": lambda stage, order: stage.people.merchant.splits(HARBOUR, order, lines={"LAMP": 1}),
    "merged": lambda stage, order: stage.people.merchant.merges(HARBOUR, order),
    "held and released": lambda stage, order: (
        stage.people.merchant.holds(HARBOUR, order),
        stage.people.merchant.releases(HARBOUR, order),
    ),
}
PARCELS: dict[str, list[int]] = {"all": [4], "a part": [3], "two parcels": [3, 1]}


def told(order: Order) -> Told:
    """Number and pieces of each fulfilment of the marketplace order that stands."""
    live = [each for each in order.fulfillments if each.status != "CANCELLED"]
    return sorted(
        (
            next((tracking.number or "" for tracking in each.tracking), ""),
            dict(Counter({line.line.sku: line.quantity for line in each.lines})),
        )
        for each in live
    )


def pieces(order: Order) -> Counter[tuple[str, str]]:
    """By number and SKU, however many fulfilments a parcel needs."""
    found: Counter[tuple[str, str]] = Counter()
    for each in order.fulfillments:
        for line in each.lines:
            found[each.tracking[0].number or "", line.line.sku] += line.quantity
    return found


def theirs(stage: Stage) -> dict[int, int]:
    """The order in Alfa's store of each order of the marketplace."""
    pushes = {each.vendor_order_id: each.remote_id for each in stage.house.pushes()}
    parts = [each for each in stage.house.parts() if each.vendor.name == "Alfa"]
    return {int(each.order.remote_id): int(pushes[each.id]) for each in parts}


def parcel(stage: Stage, order: int, count: int, number: str) -> None:
    stage.people.vendor.ships(ALFA, order, lines={"LAMP": count}, number=number)


def ship(stage: Stage, count: int, number: str) -> None:
    parcel(stage, stage.only(stage.alfa.orders), count, number)
    stage.house.turn()


def test_parcels_are_told_where_their_goods_are_by_then(house: House) -> None:
    """Every change with every way to ship; of the other vendor's goods nobody tells anything."""
    stage = Stage(house, harbour=DEEP, alfa=DEEP)
    stage.harbour.add_location("North")
    stories = [(change, way) for change in CHANGES for way in PARCELS]
    orders = {each: stage.buys((stage.lamp, LAMPS), (stage.mug, 2)) for each in stories}
    stage.house.turn()
    stage.house.later(5)  # a push whose order has news that nobody has read yet waits for a second
    sent = theirs(stage)
    for (change, _way), order in orders.items():
        if change == "merged":
            CHANGES["split"](stage, order)
        CHANGES[change](stage, order)
    for at in range(2):
        for (_change, way), order in orders.items():
            for count in PARCELS[way][at : at + 1]:
                parcel(stage, sent[order.id], count, f"1Z{at}")
        stage.house.later(5)
    wanted = {
        (change, way): Counter({(f"1Z{at}", "LAMP"): n for at, n in enumerate(PARCELS[way])})
        for change, way in stories
    }
    assert {each: pieces(order) for each, order in orders.items()} == wanted
    two = {each for each, order in orders.items() if len(order.fulfillments) > 1}
    assert two == {("moved in part", "all"), *((change, "two parcels") for change in CHANGES)}
    places = {each.location.name for each in orders["moved", "all"].fulfillments}
    assert places == {"North"}
    assert stage.house.flags() == []
    assert stage.house.messages("report") == []


def test_what_changes_between_our_look_and_our_write_is_looked_at_again(stage: Stage) -> None:
    stage.harbour.add_location("North")
    coming: list[tuple[Change, Order]] = []

    def just_before(asked: Request) -> bool:
        if coming and "fulfillmentCreate" in asked.get_data(as_text=True):
            change, order = coming.pop()
            change(stage, order)
        return False

    stage.faults.add("slow", HARBOUR, just_before)
    for name, change in CHANGES.items():
        order = stage.sells_on((stage.lamp, LAMPS))
        if name == "merged":
            CHANGES["split"](stage, order)
        coming.append((change, order))
        parcel(stage, theirs(stage)[order.id], LAMPS, "1Z")
        stage.house.later(5)
        assert (name, coming, pieces(order)) == (name, [], {("1Z", "LAMP"): LAMPS})
    assert {part.state for part in stage.house.parts()} == {"shipped"}
    assert stage.house.flags() == []
    assert stage.house.messages("report") == []
    assert refusals(stage) == 3, "of what was moved in part, split, merged"


def refusals(stage: Stage) -> int:
    """Of fulfilments that the shop did not take."""
    with stage.house.look() as session:
        calls = session.scalars(select(StoreCall).where(StoreCall.operation == "fulfil"))
        return [call.outcome for call in calls].count("refused")


def test_a_refusal_that_has_no_such_cause_is_told_and_not_tried_for_ever(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1))
    stage.faults.add("rejected", HARBOUR, "fulfillmentCreate", times=9)
    ship(stage, 1, "1Z")
    assert told(order) == []
    assert "report_refused" in stage.house.events()
    assert refusals(stage) == 1


@pytest.mark.parametrize("overtaken", ["fulfillmentCancel", "fulfillmentTrackingInfoUpdate"])
def test_what_the_shop_cancelled_before_our_write_is_compared_again(
    stage: Stage, overtaken: str
) -> None:
    order = stage.sells_on((stage.lamp, 2))
    ship(stage, 2, "1Z")
    coming = [order]

    def just_before(asked: Request) -> bool:
        if coming and overtaken in asked.get_data(as_text=True):
            stage.people.vendor.withdraws(HARBOUR, coming.pop())
        return False

    stage.faults.add("slow", HARBOUR, just_before)
    theirs = stage.only(stage.alfa.orders)
    if overtaken == "fulfillmentCancel":
        stage.people.vendor.withdraws(ALFA, theirs)
    else:
        stage.people.vendor.corrects_tracking(ALFA, theirs, number="1Z2")
    stage.house.turn()
    assert coming == []
    assert told(order) == ([] if overtaken == "fulfillmentCancel" else [("1Z2", {"LAMP": 2})])
    assert "report_refused" not in stage.house.events()


@pytest.mark.parametrize("write", ["fulfillmentCancel", "fulfillmentTrackingInfoUpdate"])
def test_a_withdrawal_or_correction_refused_without_such_a_cause_is_told(
    stage: Stage, write: str
) -> None:
    stage.sells_on((stage.lamp, 2))
    ship(stage, 2, "1Z")
    stage.faults.add("rejected", HARBOUR, write, times=9)
    theirs = stage.only(stage.alfa.orders)
    if write == "fulfillmentCancel":
        stage.people.vendor.withdraws(ALFA, theirs)
    else:
        stage.people.vendor.corrects_tracking(ALFA, theirs, number="1Z2")
    stage.house.turn()
    assert stage.house.events().count("report_refused") == 1


def test_goods_on_hold_are_no_excuse_for_others_that_the_shop_has_sent(stage: Stage) -> None:
    """A hold of the mug does not make the lamp wait that somebody has fulfilled already."""
    stage.harbour.add_location("North")
    order = stage.buys((stage.lamp, 2), (stage.mug, 1))
    stage.people.merchant.moves(HARBOUR, order, location="North", lines={"MUG": 1})
    stage.house.turn()
    mugs = next(each for each in order.fulfillment_orders if each.location.name == "North")
    holding.hold(stage.harbour.lifecycle, mugs)
    stage.people.vendor.ships(HARBOUR, order, lines={"LAMP": 2}, number="9Z")
    ship(stage, 2, "1Z")
    assert "waits_for_release" not in {flag.code for flag in stage.house.flags()}
    assert "shipped_twice" in {flag.code for flag in stage.house.flags()}


def test_a_parcel_of_goods_on_hold_waits_however_long_and_alone(stage: Stage) -> None:
    """The hold is told; the other vendor's parcel of the same order does not wait for it."""
    stage.harbour.add_location("North")
    order = stage.buys((stage.lamp, 2), (stage.mug, 1))
    stage.people.merchant.moves(HARBOUR, order, location="North", lines={"MUG": 1})
    stage.house.turn()
    lamps = next(each for each in order.fulfillment_orders if each.location.name == "Main")
    holding.hold(stage.harbour.lifecycle, lamps)
    ship(stage, 2, "1Z")
    assert [(flag.code, flag.details["count"]) for flag in stage.house.flags()] == [
        ("waits_for_release", 2)
    ]
    stage.people.vendor.ships(BRAVO, stage.only(stage.bravo.orders))
    stage.house.turn()
    assert told(order) == [("", {"MUG": 1})]
    stage.house.let_pass(4 * 86_400, step=86_400)
    stage.house.world.deliveries.drop = 1.0
    stage.people.merchant.releases(HARBOUR, order)
    stage.house.later(on_hold.LOOK_EVERY)
    assert told(order) == [("", {"MUG": 1}), ("1Z", {"LAMP": 2})]
    assert stage.house.flags() == []
    assert stage.house.messages("held") == []


def test_news_of_the_order_lets_the_parcel_go_at_once(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1))
    stage.people.merchant.holds(HARBOUR, order)
    ship(stage, 1, "1Z")
    assert told(order) == []
    stage.house.clock.advance(5)
    stage.people.merchant.releases(HARBOUR, order)
    stage.house.turn()
    assert told(order) == [("1Z", {"LAMP": 1})]


def test_what_is_released_and_then_refused_waits_for_no_release(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 2))
    stage.people.merchant.holds(HARBOUR, order)
    ship(stage, 2, "1Z")
    stage.faults.add("rejected", HARBOUR, "fulfillmentCreate", times=9)
    stage.house.clock.advance(5)
    stage.people.merchant.releases(HARBOUR, order)
    stage.house.let_pass(3600, step=900)
    assert "report_refused" in stage.house.events()
    assert stage.house.flags() == []


def test_a_hold_that_somebody_has_seen_to_is_not_told_again(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 2))
    stage.people.merchant.holds(HARBOUR, order)
    ship(stage, 2, "1Z")
    with stage.house.unit() as session:
        flags.mark_done(session, session.scalars(select(Flag)).one(), "me", "told", clock.now())
    stage.house.let_pass(3600, step=900)
    assert stage.house.flags() == []
    assert len(stage.house.flags(done=True)) == 1


def test_a_shop_that_moves_goods_before_each_write_is_tried_again_later(stage: Stage) -> None:
    stage.harbour.add_location("North")
    order = stage.sells_on((stage.lamp, 4))
    writes = [0]

    def moved_first(asked: Request) -> bool:
        if "fulfillmentCreate" in asked.get_data(as_text=True):
            writes[0] += 1
            to = ("North", "Main")[writes[0] % 2 == 0]
            stage.people.merchant.moves(
                HARBOUR, order, location=to, lines={"LAMP": 1 + writes[0] % 3}
            )
        return False

    stage.faults.add("slow", HARBOUR, moved_first)
    ship(stage, 4, "1Z")
    assert 1 < writes[0] < 10


def test_the_look_at_what_is_held_ends_with_its_order(stage: Stage) -> None:
    with stage.house.unit() as session:
        access = session.scalars(select(Merchant)).one().access
        outbox.put(session, access.lane, "held", "held:99", {"order": 99}, now=clock.now())
    stage.house.turn()
    assert stage.house.messages("held") == []
