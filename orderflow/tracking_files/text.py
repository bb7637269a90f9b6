"""The bytes of a file as text: byte order marks, UTF-8, UTF-16 and the one-byte encodings.

A file in a one-byte encoding does not say which. Windows writes cp1252 in Western Europe, so that
comes first; charset-normalizer names others that fit, and ``table`` takes the one in which it knows
the most titles. (On a short title alone charset-normalizer takes cp1252 for cp1250.)
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from orderflow.tracking_files.findings import FileProblem, FileUnreadable

MOST_BYTES = 1_000_000
LOST = "\ufffd"
"""Stands where a letter could not be read."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How .xlsx, .ods and .xls files begin."""
_OTHERS = (b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
_PAGE = re.compile(r"\s*<(!doctype|html|table|\?xml)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_ONE_BYTE = ["cp1252", "mac_roman", "cp850", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257"]
_SAMPLE = 32 * 1024


def readings(body: bytes) -> list[str]:
    """The text of a file, the likeliest reading first; mostly there is one. Line ends are ``\\n``,
    NUL bytes are gone, and LOST stands for letters that could not be read.

    Raises FileUnreadable: TOO_BIG, EMPTY, WORKBOOK, NOT_TEXT."""
    if len(body) > MOST_BYTES:
        raise FileUnreadable(FileProblem.TOO_BIG)
    if body.startswith(_WORKBOOKS):
        raise FileUnreadable(FileProblem.WORKBOOK)
    if body.startswith(_OTHERS):
        raise FileUnreadable(FileProblem.NOT_TEXT)
    return [_checked(text) for text in _decoded(body)]


def _decoded(body: bytes) -> list[str]:
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), "")
    wide = marked or _utf16_without_mark(body)
    if wide:
        return [body.decode(wide, "replace")]
    try:
        return [body.decode("utf-8")]
    except UnicodeDecodeError:
        return [body.decode("utf-8", "replace")] if _is_mostly_utf8(body) else _one_byte(body)


def _utf16_without_mark(body: bytes) -> str:
    """Latin letters in UTF-16 have a NUL as every other byte."""
    sample = body[: _SAMPLE & ~1]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if half and max(even, odd) > half * 0.4 and min(even, odd) < half * 0.05:
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""


def _is_mostly_utf8(body: bytes) -> bool:
    """Letters that only UTF-8 writes so outnumber the bytes that are none."""
    text = body.decode("utf-8", "replace")
    return sum(letter > "\x7f" and letter != LOST for letter in text) > text.count(LOST)


def _one_byte(body: bytes) -> list[str]:
    found = from_bytes(body[:_SAMPLE], cp_isolation=_ONE_BYTE, preemptive_behaviour=False)
    names = dict.fromkeys(["cp1252", *(match.encoding for match in found)])
    return [body.decode(name, "replace") for name in names]


def _checked(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    noise = len(_CONTROL.findall(lines))
    if noise > 3 + len(lines) // 100 or _PAGE.match(lines):
        raise FileUnreadable(FileProblem.NOT_TEXT)
    plain = lines.replace("\0", "")
    if not plain.strip():
        raise FileUnreadable(FileProblem.EMPTY)
    return plain
