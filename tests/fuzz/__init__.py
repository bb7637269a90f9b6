"""Arbitrary answers of stores and bodies of webhooks.

``pytest tests/fuzz --examples 10000`` (or ``make fuzz EXAMPLES=10000``) tries more of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

IN_TESTS = 500
"""Examples of all fuzzers together, when nothing else is asked for."""
examples: int | None = None


def fuzzed(share: float) -> Callable[[Any], Any]:
    """Run a test with its ``share`` of all examples: always the same ones in the usual run, new
    ones where a number was asked for."""
    return settings(
        max_examples=max(1, round((examples or IN_TESTS) * share)),
        derandomize=examples is None,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
