"""Money and times as people read them, in the language of the page."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from flask import Flask
from flask_babel import format_currency, format_datetime, format_timedelta
from markupsafe import Markup

from orderflow import clock
from stores.money import to_text


def teach(app: Flask) -> None:
    for name, each in (("money", money), ("when", when), ("ago", ago)):
        app.add_template_filter(each, name)


def money(minor: int, currency: str) -> str:
    """``1250, "EUR"`` -> ``€12.50``; a currency that nobody knows by its code."""
    return str(format_currency(Decimal(to_text(minor, currency)), currency))


def when(moment: datetime) -> Markup:
    """A moment in UTC, readable by machines too."""
    text = format_datetime(moment, "medium")
    return Markup('<time datetime="{}">{} UTC</time>').format(moment.isoformat(), text)


def ago(moment: datetime) -> Markup:
    """How long ago; the exact moment is told when pointed at."""
    text = format_timedelta(moment - clock.now(), add_direction=True)
    exact = f"{format_datetime(moment, 'medium')} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(), exact, text
    )
