"""Long tests stand at the heads of what xdist's workers get, and none is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import LONG
from tests.spread import spread


@pytest.mark.parametrize("workers", [1, 2, 3, 4])
def test_each_worker_begins_with_long_tests_and_all_are_run(workers: int) -> None:
    long, others = [f"long {at}" for at in range(7)], [f"short {at}" for at in range(40)]
    order = spread(long, others, workers)
    assert sorted(order) == sorted([*long, *others])
    left = len(order)
    for worker in range(workers):
        size = left // (workers - worker)
        own, order, left = order[:size], order[size:], left - size
        assert {each.partition(" ")[0] for each in own[: 7 // workers]} == {"long"}


def test_fewer_tests_than_workers_are_run_too() -> None:
    assert sorted(spread(["a", "b"], ["c"], 4)) == ["a", "b", "c"]


def test_each_file_that_is_called_long_is_there() -> None:
    there = {path.stem for path in Path(__file__).parents[1].glob("*/test_*.py")}
    assert set(LONG) <= there
