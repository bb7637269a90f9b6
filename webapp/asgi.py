"""What ASGI 3 (https://asgi.readthedocs.io/en/latest/specs/www.html) says of a request and takes
for an answer, in the words of WSGI and of ``refusals``."""

from __future__ import annotations

import io
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from webapp.refusals import Head

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_ALWAYS: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}
_UNPREFIXED = ("content-type", "content-length")


def head_of(scope: Scope) -> Head:
    """A header that was sent twice has its values joined: cookies by semicolons, others by
    commas."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if name in headers:
            value = headers[name] + ("; " if name == "cookie" else ",") + value
        headers[name] = value
    length = headers.get("content-length", "")
    announced = int(length) if length.isascii() and length.isdigit() else 0
    return Head(scope["method"], scope["path"], headers, announced)


def environ_of(scope: Scope, head: Head, body: bytes) -> dict[str, Any]:
    """The request as PEP 3333 has it."""
    environ = _ALWAYS.copy()
    for name, value in head.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if name in _UNPREFIXED else f"HTTP_{key}"] = value
    server, client = scope.get("server") or ("", 0), scope.get("client") or ("", 0)
    return environ | {
        "REQUEST_METHOD": head.method,
        "PATH_INFO": head.path.encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": str(client[0]),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(body),
    }


class Outgoing:
    """The answer to one request. ``begin`` and ``whole`` may be called in any thread: they do
    not wait, and what they return need not be awaited. ``piece`` waits for the reader."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    def begin(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        told = [(name.lower().encode("latin-1"), said.encode("latin-1")) for name, said in headers]
        self.begun = True
        self._send({"type": "http.response.start", "status": status, "headers": told})

    def whole(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        self.begin(status, headers)
        self._send({"type": "http.response.body", "body": body, "more_body": False})

    async def piece(self, body: bytes, *, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": more})
