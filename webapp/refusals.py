"""Requests that are answered before their body is read: what nobody wants is not waited for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

import stores

METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST"))
LARGEST_BODY = 16 * 1024 * 1024
"""Bytes; an order with thousands of lines is a webhook of several megabytes."""
LARGEST_UNKNOWN = 64 * 1024
"""Bytes from somebody who shows neither a session nor a token: a login, an invitation."""
LARGEST_UNSIGNED = 1024
"""Bytes of a webhook without a signature: the greeting of a store that has just made it."""


@dataclass(frozen=True, slots=True)
class Head:
    """The first lines of a request. Names of ``headers`` are in lower case; ``length`` is what
    Content-Length announces, 0 without one."""

    method: str
    path: str
    headers: Mapping[str, str]
    length: int


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    words: str


def refusal(head: Head) -> Refusal | None:
    """Why this request is not read; None: read it."""
    headers = head.headers
    if head.method not in METHODS:
        return Refusal(405, "this method is not known here")
    if headers.get("expect", "100-continue").lower() != "100-continue":
        return Refusal(417, "only 100-continue may be expected")
    if "transfer-encoding" in headers:
        return Refusal(411, "say the length of the body in Content-Length")
    if head.path.startswith("/webhooks/"):
        return _webhook_refusal(head)
    known = "authorization" in headers or "cookie" in headers
    if head.length > (LARGEST_BODY if known else LARGEST_UNKNOWN):
        return Refusal(413, "the body is too large")
    return None


def _webhook_refusal(head: Head) -> Refusal | None:
    platform = head.path.split("/")[2]
    if platform not in stores.platforms():
        return Refusal(404, "no such address")
    if head.method != "POST":
        return Refusal(405, "webhooks are posted")
    signed = stores.webhooks(platform).is_signed(head.headers)
    if not signed and head.length > LARGEST_UNSIGNED:
        return Refusal(401, "the signature is missing")
    if head.length > LARGEST_BODY:
        return Refusal(413, "the body is too large")
    return None


def has_reader(app: Flask, head: Head) -> bool:
    """Whether a page takes what is sent to this path by this method."""
    try:
        app.url_map.bind("localhost").match(head.path, head.method)
    except (NotFound, MethodNotAllowed, RequestRedirect):
        return False
    return True
