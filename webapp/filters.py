"""Money, numbers and times as people read them, in the language of the page."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask import Flask
from flask_babel import (
    format_currency,
    format_date,
    format_datetime,
    format_decimal,
    format_timedelta,
)
from flask_babel import gettext as _
from markupsafe import Markup

from orderflow import clock
from stores.money import to_text


def teach(app: Flask) -> None:
    for each in (money, number, day, when, ago, quoted):
        app.add_template_filter(each, each.__name__)


def money(minor: int, currency: str) -> str:
    """``1250, "EUR"`` -> ``€12.50``; a currency that nobody knows by its code."""
    return str(format_currency(Decimal(to_text(minor, currency)), currency))


def number(count: int) -> str:
    return str(format_decimal(count))


def day(of: date) -> str:
    return str(format_date(of, "medium"))


def moment(at: datetime) -> str:
    """A moment in UTC."""
    return f"{format_datetime(at, 'medium')} UTC"


def when(at: datetime) -> Markup:
    """A moment in UTC, readable by machines too."""
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), moment(at))


def ago(at: datetime) -> Markup:
    """How long ago; the exact moment is told when pointed at."""
    text = format_timedelta(at - clock.now(), add_direction=True)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(), moment(at), text
    )


def quoted(words: str) -> str:
    """What a store said: its own words as they are, ours for it in the reader's language."""
    return str(_(words)) if words else ""
