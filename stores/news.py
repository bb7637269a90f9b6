"""Whether two webhooks say the same of an order. Part of the contract in ``stores.base``."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from stores import boundary

TIMES_OF_CHANGE = frozenset({"date_modified", "date_modified_gmt", "updated_at"})
"""Where platforms write when they last wrote (Shopify 2026-10, WooCommerce 11)."""


@dataclass(frozen=True, slots=True)
class News:
    """Fingerprints of what a webhook says of an order: of all of it, and of all but the times of
    change. Those are all that differs where a store writes an order whenever it is read
    (woocommerce #62492, #62507), but also where what changed stands on another route
    (fulfilments of WooCommerce 10)."""

    whole: str
    timeless: str


def of(body: bytes) -> News:
    content = boundary.decode(body)
    if content is None:
        return News(_print(body), _print(body))
    return News(_print(_dumped(content)), _print(_dumped(_timeless(content))))


def _dumped(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True).encode()


def _print(said: bytes) -> str:
    return hashlib.sha256(said).hexdigest()[:16]


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _timeless(each) for name, each in value.items() if name not in TIMES_OF_CHANGE
        }
    return [_timeless(each) for each in value] if isinstance(value, list) else value
