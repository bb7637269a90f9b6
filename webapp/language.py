"""In which language an answer speaks: the admin's locale, else English."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from babel.support import NullTranslations
from flask import Flask, g, request
from flask_babel import Babel, Domain, get_domain

from orderflow import translations
from stores.texts import Counted

LANGUAGES = ("en", "fr")
CATALOGUES = (Path(__file__).parent / "translations",)


class Written(Domain):  # type: ignore[misc]
    """Translations from the catalogues as they are written."""

    def get_translations(self) -> NullTranslations:
        return translations.read(CATALOGUES, locale(), "messages")


def speak(app: Flask) -> None:
    Babel(app, locale_selector=locale).domain_instance = Written()
    app.context_processor(lambda: {"locale": locale()})


def locale() -> str:
    """The document's ``locale`` parameter, repeated by each fetch in ``X-Locale``."""
    if "locale" not in g:
        asked = request.headers.get("X-Locale") or request.args.get("locale", "")
        known = asked.partition("-")[0].lower()
        g.locale = known if known in LANGUAGES else "en"
    return str(g.locale)


def counted(text: str | Counted, details: Mapping[str, Any]) -> str:
    """``text`` in the reader's language, not filled in; where it counts, the form that fits."""
    if isinstance(text, Counted):
        return text.chosen(details, get_domain().get_translations().ungettext)
    return str(text)
