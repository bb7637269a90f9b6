"""Minor units and their text, by the currency's own number of digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.money import (
    Gross,
    Net,
    Shown,
    Tax,
    gross,
    net,
    net_of_shown,
    rounded_to_minor,
    shown_of_net,
    to_minor,
    to_text,
)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("-0.01", "usd", -1),
        ("1250", "JPY", 1250),
        ("1250.00", "JPY", 1250),
        ("1.234", "KWD", 1234),
        ("0.0001", "CLF", 1),
        ("999999999999.99", "USD", 99999999999999),
    ],
)
def test_an_amount_becomes_minor_units(text: str, currency: str, minor: int) -> None:
    assert to_minor(text, currency) == minor


@pytest.mark.parametrize(("text", "currency"), [("12.505", "EUR"), ("0.5", "JPY")])
def test_digits_that_the_currency_does_not_have_are_refused_in_amounts_of_ours(
    text: str, currency: str
) -> None:
    with pytest.raises(ValueError, match="more digits"):
        to_minor(text, currency)


@pytest.mark.parametrize("text", ["", "3,50", "abc", "NaN", "Infinity"])
def test_what_is_no_number_is_refused(text: str) -> None:
    for read in (to_minor, rounded_to_minor):
        with pytest.raises(ValueError, match="not an amount"):
            read(text, "EUR")


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(1250, "EUR", "12.50"), (0, "EUR", "0.00"), (5, "JPY", "5"), (-1, "KWD", "-0.001")],
)
def test_minor_units_become_text_with_a_point(minor: int, currency: str, text: str) -> None:
    assert to_text(minor, currency) == text


@given(st.integers(-(10**15), 10**15), st.sampled_from(["EUR", "JPY", "KWD", "CLF", "XXX"]))
def test_there_and_back_is_the_same_amount(minor: int, currency: str) -> None:
    assert to_minor(to_text(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.505", "EUR", 1251),
        ("-12.505", "EUR", -1251),
        ("12.504", "EUR", 1250),
        ("1.875", "USD", 188),
        ("0.5", "JPY", 1),
        ("99.9994", "KWD", 99999),
    ],
)
def test_digits_that_others_tell_beyond_the_currency_are_rounded(
    text: str, currency: str, minor: int
) -> None:
    assert rounded_to_minor(text, currency) == minor


@given(st.integers(0, 10**9), st.integers(0, 10**8), st.booleans())
def test_one_kind_of_amount_becomes_another_and_back(amount: int, tax: int, included: bool) -> None:
    with_tax = gross(Net(amount), Tax(tax))
    assert with_tax == Gross(amount + tax)
    assert net(with_tax, Tax(tax)) == amount
    shown = shown_of_net(Net(amount), Tax(tax), included=included)
    assert shown == Shown(amount + tax if included else amount)
    assert net_of_shown(shown, Tax(tax), included=included) == amount
