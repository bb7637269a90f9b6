"""One REST call to one WooCommerce site, with errors that mean something.

The ``woocommerce`` package builds the addresses; its own way of sending follows redirects, which
turns a POST into a GET and answers 200 with a list of foreign orders.

Between us and WooCommerce stand caches, firewalls and plugins, so an answer is believed as follows:

    our access is lost   only by one of WooCommerce's own codes (``_ACCESS_LOST``)
    refused              only by an error of WooCommerce's own, in JSON, with a status of 4xx
    turned away          any other 401, 403 or 405, and any page of HTML in place of JSON
    not found            only from an answer that was made for this very question (``get_fresh``)
"""

from __future__ import annotations

import base64
import html
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import woocommerce

from stores import boundary, guard, http, sentences
from stores.base import (
    Access,
    OutcomeUnknown,
    Spend,
    StoreBusy,
    StoreError,
    StoreLocked,
    StoreRefused,
)
from stores.errors import Trouble
from stores.texts import _
from stores.woocommerce.challenges import is_challenge

PAGE = 100
"""Items on a page; WooCommerce refuses more."""
FEWEST = 10
"""Entries that a page has at least where a host allows fewer than PAGE: WordPress's own default."""
MOST_PAGES = 50
"""Pages of one list that are read at once."""

_REFUND_REFUSED = "woocommerce_rest_cannot_create_order_refund"
"""Comes with status 500; the refund was taken back before it was told (10.5)."""
_ACCESS_LOST = (
    "woocommerce_rest_authentication_error",
    "woocommerce_rest_cannot_view",
    "woocommerce_rest_cannot_create",
    "woocommerce_rest_cannot_edit",
    "woocommerce_rest_cannot_delete",
    "woocommerce_rest_cannot_batch",
)
_NOT_FOUND = ("woocommerce_rest_shop_order_invalid_id", "woocommerce_rest_order_invalid_id")
_KNOWN_CODES = frozenset(
    (
        *_ACCESS_LOST,
        *_NOT_FOUND,
        _REFUND_REFUSED,
        "db_error",
        "internal_server_error",
        "rest_no_route",
        "wp_die",
    )
)
"""Codes that are told to people; what else stands in ``code`` may quote anything."""
_TURNED_AWAY = _(
    "A firewall or security plugin in front of the store turned our call away; "
    "ask the host to allow GET, POST, PUT and DELETE to /wp-json/wc/v3/."
)
_WITHOUT_JSONP = ("rest_callback_disabled", "rest_callback_invalid")

_READ_SECONDS = 60.0
"""A create with stock, notes and two mails takes seconds on a slow host."""
_HIT = re.compile(r"(tcp_(\w+_)?)?(hit|stale|updating)\b")
_NO_REFUSAL = (404, 408, 410, 425, 429)
"""Statuses that refuse nothing: not found, gone, or to be asked again later."""


class TurnedAway(StoreBusy):
    """Something before the store (a firewall, a security plugin, a challenge page) answered in its
    place. ``for_now``: it said that it is a passing test of who we are."""

    usual = Trouble.FIREWALL

    def __init__(self, words: str, *, for_now: bool = False) -> None:
        super().__init__(words)
        self.for_now = for_now


