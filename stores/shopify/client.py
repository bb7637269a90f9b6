"""GraphQL calls to one shop: ShopifyAPI's client on our own wire, with errors that tell.

ShopifyAPI 12.7 sends without a timeout, prints error bodies and keeps the shop in thread-global
state; here each client holds its own shop, and only ``stores.http`` opens connections. Answers are
decoded here and read as the models of ``answers``; an answer that cannot be read is StoreBusy, or
OutcomeUnknown where it was the answer to a write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import shopify
from shopify.utils.shop_url import sanitize_shop_domain

from stores import http, sentences
from stores.base import Access, Spend, StoreBusy, StoreClosed, StoreError, StoreLocked, StoreRefused
from stores.boundary import Loose, Text, Told, Unreadable, amount, decode, read, words
from stores.errors import Trouble
from stores.shopify.answers import (
    Answer,
    Page,
    Payload,
    UserError,
)
from stores.texts import _

API_VERSION = "2026-10"
MOST_PAGES = 100
"""Pages of one list that are read in one go."""

Model = TypeVar("Model", bound=Answer)
Paid = TypeVar("Paid", bound=Payload)

_UNPAID = _("The shop is closed or frozen; its owner has to settle that with Shopify.")
_UNREADABLE = _("Shopify's answer cannot be read; the call is repeated later.")
_LOST = _("Shopify no longer accepts our access to this shop; connect it again.")
_FORBIDDEN = _("Shopify forbids us this shop; connect it again and grant all it asks.")
_BY_STATUS: dict[int, Callable[[], StoreError]] = {
    402: lambda: StoreClosed(_UNPAID, 3600),
    423: lambda: StoreClosed(
        _("Shopify has locked the shop; its owner has to ask Shopify why."), 3600
    ),
    430: lambda: StoreBusy(
        _("Shopify turned the call away for its security; it is tried later."), 60
    ),
}
_IN_SHOPIFYS_WORDS: dict[int, Callable[[], StoreError]] = {
    401: lambda: StoreLocked(_LOST),
    403: lambda: StoreLocked(_FORBIDDEN),
    404: lambda: StoreRefused(_("No shop answers at this address.")),
}
"""What these mean where the body is Shopify's own JSON; anything else comes from something that
stands before Shopify, and says nothing of our access."""
_SCOPE = re.compile(r"\b(?:read|write)_[a-z_]{1,60}\b")
_MOST_POINTS = 1_000_000.0


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
        writing = _writes(query)
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

    def read(self, document: str, model: type[Model], **variables: Any) -> Model:
        """The whole ``data`` of a query as ``model``."""
        return read_answer(model, self.execute(document, variables))

    def find(self, document: str, name: str, model: type[Model], **variables: Any) -> Model | None:
        """The object under ``name``; None only where the answer itself says that there is none."""
        data = self.execute(document, variables)
        if name not in data:
            raise broken(writing=False)
        return None if data[name] is None else read_answer(model, data[name])

    def mutate(self, document: str, model: type[Paid], **variables: Any) -> Paid:
        """The payload of a document with one mutation; its userErrors become StoreRefused."""
        payload = self.try_to(document, model, **variables)
        if payload.user_errors:
            raise _refusal(payload.user_errors)
        return payload

    def try_to(self, document: str, model: type[Paid], **variables: Any) -> Paid:
        """The payload of a document with one mutation, userErrors and all."""
        payload = next(iter(self.execute(document, variables).values()), None)
        return read_answer(model, payload, writing=True)

    def page(self, document: str, name: str, **variables: Any) -> Page:
        """The page of a list under ``name``."""
        found = self.find(document, name, Page, **variables)
        if found is None:
            raise broken(writing=False)
        return found

    def pages(
        self,
        document: str,
        path: tuple[str, ...],
        model: type[Model],
        first: Page | None = None,
        **variables: Any,
    ) -> Iterator[Model]:
        """All nodes of the connection at ``path``, from ``first`` (a page in hand) onward.

        A list of more than ``MOST_PAGES``, or whose cursor stands still, raises StoreBusy.
        """
        page, after = first or self._page(document, path, variables, None), ""
        for number in range(MOST_PAGES):
            page = self._page(document, path, variables, after) if number else page
            yield from (read_answer(model, node) for node in page.nodes)
            if not page.page_info.has_next_page:
                return
            if page.page_info.end_cursor in ("", after):
                break
            after = page.page_info.end_cursor
        raise endless()

    def _page(
        self, document: str, path: tuple[str, ...], variables: dict[str, Any], after: str | None
    ) -> Page:
        """An object on the way that is not there (any more) has an empty list, but only if it is
        the first page: the rest of a list must not be lost."""
        found: Any = self.execute(document, {**variables, "after": after})
        for name in path:
            if not isinstance(found, dict) or name not in found:
                raise broken(writing=False)
            found = found[name]
            if found is None and after is None:
                return read_answer(Page, {"nodes": [], "pageInfo": {"hasNextPage": False}})
        return read_answer(Page, found)

    def _result(self, content: dict[str, Any], writing: bool) -> dict[str, Any]:
        result = content.get("data")
        answered = isinstance(result, dict) and any(v is not None for v in result.values())
        if content.get("errors") and not (writing and answered):
            raise _meaning(content, self.spend, writing)
        if not isinstance(result, dict):
            raise http.lost(
                _("Shopify answered without a result."), writing=writing, code=Trouble.UNREADABLE
            )
        return result

    def _note_version(self, answer: http.Answer) -> None:
        version = words(answer.headers.get("X-Shopify-API-Version", API_VERSION))[:20]
        if version != API_VERSION:
            self.notes.add(sentences.ANSWERED_AS % {"version": version, "asked": API_VERSION})


_JSON = {"Content-Type": "application/json"}


def _writes(document: str) -> bool:
    return document.lstrip().startswith("mutation")


def shop_domain(address: str) -> str:
    """``alfa.myshopify.com``; ValueError for anything that is no shop's own domain."""
    domain = sanitize_shop_domain(address)
    if not domain:
        raise ValueError("This is not a Shopify shop's address.")
    return str(domain)


