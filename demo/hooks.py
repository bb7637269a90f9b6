"""Delivers webhook bodies as Shopify does: signed with the app's secret, now and then twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import requests

from demo.programs import ROOT

BODIES = ROOT / "tests" / "bodies" / "shopify"
"""Bodies of real shops and of Shopify's own documentation; see the README there."""

SOMEWHERE = {
    "first_name": "Robin",
    "last_name": "Example",
    "address1": "1 Sample Street",
    "city": "Ottawa",
    "province_code": "ON",
    "zip": "K1A 0A1",
    "country_code": "CA",
}


@dataclass(frozen=True)
class Delivery:
    """``id`` is X-Shopify-Webhook-Id, by which a repeat is known."""

    topic: str
    file: str
    id: str
    forged: bool = False

    @cached_property
    def body(self) -> bytes:
        """As it was sent. Development shops leave the buyer's address out: a made-up one stands
        in for it, since nothing is pushed that has nowhere to go."""
        told = json.loads(Path(BODIES / self.file).read_bytes())
        told["shipping_address"] = told.get("shipping_address") or SOMEWHERE
        return json.dumps(told).encode()


def deliver(
    address: str, shop: str, secret: str, deliveries: list[Delivery], patience: float = 10
) -> list[int]:
    """Post all of them, four at once; the HTTP status of each, 0 for no answer in ``patience``
    seconds."""

    def post(delivery: Delivery) -> int:
        return _post(address, _headers(delivery, shop, secret), delivery.body, patience)

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(post, deliveries))


def _headers(delivery: Delivery, shop: str, secret: str) -> dict[str, str]:
    key = "somebody else's secret" if delivery.forged else secret
    digest = hmac.new(key.encode(), delivery.body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": delivery.topic,
        "X-Shopify-Shop-Domain": shop,
        "X-Shopify-Webhook-Id": delivery.id,
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
    }


def _post(address: str, headers: dict[str, str], body: bytes, patience: float) -> int:
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.post(address, data=body, headers=headers, timeout=patience)
        except requests.RequestException:
            return 0
        return answer.status_code
