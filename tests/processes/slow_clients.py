"""Clients that are slow in every way, as real connections."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

LARGE = b"GET /static/vendor/htmx-4.0.1.min.js HTTP/1.1\r\nHost: here\r\n\r\n"
ANNOUNCED = b"Host: here\r\nContent-Length: 5000\r\n"
SLOW = {
    "says nothing": b"",
    "stops within its head": b"POST /webhooks/shopify HTTP/1.1\r\nHost: here\r\nX-Sh",
    "is idle after an answer": b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n",
    "sends one byte of a webhook": b"POST /webhooks/shopify HTTP/1.1\r\n"
    + ANNOUNCED
    + b"X-Shopify-Hmac-Sha256: forged\r\n\r\n{",
    "sends one byte of a form": b"POST /portal/login HTTP/1.1\r\n" + ANNOUNCED + b"\r\n=",
    "sends one byte where none is wanted": b"GET /health HTTP/1.1\r\n" + ANNOUNCED + b"\r\n=",
    "waits to be told to go on": b"POST /portal/login HTTP/1.1\r\n"
    + ANNOUNCED
    + b"Expect: 100-continue\r\n\r\n",
    "reads nothing of what it asks for": LARGE * 20,
}


@contextmanager
def connected(port: int, sent: bytes) -> Iterator[socket.socket]:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.connect(("127.0.0.1", port))
        client.sendall(sent)
        yield client


@contextmanager
def two_hundred(port: int) -> Iterator[list[socket.socket]]:
    """Of each kind as many."""
    with ExitStack() as opened:
        yield [
            opened.enter_context(connected(port, sent))
            for _ in range(200 // len(SLOW))
            for sent in SLOW.values()
        ]
