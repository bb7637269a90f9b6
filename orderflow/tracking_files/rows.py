"""The rows of a table as shipments that they tell, each with what is wrong or in doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from orderflow.tracking_files import carrier_names, cells, numbers, pieces
from orderflow.tracking_files.findings import Doubt, Problem
from orderflow.tracking_files.layouts import Field, fold
from orderflow.tracking_files.numbers import Numbers
from orderflow.tracking_files.records import Record
from orderflow.tracking_files.table import Table
from orderflow.traffic import carriers
from stores.boundary import link as safe_link

MOST_NUMBERS = 20
LONGEST_NUMBER = LONGEST_CARRIER = 200
_BETWEEN = re.compile(r"\s*[,;|\n]\s*")
_TOTALS = frozenset(
    [
        "total",
        "totals",
        "totaux",
        "subtotal",
        "summe",
        "gesamt",
        "totaal",
        "totale",
        "totali",
        "suma",
    ]
)
_LINKS = re.compile(r"[\s|]+|[,;]\s*(?=https?://)")
_VOID = re.compile(
    r"void|cancel|refund|storn|annul|geannul|anulad|fehlgeschlagen|rembours|failed|^error",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Item:
    """A product of the order by its SKU, "" for any. ``pieces`` None: all that is left of it."""

    sku: str
    pieces: int | None


@dataclass(frozen=True, slots=True)
class Tracked:
    """One parcel. ``carrier`` is one of ``CARRIERS`` unless there is a link, or ""."""

    number: str
    carrier: str
    link: str


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` as a spreadsheet counts it. The texts are as the file shows them, ``items`` and
    ``parcels`` what they mean. ``by_item``: the file has a column that says which item."""

    number: int
    order: str = ""
    line: str = ""
    sku: str = ""
    pieces: str = ""
    carrier: str = ""
    tracking: str = ""
    link: str = ""
    items: tuple[Item, ...] = ()
    parcels: tuple[Tracked, ...] = ()
    by_item: bool = True
    problem: Problem | None = None
    doubts: tuple[Doubt, ...] = ()

    @property
    def is_filled(self) -> bool:
        """A row that says nothing of a parcel is left as it is: a total, or a row not filled in."""
        told = self.carrier or self.tracking or self.link or self.problem
        return bool(told) and fold(self.order).partition(" ")[0] not in _TOTALS

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(parcel.number for parcel in self.parcels)


def read(table: Table, places: Mapping[Field, int], today: date) -> list[Row]:
    """Each row of the table by the columns in ``places``. Raises nothing: what is wrong with a row
    stands in it."""
    by_item = Field.SKU in places or Field.LINE in places
    return [replace(_row(record, places, today), by_item=by_item) for record in table.rows]


def _row(record: Record, places: Mapping[Field, int], today: date) -> Row:
    told = {
        field: cells.shown(record.cells[place])
        for field, place in places.items()
        if place < len(record.cells)
    }
    text = {field: " ".join(told[field].text.split()) if field in told else "" for field in Field}
    found = numbers.read(told[Field.TRACKING].text) if Field.TRACKING in told else Numbers()
    row = Row(
        record.number,
        text[Field.ORDER],
        text[Field.LINE],
        text[Field.SKU],
        text[Field.PIECES],
        "" if carrier_names.is_nobody(text[Field.CARRIER]) else text[Field.CARRIER],
        ", ".join(found.numbers) or (text[Field.TRACKING] if found.problem else ""),
        text[Field.LINK] or (told[Field.TRACKING].link if Field.TRACKING in told else ""),
    )
    problem = _fault(record, places)
    if not problem and not row.is_filled:
        return row
    formulas = [f for f in (Field.ORDER, Field.TRACKING, Field.PIECES) if f in told]
    if not problem and any(told[field].is_formula for field in formulas):
        problem = Problem.FORMULA
    problem = problem or (None if row.order else Problem.NO_ORDER) or found.problem
    if problem:
        return replace(row, problem=problem)
    return _with_dates(_with_items(_with_parcels(row, found, text)), text, today)


