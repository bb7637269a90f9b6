"""A merchant's Shopify shop: orders come from it, fulfilments go home to it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from stores import boundary
from stores.base import (
    Access,
    Fulfilment,
    FulfilmentHold,
    FulfilmentPart,
    FulfilmentState,
    Identity,
    OutcomeUnknown,
    SeenOrder,
    SeenPage,
    Spend,
    StoreLocked,
    StoreRefused,
    Tracking,
)
from stores.cursor import pack, unpack
from stores.shopify import bodies, documents
from stores.shopify.answers import (
    EventPayload,
    FulfilPayload,
    Page,
    bare,
    name_of,
)
from stores.shopify.client import Client, broken, endless
from stores.shopify.identity import identify
from stores.shopify.ids import gid
from stores.shopify.market_answers import (
    FulfilmentOrderItem,
    FulfilmentOrderNode,
    FulfilmentsOf,
    OrderOf,
    SeenLineNode,
    SeenNode,
    SeenPayments,
    SeenRefundNode,
    SeenRefunds,
)
from stores.shopify.payments import reference_of
from stores.shopify.rest import is_on_hold, method_of, methods_in, rest_order, risk_of
from stores.shopify.seen import seen_order
from stores.shopify.store import (
    following,
    is_withdrawn,
    parcel_items,
    tracking,
    unreadable_alone,
)
from stores.shopify.vendor_answers import (
    FulfilmentNode,
)
from stores.texts import _

_OVERLAP = timedelta(minutes=2)
ORDER_HISTORY_DAYS = 60
"""Without the right to read all orders, Shopify shows no older ones (Shopify 2026-10)."""
ORDER_TOPICS = frozenset(
    f"orders/{what}"
    for what in ("create", "updated", "paid", "cancelled", "fulfilled", "partially_fulfilled")
)
"""Topics whose body is the whole order; ``orders/edited`` holds only what changed."""


def open_marketplace(access: Access) -> ShopifyMarketplace:
    return ShopifyMarketplace(Client(access))


def seen_from_webhook(body: bytes | dict[str, Any], address: str = "") -> SeenOrder:
    """From a body of one of ``ORDER_TOPICS``. Unreadable for one that holds no whole order."""
    content = boundary.decode(body) if isinstance(body, bytes) else body
    return seen_order(boundary.read(bodies.Order, content), address)


def name_in(body: bytes) -> str:
    content = boundary.decode(body)
    return boundary.text(content.get("name"), 64) if isinstance(content, dict) else ""


def order_page(address: str, order_id: str) -> str:
    return f"https://{address}/admin/orders/{order_id}"


class ShopifyMarketplace:
    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def spend(self) -> Spend:
        return self._client.spend

    def identify(self) -> Identity:
        return identify(self._client)

    def read_order(self, order_id: str) -> SeenOrder | None:
        node = self._client.execute(documents.SEEN_ORDER, {"id": gid("Order", order_id)})
        if "order" not in node:
            raise broken(writing=False)
        if node["order"] is None:
            return None
        try:
            return self._seen(node["order"])
        except boundary.Unreadable:
            raise broken(writing=False) from None

    def orders_since(self, cursor: str, start: datetime, now: datetime) -> SeenPage:
        place = unpack(cursor, _OVERLAP, start)
        since = (place.since - _OVERLAP).isoformat()
        page = self._client.page(
            documents.SEEN_ORDERS,
            "orders",
            query=f"updated_at:>='{since}'",
            sort="UPDATED_AT",
            after=place.page or None,
        )
        return self._page(page, pack(following(place, page, now)))

    def orders_placed(self, since: datetime, until: datetime, cursor: str) -> SeenPage:
        span = f"created_at:>='{since.isoformat()}' created_at:<'{until.isoformat()}'"
        page = self._client.page(
            documents.SEEN_ORDERS,
            "orders",
            query=f"{span} status:open -fulfillment_status:fulfilled",
            sort="CREATED_AT",
            after=cursor or None,
        )
        info = page.page_info
        if info.has_next_page and info.end_cursor in ("", cursor):
            raise endless()
        return self._page(page, info.end_cursor)

    def _page(self, page: Page, cursor: str) -> SeenPage:
        orders, unread = boundary.each(page.nodes, self._seen, name_of)
        return SeenPage(tuple(orders), cursor, page.page_info.has_next_page, unread)

    def payment_reference(self, order_id: str) -> str | None:
        found = self._client.find(
            documents.SEEN_PAYMENTS, "order", SeenPayments, id=gid("Order", order_id)
        )
        return reference_of(found.transactions) if found else None

    def order_of(self, fulfilment_order_id: str) -> str | None:
        number = gid("FulfillmentOrder", fulfilment_order_id)
        found = self._client.find(
            documents.FULFILMENT_ORDER_OWNER, "fulfillmentOrder", OrderOf, id=number
        )
        return found.order.number if found else None

    def fulfilments(self, order_id: str) -> FulfilmentState:
        """Read anew before each ``fulfil``: holds, moves and splits change the handles."""
        number = gid("Order", order_id)
        orders = self._fulfilment_orders(number)
        node = self._client.find(documents.FULFILMENTS, "order", FulfilmentsOf, id=number)
        return FulfilmentState(
            open=tuple(self._parts(orders)),
            done=tuple(self._fulfilment(each) for each in (node.fulfillments if node else ())),
            held=tuple(self._hold(order) for order in orders if order.status == "ON_HOLD"),
        )

    def fulfil(
        self, part: FulfilmentPart, tracking: Sequence[Tracking], *, notify: bool
    ) -> Fulfilment:
        by_order: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for order, item, pieces in _allocate(part):
            by_order[order].append({"id": item, "quantity": pieces})
        made = self._client.mutate(
            documents.FULFIL,
            FulfilPayload,
            fulfillment={
                "lineItemsByFulfillmentOrder": [
                    {"fulfillmentOrderId": order, "fulfillmentOrderLineItems": items}
                    for order, items in by_order.items()
                ],
                "trackingInfo": _tracking_input(tracking),
                "notifyCustomer": notify,
            },
        ).fulfillment
        if made is None:
            raise OutcomeUnknown(_("Shopify did not name the fulfilment it created."))
        return Fulfilment(made.number, dict(part.lines), tuple(tracking))

    def correct_tracking(
        self, fulfilment_id: str, tracking: Sequence[Tracking], *, notify: bool
    ) -> None:
        self._client.mutate(
            documents.CORRECT_TRACKING,
            FulfilPayload,
            id=gid("Fulfillment", fulfilment_id),
            tracking=_tracking_input(tracking),
            notify=notify,
        )

    def deliver(self, fulfilment_id: str, at: datetime) -> None:
        """The right to it came later than the others: a shop may not have agreed to it yet."""
        event = {
            "fulfillmentId": gid("Fulfillment", fulfilment_id),
            "status": "DELIVERED",
            "happenedAt": at.isoformat(),
        }
        try:
            self._client.mutate(documents.ARRIVED, EventPayload, event=event)
        except StoreLocked as denied:
            raise StoreRefused(denied.words) from denied

    def withdraw(self, fulfilment_id: str) -> None:
        number = gid("Fulfillment", fulfilment_id)
        self._client.mutate(documents.WITHDRAW, FulfilPayload, id=number)

    def _seen(self, told: Any) -> SeenOrder:
        """Raises Unreadable for an order that cannot be read, or what belongs to it."""
        node = boundary.read(SeenNode, told)
        with unreadable_alone():
            lines = list(
                self._client.pages(
                    documents.SEEN_LINES,
                    ("order", "lineItems"),
                    SeenLineNode,
                    node.line_items,
                    id=node.id,
                )
            )
            refunds = self._refunds(node)
            methods = self._methods(node, lines)
        order = seen_order(rest_order(node, lines, refunds), self._client.domain, methods)
        return replace(order, risk=risk_of(node), on_hold=is_on_hold(node))

    def _methods(self, node: SeenNode, lines: Sequence[SeenLineNode]) -> dict[str, str]:
        """How each line is delivered. Only where they differ are the lines of the fulfilment orders
        asked for."""
        methods = methods_in(node)
        if len(methods) < 2:
            return dict.fromkeys((line.number for line in lines), next(iter(methods), ""))
        told = {line.number: "" for line in lines}
        for order in self._fulfilment_orders(node.id):
            if method := method_of(order):
                told |= {item.line_item.number: method for item in self._items(order)}
        return told

    def _fulfilment_orders(self, order_id: str) -> list[FulfilmentOrderNode]:
        path = ("order", "fulfillmentOrders")
        return list(
            self._client.pages(documents.FULFILMENT_ORDERS, path, FulfilmentOrderNode, id=order_id)
        )

    def _refunds(self, node: SeenNode) -> list[SeenRefundNode]:
        if not node.total_refunded_set.amount:
            return []
        order = self._client.find(documents.SEEN_REFUNDS, "order", SeenRefunds, id=node.id)
        return order.refunds if order else []

    def _parts(self, orders: list[FulfilmentOrderNode]) -> Iterator[FulfilmentPart]:
        """One for each location and delivery method: a single call may cross neither
        (Shopify 2026-10)."""
        lines: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        handles: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for order in filter(_can_be_fulfilled, orders):
            location = bare(order.assigned_location.location) or order.assigned_location.name
            method = order.delivery_method.method_type if order.delivery_method else ""
            place = (location, method)
            for item in self._items(order):
                if pieces := item.remaining_quantity:
                    line = item.line_item.number
                    lines[place][line] += pieces
                    handles[place][item.id] = f"{order.id} {line} {pieces}"
        for place, pieces_of in lines.items():
            yield FulfilmentPart(place[0], dict(pieces_of), handles[place])

    def _hold(self, order: FulfilmentOrderNode) -> FulfilmentHold:
        reasons = (hold.reason.lower().replace("_", " ") for hold in order.fulfillment_holds)
        lines: Counter[str] = Counter()
        for item in self._items(order):
            lines[item.line_item.number] += item.remaining_quantity
        return FulfilmentHold(", ".join(reasons) or "on hold", dict(lines))

    def _items(self, order: FulfilmentOrderNode) -> Iterator[FulfilmentOrderItem]:
        return self._client.pages(
            documents.FULFILMENT_ORDER_LINES,
            ("fulfillmentOrder", "lineItems"),
            FulfilmentOrderItem,
            order.line_items,
            id=order.id,
        )

    def _fulfilment(self, node: FulfilmentNode) -> Fulfilment:
        lines: Counter[str] = Counter()
        for item in parcel_items(self._client, node):
            lines[item.line_item.number] += item.quantity
        arrived = node.delivered_at is not None
        return Fulfilment(
            node.number,
            dict(lines),
            tracking(node),
            cancelled=is_withdrawn(node),
            delivered=arrived,
        )


def _can_be_fulfilled(order: FulfilmentOrderNode) -> bool:
    actions = {action.action for action in order.supported_actions}
    return order.status in ("OPEN", "IN_PROGRESS") and "CREATE_FULFILLMENT" in actions


def _allocate(part: FulfilmentPart) -> Iterator[tuple[str, str, int]]:
    """(fulfilment order, its item, pieces): the wanted pieces laid on what is open.

    StoreRefused when more is wanted than the handle has, and for nothing at all: Shopify takes an
    empty list for "everything".
    """
    wanted = {line: pieces for line, pieces in part.lines.items() if pieces > 0}
    if not wanted:
        raise StoreRefused(_("There is nothing to fulfil."))
    for item, held in part.handle.items():
        order, line, remaining = held.split()
        pieces = min(wanted.get(line, 0), int(remaining))
        if pieces:
            wanted[line] -= pieces
            yield order, item, pieces
    if any(wanted.values()):
        raise StoreRefused(_("More pieces shipped than the marketplace order still has open."))


def _tracking_input(tracking: Sequence[Tracking]) -> Mapping[str, Any]:
    """Several numbers share one company; links go along only when every number has one."""
    info: dict[str, Any] = {}
    numbers = [parcel.number for parcel in tracking if parcel.number]
    urls = [parcel.url for parcel in tracking if parcel.url]
    company = next((parcel.company for parcel in tracking if parcel.company), "")
    if company:
        info["company"] = company
    if numbers:
        info["numbers"] = numbers
    if urls and len(urls) >= len(numbers):
        info["urls"] = urls
    return info
