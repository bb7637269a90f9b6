"""Shopify's webhooks: signed by the app's secret, REST-shaped bodies (Shopify 2026-10)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

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

_KINDS = {
    "app/uninstalled": UNINSTALLED,
    "app/scopes_update": SCOPES,
    "shop/update": SHOP,
    "customers/data_request": EXPORT_BUYER,
    "customers/redact": REDACT_BUYER,
    "shop/redact": REDACT_SHOP,
}
_OF_ORDERS = ("orders", "fulfillments", "fulfillment_orders", "refunds")


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    """With the new and the old secret: for an hour after a rotation both sign."""
    given = _header(headers, "hmac-sha256").encode()
    return any(hmac.compare_digest(given, _signature(body, secret)) for secret in secrets)


def read(headers: Mapping[str, str], body: bytes) -> Delivery:
    content = _content(body)
    topic = _header(headers, "topic")
    return Delivery(
        id=_header(headers, "webhook-id"),
        topic=topic,
        about=_order_id(topic, content),
        key=_key(content),
        sender=_header(headers, "shop-domain"),
        claims=str(content.get("myshopify_domain") or content.get("shop_domain") or "").lower(),
    )


def kind_of(topic: str) -> str:
    return _KINDS.get(topic) or (ORDER if topic.partition("/")[0] in _OF_ORDERS else OTHER)


def buyer(body: bytes) -> Buyer:
    """``orders_requested`` or ``orders_to_redact``; a customer may have only an e-mail."""
    content = _content(body)
    orders = content.get("orders_requested") or content.get("orders_to_redact") or ()
    customer = content.get("customer") or {}
    return Buyer(
        email=str(customer.get("email") or ""),
        phone=str(customer.get("phone") or ""),
        order_ids=tuple(str(order) for order in orders),
        reference=str((content.get("data_request") or {}).get("id") or ""),
    )


def _content(body: bytes) -> dict[str, Any]:
    content = json.loads(body)
    if not isinstance(content, dict):
        raise ValueError("A webhook's body must be a JSON object.")
    return content


def is_greeting(headers: Mapping[str, str], body: bytes) -> bool:
    return False


def _signature(body: bytes, secret: str) -> bytes:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())


def _header(headers: Mapping[str, str], name: str) -> str:
    """``X-Shopify-…``, or without ``X-`` as the coming Events send it."""
    lower = {key.lower(): value for key, value in headers.items()}
    return lower.get(f"x-shopify-{name}") or lower.get(f"shopify-{name}") or ""


def _order_id(topic: str, content: dict[str, Any]) -> str:
    resource = topic.partition("/")[0]
    if resource == "orders":
        edit = content.get("order_edit", content)
        return str(edit.get("order_id") or content.get("id") or "")
    found = content.get("order_id") or content.get("fulfillment_order", {}).get("order_id")
    return str(found or "").rpartition("/")[2]


def _key(content: dict[str, Any]) -> str:
    for attribute in content.get("note_attributes") or ():
        if attribute.get("name") == KEY_ATTRIBUTE:
            return str(attribute.get("value") or "")
    return ""
