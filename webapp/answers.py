"""How a page answers a form: with itself. There is no redirect: a new document has no ID token."""

from __future__ import annotations

import json

from flask import Response


def done(html: str, message: str) -> Response:
    """The page after something worked, and a toast that says so. Only success is a toast."""
    toast = {"sluice:toast": {"message": message}}
    return Response(html, headers={"HX-Trigger": json.dumps(toast)})


def refused(html: str, status: int = 422) -> Response:
    """The page with what was typed, and beside it what is wrong; nothing was kept."""
    return Response(html, status)
