"""Getting into a store, staying in, and being thrown out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.shopify import App, Shop
from sandbox.world import World
from stores import capabilities, connect, open_marketplace, open_store, platforms, renew
from stores.base import Access, AppKeys, StoreBusy, StoreLocked
from stores.shopify import connect as shopify
from stores.woocommerce import connect as woocommerce
from tests.stores.cast import NOON, SECRET, advance, woo_shore

KEYS = AppKeys("client", SECRET)
DOMAIN = "vera.myshopify.com"


@pytest.fixture
def app() -> App:
    return App("client", SECRET, shopify.VENDOR_SCOPES)


@pytest.fixture
def shop(world: World, app: App) -> Shop:
    made = Shop(world, DOMAIN)
    made.install(app)
    return made


def test_every_platform_answers_to_its_name() -> None:
    assert [capabilities(name).platform for name in platforms()] == list(platforms())
    assert all(connect(name).renew for name in platforms())


def test_an_unknown_platform_is_refused() -> None:
    with pytest.raises(ValueError, match="no platform"):
        open_store(Access("../etc", "x"))
    with pytest.raises(ValueError, match="no marketplace"):
        open_marketplace(Access("woocommerce", "https://shop.example.com"))


def test_secrets_do_not_show_when_printed() -> None:
    access = Access("shopify", DOMAIN, {"access_token": "shpat_1"})
    assert "shpat_1" not in repr(access)
    assert SECRET not in repr(KEYS)


# -- Shopify ---------------------------------------------------------------------------------------


def test_a_pages_token_becomes_an_access_that_works(shop: Shop, app: App) -> None:
    soon = int(datetime.now(UTC).timestamp()) + 60
    claims = shopify.read_id_token(token := shop.id_token(app, exp=soon), KEYS)
    access = shopify.exchange(claims["shop"], token, KEYS, NOON)
    assert access.expires_at == NOON + timedelta(hours=1)
    assert open_store(access).identify().address == DOMAIN


def test_a_forged_or_stale_page_token_is_refused(world: World, shop: Shop, app: App) -> None:
    with pytest.raises(StoreLocked):
        shopify.read_id_token(shop.id_token(app), AppKeys("client", SECRET[::-1]))
    with pytest.raises(StoreLocked):
        shopify.read_id_token("", KEYS)
    token = shop.id_token(app)
    advance(world, 600)
    with pytest.raises(StoreLocked, match="open the app"):
        shopify.exchange(DOMAIN, token, KEYS, world.now())


def test_an_access_is_renewed_only_when_it_nears_its_end(
    world: World, shop: Shop, app: App
) -> None:
    access = shopify.exchange(DOMAIN, shop.id_token(app), KEYS, NOON)
    assert renew(access, KEYS, NOON + timedelta(minutes=50)) is access
    advance(world, 56 * 60)
    fresh = renew(access, KEYS, world.now())
    assert fresh.secrets["access_token"] != access.secrets["access_token"]
    advance(world, 10 * 60)
    assert open_store(fresh).identify()
    with pytest.raises(StoreLocked):
        open_store(access).identify()


def test_a_renewal_whose_answer_is_lost_may_be_asked_again(
    world: World, shop: Shop, app: App
) -> None:
    access = shopify.exchange(DOMAIN, shop.id_token(app), KEYS, NOON)
    advance(world, 3600)
    world.faults.add("lost_answer", DOMAIN)
    with pytest.raises(StoreBusy):
        renew(access, KEYS, world.now())
    assert open_store(renew(access, KEYS, world.now())).identify()


def test_the_refresh_token_before_is_a_way_back_in(world: World, shop: Shop, app: App) -> None:
    access = shopify.exchange(DOMAIN, shop.id_token(app), KEYS, NOON)
    advance(world, 3600)
    fresh = renew(access, KEYS, world.now())
    broken = replace(fresh, secrets={**fresh.secrets, "refresh_token": "another got the newest"})
    later = world.now() + timedelta(hours=1)
    assert open_store(renew(broken, KEYS, later)).identify()
    with pytest.raises(StoreLocked):
        renew(replace(broken, secrets={**broken.secrets, shopify.PREVIOUS: "gone"}), KEYS, later)


def test_a_renewal_after_the_app_was_removed_locks(world: World, shop: Shop, app: App) -> None:
    access = shopify.exchange(DOMAIN, shop.id_token(app), KEYS, NOON)
    shop.uninstall(app)
    with pytest.raises(StoreLocked):
        renew(access, KEYS, NOON + timedelta(hours=1))


@pytest.mark.parametrize(
    "address",
    ["evil.example.com", "vera.myshopify.com.evil.example.com", "", "vera.myshopify.com@evil.com"],
)
def test_a_token_is_never_sent_to_a_strangers_host(address: str) -> None:
    with pytest.raises(ValueError, match="not a Shopify shop"):
        open_store(Access("shopify", address, {"access_token": "shpat_1"}))
    with pytest.raises(ValueError, match="not a Shopify shop"):
        shopify.exchange(address, "token", KEYS, NOON)


def test_the_approval_page_gets_our_scopes_and_state() -> None:
    url = shopify.authorize_url(DOMAIN, KEYS, ["write_orders"], "https://a.example.com/b", "st4te")
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    assert (parts.hostname, query["scope"], query["state"]) == (DOMAIN, ["write_orders"], ["st4te"])


def test_only_a_signed_redirect_is_believed() -> None:
    assert not shopify.is_signed({"shop": DOMAIN, "code": "1"}, KEYS)
    assert not shopify.is_signed({"shop": DOMAIN, "hmac": "00", "timestamp": "1"}, KEYS)


# -- WooCommerce -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("shop.example.com", "https://shop.example.com"),
        (" https://Shop.Example.com/ ", "https://shop.example.com"),
        ("https://example.com/shop/", "https://example.com/shop"),
        ("https://shop.example.com/wp-admin/admin.php?page=wc", "https://shop.example.com"),
        ("https://example.com/shop/wp-json/wc/v3", "https://example.com/shop"),
    ],
)
def test_what_people_type_becomes_a_sites_address(typed: str, url: str) -> None:
    assert woocommerce.site_url(typed) == url


@pytest.mark.parametrize(
    "typed",
    ["http://shop.example.com", "https://a:b@shop.example.com", "shop", "", "https://x.com:8443"],
)
def test_an_address_that_cannot_be_a_store_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="store"):
        woocommerce.site_url(typed)


def test_the_approval_carries_our_token_and_addresses() -> None:
    url = woocommerce.authorize_url(
        "shop.example.com",
        app_name="Sluice",
        token="t0ken",
        back="https://a.example.com/back?x=1",
        callback="https://a.example.com/keys",
    )
    query = parse_qs(urlsplit(url).query)
    assert url.startswith("https://shop.example.com/wc-auth/v1/authorize?")
    assert (query["user_id"], query["scope"]) == (["t0ken"], ["read_write"])
    assert query["return_url"] == ["https://a.example.com/back?x=1"]


def test_the_keys_that_a_site_sends_open_it(world: World) -> None:
    shore = woo_shore(world)
    key, secret = shore.site.issue_key()
    body = {
        "key_id": 1,
        "user_id": "t0ken",
        "consumer_key": key,
        "consumer_secret": secret,
        "key_permissions": "read_write",
    }
    token, secrets = woocommerce.read_callback(json.dumps(body).encode())
    assert token == "t0ken"
    assert open_store(woocommerce.access(shore.host, secrets)).identify().currency == "USD"


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b"x", b'{"key_permissions": "read", "consumer_key": "ck"}']
)
def test_a_callback_without_a_usable_key_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own words differ
        woocommerce.read_callback(body)
