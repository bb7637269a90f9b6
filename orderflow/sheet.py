"""CSV that goes to people's spreadsheets, and comes back from them.

Spreadsheets take a cell that begins with ``=`` for a formula, and run it; one from a product's or a
buyer's text would be a stranger's. Excel reads UTF-8 only after a byte order mark.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

BYTE_ORDER_MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
"""Control characters, line ends and switches of the writing direction."""
SEPARATORS = (";", ",", "\t")


class SheetWrong(ValueError):
    """Not a table that can be read: *not_utf8*, *not_csv*, or *empty*."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def line(cells: Iterable[str], separator: str = ",") -> str:
    """One line of CSV, as RFC 4180 wants it."""
    written = io.StringIO()
    csv.writer(written, delimiter=separator).writerow([safe(cell) for cell in cells])
    return written.getvalue()


def safe(cell: str) -> str:
    """The text of a cell, on one line, that no spreadsheet takes for a formula."""
    text = INVISIBLE.sub(" ", str(cell)).strip()
    is_amount = re.fullmatch(r"-?\d+(\.\d+)?", text) is not None
    return f"'{text}" if text.startswith(FORMULA) and not is_amount else text


def read(body: bytes) -> list[list[str]]:
    """The rows of a file, the titles first; the separator is what parts the titles. Cells come as
    ``safe`` has them, without the apostrophe it puts before formulas. Raises SheetWrong."""
    text = _text(body)
    rows = []
    try:
        for row in csv.reader(
            io.StringIO(text, newline=""), delimiter=_separator(text), strict=True
        ):
            rows.append([plain(cell) for cell in row])
    except csv.Error as error:
        raise SheetWrong("not_csv") from error
    if not any(any(row) for row in rows):
        raise SheetWrong("empty")
    return rows


def _text(body: bytes) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetWrong("not_utf8") from error
    if "\0" in text:
        raise SheetWrong("not_utf8")
    return text


def _separator(text: str) -> str:
    titles = text.lstrip().partition("\n")[0]
    return max(SEPARATORS, key=titles.count)


def plain(cell: str) -> str:
    text = INVISIBLE.sub(" ", cell).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text
