"""Times are told by the clock of whoever reads them, and name it where that is not known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orderflow import moments
from orderflow.moments import Reader, Words

NOW = datetime(2026, 11, 28, 3, 30, tzinfo=UTC)
"""Still the evening of the 27th in Toronto, already noon in Tokyo."""


def words(how: str) -> Words:
    if how == moments.INSIDE:
        return Words("today, %(time)s", "yesterday, %(time)s", "%(day)s at %(time)s")
    return Words("Today, %(time)s", "Yesterday, %(time)s", "%(day)s, %(time)s")


def reader(timezone: str, locale: str = "en_GB") -> Reader:
    return Reader(locale, timezone, words)


@pytest.mark.parametrize(
    ("timezone", "back", "said"),
    [
        ("America/Toronto", 0, "Today, 22:30"),
        ("America/Toronto", 23, "Yesterday, 23:30"),
        ("Asia/Tokyo", 0, "Today, 12:30"),
        ("Asia/Tokyo", 13, "Yesterday, 23:30"),
        ("Asia/Tokyo", 40, "26 Nov 2026, 20:30"),
    ],
)
def test_a_day_begins_when_it_does_for_the_reader(timezone: str, back: int, said: str) -> None:
    told = moments.html(NOW - timedelta(hours=back), NOW, reader(timezone))
    assert f">{said}</time>" in told
    assert f"({timezone})" in told
    assert "data-local" not in told


def test_inside_a_sentence_the_day_has_a_small_letter() -> None:
    toronto = reader("America/Toronto")
    assert ">today, 22:30<" in moments.html(NOW, NOW, toronto, moments.INSIDE)
    early = moments.html(NOW - timedelta(days=3), NOW, toronto, moments.INSIDE)
    assert ">24 Nov 2026 at 22:30<" in early


def test_without_a_clock_it_is_utc_says_so_and_is_left_to_the_browser() -> None:
    told = moments.html(NOW, NOW, reader(""), seconds=True)
    assert ">Today, 03:30:00 UTC</time>" in told
    assert 'datetime="2026-11-28T03:30:00+00:00"' in told
    assert 'data-local="medium"' in told
    assert 'data-earlier="%(day)s, %(time)s"' in told
    assert moments.plain(NOW, reader("")) == "28 Nov 2026 at 03:30 UTC"
    assert moments.plain(NOW, reader("Asia/Tokyo")) == "28 Nov 2026 at 12:30"


@pytest.mark.parametrize("name", ["", "Nowhere/City", "../../etc/passwd", "Europe/\0", "a" * 5000])
def test_a_clock_that_nobody_knows_is_none(name: str) -> None:
    assert moments.known(name) == ""
    assert moments.zone(name) is None
