"""``python -m sandbox --port 8900 [--smtp-port N] [--seed N] [--config file.json]``"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from sandbox.build import build
from sandbox.clock import RunningClock
from sandbox.mail import MailServer
from sandbox.server import Server
from sandbox.world import World


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8900, help="on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--smtp-port", type=int, help="catch mail on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--config", type=Path, help="apps, shops, sites and products as JSON")
    chosen = parser.parse_args()
    world = World(RunningClock(), chosen.seed)
    made = build(world, json.loads(chosen.config.read_text())) if chosen.config else {}
    signal.signal(signal.SIGTERM, _leave)
    with ExitStack() as stack:
        ports = {"port": stack.enter_context(server := Server(world, chosen.port)).port}
        if chosen.smtp_port is not None:
            ports["smtp_port"] = stack.enter_context(MailServer(world, chosen.smtp_port)).port
        print(json.dumps({**ports, "made": made}), flush=True)
        server.wait()


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
