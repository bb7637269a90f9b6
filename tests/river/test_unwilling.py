"""Edits that a vendor's order does not take: told with the store's own words. What was deleted
there is told in ``test_deleted``."""

from __future__ import annotations

from collections.abc import Callable

from orderflow.rules.judge import BURST
from sandbox.shopify.order import Order
from tests.house import ALFA, HARBOUR
from tests.river.stage import Stage, VendorSide

Act = Callable[[Stage, str, int], object]
Told = dict[str, tuple[str, str]]


def archive(stage: Stage, host: str, theirs: int) -> None:
    """What is completed is a site's way of being done with an order."""
    if host == ALFA:
        stage.people.merchant.archives(stage.alfa, theirs)
    else:
        stage.bravo.set_status(theirs, "completed")


def cancel(stage: Stage, host: str, theirs: int) -> None:
    stage.people.vendor.cancels(host, theirs)


def nothing(stage: Stage, host: str, theirs: int) -> None:
    pass


BEFORE: dict[str, Act] = {"archived": archive, "cancelled": cancel, "field": nothing}
"""What the vendor did to the order, or nothing: then a field is no good."""
TOLD: dict[str, Told] = {
    "shopify": {
        "archived": ("change_by_hand", "Archived orders can't be edited"),
        "cancelled": ("vendor_cancelled", ""),
        "field": ("fields_by_hand", "Email is invalid"),
    },
    "woocommerce": {
        "archived": ("change_by_hand", "The order is completed; its items stay as they are."),
        "cancelled": ("vendor_cancelled", ""),
        "field": (
            "fields_by_hand",
            "Invalid parameter(s): billing billing: Invalid email address.",
        ),
    },
}


def placed(stage: Stage) -> dict[str, int]:
    """The id in the vendor's store of each order of the marketplace."""
    pushes = {each.vendor_order_id: int(each.remote_id) for each in stage.house.pushes()}
    return {part.order.remote_id: pushes[part.id] for part in stage.house.parts()}


def flagged(stage: Stage) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    orders = {part.id: part.order.remote_id for part in stage.house.parts()}
    for flag in stage.house.flags():
        told = flag.code, flag.details.get("words", "")
        found.setdefault(orders[flag.vendor_order_id], []).append(told)
    return found


def test_an_edit_that_is_not_taken_is_told_in_the_store_s_words(
    stage: Stage, side: VendorSide
) -> None:
    stage.house.set(replace_customer=False)
    orders: dict[str, Order] = {case: stage.buys((side.item, 2)) for case in BEFORE}
    stage.house.turn()
    theirs = placed(stage)
    stage.house.world.deliveries.drop = 1.0
    for case, act in BEFORE.items():
        act(stage, side.host, theirs[str(orders[case].id)])
    stage.house.world.deliveries.drop = 0.0
    stage.house.clock.advance(5)
    for case, order in orders.items():
        if case == "field":
            stage.people.merchant.changes(HARBOUR, order, email="nobody@nowhere")
        else:
            stage.people.merchant.edits(HARBOUR, order, lines={side.item.sku: 3})
    stage.house.turn()
    stage.house.later(BURST)
    told = flagged(stage)
    platform = "shopify" if side.host == ALFA else "woocommerce"
    assert {case: told[str(order.id)] for case, order in orders.items()} == {
        case: [flag] for case, flag in TOLD[platform].items()
    }
    stage.house.let_pass(1200, step=600)
    events = stage.house.events()
    stage.house.let_pass(1200, step=600)
    assert stage.house.events() == events, "and it is not asked for ever"
    assert not [each for each in stage.house.messages() if each.parked_at]
