"""The browser tests can fail: each check here is shown a page that it must not let pass."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright
from werkzeug import Request, Response
from werkzeug.serving import make_server

from tests.browser import look
from tests.browser.chrome import launched
from tests.browser.conftest import assert_quiet
from tests.browser.devices import PHONE, OpenPage

ROOT = Path(__file__).parents[2]
DOCUMENT = """<!doctype html><html lang="en"><title>A page</title>
<meta name="viewport" content="width=device-width">
<main><h1>A page</h1>{}</main></html>"""
BODIES = {
    "/": '<label>Name <input name="name"></label>',
    "/unlabelled": '<input name="name">',
    "/framing-unlabelled": '<iframe title="A frame" sandbox srcdoc="<html lang=en><title>F</title>'
    '<main><h1>F</h1><input name=name></main>"></iframe>',
    "/error": "<script>console.error('out of stock')</script>",
    "/throwing": "<script>throw new Error('no such order')</script>",
    "/missing": "<script src='/nowhere.js'></script>",
    "/unreachable": "<script>fetch('http://shop.example:1/').catch(() => {})</script>",
}


@Request.application
def site(request: Request) -> Response:
    """``/frame`` holds another site, whose ``/set`` leaves a cookie and ``/tell`` reads it."""
    if request.path == "/frame":
        other = request.host.replace("127.0.0.1", "localhost")
        return page_of(f'<iframe title="Other" src="http://{other}/set"></iframe>')
    if request.path == "/set":
        answer = page_of("set")
        answer.set_cookie("seen", "yes", secure=True, samesite="None")
        return answer
    if request.path == "/tell":
        return Response(request.headers.get("Cookie", "no cookie"))
    if request.path not in BODIES:
        return Response("not found", 404)
    return page_of(BODIES[request.path])


def page_of(body: str) -> Response:
    return Response(DOCUMENT.format(body), mimetype="text/html")


@pytest.fixture(scope="module")
def address() -> Iterator[Callable[[str], str]]:
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield lambda path: f"http://127.0.0.1:{server.server_port}{path}"
    server.shutdown()
    thread.join()


At = Callable[[str], str]


def test_a_page_with_labels_is_accessible(page: OpenPage, address: At) -> None:
    good = page()
    good.goto(address("/"))
    look.assert_accessible(good)


@pytest.mark.parametrize("path", ["/unlabelled", "/framing-unlabelled"])
def test_a_missing_label_is_found_in_frames_too(page: OpenPage, address: At, path: str) -> None:
    bad = page()
    bad.goto(address(path))
    with pytest.raises(AssertionError, match="label: .*<input name="):
        look.assert_accessible(bad)
    look.assert_accessible(bad, without=("label",))


@pytest.mark.may_complain(".")
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/error", "out of stock"),
        ("/throwing", "uncaught: .*no such order"),
        ("/missing", "404 .*/nowhere.js"),
        ("/unreachable", "GET http://shop.example:1/: net::ERR_"),
    ],
)
def test_a_page_that_complains_fails(
    page: OpenPage, address: At, complaints: list[str], path: str, said: str
) -> None:
    noisy = page()
    noisy.goto(address(path))
    noisy.wait_for_load_state("networkidle")
    with pytest.raises(AssertionError, match=said):
        assert_quiet(complaints)
    assert_quiet(complaints, said, "Failed to load resource")


def test_a_quiet_page_has_nothing_to_complain_of(
    page: OpenPage, address: At, complaints: list[str]
) -> None:
    page().goto(address("/"))
    assert complaints == []


COMPLAINING = """
import pytest

def open_and_complain(page):
    page().evaluate("console.error('out of stock')")

def test_complaining(page):
    open_and_complain(page)

@pytest.mark.may_complain("out of stock")
def test_allowed(page):
    open_and_complain(page)
"""


def test_the_fixture_itself_fails_the_test(tmp_path: Path) -> None:
    """A run of pytest of its own, with this folder's fixtures."""
    (tmp_path / "conftest.py").write_text("from tests.browser.conftest import *\n")
    (tmp_path / "test_it.py").write_text(COMPLAINING)
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = '{ROOT}'\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--strict-markers", "."]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert re.search("the page complained:\nE +out of stock", run.stdout)
    assert "2 passed, 1 error" in run.stdout


def test_a_phone_is_390_pixels_wide_and_a_desk_1280(page: OpenPage, address: At) -> None:
    widths = []
    for each in (page(PHONE), page()):
        each.goto(address("/"))
        widths.append(each.evaluate("innerWidth"))
    assert widths == [390, 1280]


def test_each_page_has_cookies_of_its_own(page: OpenPage, address: At) -> None:
    first, second = page(), page()
    home = address("/set").replace("127.0.0.1", "localhost")
    first.goto(home)
    second.goto(home.replace("/set", "/"))
    tell = "fetch('/tell').then((answer) => answer.text())"
    assert [each.evaluate(tell) for each in (first, second)] == ["seen=yes", "no cookie"]


def test_the_cookies_of_a_framed_site_are_blocked(browser: Browser, address: At) -> None:
    assert what_a_framed_site_is_told(browser, address) == "no cookie"


def test_they_come_back_where_they_are_allowed(playwright: Playwright, address: At) -> None:
    """Else the test above would pass for some other reason."""
    with launched(playwright, third_party_cookies=True) as lenient:
        assert what_a_framed_site_is_told(lenient, address) == "seen=yes"


def what_a_framed_site_is_told(browser: Browser, address: At) -> str:
    with browser.new_context() as context:
        top = context.new_page()
        top.goto(address("/frame"))
        told: str = top.frames[1].evaluate("fetch('/tell').then((answer) => answer.text())")
        return told


def test_a_name_of_the_outside_leads_to_this_machine(page: OpenPage, address: At) -> None:
    shop = page()
    shop.goto(address("/").replace("127.0.0.1", "north.myshopify.com"))
    assert shop.title() == "A page"


def test_a_screenshot_is_a_picture(
    page: OpenPage, address: At, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "LOOKS", tmp_path / "looks")
    shown = page()
    shown.goto(address("/"))
    assert look.screenshot(shown, "a page").read_bytes().startswith(b"\x89PNG")


def test_axe_is_the_file_that_was_vendored() -> None:
    noted = (look.AXE.parent / "axe.min.js.sha256").read_text().split()[0]
    assert hashlib.sha256(look.AXE.read_bytes()).hexdigest() == noted
