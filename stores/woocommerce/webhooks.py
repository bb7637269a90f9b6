"""WooCommerce's webhooks: signed by a secret per store, bodies as GET /orders/ID has them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from pydantic_core import from_json

from stores.base import ORDER, OTHER, Buyer, Delivery
from stores.woocommerce.words import KEY, meta


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    given = _header(headers, "signature").encode()
    return any(hmac.compare_digest(given, _signature(body, secret)) for secret in secrets)


def read(headers: Mapping[str, str], body: bytes) -> Delivery:
    """The store's delivery id is shared by deliveries of one second (WooCommerce 10.5), so ours
    is made of what was said. An order that is gone by then is told as an error: about none."""
    content = from_json(body)
    if not isinstance(content, dict):
        raise ValueError("A webhook's body must be a JSON object.")
    topic = _header(headers, "topic")
    said = hashlib.sha256(topic.encode() + b"\n" + body).hexdigest()[:32]
    return Delivery(
        id=said,
        topic=topic,
        about=str(content.get("id") or ""),
        key=meta(content, KEY),
        sender=_header(headers, "source"),
    )


def kind_of(topic: str) -> str:
    return ORDER if topic.startswith("order.") else OTHER


def buyer(body: bytes) -> Buyer:
    raise ValueError("A site asks nothing for its customers by webhook.")


def is_greeting(headers: Mapping[str, str], body: bytes) -> bool:
    """The unsigned form that is sent when a webhook is made; not answered with 200 it comes again
    at each later save."""
    return not _header(headers, "signature") and body.startswith(b"webhook_id=")


def _signature(body: bytes, secret: str) -> bytes:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())


def _header(headers: Mapping[str, str], name: str) -> str:
    return headers.get(f"x-wc-webhook-{name}", "")
