"""One REST call to one WooCommerce site, with errors that mean something.

The ``woocommerce`` package builds the addresses; its own way of sending follows redirects, which
turns a POST into a GET and answers 200 with a list of foreign orders.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import woocommerce
from pydantic_core import from_json

from stores import guard, http
from stores.base import Access, Spend, StoreBusy, StoreError, StoreLocked, StoreRefused
from stores.texts import _

PAGE = 100
"""Items on a page; WooCommerce refuses more."""

_REFUND_REFUSED = "woocommerce_rest_cannot_create_order_refund"
"""Comes with status 500; the refund was taken back before it was told (10.5)."""

_READ_SECONDS = 60.0
"""A create with stock, notes and two mails takes seconds on a slow host."""


class Client(woocommerce.API):  # type: ignore[misc]
    """``get``, ``post``, ``put`` and ``delete`` answer with the decoded JSON."""

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
        return self._call("GET", endpoint, None, params)

    def post(self, endpoint: str, content: Mapping[str, Any]) -> Any:
        return self._call("POST", endpoint, content, {})

    def put(self, endpoint: str, content: Mapping[str, Any]) -> Any:
        return self._call("PUT", endpoint, content, {})

    def delete(self, endpoint: str, **params: str | int) -> Any:
        return self._call("DELETE", endpoint, None, params)

    def pages(self, endpoint: str, **params: str | int) -> Iterator[dict[str, Any]]:
        """All items of a list. Page addresses are made here: the store's own repeat the keys."""
        page = 1
        while True:
            items = self.get(endpoint, per_page=PAGE, page=page, **params)
            yield from items
            if len(items) < PAGE:
                return
            page += 1

    def _call(
        self,
        method: str,
        endpoint: str,
        content: Mapping[str, Any] | None,
        params: Mapping[str, str | int],
    ) -> Any:
        url = self._API__get_url(endpoint)
        query = f"?{urlencode(params)}" if params else ""
        headers = dict(self._headers)
        if content is not None:
            headers["Content-Type"] = "application/json;charset=utf-8"
        answer = http.send(
            method,
            url + query,
            headers=headers,
            body=None if content is None else json.dumps(content).encode(),
            timeout=(http.CONNECT, _READ_SECONDS),
            deadline=_READ_SECONDS + http.CONNECT,
        )
        self.spend = Spend(cost=1.0, requested=1.0)
        return _result(answer, writing=method != "GET", creating=method == "POST")


def _result(answer: http.Answer, *, writing: bool, creating: bool) -> Any:
    content = _decoded(answer.body)
    if answer.status == 200 and content is not None and not creating:
        return content
    if answer.status == 201 and isinstance(content, dict) and content.get("id"):
        return content
    raise _meaning(answer, content, writing)


def _decoded(body: bytes) -> Any:
    """None for what is no JSON object or list: a page of HTML, a PHP warning before the JSON."""
    try:
        content = from_json(body)
    except ValueError:
        return None
    return content if isinstance(content, dict | list) else None


def _meaning(answer: http.Answer, content: Any, writing: bool) -> StoreError:
    words, fields = _told(content)
    if answer.status in (401, 403):
        return StoreLocked(words or _("The store no longer accepts our key; connect it again."))
    if 300 <= answer.status < 400:
        return StoreRefused(
            _("The store's address redirects elsewhere; connect it by its own one.")
        )
    if _is_pause(answer, "wp_die" in fields):
        return StoreBusy(
            words or _("The store asks to be called later."),
            http.retry_after(answer),
            throttled=answer.status == 429,
        )
    if content is not None and (400 <= answer.status < 500 or _REFUND_REFUSED in fields):
        return StoreRefused(words, fields)
    return http.lost(
        words or f"No answer of the store's own came, but status {answer.status}.", writing=writing
    )


def _is_pause(answer: http.Answer, dying: bool) -> bool:
    """A limit, or WordPress updating itself: told before WooCommerce is even loaded."""
    if answer.status == 429:
        return True
    return answer.status == 503 and (dying or "Retry-After" in answer.headers)


def _told(content: Any) -> tuple[str, list[str]]:
    """Words of an error, and its code with the parameters it names. Messages carry HTML entities,
    a code may be the number 0, ``data`` may be a number instead of an object."""
    if not isinstance(content, dict):
        return "", []
    about = content.get("data")
    params = about.get("params") if isinstance(about, dict) else None
    named = params if isinstance(params, dict) else {}
    words = [content.get("message", ""), *(f"{name}: {why}" for name, why in named.items())]
    return html.unescape(" ".join(map(str, words))), [str(content.get("code", "")), *named]


def is_missing(refused: StoreRefused) -> bool:
    """404 for GET and DELETE, 400 for PUT, one code for all."""
    return "woocommerce_rest_shop_order_invalid_id" in refused.fields