class Client(woocommerce.API):  # type: ignore[misc]
    """``get``, ``post``, ``put`` and ``delete`` answer with decoded JSON, an object or a list,
    which the models of ``answers`` read."""

    def __init__(self, access: Access) -> None:
        if not guard.may_call(access.address):
            raise StoreLocked(_("This store must be connected again by its https address."))
        keys = access.secrets
        super().__init__(access.address.rstrip("/"), keys["consumer_key"], keys["consumer_secret"])
        pair = f"{self.consumer_key}:{self.consumer_secret}".encode()
        self._headers = {
            "Authorization": f"Basic {base64.b64encode(pair).decode()}",
            "Accept": "application/json",
        }
        if not self.is_ssl:
            # Whom the operator lets us call so stands behind a proxy that ends TLS; to plain http
            # WooCommerce answers that it knows no such key.
            self._headers["X-Forwarded-Proto"] = "https"
        self.spend = Spend()

    def get(self, endpoint: str, **params: str | int) -> Any:
        """A page of ``endpoint`` as it is now, or from a cache that hides itself: good enough
        for what is looked at again. ``get_fresh`` is for what must not be missed."""
        return self._read(endpoint, params)[0]

    def get_fresh(self, endpoint: str, **params: str | int) -> Any:
        """The same, made by the store for this very question: WordPress is asked to wrap its JSON
        in a name that was never used before (``_jsonp``, WordPress 4.4 and later). An answer
        without the name is an old one: StoreBusy with ``Trouble.CACHED``. Where a site switched
        wrapping off, or something before it dislikes it, the headers of caches must do."""
        return self._read_fresh(endpoint, params)[0]

    def _read(
        self, endpoint: str, params: Mapping[str, str | int]
    ) -> tuple[Any, Mapping[str, str]]:
        """The content of an answer, and its headers."""
        answer = self._send("GET", endpoint, None, {**params, "_sluice": secrets.token_hex(4)})
        content = _result(answer, writing=False)
        if _was_cached(answer):
            raise _from_a_cache()
        return content, answer.headers

    def _read_fresh(
        self, endpoint: str, params: Mapping[str, str | int]
    ) -> tuple[Any, Mapping[str, str]]:
        name = f"sluice{secrets.token_hex(8)}"
        answer = self._send("GET", endpoint, None, {**params, "_jsonp": name})
        inner = _unwrapped(answer.body, name)
        if inner is not None:
            made = http.Answer(answer.status, answer.headers, inner)
            return _result(made, writing=False), answer.headers
        content = boundary.decode(answer.body)
        if not _is_turned_away(answer) and (answer.status == 429 or answer.status >= 500):
            # A moment's weakness, and no dislike: what is asked without the name may be old.
            raise _meaning(answer, content, writing=False)
        disliked = answer.status >= 400 and _code(content) not in _NOT_FOUND
        if disliked or _code(content) in _WITHOUT_JSONP:
            return self._read(endpoint, params)
        raise _from_a_cache()

    def post(self, endpoint: str, content: Mapping[str, Any]) -> Any:
        """Also updates what has an id. A record that is created comes with its id."""
        return _result(self._send("POST", endpoint, content, {}), writing=True)

    def put(self, endpoint: str, content: Mapping[str, Any]) -> Any:
        """Where only GET and POST are let through, by POST, which means the same to WordPress."""
        answer = self._send("PUT", endpoint, content, {})
        if _is_turned_away(answer) and not is_challenge(answer):
            answer = self._send("POST", endpoint, content, {})
        return _result(answer, writing=True)

    def delete(self, endpoint: str, **params: str | int) -> Any:
        answer = self._send("DELETE", endpoint, None, params)
        if _is_turned_away(answer) and not is_challenge(answer):
            answer = self._send("POST", endpoint, {}, {**params, "_method": "DELETE"})
        return _result(answer, writing=True)

    def lets_writes_through(self) -> bool:
        """Whether a write that changes nothing (an empty batch) reaches the store."""
        try:
            self.post("orders/batch", {})
        except StoreError:
            return False
        return True

    def page(self, endpoint: str, **params: str | int) -> Page:
        """One page of a list."""
        content, headers = self._read(endpoint, params)
        return Page(listed(content), headers)

    def pages(self, endpoint: str, *, fresh: bool = False, **params: str | int) -> Iterator[Any]:
        """All entries of a list, as decoded JSON. Addresses of further pages are made here: the
        store's own repeat the keys. StoreBusy for a list without end.

        Some hosts give fewer entries a page than were asked for, so a short page is the last one
        only where the store says so, where the next one is empty, or where that one has nothing
        that was not there before."""
        read = self._read_fresh if fresh else self._read
        seen, last = 0, ""
        for number in range(1, MOST_PAGES + 1):
            page = Page(*_listed(read(endpoint, {**params, "per_page": PAGE, "page": number})))
            told = repr(page.entries)
            if told == last and len(page.entries) < PAGE:
                return
            yield from page.entries
            seen, last = seen + len(page.entries), told
            if not page.entries or page.is_last(number, seen):
                return
        raise StoreBusy(
            _("The store's list does not end; it is read again later."), code=Trouble.ENDLESS
        )

    def _send(
        self,
        method: str,
        endpoint: str,
        content: Mapping[str, Any] | None,
        params: Mapping[str, str | int],
    ) -> http.Answer:
        url = self._API__get_url(endpoint)
        query = f"?{urlencode(params)}" if params else ""
        headers = dict(self._headers)
        if content is not None:
            headers["Content-Type"] = "application/json;charset=utf-8"
        self.spend = Spend(cost=1.0, requested=1.0)
        return http.send(
            method,
            url + query,
            headers=headers,
            body=None if content is None else json.dumps(content).encode(),
            timeout=(http.CONNECT, _READ_SECONDS),
            deadline=_READ_SECONDS + http.CONNECT,
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Entries of a list, and the headers in which a store tells how long the whole list is
    (``X-WP-Total``, ``X-WP-TotalPages``; REST v3)."""

    entries: list[Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    def is_last(self, number: int, seen: int) -> bool:
        """Whether nothing comes after page ``number``; ``seen`` entries were read with it. False
        for a full page, and where the store does not tell in a way that can be believed."""
        pages, total = self._number("X-WP-TotalPages"), self._number("X-WP-Total")
        if len(self.entries) >= PAGE or pages is None:
            return False
        return number >= pages and (total is None or seen >= total)

    def may_be_followed(self, number: int) -> bool:
        """Whether another page may come after this one, ``number``: by the store's word, and
        without it where the page has as many entries as hosts are known to allow at least."""
        if not self.entries or len(self.entries) >= PAGE:
            return bool(self.entries)
        pages = self._number("X-WP-TotalPages")
        return len(self.entries) >= FEWEST if pages is None else number < pages

    def _number(self, name: str) -> int | None:
        """A number of pages or entries that a list of a store may have."""
        told = self.headers.get(name, "").strip()
        plain = told.isascii() and told.isdigit() and len(told) <= 9
        return int(told) if plain else None


def _listed(read: tuple[Any, Mapping[str, str]]) -> tuple[list[Any], Mapping[str, str]]:
    return listed(read[0]), read[1]


def listed(content: Any) -> list[Any]:
    """``content`` as a list of records; StoreBusy where it is none."""
    try:
        if isinstance(content, dict) and "code" in content:
            raise boundary.Unreadable("an error in place of a list")
        return boundary.entries(content)
    except boundary.Unreadable:
        raise not_understood() from None


def not_understood(*, writing: bool = False) -> StoreError:
    """The answer is JSON, but not what was asked for."""
    words = _("The store's answers cannot be understood.")
    return http.lost(words, writing=writing, code=Trouble.UNREADABLE)


def _result(answer: http.Answer, *, writing: bool) -> Any:
    content = boundary.decode(answer.body)
    if answer.status in (200, 201) and content is not None and not _is_error(content):
        return content
    raise _meaning(answer, content, writing)


def _is_error(content: Any) -> bool:
    """A plugin may answer 200 with an error inside."""
    return isinstance(content, dict) and "code" in content and "message" in content


def _unwrapped(body: bytes, name: str) -> bytes | None:
    """The JSON inside ``/**/name(…)``; None where the name does not stand there."""
    head, found, rest = body.partition(f"{name}(".encode())
    return rest.rpartition(b")")[0] if found and len(head) <= boundary.NOISE else None


def _meaning(answer: http.Answer, content: Any, writing: bool) -> StoreError:
    status, code = answer.status, _code(content)
    if status in (401, 403) and code.startswith(_ACCESS_LOST):
        return StoreLocked(_("The store no longer accepts our key; connect it again."))
    if _is_turned_away(answer):
        if writing and status < 400:
            return OutcomeUnknown(_TURNED_AWAY, code=Trouble.FIREWALL)
        return TurnedAway(_TURNED_AWAY, for_now=is_challenge(answer))
    if 300 <= status < 400:
        words = _("The store's address redirects elsewhere; connect it by its own one.")
        return http.lost(words, writing=writing, code=Trouble.UNREADABLE)
    if status == 429:
        words = _("The store asks to be called later.")
        return StoreBusy(words, http.retry_after(answer), throttled=True)
    if status == 503 and (code == "wp_die" or "Retry-After" in answer.headers):
        words = _("The store asks to be called later.")
        return StoreBusy(words, http.retry_after(answer), code=Trouble.MAINTENANCE)
    if status in http.TIMED_OUT:
        return http.lost(_("The store did not answer in time."), writing=writing)
    if code and (400 <= status < 500 or code == _REFUND_REFUSED):
        return StoreRefused(*_told(content))
    if status < 400:
        return not_understood(writing=writing)
    words = _("The store answers with an error of its own.")
    if code in _KNOWN_CODES:
        words = sentences.OWN_ERROR % {"code": code}
    return http.lost(words, writing=writing)


def _is_turned_away(answer: http.Answer) -> bool:
    """A no that is not WooCommerce's: a page, or JSON of somebody else's, with 401, 403, 405, 406,
    415 or 501; a page with any other 4xx but those that say *later* or *not here* (firewalls use
    400, 409, 418, 444 and further ones); a challenge comes with 503 or 200 as well."""
    if is_challenge(answer):
        return True
    content = boundary.decode(answer.body)
    if answer.status in (401, 403, 405, 406, 415, 501):
        return not _code(content).startswith("woocommerce_")
    return 400 <= answer.status < 500 and answer.status not in _NO_REFUSAL and content is None


def _was_cached(answer: http.Answer) -> bool:
    """By the headers of caches: ``Age``, two numbers in ``X-Varnish``, a hit in one that names a
    cache (``X-Cache: HIT from …``, ``TCP_HIT``, ``CF-Cache-Status: STALE`` and the like)."""
    headers = {name.lower(): value.strip().lower() for name, value in answer.headers.items()}
    age = headers.get("age", "")
    if age.isdigit() and age != "0":
        return True
    if len(headers.get("x-varnish", "").split()) > 1:
        return True
    return any("cache" in name and _HIT.match(value) for name, value in headers.items())


def _from_a_cache() -> StoreBusy:
    words = _(
        "A cache answers in the store's place; ask the host to leave /wp-json/ out of the cache."
    )
    return StoreBusy(words, code=Trouble.CACHED)


def _code(content: Any) -> str:
    """The code of an error, ``""`` for none; it may be a number (fulfilments, 10.5)."""
    return boundary.text(content.get("code"), 100) if isinstance(content, dict) else ""


def _told(content: Any) -> tuple[str, list[str]]:
    """Words of an error, and its code with the parameters it names. Messages carry HTML entities,
    ``data`` may be a number instead of an object."""
    if not isinstance(content, dict):
        return "", []
    about = content.get("data")
    params = about.get("params") if isinstance(about, dict) else None
    named = dict(list(params.items())[:10]) if isinstance(params, dict) else {}
    said = [content.get("message"), *(f"{boundary.text(n, 60)}: {w}" for n, w in named.items())]
    words = " ".join(html.unescape(boundary.words(each)) for each in said)
    return boundary.words(words), [_code(content), *(boundary.text(name, 60) for name in named)]


def is_missing(refused: StoreRefused) -> bool:
    """404 for GET and DELETE, 400 for PUT, one code for all."""
    return "woocommerce_rest_shop_order_invalid_id" in refused.fields
