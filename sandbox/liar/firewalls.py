"""What stands in front of a store and answers in its place, so that the store never hears of it."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.wrappers import Response

from sandbox.liar.lie import BOTH, WOOCOMMERCE, Telling, add_answer, answers, as_json

PATTERN = "40a tyco"
RESOURCE = re.compile(r"/wc[\w-]*/v\d/\w")
CANNOT_VIEW = {
    "code": "woocommerce_rest_cannot_view",
    "message": "Sorry, you cannot list resources.",
    "data": {"status": 401},
}
CANNOT_CREATE = {
    "code": "woocommerce_rest_cannot_create",
    "message": "Sorry, you are not allowed to create resources.",
    "data": {"status": 401},
}


def html(title: str, status: int, body: str = "") -> Response:
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"
    return Response(page, status, mimetype="text/html")


def forbidden(status: int = 403) -> Response:
    words = "Forbidden" if status == 403 else "Not Allowed"
    return html(f"{status} {words}", status, f"<h1>{words}</h1>")


@answers()
def firewall_by_content(telling: Telling) -> Response | None:
    """403 as a page for each request whose body holds a text that the firewall dislikes (option
    `pattern`, "40a tyco")."""
    return forbidden() if telling.option("pattern", PATTERN) in telling.asked else None


def _by_method(status: int) -> Any:
    def tell(telling: Telling) -> Response | None:
        return forbidden(status) if telling.method in ("PUT", "DELETE") else None

    return tell


for _status in (403, 405):
    add_answer(
        f"firewall_by_method_{_status}",
        f"{_status} as a page for PUT and DELETE; POST passes.",
        _by_method(_status),
        WOOCOMMERCE,
    )


@answers()
def firewall_on_answers(telling: Telling) -> Response | None:
    """403 (option `status`) as a page for each write, after the store has carried it out: the
    firewall looks at what goes out."""
    if telling.reads:
        return None
    telling.truth.close()
    return forbidden(int(telling.option("status", 403)))


@answers()
def firewall_for_all(telling: Telling) -> Response:
    """403 as a page for everything."""
    return forbidden()


def _challenge(status: int) -> Any:
    def tell(telling: Telling) -> Response:
        response = html("Just a moment...", status, "Enable JavaScript and cookies to continue")
        response.headers["cf-mitigated"] = "challenge"
        response.headers["Server"] = "cloudflare"
        return response

    return tell


for _status in (200, 403, 503):
    add_answer(
        f"challenge_{_status}",
        f"A challenge page of Cloudflare (`cf-mitigated: challenge`) with {_status}, for"
        " everything.",
        _challenge(_status),
        BOTH,
    )


@answers()
def login_page(telling: Telling) -> Response:
    """200 and a page to log in, for everything (a site that is kept private)."""
    return html("Log In", 200, '<form name="loginform" action="/wp-login.php"></form>')


@answers()
def captcha_page(telling: Telling) -> Response:
    """202 (option `status`) and a page with a captcha, for everything."""
    page = html("Robot Challenge Screen", int(telling.option("status", 202)), "captcha")
    page.headers["SG-Captcha"] = "challenge"
    return page


@answers(platforms=WOOCOMMERCE)
def header_stripped(telling: Telling) -> Response | None:
    """The server drops the Authorization header: 401 `woocommerce_rest_cannot_view` for whoever
    does not give the key in the address, also for made-up keys."""
    keys = {"consumer_key", "oauth_consumer_key"} & set(telling.request.args)
    if keys or not RESOURCE.search(telling.path):
        return None
    return as_json(CANNOT_VIEW if telling.method == "GET" else CANNOT_CREATE, 401)


@answers()
def redirects_writes(telling: Telling) -> Response | None:
    """302 (option `status`) to another address for each request that is no GET."""
    if telling.method == "GET":
        return None
    response = html("Moved", int(telling.option("status", 302)))
    response.headers["Location"] = telling.option("to", f"https://www.{telling.liar.host}/")
    return response
