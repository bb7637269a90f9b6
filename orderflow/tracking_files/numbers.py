"""Tracking numbers as cells hold them: several in one, with spaces, rounded by a spreadsheet."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orderflow.tracking_files import carrier_names
from orderflow.tracking_files.findings import Doubt, Problem
from orderflow.traffic import carriers

LONGEST = 40
"""Signs of a number; longer ones are doubted."""
_ROUNDED = re.compile(r"[+-]?\d+([.,]\d+)?\s*E\s*\+?\d{1,3}", re.IGNORECASE)
"""What a spreadsheet makes of a long number: ``9.4E+21``. Most digits are lost."""
_BETWEEN = re.compile(
    r"\s*[;\n|]\s*|\s*,\s*|\s+/\s+|\s+(?:and|und|et|y|e|en|&|\+)\s+", re.IGNORECASE
)
_SLASHED = re.compile(r"(?=[^/]*\d)[^/]{6,}(/(?=[^/]*\d)[^/]{6,})+")
_THOUSANDS = re.compile(r"\d{1,3}([,.]\d{3})+")
_USUAL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?")
_DATE = re.compile(r"\d{1,2}([-/.])\d{1,2}\1(\d{2}|\d{4})|\d{4}([-/.])\d{1,2}\3\d{1,2}")
_SPACES = re.compile(r"[^\S\n]+")
_LINK = re.compile(r"(https?:|www\.)", re.IGNORECASE)
_FLOAT = re.compile(r"(\d+)\.0+")
_EXACT_DIGITS = 15
"""So many digits a spreadsheet keeps of a number; zeros stand for the rest."""
_NOTHING = frozenset(
    ["-", "--", "/", ".", "0", "n/a", "na", "none", "null", "nan", "tbd", "kein", "keine"]
    + ["aucun", "aucune", "geen", "ninguno", "nessuno"]
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a cell says: its numbers, a carrier that stands before them, and what is wrong or in
    doubt."""

    numbers: tuple[str, ...] = ()
    carrier: str = ""
    problem: Problem | None = None
    doubts: tuple[Doubt, ...] = ()


def read(text: str) -> Numbers:
    """The tracking numbers in a cell as ``cells.shown`` has it."""
    text = _SPACES.sub(" ", text)
    if text.casefold() in _NOTHING or not text:
        return Numbers()
    if _LINK.match(text):
        return Numbers(problem=Problem.NUMBER_IS_LINK)
    found: list[str] = []
    doubts: list[Doubt] = []
    named = ""
    for part in _parts(text):
        carrier, rest = _without_carrier(part)
        named = named or carrier
        if _is_rounded(rest):
            return Numbers((rest,), named, Problem.NUMBER_ROUNDED)
        for number, joined in _spaced(_without_zero(rest)):
            found.append(number)
            doubts += [Doubt.NUMBER_JOINED] * joined + _doubts(number)
    return Numbers(tuple(dict.fromkeys(found)), named, None, tuple(dict.fromkeys(doubts)))


def _parts(text: str) -> list[str]:
    if _THOUSANDS.fullmatch(text) or _ROUNDED.fullmatch(text):
        return [text]
    found: list[str] = []
    for part in _BETWEEN.split(text):
        found += part.split("/") if _SLASHED.fullmatch(part) else [part]
    return [part for part in found if part.strip()]


def _without_carrier(part: str) -> tuple[str, str]:
    """A carrier's name that stands before the number, and the number."""
    words = re.split(r"[\s:]+", part.strip())
    for end in range(min(len(words) - 1, 3), 0, -1):
        head = words[:end]
        name = carrier_names.find(" ".join(head)) if not re.search(r"\d", "".join(head)) else ""
        if name and len(head[0]) > 1:
            return name, " ".join(words[end:])
    return "", part.strip()


def _is_rounded(text: str) -> bool:
    as_float = _FLOAT.fullmatch(text)
    return bool(_ROUNDED.fullmatch(text) or (as_float and len(as_float[1]) > _EXACT_DIGITS))


def _without_zero(text: str) -> str:
    """``123456789012.0``, as programs write a number that they took for one with decimals."""
    as_float = _FLOAT.fullmatch(text)
    return as_float[1] if as_float and len(as_float[1]) > 3 else text


def _spaced(text: str) -> list[tuple[str, bool]]:
    """A number without the spaces in it, and whether it was put together in doubt; or the numbers
    that stand side by side."""
    if _THOUSANDS.fullmatch(text):
        return [(re.sub("[,.]", "", text), True)]
    words = text.split()
    if len(words) > 1 and all(map(_is_whole, words)):
        return [(word, False) for word in words]
    joined = "".join(words)
    has_word = len(words) > 1 and any(len(word) > 2 and word.isalpha() for word in words)
    may_be_several = sum(len(word) > 8 for word in words) > 1
    return [(joined, has_word or may_be_several)]


def _is_whole(word: str) -> bool:
    digits = sum(sign.isdigit() for sign in word)
    return bool(carriers.guess(word)) or (len(word) >= 10 and digits >= 6)


def _doubts(number: str) -> list[Doubt]:
    found = []
    if _DATE.fullmatch(number):
        found.append(Doubt.NUMBER_LOOKS_LIKE_DATE)
    elif not _USUAL.fullmatch(number) or len(number) > LONGEST or "/" in number:
        found.append(Doubt.NUMBER_SIGNS)
    if not any(sign.isdigit() for sign in number):
        found.append(Doubt.NUMBER_NO_DIGIT)
    if number.isdigit() and set(number[_EXACT_DIGITS:]) == {"0"}:
        found.append(Doubt.NUMBER_ENDS_IN_ZEROS)
    return found
