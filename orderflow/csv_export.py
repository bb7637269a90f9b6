"""Writing CSV for spreadsheets: one line at a time, safe from formulas.

Spreadsheets run a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return as a
formula, so a text of a product or a buyer could run commands at the reader's. Such cells get an
apostrophe before them (https://owasp.org/www-community/attacks/CSV_Injection). Excel reads UTF-8
only after a byte order mark.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

BYTE_ORDER_MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\u200e\u200f]+")
"""Control characters, line ends and switches of the writing direction."""
_NO_WIDTH = re.compile(r"[\xad\u200b-\u200d\u2060-\u2064\ufeff]+")
_AMOUNT = re.compile(r"-?\d+(\.\d+)?")


def line(cells: Iterable[str], separator: str = ",") -> str:
    """One line of CSV as RFC 4180 wants it, with its line end."""
    written = io.StringIO()
    csv.writer(written, delimiter=separator).writerow([safe(cell) for cell in cells])
    return written.getvalue()


def safe(cell: str) -> str:
    """The text of a cell on one line, with an apostrophe before what would be a formula."""
    text = INVISIBLE.sub(" ", _NO_WIDTH.sub("", str(cell))).strip()
    is_amount = _AMOUNT.fullmatch(text) is not None
    return f"'{text}" if text.startswith(FORMULA) and not is_amount else text