def broken(*, writing: bool) -> StoreError:
    """The error for an answer that is not what its document asks for."""
    return http.lost(_UNREADABLE, writing=writing, code=Trouble.UNREADABLE)


def endless() -> StoreBusy:
    """The error for a list that has more pages than we read, or whose cursor stands still."""
    return StoreBusy(
        _("Shopify's list does not come to an end; it is read again later."), code=Trouble.ENDLESS
    )


def read_answer(model: type[Model], value: Any, *, writing: bool = False) -> Model:
    try:
        return read(model, value)
    except Unreadable as unreadable:
        raise broken(writing=writing) from unreadable


def _content(answer: http.Answer, writing: bool) -> dict[str, Any]:
    """The JSON object of a 200; everything else is raised as what it means."""
    status = answer.status
    if status == 429:
        wait = http.retry_after(answer)
        raise StoreBusy(_("Shopify asks us to slow down."), wait, throttled=True)
    if known := _BY_STATUS.get(status):
        raise known()
    content = decode(answer.body) if status < 500 else None
    if 400 <= status < 500:
        raise _no(status, content, writing)
    if 300 <= status < 400:
        raise http.lost(
            _("The shop's address redirects elsewhere."), writing=writing, code=Trouble.FIREWALL
        )
    if status != 200 or not isinstance(content, dict):
        text = _("Shopify's answer cannot be read; the call is repeated later.")
        code = Trouble.SERVER_ERROR if status >= 500 else Trouble.UNREADABLE
        raise http.lost(text, writing=writing, code=code)
    return content


