"""The admin over HTTP: installing, the frame, ID tokens, scopes, and who may act."""

from __future__ import annotations

import hashlib
import hmac
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from werkzeug.test import Client

from sandbox.clock import SettableClock
from sandbox.shopify import App, Shop
from sandbox.world import World
from tests.sandbox.conftest import DOMAIN, Receiver

BASE = f"https://{DOMAIN}"


@pytest.fixture
def app(app: App, world: World, shop: Shop) -> App:
    app.url = "https://app.example.com"
    app.name = "Split & ship"
    app.optional_scopes = ["read_returns"]
    app.topics = [*app.topics, "app/scopes_update"]
    world.apps[app.client_id] = app
    return app


class Merchant:
    """A browser that is signed in to the shop's admin."""

    def __init__(self, world: World) -> None:
        self.client = Client(world)

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, base_url=BASE, **more)

    def post(self, path: str, **more: Any) -> Any:
        return self.client.post(path, base_url=BASE, headers={"Origin": BASE}, **more)

    def install(self, app: App) -> Any:
        return self.post("/admin/oauth/install", data={"client_id": app.client_id})

    def uninstall(self, app: App) -> Any:
        return self.post("/admin/oauth/uninstall", data={"client_id": app.client_id})


@pytest.fixture
def merchant(world: World, shop: Shop) -> Merchant:
    return Merchant(world)


def framed(page: Any) -> str:
    """The URL that the page loads into its frame."""
    found = re.search(r'data-source="([^"]*)"', page.text)
    assert found, page.text
    return unescape(found[1])


def test_an_app_is_installed_by_a_button_and_opens(
    merchant: Merchant, shop: Shop, app: App, receiver: Receiver
) -> None:
    first = merchant.get(f"/admin/apps/{app.client_id}")
    assert (first.status_code, first.location) == (302, "/admin/oauth/install?client_id=client-1")
    offer = merchant.get(first.location)
    assert all(each in offer.text for each in app.scopes)
    assert "Split &amp; ship" in offer.text
    done = merchant.install(app)
    assert (done.status_code, done.location) == (303, "/admin/apps/client-1")
    assert shop.grants.installations[app.client_id].granted == tuple(app.scopes)
    assert framed(merchant.get(done.location)).startswith("https://app.example.com?")
    assert receiver.got == []


def test_the_frame_loads_the_document_as_shopify_does(
    merchant: Merchant, shop: Shop, app: App
) -> None:
    merchant.install(app)
    page = merchant.get("/admin/apps/client-1/orders/a%20b", query_string={"q": "x&y=%"})
    source = urlsplit(framed(page))
    assert (source.netloc, source.path) == ("app.example.com", "/orders/a%20b")
    query = dict(parse_qsl(source.query))
    assert set(query) == {"shop", "host", "embedded", "id_token", "locale", "session",
                          "timestamp", "hmac", "q"}  # fmt: skip
    assert (query["shop"], query["embedded"], query["q"]) == (DOMAIN, "1", "x&y=%")
    claims = jwt.decode(query["id_token"], options={"verify_signature": False})
    assert (claims["dest"], claims["exp"] - claims["iat"]) == (BASE, 60)
    assert signed_by(app, query)


def signed_by(app: App, query: dict[str, str]) -> bool:
    """As ShopifyAPI 12.7.0 checks it."""
    given = query.pop("hmac")
    pairs = (
        f"{key}={value.replace('%', '%25')}".replace("&", "%26") for key, value in query.items()
    )
    message = "&".join(sorted(pairs)).encode()
    digest = hmac.new(app.client_secret.encode(), message, hashlib.sha256).hexdigest()
    return hmac.compare_digest(given, digest)


def test_a_query_cannot_stand_in_for_shopifys(merchant: Merchant, app: App) -> None:
    merchant.install(app)
    page = merchant.get("/admin/apps/client-1", query_string={"shop": "evil.myshopify.com"})
    assert dict(parse_qsl(urlsplit(framed(page)).query))["shop"] == DOMAIN


def test_the_page_frames_the_app_alone_and_lets_nobody_frame_it(
    merchant: Merchant, app: App
) -> None:
    merchant.install(app)
    policy = merchant.get("/admin/apps/client-1").headers["Content-Security-Policy"]
    assert "frame-src https://app.example.com;" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_names_cannot_write_html(merchant: Merchant, shop: Shop, app: App) -> None:
    shop.name = app.name = '<img src=x onerror=alert(1)>"{words}'
    app.scopes = ["<script>"]
    pages = [merchant.get(f"/admin/oauth/install?client_id={app.client_id}")]
    merchant.install(app)
    paths = ("/admin/apps", "/admin/apps/client-1", "/admin/apps/client-1/%22%3E%3Cscript%3E")
    pages += [merchant.get(each) for each in paths]
    for page in pages:
        assert page.status_code == 200
        assert "<img" not in page.text
        assert "<script>" not in page.text
        assert "&lt;img src=x" in page.text


def test_an_app_page_gets_fresh_id_tokens(
    merchant: Merchant, clock: SettableClock, app: App
) -> None:
    assert merchant.post("/admin/bridge/client-1/id-token").status_code == 403
    merchant.install(app)
    first = merchant.post("/admin/bridge/client-1/id-token").json
    clock.advance(50)
    second = merchant.post("/admin/bridge/client-1/id-token").json
    ends = [jwt.decode(each["id_token"], options={"verify_signature": False})["exp"]
            for each in (first, second)]  # fmt: skip
    assert ends[1] - ends[0] == 50
    assert first["lives"] == 60


