"""``python -m webapp``: serve the merchant's pages, the portal and the webhooks.

Granian reads and writes HTTP outside Python, which halves what a webhook costs under gunicorn.
``serving`` says what happens to a request from then on. A proxy that ends TLS stands before it
(``deploy/``); here is only HTTP/1.1, which is what proxies speak.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import structlog
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from orderflow import logs, opening
from orderflow.config import load
from stores import bulkhead, http
from webapp import create_app
from webapp.serving import WebServer

LOOK_AFTER_PARENT, LOOK_FOR_SOCKET = 1.0, 0.02
"""Seconds between two looks."""
STOP_WITHIN = 20
"""Seconds that a request under way has to end."""
HEAD_WITHIN = 10
"""Seconds for the head of a request, and for which an idle connection is kept."""
LONGEST_HEAD = 64 * 1024
"""Bytes."""
SILENT_FOR = 30
"""Seconds after which a connection is closed whose client takes nothing of what is sent to it."""
LONGEST_CALL = 10
"""Seconds for one call to a store while a person waits."""
WAIT_FOR_ONE_STORE = 2
"""Pages that may wait for one store at a time; of all pages' threads, half may wait for stores."""
CONNECTIONS = 4000
"""Connections at a time in each worker, if the machine lets a process have as many."""
OTHER_FILES = 200
"""What a worker has open besides: the database, stores, the doorbell, logs."""


def serving() -> WebServer:
    """The application, once in each worker.

    What it is made of lives as long as the worker, so the garbage collector need not look through
    it again: that took a third of the time of a webhook."""
    config = load()
    server = WebServer(create_app(config), config.web_threads)
    http.limit_calls(min(config.call_seconds, LONGEST_CALL))
    bulkhead.limit(WAIT_FOR_ONE_STORE, max(1, config.web_threads // 2))
    watch = (os.getppid(), config.web_port)
    threading.Thread(target=_watch, args=watch, daemon=True).start()
    gc.collect()
    gc.freeze()
    return server


def _watch(parent: int, port: int) -> None:
    """Set the time-out of silent clients, then end when the parent was killed, which leaves its
    workers behind."""
    limited = False
    while os.getppid() == parent:
        limited = limited or _limit_silence(port)
        time.sleep(LOOK_AFTER_PARENT if limited else LOOK_FOR_SOCKET)
    os.kill(os.getpid(), signal.SIGTERM)


def _limit_silence(port: int) -> bool:
    """Close connections whose client takes nothing for SILENT_FOR seconds (tcp(7)). Granian makes
    the socket that listens and has no setting for it; accepted connections inherit it. True: done.
    """
    found = False
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError), socket.socket(fileno=os.dup(int(entry.name))) as each:
            listens = each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            if listens and each.getsockname()[1] == port:
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_FOR * 1000)
                found = True
    return found


def _connections() -> int:
    """How many connections a worker may have, after this process may have as many files open as
    the machine lets it. Beyond it new ones wait to be accepted."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OTHER_FILES
    may = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (may, most))
    return max(may - OTHER_FILES, 64)


def _claim(address: str, port: int) -> None:
    """Granian would share the port with whoever listens there already."""
    try:
        with socket.create_server((address, port)):
            return
    except OSError as taken:
        where = f"SLUICE_WEB_ADDRESS {address} and SLUICE_WEB_PORT {port}"
        raise SystemExit(f"The web cannot listen at {where}: {taken.strerror}.") from None


def main() -> None:
    config = load()  # a worker that cannot start would be started for ever
    logs.start(config.log_level)
    opening.check(config)
    _claim(config.web_address, config.web_port)
    server = Server(
        "webapp.__main__:serving",
        factory=True,
        interface=Interfaces.ASGINL,
        address=config.web_address,
        port=config.web_port,
        workers=config.web_workers,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEAD_WITHIN * 1000, max_buffer_size=LONGEST_HEAD
        ),
        websockets=False,
        backpressure=_connections(),
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WITHIN,
    )
    structlog.get_logger().info("web_started", address=config.web_address, port=config.web_port)
    server.serve()


if __name__ == "__main__":
    main()
