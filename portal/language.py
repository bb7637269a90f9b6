"""In which language a page of the portal speaks, and whose clock it reads."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

from babel.core import get_global
from babel.dates import format_date, format_datetime, get_timezone
from babel.numbers import format_currency
from babel.support import NullTranslations
from flask import Flask, g, request
from flask_babel import Domain
from markupsafe import Markup

from orderflow import translations
from orderflow.access.vendors import LANGUAGES
from portal import scope
from stores.money import to_text

CATALOGUES = (Path(__file__).parent / "translations",)
NAMES = {"en": "English", "fr": "Français"}


class Written(Domain):  # type: ignore[misc]
    """The portal's own catalogue, as it is written."""

    def get_translations(self) -> NullTranslations:
        return translations.read(CATALOGUES, g.locale, "messages")


def speak() -> None:
    """From here on this request speaks the person's language, else the browser's."""
    known = scope.visitor()
    preferred = request.accept_languages.best_match(LANGUAGES, LANGUAGES[0])
    g.locale = known.row.person.language if known else preferred
    g.timezone = known.row.person.timezone if known else "UTC"
    Written().as_default()


def timezones() -> dict[str, str]:
    """Every place whose clock is known, and how it is written."""
    known = sorted({"UTC", *get_global("zone_territories")})
    return {name: name.replace("_", " ") for name in known}


def teach(app: Flask) -> None:
    app.add_template_filter(moment)
    app.add_template_filter(day)
    app.add_template_filter(price)


def moment(at: datetime) -> Markup:
    """A moment by the person's own clock, readable by machines too."""
    text = format_datetime(at, "medium", tzinfo=get_timezone(g.timezone), locale=g.locale)
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), text)


def day(at: datetime) -> str:
    return format_date(at.astimezone(get_timezone(g.timezone)), "long", locale=g.locale)


def price(minor: int, currency: str) -> str:
    """``1250, "EUR"`` -> ``€12.50``."""
    return format_currency(Decimal(to_text(minor, currency)), currency, locale=g.locale)
