"""Text as records of cells, for one separator. A quotation mark out of place costs its own record.

The standard library's reader either stops at such a mark or takes the rest of the file for one
cell, and clevercsv (0.8) concludes from one stray mark that the file does not quote at all; both
lose rows that are in order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from orderflow.tracking_files.findings import FileProblem, FileUnreadable, Problem
from orderflow.tracking_files.text import LOST

SEPARATORS = (",", ";", "\t", "|")
MOST_RECORDS = 50_000
MOST_COLUMNS = 200
LONGEST_CELL = 2_000
_MOST_BROKEN = 1_000
"""Quotation marks out of place; behind so many, no cell is looked for over several lines."""

_SEPARATOR_LINE = re.compile(r'\s*"?sep=([^\w\s"]|\t)"?[;,|\t ]*(\n|$)', re.IGNORECASE)
"""What Excel reads as the separator of the file, and does not show."""
_QUOTED = re.compile(r' *"([^"]*(?:""[^"]*)*)" *')
_SPACES = re.compile(" *")


@dataclass(frozen=True, slots=True)
class Record:
    """``number`` as a spreadsheet counts rows, from 1. ``faults``: by place, cells that could not
    be read whole. ``width``: how many cells most records of the file have; one with another width
    and QUOTES_BROKEN has its cells out of place from there on."""

    number: int
    cells: tuple[str, ...]
    faults: Mapping[int, Problem] = field(default_factory=dict)
    width: int = 0

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


def told_separator(text: str) -> tuple[str, str]:
    """The separator of a ``sep=;`` line ("" if there is none), and the text below it."""
    found = _SEPARATOR_LINE.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def records(text: str, separator: str, most: int = MOST_RECORDS) -> list[Record]:
    """All records, blank ones too; of their cells at most MOST_COLUMNS and one more. Raises
    FileUnreadable: TOO_MANY_ROWS."""
    return list(_Scan(text, separator).records(most))


class _Scan:
    """``usual``: how many separators most lines have."""

    def __init__(self, text: str, separator: str) -> None:
        self.text, self.separator = text, separator
        counts = Counter(line.count(separator) for line in text.split("\n") if line.strip())
        self.usual = counts.most_common(1)[0][0] if counts else 0
        self.broken = 0

    def records(self, most: int) -> Iterator[Record]:
        at = 0
        for number in count(1):
            if at >= len(self.text):
                return
            if number > most:
                raise FileUnreadable(FileProblem.TOO_MANY_ROWS)
            cells, faults, at = self._record(at)
            yield Record(number, tuple(cells), faults, self.usual + 1)

    def _record(self, at: int) -> tuple[list[str], dict[int, Problem], int]:
        """Its cells, their faults, and where the next record begins."""
        cells: list[str] = []
        faults: dict[int, Problem] = {}
        while True:
            cell, after, broken = self._cell(at)
            if broken:
                faults.setdefault(len(cells), Problem.QUOTES_BROKEN)
            elif len(cell) > LONGEST_CELL:
                faults[len(cells)] = Problem.CELL_TOO_LONG
            elif LOST in cell:
                faults[len(cells)] = Problem.LETTERS_LOST
            cells.append(cell[:LONGEST_CELL])
            if len(cells) > MOST_COLUMNS:
                return cells, faults, self._find("\n", after) + 1
            if self.text[after : after + 1] != self.separator:
                return cells, faults, after + 1
            at = after + 1

    def _cell(self, at: int) -> tuple[str, int, bool]:
        """Its text, where it ends, and whether its quotation marks are out of place."""
        begin = _SPACES.match(self.text, at)
        if begin is None or self.text[begin.end() : begin.end() + 1] != '"':
            end = self._end_of_cell(at)
            return self.text[at:end], end, False
        far = at + LONGEST_CELL * 4 if self.broken < _MOST_BROKEN else self._find("\n", at)
        found = _QUOTED.match(self.text, at, far)
        if found and self._ends_cell(found.end()) and not self._has_rows(found[1]):
            return found[1].replace('""', '"'), found.end(), False
        return self._broken_cell(at)

    def _ends_cell(self, at: int) -> bool:
        return self.text[at : at + 1] in ("", "\n", self.separator)

    def _has_rows(self, quoted: str) -> bool:
        """Lines within the quotation marks that look like rows of the table: the opening mark was
        never closed in its own row."""
        _first, *further = quoted.split("\n")
        return self.usual > 1 and any(line.count(self.separator) >= self.usual for line in further)

    def _broken_cell(self, at: int) -> tuple[str, int, bool]:
        """On its own line: up to a mark before a separator, else up to the separator."""
        self.broken += 1
        stop = self._find("\n", at)
        closing = re.compile(f'"(?={re.escape(self.separator)}|$)')
        line = self.text[at : min(stop, at + LONGEST_CELL * 4)]
        found = closing.search(line, line.index('"') + 1)
        if found:
            return line[: found.start()].lstrip(" ")[1:], at + found.end(), True
        end = self._end_of_cell(at)
        return self.text[at:end], end, True

    def _end_of_cell(self, at: int) -> int:
        stop = self._find("\n", at)
        found = self.text.find(self.separator, at, stop)
        return stop if found < 0 else found

    def _find(self, sign: str, at: int) -> int:
        found = self.text.find(sign, at)
        return len(self.text) if found < 0 else found
