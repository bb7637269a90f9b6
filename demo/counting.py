"""Compares what stands in the stores with what stands in the book."""

from __future__ import annotations

from collections import Counter
from typing import Any

from demo.book import Book, Order, Placed
from demo.pretend import Sandbox

Json = dict[str, Any]
OURS = "_sluice_key"
ON_THE_WAY = ("new", "queued", "unknown")
"""States of a part that nobody may see once everything is quiet."""


def count(sandbox: Sandbox, book: Book, marketplace: str, vendors: list[str]) -> Json:
    """``duplicates``: orders or fulfilments beyond what was ordered. ``lost``: orders that the
    book has not, that a store has not, and parcels of which the buyer was not told."""
    orders = book.orders()
    bought = sandbox.orders(marketplace)
    standing = {host: sandbox.orders(host) for host in vendors}
    pushes = [push for order in orders for part in order.parts for push in part.pushes]
    shipments, reports = book.shipments()
    return {
        "orders": len(orders),
        "vendor_orders": [_shown(order, push) for order, push in _pushed(orders)],
        "parcels": sum(len(each["parcels"]) for found in standing.values() for each in found),
        "shipments": shipments,
        "fulfilments": sum(len(each["parcels"]) for each in bought),
        "webhooks": book.webhooks(),
        "mails": len(sandbox.mails()),
        "duplicates": _duplicates(standing, pushes) + _twice_fulfilled(bought),
        "lost": _lost(orders, bought, standing) + max(0, shipments - reports),
    }


def _pushed(orders: list[Order]) -> list[tuple[Order, Placed]]:
    return [(order, push) for order in orders for part in order.parts for push in part.pushes]


def _shown(order: Order, push: Placed) -> Json:
    return {
        "order": order.name,
        "store": push.host,
        "platform": push.platform,
        "state": push.state,
        "remote_id": push.id,
        "remote_name": push.name,
    }


def _duplicates(standing: dict[str, list[Json]], pushes: list[Placed]) -> int:
    """Orders in a store that are not the one order of a push in the book."""
    known = {(push.host, push.key): push.id for push in pushes}
    return sum(
        known.get((host, order["attributes"].get(OURS, ""))) != str(order["id"])
        for host, orders in standing.items()
        for order in orders
        if order["status"] != "cancelled"
    )


def _twice_fulfilled(bought: list[Json]) -> int:
    """Pieces that were told to have shipped beyond those that were ordered."""
    extra = 0
    for order in bought:
        shipped: Counter[str] = Counter()
        for parcel in order["parcels"]:
            if parcel["status"] == "success":
                shipped.update(parcel["lines"])
        extra += sum(max(0, shipped[str(line["id"])] - line["quantity"]) for line in order["lines"])
    return extra


def _lost(orders: list[Order], bought: list[Json], standing: dict[str, list[Json]]) -> int:
    recorded = {order.id for order in orders}
    unseen = sum(str(order["id"]) not in recorded for order in bought)
    stuck = sum(part.state in ON_THE_WAY for order in orders for part in order.parts)
    there = {(host, str(order["id"])) for host, found in standing.items() for order in found}
    gone = sum(
        push.state == "placed" and (push.host, push.id) not in there for _, push in _pushed(orders)
    )
    return unseen + stuck + gone
