"""HTML of the admin: templates whose values are escaped, and the headers of every page."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from werkzeug.wrappers import Response

from sandbox.admin.words import WORDS

if TYPE_CHECKING:
    from sandbox.shopify.shop import Shop

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _template(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - our own files


def fill(template: str, shop: Shop, /, **values: Any) -> Markup:
    """A template with the shop's words and ``values`` in it; whatever is not Markup is escaped."""
    return _template(template).format(words=_Words(shop.staff_locale), **values)


def items(texts: Iterable[str]) -> Markup:
    return Markup().join(Markup("<li>{}</li>").format(each) for each in texts)


def page(
    shop: Shop, title: str, content: Markup, *, frames: str = "'none'", nav: str = ""
) -> Response:
    """``frames``: the one origin the page may frame; ``nav``: the framed app's menu."""
    languages = Markup().join(
        Markup("<button name=locale value={} aria-pressed={}>{}</button>").format(
            each, str(each == shop.staff_locale).lower(), each.upper()
        )
        for each in WORDS
    )
    body = fill(
        "layout.html",
        shop,
        locale=shop.staff_locale,
        title=title,
        shop=shop.name,
        languages=languages,
        content=content,
        nav=nav,
    )
    response = Response(body, mimetype="text/html")
    response.headers.update(_headers(frames))
    return response


def _headers(frames: str) -> dict[str, str]:
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "img-src": "data:",
        "frame-src": frames,
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{key} {value}" for key, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


class _Words:
    """``{words.save}`` in a template."""

    def __init__(self, locale: str) -> None:
        self.__dict__.update(WORDS[locale])
