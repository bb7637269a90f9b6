"""Orders as CSV, written while it is read: never more than one page of it is in memory.

Spreadsheets take a cell that begins with ``=`` for a formula, and run it; one from a product's or a
vendor's name would be a stranger's. Excel reads UTF-8 only after a byte order mark.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from flask import stream_with_context
from flask_babel import gettext as _

from orderflow import listed, search
from orderflow.db import reading
from orderflow.listed import Row
from orderflow.search import Wanted
from stores.money import to_text
from webapp import failures, sentences
from webapp.filters import quoted

BATCH = 200
BYTE_ORDER_MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
"""Control characters, line ends and switches of the writing direction."""


def orders(merchant_id: int, wanted: Wanted) -> Iterator[str]:
    """One line for each vendor's part, in the order of the list."""
    return stream_with_context(failures.to_the_end(_orders(merchant_id, wanted)))


def _orders(merchant_id: int, wanted: Wanted) -> Iterator[str]:
    yield BYTE_ORDER_MARK + line(_titles())
    after, first = "", True
    while first or after:
        first = False
        with reading() as session:
            page = search.page(session, merchant_id, wanted, after, limit=BATCH)
            ids = [part.id for row in page.rows for part in row.parts]
            numbers = listed.tracking_numbers(session, ids)
        wanted = replace(wanted, by=page.by)
        yield "".join(line(cells) for row in page.rows for cells in _cells(row, numbers))
        after = page.after


def _titles() -> list[str]:
    return [
        _("Order"),
        _("Placed (UTC)"),
        _("Payment"),
        _("Vendor"),
        _("State"),
        _("Reason"),
        _("Share"),
        _("Currency"),
        _("Number in the vendor's store"),
        _("Tracking numbers"),
    ]


def _cells(row: Row, numbers: dict[int, list[str]]) -> Iterator[list[str]]:
    placed = f"{row.placed_at:%Y-%m-%d %H:%M:%S}"
    head = [row.name, placed, sentences.word(row.payment)]
    if not row.parts:
        own = to_text(row.own_share, row.currency)
        yield [*head, "", _("Your own"), "", own, row.currency, "", ""]
    for part in row.parts:
        yield [
            *head,
            part.vendor,
            sentences.state(part.state),
            sentences.said(part.reason) if part.reason else quoted(part.words),
            to_text(part.share, row.currency),
            row.currency,
            part.number,
            ", ".join(numbers.get(part.id, ())),
        ]


def line(cells: Iterable[str]) -> str:
    """One line of CSV, as RFC 4180 wants it."""
    written = io.StringIO()
    csv.writer(written).writerow([safe(cell) for cell in cells])
    return written.getvalue()


def safe(cell: str) -> str:
    """The text of a cell, on one line, that no spreadsheet takes for a formula."""
    text = INVISIBLE.sub(" ", str(cell)).strip()
    is_amount = re.fullmatch(r"-?\d+(\.\d+)?", text) is not None
    return f"'{text}" if text.startswith(FORMULA) and not is_amount else text
