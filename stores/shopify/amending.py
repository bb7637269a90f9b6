"""The top of an order in a vendor's shop: its fields, and words for the vendor's people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stores.base import Amended, Amendment, StoreRefused
from stores.shopify import comparing, documents_after
from stores.shopify.answers import OrderPayload, WrittenOrder
from stores.shopify.client import Client
from stores.shopify.compose import address_input
from stores.shopify.ids import gid
from stores.shopify.standing import GONE, NOTES
from stores.shopify.vendor_answers import (
    OrderTop,
)
from stores.texts import _

AMENDS = ("email", "phone", "note", "tags", "attributes", "shipping_address")


def amend(client: Client, order_id: str, amendment: Amendment) -> Amended:
    """``orderUpdate`` overwrites tags and attributes whole, so what stands is read before."""
    names = amendment.names()
    left_out = tuple(name for name in names if name not in AMENDS)
    if len(left_out) == len(names):
        return Amended(left_out)
    changes, top = _plain(amendment), _top(client, order_id)
    if "tags" in names:
        changes["tags"] = _tags(top.tags, amendment)
    if "attributes" in names:
        changes["customAttributes"] = _attributes(top, amendment.attributes)
    made = _write(client, order_id, changes)
    if made is None:
        return Amended(left_out)
    differs = comparing.amended(top.current_total_price_set, made, amendment)
    return Amended(left_out, tuple(differs))


def mark_paid(client: Client, order_id: str) -> None:
    """Where the shop lets it be marked: one that is paid, or cancelled, is not. StoreRefused where
    it is still not paid afterwards."""
    if _top(client, order_id).can_mark_as_paid:
        given = {"id": gid("Order", order_id)}
        made = client.mutate(documents_after.MARK_PAID, OrderPayload, input=given).order
        if made is not None and made.display_financial_status in ("PENDING", "EXPIRED", "VOIDED"):
            raise StoreRefused(_("The shop did not mark the order as paid."))


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


def _write(client: Client, order_id: str, changes: dict[str, Any]) -> WrittenOrder | None:
    given = {"id": gid("Order", order_id), **changes}
    return client.mutate(documents_after.AMEND_ORDER, OrderPayload, input=given).order


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
