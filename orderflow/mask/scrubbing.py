"""Removes what is known of a buyer from a text, in time that grows with the text's length alone.

A text is read as tokens (runs of letters and digits) and each hidden word as a sequence of them, so
case, accents, invisible signs and kinds of space make no difference. A text is also read as it
would be after HTML, URL and JSON escapes were undone, because stores quote in all three. Phone
numbers are found by walking over runs of digits. Pure, and free of patterns that backtrack.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

LEAST_DIGITS = 7
"""Of a phone number: fewer may be anything."""
FRAGMENT = 3
"""So many words in a row of a note count as a quotation of it."""
HIDDEN = "…"

_ESCAPE = re.compile(
    r"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};)"
    r"|(?:%[0-9a-fA-F]{2})+|(?:\\u[0-9a-fA-F]{4})+|\\x[0-9a-fA-F]{2}|\\[nrtbf\"'/\\]"
)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "b": " ", "f": " "}
_TOKEN = re.compile(
    "["
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"  # East Asia
    "]|_|(?:(?![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
    "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])[^\\W_])+"
)
"""A word; one sign where a script puts no spaces between words; an underscore."""
_APART = frozenset(".·•-/\\()[]+")
"""May stand between the digits of a phone number, beside every kind of space and dash."""

Span = tuple[int, int]


@dataclass(slots=True)
class _Read:
    """One way to read a text: ``signs[i]`` stands at ``starts[i]`` to ``ends[i]`` of the text."""

    signs: str
    starts: list[int]
    ends: list[int]


@dataclass(slots=True)
class _Word:
    """A hidden word: its tokens between spaces, and the signs around them (``head``, ``tail``)."""

    tokens: str
    head: str
    tail: str
    strict: bool
    """It is too short to be hidden without the signs around it."""


@dataclass(slots=True)
class Scrubber:
    """Removes ``words``. Of ``quoted`` texts (notes, streets) each run of three words goes too, and
    each word of four signs with a digit among them: a store may quote a part."""

    _words: list[_Word] = field(default_factory=list)
    _signs: list[str] = field(default_factory=list)
    _phones: list[str] = field(default_factory=list)
    _fragments: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, words: Iterable[str], quoted: Iterable[str] = ()) -> Scrubber:
        scrubber = cls()
        for word in dict.fromkeys(words):
            scrubber._hide(word)
        for text in dict.fromkeys(quoted):
            scrubber._hide_parts(text)
        return scrubber

    def _hide(self, word: str) -> None:
        digits = digits_of(word)
        if len(digits) >= LEAST_DIGITS and not any(sign.isalpha() for sign in word):
            self._phones.append(digits[-LEAST_DIGITS:])
            return
        read = _fold(_raw(word))
        found = list(_TOKEN.finditer(read.signs))
        if not found:
            self._signs.extend(filter(None, [word.strip()]))
            return
        head, tail = read.signs[: found[0].start()], read.signs[found[-1].end() :]
        tokens = [match[0] for match in found]
        strict = sum(map(len, tokens)) < 2
        self._words.append(_Word(f" {' '.join(tokens)} ", head.strip(), tail.strip(), strict))

    def _hide_parts(self, text: str) -> None:
        tokens = _TOKEN.findall(_fold(_raw(text)).signs)
        self._fragments |= {
            " ".join(tokens[at : at + FRAGMENT]) for at in range(len(tokens) - FRAGMENT + 1)
        }
        for token in set(tokens):
            if len(token) > 3 and any(sign.isdigit() for sign in token):
                self._words.append(_Word(f" {token} ", "", "", False))

    def scrub(self, text: str, *, cut: bool = False) -> str:
        """``text`` with ``…`` where it tells something hidden. One that was ``cut`` may end with
        the beginning of something hidden, which goes too."""
        if not text or not (self._words or self._signs or self._phones or self._fragments):
            return text
        raw = _raw(text)
        spans = [*self._found(raw), *self._literally(text)]
        plain = _unescape(raw)
        if plain is not raw:
            spans += self._found(plain)
        if cut:
            spans += self._begun(plain)
        return _without(text, spans)

    def _begun(self, read: _Read) -> Iterator[Span]:
        """The beginning of a hidden word, or a run of digits, at the end of a text."""
        folded = _fold(read)
        matches = list(_TOKEN.finditer(folded.signs))
        line = f" {' '.join(match[0] for match in matches)}"
        longest = max((_overlap(line, word.tokens) for word in self._words), default=0)
        if longest:
            first = matches[line.count(" ", 0, len(line) - longest + 1) - 1]
            yield folded.starts[first.start()], read.ends[-1]
        *_, (start, places) = [(0, [-1]), *_runs_of_digits(read.signs, least=3)]
        if self._phones and all(map(_is_apart, read.signs[places[-1] + 1 :])):
            yield read.starts[start], read.ends[-1]

    def scrub_all(self, value: Any) -> Any:
        """A JSON value with all its texts scrubbed."""
        if isinstance(value, str):
            return self.scrub(value)
        if isinstance(value, dict):
            return {name: self.scrub_all(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.scrub_all(each) for each in value]
        return value

    def _literally(self, text: str) -> Iterator[Span]:
        for signs in self._signs:
            at = text.find(signs)
            while at >= 0:
                yield at, at + len(signs)
                at = text.find(signs, at + len(signs))

    def _found(self, read: _Read) -> Iterator[Span]:
        if self._phones:
            yield from ((read.starts[a], read.ends[b - 1]) for a, b in self._calls(read.signs))
        if self._words or self._fragments:
            folded = _fold(read)
            for a, b in self._tokens(folded.signs):
                yield folded.starts[a], folded.ends[b - 1]

    def _tokens(self, folded: str) -> Iterator[Span]:
        """Where hidden words stand in ``folded``."""
        matches = list(_TOKEN.finditer(folded))
        line = f" {' '.join(match[0] for match in matches)} "
        begins, at = [], 0
        for match in matches:
            begins.append(at)
            at += len(match[0]) + 1
        for word in self._words:
            at = line.find(word.tokens)
            while at >= 0:
                first = bisect_right(begins, at) - 1
                last = bisect_right(begins, at + len(word.tokens) - 2) - 1
                span = _with_signs(folded, word, matches[first].start(), matches[last].end())
                if span:
                    yield span
                at = line.find(word.tokens, at + len(word.tokens) - 1)
        if self._fragments:
            for n in range(len(matches) - FRAGMENT + 1):
                if " ".join(match[0] for match in matches[n : n + FRAGMENT]) in self._fragments:
                    yield matches[n].start(), matches[n + FRAGMENT - 1].end()

    def _calls(self, text: str) -> Iterator[Span]:
        """Where hidden phone numbers stand in ``text``, with all digits before them."""
        for start, places in _runs_of_digits(text):
            digits = "".join(str(unicodedata.decimal(text[at])) for at in places)
            last = max((_last(digits, places, tail) for tail in self._phones), default=-1)
            if last >= 0:
                yield start, last + 1


def _last(digits: str, places: list[int], tail: str) -> int:
    """Where the last number that ends with ``tail`` ends; another digit right behind it makes it
    another number. -1: nowhere."""
    at = digits.rfind(tail)
    while at >= 0:
        end = at + len(tail) - 1
        if end + 1 == len(places) or places[end + 1] != places[end] + 1:
            return places[end]
        at = digits.rfind(tail, 0, at + len(tail) - 1)
    return -1


def _overlap(line: str, word: str) -> int:
    """How many signs at the end of ``line``, two letters at least, begin ``word``."""
    lengths = range(min(len(line), len(word) - 1), 2, -1)
    return next((n for n in lengths if line.endswith(word[:n])), 0)


def _runs_of_digits(text: str, least: int = LEAST_DIGITS) -> Iterator[tuple[int, list[int]]]:
    """Where each run of digits and what may stand between them begins, and where its digits are."""
    start, places = -1, list[int]()
    for at, sign in enumerate(text):
        if sign.isdecimal():
            start = at if start < 0 else start
            places.append(at)
        elif start < 0:
            start = at if sign in "+([" else -1
        elif not _is_apart(sign):
            if len(places) >= least:
                yield start, places
            start, places = -1, []
    if len(places) >= least:
        yield start, places


def _is_apart(sign: str) -> bool:
    return sign in _APART or sign.isspace() or unicodedata.category(sign) in ("Pd", "Cf", "Zs")


def digits_of(text: str) -> str:
    return "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())


def _with_signs(folded: str, word: _Word, start: int, end: int) -> Span | None:
    """The place of a word with the signs around it, where they are there too."""
    if word.tail and folded.startswith(word.tail, end):
        end += len(word.tail)
    elif word.tail and word.strict:
        return None
    if word.head and folded.endswith(word.head, 0, start):
        start -= len(word.head)
    elif word.head and word.strict:
        return None
    return start, end


def _without(text: str, spans: list[Span]) -> str:
    """``text`` with one ``…`` for each stretch that ``spans`` cover."""
    if not spans:
        return text
    kept, at, covered = [], 0, -1
    for start, end in sorted(spans):
        if start > covered:
            kept += [text[at:start], HIDDEN]
        covered = max(covered, end)
        at = covered
    return "".join([*kept, text[at:]])


# -- ways to read a text ---------------------------------------------------------------------------


def _raw(text: str) -> _Read:
    return _Read(text, list(range(len(text))), list(range(1, len(text) + 1)))


def _fold(read: _Read) -> _Read:
    """Without case, accents and signs that nobody sees; one sign may become several or none."""
    if read.signs.isascii():
        return _Read(read.signs.lower(), read.starts, read.ends)
    signs, starts, ends = list[str](), list[int](), list[int]()
    for sign, start, end in zip(read.signs, read.starts, read.ends, strict=True):
        folded = _folded(sign)
        if not folded and ends:
            ends[-1] = max(ends[-1], end)
        signs += folded
        starts += [start] * len(folded)
        ends += [end] * len(folded)
    return _Read("".join(signs), starts, ends)


@lru_cache(maxsize=4096)
def _folded(sign: str) -> str:
    """``ß`` as ``ss``, ``É`` as ``e``, capital and dotless I as ``i``, any digit as 0 to 9."""
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    plain = unicodedata.normalize("NFKD", sign)
    apart = unicodedata.normalize("NFKD", plain.casefold()).replace("\u0131", "i")
    return "".join(c for c in apart if unicodedata.category(c) not in ("Mn", "Me", "Cf"))


def _unescape(read: _Read) -> _Read:
    """As it reads after escapes of HTML, URLs and JSON were undone, twice over; ``read`` itself
    where there are none."""
    for _ in range(2):
        found = list(_ESCAPE.finditer(read.signs))
        if not found:
            break
        read = _replaced(read, found)
    return read


def _replaced(read: _Read, found: list[re.Match[str]]) -> _Read:
    signs, starts, ends, at = list[str](), list[int](), list[int](), 0
    for match in found:
        begin, end = match.span()
        signs.append(read.signs[at:begin])
        starts += read.starts[at:begin]
        ends += read.ends[at:begin]
        at = begin
        for meant, width in _meant(match[0]):
            signs.append(meant)
            starts += [read.starts[at]] * len(meant)
            at += width
            ends += [read.ends[at - 1]] * len(meant)
        at = end
    signs.append(read.signs[at:])
    return _Read("".join(signs), starts + read.starts[at:], ends + read.ends[at:])


def _meant(escape: str) -> Iterator[tuple[str, int]]:
    """What an escape, or several in a row, stands for: (text, signs it took)."""
    if escape.startswith("&"):
        yield html.unescape(escape), len(escape)
    elif escape.startswith("%"):
        told = bytes.fromhex(escape.replace("%", ""))
        yield from ((sign, 3 * size) for sign, size in _as_utf_8(told))
    elif escape.startswith("\\u"):
        units = bytes.fromhex(escape.replace("\\u", ""))
        for sign in units.decode("utf-16-be", "replace"):
            yield sign, 12 if ord(sign) > 0xFFFF else 6
    elif escape.startswith("\\x"):
        yield chr(int(escape[2:], 16)), len(escape)
    else:
        yield _CONTROLS.get(escape[1], escape[1]), len(escape)


def _as_utf_8(told: bytes) -> Iterator[tuple[str, int]]:
    """(sign, bytes it took); as Latin-1 where it is no UTF-8."""
    try:
        signs = told.decode()
    except UnicodeDecodeError:
        signs = told.decode("latin-1")
        yield from ((sign, 1) for sign in signs)
        return
    yield from ((sign, len(sign.encode())) for sign in signs)
