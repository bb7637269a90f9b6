"""``python -m webapp``: serve the merchant's door and the portal.

Granian reads and writes HTTP outside Python, which halves what a webhook costs under gunicorn.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import threading
import time

import structlog
from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from orderflow import logs
from orderflow.config import load
from webapp import create_app

LOOK_AFTER_PARENT = 1.0
STOP_WITHIN = 20
"""Seconds that a request under way has to end."""


def serving() -> Flask:
    """The application, once in each worker.

    What it is made of lives as long as the worker, so the garbage collector need not look through
    it again: that took a third of the time of a webhook."""
    app = create_app()
    threading.Thread(target=_follow, args=(os.getppid(),), daemon=True).start()
    gc.collect()
    gc.freeze()
    return app


def _follow(parent: int) -> None:
    """End when the parent was killed, which leaves its workers at the door."""
    while os.getppid() == parent:
        time.sleep(LOOK_AFTER_PARENT)
    os.kill(os.getpid(), signal.SIGTERM)


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
    _claim(config.web_address, config.web_port)
    server = Server(
        "webapp.__main__:serving",
        factory=True,
        interface=Interfaces.WSGI,
        address=config.web_address,
        port=config.web_port,
        workers=config.web_workers,
        blocking_threads=config.web_threads,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WITHIN,
    )
    structlog.get_logger().info("web_started", address=config.web_address, port=config.web_port)
    server.serve()


if __name__ == "__main__":
    main()
