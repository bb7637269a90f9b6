"""Connections for servers we do not trust: a time limit that holds, and no way inside.

``requests`` bounds the wait for each *piece* of an answer, so a server that drips a byte every few
seconds holds a worker for hours; ``until`` bounds the whole answer, headers included. Only
addresses that ``stores.guard`` has checked are dialled, and it is asked for every connection.
"""

from __future__ import annotations

import io
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import create_connection
from urllib3.util.timeout import Timeout

from stores import guard

MOST_DIALS = 4
"""Addresses of one name that are tried; a hostile name may have hundreds."""

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


class _LocalConnection(HTTPConnection):
    """To the gateway on this machine."""

    response_class = _TimedResponse


class _PlainConnection(HTTPConnection):
    """Without TLS: only where the operator says, see ``guard.may_call``."""

    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        return _dial(self, "http")


class _PublicConnection(HTTPSConnection):
    """TLS to an address of the public internet only; name and certificate stay the store's."""

    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        return _dial(self, "https")


def _dial(connection: HTTPConnection, scheme: str) -> socket.socket:
    """A connection to one of the checked addresses of the store's name, and to no other."""
    try:
        found = guard.look_up((scheme, connection.host, connection.port))
    except OSError as error:
        raise NewConnectionError(connection, "the store has no public address") from error
    last: Exception = OSError("no address")
    for address in found[:MOST_DIALS]:
        patience = Timeout.resolve_default_timeout(connection.timeout)
        try:
            return create_connection(
                (address, connection.port),
                min(seconds_left(), patience or seconds_left()),
                socket_options=connection.socket_options,
            )
        except TimeoutError as error:
            last = ConnectTimeoutError(connection, "the store did not take the connection in time")
            last.__cause__ = error
        except OSError as error:
            last = NewConnectionError(connection, "the store could not be dialled")
            last.__cause__ = error
    raise last


class _LocalPool(HTTPConnectionPool):
    ConnectionCls = _LocalConnection


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class PublicAdapter(HTTPAdapter):
    """The road to stores."""

    pools: dict[str, type[HTTPConnectionPool]] = {"http": _PlainPool, "https": _PublicPool}

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self.pools


class PrivateAdapter(PublicAdapter):
    """The road to a store whose certificate comes from an authority of its own."""

    def __init__(self, authorities: str, **options: Any) -> None:
        self._context = ssl.create_default_context()
        self._context.load_verify_locations(cadata=authorities)
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **options)


class LocalAdapter(PublicAdapter):
    """The road to one server on this machine."""

    pools = {"http": _LocalPool, "https": _PublicPool}
