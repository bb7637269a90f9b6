"""What every answer of the portal says to the browser, and which forms it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from orderflow.models import Vendor
from tests.house import House
from tests.mail.postbox import ALFA_MAIL
from tests.portal.visitor import PASSWORD, Portal, Visitor
from tests.river.stage import Stage
from tests.webapp.shop_floor import Floor

OWN = "https://vendors.example.com"


@pytest.mark.parametrize(
    "path", ["/portal/login", "/portal/", "/portal/nowhere", "/portal/reset/x", "/portal/people"]
)
def test_no_page_may_be_framed_or_load_from_elsewhere(portal: Portal, path: str) -> None:
    answer = portal.logged_in().client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_shop_in_the_address_does_not_let_it_frame_the_portal(portal: Portal) -> None:
    answer = portal.visitor().client.get("/portal/nowhere?shop=harbour.myshopify.com")
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


def test_the_cookie_belongs_to_this_host_and_to_no_script(portal: Portal) -> None:
    visitor = portal.visitor()
    visitor.get("/portal/login")
    answer = visitor.client.post(
        "/portal/login",
        data={"csrf_token": visitor.token(), "email": portal.somebody(), "password": PASSWORD},
    )
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-sluice=")
    said = {part.strip() for part in cookie.split(";")[1:]}
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= said
    assert not [part for part in said if part.startswith("Domain")]


def test_without_tls_the_cookie_has_a_plain_name(database_url: str) -> None:
    """A browser takes no ``__Host-`` cookie over plain HTTP, and a developer has no TLS."""
    house = House(database_url, public_url="http://127.0.0.1:8000")
    try:
        visitor = Visitor(house)
        visitor.get("/portal/login")
        assert visitor.cookie().key == "sluice"
        assert not visitor.cookie().secure
    finally:
        house.close()


def test_a_form_without_its_token_changes_nothing(portal: Portal) -> None:
    visitor = portal.logged_in()
    for token in ("", "made-up", portal.visitor().token()):
        answer = visitor.client.post(
            "/portal/settings", data={"csrf_token": token, "language": "fr", "timezone": "UTC"}
        )
        assert answer.status_code == 400
        assert "This page is too old" in answer.text
    assert 'lang="en"' in visitor.get("/portal/settings").text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Sec-Fetch-Site": "same-site"}, 400),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://sluice.example.com"}, 400),
        ({"Origin": "https://evil.example.com"}, 400),
        ({"Origin": "null"}, 400),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
        ({"Origin": "https://sluice.example.com"}, 200),
    ],
)
def test_a_form_from_another_site_is_refused_whatever_it_knows(
    portal: Portal, headers: dict[str, str], status: int
) -> None:
    visitor = portal.logged_in()
    visitor.get("/portal/settings")
    visitor.headers = headers
    visitor.post("/portal/settings", language="fr", timezone="UTC")
    assert visitor.page.status_code == status


def test_logging_in_takes_a_token_too(portal: Portal) -> None:
    """Else a stranger logs somebody in as himself, and reads what is typed then."""
    portal.somebody()
    answer = portal.visitor().client.post(
        "/portal/login", data={"email": ALFA_MAIL, "password": PASSWORD}
    )
    assert answer.status_code == 400


@pytest.fixture
def apart(database_url: str) -> Iterator[House]:
    house = House(database_url, portal_url=OWN)
    yield house
    house.close()


def test_with_a_host_of_its_own_the_portal_is_there_and_nowhere_else(apart: House) -> None:
    Stage(apart)
    web = apart.web.test_client()

    def status(host: str, path: str) -> int:
        return web.get(path, base_url=f"https://{host}").status_code

    at_portal, at_app = "vendors.example.com", "sluice.example.com"
    assert status(at_portal, "/portal/login") == 200
    assert status(at_app, "/portal/login") == 404
    assert status(at_app, "/vendors") == 302
    for path in ("/", "/vendors", "/settings", "/session/bounce", "/static/app.css", "/nowhere"):
        assert status(at_portal, path) == 404, path
    assert status(at_portal, "/health") in (200, 503)
    assert status("evil.example.com", "/portal/login") == 404


def test_the_merchant_is_shown_the_link_at_that_host(apart: House) -> None:
    floor = Floor(apart)
    with apart.unit() as session:
        apart.one(session, Vendor, name="Alfa").email = ALFA_MAIL
    page = floor.door.post(f"/vendors/{floor.vendor('Alfa')}/invitation").text
    assert re.search(rf'value="{OWN}/portal/invitation/[\w-]+"', page)
