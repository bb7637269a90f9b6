"""A vendor connects a Shopify shop by its address; whoever tries to slip in calls nobody."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from sqlalchemy import update

from orderflow.models import Connection, Membership
from sandbox.shopify.oauth import signed
from sandbox.shopify.shop import Shop
from stores.shopify.connect import VENDOR_SCOPES
from tests.house import ALFA, HARBOUR, STRANGER
from tests.portal.outside import CHARLIE, SHOPIFY, Outside
from tests.portal.visitor import Portal, Visitor

OLD = "This way back is not valid any more"


@pytest.fixture
def charlie(portal: Portal) -> Shop:
    return portal.house.shop(CHARLIE, name="Charlie's")


@pytest.fixture
def owner(outside: Outside) -> Visitor:
    return outside.portal.logged_in()


def test_a_vendor_connects_a_shop_and_its_order_goes_there(outside: Outside, charlie: Shop) -> None:
    house = outside.house
    house.vendor("Delta")
    house.set(unsynced_products=True)
    vase = outside.portal.stage.harbour.sells("VASE", "Vase", "8.00", vendor="Delta")
    outside.portal.stage.sells_on((vase, 1))
    assert house.part().state == "held"
    owner = outside.portal.logged_in("delta@delta.example.com", vendor="Delta")
    url = outside.begins(owner, SHOPIFY, CHARLIE)
    assert parse_qs(urlsplit(url).query)["scope"] == [",".join(VENDOR_SCOPES)]
    outside.calls()
    owner.get(outside.agrees_in_shop(url))
    assert "Your store is connected." in owner.text
    assert "Charlie's" in owner.text
    assert {urlsplit(each).hostname for each in outside.calls()} == {CHARLIE}
    with house.look() as session:
        access = house.one(session, Connection, name="Charlie's").access
        assert access.secrets["refresh_token"]
    house.turn()
    assert (house.part().state, len(charlie.orders)) == ("pushed", 1)


def test_what_is_shared_and_asked_for_is_told_first(outside: Outside, owner: Visitor) -> None:
    owner.get(SHOPIFY)
    shop = outside.portal.stage.harbour.name
    assert f"Orders of {shop} that are yours to ship are created in your store." in owner.text
    assert "See orders and create new ones" in owner.text
    assert outside.calls() == []


SMUGGLED = [
    "evil.com#",
    "evil.com#.myshopify.com",
    "charlie.myshopify.com.evil.test",
    "charlie.myshopify.com\n",
    "charlie.myshop\nify.com",
    "chаrlie.myshopify.com",  # noqa: RUF001 - a Cyrillic a
    "Charlie.myshopify.com",
    "@charlie.myshopify.com",
    "evil.com/charlie.myshopify.com",
    "https://charlie.myshopify.com",
    "",
    "x" * 5000,
]


@pytest.mark.parametrize("address", SMUGGLED)
def test_an_address_that_is_no_shops_own_domain_goes_nowhere(
    outside: Outside, owner: Visitor, charlie: Shop, address: str
) -> None:
    outside.calls()
    owner.get(SHOPIFY)
    owner.post(SHOPIFY, address=address)
    assert owner.page.status_code == 422
    assert "This is not the address of a store" in owner.text
    assert outside.calls() == []
    assert outside.tries() == []


def test_the_marketplace_itself_is_no_vendors_store(outside: Outside, owner: Visitor) -> None:
    outside.calls()
    owner.get(SHOPIFY)
    owner.post(SHOPIFY, address=HARBOUR)
    assert "the marketplace's own shop" in owner.text
    assert outside.calls() == []


def test_a_shop_that_another_vendor_holds_is_not_given_to_a_second_one(
    outside: Outside, charlie: Shop
) -> None:
    bravo = outside.portal.logged_in("bravo@bravo.example.com", vendor="Bravo")
    bravo.get(outside.agrees_in_shop(outside.begins(bravo, SHOPIFY, ALFA)))
    assert "it is in use already" in bravo.text
    assert ALFA not in outside.stores("Bravo")
    assert "Alfa" not in bravo.text


def test_a_vendor_of_another_merchant_may_have_the_same_shop(
    outside: Outside, charlie: Shop
) -> None:
    outside.house.merchant(STRANGER)
    outside.house.vendor("Zulu", STRANGER)
    other = outside.portal.logged_in("zulu@zulu.example.com", vendor="Zulu", shop=STRANGER)
    other.get(outside.agrees_in_shop(outside.begins(other, SHOPIFY, ALFA)))
    assert outside.stores("Zulu") == {ALFA: "open"}
    assert outside.stores("Alfa") == {ALFA: "open"}


# -- the way back: whatever does not fit calls nobody ----------------------------------------------


def way_back(outside: Outside, owner: Visitor) -> str:
    """The path of a good return, not taken yet."""
    path = outside.agrees_in_shop(outside.begins(owner, SHOPIFY, CHARLIE))
    outside.calls()
    return path


def changed(outside: Outside, path: str, **fields: str | None) -> str:
    """The same return with other fields, signed again by the platform: only state can refuse."""
    before: dict[str, str | None] = dict(parse_qsl(urlsplit(path).query))
    query = {name: value for name, value in (before | fields).items() if value is not None}
    kept = {name: value for name, value in query.items() if name in ("code", "state")}
    shops = outside.house.world.shops
    shop = shops.get(query["shop"]) or Shop(outside.house.world, query["shop"])
    return f"{SHOPIFY}/callback?{urlencode(signed(shop, outside.house.sluice, kept))}"


def refused(outside: Outside, visitor: Visitor, path: str, vendor: str = "Alfa") -> None:
    visitor.get(path)
    assert OLD in visitor.text, visitor.text
    assert outside.calls() == []
    assert CHARLIE not in outside.stores(vendor)


def test_a_return_counts_once(outside: Outside, owner: Visitor, charlie: Shop) -> None:
    path = way_back(outside, owner)
    owner.get(path)
    assert CHARLIE in outside.stores()
    outside.calls()
    owner.get(path)
    assert OLD in owner.text
    assert outside.calls() == []


def test_a_return_counts_for_ten_minutes(outside: Outside, owner: Visitor, charlie: Shop) -> None:
    path = way_back(outside, owner)
    outside.house.clock.advance(600)
    refused(outside, owner, path)


def test_a_return_counts_in_the_browser_that_began(
    outside: Outside, owner: Visitor, charlie: Shop
) -> None:
    path = way_back(outside, owner)
    refused(outside, outside.portal.logged_in(), path)
    owner.get(path)
    assert CHARLIE in outside.stores()


def test_a_return_counts_for_the_person_and_vendor_that_began(
    outside: Outside, owner: Visitor, charlie: Shop
) -> None:
    path = way_back(outside, owner)
    refused(outside, outside.portal.logged_in("b@bravo.example.com", vendor="Bravo"), path, "Bravo")
    refused(outside, outside.portal.logged_in("two@alfa.example.com"), path)


def test_nobody_and_staff_are_not_let_in_with_a_good_return(
    outside: Outside, owner: Visitor, charlie: Shop
) -> None:
    path = way_back(outside, owner)
    nobody = outside.portal.visitor()
    nobody.get(path)
    assert nobody.title == "Log in"
    staff = outside.portal.logged_in("staff@alfa.example.com", role="staff")
    assert staff.get(path).status_code == 404
    assert outside.calls() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"state": None},
        {"state": ""},
        {"state": "made-up"},
        {"code": None},
        {"shop": "other.myshopify.com"},
        {"shop": "CHARLIE.myshopify.com"},
        {"shop": "charlie.myshopify.com.evil.test"},
        {"shop": "evil.com#"},
        {"shop": "charlie.myshopify.com\n"},
        {"shop": "chаrlie.myshopify.com"},  # noqa: RUF001 - a Cyrillic a
    ],
)
def test_a_return_with_another_state_or_shop_is_refused_even_signed(
    outside: Outside, owner: Visitor, charlie: Shop, fields: dict[str, Any]
) -> None:
    refused(outside, owner, changed(outside, way_back(outside, owner), **fields))


@pytest.mark.parametrize("how", ["unsigned", "forged", "twice", "touched"])
def test_a_return_that_the_platform_did_not_sign_is_refused(
    outside: Outside, owner: Visitor, charlie: Shop, how: str
) -> None:
    path = way_back(outside, owner)
    query = dict(parse_qsl(urlsplit(path).query))
    spoiled = {
        "unsigned": {name: value for name, value in query.items() if name != "hmac"},
        "forged": query | {"hmac": "0" * 64},
        "twice": query,
        "touched": query | {"code": "other"},
    }[how]
    more = f"&shop={CHARLIE}" if how == "twice" else ""
    refused(outside, owner, f"{SHOPIFY}/callback?{urlencode(spoiled)}{more}")


def test_the_state_of_one_try_is_no_good_for_another_shop(
    outside: Outside, owner: Visitor, charlie: Shop
) -> None:
    outside.house.shop("echo.myshopify.com")
    first = way_back(outside, owner)
    second = outside.agrees_in_shop(outside.begins(owner, SHOPIFY, "echo.myshopify.com"))
    state = parse_qs(urlsplit(second).query)["state"][0]
    refused(outside, owner, changed(outside, first, state=state))
    refused(outside, owner, first)  # a new try ends the earlier one


def test_a_try_of_one_platform_is_none_of_the_other(
    outside: Outside, owner: Visitor, charlie: Shop
) -> None:
    state = parse_qs(urlsplit(way_back(outside, owner)).query)["state"][0]
    refused(outside, owner, f"/portal/connect/woocommerce/callback?success=1&user_id={state}")
    assert owner.get("/portal/connect/nowhere/callback?state=1").status_code == 404


def test_who_was_removed_meanwhile_connects_nothing(
    outside: Outside, owner: Visitor, charlie: Shop
) -> None:
    path = way_back(outside, owner)
    with outside.house.unit() as session:
        session.execute(update(Membership).values(removed_at=outside.house.clock()))
    assert owner.get(path).status_code == 404
    assert outside.calls() == []


def test_a_grant_without_a_right_that_is_needed_is_told(
    outside: Outside, owner: Visitor, charlie: Shop
) -> None:
    url = outside.begins(owner, SHOPIFY, CHARLIE)
    owner.get(outside.agrees_in_shop(url.replace("read_fulfillments", "read_locations")))
    assert "Rights are missing that are needed: read_fulfillments" in owner.text
    assert CHARLIE not in outside.stores()


def test_the_shop_being_away_for_a_moment_is_told_and_nothing_kept(
    outside: Outside, owner: Visitor, charlie: Shop
) -> None:
    path = way_back(outside, owner)
    outside.house.world.faults.add("refused", CHARLIE)
    owner.get(path)
    assert "could not be reached" in owner.text
    assert CHARLIE not in outside.stores()
    assert outside.tries()[-1].state == "failed"


def test_thirty_tries_in_an_hour_are_enough(outside: Outside, owner: Visitor) -> None:
    owner.get(SHOPIFY)
    for _ in range(30):
        owner.post(SHOPIFY, address=CHARLIE)
    owner.post(SHOPIFY, address=CHARLIE)
    assert owner.page.status_code == 429


def test_only_hashes_of_what_goes_out_are_kept(
    outside: Outside, owner: Visitor, charlie: Shop
) -> None:
    state = parse_qs(urlsplit(way_back(outside, owner)).query)["state"][0]
    (row,) = outside.tries()
    assert state not in {str(value) for value in vars(row).values()}
    assert len(state) >= 43
