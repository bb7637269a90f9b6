"""A file as a table: its separator, the row of its titles, and the rows below."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from orderflow.tracking_files import cells, layouts
from orderflow.tracking_files.findings import FileProblem, FileUnreadable
from orderflow.tracking_files.records import (
    MOST_COLUMNS,
    SEPARATORS,
    Record,
    records,
    told_separator,
)
from orderflow.tracking_files.text import readings

MOST_ROWS = 500
_HEAD = 60
"""Records at the beginning in which the titles are looked for."""
_NUMBER = re.compile(r"(?=(?:\D*\d){6})[0-9A-Za-z ]{8,40}")
"""What a tracking number looks like, and no title does."""


@dataclass(frozen=True, slots=True)
class Table:
    """``titles``: as written, cleaned; "" each where the file has none. ``rows``: the records below
    that are not blank, numbered as a spreadsheet numbers them."""

    titles: tuple[str, ...]
    rows: tuple[Record, ...]

    def samples(self, place: int, most: int = 3) -> list[str]:
        """The first values of a column."""
        told = (cells.clean(row.cells[place]) for row in self.rows if place < len(row.cells))
        return [value for value in told if value][:most]


def read(body: bytes) -> Table:
    """The table in a file. Raises FileUnreadable."""
    texts = readings(body)
    found = max((_best(text) for text in texts), key=lambda one: one[0])
    return _table(found[1])


def _best(text: str) -> tuple[int, list[Record]]:
    """How many titles are known, and the records, by the separator that fits best."""
    told, below = told_separator(text)
    head = "\n".join(below.split("\n")[: _HEAD * 2])
    fitness = {sign: _fitness(records(head, sign)) for sign in (*told, *SEPARATORS)}
    separator = max(fitness, key=lambda sign: fitness[sign])
    if told and fitness[told][0] >= fitness[separator][0]:
        separator = told
    if fitness[separator][2] == 1 and (bare := _without_marks_around(below)):
        return _best(bare)
    rows = records(below, separator)
    return _titles_known(rows), rows


def _without_marks_around(text: str) -> str:
    """A file of which each whole line was put into quotation marks, without them; "" for others."""
    lines = [line for line in text.split("\n") if line.strip()]
    if not all(len(line) > 1 and line[0] == line[-1] == '"' for line in lines):
        return ""
    bare = [line[1:-1].replace('""', '"') for line in lines]
    return "\n".join(bare) if all(any(sign in line for sign in SEPARATORS) for line in bare) else ""


def _titles_known(rows: Sequence[Record]) -> int:
    return max((len(_fields(row)) for row in rows[:_HEAD]), default=0)


def _fitness(rows: Sequence[Record]) -> tuple[int, float, int]:
    """Titles that are known; else how alike the rows are; else how many columns there are."""
    widths = Counter(len(row.cells) for row in rows if not row.is_blank)
    width, count = max(widths.items(), key=lambda one: (one[0] > 1, one[1]), default=(1, 0))
    alike = count / max(sum(widths.values()), 1) if width > 1 else 0.0
    return _titles_known(rows), round(alike, 1), width


def _fields(row: Record) -> set[layouts.Field]:
    return {found[0] for cell in row.cells if (found := layouts.known(cell))}


def _table(rows: Sequence[Record]) -> Table:
    at = _place_of_titles(rows)
    titles = tuple(cells.clean(cell) for cell in rows[at].cells) if at >= 0 else ()
    if len(titles) > MOST_COLUMNS:
        raise FileUnreadable(FileProblem.TOO_MANY_COLUMNS)
    below = [row for row in rows[at + 1 :] if not row.is_blank]
    below = [row for row in below if tuple(map(cells.clean, row.cells)) != titles or not titles]
    if not below:
        raise FileUnreadable(FileProblem.EMPTY)
    if len(below) > MOST_ROWS:
        raise FileUnreadable(FileProblem.TOO_MANY_ROWS)
    width = max(len(titles), *(len(row.cells) for row in below))
    return Table((titles + ("",) * (width - len(titles)))[:MOST_COLUMNS], tuple(below))


def _place_of_titles(rows: Sequence[Record]) -> int:
    """The row in which most titles are known, else the first that is as wide as most; -1 where
    that one has tracking numbers in it already."""
    head = rows[:_HEAD]
    most = max((len(_fields(row)) for row in head), default=0)
    if most >= 2:
        return next(at for at, row in enumerate(head) if len(_fields(row)) == most)
    widths = Counter(len(row.cells) for row in head if not row.is_blank)
    usual = max(widths, key=lambda width: (width > 1, widths[width]), default=1)
    at = next((at for at, row in enumerate(head) if len(row.cells) == usual), 0)
    return -1 if any(map(_looks_like_number, head[at].cells)) else at


def _looks_like_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cells.plain(cell)) is not None
