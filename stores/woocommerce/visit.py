"""A site seen from outside, without a key: is there a shop, and would it let us in?"""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

from stores import http
from stores.base import StoreBusy, StoreRefused
from stores.errors import BadCertificate
from stores.handshake import Hurdle

API, OLDER = "wc/v3", "wc/v"
LIMIT = 1024 * 1024
DEADLINE = 8.0
_BY_STATUS = {401: "barred", 403: "barred", 429: "barred", 503: "maintenance"}


def look_over(address: str) -> None:
    """Raises the Hurdle that stands in the way, if one does."""
    names = _namespaces(f"{address}/wp-json/?_fields=namespaces")
    if names is None:
        plain = _namespaces(f"{address}/?rest_route=/&_fields=namespaces")
        raise Hurdle("not_a_shop" if plain is None else "permalinks")
    if API not in names:
        older = any(name.startswith(OLDER) for name in names)
        raise Hurdle("too_old" if older else "no_plugin")


def _namespaces(url: str) -> list[str] | None:
    """The parts of the site's API; None where no WordPress answers."""
    answer = _get(url)
    if 300 <= answer.status < 400:
        raise Hurdle("redirects")
    if answer.status in _BY_STATUS:
        raise Hurdle(_BY_STATUS[answer.status])
    if answer.status >= 500:
        raise Hurdle("broken")
    names = _decoded(answer.body).get("namespaces")
    return [str(name) for name in names] if isinstance(names, list) else None


def _get(url: str) -> http.Answer:
    try:
        return http.send(
            "GET",
            url,
            headers={"Accept": "application/json"},
            limit=LIMIT,
            deadline=DEADLINE,
        )
    except BadCertificate:
        raise Hurdle("certificate") from None
    except StoreRefused:
        raise Hurdle("address_http") from None
    except StoreBusy:
        raise Hurdle("unreachable") from None


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        content = from_json(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
