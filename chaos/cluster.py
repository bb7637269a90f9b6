"""All that runs: web × 2 behind a balancer, worker × 3, clock × 2, PostgreSQL, Redis, and the
sandbox with its merchants and vendors in a process of its own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from chaos.balancer import Balancer
from chaos.database import Database, private_database
from demo.programs import Programs
from demo.stack import PYTHON, answers, free_port
from demo.stage import HARBOUR
from tests.processes.plant import Plant, wait_for

QUAY = "quay.myshopify.com"
MERCHANTS = (HARBOUR, QUAY)
VENDORS = {
    "Alfa": "alfa.myshopify.com",
    "Bravo": "bravo.example.com",
    "Charlie": "charlie.myshopify.com",
    "Delta": "delta.example.com",
}
"""Both merchants sell for all of them, so a vendor's store holds orders of two merchants."""
SHORT = {
    "call_seconds": 8,
    "claim_seconds": 20,
    "lease_seconds": 4,
    "look_waits": "1,3,8",
}
NO_DATABASE = "The database at "
"""What a program says that starts while the database is away: it does not start, and says so."""
BROKE = ("handler_failed", "message_left", "message_could_not_be_put_back", "given_up")
DATABASE_AWAY = ("OperationalError", "InterfaceError", "TimeoutError", "AdminShutdown")


@dataclass(frozen=True)
class Size:
    """How many of each program run, and seconds between two questions to a store for its news."""

    web: int = 2
    worker: int = 3
    clock: int = 2
    every: int = 20

    @property
    def names(self) -> list[str]:
        kinds = {"web": self.web, "worker": self.worker, "clock": self.clock}
        return [f"{kind}{n}" for kind, count in kinds.items() for n in range(1, count + 1)]


class Cluster(Plant):
    """``ended`` tells of each program that ended though nobody had stopped it."""

    def __init__(self, database: Database, programs: Programs, size: Size) -> None:
        rounds = {"poll_every": size.every, "reconcile_every": size.every}
        super().__init__(
            database.url, programs, VENDORS, MERCHANTS, ("fulfillments",), **SHORT, **rounds
        )
        self.database, self.size = database, size
        self.ports = {name: free_port() for name in size.names if name.startswith("web")}
        self.ended: list[str] = []
        self.down: set[str] = set()
        """Programs that a fault has stopped, and will start again."""

    def start(self) -> None:
        for name in self.size.names:
            self.start_one(name)
        for name, port in self.ports.items():
            url = f"http://127.0.0.1:{port}/ready"
            self.programs.wait_until(name, lambda url=url: answers(url), 120)  # type: ignore[misc]
        wait_for("the end of what setting up has caused", self.is_quiet)

    def start_one(self, name: str) -> None:
        kind = name.rstrip("0123456789")
        if kind == "web":
            command, more = ["webapp"], {"web_port": self.ports[name]}
        else:
            command, more = ["workers", "work" if kind == "worker" else "clock"], {}
        self.programs.start(name, [PYTHON, "-m", *command], self.stack.environment(**more))
        self.down.discard(name)

    def broken_handlers(self) -> list[str]:
        """Errors of our own that the programs logged, and how often each; a database that was away
        is none."""
        found: Counter[str] = Counter()
        for name in self.size.names:
            for line in self.programs.log(name).read_text(errors="replace").splitlines():
                told = json.loads(line) if line.startswith("{") else {}
                if told.get("event") in BROKE and told.get("error") not in DATABASE_AWAY:
                    about = [str(told[key]) for key in ("event", "kind", "error") if key in told]
                    found[f"{' '.join(about)} at {told.get('where')}"] += 1
        return [f"{each} ({count} times)" for each, count in found.items()]

    def watch(self) -> None:
        """What ended by itself is noted and started again, as a supervisor does."""
        for name in self.size.names:
            if name not in self.down and not self.programs.runs(name):
                said = self.programs.log(name).read_text(errors="replace").strip()
                last = (said.splitlines() or ["nothing"])[-1]
                if not last.startswith(NO_DATABASE):
                    self.ended.append(f"{name} ended by itself; it had said: {last[:300]}")
                self.start_one(name)


@contextmanager
def running(folder: Path, size: Size) -> Iterator[Cluster]:
    with ExitStack() as stack:
        programs = stack.enter_context(Programs(folder))
        database = stack.enter_context(private_database(programs))
        cluster = Cluster(database, programs, size)
        stack.callback(cluster.close)
        stack.enter_context(Balancer(cluster.stack.port, list(cluster.ports.values())))
        stack.callback(stop_all, cluster)
        cluster.start()
        yield cluster


def stop_all(cluster: Cluster) -> None:
    for name in cluster.size.names:
        if cluster.programs.runs(name):
            cluster.programs.kill(name)
