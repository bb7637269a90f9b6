"""What a store says becomes finite, cut, shaped and safe before any other code sees it."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from stores import boundary
from stores.boundary import Unreadable


class _Entry(boundary.Told):
    key: boundary.Text = ""
    value: boundary.LongText = ""


class _Order(boundary.Told):
    id: boundary.Whole
    meta: boundary.Loose[_Entry] = []
    items: boundary.Listing[_Entry] = []


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1}',
        b'\xef\xbb\xbf{"a":1}',
        b'\xef\xbb\xbf\xef\xbb\xbf\r\n {"a":1}\n',
        b"<br />\n<b>Warning</b>: Undefined array key [0] in {main} on line 3\n" + b'{"a":1}',
        b'{"a":1}<!-- Page cached by a plugin, 0.2 s -->',
        b'Notice: x{"a":1}<!-- y -->',
    ],
)
def test_json_is_found_behind_marks_and_notices(body: bytes) -> None:
    assert boundary.decode(body) == {"a": 1}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"1",
        b'"text"',
        b"null",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b"[" * 100_000,
        b'{"a":1',
        b'<!doctype html><script>var x = {"a": 1}</script>',
        b"\xff\xfe{\x00}\x00",
    ],
)
def test_what_is_no_json_object_or_list_is_nothing(body: bytes) -> None:
    assert boundary.decode(body) is None


@pytest.mark.parametrize("value", ["inf", "nan", "1e400", "9" * 70, True, [1], {"a": 1}, math.inf])
def test_a_number_that_is_not_finite_cannot_be_read(value: Any) -> None:
    with pytest.raises(Unreadable):
        boundary.amount(value)


def test_numbers_come_as_numbers_and_as_texts() -> None:
    assert boundary.amount(" 12.50 ") == Decimal("12.50")
    assert boundary.amount(12.5) == Decimal("12.5")
    assert boundary.whole("7") == boundary.whole(7.0) == 7
    assert boundary.pieces(None) == 0
    with pytest.raises(Unreadable):
        boundary.whole("7.5")
    with pytest.raises(Unreadable):
        boundary.pieces(-1)
    with pytest.raises(Unreadable):
        boundary.whole(10**13)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, ""),
        ("a\x00b\ud800c\u2028d", "abcd"),
        ({"name": "Grüße"}, '{"name": "Grüße"}'),
        (True, "true"),
        (12, "12"),
        ("x" * 10**6, "x" * 500),
    ],
)
def test_any_value_becomes_a_text_that_can_be_kept(value: Any, told: str) -> None:
    assert boundary.text(value) == told


def test_words_are_one_short_line() -> None:
    assert boundary.words("a\r\nSet-Cookie: b\t c") == "a Set-Cookie: b c"
    assert len(boundary.words("wort " * 10**6)) == 500


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "//evil.example.com/x",
        "https://user@evil.example.com/",
        "https:///x",
        "https://[::1",
        'https://a.example.com/"><img src=x>',
        "https://a.example.com/\u202e\nx",
        "https://a.example.com/" + "x" * 3000,
        None,
        ["https://a.example.com/"],
    ],
)
def test_a_link_that_a_buyer_must_not_click_is_none(value: Any) -> None:
    assert boundary.link(value) == ""


def test_a_link_to_a_web_page_is_kept() -> None:
    assert boundary.link(" https://a.example.com/t?n=1Z&x=2#top ") == (
        "https://a.example.com/t?n=1Z&x=2#top"
    )


def test_a_list_may_be_told_as_an_object_and_hold_odd_entries() -> None:
    told = {"id": "5", "meta": {"1": {"key": "a"}, "2": [], "3": None, "4": {"key": ["b"]}}}
    assert [each.key for each in boundary.read(_Order, told).meta] == ["a", '["b"]']
    assert boundary.read(_Order, {"id": 5, "meta": "none at all"}).meta == []


def test_an_odd_entry_of_a_list_that_counts_makes_the_record_unreadable() -> None:
    with pytest.raises(Unreadable, match="items"):
        boundary.read(_Order, {"id": 5, "items": [{"key": "a"}, []]})


def test_an_unreadable_record_quotes_nothing_of_what_was_said() -> None:
    with pytest.raises(Unreadable) as caught:
        boundary.read(_Order, {"id": "Quentin Canary"})
    assert "Canary" not in str(caught.value)


def test_one_bad_record_does_not_end_the_list() -> None:
    read, unread = boundary.each(
        {"0": {"id": 1}, "1": [[]], "2": {"id": "x"}, "3": {"id": 4}},
        lambda one: boundary.read(_Order, one).id,
        lambda one: str(one["id"]),
    )
    assert read == [1, 4]
    assert unread == ("x",)


def test_a_list_without_end_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        boundary.entries([0] * (boundary.ENTRIES + 1))


@pytest.mark.parametrize(
    "value", ["2026-01-02T03:04:05", "2026-01-02T03:04:05Z", "2026-01-01T22:04:05-05:00"]
)
def test_times_are_in_utc(value: str) -> None:
    assert boundary.moment(value) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, 5, "", "soon", "0000-00-00T00:00:00", "9" * 50])
def test_what_is_no_time_cannot_be_read(value: Any) -> None:
    with pytest.raises(Unreadable):
        boundary.moment(value)


@pytest.mark.parametrize("noise", [b"[", b"{", b'{"a":', b"[]]", b"{}}"])
def test_reading_noise_costs_in_proportion_to_its_length(noise: bytes) -> None:
    def cost(length: int) -> float:
        body = noise * (length // len(noise))
        return min(_cpu(body) for _ in range(3))

    def _cpu(body: bytes) -> float:
        began = time.process_time()
        boundary.decode(body)
        return time.process_time() - began

    assert cost(2_000_000) < 8 * max(cost(1_000_000), 0.005)
