"""Cells as people mean them: without invisible signs, Excel's text forms and apostrophes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_TEXT_FORM = re.compile(r'=\s*(?:T|TEXT)?\(?\s*"((?:[^"]|"")*)"(?:\s*[;,]\s*"[^"]*")?\s*\)?')
"""``="9400…"``: how tools keep Excel from taking digits for a number."""
_LINK_FORM = re.compile(
    r"=\s*(?:HYPERLINK|LIEN_HYPERTEXTE|HIPERVINCULO|COLLEG.IPERTESTUALE)"
    r'\(\s*"([^"]*)"\s*(?:[;,]\s*"([^"]*)"\s*)?\)',
    re.IGNORECASE,
)
_DIGITS_FORM = re.compile(r"=\s*(\d+)")
_APOSTROPHES = "'’‘`´"
_MARKS = '"“”„«»' + _APOSTROPHES
_DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_BLANK = "\u115f\u1160\u3164\uffa0\u2800"
"""Letters that look like spaces."""


@dataclass(frozen=True, slots=True)
class Plain:
    """``text``: what the cell shows. ``link``: where a hyperlink of it leads. ``is_formula``: what
    it shows is calculated, and not in the file."""

    text: str
    link: str = ""
    is_formula: bool = False


def visible(cell: str) -> str:
    """Without signs that nobody sees; wide and foreign digits and letters of full width as ASCII,
    all dashes as ``-``; lines stay."""
    return "".join(map(_visible, _DASHES.sub("-", cell)))


def _visible(sign: str) -> str:
    if sign < "\x7f":
        return sign if sign >= " " or sign == "\n" else " "
    kind = unicodedata.category(sign)
    if kind == "Nd":
        return str(unicodedata.digit(sign))
    if "\uff01" <= sign <= "\uff5e":
        return chr(ord(sign) - 0xFEE0)
    if kind == "Zs" or kind == "Cc" or sign in _BLANK:
        return " "
    if kind in ("Zl", "Zp"):
        return "\n"
    is_selector = "\ufe00" <= sign <= "\ufe0f" or sign == "\u034f"
    return "" if kind == "Cf" or is_selector else sign


def shown(cell: str) -> Plain:
    """What a spreadsheet would show of a cell. Lines stay."""
    told = visible(cell).strip()
    text = told.lstrip(_APOSTROPHES).strip()
    if not text.startswith("="):
        return Plain(_unquoted(told))
    if found := _TEXT_FORM.fullmatch(text):
        return Plain(found[1].replace('""', '"').strip().lstrip(_APOSTROPHES).strip())
    if found := _LINK_FORM.fullmatch(text):
        return Plain(found[2] or found[1], found[1])
    if found := _DIGITS_FORM.fullmatch(text):
        return Plain(found[1])
    return Plain(text, is_formula=True)


def _unquoted(text: str) -> str:
    """Without quotation marks around it and apostrophes before it."""
    if len(text) > 1 and text[0] in _MARKS and text[-1] in _MARKS:
        return text[1:-1].strip().lstrip(_APOSTROPHES)
    return text.lstrip(_APOSTROPHES).strip()


def plain(cell: str) -> str:
    """What a spreadsheet would show of a cell, on one line."""
    return " ".join(shown(cell).text.split())


def clean(cell: str) -> str:
    """A title or a text as written, on one line and without invisible signs and apostrophes before
    it."""
    return " ".join(visible(cell).split()).lstrip("'")
