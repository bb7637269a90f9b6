"""Numbers, ids and dates of another type, without measure, or no such thing at all."""

from __future__ import annotations

import json
import re
from typing import Any

from sandbox.liar.lie import Telling, contents, parsed, values

MONEY = re.compile(r"-?\d+\.\d+")
HUGE_INTEGER = 10**400
DATES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
GARBAGE = ("0000-00-00T00:00:00", "yesterday", "2026-02-31T25:61:00Z", "-62135596800")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@values()
def numbers_as_text(key: str, value: Any, telling: Telling) -> Any:
    """Every number is text."""
    return str(value) if _is_number(value) else value


@values()
def texts_as_numbers(key: str, value: Any, telling: Telling) -> Any:
    """Every amount that is given as text is a number."""
    return float(value) if isinstance(value, str) and MONEY.fullmatch(value) else value


@values()
def floats_for_integers(key: str, value: Any, telling: Telling) -> Any:
    """Every whole number has a point: `2.0`."""
    return float(value) if _is_number(value) and abs(value) < 10**15 else value


@values()
def huge_integers(key: str, value: Any, telling: Telling) -> Any:
    """Every whole number that is no id has 401 digits."""
    is_id = key == "id" or key.endswith("_id")
    return HUGE_INTEGER if type(value) is int and not is_id else value


@values()
def huge_amounts(key: str, value: Any, telling: Telling) -> Any:
    """Every amount is `1e999` as text."""
    return "1e999" if isinstance(value, str) and MONEY.fullmatch(value) else value


@values()
def negative_numbers(key: str, value: Any, telling: Telling) -> Any:
    """Every amount and every number of pieces is below zero."""
    if isinstance(value, str) and MONEY.fullmatch(value):
        return f"-{value.lstrip('-')}"
    return -abs(value) if "uantity" in key and _is_number(value) else value


@contents(webhooks=True)
def not_a_number(body: bytes, telling: Telling) -> bytes | None:
    """Every number that is no id is a bare NaN, Infinity or -Infinity by turns."""
    told = parsed(body)
    if told is None:
        return None
    odd = [float("nan"), float("inf"), float("-inf")]
    seen: list[Any] = []

    def tell(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {name: tell(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [tell(each, key) for each in value]
        if _is_number(value) and key != "id" and not key.endswith("_id"):
            seen.append(value)
            return odd[len(seen) % 3]
        return value

    changed = tell(told, "")
    return json.dumps(changed).encode() if seen else None


@values()
def ids_as_text(key: str, value: Any, telling: Telling) -> Any:
    """Every id is text."""
    is_id = key == "id" or key.endswith("_id")
    return str(value) if is_id and _is_number(value) else value


@values()
def ids_as_floats(key: str, value: Any, telling: Telling) -> Any:
    """Every id has a point: `42.0`, as after a floating-point number."""
    is_id = key == "id" or key.endswith("_id")
    return float(value) if is_id and _is_number(value) else value


@values()
def dates_garbage(key: str, value: Any, telling: Telling) -> Any:
    """Every date is none: zeros, words, the 31st of February, seconds since 1970."""
    if isinstance(value, str) and DATES.match(value):
        return GARBAGE[len(key) % len(GARBAGE)]
    return value


@values()
def dates_null(key: str, value: Any, telling: Telling) -> Any:
    """Every date is null."""
    return None if isinstance(value, str) and DATES.match(value) else value
