"""Fulfilment orders and fulfilments, with the rules of Shopify 2026-10."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.shopify.catalogue import Location
from sandbox.shopify.ids import gid

if TYPE_CHECKING:
    from sandbox.shopify.order import Line, Order


class Refusal(Exception):
    """A rule of the platform said no; becomes an entry of ``userErrors``."""

    def __init__(self, message: str, field: Sequence[str] | None = None, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = list(field) if field is not None else None
        self.code = code or None


@dataclass(frozen=True)
class Hold:
    id: int
    reason: str
    notes: str = ""

    @property
    def gid(self) -> str:
        return gid("FulfillmentHold", self.id)


@dataclass(eq=False)
class FulfillmentOrderLine:
    id: int
    line: Line
    total: int
    remaining: int

    @property
    def gid(self) -> str:
        return gid("FulfillmentOrderLineItem", self.id)


@dataclass(eq=False)
class FulfillmentOrder:
    """Pieces of one order that one location is to ship. OPEN, ON_HOLD, CLOSED or CANCELLED.
    ``delivery`` is a DeliveryMethodType: SHIPPING, PICK_UP, LOCAL, or NONE for what needs no
    shipping."""

    id: int
    order: Order
    location: Location
    lines: list[FulfillmentOrderLine]
    created_at: datetime
    updated_at: datetime
    status: str = "OPEN"
    holds: list[Hold] = field(default_factory=list)
    delivery: str = "SHIPPING"

    @property
    def gid(self) -> str:
        return gid("FulfillmentOrder", self.id)

    @property
    def actions(self) -> list[str]:
        if self.status == "OPEN":
            return ["CREATE_FULFILLMENT", "HOLD", "MOVE", "SPLIT"]
        return ["RELEASE_HOLD", "HOLD", "MOVE"] if self.status == "ON_HOLD" else []

    def line(self, line_gid: str) -> FulfillmentOrderLine | None:
        return next((each for each in self.lines if each.gid == line_gid), None)

    def settle(self, now: datetime) -> None:
        """Close it once nothing remains."""
        self.updated_at = now
        if self.status in ("OPEN", "ON_HOLD") and not any(each.remaining for each in self.lines):
            self.status = "CLOSED"
            self.holds = []


@dataclass(frozen=True)
class Tracking:
    number: str | None
    company: str | None
    url: str | None


@dataclass(frozen=True)
class FulfillmentLine:
    id: int
    source: FulfillmentOrderLine
    quantity: int

    @property
    def gid(self) -> str:
        return gid("FulfillmentLineItem", self.id)

    @property
    def line(self) -> Line:
        return self.source.line


@dataclass(frozen=True)
class FulfillmentEvent:
    """What a carrier, or whoever speaks for it, told of a parcel: a FulfillmentEventStatus."""

    id: int
    status: str
    happened_at: datetime

    @property
    def gid(self) -> str:
        return gid("FulfillmentEvent", self.id)


@dataclass(eq=False)
class Fulfillment:
    """SUCCESS, or CANCELLED once taken back."""

    id: int
    name: str
    order: Order
    location: Location
    lines: list[FulfillmentLine]
    tracking: list[Tracking]
    created_at: datetime
    updated_at: datetime
    status: str = "SUCCESS"
    events: list[FulfillmentEvent] = field(default_factory=list)

    @property
    def gid(self) -> str:
        return gid("Fulfillment", self.id)

    @property
    def delivered_at(self) -> datetime | None:
        told = (each.happened_at for each in self.events if each.status == "DELIVERED")
        return next(told, None)

    @property
    def shown_as(self) -> str:
        """FulfillmentDisplayStatus."""
        if self.status == "CANCELLED":
            return "CANCELED"
        return self.events[-1].status if self.events else "FULFILLED"


Wanted = Sequence[tuple[FulfillmentOrder, Mapping[str, int] | None]]
"""Fulfilment orders with pieces by line gid; None means everything that remains."""


def pick(wanted: Wanted) -> list[tuple[FulfillmentOrderLine, int]]:
    """Check a fulfilment against the rules; the pieces it takes, or a Refusal."""
    at = ["fulfillment", "lineItemsByFulfillmentOrder"]
    if len({order.order for order, _ in wanted}) > 1:
        raise Refusal("All fulfillment orders must belong to the same order.", at)
    if len({order.location for order, _ in wanted}) > 1:
        raise Refusal("All fulfillment orders must be assigned to the same location.", at)
    methods = sorted({order.delivery.lower() for order, _ in wanted})
    if len(methods) > 1:
        raise Refusal(
            "All fulfillment orders must have the same delivery method type. Multiple delivery "
            f"method types {json.dumps(methods)} were found.",
            ["fulfillment"],
        )
    picked = []
    for order, lines in wanted:
        if "CREATE_FULFILLMENT" not in order.actions:
            words = f"Fulfillment order {order.id} cannot be fulfilled: {order.status.lower()}."
            raise Refusal(words, ["fulfillment"])
        picked += _pick_lines(order, lines)
    if not picked:
        raise Refusal("At least one line item must be fulfilled.", at)
    return picked


def _pick_lines(
    order: FulfillmentOrder, lines: Mapping[str, int] | None
) -> list[tuple[FulfillmentOrderLine, int]]:
    if not lines:
        return [(each, each.remaining) for each in order.lines if each.remaining]
    picked = []
    for line_gid, quantity in lines.items():
        line = order.line(line_gid)
        if line is None:
            raise Refusal("Fulfillment order line item does not exist.", ["fulfillment"])
        if not 0 < quantity <= line.remaining:
            raise Refusal(
                "Invalid fulfillment order line item quantity requested.", ["fulfillment"]
            )
        picked.append((line, quantity))
    return picked