def _no(status: int, content: Any, writing: bool) -> StoreError:
    """A status that tells of our access or of the shop is Shopify's own where the body is its JSON
    (``{"errors": …}``); other refusals are where it is any JSON object."""
    told = content if isinstance(content, dict) else {}
    known = _IN_SHOPIFYS_WORDS.get(status)
    if known and told.get("errors"):
        return known()
    if told and not known and status not in http.TIMED_OUT:
        return StoreRefused(sentences.SHOPIFY_REFUSED % {"status": status})
    if status in (401, 403):
        return StoreBusy(sentences.TURNED_AWAY % {"status": status}, code=Trouble.FIREWALL)
    text = _("Shopify's answer cannot be read; the call is repeated later.")
    return http.lost(text, writing=writing, code=Trouble.UNREADABLE)


class _Extension(Told):
    code: Text = ""


class _Error(Told):
    message: Text = ""
    extensions: _Extension | None = None


class _Errors(Told):
    errors: Loose[_Error]


def _spend(content: dict[str, Any]) -> Spend:
    cost = _object(_object(content, "extensions"), "cost")
    throttle = _object(cost, "throttleStatus")
    return Spend(
        cost=_points(cost.get("actualQueryCost")) or 0.0,
        requested=_points(cost.get("requestedQueryCost")) or 0.0,
        available=_points(throttle.get("currentlyAvailable")),
        capacity=_points(throttle.get("maximumAvailable")),
        refill=_points(throttle.get("restoreRate")),
    )


def _object(thing: dict[str, Any], name: str) -> dict[str, Any]:
    found = thing.get(name)
    return found if isinstance(found, dict) else {}


def _points(value: Any) -> float | None:
    """A number of points that a limiter may reckon with; None for anything else."""
    try:
        number = float(amount(value)) if value is not None else None
    except Unreadable:
        return None
    return None if number is None else min(max(number, 0.0), _MOST_POINTS)


def _meaning(content: dict[str, Any], spend: Spend, writing: bool) -> StoreError:
    errors = _errors_of(content)
    codes = {error.extensions.code for error in errors if error.extensions}
    said = words("; ".join(error.message for error in errors))
    if "THROTTLED" in codes or is_order_limit(said):
        return StoreBusy(_("Shopify asks us to slow down."), _wait(spend), throttled=True)
    if "IDEMPOTENCY_CONCURRENT_REQUEST" in codes:
        return StoreBusy(_("Shopify is still at work on the same call."), 60)
    if "ACCESS_DENIED" in codes:
        rights = ", ".join(dict.fromkeys(_SCOPE.findall(said)))
        return StoreLocked(sentences.NO_RIGHT % {"names": rights or "–"})
    if "SHOP_INACTIVE" in codes:
        return StoreClosed(_UNPAID, 3600)
    if "INTERNAL_SERVER_ERROR" in codes:
        return http.lost(_("Shopify had an error of its own."), writing=writing)
    return StoreRefused(said) if said else broken(writing=writing)


def _errors_of(content: dict[str, Any]) -> list[_Error]:
    return read(_Errors, content).errors


def _refusal(errors: list[UserError]) -> StoreError:
    said = words("; ".join(error.message for error in errors))
    if is_order_limit(said):
        text = _("Shopify takes no more orders of this store for now; it is tried again soon.")
        return StoreBusy(text, 60, throttled=True)
    return StoreRefused(said, [".".join(error.field) for error in errors])


def is_order_limit(said: str) -> bool:
    """Trial and development stores take five new orders a minute (Shopify 2026-10)."""
    return "per minute" in said.lower() or "rate limit" in said.lower()


def _wait(spend: Spend) -> float:
    """Seconds until the bucket holds what was asked for; where it does already, it is the limit
    of orders a minute that was meant. Never more than an hour."""
    missing = spend.requested - (spend.available or 0.0)
    wait = missing / spend.refill if spend.refill and missing > 0 else 60
    return min(wait, 3600)
