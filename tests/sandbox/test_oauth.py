"""Tokens: exchange, refresh, codes, and the approval page."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.test import Client

from sandbox.clock import SettableClock
from sandbox.shopify import App, Shop
from sandbox.shopify.oauth import TOKEN_EXCHANGE
from sandbox.world import World
from tests.sandbox.conftest import DOMAIN, Talk

SHOP_URL = f"https://{DOMAIN}"


@pytest.fixture
def client(world: World) -> Client:
    return Client(world)


def ask_token(client: Client, app: App, **given: Any) -> Any:
    body = {"client_id": app.client_id, "client_secret": app.client_secret, **given}
    return client.post("/admin/oauth/access_token", base_url=SHOP_URL, json=body)


def exchange(client: Client, app: App, token: str, **more: Any) -> Any:
    return ask_token(
        client,
        app,
        grant_type=TOKEN_EXCHANGE,
        subject_token=token,
        subject_token_type="urn:ietf:params:oauth:token-type:id_token",
        requested_token_type="urn:shopify:params:oauth:token-type:offline-access-token",
        expiring="1",
        **more,
    )


def works(world: World, token: str) -> bool:
    return bool(Talk(world, DOMAIN, token).post("{ shop { id } }").status_code == 200)


@pytest.fixture
def pair(client: Client, shop: Shop, app: App) -> Any:
    shop.install(app)
    return exchange(client, app, shop.id_token(app)).json


def test_an_id_token_is_exchanged_for_a_pair(world: World, app: App, pair: Any) -> None:
    assert pair["expires_in"] == 3600
    assert pair["scope"] == ",".join(app.scopes)
    assert works(world, pair["access_token"])


def test_an_access_token_lives_an_hour(world: World, clock: SettableClock, pair: Any) -> None:
    clock.advance(3599)
    assert works(world, pair["access_token"])
    clock.advance(1)
    assert not works(world, pair["access_token"])


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "someone-else"},
        {"dest": "https://beta.myshopify.com"},
        {"iss": "https://beta.myshopify.com/admin"},
        {"exp": 1},
        {"nbf": 4_000_000_000},
    ],
)
def test_an_id_token_that_is_not_for_here_and_now_is_refused(
    client: Client, shop: Shop, app: App, claims: dict[str, Any]
) -> None:
    shop.install(app)
    answer = exchange(client, app, shop.id_token(app, **claims))
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_subject_token")


def test_an_id_token_signed_by_somebody_else_is_refused(
    client: Client, shop: Shop, app: App
) -> None:
    shop.install(app)
    thief = App(app.client_id, "not-the-secret-but-just-as-long-as-it")
    assert exchange(client, app, shop.id_token(thief)).json["error"] == "invalid_subject_token"
    assert exchange(client, thief, shop.id_token(app)).json["error"] == "invalid_client"


def test_an_app_that_is_not_installed_gets_nothing(
    client: Client, world: World, shop: Shop, app: App
) -> None:
    world.apps[app.client_id] = app
    assert exchange(client, app, shop.id_token(app)).status_code == 400


def refresh(client: Client, app: App, token: str) -> Any:
    return ask_token(client, app, grant_type="refresh_token", refresh_token=token)


def test_a_refresh_token_serves_again_until_its_replacement_was_used(
    client: Client, app: App, pair: Any
) -> None:
    first = pair["refresh_token"]
    lost = refresh(client, app, first).json
    kept = refresh(client, app, first).json
    assert len({first, lost["refresh_token"], kept["refresh_token"]}) == 3
    assert refresh(client, app, kept["refresh_token"]).status_code == 200
    dead = refresh(client, app, first)
    assert (dead.status_code, dead.json["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(("use_at", "wait"), [(None, 91), (0, 31)])
def test_refresh_tokens_run_out(
    client: Client, clock: SettableClock, app: App, pair: Any, use_at: int | None, wait: int
) -> None:
    if use_at is not None:
        refresh(client, app, pair["refresh_token"])
    clock.moment += timedelta(days=wait)
    assert refresh(client, app, pair["refresh_token"]).json["error"] == "invalid_grant"


def test_the_approval_page_leads_back_with_a_signed_code(
    client: Client, world: World, shop: Shop, app: App
) -> None:
    world.apps[app.client_id] = app
    ask = {
        "client_id": app.client_id,
        "scope": "write_orders,read_products",
        "redirect_uri": app.redirect_urls[0],
        "state": "n0nce",
    }
    where = "/admin/oauth/authorize"
    page = client.get(where, base_url=SHOP_URL, query_string=ask)
    assert "Allow" in page.text
    assert "write_orders" in page.text
    back = client.get(where, base_url=SHOP_URL, query_string={**ask, "approve": "1"})
    query = dict(parse_qsl(urlsplit(back.headers["Location"]).query))
    signature = query.pop("hmac")
    message = "&".join(f"{key}={query[key]}" for key in sorted(query))
    digest = hmac.new(app.client_secret.encode(), message.encode(), hashlib.sha256)
    assert signature == digest.hexdigest()
    assert (query["state"], query["shop"]) == ("n0nce", DOMAIN)
    grant = ask_token(client, app, code=query["code"], expiring="1")
    assert grant.json["scope"] == "write_orders,read_products"
    assert works(world, grant.json["access_token"])
    assert ask_token(client, app, code=query["code"]).status_code == 400


def test_a_redirect_to_elsewhere_is_refused(
    client: Client, world: World, shop: Shop, app: App
) -> None:
    world.apps[app.client_id] = app
    ask = {"client_id": app.client_id, "redirect_uri": "https://evil.example.com/"}
    answer = client.get("/admin/oauth/authorize", base_url=SHOP_URL, query_string=ask)
    assert answer.status_code == 400


def test_uninstalling_kills_every_token(
    client: Client, world: World, shop: Shop, app: App, pair: Any
) -> None:
    shop.uninstall(app)
    assert not works(world, pair["access_token"])
    assert refresh(client, app, pair["refresh_token"]).json["error"] == "invalid_grant"
