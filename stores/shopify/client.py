"""GraphQL calls to one shop: ShopifyAPI's client on our own wire, with errors that tell.

ShopifyAPI 12.7 sends without a timeout, prints error bodies and keeps the shop in thread-global
state; here each client holds its own shop, and only ``stores.http`` opens connections.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import shopify
from shopify.utils.shop_url import sanitize_shop_domain

from stores import http
from stores.base import Access, Spend, StoreBusy, StoreClosed, StoreError, StoreLocked, StoreRefused
from stores.texts import _

API_VERSION = "2026-10"

_UNPAID = _("The shop is closed or frozen; its owner has to settle that with Shopify.")
_BY_STATUS: dict[int, Callable[[], StoreError]] = {
    401: lambda: StoreLocked(
        _("Shopify no longer accepts our access to this shop; connect it again.")
    ),
    402: lambda: StoreClosed(_UNPAID, 3600),
    403: lambda: StoreLocked(
        _("Shopify forbids us this shop; connect it again and grant all it asks.")
    ),
    404: lambda: StoreRefused(_("No shop answers at this address.")),
    423: lambda: StoreClosed(
        _("Shopify has locked the shop; its owner has to ask Shopify why."), 3600
    ),
    430: lambda: StoreBusy(
        _("Shopify turned the call away for its security; it is tried later."), 60
    ),
}


class Client(shopify.GraphQL):  # type: ignore[misc]
    """``spend`` is what the last call cost; ``notes`` what is odd about the shop."""

    def __init__(self, access: Access) -> None:
        domain = shop_domain(access.address)
        session = shopify.Session(domain, API_VERSION, access.secrets["access_token"])
        self.domain = domain
        self.endpoint = f"{session.site}/graphql.json"
        self.headers = {"X-Shopify-Access-Token": session.token}
        self.spend = Spend()
        self.notes: set[str] = set()

    def execute(
        self, query: str, variables: dict[str, Any] | None = None, operation_name: str | None = None
    ) -> dict[str, Any]:
        """The ``data`` of the answer. Raises StoreErrors, but knows no userErrors."""
        writing = query.lstrip().startswith("mutation")
        answer = http.send(
            "POST",
            self.endpoint,
            headers={**self.headers, "Accept": "application/json", **_JSON},
            body=json.dumps({"query": query, "variables": variables}).encode(),
            writes=writing,
        )
        self._note_version(answer)
        content = _content(answer, writing)
        self.spend = _spend(content)
        return self._result(content, writing)

    def mutate(self, document: str, **variables: Any) -> dict[str, Any]:
        """The payload of a document with one mutation; its userErrors become StoreRefused."""
        payload = next(iter(self.execute(document, variables).values()))
        errors = payload.get("userErrors") or payload.get("orderCancelUserErrors")
        if errors:
            raise _refusal(errors)
        return dict(payload)

    def pages(
        self,
        document: str,
        path: tuple[str, ...],
        first: dict[str, Any] | None = None,
        **variables: Any,
    ) -> Iterator[dict[str, Any]]:
        """All nodes of the connection at ``path``, from ``first`` (a page in hand) onward."""
        page = first or self._page(document, path, variables, None)
        while True:
            yield from page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            page = self._page(document, path, variables, page["pageInfo"]["endCursor"])

    def _page(
        self, document: str, path: tuple[str, ...], variables: dict[str, Any], after: str | None
    ) -> dict[str, Any]:
        found: Any = self.execute(document, {**variables, "after": after})
        for name in path:
            found = found.get(name) if found else None
        return found or {"nodes": [], "pageInfo": {"hasNextPage": False}}

    def _result(self, content: dict[str, Any], writing: bool) -> dict[str, Any]:
        result = content.get("data")
        answered = isinstance(result, dict) and any(v is not None for v in result.values())
        if content.get("errors") and not (writing and answered):
            raise _meaning(content["errors"], self.spend, writing)
        if not isinstance(result, dict):
            raise http.lost(_("Shopify answered without a result."), writing=writing)
        return result

    def _note_version(self, answer: http.Answer) -> None:
        version = answer.headers.get("X-Shopify-API-Version", API_VERSION)
        if version != API_VERSION:
            self.notes.add(f"Shopify answered as version {version}, asked was {API_VERSION}.")


_JSON = {"Content-Type": "application/json"}


def shop_domain(address: str) -> str:
    """``alfa.myshopify.com``; ValueError for anything that is no shop's own domain."""
    domain = sanitize_shop_domain(address)
    if not domain:
        raise ValueError("This is not a Shopify shop's address.")
    return str(domain)


def _content(answer: http.Answer, writing: bool) -> dict[str, Any]:
    """The JSON object of a 200; everything else is raised as what it means."""
    if answer.status == 429:
        wait = http.retry_after(answer)
        raise StoreBusy(_("Shopify asks us to slow down."), wait, throttled=True)
    if known := _BY_STATUS.get(answer.status):
        raise known()
    if 300 <= answer.status < 400:
        raise http.lost(_("The shop's address redirects elsewhere."), writing=writing)
    if 400 <= answer.status < 500:
        raise StoreRefused(f"Shopify refused the call with status {answer.status}.")
    try:
        content = json.loads(answer.body) if answer.status == 200 else None
    except ValueError:
        content = None
    if not isinstance(content, dict):
        words = f"No answer of Shopify's own came, but status {answer.status}."
        raise http.lost(words, writing=writing)
    return content


def _spend(content: dict[str, Any]) -> Spend:
    cost = content.get("extensions", {}).get("cost") or {}
    throttle = cost.get("throttleStatus", {})
    return Spend(
        cost=cost.get("actualQueryCost") or 0.0,
        requested=cost.get("requestedQueryCost") or 0.0,
        available=throttle.get("currentlyAvailable"),
        capacity=throttle.get("maximumAvailable"),
        refill=throttle.get("restoreRate"),
    )


def _meaning(errors: list[dict[str, Any]], spend: Spend, writing: bool) -> StoreError:
    codes = {error.get("extensions", {}).get("code") for error in errors}
    words = "; ".join(str(error.get("message")) for error in errors)
    if "THROTTLED" in codes or is_order_limit(words):
        return StoreBusy(words, _wait(spend), throttled=True)
    if "ACCESS_DENIED" in codes:
        return StoreLocked(f"Shopify denies us a right we need: {words}")
    if "SHOP_INACTIVE" in codes:
        return StoreClosed(_UNPAID, 3600)
    if "INTERNAL_SERVER_ERROR" in codes:
        return http.lost(_("Shopify had an error of its own."), writing=writing)
    return StoreRefused(words)


def _refusal(errors: list[dict[str, Any]]) -> StoreError:
    words = "; ".join(error["message"] for error in errors)
    if is_order_limit(words):
        return StoreBusy(words, 60, throttled=True)
    return StoreRefused(words, [".".join(error["field"] or ()) for error in errors])


def is_order_limit(words: str) -> bool:
    """Trial and development stores take five new orders a minute (Shopify 2026-10)."""
    return "per minute" in words.lower() or "rate limit" in words.lower()


def _wait(spend: Spend) -> float:
    """Seconds until the bucket holds what was asked for; where it does already, it is the limit
    of orders a minute that was meant."""
    missing = spend.requested - (spend.available or 0.0)
    return missing / spend.refill if spend.refill and missing > 0 else 60
