"""A small run of ``make chaos``: the same programs, orders, faults and comparison."""

from __future__ import annotations

from pathlib import Path

from chaos.__main__ import report
from chaos.cluster import VENDORS, Size
from chaos.run import run

SEED = 30
ORDERS = 16
SECONDS = 12.0


def test_after_some_seconds_of_chaos_nothing_is_lost_doubled_or_told_wrongly(
    tmp_path: Path,
) -> None:
    """It ends when all is at rest, however long that takes here."""
    size = Size(web=2, worker=2, clock=1, every=5)
    outcome = run(
        tmp_path, seed=SEED, orders=ORDERS, seconds=SECONDS, size=size, hurried=True, say=print
    )
    assert outcome.wrong == [], report(outcome)
    assert outcome.orders >= ORDERS
    assert outcome.faults.total() > len(VENDORS)
    assert outcome.states["pushed"] + outcome.states["shipped"] > ORDERS / 2
