"""Getting into a store and out again: a WooCommerce site, which may be anybody's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.world import World
from stores import guard, http
from stores.base import Access, AppKeys
from stores.handshake import Hurdle, Places
from stores.woocommerce import connect as woocommerce
from stores.woocommerce.client import Client
from tests.stores.cast import HOOK, NOON, SECRET, WooShore, woo_shore
from tests.stores.talking_server import saying, server

KEYS = AppKeys("client", SECRET)
PLACES = Places("https://a.example.com/back?x=1", "https://a.example.com/keys")


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
    assert woocommerce.address(typed) == url


@pytest.mark.parametrize(
    "typed",
    [
        "http://shop.example.com",
        "https://a:b@shop.example.com",
        "https://shop.example.com@evil.com",
        "ftp://shop.example.com",
        "shop",
        "",
        "https://",
        "https://x.com:8443",
        "https://x.com:http",
        "https://x.com:99999",
        "https://127.0.0.1",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433",
        "https://0x7f000001",
        "https://0x7f.1",
        "https://127.1",
        "https://[::1]",
        "https://[::ffff:127.0.0.1]",
        "https://shop.example.com.",
        "https://shop..example.com",
        "https://-shop.example.com",
        "https://shop.example.com/a b",
        "https://shop.example.com/%2e%2e/x",
        "https://shop.example.com/../x",
        "https://shop.example.com\\@evil.com",
        "https://shop.example.com\n.evil.com",
        "https://shop.exa\tmple.com",
        "https://bücher.example.com",
        "https://shop。example。com",
        f"https://{'a.' * 130}com",
    ],
)
def test_an_address_that_cannot_be_a_store_is_refused(typed: str) -> None:
    with pytest.raises(Hurdle):
        woocommerce.address(typed)


def test_an_address_that_the_operator_names_may_be_any() -> None:
    guard.allow(["http://10.0.0.5:8080"])
    try:
        assert woocommerce.address("http://10.0.0.5:8080/shop/") == "http://10.0.0.5:8080/shop"
        with pytest.raises(Hurdle):
            woocommerce.address("http://10.0.0.5:8081")
    finally:
        guard.allow(())


def test_the_approval_carries_our_token_and_addresses() -> None:
    url = woocommerce.approval_page(
        "https://shop.example.com", KEYS, "t0ken", PLACES, keeps_market=False
    )
    query = parse_qs(urlsplit(url).query)
    assert url.startswith("https://shop.example.com/wc-auth/v1/authorize?")
    assert (query["user_id"], query["scope"]) == (["t0ken"], ["read_write"])
    assert query["return_url"] == [PLACES.back]
    assert query["callback_url"] == [PLACES.keys]


def posted(shore: WooShore, permissions: str = "read_write", role: str = "administrator") -> bytes:
    key, secret = shore.site.issue_key(permissions, role)
    body = {
        "key_id": 1,
        "user_id": "t0ken",
        "consumer_key": key,
        "consumer_secret": secret,
        "key_permissions": "read_write",
    }
    return json.dumps(body).encode()


def access_of(shore: WooShore, body: bytes) -> Access:
    _, proof = woocommerce.read_keys(body)
    return woocommerce.redeem(f"https://{shore.host}", proof, KEYS, NOON)


def test_the_keys_that_a_site_sends_open_it(world: World) -> None:
    shore = woo_shore(world)
    assert woocommerce.read_keys(posted(shore))[0] == "t0ken"
    identity = woocommerce.prove(access_of(shore, posted(shore)))
    assert (identity.currency, identity.limits) == ("USD", ())


@pytest.mark.parametrize(
    ("permissions", "role", "code"),
    [
        ("read", "administrator", "read_only"),
        ("write", "administrator", "locked"),
        ("read_write", "customer", "locked"),
    ],
)
def test_a_key_that_may_not_do_all_is_found_out(
    world: World, permissions: str, role: str, code: str
) -> None:
    shore = woo_shore(world)
    with pytest.raises(Hurdle) as told:
        woocommerce.prove(access_of(shore, posted(shore, permissions, role)))
    assert told.value.code == code
    assert shore.orders() == []


def test_what_a_site_cannot_do_is_read_from_it(world: World) -> None:
    shore = woo_shore(world, plugins=(), version="8.6.1")
    identity = woocommerce.prove(access_of(shore, posted(shore)))
    assert set(identity.limits) == {"no_tracking", "slow_look_up"}
    plugin = woo_shore(world, plugins=("advanced-shipment-tracking",))
    assert woocommerce.prove(access_of(plugin, posted(plugin))).limits == ()


def test_a_site_under_a_second_address_is_told_its_own(world: World) -> None:
    shore = woo_shore(world)
    world.sites["alias.example.com"] = shore.site
    _, proof = woocommerce.read_keys(posted(shore))
    with pytest.raises(Hurdle) as told:
        woocommerce.prove(woocommerce.redeem("https://alias.example.com", proof, KEYS, NOON))
    assert (told.value.code, told.value.names) == ("other_store", (f"https://{shore.host}",))


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda site: None, None),
        (lambda site: setattr(site, "pretty", False), "permalinks"),
        (lambda site: setattr(site, "maintenance", True), "maintenance"),
        (lambda site: setattr(site, "php_down", True), "broken"),
        (lambda site: setattr(site, "database_down", True), "broken"),
        (lambda site: setattr(site, "https", False), None),
    ],
)
def test_a_site_is_looked_over_before_anybody_is_sent_there(
    world: World, prepare: Callable[[Any], None], code: str | None
) -> None:
    shore = woo_shore(world)
    prepare(shore.site)
    assert hurdle(f"https://{shore.host}") == code


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("certificate", "certificate"),
        ("refused", "unreachable"),
        ("lost_answer", "unreachable"),
        ("redirect", "redirects"),
        ("html", "firewall"),
        ("unauthorized", "barred"),
        ("error_before", "broken"),
    ],
)
def test_what_stands_in_the_way_has_a_name(world: World, fault: Any, code: str) -> None:
    shore = woo_shore(world)
    world.faults.add(fault, shore.host, times=2)
    assert hurdle(f"https://{shore.host}") == code


def hurdle(address: str) -> str | None:
    try:
        woocommerce.look_over(address)
    except Hurdle as told:
        return told.code
    return None


@pytest.mark.parametrize(
    ("namespaces", "code"),
    [(["wp/v2"], "no_plugin"), (["wp/v2", "wc/v2"], "too_old"), ("x", "not_a_shop")],
)
def test_a_site_without_our_api_is_told_apart(namespaces: Any, code: str) -> None:
    body = json.dumps({"namespaces": namespaces}).encode()
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    try:
        with server(saying(head + body)) as address:
            http.use_gateway(address)
            assert hurdle("https://shop.example.com") == code
    finally:
        http.use_adapter(None)


HOSTILE: list[Any] = [
    {},
    [],
    {"environment": None, "settings": None},
    {"environment": {"home_url": 1, "version": "<b>"}, "settings": {"currency": "EUR"}},
    {"environment": {"home_url": "https://x", "version": "10.5"}, "settings": {"currency": "=1+"}},
    {"environment": {"home_url": "x" * 9999, "version": "10.5"}, "settings": {"currency": "EUR"}},
]


@pytest.mark.parametrize("body", [*(json.dumps(each).encode() for each in HOSTILE)])
def test_a_site_that_answers_nonsense_is_no_shop(body: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    secrets = {"consumer_key": "ck", "consumer_secret": "cs"}
    try:
        with server(saying(head + body)) as address:
            http.use_gateway(address)
            with pytest.raises(Hurdle) as told:
                woocommerce.prove(Access("woocommerce", "https://shop.example.com", secrets))
    finally:
        http.use_adapter(None)
    assert told.value.code == "not_a_shop"


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_a_bottomless_answer_is_no_shops(opening: bytes) -> None:
    body = opening * 100_000
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    try:
        with server(saying(head + body)) as address:
            http.use_gateway(address)
            assert hurdle("https://shop.example.com") == "not_a_shop"
    finally:
        http.use_adapter(None)


def test_a_site_that_is_given_up_tells_us_nothing_any_more(world: World) -> None:
    shore = woo_shore(world)
    shore.open().subscribe(HOOK, "secret")
    foreign = {"topic": "order.created", "delivery_url": "https://other.example.com/hook"}
    Client(shore.access).post("webhooks", foreign)
    woocommerce.give_up(shore.access, HOOK)
    left = [each.delivery_url for each in shore.site.webhooks.values()]
    assert left == ["https://other.example.com/hook"]
    shore.site.revoke_key(shore.access.secrets["consumer_key"])
    woocommerce.give_up(shore.access, HOOK)


def test_the_browser_brings_back_whether_the_owner_agreed() -> None:
    came = [("success", "1"), ("user_id", "t0ken")]
    assert woocommerce.returned(came, [], NOON).agreed
    assert not woocommerce.returned([("success", "0"), ("user_id", "t0ken")], [], NOON).agreed
    for bad in ([], [("success", "1")], [*came, ("user_id", "other")]):
        with pytest.raises(ValueError, match="nothing"):
            woocommerce.returned(bad, [], NOON)


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b"x", b'{"key_permissions": "read", "consumer_key": "ck"}']
)
def test_a_callback_without_a_usable_key_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own words differ
        woocommerce.read_keys(body)
