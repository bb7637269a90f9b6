"""Sharing amounts so that the parts always add up. Integers in minor units, of one currency."""

from __future__ import annotations

from collections.abc import Sequence


def share(amount: int, weights: Sequence[int]) -> list[int]:
    """``amount`` cut in proportion to ``weights`` by largest remainder; equal remainders go to
    the earlier. All weights 0: in equal parts. The parts add up to ``amount``, whatever its sign.

    >>> share(100, [1, 1, 1])
    [34, 33, 33]
    """
    if not weights:
        if amount:
            raise ValueError("an amount cannot be shared among nobody")
        return []
    if amount < 0:
        return [-part for part in share(-amount, weights)]
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight is negative")
    used = list(weights) if any(weights) else [1] * len(weights)
    total = sum(used)
    parts = [amount * weight // total for weight in used]
    by_remainder = sorted(range(len(used)), key=lambda i: (-(amount * used[i] % total), i))
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return parts
