"""In which language an answer speaks: the admin's locale, else English."""

from __future__ import annotations

from flask import Flask, g, request
from flask_babel import Babel

LANGUAGES = ("en", "fr")


def speak(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=locale)
    app.context_processor(lambda: {"locale": locale()})


def locale() -> str:
    """The document's ``locale`` parameter, repeated by each fetch in ``X-Locale``."""
    if "locale" not in g:
        asked = request.headers.get("X-Locale") or request.args.get("locale", "")
        known = asked.partition("-")[0].lower()
        g.locale = known if known in LANGUAGES else "en"
    return str(g.locale)
