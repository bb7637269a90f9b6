"""What can happen to an order, with the webhooks each event causes.

Everyone goes through here: apps by GraphQL, people by hand. Every change ends in ``announce``:
the order gets a new ``updated_at``, the search index hears of it, and the topics of one event
share an event id. orders/updated goes with every change, whoever made it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.shopify import bodies
from sandbox.shopify.catalogue import Location, Variant
from sandbox.shopify.fulfilment import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Hold,
    Refusal,
    Tracking,
    Wanted,
    pick,
)
from sandbox.shopify.ids import gid
from sandbox.shopify.order import Line, Order, Refund, total

if TYPE_CHECKING:
    from sandbox.shopify.shop import Shop

CANCEL_TAKES = timedelta(seconds=1)


@dataclass(eq=False)
class Job:
    id: str
    done: bool = False

    @property
    def gid(self) -> str:
        return gid("Job", self.id)


@dataclass(frozen=True)
class Edit:
    """New quantities by line, and lines added."""

    quantities: Mapping[Line, int] = field(default_factory=dict)
    added: Sequence[Line] = ()
    note: str = ""


class Lifecycle:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def announce(
        self, order: Order, *topics: str, about: Mapping[str, dict[str, Any]] | None = None
    ) -> None:
        """``about``: bodies of topics that do not carry the order itself."""
        order.updated_at = self.shop.now()
        self.shop.index.put(order)
        event_id = self.shop.webhooks.new_uuid()

        def body(topic: str) -> dict[str, Any]:
            given = about and about.get(topic)
            return given or bodies.order_body(order, self.shop.domain, self.shop.id)

        for topic in (*topics, "orders/updated"):
            self.shop.webhooks.emit(topic, lambda topic=topic: body(topic), event_id)  # type: ignore[misc]

    def place(self, order: Order) -> Order:
        """A new order appears, with one fulfilment order for each location."""
        self.shop.orders[order.id] = order
        order.fulfillment_orders = self._route(order, order.lines)
        paid = ("orders/paid",) if order.financial_status == "PAID" else ()
        self.announce(order, "orders/create", *paid)
        return order

    def _route(self, order: Order, lines: Iterable[Line]) -> list[FulfillmentOrder]:
        groups: dict[Location, list[Line]] = defaultdict(list)
        for line in lines:
            groups[line.location].append(line)
        return [
            self._fulfillment_order(order, location, [(line, line.unfulfilled) for line in group])
            for location, group in groups.items()
        ]

    def _fulfillment_order(
        self, order: Order, location: Location, pieces: Iterable[tuple[Line, int]]
    ) -> FulfillmentOrder:
        now, ids = self.shop.now(), self.shop.world.ids
        lines = [FulfillmentOrderLine(next(ids), line, left, left) for line, left in pieces]
        made = FulfillmentOrder(next(ids), order, location, lines, now, now)
        self.shop.fulfillment_orders[made.id] = made
        return made

    def mark_paid(self, order: Order) -> None:
        if order.financial_status == "PAID" or order.cancelled_at:
            raise Refusal("Order cannot be marked as paid.", ["id"])
        order.financial_status = "PAID"
        self.announce(order, "orders/paid")

    def cancel_later(self, order: Order, reason: str, *, restock: bool) -> Job:
        """Shopify cancels in the background; the job is done a second later."""
        self._check_cancel(order)
        job = Job(self.shop.webhooks.new_uuid())
        self.shop.jobs[job.id] = job

        def run() -> None:
            if not order.cancelled_at:
                self.cancel(order, reason, restock=restock)
            job.done = True

        self.shop.later(CANCEL_TAKES, run)
        return job

    def _check_cancel(self, order: Order) -> None:
        if order.cancelled_at:
            raise Refusal("Order has already been cancelled.", ["orderId"], "INVALID")
        if any(each.status == "SUCCESS" for each in order.fulfillments):
            raise Refusal("Cannot cancel an order with fulfillments.", ["orderId"], "INVALID")

    def cancel(self, order: Order, reason: str = "OTHER", *, restock: bool = True) -> None:
        self._check_cancel(order)
        for line in order.lines:
            if restock and line.variant:
                line.variant.take(-line.current_quantity)
            line.current_quantity = 0
        for each in order.fulfillment_orders:
            self._shrink(each)
        order.cancelled_at = order.closed_at = self.shop.now()
        order.cancel_reason = reason
        order.financial_status = "REFUNDED" if order.financial_status == "PAID" else "VOIDED"
        self.announce(order, "orders/cancelled")

    def _shrink(self, fulfillment_order: FulfillmentOrder) -> None:
        """Take away remaining pieces that nobody wants any more."""
        for each in fulfillment_order.lines:
            each.remaining = min(each.remaining, each.line.unfulfilled)
        fulfillment_order.settle(self.shop.now())

    def update(self, order: Order, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(order, name, value)
        self.announce(order)

    def hold(self, fulfillment_order: FulfillmentOrder, reason: str = "OTHER") -> None:
        fulfillment_order.holds.append(Hold(next(self.shop.world.ids), reason))
        fulfillment_order.status = "ON_HOLD"
        self.announce(fulfillment_order.order)

    def release(self, fulfillment_order: FulfillmentOrder) -> None:
        fulfillment_order.holds, fulfillment_order.status = [], "OPEN"
        self.announce(fulfillment_order.order)

    def move(self, fulfillment_order: FulfillmentOrder, location: Location) -> FulfillmentOrder:
        """What remains goes to another location as a new fulfilment order; the old one closes."""
        order = fulfillment_order.order
        left = [(each.line, each.remaining) for each in fulfillment_order.lines if each.remaining]
        for each in fulfillment_order.lines:
            each.remaining = 0
        fulfillment_order.settle(self.shop.now())
        made = self._fulfillment_order(order, location, left)
        order.fulfillment_orders.append(made)
        self.announce(order)
        return made

    def fulfil(self, wanted: Wanted, tracking: Sequence[Tracking] = ()) -> Fulfillment:
        picked, now = pick(wanted), self.shop.now()
        order, location = wanted[0][0].order, wanted[0][0].location
        for source, quantity in picked:
            source.remaining -= quantity
            source.line.fulfilled += quantity
        for fulfillment_order, _ in wanted:
            fulfillment_order.settle(now)
        made = Fulfillment(
            next(self.shop.world.ids),
            f"{order.name}-F{len(order.fulfillments) + 1}",
            order,
            location,
            [FulfillmentLine(next(self.shop.world.ids), *each) for each in picked],
            list(tracking),
            now,
            now,
        )
        order.fulfillments.append(made)
        self.shop.fulfillments[made.id] = made
        done = order.fulfillment_status == "FULFILLED"
        topic = "orders/fulfilled" if done else "orders/partially_fulfilled"
        self._announce_fulfillment(made, "fulfillments/create", topic)
        return made

    def track(self, fulfillment: Fulfillment, tracking: Sequence[Tracking]) -> None:
        if fulfillment.status == "CANCELLED":
            raise Refusal("Cannot update a cancelled fulfillment.", ["fulfillmentId"])
        fulfillment.tracking = list(tracking)
        self._announce_fulfillment(fulfillment, "fulfillments/update")

    def withdraw(self, fulfillment: Fulfillment) -> None:
        """Cancel it; the pieces come back as a new fulfilment order at the same location."""
        if fulfillment.status == "CANCELLED":
            raise Refusal("Fulfillment has already been cancelled.", ["id"])
        fulfillment.status = "CANCELLED"
        for each in fulfillment.lines:
            each.line.fulfilled -= each.quantity
        pieces = [
            (each.line, min(each.quantity, each.line.unfulfilled)) for each in fulfillment.lines
        ]
        order = fulfillment.order
        order.fulfillment_orders.append(
            self._fulfillment_order(order, fulfillment.location, pieces)
        )
        self._announce_fulfillment(fulfillment, "fulfillments/update")

    def _announce_fulfillment(self, fulfillment: Fulfillment, topic: str, *more: str) -> None:
        fulfillment.updated_at = self.shop.now()
        about = {topic: bodies.fulfillment_body(fulfillment)}
        self.announce(fulfillment.order, topic, *more, about=about)

    def edit(self, order: Order, edit: Edit) -> None:
        """Order editing: unfulfilled pieces may go, lines may come; ``quantity`` stays."""
        deltas = {}
        for line, quantity in edit.quantities.items():
            if not line.fulfilled <= quantity:
                raise Refusal("You can only edit unfulfilled line items.", ["quantity"])
            deltas[line.id] = quantity - line.current_quantity
            self._set_quantity(order, line, quantity)
        for line in edit.added:
            deltas[line.id] = line.quantity
            order.lines.append(line)
        order.fulfillment_orders += self._route(order, edit.added)
        order.edited, order.updated_at = True, self.shop.now()
        body = bodies.edit_body(order, next(self.shop.world.ids), deltas, edit.note)
        self.announce(order, "orders/edited", about={"orders/edited": body})

    def _set_quantity(self, order: Order, line: Line, quantity: int) -> None:
        more = quantity - line.current_quantity
        line.current_quantity = quantity
        line.quantity = max(line.quantity, quantity)
        if more > 0:
            made = self._fulfillment_order(order, line.location, [(line, more)])
            order.fulfillment_orders.append(made)
        for each in order.fulfillment_orders:
            self._shrink(each)

    def refund(
        self, order: Order, pieces: Mapping[Line, int], *, restock: bool = True, note: str = ""
    ) -> Refund:
        for line, quantity in pieces.items():
            if not 0 < quantity <= line.current_quantity:
                raise Refusal("Quantity cannot refund more items than were purchased.", ["input"])
        amount, tax = Decimal(0), Decimal(0)
        for line, quantity in pieces.items():
            share = Decimal(quantity) / line.quantity
            amount += line.discounted_total * share
            tax += total(each.price for each in line.tax_lines) * share
            self._give_up(line, quantity, restock=restock)
        for each in order.fulfillment_orders:
            self._shrink(each)
        refund = Refund(
            next(self.shop.world.ids),
            self.shop.now(),
            note,
            tuple(pieces.items()),
            amount,
            tax,
            restock,
        )
        order.refunds.append(refund)
        if order.financial_status in ("PAID", "PARTIALLY_REFUNDED"):
            left = any(line.current_quantity for line in order.lines)
            order.financial_status = "PARTIALLY_REFUNDED" if left else "REFUNDED"
        about = {"refunds/create": bodies.refund_body(order, refund)}
        self.announce(order, "refunds/create", about=about)
        return refund

    def _give_up(self, line: Line, quantity: int, *, restock: bool) -> None:
        line.current_quantity -= quantity
        line.fulfilled = min(line.fulfilled, line.current_quantity)
        if restock and line.variant:
            line.variant.take(-quantity)


def claim(lines: Iterable[tuple[Variant, int]], *, obey: bool) -> None:
    """Take stock for an order, all or nothing. ``obey``: never below zero where policy is DENY."""
    wanted: dict[Variant, int] = defaultdict(int)
    for variant, quantity in lines:
        wanted[variant] += quantity
    short = [
        variant.sku or variant.title
        for variant, quantity in wanted.items()
        if obey and variant.tracked and variant.policy == "DENY" and variant.available < quantity
    ]
    if short:
        words = f"Unable to claim inventory: {', '.join(short)}"
        raise Refusal(words, ["order", "lineItems"], "INVENTORY_CLAIM_FAILED")
    for variant, quantity in wanted.items():
        variant.take(quantity)
