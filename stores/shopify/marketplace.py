"""A merchant's Shopify shop: orders come from it, fulfilments go home to it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from stores import reading
from stores.base import (
    Access,
    Fulfilment,
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
from stores.shopify import documents
from stores.shopify.client import Client
from stores.shopify.identity import identify
from stores.shopify.ids import bare, gid
from stores.shopify.payments import reference_of
from stores.shopify.rest import rest_order
from stores.shopify.seen import seen_order
from stores.shopify.store import following, tracking
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
    """From a body of one of ``ORDER_TOPICS``. ValueError for one that holds no whole order."""
    try:
        content = json.loads(body) if isinstance(body, bytes) else body
        return seen_order(content, address)
    except (KeyError, TypeError, AttributeError) as missing:
        raise ValueError(f"This is not a whole order: {missing}") from missing


class ShopifyMarketplace:
    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def spend(self) -> Spend:
        return self._client.spend

    def identify(self) -> Identity:
        return identify(self._client)

    def read_order(self, order_id: str) -> SeenOrder | None:
        node = self._client.execute(documents.SEEN_ORDER, {"id": gid("Order", order_id)})["order"]
        return self._seen(node) if node else None

    def orders_since(self, cursor: str, now: datetime) -> SeenPage:
        place = unpack(cursor, _OVERLAP, now)
        since = (place.since - _OVERLAP).isoformat()
        page = self._client.execute(
            documents.SEEN_ORDERS,
            {
                "query": f"updated_at:>='{since}'",
                "sort": "UPDATED_AT",
                "after": place.page or None,
            },
        )["orders"]
        return self._page(page, pack(following(place, page)))

    def orders_placed(self, since: datetime, until: datetime, cursor: str) -> SeenPage:
        span = f"created_at:>='{since.isoformat()}' created_at:<'{until.isoformat()}'"
        page = self._client.execute(
            documents.SEEN_ORDERS,
            {
                "query": f"{span} status:open -fulfillment_status:fulfilled",
                "sort": "CREATED_AT",
                "after": cursor or None,
            },
        )["orders"]
        return self._page(page, page["pageInfo"]["endCursor"] or "")

    def _page(self, page: dict[str, Any], cursor: str) -> SeenPage:
        orders, unread = reading.each(page["nodes"], self._seen, bare)
        return SeenPage(tuple(orders), cursor, page["pageInfo"]["hasNextPage"], unread)

    def payment_reference(self, order_id: str) -> str | None:
        found = self._client.execute(documents.SEEN_PAYMENTS, {"id": gid("Order", order_id)})
        return reference_of(found["order"]["transactions"]) if found["order"] else None

    def fulfilments(self, order_id: str) -> FulfilmentState:
        """Read anew before each ``fulfil``: holds, moves and splits change the handles."""
        number = gid("Order", order_id)
        orders = list(
            self._client.pages(
                documents.FULFILMENT_ORDERS, ("order", "fulfillmentOrders"), id=number
            )
        )
        node = self._client.execute(documents.FULFILMENTS, {"id": number})["order"]
        return FulfilmentState(
            open=tuple(self._parts(orders)),
            done=tuple(self._fulfilment(f) for f in (node or {}).get("fulfillments", ())),
            held=tuple(_hold(order) for order in orders if order["status"] == "ON_HOLD"),
        )

    def fulfil(
        self, part: FulfilmentPart, tracking: Sequence[Tracking], *, notify: bool
    ) -> Fulfilment:
        by_order: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for order, item, pieces in _allocate(part):
            by_order[order].append({"id": item, "quantity": pieces})
        payload = self._client.mutate(
            documents.FULFIL,
            fulfillment={
                "lineItemsByFulfillmentOrder": [
                    {"fulfillmentOrderId": order, "fulfillmentOrderLineItems": items}
                    for order, items in by_order.items()
                ],
                "trackingInfo": _tracking_input(tracking),
                "notifyCustomer": notify,
            },
        )
        if not payload.get("fulfillment"):
            raise OutcomeUnknown(_("Shopify did not name the fulfilment it created."))
        return Fulfilment(bare(payload["fulfillment"]), dict(part.lines), tuple(tracking))

    def correct_tracking(
        self, fulfilment_id: str, tracking: Sequence[Tracking], *, notify: bool
    ) -> None:
        self._client.mutate(
            documents.CORRECT_TRACKING,
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
            self._client.mutate(documents.ARRIVED, event=event)
        except StoreLocked as denied:
            raise StoreRefused(denied.words) from denied

    def withdraw(self, fulfilment_id: str) -> None:
        self._client.mutate(documents.WITHDRAW, id=gid("Fulfillment", fulfilment_id))

    def _seen(self, node: dict[str, Any]) -> SeenOrder:
        lines = self._client.pages(
            documents.SEEN_ORDER, ("order", "lineItems"), node["lineItems"], id=node["id"]
        )
        return seen_order(rest_order(node, lines, self._refunds(node)), self._client.domain)

    def _refunds(self, node: dict[str, Any]) -> list[dict[str, Any]]:
        if not float(node["totalRefundedSet"]["shopMoney"]["amount"]):
            return []
        order = self._client.execute(documents.SEEN_REFUNDS, {"id": node["id"]})["order"]
        return list(order["refunds"]) if order else []

    def _parts(self, orders: list[dict[str, Any]]) -> Iterator[FulfilmentPart]:
        """One for each location: a single call may not cross locations (Shopify 2026-10)."""
        lines: dict[str, Counter[str]] = defaultdict(Counter)
        handles: dict[str, dict[str, str]] = defaultdict(dict)
        for order in filter(_can_be_fulfilled, orders):
            place = order["assignedLocation"]
            location = bare(place["location"]) or place["name"]
            for item in self._items(order):
                if pieces := item["remainingQuantity"]:
                    line = bare(item["lineItem"])
                    lines[location][line] += pieces
                    handles[location][item["id"]] = f"{order['id']} {line} {pieces}"
        for location, pieces_of in lines.items():
            yield FulfilmentPart(location, dict(pieces_of), handles[location])

    def _items(self, order: dict[str, Any]) -> Iterator[dict[str, Any]]:
        return self._client.pages(
            documents.FULFILMENT_ORDER_LINES,
            ("fulfillmentOrder", "lineItems"),
            order["lineItems"],
            id=order["id"],
        )

    def _fulfilment(self, node: dict[str, Any]) -> Fulfilment:
        lines: Counter[str] = Counter()
        for item in self._client.pages(
            documents.PARCEL_LINES,
            ("fulfillment", "fulfillmentLineItems"),
            node["fulfillmentLineItems"],
            id=node["id"],
        ):
            lines[bare(item["lineItem"])] += item["quantity"]
        gone = node["status"] in ("CANCELLED", "ERROR", "FAILURE")
        arrived = bool(node["deliveredAt"])
        return Fulfilment(
            bare(node), dict(lines), tracking(node), cancelled=gone, delivered=arrived
        )


def _can_be_fulfilled(order: dict[str, Any]) -> bool:
    actions = {action["action"] for action in order["supportedActions"]}
    return order["status"] in ("OPEN", "IN_PROGRESS") and "CREATE_FULFILLMENT" in actions


def _hold(order: dict[str, Any]) -> str:
    reasons = (hold["reason"] for hold in order["fulfillmentHolds"])
    return ", ".join(reason.lower().replace("_", " ") for reason in reasons) or "on hold"


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
