"""The top of an order in a vendor's shop: its fields, and words for the vendor's people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stores.base import Amended, Amendment, StoreRefused
from stores.shopify import documents_after
from stores.shopify.answers import (
    OrderPayload,
)
from stores.shopify.client import Client
from stores.shopify.compose import address_input
from stores.shopify.ids import gid
from stores.shopify.standing import GONE, NOTES
from stores.shopify.vendor_answers import (
    OrderTop,
)

AMENDS = ("email", "phone", "note", "tags", "attributes", "shipping_address")


def amend(client: Client, order_id: str, amendment: Amendment) -> Amended:
    """``orderUpdate`` overwrites tags and attributes whole, so what stands is read before."""
    names = amendment.names()
    changes = _plain(amendment)
    if "tags" in names or "attributes" in names:
        top = _top(client, order_id)
        if "tags" in names:
            changes["tags"] = _tags(top.tags, amendment)
        if "attributes" in names:
            changes["customAttributes"] = _attributes(top, amendment.attributes)
    if changes:
        _write(client, order_id, changes)
    return Amended(tuple(name for name in names if name not in AMENDS))


def note(client: Client, order_id: str, text: str) -> None:
    """The timeline takes no words from apps; the order's own note is the buyer's. The newest one
    is not said again; an older one may have to be."""
    top = _top(client, order_id)
    told = next((item.value for item in top.custom_attributes if item.key == NOTES), "")
    if text != told.split("\n")[-1]:
        more = {NOTES: f"{told}\n{text}" if told else text}
        _write(client, order_id, {"customAttributes": _attributes(top, more)})


def _top(client: Client, order_id: str) -> OrderTop:
    top = client.find(documents_after.ORDER_TOP, "order", OrderTop, id=gid("Order", order_id))
    if top is None:
        raise StoreRefused(GONE)
    return top


def _write(client: Client, order_id: str, changes: dict[str, Any]) -> None:
    given = {"id": gid("Order", order_id), **changes}
    client.mutate(documents_after.AMEND_ORDER, OrderPayload, input=given)


def _plain(amendment: Amendment) -> dict[str, Any]:
    given: dict[str, Any] = {
        "email": amendment.email,
        "phone": amendment.phone,
        "note": amendment.note,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if amendment.shipping_address is not None:
        changes["shippingAddress"] = address_input(amendment.shipping_address)
    return changes


def _tags(standing: list[str], amendment: Amendment) -> list[str]:
    """Tags that differ in case alone are one (Shopify 2026-10)."""
    gone = {tag.casefold() for tag in amendment.tags_removed}
    kept = [tag for tag in standing if tag.casefold() not in gone]
    here = {tag.casefold() for tag in kept}
    return kept + [tag for tag in amendment.tags_added if tag.casefold() not in here]


def _attributes(top: OrderTop, changes: Mapping[str, str | None]) -> list[dict[str, str]]:
    standing: dict[str, str | None] = {item.key: item.value for item in top.custom_attributes}
    wanted = {**standing, **changes}
    return [{"key": key, "value": value} for key, value in wanted.items() if value is not None]
