"""Numbers of pieces and dates as cells hold them."""

from __future__ import annotations

import re
from datetime import date

from orderflow.tracking_files.findings import Doubt, Problem

_UNITS = r"(?:x|×|pcs?|pieces?|units?|ea|stk|stck|stück|st|pz|pzs|uds?|ud|stuks?|pièces?)?\.?"
_WHOLE = re.compile(rf"[x×]?\s*(\d{{1,9}})\s*{_UNITS}", re.IGNORECASE)
_DECIMAL = re.compile(r"(\d{1,6})[.,](0+)")
_THOUSANDS = re.compile(r"\d{1,3}([.,'’ ]\d{3})+")
_DATE = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})(?:[T ,].*)?")


def read(text: str) -> tuple[int | None, Problem | None, Doubt | None]:
    """The pieces that a cell says; None where it says nothing, which means all that is left.
    ``2,000`` may be 2 or 2000, and is doubted."""
    told = text.strip()
    if not told:
        return None, None, None
    decimal = _DECIMAL.fullmatch(told)
    if decimal:
        return _counted(int(decimal[1]), Doubt.PIECES_THOUSANDS if len(decimal[2]) == 3 else None)
    if _THOUSANDS.fullmatch(told):
        return _counted(int(re.sub(r"\D", "", told)), Doubt.PIECES_THOUSANDS)
    whole = _WHOLE.fullmatch(told)
    if whole:
        return _counted(int(whole[1]), None)
    return None, Problem.PIECES_NEGATIVE, None


def _counted(count: int, doubt: Doubt | None) -> tuple[int | None, Problem | None, Doubt | None]:
    return (count, None, doubt) if count else (None, Problem.PIECES_ZERO, None)


def earliest(text: str) -> date | None:
    """The earliest day that a date may mean: ``06/12/2025`` is in June or in December. None for
    what is no date."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    first, second, third = (int(part) for part in found.groups())
    if first > 31:
        readings = [(first, second, third)]
    else:
        year = third if third > 99 else 2000 + third
        readings = [(year, second, first), (year, first, second)]
    return min((day for told in readings if (day := _day(*told))), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
