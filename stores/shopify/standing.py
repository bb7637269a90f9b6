"""What an order in a vendor's shop is now: its top, its lines, and whose lines they are.

A line that ``orderCreate`` made carries our key as an attribute. Order editing takes no attributes
(Shopify 2026-10), so the keys of lines added later stand in a metafield of the order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from stores.base import KEY_ATTRIBUTE, Address, OrderContent, OrderFields, StoreLine, StoreRefused
from stores.money import to_minor
from stores.shopify import documents_after
from stores.shopify.client import Client
from stores.shopify.compose import LINE_ATTRIBUTE, TAG
from stores.shopify.ids import bare, gid
from stores.texts import _

Node = dict[str, Any]

NOTES = "Marketplace notes"
"""An attribute that the admin shows among the order's additional details."""

OURS = (KEY_ATTRIBUTE, NOTES)
GONE = _("The order is no longer in the shop.")


class LineKeys:
    """Our key of each line, ``""`` for the vendor's own. ``edit`` is the edit that was begun last
    and may not have been finished; ``known`` the lines there were before it."""

    def __init__(self, order: Node) -> None:
        kept = json.loads((order.get("metafield") or {}).get("value") or "{}")
        self.kept: dict[str, str] = dict(kept.get("lines") or {})
        self.edit: str = kept.get("edit") or ""
        self.known: frozenset[str] = frozenset(kept.get("known") or ())

    def of(self, line: Node) -> str:
        return attribute(line, LINE_ATTRIBUTE) or self.kept.get(bare(line), "")

    def text(self) -> str:
        return json.dumps({"lines": self.kept, "edit": self.edit, "known": sorted(self.known)})


def attribute(thing: Node, key: str) -> str:
    return next((a["value"] for a in thing["customAttributes"] if a["key"] == key), "") or ""


def standing(client: Client, order_id: str) -> tuple[Node, list[Node]]:
    """The order and all its lines, removed ones included. StoreRefused when it is gone."""
    number = gid("Order", order_id)
    order = client.execute(documents_after.STANDING_LINES, {"id": number})["order"]
    if order is None:
        raise StoreRefused(GONE)
    return order, list(lines_of(client, order))


def lines_of(client: Client, order: Node) -> Iterator[Node]:
    """From the first page in hand onward."""
    return client.pages(
        documents_after.STANDING_LINES, ("order", "lineItems"), order["lineItems"], id=order["id"]
    )


def content(order: Node, lines: Iterable[Node]) -> OrderContent:
    """``order`` with the fields of the fragment ``Content``."""
    currency = order["currencyCode"]
    return OrderContent(
        fields=_fields(order),
        lines=_lines(LineKeys(order), lines),
        currency=currency,
        total=amount(order["currentTotalPriceSet"], currency),
        refunded=amount(order["totalRefundedSet"], currency),
        archived=bool(order["closedAt"]),
    )


def amount(bag: Node, currency: str) -> int:
    return to_minor(str(bag["shopMoney"]["amount"]), currency)


def _fields(order: Node) -> OrderFields:
    told = {item["key"]: item["value"] or "" for item in order["customAttributes"]}
    return OrderFields(
        email=order["email"] or "",
        phone=order["phone"] or "",
        note=order["note"] or "",
        tags=tuple(tag for tag in order["tags"] if tag != TAG),
        attributes={key: value for key, value in told.items() if key not in OURS},
        shipping_address=_address(order["shippingAddress"]),
    )


def _address(node: Node | None) -> Address | None:
    if node is None:
        return None
    return Address(
        first_name=node["firstName"] or "",
        last_name=node["lastName"] or "",
        company=node["company"] or "",
        address1=node["address1"] or "",
        address2=node["address2"] or "",
        city=node["city"] or "",
        zip=node["zip"] or "",
        province=node["provinceCode"] or "",
        country=node["countryCodeV2"] or "",
        phone=node["phone"] or "",
    )


def _lines(keys: LineKeys, nodes: Iterable[Node]) -> tuple[StoreLine, ...]:
    """One for each key, which may stand in two items a cent apart; removed lines are left out."""
    found: dict[str, StoreLine] = {}
    for node in nodes:
        if not node["currentQuantity"]:
            continue
        key = keys.of(node)
        place = key or node["id"]
        before = found.get(place)
        found[place] = StoreLine(
            key=key,
            title=node["title"],
            quantity=node["currentQuantity"] + (before.quantity if before else 0),
            fulfillable=node["unfulfilledQuantity"] + (before.fulfillable if before else 0),
            sku=node["sku"] or "",
            variant_id=bare(node["variant"]),
        )
    return tuple(found.values())
