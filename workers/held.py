"""A lane that a drainer holds: its lease, its limiter, and the messages under way in it."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from orderflow.outbox import Claimed
from workers.gear import Shore
from workers.limiter import Limiter
from workers.running import Running


@dataclass
class Held:
    """``closing``: nothing more is claimed, and the lane is released when all is finished.

    ``taken`` is when the lane was taken, by ``time.monotonic``; until ``rests_until`` nothing is
    claimed, because the lane could not be worked in."""

    name: str
    lease: int
    parallel: int
    limiter: Limiter
    shore: Shore | None
    closing: bool = False
    next_claim: float = 0.0
    rests_until: float = 0.0
    taken: float = field(default_factory=time.monotonic)
    running: dict[Future[None], Running] = field(default_factory=dict)
    finished: float = field(default_factory=time.monotonic)
    """When one of its messages was finished last, or the lane was taken."""

    def start(self, run: Running, pool: ThreadPoolExecutor) -> None:
        self.running[pool.submit(run.handle)] = run

    def collect(self, pool: ThreadPoolExecutor) -> bool:
        """Take what has ended; what failed is put back by a thread too. True: something ended."""
        ended = [future for future in self.running if future.done()]
        for future in ended:
            run = self.running.pop(future)
            follow = run.after(future.exception())
            if follow is not None:
                self.running[pool.submit(follow)] = run
        if ended:
            self.finished = time.monotonic()
        return bool(ended)

    def hangs(self, moment: float, after: float) -> bool:
        """Something is under way, and nothing was finished for ``after`` seconds."""
        return bool(self.running) and moment - self.finished > after

    def has_suspect(self) -> bool:
        """Something is under way here that may kill this process."""
        return any(run.is_suspect for run in self.running.values())

    def being_handled(self, moment: float) -> list[Claimed]:
        """The messages whose handlers still have time left; the claims of others may lapse."""
        return [run.message for run in self.running.values() if not run.overdue(moment)]
