"""What stands before a WooCommerce site: wrong paths, firewalls, lost headers, noise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Request, Response

from sandbox.world import World
from stores import http
from stores.base import Access, AppKeys
from stores.handshake import Hurdle
from stores.woocommerce import connect
from tests.stores.cast import NOON, SECRET, WooShore, woo_shore
from tests.wsgi_adapter import WsgiAdapter

Before = Callable[[Request], Response | None]
After = Callable[[Response], None]


def stand_before(world: World, before: Before, after: After = lambda _: None) -> None:
    """``before`` may answer in the site's place or change the request, ``after`` the answer."""

    def front(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        request = Request(environ)
        made = before(request)
        if made is None:
            body, status, headers = run_wsgi_app(world, environ)
            made = Response(body, status, headers)
            after(made)
        return made(environ, start)

    http.use_adapter(WsgiAdapter(front))


def page(body: str, status: int, **headers: str) -> Response:
    made = Response(body, status, mimetype="text/html")
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return made


def stopped(address: str) -> tuple[str, tuple[str, ...]] | None:
    try:
        connect.look_over(address)
    except Hurdle as told:
        return told.code, told.names
    return None


@pytest.fixture
def shore(world: World) -> WooShore:
    return woo_shore(world)


def address(shore: WooShore) -> str:
    return f"https://{shore.host}"


def rest_route_everywhere(request: Request) -> Response | None:
    """As real WordPress: ``?rest_route=/`` at any path, and no page below another one."""
    if request.path != "/" and "rest_route" in request.args:
        request.environ["PATH_INFO"] = "/"
    elif not request.path.startswith(("/wp-json", "/?")) and request.path != "/":
        return page("<title>Page not found</title>", 404)
    return None


def test_a_page_of_the_store_is_no_plain_permalinks(world: World, shore: WooShore) -> None:
    stand_before(world, rest_route_everywhere)
    assert stopped(address(shore)) is None
    assert stopped(f"{address(shore)}/shop") == ("wrong_path", (address(shore),))
    shore.site.pretty = False
    assert stopped(f"{address(shore)}/shop") == ("permalinks", ())
    assert stopped(address(shore)) == ("permalinks", ())


CHALLENGE = "<title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/x'></script>"


@pytest.mark.parametrize(
    "answer",
    [
        page("<h1>Forbidden</h1>", 403),
        page(CHALLENGE, 403, cf_mitigated="challenge"),
        page(CHALLENGE, 503),
        page("<p>Please complete the captcha</p>", 200),
        page('<meta http-equiv="refresh" content="0;/.well-known/sgcaptcha/?r=%2F">', 202),
        page("<h1>Not Acceptable!</h1> Mod_Security", 406),
        page("<h1>Your access to this site has been limited by Wordfence</h1>", 503),
        page("<h1>Too many</h1>", 429),
    ],
)
def test_a_firewall_is_told_with_the_words_for_the_host(
    world: World, shore: WooShore, answer: Response
) -> None:
    stand_before(world, lambda _: answer)
    place = f"https://{shore.host}/wp-json/wc/v3/"
    assert stopped(address(shore)) == ("firewall", (place,))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (page("<h1>Service Unavailable</h1>", 503), "broken"),
        (page("<p>Briefly unavailable for scheduled maintenance.</p>", 503), "maintenance"),
        (page("", 503, Retry_After="600"), "maintenance"),
        (page("<p>Hello</p><script src='https://google.com/recaptcha/api.js'></script>", 200),
         "not_a_shop"),
        (page("<h1>Access denied</h1>", 404), "not_a_shop"),
        (Response('{"code":"rest_login_required"}', 401), "barred"),
    ],
)  # fmt: skip
def test_what_is_no_firewall_is_told_apart(
    world: World, shore: WooShore, answer: Response, code: str
) -> None:
    stand_before(world, lambda _: answer)
    told = stopped(address(shore))
    assert told
    assert told[0] == code


def test_a_redirect_names_where_it_leads(world: World, shore: WooShore) -> None:
    away = page("", 301, Location="https://www.vera.example.com/wp-json/?_fields=namespaces")
    stand_before(world, lambda _: away)
    assert stopped(address(shore)) == ("redirects", ("https://www.vera.example.com",))
    bad = page("", 301, Location="javascript:alert(1)")
    stand_before(world, lambda _: bad)
    assert stopped(address(shore)) == ("redirects", ())


NOISE = [b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf\n", b"<br />\n<b>Notice</b>: x in <b>y</b>\n"]


@pytest.mark.parametrize("noise", NOISE)
def test_marks_and_notices_before_the_answer_stop_nobody(
    world: World, shore: WooShore, noise: bytes
) -> None:
    def add(answer: Response) -> None:
        answer.set_data(noise + answer.get_data())

    stand_before(world, lambda _: None, add)
    assert stopped(address(shore)) is None


# -- the key ---------------------------------------------------------------------------------------


def access_of(shore: WooShore, permissions: str = "read_write", role: str = "x") -> Access:
    key, secret = shore.site.issue_key(permissions, role)
    proof = {"consumer_key": key, "consumer_secret": secret}
    return connect.redeem(address(shore), proof, AppKeys("client", SECRET), NOON)


def refused(access: Access) -> str:
    with pytest.raises(Hurdle) as told:
        connect.prove(access)
    return told.value.code


def without_header(request: Request) -> Response | None:
    request.environ.pop("HTTP_AUTHORIZATION", None)
    return None


def test_a_server_that_drops_the_key_is_told_as_such(world: World, shore: WooShore) -> None:
    access = access_of(shore, role="administrator")
    seen: list[str] = []

    def drop(request: Request) -> Response | None:
        seen.append(request.url)
        return without_header(request)

    stand_before(world, drop)
    assert refused(access) == "header"
    assert not any(access.secrets["consumer_secret"] in url for url in seen)


def test_a_key_that_was_deleted_or_may_too_little_is_not_told_as_a_lost_header(
    world: World, shore: WooShore
) -> None:
    gone = access_of(shore, role="administrator")
    shore.site.revoke_key(gone.secrets["consumer_key"])
    assert refused(gone) == "locked"
    assert refused(access_of(shore, role="customer")) == "locked"
    stand_before(world, without_header)
    assert refused(gone) == "locked"


def test_a_firewall_before_what_is_written_is_told_with_the_words_for_the_host(
    world: World, shore: WooShore
) -> None:
    access = access_of(shore, role="administrator")
    forbidden = page("<h1>Forbidden</h1>", 403)
    stand_before(world, lambda request: forbidden if request.method != "GET" else None)
    assert refused(access) == "firewall"
    stand_before(world, lambda request: forbidden if request.method == "PUT" else None)
    assert connect.prove(access).id == address(shore)
