"""Which column tells what: by the titles that are known, else by a person's choice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orderflow.tracking_files import cells, layouts
from orderflow.tracking_files.layouts import REQUIRED, Field
from orderflow.tracking_files.table import Table

_TELLING = (Field.ORDER, Field.TRACKING, Field.SKU, Field.PIECES)
"""Fields in which a wrong column ships something wrong; of others the first column counts."""
_NUMBER = re.compile(r"(?=(?:\D*\d){6})[0-9A-Za-z -]{8,40}")
_MOST = 0.6
"""A column looks like something where more of its values than this do."""
_VAGUE = 4
"""From this rank of WORDS on a title alone tells little."""
_ORDER = re.compile(r"#?[A-Za-z]{0,4}-?\d{3,9}")


@dataclass(frozen=True, slots=True)
class Columns:
    """``places``: by field, the column that tells it. ``unclear``: fields for which no column fits,
    or several do, so that a person has to choose."""

    places: Mapping[Field, int]
    unclear: tuple[Field, ...] = ()


def match(table: Table) -> Columns:
    """The columns of a table by their titles."""
    places: dict[Field, int] = {}
    unclear: list[Field] = []
    for field, candidates in _candidates(table).items():
        fitting = _fitting(table, candidates)
        if fitting:
            places[field] = fitting[0]
        if len(fitting) > 1 and field in _TELLING:
            unclear.append(field)
    missing = [field for field in REQUIRED if field not in places]
    return Columns(places, tuple(missing + unclear))


def _candidates(table: Table) -> dict[Field, list[int]]:
    """By field, the columns with the surest titles."""
    found: dict[Field, list[tuple[int, int]]] = {}
    for place, title in enumerate(table.titles):
        if (known := layouts.known(title)) and not _is_vague(table, known[1], place):
            found.setdefault(known[0], []).append((known[1], place))
    return {
        field: [place for rank, place in all_ if rank == min(all_)[0]]
        for field, all_ in found.items()
    }


def _is_vague(table: Table, rank: int, place: int) -> bool:
    """A column titled *Name* or *Id* may be anybody's: it counts where it looks like orders."""
    return rank >= _VAGUE and _share(table, place, _ORDER) <= _MOST


def _fitting(table: Table, places: Sequence[int]) -> list[int]:
    """Of several columns those that are filled in; one of those that say the same."""
    values = {place: _values(table, place) for place in places}
    filled = [place for place in places if any(values[place])] or list(places[:1])
    return [p for at, p in enumerate(filled) if values[p] not in [values[q] for q in filled[:at]]]


def _values(table: Table, place: int) -> tuple[str, ...]:
    return tuple(
        cells.plain(row.cells[place]) if place < len(row.cells) else "" for row in table.rows
    )


def suggested(table: Table, columns: Columns) -> dict[Field, int]:
    """What to show as chosen to a person who chooses: what is known, else what looks right."""
    places = dict(columns.places)
    for field, pattern in ((Field.TRACKING, _NUMBER), (Field.ORDER, _ORDER)):
        free = [p for p in range(len(table.titles)) if p not in places.values()]
        share = {place: _share(table, place, pattern) for place in free}
        best = max(share, key=lambda place: share[place], default=-1)
        if field not in places and best >= 0 and share[best] > _MOST:
            places[field] = best
    return places


def _share(table: Table, place: int, pattern: re.Pattern[str]) -> float:
    values = [value for value in _values(table, place) if value]
    return sum(pattern.fullmatch(value) is not None for value in values) / max(len(values), 1)


def layout_key(table: Table) -> str:
    """The same for files with the same titles in the same order."""
    titles = "\x1f".join(map(layouts.fold, table.titles))
    return hashlib.sha256(titles.encode()).hexdigest()


def chosen(table: Table, told: Mapping[str, int]) -> Columns:
    """Columns as a person chose them; places that the table does not have are left out."""
    places = {
        Field(f): p for f, p in told.items() if f in set(Field) and 0 <= p < len(table.titles)
    }
    return Columns(places, tuple(field for field in REQUIRED if field not in places))
