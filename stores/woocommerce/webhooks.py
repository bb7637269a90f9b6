"""WooCommerce's webhooks: signed by a secret per store, bodies as GET /orders/ID has them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from stores import boundary
from stores.base import ORDER, OTHER, Buyer, Delivery
from stores.woocommerce import answers


def is_signed(headers: Mapping[str, str]) -> bool:
    return bool(_header(headers, "signature"))


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    given = _header(headers, "signature").encode()
    return any(hmac.compare_digest(given, _signature(body, secret)) for secret in secrets)


class _Said(answers.Marked):
    """Of all that a body holds, which order it is about; an error has no id."""

    id: boundary.Id = ""


def read(headers: Mapping[str, str], body: bytes) -> Delivery:
    """The store's delivery id is shared by deliveries of one second (WooCommerce 10.5), so ours
    is made of what was said. An order that is gone by then is told as an error: about none.
    ValueError for a body that holds no JSON object."""
    said = boundary.read(_Said, boundary.decode(body))
    topic = _header(headers, "topic")
    about = said.id if said.id.isascii() and said.id.isdigit() and int(said.id) else ""
    return Delivery(
        id=hashlib.sha256(topic.encode() + b"\n" + body).hexdigest()[:32],
        topic=topic,
        about=about,
        key=said.meta(answers.KEY),
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
