"""One address for several web processes, as a proxy gives it: each connection goes to the next one
that listens."""

from __future__ import annotations

import itertools
import select
import socket
import socketserver
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import TracebackType

CHUNK = 65536
PATIENCE = 0.5
"""Seconds to connect to one of them."""


class Balancer(AbstractContextManager["Balancer"]):
    def __init__(self, port: int, ports: Sequence[int]) -> None:
        turns, lock = itertools.count(), threading.Lock()

        def connect() -> socket.socket | None:
            with lock:
                first = next(turns)
            for step in range(len(ports)):
                place = ("127.0.0.1", ports[(first + step) % len(ports)])
                try:
                    return socket.create_connection(place, PATIENCE)
                except OSError:
                    continue
            return None

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                there = connect()
                if there is not None:
                    with there:
                        relay(self.request, there)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 256

        self._server = Server(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)

    def __enter__(self) -> Balancer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def relay(one: socket.socket, other: socket.socket) -> None:
    """Both ways, until either side closes or breaks."""
    ends = {one: other, other: one}
    try:
        while True:
            ready, _, _ = select.select(list(ends), [], [])
            for end in ready:
                chunk = end.recv(CHUNK)
                if not chunk:
                    return
                ends[end].sendall(chunk)
    except OSError:
        return
