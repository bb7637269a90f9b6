"""A figure: what we took and what the other took, side by side in the same rounds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """``rounds`` holds (ours, theirs) of each round; ``unit`` is that of both. ``at_least`` and
    ``at_most`` bound the ratio; with neither it is only told."""

    key: str
    what: str
    unit: str
    rounds: tuple[tuple[float, float], ...]
    at_least: float | None = None
    at_most: float | None = None

    @property
    def ours(self) -> float:
        return median(ours for ours, _ in self.rounds)

    @property
    def theirs(self) -> float:
        return median(theirs for _, theirs in self.rounds)

    @property
    def ratio(self) -> float:
        """The median of the rounds' own ratios: what disturbed a round disturbed both of it."""
        return median(ours / theirs for ours, theirs in self.rounds)

    @property
    def bound(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:.2f}"
        return f"≤ {self.at_most:.2f}" if self.at_most is not None else "–"

    @property
    def verdict(self) -> str:
        if self.at_least is None and self.at_most is None:
            return "–"
        low = self.at_least is None or self.ratio >= self.at_least
        high = self.at_most is None or self.ratio <= self.at_most
        return "yes" if low and high else "NO"


def in_turn(rounds: int, ours: Callable[[], T], theirs: Callable[[], T]) -> list[tuple[T, T]]:
    """Run both ``rounds`` times; who goes first changes each time."""
    pairs = []
    for number in range(rounds):
        if number % 2:
            second = theirs()
            pairs.append((ours(), second))
        else:
            first = ours()
            pairs.append((first, theirs()))
    return pairs


HEAD = ("", "what", "ours", "theirs", "unit", "ratio", "must be", "is it")


def table(figures: Iterable[Figure]) -> str:
    """The figures as Markdown, the columns aligned."""
    rows = [HEAD, *(_row(each) for each in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _row(each: Figure) -> Sequence[str]:
    ours, theirs = f"{each.ours:,.4g}", f"{each.theirs:,.4g}"
    ratio = f"{each.ratio:.3f}"
    return (each.key, each.what, ours, theirs, each.unit, ratio, each.bound, each.verdict)


def keep_raw(folder: Path, figures: Iterable[Figure]) -> None:
    """One JSON file for each key: every round of every figure."""
    folder.mkdir(exist_ok=True)
    by_key: dict[str, list[dict[str, object]]] = {}
    for each in figures:
        raw = {"what": each.what, "unit": each.unit, "ratio": each.ratio, "rounds": each.rounds}
        by_key.setdefault(each.key, []).append(raw)
    for key, content in by_key.items():
        (folder / f"{key}.json").write_text(json.dumps(content, indent=1) + "\n")
