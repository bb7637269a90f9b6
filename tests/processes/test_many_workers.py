"""Who drains a lane is decided in the database, so nobody has to count workers or clocks."""

from __future__ import annotations

from functools import partial

from chaos.processes import minds_sigterm
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
