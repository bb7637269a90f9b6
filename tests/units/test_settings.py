"""What is a value of a setting, and what is not."""

from __future__ import annotations

import pytest

from orderflow.rules.settings import SettingError, Value, limits, parse


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("only_if_paid", "off", False),
        ("only_if_paid", "True", True),
        ("delay_minutes", " 1440 ", 1440),
        ("push_every", "15", 15),
        ("conflicts", "ask", "ask"),
        ("email_mode", "leave_out", "leave_out"),
        ("contact_email", "", ""),
        ("contact_email", "orders@example.com", "orders@example.com"),
        ("contact_email", "*@in.example.com", "*@in.example.com"),
    ],
)
def test_what_is_typed_becomes_its_value(name: str, typed: str, value: Value) -> None:
    assert parse(name, typed) == value


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("only_if_paid", "perhaps", "either on or off"),
        ("delay_minutes", "-1", "from 0 to 1440"),
        ("delay_minutes", "1.5", "from 0 to 1440"),
        ("push_every", "10", "one of 0, 5, 15, 30, 60"),
        ("vendor_cancel", "", "one of flag, cancel"),
        ("contact_email", "a+b@example.com", "an e-mail address"),
        ("contact_email", "x@example", "an e-mail address"),
        ("contact_email", "a@example.com\nBcc: b@example.com", "an e-mail address"),
        ("contact_email", "a" * 120 + "@example.com", "an e-mail address"),
        ("everything", "on", "There is no setting 'everything'"),
    ],
)
def test_what_is_no_value_is_told_with_what_would_be(name: str, typed: str, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        parse(name, typed)


def test_a_number_has_limits() -> None:
    assert limits("delay_minutes") == (0, 1440)
