"""What nobody foresaw, told in the reader's language and with the way on.

A document becomes a page in the admin's looks. A fetch becomes a banner above the page as it
stands, so what was typed is not lost; only what is not there, when it was gone to, is a page too.
A mistake of ours has a reference that stands in the log as well; the log says where it happened,
and quotes nothing: what an error says of itself may hold a buyer's data.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import structlog
from flask import Flask, current_app, g, render_template, request
from flask_babel import lazy_gettext as _later
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.wrappers import Response

from orderflow import logs
from orderflow.db import DATABASE_AWAY
from webapp.answers import htmx

AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""The database does not answer, or not in time."""
BREAKS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    *DATABASE_AWAY,
)
"""What the writing of an answer may break with."""
BROKEN_OFF = "\0"
"""After it nothing of the answer follows but what failed; no file of ours has this character."""
SOON = 30
"""Seconds after which it is worth while to ask a database again."""
KEPT = ("Allow", "Retry-After")
"""What an error says beside its page."""
BANNER = {"HX-Retarget": "#trouble", "HX-Reswap": "innerHTML", "HX-Push-Url": "false"}
PAGE = {"HX-Retarget": "body"}
"""For htmx: where it goes. Whatever comes without is no word of ours."""
TEXTS: Mapping[int, tuple[str, str]] = {
    404: (_later("Not found"), _later("This is not here, or no longer.")),
    405: (
        _later("That does not work here"),
        _later("This page does not do what was asked of it. Open it again from the menu."),
    ),
    413: (_later("Too much at once"), _later("What was sent is too large. Send less at once.")),
    429: (
        _later("Too much in a short time"),
        _later("You have asked too often in a short time. Wait a minute, then try again."),
    ),
    500: (
        _later("Something went wrong"),
        _later("The mistake is ours. See whether it was done, and if not, try again."),
    ),
    503: (
        _later("We cannot answer just now"),
        _later("Our database does not answer. Try again in a minute."),
    ),
}
"""Title and sentence for each status."""
OTHERWISE = (
    _later("That was not understood"),
    _later("We could not read what was sent. Open the page again from the menu."),
)

log = structlog.get_logger()


class Web(Flask):
    """The application; what breaks in it is logged as everything else is."""

    def log_exception(self, exc_info: Any) -> None:
        _note(exc_info[1], "request_failed")


def tell(app: Flask, inside: frozenset[str]) -> None:
    """``inside``: the blueprints whose failures are told so; other doors say it their way."""
    app.extensions["sluice_inside"] = inside
    app.register_error_handler(HTTPException, _told)
    for away in AWAY:
        app.register_error_handler(away, _away)


def answer(
    status: int,
    title: str,
    text: str,
    *,
    reference: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The failure as a page, or as a banner for a fetch."""
    whole = _is_whole(status)
    html = render_template(
        "failure.html" if whole else "failure_banner.html",
        title=title,
        text=text,
        reference=reference,
        again=_here() if request.method == "GET" and status != 404 else "",
    )
    return Response(
        html, status, {**(headers or {}), **(PAGE if whole else BANNER)}, mimetype="text/html"
    )


def to_the_end(pieces: Iterable[str]) -> Iterator[str]:
    """``pieces`` of an answer that has begun. Where they break off it says so in a banner: the
    server would end the answer as if it were whole."""
    try:
        yield from pieces
    except BREAKS as error:
        _note(error, "answer_broke_off")
        _, text = TEXTS[500]
        yield BROKEN_OFF + render_template("failure_banner.html", text=text, reference=g.reference)


def _here() -> str:
    kept = {name: value for name, value in request.args.items() if name != "id_token"}
    return request.path + (f"?{urlencode(kept)}" if kept else "")


def _is_whole(status: int) -> bool:
    if not htmx or "HX-History-Restore-Request" in request.headers:
        return True
    gone_to = request.method == "GET" and request.headers.get("HX-Request-Type") != "partial"
    return status == 404 and gone_to


def _told(error: HTTPException) -> HTTPException | Response:
    if error.code is None or error.code < 400 or not _is_ours():
        return error
    title, text = TEXTS.get(error.code, OTHERWISE)
    said = dict(error.get_headers())
    kept = {name: said[name] for name in KEPT if name in said}
    return answer(error.code, title, text, reference=g.get("reference", ""), headers=kept)


def _away(error: Exception) -> Any:
    """Told by the door that was asked."""
    _note(error, "database_away")
    return current_app.handle_http_exception(ServiceUnavailable(retry_after=SOON))


def _is_ours() -> bool:
    """A page of the admin; or no page at all, asked for out of the admin."""
    if request.endpoint is None:
        return bool(htmx) or "shop" in request.args
    inside: frozenset[str] = current_app.extensions["sluice_inside"]
    return request.blueprint in inside


def _note(error: BaseException, words: str) -> None:
    g.reference = secrets.token_hex(4)
    log.error(
        words,
        reference=g.reference,
        error=type(error).__name__,
        where=logs.trail(error),
        endpoint=request.endpoint,
        method=request.method,
    )
