"""Getting into a store, staying in, and being thrown out: a Shopify shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.shopify import App, Shop
from sandbox.shopify.oauth import signed
from sandbox.world import World
from stores import (
    capabilities,
    handshake,
    open_marketplace,
    open_store,
    platforms,
    renew,
)
from stores.base import Access, AppKeys, StoreBusy, StoreLocked
from stores.handshake import Hurdle, Places
from stores.shopify import connect as shopify
from tests.stores.cast import NOON, SECRET, advance

KEYS = AppKeys("client", SECRET)
DOMAIN = "vera.myshopify.com"
PLACES = Places("https://a.example.com/back?x=1", "https://a.example.com/keys")
SMUGGLED = [
    "",
    "vera",
    "evil.com",
    "evil.com#",
    "evil.com#.myshopify.com",
    "evil.com/x.myshopify.com",
    "evil.com?x.myshopify.com",
    "evil.com\\.myshopify.com",
    "vera.myshopify.com#evil.com",
    "vera.myshopify.com/evil",
    "vera.myshopify.com.evil.test",
    "vera.myshopify.com@evil.com",
    "evil@vera.myshopify.com",
    "https://vera.myshopify.com",
    "vera.myshopify.com:443",
    "vera.myshopify.com.",
    "vera.myshopify.com\n",
    "vera.myshop\nify.com",
    "evil.com\nvera.myshopify.com",
    "vera.myshopify.com\x00",
    "Vera.myshopify.com",
    "vera.MYSHOPIFY.com",
    "véra.myshopify.com",
    "vеra.myshopify.com",  # noqa: RUF001 - a Cyrillic e
    "vera。myshopify。com",
    "xn--vra-bma.evil.com",
    "-vera.myshopify.com",
    "a.vera.myshopify.com",
]


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
    assert all(handshake(name).MANNER.rights for name in platforms())


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
    claims = shopify.read_id_token(token := shop.id_token(app, exp=soon), "client", [SECRET])
    access = shopify.exchange(claims["shop"], token, KEYS, NOON)
    assert access.expires_at == NOON + timedelta(hours=1)
    assert open_store(access).identify().address == DOMAIN


def test_a_forged_or_stale_page_token_is_refused(world: World, shop: Shop, app: App) -> None:
    with pytest.raises(StoreLocked):
        shopify.read_id_token(shop.id_token(app), "client", [SECRET[::-1]])
    with pytest.raises(StoreLocked):
        shopify.read_id_token("", "client", [SECRET])
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


def test_the_approval_page_gets_the_least_scopes_and_our_state() -> None:
    url = shopify.approval_page(DOMAIN, KEYS, "st4te", PLACES, keeps_market=False)
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    assert (parts.hostname, query["state"]) == (DOMAIN, ["st4te"])
    assert query["scope"] == [",".join(shopify.VENDOR_SCOPES)]
    assert query["redirect_uri"] == [PLACES.back]


def test_a_merchants_shop_keeps_its_rights_when_it_becomes_a_store_too() -> None:
    url = shopify.approval_page(DOMAIN, KEYS, "st4te", PLACES, keeps_market=True)
    asked = parse_qs(urlsplit(url).query)["scope"][0].split(",")
    assert set(asked) == {*shopify.VENDOR_SCOPES, *shopify.MERCHANT_SCOPES}


@pytest.mark.parametrize("typed", ["vera.myshopify.com", " vera.myshopify.com "])
def test_a_shops_own_domain_is_its_address(typed: str) -> None:
    assert shopify.address(typed) == DOMAIN


@pytest.mark.parametrize("typed", SMUGGLED)
def test_nothing_but_a_shops_own_domain_is_an_address(typed: str) -> None:
    with pytest.raises(Hurdle):
        shopify.address(typed)


def came_back(shop: Shop, app: App, **more: str) -> list[tuple[str, str]]:
    return list(signed(shop, app, {"code": "c0de", "state": "st4te"}).items() | more.items())


def test_a_signed_redirect_is_believed_with_the_new_and_the_old_secret(
    world: World, shop: Shop, app: App
) -> None:
    for secrets in ([SECRET], ["a newer secret", SECRET]):
        told = shopify.returned(came_back(shop, app), secrets, world.now())
        assert (told.token, told.address, told.proof) == ("st4te", DOMAIN, {"code": "c0de"})


@pytest.mark.parametrize(
    "change",
    [
        {"code": "other"},
        {"state": "other"},
        {"shop": "other.myshopify.com"},
        {"timestamp": "1"},
        {"hmac": ""},
        {"hmac": "é"},
        {"more": "1"},
    ],
)
def test_a_redirect_that_was_touched_is_not(
    world: World, shop: Shop, app: App, change: dict[str, str]
) -> None:
    fields = dict(came_back(shop, app)) | change
    with pytest.raises(ValueError, match="sign"):
        shopify.returned(list(fields.items()), [SECRET], world.now())


def test_a_redirect_is_believed_for_a_day_and_never_with_a_parameter_twice(
    world: World, shop: Shop, app: App
) -> None:
    query = came_back(shop, app)
    with pytest.raises(ValueError, match="sign"):
        shopify.returned([*query, ("shop", DOMAIN)], [SECRET], world.now())
    with pytest.raises(ValueError, match="long ago"):
        shopify.returned(query, [SECRET], world.now() + timedelta(days=1, seconds=1))


def test_a_signed_redirect_of_no_shop_is_refused(world: World, shop: Shop, app: App) -> None:
    shop.domain = "VERA.myshopify.com"
    with pytest.raises(ValueError, match="address"):
        shopify.returned(came_back(shop, app), [SECRET], world.now())


def test_a_code_becomes_an_access_with_the_rights_that_were_asked(
    world: World, shop: Shop, app: App
) -> None:
    code = shop.grants.new_code(app, shopify.VENDOR_SCOPES)
    access = shopify.redeem(DOMAIN, {"code": code}, KEYS, NOON)
    assert set(shopify.VENDOR_SCOPES) <= set(shopify.prove(access).scopes)
    with pytest.raises(StoreLocked):
        shopify.redeem(DOMAIN, {"code": code}, KEYS, NOON)


def test_an_access_without_a_right_that_we_need_is_told_with_its_name(
    world: World, shop: Shop, app: App
) -> None:
    code = shop.grants.new_code(app, ["read_products", "write_orders"])
    with pytest.raises(Hurdle) as told:
        shopify.prove(shopify.redeem(DOMAIN, {"code": code}, KEYS, NOON))
    assert (told.value.code, told.value.names) == (
        "rights",
        ("write_order_edits", "read_fulfillments"),
    )


def test_a_shop_that_is_given_up_has_no_app_any_more(shop: Shop, app: App) -> None:
    access = shopify.exchange(DOMAIN, shop.id_token(app), KEYS, NOON)
    shopify.give_up(access, "")
    shopify.give_up(access, "")
    assert app.client_id not in shop.grants.installations
