"""What can happen to an order, with the webhooks each event causes.

Everyone goes through here: apps by GraphQL, people by hand. Every change ends in ``announce``:
the order gets a new ``updated_at``, the search index hears of it, and the topics of one event
share an event id. orders/updated goes with every change, whoever made it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.shopify import bodies, refunds
from sandbox.shopify.catalogue import Location, Variant
from sandbox.shopify.fulfilment import (
    Fulfillment,
    FulfillmentEvent,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Refusal,
    Tracking,
    Wanted,
    pick,
)
from sandbox.shopify.ids import gid
from sandbox.shopify.money import NOTHING
from sandbox.shopify.order import Line, Order, Refund, RefundLine, ShippingLine, Transaction

if TYPE_CHECKING:
    from sandbox.shopify.app import App
    from sandbox.shopify.shop import Shop


@dataclass(eq=False)
class Job:
    id: str
    done: bool = False

    @property
    def gid(self) -> str:
        return gid("Job", self.id)


@dataclass(frozen=True)
class Edit:
    """New quantities by line, and lines added, of goods and of shipping. Pieces taken away go back
    on the shelf, but for those of ``kept_off``. ``app`` made the edit, or a person did.
    ``discounts`` are what all ordered pieces of a line cost less from now on, in all."""

    quantities: Mapping[Line, int] = field(default_factory=dict)
    added: Sequence[Line] = ()
    note: str = ""
    kept_off: frozenset[Line] = frozenset()
    app: App | None = None
    shipping: Sequence[ShippingLine] = ()
    discounts: Mapping[Line, Decimal] = field(default_factory=dict)


class Lifecycle:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def announce(
        self, order: Order, *topics: str, about: Mapping[str, dict[str, Any]] | None = None
    ) -> None:
        """``about``: bodies of topics that do not carry the order itself."""
        order.updated_at = self.shop.now()
        self.shop.index.put(order)
        self.tell(order, *topics, "orders/updated", about=about)

    def tell(
        self, order: Order, *topics: str, about: Mapping[str, dict[str, Any]] | None = None
    ) -> None:
        """Webhooks alone: the order itself is as it was."""
        event_id = self.shop.webhooks.new_uuid()

        def body(topic: str) -> dict[str, Any]:
            given = about and about.get(topic)
            return given or bodies.order_body(order, self.shop.domain, self.shop.id)

        for topic in topics:
            self.shop.webhooks.emit(topic, lambda topic=topic: body(topic), event_id)  # type: ignore[misc]

    def place(self, order: Order) -> Order:
        """A new order appears, with a fulfilment order for each location and delivery method."""
        self.shop.orders[order.id] = order
        order.fulfillment_orders = self._route(order, order.lines)
        paid = ("orders/paid",) if order.financial_status == "PAID" else ()
        self.announce(order, "orders/create", *paid)
        return order

    def _route(self, order: Order, lines: Iterable[Line]) -> list[FulfillmentOrder]:
        groups: dict[tuple[Location, str], list[Line]] = defaultdict(list)
        for line in lines:
            if line.fulfillable:
                groups[line.location, delivery_of(order, line)].append(line)
        return [
            self.fulfillment_order(order, location, [(line, line.unfulfilled) for line in group])
            for (location, _), group in groups.items()
        ]

    def fulfillment_order(
        self, order: Order, location: Location, pieces: Iterable[tuple[Line, int]]
    ) -> FulfillmentOrder:
        now, ids = self.shop.now(), self.shop.world.ids
        lines = [FulfillmentOrderLine(next(ids), line, left, left) for line, left in pieces]
        made = FulfillmentOrder(next(ids), order, location, lines, now, now)
        made.delivery = delivery_of(order, lines[0].line)
        self.shop.fulfillment_orders[made.id] = made
        return made

    def mark_paid(self, order: Order) -> None:
        if order.financial_status == "PAID" or order.cancelled_at:
            raise Refusal("Order cannot be marked as paid.", ["id"])
        order.transactions.append(self._transaction("SALE", "manual", order.outstanding))
        order.financial_status = "PAID"
        self.announce(order, "orders/paid")

    def _transaction(
        self,
        kind: str,
        gateway: str,
        amount: Decimal,
        parent: Transaction | None = None,
        refund_id: int = 0,
    ) -> Transaction:
        number = next(self.shop.world.ids)
        return Transaction(number, kind, gateway, amount, self.shop.now(), parent, refund_id)

    def close(self, order: Order) -> None:
        """Archive it."""
        order.closed_at = self.shop.now()
        self.announce(order)

    def cancel_later(self, order: Order, reason: str, *, restock: bool, refund: bool) -> Job:
        """Shopify cancels in the background. The job ends in any case; whether the order is
        cancelled then, only the order tells."""
        self._check_cancel(order)
        job = Job(self.shop.webhooks.new_uuid())
        self.shop.jobs[job.id] = job

        def run() -> None:
            job.done = True
            if not (order.cancelled_at or self.shop.cancels_fail):
                with suppress(Refusal):
                    self.cancel(order, reason, restock=restock, refund=refund)

        self.shop.later(self.shop.cancel_takes, run)
        return job

    def _check_cancel(self, order: Order) -> None:
        if order.cancelled_at:
            raise Refusal("Order has already been cancelled.", ["orderId"], "INVALID")
        if any(each.status == "SUCCESS" for each in order.fulfillments):
            raise Refusal("Cannot cancel an order with fulfillments.", ["orderId"], "INVALID")

    def cancel(
        self, order: Order, reason: str = "OTHER", *, restock: bool = True, refund: bool = True
    ) -> None:
        self._check_cancel(order)
        for line in order.lines:
            if restock and line.variant:
                line.variant.take(-line.current_quantity)
            line.current_quantity = 0
        self._shrink(order)
        order.cancelled_at = order.closed_at = self.shop.now()
        order.cancel_reason = reason
        if order.financial_status != "PAID":
            order.financial_status = "VOIDED"
        elif refund:
            order.financial_status = "REFUNDED"
        self.announce(order, "orders/cancelled")

    def _shrink(self, order: Order) -> None:
        """Take away remaining pieces that nobody wants any more, however many fulfilment orders
        the pieces of a line are spread over."""
        wanted = {line: line.unfulfilled for line in order.lines}
        for fulfillment_order in order.fulfillment_orders:
            for each in fulfillment_order.lines:
                each.remaining = min(each.remaining, wanted[each.line])
                wanted[each.line] -= each.remaining
            fulfillment_order.settle(self.shop.now())

    def update(self, order: Order, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(order, name, value)
        self.announce(order)

    def delete(self, order: Order) -> None:
        """For good. All that a webhook tells is the id, and reading it finds nothing."""
        if order.closed_at is None and not order.test:
            raise Refusal("Order must be archived or cancelled first.", ["orderId"], "INVALID")
        del self.shop.orders[order.id]
        event_id = self.shop.webhooks.new_uuid()
        self.shop.webhooks.emit("orders/delete", lambda: {"id": order.id}, event_id)

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

    def carry(
        self, fulfillment: Fulfillment, status: str, at: datetime | None = None
    ) -> FulfillmentEvent:
        """A carrier, or an app in its place, tells how far the parcel is."""
        if fulfillment.status == "CANCELLED":
            raise Refusal("Fulfillment has been cancelled.", ["fulfillmentEvent", "fulfillmentId"])
        event = FulfillmentEvent(next(self.shop.world.ids), status, at or self.shop.now())
        fulfillment.events.append(event)
        self._announce_fulfillment(fulfillment, "fulfillments/update")
        return event

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
        order.fulfillment_orders.append(self.fulfillment_order(order, fulfillment.location, pieces))
        self._announce_fulfillment(fulfillment, "fulfillments/update")

    def _announce_fulfillment(self, fulfillment: Fulfillment, topic: str, *more: str) -> None:
        fulfillment.updated_at = self.shop.now()
        about = {topic: bodies.fulfillment_body(fulfillment)}
        self.announce(fulfillment.order, topic, *more, about=about)

    def edit(self, order: Order, edit: Edit) -> None:
        """Order editing, all or nothing: unfulfilled pieces may go, lines may come. Pieces that
        go leave a refund without money behind."""
        if any(pieces < line.fulfilled for line, pieces in edit.quantities.items()):
            raise Refusal("You can only edit unfulfilled line items.", ["quantity"])
        deltas = {line.id: n - line.current_quantity for line, n in edit.quantities.items()}
        removed = [
            RefundLine(
                line,
                line.current_quantity - pieces,
                "NO_RESTOCK" if line in edit.kept_off else "CANCEL",
            )
            for line, pieces in edit.quantities.items()
            if pieces < line.current_quantity
        ]
        for line, pieces in edit.quantities.items():
            self._set_quantity(order, line, pieces)
        self._record_removal(order, removed, edit.note)
        for line, amount in edit.discounts.items():
            line.give_discount(amount, order.currency)
        for line in edit.added:
            deltas[line.id] = line.quantity
            order.lines.append(line)
        claim([(each.variant, each.quantity) for each in edit.added if each.variant], obey=False)
        order.fulfillment_orders += self._route(order, edit.added)
        order.shipping_lines += edit.shipping
        order.edited, order.updated_at = True, self.shop.now()
        made_by = edit.app.id if edit.app else None
        body = bodies.edit_body(order, next(self.shop.world.ids), deltas, edit.note, made_by)
        self.announce(order, "orders/edited", about={"orders/edited": body})

    def _record_removal(self, order: Order, removed: Sequence[RefundLine], note: str) -> None:
        for each in removed:
            if each.restocked and each.line.variant:
                each.line.variant.take(-each.quantity)
        if removed:
            number, now = next(self.shop.world.ids), self.shop.now()
            order.refunds.append(Refund(number, now, note, tuple(removed), Decimal(0)))

    def _set_quantity(self, order: Order, line: Line, quantity: int) -> None:
        more = quantity - line.current_quantity
        line.current_quantity = quantity
        line.quantity = max(line.quantity, quantity)
        if more > 0:
            claim([(line.variant, more)] if line.variant else [], obey=False)
            made = self.fulfillment_order(order, line.location, [(line, more)])
            order.fulfillment_orders.append(made)
        self._shrink(order)

    def refund(
        self,
        order: Order,
        lines: Sequence[RefundLine],
        *,
        money: Decimal | None = None,
        note: str = "",
        parent: Transaction | None = None,
    ) -> Refund:
        """``money`` goes back the way of ``parent``; None: a person gives back what the lines
        cost."""
        refunds.check(order, lines, money or NOTHING)
        amount = refunds.value_of(order, lines) if money is None else money
        for each in lines:
            refunds.give_up(each)
        self._shrink(order)
        made = Refund(next(self.shop.world.ids), self.shop.now(), note, tuple(lines), amount)
        order.refunds.append(made)
        if amount and (parent or money is None):
            gateway = parent.gateway if parent else "manual"
            paid_back = self._transaction("REFUND", gateway, amount, parent, made.id)
            order.transactions.append(paid_back)
        self._settle_payment(order, amount)
        about = {"refunds/create": bodies.refund_body(order, made)}
        self.announce(order, "refunds/create", about=about)
        return made

    def give_back(self, order: Order, amount: str) -> Refund:
        """Money alone; the buyer keeps the goods."""
        with self.shop.lock:
            parent = next(each for each in order.transactions if each.kind == "SALE")
            return self.refund(order, (), money=Decimal(amount), parent=parent)

    def _settle_payment(self, order: Order, amount: Decimal) -> None:
        if not amount or order.financial_status not in ("PAID", "PARTIALLY_REFUNDED"):
            return
        all_back = bool(order.received) and order.given_back >= order.received
        nothing_left = not any(line.current_quantity for line in order.lines)
        by_hand = not any(each.kind == "REFUND" and each.parent for each in order.transactions)
        whole = all_back or (nothing_left and by_hand)
        order.financial_status = "REFUNDED" if whole else "PARTIALLY_REFUNDED"


def delivery_of(order: Order, line: Line) -> str:
    """A DeliveryMethodType: what needs no shipping has none, whatever becomes of the rest."""
    return order.delivery if line.requires_shipping else "NONE"


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
