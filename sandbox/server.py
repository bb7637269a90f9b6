"""Serves a World over HTTP/1.1 on the loopback, with the sandbox's own clock ticking."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from sandbox.world import World

TICK = 0.05


class Handler(WSGIRequestHandler):
    """Keep-alive; a torn connection is closed without an answer."""

    protocol_version = "HTTP/1.1"

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        self.close_connection = True

    def log_request(self, *_: Any) -> None: ...


class Server(AbstractContextManager["Server"]):
    """``with Server(world) as server: … server.port``; port 0 takes a free one."""

    def __init__(self, world: World, port: int = 0) -> None:
        self.world = world
        self.http = ThreadedWSGIServer("127.0.0.1", port, world.wsgi, handler=Handler)
        self.http.daemon_threads = True
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self.http.serve_forever, args=(TICK,), daemon=True),
            threading.Thread(target=self._tick, daemon=True),
        ]

    @property
    def port(self) -> int:
        return int(self.http.server_port)

    def _tick(self) -> None:
        while not self._stop.wait(TICK):
            self.world.tick()

    def __enter__(self) -> Server:
        for each in self._threads:
            each.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self.http.shutdown()
        self.http.server_close()
        for each in self._threads:
            each.join(timeout=5)

    def wait(self) -> None:
        """Until interrupted."""
        self._stop.wait()