def _fault(record: Record, places: Mapping[Field, int]) -> Problem | None:
    """Of a cell that is read, or of one before it whose quotation marks moved the cells on."""
    read_ = sorted(place for field, place in places.items())
    for place, fault in record.faults.items():
        moves = fault == Problem.QUOTES_BROKEN and len(record.cells) != record.width
        if place in read_ or (moves and place < read_[-1]):
            return fault
    return None


def _with_parcels(row: Row, found: Numbers, text: Mapping[Field, str]) -> Row:
    if not found.numbers:
        return replace(row, problem=Problem.NO_NUMBER)
    if len(found.numbers) > MOST_NUMBERS or max(map(len, found.numbers)) > LONGEST_NUMBER:
        return replace(row, problem=Problem.NUMBERS_TOO_LONG)
    links, problem = _links(row.link, found.numbers)
    if problem:
        return replace(row, problem=problem)
    doubts = list(found.doubts)
    told = row.carrier or found.carrier or carrier_names.find(text[Field.SERVICE])
    parcels = []
    for number, name, url in zip(
        found.numbers, _carriers(told, len(found.numbers)), links, strict=True
    ):
        carrier, doubt = _carrier(name, number, url)
        if carrier is None:
            return replace(row, problem=Problem.CARRIER_UNKNOWN)
        if len(carrier) > LONGEST_CARRIER:
            return replace(row, problem=Problem.CARRIER_TOO_LONG)
        doubts += [doubt] if doubt else []
        if _bare(number) == _bare(row.order):
            doubts.append(Doubt.NUMBER_IS_ORDER)
        parcels.append(Tracked(number, carrier, url))
    return replace(row, parcels=tuple(parcels), doubts=tuple(dict.fromkeys(doubts)))


def _bare(text: str) -> str:
    return text.strip("# ").casefold()


def _carriers(told: str, count: int) -> list[str]:
    """For each number; where there are as many carriers as numbers, each has its own."""
    each = _BETWEEN.split(told.replace("/", ","))
    return each if len(each) == count else [told] * count


def _carrier(told: str, number: str, url: str) -> tuple[str | None, Doubt | None]:
    """The carrier as the marketplace spells it, "" where nothing tells; None for one that nobody
    knows."""
    guessed = carriers.guess(number)
    known = carrier_names.find(told)
    if not told:
        return guessed, None
    if known:
        other = guessed in ("UPS", "Amazon") and known != guessed
        return known, Doubt.CARRIER_MISMATCH if other else None
    if url:
        return told, None
    return (guessed, Doubt.CARRIER_BY_NUMBER) if guessed else (None, None)


def _links(told: str, found: tuple[str, ...]) -> tuple[list[str], Problem | None]:
    """A link for each number, "" where there is none."""
    links = [_with_scheme(link) for link in _LINKS.split(told) if link]
    if any(safe_link(link) != link for link in links):
        return [], Problem.NO_LINK
    if len(links) == len(found):
        return links, None
    if not links:
        return [""] * len(found), None
    fitting = [next((link for link in links if n in link), "") for n in found]
    return fitting, None if any(fitting) else Problem.ONE_LINK_MANY_NUMBERS


def _with_scheme(link: str) -> str:
    return f"https://{link}" if link.startswith("www.") else link


def _with_items(row: Row) -> Row:
    skus, counts = _BETWEEN.split(row.sku), _BETWEEN.split(row.pieces)
    if len(skus) < 2 or len(skus) != len(counts):
        skus, counts = [row.sku], [row.pieces]
    items, doubts = [], list(row.doubts)
    for sku, told in zip(skus, counts, strict=True):
        count, problem, doubt = pieces.read(told)
        if problem:
            return replace(row, problem=problem)
        items.append(Item(sku, count))
        doubts += [doubt] if doubt else []
    return replace(row, items=tuple(items), doubts=tuple(doubts))


def _with_dates(row: Row, text: Mapping[Field, str], today: date) -> Row:
    doubts = list(row.doubts)
    day = pieces.earliest(text[Field.SHIPPED])
    if day and day > today + timedelta(days=1):
        doubts.append(Doubt.DATE_IN_FUTURE)
    if _VOID.search(text[Field.STATUS]):
        doubts.append(Doubt.LABEL_VOID)
    return replace(row, doubts=tuple(doubts))
