"""A vendor deletes an order in their store: told with the choices left, whatever is wanted."""

from __future__ import annotations

from sqlalchemy import select

from orderflow.models import VendorOrder
from orderflow.read import standing
from orderflow.rules.judge import BURST
from sandbox.shopify.order import Order
from tests.house import ALFA, BRAVO, HARBOUR
from tests.river.stage import Stage, VendorSide


def delete(stage: Stage, side: VendorSide, order: int) -> None:
    """For good, which a site tells nobody."""
    if side.host == BRAVO:
        stage.bravo.delete(order)
    else:
        stage.people.vendor.deletes(side.host, order)


def flagged(stage: Stage) -> dict[str, set[str]]:
    """The codes of all flags of an order, by its name."""
    parts = {part.id: part.order.name for part in stage.house.parts()}
    found: dict[str, set[str]] = {name: set() for name in parts.values()}
    for flag in stage.house.flags():
        found[parts[flag.vendor_order_id]].add(flag.code)
    return found


def test_what_a_vendor_deletes_is_told_at_once_where_the_store_tells(
    stage: Stage, side: VendorSide
) -> None:
    """A shop tells of the archiving too, and then only of the id."""
    order = stage.sells_on((side.item, 2))
    if side.host == ALFA:
        stage.people.merchant.archives(stage.alfa, stage.only(stage.alfa.orders))
        stage.house.turn()
    assert stage.house.flags() == []
    stage.people.vendor.deletes(side.host, stage.only(side.orders()).id)
    stage.house.turn()
    (flag,) = stage.house.flags()
    assert (flag.code, flag.details["number"]) == ("vendor_cancelled", number(stage))
    assert "vendor_order_gone" in stage.house.events()
    assert may_send_again(stage)
    told = stage.house.events()
    stage.people.merchant.changes(HARBOUR, order, note="Ring twice")
    stage.house.let_pass(3 * BURST, step=BURST)
    assert stage.house.events() == told
    assert stage.house.messages("change") == []


def may_send_again(stage: Stage) -> bool:
    with stage.house.look() as session:
        (part,) = session.scalars(select(VendorOrder))
        there = standing.standings(session, [part], stage.house.clock())[part.id]
        return standing.CHECKS[standing.SEND_AGAIN](there) == ""


def number(stage: Stage) -> str:
    (push,) = stage.house.pushes()
    return push.remote_name


def test_what_was_deleted_unheard_is_found_out_when_something_is_wanted_of_it(
    stage: Stage, side: VendorSide
) -> None:
    do = stage.people.merchant
    wishes = {
        "note": lambda order: do.changes(HARBOUR, order, note="Ring twice"),
        "pieces": lambda order: do.edits(HARBOUR, order, lines={side.item.sku: 3}),
        "cancel": lambda order: do.cancels(HARBOUR, order),
        "refund": lambda order: do.refunds(HARBOUR, order, lines={side.item.sku: 1}),
        "money": lambda order: stage.harbour.lifecycle.give_back(order, "1.00"),
    }
    orders: dict[str, Order] = {wish: stage.buys((side.item, 2)) for wish in wishes}
    stage.house.turn()
    stage.house.world.deliveries.drop = 1.0
    for theirs in list(side.orders()):
        delete(stage, side, theirs.id)
    stage.house.world.deliveries.drop = 0.0
    stage.house.clock.advance(5)
    for wish, act in wishes.items():
        act(orders[wish])
    stage.house.let_pass(3 * BURST, step=BURST)
    told = flagged(stage)
    assert {wish: told[order.name] for wish, order in orders.items()} == {
        "note": {"vendor_cancelled"},
        "pieces": {"vendor_cancelled"},
        "cancel": set(),
        "refund": {"vendor_cancelled"},
        "money": {"vendor_cancelled"},
    }
    states = {part.order.name: part.state for part in stage.house.parts()}
    assert states[orders["cancel"].name] == "cancelled"
    assert not [each for each in stage.house.messages() if each.parked_at]
