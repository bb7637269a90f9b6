"""Shopify's webhooks: signed by the app's secret, REST-shaped bodies (Shopify 2026-10)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from pydantic import Field

from stores.base import (
    EXPORT_BUYER,
    KEY_ATTRIBUTE,
    ORDER,
    OTHER,
    REDACT_BUYER,
    REDACT_SHOP,
    SCOPES,
    SHOP,
    UNINSTALLED,
    Buyer,
    Delivery,
)
from stores.boundary import Id, Listing, Text, Told, Unreadable, decode
from stores.boundary import read as read_model
from stores.shopify.bodies import Pairs

_KINDS = {
    "app/uninstalled": UNINSTALLED,
    "app/scopes_update": SCOPES,
    "shop/update": SHOP,
    "customers/data_request": EXPORT_BUYER,
    "customers/redact": REDACT_BUYER,
    "shop/redact": REDACT_SHOP,
}
_OF_ORDERS = ("orders", "fulfillments", "fulfillment_orders", "fulfillment_holds", "refunds")


def is_signed(headers: Mapping[str, str]) -> bool:
    return bool(_header(headers, "hmac-sha256"))


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    """With the new and the old secret: for an hour after a rotation both sign."""
    given = _header(headers, "hmac-sha256").encode()
    return any(hmac.compare_digest(given, _signature(body, secret)) for secret in secrets)


class _Reference(Told):
    order_id: Id = ""


class _Body(Told):
    """Of all that a body holds, what says which order and which shop it is about."""

    id: Id = ""
    order_id: Id = ""
    order_edit: _Reference | None = None
    fulfillment_order: _Reference | None = None
    note_attributes: Pairs = Field(default_factory=list)
    myshopify_domain: Text = ""
    shop_domain: Text = ""


def read(headers: Mapping[str, str], body: bytes) -> Delivery:
    """Raises Unreadable, which is a ValueError, for a body that is no JSON object, and for an order
    without an id."""
    said = read_model(_Body, decode(body))
    topic = _header(headers, "topic")
    about = _order_id(topic, said)
    if topic.startswith("orders/") and not about:
        raise Unreadable("an order without an id")
    return Delivery(
        id=_header(headers, "webhook-id"),
        topic=topic,
        about=about,
        key=_key(said),
        sender=_header(headers, "shop-domain"),
        claims=(said.myshopify_domain or said.shop_domain).lower(),
    )


def kind_of(topic: str) -> str:
    return _KINDS.get(topic) or (ORDER if topic.partition("/")[0] in _OF_ORDERS else OTHER)


class _Part(Told):
    id: Id = ""


class _Merges(Told):
    fulfillment_order: _Part | None = None


class _Parts(Told):
    """Bodies of fulfillment_orders/* and fulfillment_holds/*: they name a fulfilment order by its
    global id, and not its order."""

    fulfillment_order: _Part | None = None
    original_fulfillment_order: _Part | None = None
    fulfillment_order_merges: _Merges | None = None


def fulfilment_order_in(body: bytes) -> str:
    """The number of the fulfilment order that a body names, "" for none."""
    try:
        said = read_model(_Parts, decode(body))
    except Unreadable:
        return ""
    merges = said.fulfillment_order_merges
    named = said.fulfillment_order or said.original_fulfillment_order
    named = named or (merges.fulfillment_order if merges else None)
    number = named.id.rpartition("/")[2] if named else ""
    return number if number.isascii() and number.isdigit() else ""


class _Customer(Told):
    email: Text = ""
    phone: Text = ""


class _Request(Told):
    id: Id = ""


class _Asked(Told):
    """Who is to be told of, or forgotten; a customer may have only an e-mail."""

    customer: _Customer | None = None
    orders_requested: Listing[Id] = Field(default_factory=list)
    orders_to_redact: Listing[Id] = Field(default_factory=list)
    data_request: _Request | None = None


def buyer(body: bytes) -> Buyer:
    asked = read_model(_Asked, decode(body))
    customer, request = asked.customer or _Customer(), asked.data_request or _Request()
    return Buyer(
        email=customer.email,
        phone=customer.phone,
        order_ids=tuple(asked.orders_requested or asked.orders_to_redact),
        reference=request.id,
    )


def is_greeting(headers: Mapping[str, str], body: bytes) -> bool:
    return False


def _signature(body: bytes, secret: str) -> bytes:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())


def _header(headers: Mapping[str, str], name: str) -> str:
    """``X-Shopify-…``, or without ``X-`` as the coming Events send it."""
    return headers.get(f"x-shopify-{name}") or headers.get(f"shopify-{name}") or ""


def _order_id(topic: str, said: _Body) -> str:
    if topic.startswith("orders/"):
        edited = said.order_edit.order_id if said.order_edit else said.order_id
        return edited or said.id
    held = said.fulfillment_order.order_id if said.fulfillment_order else ""
    return (said.order_id or held).rpartition("/")[2]


def _key(said: _Body) -> str:
    ours = (each.value for each in said.note_attributes if each.name == KEY_ATTRIBUTE)
    return next(ours, "")
