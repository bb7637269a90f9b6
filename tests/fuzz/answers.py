"""What stores have answered, once recorded from a pretend store, to be told again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import BaseAdapter

from stores import http
from tests.fuzz.mutations import Change

CALLS, SECONDS = 40, 60
"""What one verb may cost here; see ``http.budget``."""


@dataclass(frozen=True)
class Said:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Twist:
    """What is done to the answer of one call: to its body, and to its status and headers."""

    change: Change
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def of(self, said: Said) -> Said:
        status = self.status or said.status
        return Said(status, said.headers | dict(self.headers), self.change(said.body))


def _wrapper(request: requests.PreparedRequest) -> tuple[bytes, bytes]:
    """What WordPress puts around its JSON where the request names a function (``_jsonp``)."""
    named = parse_qs(urlsplit(request.url or "").query).get("_jsonp")
    return (b"/**/" + named[0].encode() + b"(", b")") if named else (b"", b"")


def wrapped(body: bytes, request: requests.PreparedRequest) -> bytes:
    before, after = _wrapper(request)
    return before + body + after


def unwrapped(body: bytes, request: requests.PreparedRequest) -> bytes:
    before, after = _wrapper(request)
    return body.removeprefix(before).removesuffix(after)


class Recorder(BaseAdapter):
    """Hands every call on to ``behind``, and keeps what it answers."""

    def __init__(self, behind: BaseAdapter) -> None:
        super().__init__()
        self.behind = behind
        self.said: list[Said] = []

    def send(self, request: requests.PreparedRequest, *more: Any, **options: Any) -> Any:
        response = self.behind.send(request, *more, **options)
        body = unwrapped(response.raw.read(), request)
        self.said.append(Said(response.status_code, dict(response.headers), body))
        response.raw = BytesIO(wrapped(body, request))
        return response

    def close(self) -> None: ...


class Replay(BaseAdapter):
    """Tells what was recorded, in turn, and its last answer for ever; ``twists`` by the number of
    the call."""

    def __init__(self, said: list[Said], twists: dict[int, Twist]) -> None:
        super().__init__()
        self._said, self._twists, self._calls = said, twists, 0

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> Any:
        number, self._calls = self._calls, self._calls + 1
        said = self._said[min(number, len(self._said) - 1)]
        if number in self._twists:
            said = self._twists[number].of(said)
        response = requests.Response()
        response.status_code = said.status
        response.headers.update(said.headers)
        response.raw = BytesIO(wrapped(said.body, request))
        response.request, response.url = request, request.url or ""
        return response

    def close(self) -> None: ...


@contextmanager
def replayed(said: list[Said], twists: dict[int, Twist]) -> Iterator[None]:
    http.use_adapter(Replay(said, twists))
    try:
        with http.budget(CALLS, SECONDS):
            yield
    finally:
        http.use_adapter(None)


def recorded(behind: BaseAdapter, act: Callable[[], object]) -> list[Said]:
    """All answers that ``act`` gets."""
    recorder = Recorder(behind)
    http.use_adapter(recorder)
    try:
        act()
    finally:
        http.use_adapter(None)
    return recorder.said
