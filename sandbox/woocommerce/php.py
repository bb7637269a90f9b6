"""Where WooCommerce shows that it is written in PHP: numbers, JSON, queries, dates."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import unquote_plus


def to_json(value: Any) -> str:
    """As ``wp_json_encode``: ASCII only, slashes escaped. Webhook signatures are over these bytes.

    >>> to_json({"a": "ü/"})
    '{"a":"\\\\u00fc\\\\/"}'
    """
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def decimal_of(text: str) -> Decimal:
    """As ``wc_format_decimal``: whatever is no digit, minus or last dot goes ("3,50" is 350)."""
    kept = re.sub(r"\.(?![^.]+$)|[^0-9.-]", "", text)
    sign = "-" if kept.startswith("-") else ""
    digits = kept.replace("-", "").strip(".")
    return Decimal(sign + digits) if digits else Decimal(0)


def rounded(amount: Decimal, decimals: int) -> Decimal:
    """To a store's price decimals, halves away from zero."""
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def rounded_tax(amount: Decimal, decimals: int, prices_include_tax: bool) -> Decimal:
    """Half a cent of tax goes down where prices include tax (10.5.0: 2.625 is 2.62), else up."""
    half = ROUND_HALF_DOWN if prices_include_tax else ROUND_HALF_UP
    return amount.quantize(Decimal(1).scaleb(-decimals), half)


def money(amount: Decimal, decimals: int) -> str:
    """As ``wc_format_decimal`` with decimals: "12.50", "13" without any; never "-0"."""
    kept = rounded(amount, decimals)
    return f"{kept if kept else abs(kept):.{decimals}f}"


def number(amount: Decimal) -> int | float:
    """A JSON number; whole amounts without a point."""
    return int(amount) if amount == int(amount) else float(amount)


def text_of(value: Any) -> str:
    """A scalar as PHP casts it: true is "1", false and null are ""."""
    if value is None or value is False:
        return ""
    return "1" if value is True else str(value)


def is_integer(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return float(value).is_integer()
    return isinstance(value, str) and bool(re.fullmatch(r"\s*[+-]?\d+(\.0*)?\s*", value))


def leading_int(value: Any) -> int:
    """As ``absint``: the digits that a value starts with, 0 without any."""
    found = re.match(r"\s*-?(\d+)", text_of(value))
    return int(found.group(1)) if found else 0


def is_boolean(value: Any) -> bool:
    return value in (0, 1) or str(value).lower() in ("true", "false", "0", "1")


def truth(value: Any) -> bool:
    """As ``rest_sanitize_boolean``."""
    if isinstance(value, str):
        return value.lower() not in ("", "false", "0")
    return bool(value)


def split_pairs(query: str) -> Iterable[tuple[str, str]]:
    for pair in query.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            yield unquote_plus(name), unquote_plus(value)


def parse_query(query: str) -> dict[str, Any]:
    """As ``$_GET``: ``a[]=1`` and ``a[x]=1`` nest, and the last of equal names wins."""
    found: dict[str, Any] = {}
    for name, value in split_pairs(query):
        head, *inner = re.split(r"\]\[|\[|\]", name.rstrip("]"))
        place, last = found, head
        for part in inner:
            if not isinstance(place.get(last), dict):
                place[last] = {}
            place, last = place[last], part if part else str(len(place[last]))
        place[last] = value
    return found


def as_lists(value: Any) -> Any:
    """Nested arrays with the keys 0, 1, 2 … become lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: as_lists(each) for key, each in value.items()}
    if inner and list(inner) == [str(at) for at in range(len(inner))]:
        return list(inner.values())
    return inner


DATE = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.\d+)?([Zz]|[+-]\d\d(?::?\d\d)?)?")


def parse_date(text: str) -> datetime | None:
    """RFC 3339 with or without an offset, in whole seconds; None when it is no date and time."""
    found = DATE.fullmatch(text)
    if not found:
        return None
    day, clock, offset = found.groups()
    try:
        naive = datetime.fromisoformat(f"{day}T{clock}")
        zoned = datetime.fromisoformat(f"{day}T{clock}{(offset or '').upper()}")
    except ValueError:
        return None
    return zoned.astimezone(UTC) if offset else naive


def slug_of(name: str) -> str:
    """As ``sanitize_title``: "Taux zéro" is "taux-zero"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[\s-]+", "-", re.sub(r"[^a-z0-9\s_-]", "", plain)).strip("-")
