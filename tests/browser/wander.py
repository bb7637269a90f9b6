"""Walks through the app as people do, by the links of its pages, to one page of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from flask import Flask

from tests.browser.admin import Admin
from webapp.admin import PAGES

NO_PAGES = {"orders.download", "privacy.export", "vendor_stores.trial", "backfill.progress"}
"""Files, and a piece of another page."""
LINKS = """() => [...document.querySelectorAll('a[href^="/"], s-link')]
  .map((link) => link.getAttribute("href").split("#")[0])"""
GO = "(path) => htmx.ajax('GET', path, {target: 'body', swap: 'outerHTML', push: path})"

Kind = tuple[str, ...]
"""An endpoint, the tab if there are tabs, and which parameters were asked with."""


def wander(admin: Admin, web: Flask, first: tuple[str, ...]) -> Iterator[str]:
    """Yields when it stands on a page: ``first``, then whatever is found from there."""
    waiting, known = list(first), {kind_of(web, path) for path in first}
    while waiting:
        path = waiting.pop(0)
        admin.run(GO, path)
        yield path
        for link in admin.run(LINKS):
            kind = kind_of(web, link)
            if kind not in known and kind[0] not in NO_PAGES:
                known.add(kind)
                waiting.append(link)


def kind_of(web: Flask, path: str) -> Kind:
    address = urlsplit(path)
    endpoint, values = web.url_map.bind("app.example.com").match(address.path)
    asked = sorted({name for name, _ in parse_qsl(address.query)})
    return endpoint, values.get("tab", ""), *asked


def every_page(web: Flask) -> set[str]:
    """The endpoints of all pages inside the admin."""
    inside = {pages.name for pages in PAGES}
    return {
        rule.endpoint
        for rule in web.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in inside and "GET" in (rule.methods or ())
    } - NO_PAGES
