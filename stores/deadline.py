"""Connections for servers we do not trust: a time limit that holds, and no way inside.

``requests`` bounds the wait for each *piece* of an answer, so a server that drips a byte every few
seconds holds a worker for hours; ``until`` bounds the whole answer, headers included. The address
is judged after the connection stands, so a name that resolves differently twice cannot slip by.
"""

from __future__ import annotations

import io
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

_limit = threading.local()


@contextmanager
def until(moment: float) -> Iterator[None]:
    """Answers read in this thread must be complete at ``moment`` (``time.monotonic``)."""
    _limit.moment = moment
    try:
        yield
    finally:
        del _limit.moment


def seconds_left() -> float:
    """TimeoutError once the limit of this thread has passed; infinite without one."""
    left: float = getattr(_limit, "moment", float("inf")) - time.monotonic()
    if left <= 0:
        raise TimeoutError("the answer took too long")
    return left


class _TimedReader(io.RawIOBase):
    """A socket's raw stream that shortens each wait to what is left of the whole."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._patience = sock, sock.gettimeout()
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = seconds_left()
        self._sock.settimeout(min(left, self._patience or left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_TimedReader(sock))


class _Connection(HTTPConnection):
    response_class = _TimedResponse


class _PublicConnection(HTTPSConnection):
    """TLS to an address of the public internet only."""

    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        address = ipaddress.ip_address(sock.getpeername()[0].partition("%")[0])
        if not is_public(address):
            sock.close()
            raise NewConnectionError(self, f"{self.host} is not on the public internet")
        return sock


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class PublicAdapter(HTTPAdapter):
    """The road to stores. ``http`` pools exist for the gateway on this machine alone."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _PublicPool}


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not address.is_multicast
