"""Which worker of xdist runs which tests first.

``--dist worksteal`` gives each worker an equal run of the list and lets idle ones take from the end
of another's. A test of a minute that stands at the end would keep one worker busy long after all
the others, so those that are known to be long are dealt out to the heads of these runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Test = TypeVar("Test")


def spread(long: Sequence[Test], others: Sequence[Test], workers: int) -> list[Test]:
    """All tests, those of each worker together, as worksteal cuts the list: its long ones first."""
    spread_out: list[Test] = []
    rest, left = list(others), len(long) + len(others)
    for worker in range(workers):
        size = left // (workers - worker)
        own = long[worker::workers]
        room = max(size - len(own), 0)
        spread_out += [*own, *rest[:room]]
        rest, left = rest[room:], left - size
    return spread_out + rest