@pytest.mark.parametrize("path", ["/admin/oauth/install", "/admin/oauth/uninstall",
                                  "/admin/bridge/client-1/id-token", "/admin/locale"])  # fmt: skip
def test_no_other_site_acts_in_the_merchants_name(
    merchant: Merchant, shop: Shop, app: App, path: str
) -> None:
    shop.install(app)
    answer = merchant.client.post(
        path,
        base_url=BASE,
        data={"client_id": app.client_id, "locale": "fr"},
        headers={"Origin": app.url},
    )
    assert answer.status_code == 403
    assert app.client_id in shop.grants.installations
    assert shop.staff_locale == "en"


def test_uninstalling_tells_the_app_and_redacts_two_days_later(
    merchant: Merchant, app: App, receiver: Receiver, pass_time: Any
) -> None:
    merchant.install(app)
    assert merchant.uninstall(app).location == "/admin/apps"
    pass_time(1)
    assert receiver.topics == ["app/uninstalled"]
    pass_time(48 * 3600 - 2)
    assert receiver.topics == ["app/uninstalled"]
    pass_time(1)
    assert receiver.topics == ["app/uninstalled", "shop/redact"]
    assert merchant.uninstall(app).status_code == 303


def test_a_scope_that_came_later_asks_for_an_update(
    merchant: Merchant, shop: Shop, app: App, receiver: Receiver, pass_time: Any
) -> None:
    merchant.install(app)
    deployed = {"scopes": [*app.scopes, "write_products"]}
    assert Client(shop.world).post("/apps/client-1", json=deployed).status_code == 200
    page = merchant.get("/admin/apps/client-1")
    assert "data-source" not in page.text
    assert re.findall(r"<li>(\w+)</li>", page.text) == ["write_products"]
    merchant.install(app)
    assert framed(merchant.get("/admin/apps/client-1"))
    pass_time(1)
    assert receiver.topics == ["app/scopes_update"]


def test_optional_scopes_are_granted_and_revoked_while_the_app_runs(
    merchant: Merchant, shop: Shop, app: App, receiver: Receiver, pass_time: Any
) -> None:
    merchant.install(app)
    where = "/admin/bridge/client-1/scopes"
    assert merchant.get(where).json["optional"] == ["read_returns"]
    assert "read_returns" in merchant.post(where, json={"grant": ["read_returns"]}).json["granted"]
    merchant.install(app)
    assert "read_returns" in shop.grants.installations[app.client_id].scopes
    gone = merchant.post(where, json={"revoke": ["read_returns"]}).json
    assert gone["granted"] == list(app.scopes)
    assert merchant.post(where, json={"grant": ["read_all_orders"]}).status_code == 400
    pass_time(1)
    assert receiver.topics == ["app/scopes_update", "app/scopes_update"]


def test_the_admin_and_the_app_change_language_together(merchant: Merchant, app: App) -> None:
    merchant.install(app)
    back = "/admin/apps/client-1/orders?page=2"
    answer = merchant.post("/admin/locale", data={"locale": "fr", "back": back})
    assert answer.location == back
    page = merchant.get("/admin/apps/client-1")
    assert '<html lang="fr">' in page.text
    assert "Enregistrer" in page.text
    assert dict(parse_qsl(urlsplit(framed(page)).query))["locale"] == "fr"
    elsewhere = {"locale": "de", "back": "https://evil.example.com/"}
    assert merchant.post("/admin/locale", data=elsewhere).location == "/admin/apps"
    assert "Enregistrer" in merchant.get("/admin/apps/client-1").text


def test_a_plain_browser_reaches_the_admin_below_localhost(world: World, app: App) -> None:
    answer = Client(world).get("/", base_url=f"http://{DOMAIN}.localhost:8900")
    assert (answer.status_code, answer.location) == (302, "/admin/apps")
    overview = Client(world).get(f"/shops/{DOMAIN}", base_url="http://127.0.0.1:8900")
    assert f"http://{DOMAIN}.localhost:8900/admin/apps" in overview.text


def test_faults_on_the_wire_do_not_reach_the_merchants_browser(
    merchant: Merchant, world: World, app: App
) -> None:
    world.faults.add("error_before", DOMAIN)
    assert merchant.get("/admin/apps").status_code == 200
    assert world.faults.fired == []


def test_app_bridge_is_one_script_from_the_sandbox(world: World) -> None:
    answer = Client(world).get("/app-bridge.js", base_url="http://127.0.0.1:8900")
    assert answer.mimetype == "text/javascript"
    assert answer.text.count("window.shopify = {") == 1
    assert "localStorage" not in answer.text
    assert "cookie" not in answer.text


@pytest.mark.parametrize("name", ["admin.css", "admin.js", "frame.js"])
def test_the_admin_brings_its_own_style_and_scripts(merchant: Merchant, name: str) -> None:
    assert merchant.get(f"/admin/static/{name}").status_code == 200


@pytest.mark.parametrize("name", ["other.js", "..%2Fworld.py", "bridge"])
def test_no_other_file_is_served(merchant: Merchant, shop: Shop, name: str) -> None:
    assert merchant.get(f"/admin/static/{name}").status_code == 404
