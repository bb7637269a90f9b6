"""What we write into a WooCommerce order to know it again, and how its fields are read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from stores.base import KEY_ATTRIBUTE

KEY = KEY_ATTRIBUTE
LINE = "_sluice_line"
"""Meta keys of an order and of its lines; a leading underscore hides them from people."""


def meta(thing: dict[str, Any], key: str) -> str:
    """The value of a text meta of an order or a line, ``""`` without it."""
    value = raw_meta(thing, key)
    return value if isinstance(value, str) else ""


def raw_meta(thing: dict[str, Any], key: str) -> Any:
    for item in thing.get("meta_data") or ():
        if item.get("key") == key:
            return item.get("value")
    return None


def utc(text: str) -> datetime:
    """A ``*_gmt`` field: UTC, told without a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def naive(moment: datetime) -> str:
    """For ``after`` and ``modified_after`` together with ``dates_are_gmt=true``: a ``Z`` would
    shift it by the site's offset."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


def site_time(order: dict[str, Any], text: str) -> datetime:
    """A time told in the site's own zone, whose offset the order's two clocks give away."""
    offset = datetime.fromisoformat(order["date_modified"]) - datetime.fromisoformat(
        order["date_modified_gmt"]
    )
    return (datetime.fromisoformat(text) - offset).replace(tzinfo=UTC)
