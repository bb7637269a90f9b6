"""Delivers webhook bodies as Shopify does: signed with the app's secret, now and then twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests

from demo.programs import ROOT

BODIES = ROOT / "tests" / "bodies" / "shopify"
"""Bodies of real shops and of Shopify's own documentation; see the README there."""


@dataclass(frozen=True)
class Delivery:
    """``id`` is X-Shopify-Webhook-Id, by which a repeat is known."""

    topic: str
    file: str
    id: str
    forged: bool = False

    @property
    def body(self) -> bytes:
        return Path(BODIES / self.file).read_bytes()


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
