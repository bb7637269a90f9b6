"""Refusals that a client cannot take at their word: waiting times, huge and quoting messages."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import format_datetime
from html import escape
from typing import Any

from werkzeug.wrappers import Response

from sandbox.liar.lie import BOTH, Telling, add_answer, answers, as_json, refusal

RETRY_AFTER = {
    "retry_after_infinite": "inf",
    "retry_after_beyond_float": "1e300",
    "retry_after_negative": "-5",
    "retry_after_nan": "nan",
    "retry_after_gigasecond": "1000000000",
    "retry_after_digits": "9" * 5000,
    "retry_after_garbage": "soon, perhaps; \u00b2",
}
HUGE = 2_000_000
QUADRATIC = 30_000
MOST_QUOTED = 2_000


def _waiting(value: str) -> Any:
    def tell(telling: Telling) -> Response:
        return _busy(telling, value)

    return tell


def _busy(telling: Telling, retry_after: str) -> Response:
    status = int(telling.option("status", 429))
    response = refusal(telling, status, "Too many requests.", "too_many_requests")
    # as it is: WSGI headers are Latin-1, and a client must cope with what is no number
    response.headers["Retry-After"] = retry_after.encode().decode("latin-1")
    return response


for _name, _value in RETRY_AFTER.items():
    _shown = _value if len(_value) < 40 else f"{len(_value)} digits"
    add_answer(
        _name, f"429 (option `status`) with `Retry-After: {_shown}`.", _waiting(_value), BOTH
    )


@answers()
def retry_after_date(telling: Telling) -> Response:
    """429 (option `status`) with an HTTP date in 90 seconds (option `seconds`)."""
    now = telling.liar.world.now()
    due = now + timedelta(seconds=telling.option("seconds", 90))
    response = _busy(telling, format_datetime(due, usegmt=True))
    response.headers["Date"] = format_datetime(now, usegmt=True)
    return response


@answers()
def huge_error(telling: Telling) -> Response:
    """A refusal (option `status`, 400) whose message has 2 MB (option `size`)."""
    status = int(telling.option("status", 400))
    return refusal(telling, status, _long("Sorry, this went wrong. ", telling, HUGE))


@answers()
def quadratic_error(telling: Telling) -> Response:
    """A refusal (option `status`, 400) whose message is 30 kB of `1 1 1 …`, which a pattern for
    phone numbers can take minutes to look through."""
    return refusal(telling, int(telling.option("status", 400)), _long("1 ", telling, QUADRATIC))


def _long(words: str, telling: Telling, size: int) -> str:
    wanted = int(telling.option("size", size))
    return (words * (wanted // len(words) + 1))[:wanted]


@answers()
def huge_user_error(telling: Telling) -> Response | None:
    """What is to be written is refused with a message of 2 MB: a GraphQL userError, or 400."""
    return _refused_write(telling, _long("Sorry, this went wrong. ", telling, HUGE))


@answers()
def quadratic_user_error(telling: Telling) -> Response | None:
    """What is to be written is refused with 30 kB of `1 1 1 …`."""
    return _refused_write(telling, _long("1 ", telling, QUADRATIC))


@answers()
def refusal_quotes_buyer(telling: Telling) -> Response | None:
    """What is to be written is refused (userError, or 400) with the buyer's name, street, phone
    and e-mail in the message."""
    return _refused_write(telling, f"Invalid: {buyer_words(telling)}")


def _refused_write(telling: Telling, message: str) -> Response | None:
    if telling.reads:
        return None
    if telling.platform == "woocommerce":
        return refusal(telling, 400, message, "rest_invalid_param")
    field = _root_field(telling.asked)
    if not field:
        return None
    name = "orderCancelUserErrors" if field == "orderCancel" else "userErrors"
    error = {"field": None, "message": message, "code": "INVALID"}
    return as_json({"data": {field: {name: [error]}}})


def _root_field(asked: str) -> str:
    """The first field of a mutation."""
    query = str(json.loads(asked).get("query", "")) if asked.startswith("{") else ""
    if not query.lstrip().startswith("mutation"):
        return ""
    head = query.partition("{")[2].lstrip()
    name = head.partition("(")[0].partition("{")[0].strip()
    return name.rpartition(":")[2].strip()


def buyer_words(telling: Telling) -> str:
    """Every text of the newest request that carried an address, as an error would quote it."""
    try:
        told = json.loads(telling.liar.memory.get("buyer", "{}"))
    except ValueError:
        return ""
    if telling.platform == "shopify" and isinstance(told, dict):
        told = told.get("variables", {})
    return "; ".join(_texts(told))[:MOST_QUOTED]


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) and value else []


def _quoting(status: int) -> Any:
    def tell(telling: Telling) -> Response:
        words = buyer_words(telling)
        response = refusal(telling, status, f"Not now: {words}", "server_error")
        if telling.option("html", False):
            page = f"<html><title>{escape(words)}</title><h1>{escape(words)}</h1></html>"
            response = Response(page, status, mimetype="text/html")
        plain = words.encode("ascii", "replace").decode().replace("\n", " ").replace("\r", " ")
        response.headers["X-Debug"] = plain
        response.headers["Link"] = f'<https://{telling.liar.host}/?for={plain}>; rel="help"'
        if status in (429, 503):
            response.headers["Retry-After"] = plain
        return response

    return tell


for _status in (401, 403, 429, 500, 502, 503):
    add_answer(
        f"quotes_buyer_{_status}",
        f"{_status} whose message and headers quote the newest buyer's name, street, phone and"
        " e-mail (option `html`: as a page).",
        _quoting(_status),
        BOTH,
    )
