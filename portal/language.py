"""In which language a page of the portal speaks, and whose clock it reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from babel.core import get_global
from babel.dates import format_date
from babel.numbers import format_currency
from babel.support import NullTranslations
from flask import Flask, g, request
from flask_babel import Domain, get_domain
from flask_babel import gettext as _
from markupsafe import Markup

from orderflow import clock, moments, translations
from orderflow.access.vendors import LANGUAGES
from orderflow.moments import Reader, Words
from portal import scope
from stores import differences
from stores.money import to_text
from stores.texts import Counted

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
    g.timezone = moments.known(known.row.person.timezone) if known else ""
    Written().as_default()


def timezones() -> dict[str, str]:
    """Every place whose clock is known, and how it is written."""
    found = sorted({"UTC", *get_global("zone_territories")})
    return {name: name.replace("_", " ") for name in found if moments.zone(name)}


def teach(app: Flask) -> None:
    """The merchant's pages share the app and have filters too, so these have names of their own."""
    for each in FILTERS:
        app.add_template_filter(each, each.__name__)


def reader() -> Reader:
    """By the clock that the person chose; without a choice by that of the browser."""
    return Reader(g.locale, g.timezone, _words)


def _words(how: str) -> Words:
    if how == moments.INSIDE:
        told = _("today, %(time)s"), _("yesterday, %(time)s"), _("%(day)s at %(time)s")
    else:
        told = _("Today, %(time)s"), _("Yesterday, %(time)s"), _("%(day)s, %(time)s")
    return Words(*map(str, told))


def moment(at: datetime) -> Markup:
    """A time that stands by itself: ``Today, 14:07``."""
    return moments.html(at, clock.now(), reader())


def moment_inside(at: datetime) -> Markup:
    """A time inside a sentence: ``… since today, 14:07``."""
    return moments.html(at, clock.now(), reader(), moments.INSIDE)


def long_day(at: datetime) -> str:
    """The day by the clock that the person chose, else by the shop's."""
    vendor = g.get("vendor")
    name = g.timezone or (vendor.merchant.access.timezone if vendor is not None else "")
    return format_date(at.astimezone(moments.zone(name) or UTC), "long", locale=g.locale)


def price(minor: int, currency: str) -> str:
    """``1250, "EUR"`` -> ``€12.50``."""
    return format_currency(Decimal(to_text(minor, currency)), currency, locale=g.locale)


def price_told(text: str) -> str:
    """``"18.40 USD"``, as a store's answer is told -> ``$18.40``; any other text as it is."""
    found = differences.amount_of(text)
    return format_currency(*found, locale=g.locale) if found else text


def counted(text: str | Counted, details: Mapping[str, Any]) -> str:
    """``text`` in the reader's language, not filled in; where it counts, the form that fits."""
    if isinstance(text, Counted):
        return text.chosen(details, get_domain().get_translations().ungettext)
    return str(text)


FILTERS = (moment, moment_inside, long_day, price, price_told)
