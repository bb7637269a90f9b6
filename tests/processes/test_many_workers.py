"""Who drains a lane is decided in the database, so nobody has to count workers or clocks."""

from __future__ import annotations

import signal
from functools import partial
from pathlib import Path

from tests.processes.plant import Plant, wait_for


def test_two_workers_and_two_clocks_push_each_order_once(plant: Plant) -> None:
    plant.stack.start_worker("worker2")
    plant.stack.start_clock("clock2")
    orders = [plant.buy("Alfa", "Bravo") for _ in range(20)]
    plant.wait_for_arrival(orders, 40)
    for extra in ("worker2", "clock2"):
        wait_for(f"{extra} at work", partial(minds_sigterm, plant.programs.pid(extra)))
        assert plant.programs.stop(extra) == 0
    assert plant.counted() == (0, 0)


def minds_sigterm(pid: int) -> bool:
    """Whether the program has come so far that it ends its work when asked (Linux, proc(5))."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)
