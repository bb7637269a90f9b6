"""``python -m workers work`` drains lanes; ``python -m workers clock`` rings for those that wait.

Workers need nothing but the database: without Redis, or while it is away, they look there
themselves, and no clock is needed.
"""

from __future__ import annotations

import signal
import sys
import threading

from orderflow import config, opening
from workers import clock, create_app
from workers.supervisor import Supervisor


def main() -> None:
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    if command not in ("work", "clock"):
        raise SystemExit("usage: python -m workers work|clock")
    settings = config.load()
    opening.check(settings)
    app = create_app(settings)
    if command == "work":
        Supervisor(app).run()
        return
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    clock.run(app, stopping)


if __name__ == "__main__":
    main()
