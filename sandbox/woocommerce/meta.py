"""``meta_data`` of a request, put into a list of entries."""

from __future__ import annotations

from typing import Any

from sandbox.woocommerce.models import JSON, MetaList
from sandbox.woocommerce.php import leading_int, text_of

LOST_ABOVE = 1_000_000
"""A value of a megabyte is lost without an error (10.5.0)."""


def write_meta(meta: MetaList, posted: list[JSON] | None) -> None:
    """By id or by key; null removes; the last of equal keys wins; scalars become strings."""
    for each in posted or []:
        known = next((one for one in meta if one.id == leading_int(each.get("id"))), None)
        key = each.get("key", known.key if known else "")
        value = _stored(each.get("value"))
        if isinstance(value, str) and len(value) >= LOST_ABOVE:
            continue
        if known and value is not None:
            known.key, known.value = key, value
        else:
            meta.put(key, value)


def _stored(value: Any) -> Any:
    return value if value is None or isinstance(value, dict | list) else text_of(value)
