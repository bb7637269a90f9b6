"""Money, numbers and times as people read them, in the language of the page."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask import Flask, g
from flask_babel import (
    format_currency,
    format_date,
    format_decimal,
    format_timedelta,
)
from flask_babel import gettext as _
from markupsafe import Markup

from orderflow import clock, moments
from orderflow.moments import Reader, Words
from stores import differences, sentences
from stores.money import to_text
from webapp.language import locale


def teach(app: Flask) -> None:
    for each in FILTERS:
        app.add_template_filter(each, each.__name__)


def money(minor: int, currency: str) -> str:
    """``1250, "EUR"`` -> ``€12.50``; a currency that nobody knows by its code."""
    return str(format_currency(Decimal(to_text(minor, currency)), currency))


def amount(text: str) -> str:
    """``"18.40 USD"``, as a store's answer is told -> ``$18.40``; any other text as it is."""
    found = differences.amount_of(text)
    return str(format_currency(*found)) if found else text


def number(count: int) -> str:
    return str(format_decimal(count))


def day(of: date) -> str:
    return str(format_date(of, "medium"))


def reader() -> Reader:
    """The clock of the merchant's shop; UTC as long as the shop has not named its own."""
    merchant = g.get("merchant")
    timezone = merchant.access.timezone if merchant is not None else ""
    return Reader(locale(), timezone, _words)


def _words(how: str) -> Words:
    if how == moments.INSIDE:
        told = _("today, %(time)s"), _("yesterday, %(time)s"), _("%(day)s at %(time)s")
    else:
        told = _("Today, %(time)s"), _("Yesterday, %(time)s"), _("%(day)s, %(time)s")
    return Words(*map(str, told))


def moment(at: datetime) -> str:
    """To the minute, inside a plain text."""
    return moments.plain(at, reader())


def when(at: datetime) -> Markup:
    """A time that stands by itself: ``Today, 14:07``."""
    return moments.html(at, clock.now(), reader())


def second(at: datetime) -> Markup:
    """A time that stands by itself, to the second."""
    return moments.html(at, clock.now(), reader(), seconds=True)


def inside(at: datetime) -> Markup:
    """A time inside a sentence: ``… since today, 14:07``."""
    return moments.html(at, clock.now(), reader(), moments.INSIDE)


def ago(at: datetime) -> Markup:
    """How long ago; the exact time is told when pointed at."""
    return moments.ago(at, format_timedelta(at - clock.now(), add_direction=True), reader())


def quoted(words: str) -> str:
    """What a store said: its own words as they are, ours for it in the reader's language."""
    sentence, details = sentences.apart(words)
    told = str(_(sentence)) if sentence else ""
    return told % details if details else told


FILTERS = (money, amount, number, day, when, second, inside, ago, quoted)
