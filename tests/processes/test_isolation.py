"""One bad thing stays one bad thing: while it lasts, the orders of all others arrive.

Nothing here is timed. Each bad thing goes on until its block ends, so whatever arrives within has
not waited for its end. How much later the others are, ``bench/isolation.py`` measures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.programs import Programs
from tests.postgres import Postgres
from tests.processes.bad_ones import BAD_ONES, GOOD, SHOPS, VENDORS
from tests.processes.plant import Plant

ORDERS = 4


@pytest.fixture(scope="module")
def crowd(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """Two merchants, good vendors and bad ones, two workers."""
    with postgres.database() as url, Programs(tmp_path_factory.mktemp("crowd")) as programs:
        built = Plant(url, programs, VENDORS, SHOPS)
        built.stack.start_worker("worker2")
        built.start()
        yield built
        built.close()


@pytest.mark.parametrize("bad_one", BAD_ONES)
def test_the_orders_of_others_arrive_while_one_bad_thing_lasts(crowd: Plant, bad_one: str) -> None:
    with BAD_ONES[bad_one](crowd) as is_bad:
        orders = [crowd.buy(*GOOD) for _ in range(ORDERS)]
        crowd.wait_for_arrival(orders, ORDERS * len(GOOD))
        assert is_bad()
    for name in ("web", "worker", "worker2", "clock"):
        assert crowd.programs.runs(name), f"{name} did not outlive {bad_one}"
