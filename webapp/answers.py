"""How a page answers a form: with itself. There is no redirect: a new document has no ID token."""

from __future__ import annotations

from flask import Response
from flask_htmx import HTMX, make_response

htmx = HTMX()
"""The request as htmx tells of it; true when htmx sent it."""


def done(html: str, message: str) -> Response:
    """The page after something worked, and a toast that says so. Only success is a toast."""
    answer: Response = make_response(html, trigger={"sluice:toast": {"message": message}})
    return answer


def refused(html: str, status: int = 422) -> Response:
    """The page with what was typed, and beside it what is wrong; nothing was kept."""
    return Response(html, status)
