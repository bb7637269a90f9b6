"""Times as people read them: by the clock of a place, with the day in a word while it is recent.

The place is the shop's or the person's. Where none is known a time is told in UTC, with that name
behind it, and marked so that the browser can tell it by its own clock (``times.js``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, format_time
from markupsafe import Markup

STANDS, INSIDE = "stands", "inside"
"""Whether a time stands by itself or inside a sentence."""


@dataclass(frozen=True, slots=True)
class Words:
    """Of the reader's language, with ``%(time)s`` in them, and in ``earlier`` ``%(day)s`` too."""

    today: str
    yesterday: str
    earlier: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: in which language, by which clock (an IANA name, "" where nobody knows)."""

    locale: str
    timezone: str
    words: Callable[[str], Words]
    """For STANDS and for INSIDE."""

    @property
    def zone(self) -> tzinfo:
        return zone(self.timezone) or UTC

    @property
    def place(self) -> str:
        """The name of the clock, for an exact time."""
        return self.timezone.replace("_", " ") or "UTC"


@cache
def zone(name: str) -> tzinfo | None:
    """The clock of that IANA name; None for "" and for a name that nobody knows."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def known(name: str) -> str:
    """``name``, or "" where no clock is known by it."""
    return name if zone(name) is not None else ""


def exact(at: datetime, reader: Reader) -> str:
    """To the second, with the name of the clock."""
    text = format_datetime(at, "medium", tzinfo=reader.zone, locale=reader.locale)
    return f"{text} ({reader.place})"


def plain(at: datetime, reader: Reader) -> str:
    """To the minute, for a text that is no page; always with the day."""
    words = reader.words(INSIDE)
    text = words.earlier % {"day": _day(at, reader), "time": _clock(at, reader, "short")}
    return text if reader.timezone else f"{text} UTC"


def html(
    at: datetime, now: datetime, reader: Reader, how: str = STANDS, *, seconds: bool = False
) -> Markup:
    """A ``time`` element; the exact time stands in its title. Where the reader's clock is not known
    it has what the browser needs to tell it by its own."""
    precision, words = "medium" if seconds else "short", reader.words(how)
    told = {"day": _day(at, reader), "time": _clock(at, reader, precision)}
    text = _word(at, now, reader, words) % told
    if reader.timezone:
        return _element(at, text, exact(at, reader), {})
    marks = {"local": precision, "today": words.today, "yesterday": words.yesterday}
    return _element(at, f"{text} UTC", exact(at, reader), {**marks, "earlier": words.earlier})


def ago(at: datetime, text: str, reader: Reader) -> Markup:
    """``text`` says how long ago; the exact time stands in the title."""
    return _element(at, text, exact(at, reader), {} if reader.timezone else {"local": "ago"})


def _element(at: datetime, text: str, title: str, marks: Mapping[str, str]) -> Markup:
    attributes = {"datetime": at.isoformat(), "title": title}
    attributes |= {f"data-{name}": value for name, value in marks.items()}
    written = Markup("").join(Markup(' {}="{}"').format(*each) for each in attributes.items())
    return Markup("<time{}>{}</time>").format(written, text)


def _word(at: datetime, now: datetime, reader: Reader, words: Words) -> str:
    day, today = at.astimezone(reader.zone).date(), now.astimezone(reader.zone).date()
    recent = {today: words.today, today - timedelta(days=1): words.yesterday}
    return recent.get(day, words.earlier)


def _day(at: datetime, reader: Reader) -> str:
    return format_date(at.astimezone(reader.zone), "medium", locale=reader.locale)


def _clock(at: datetime, reader: Reader, precision: str) -> str:
    return format_time(at, precision, tzinfo=reader.zone, locale=reader.locale)
