"""Nobody comes in without an ID token; the shop is only ever what the token says."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from orderflow.models import Merchant
from sandbox.shopify.shop import Shop
from tests.house import HARBOUR, SECRET, STRANGER, House
from tests.webapp.door import Door

RETRY = "X-Shopify-Retry-Invalid-Session-Request"


@pytest.fixture
def harbour(house: House) -> Shop:
    return house.shop(HARBOUR)


def installed(house: House, harbour: Shop) -> Door:
    harbour.install(house.sluice, expiring=True)
    return Door(house, harbour)


def test_the_first_page_installs_the_shop_by_token_exchange(house: House, harbour: Shop) -> None:
    door = installed(house, harbour)
    assert door.open().status_code == 200
    with house.look() as session:
        merchant = house.one(session, Merchant, shop=HARBOUR)
        assert merchant.access.secrets["refresh_token"]
        assert merchant.access.expires_at is not None


def test_a_document_without_a_token_is_sent_over_the_bounce_page(
    house: House, harbour: Shop
) -> None:
    answer = house.client.get("/", query_string={"shop": HARBOUR, "host": "x", "id_token": "old"})
    assert answer.status_code == 302
    assert "id_token" not in answer.location
    back = parse_qs(urlsplit(answer.location).query)["shopify-reload"][0]
    assert back == "https://sluice.example.com/?shop=harbour.myshopify.com&host=x"
    page = house.client.get(answer.location)
    assert page.status_code == 200
    assert b"data-api-key" in page.data


def forged(harbour: Shop, house: House, how: str) -> str:
    good = Door(house, harbour).token()
    claims = jwt.decode(good, options={"verify_signature": False})
    if how == "expired":
        claims |= {"exp": claims["exp"] - 600, "nbf": claims["nbf"] - 600}
    if how == "another app's":
        claims |= {"aud": "somebody-else"}
    if how == "unsigned":
        return jwt.encode(claims, "", algorithm="none")
    return jwt.encode(claims, "wrong" * 8 if how == "forged" else SECRET, algorithm="HS256")


@pytest.mark.parametrize("how", ["expired", "another app's", "unsigned", "forged"])
def test_a_fetch_with_a_bad_token_is_answered_401(house: House, harbour: Shop, how: str) -> None:
    installed(house, harbour)
    bad = forged(harbour, house, how)
    answer = house.client.get("/", headers={"Authorization": f"Bearer {bad}"})
    assert answer.status_code == 401
    assert answer.headers[RETRY] == "1"


def test_only_the_shop_of_the_token_may_frame_the_page(house: House, harbour: Shop) -> None:
    door = installed(house, harbour)
    answer = door.open(shop=STRANGER)
    policy = answer.headers["Content-Security-Policy"]
    assert f"frame-ancestors https://{HARBOUR} https://admin.shopify.com" in policy
    assert STRANGER not in policy


@pytest.mark.parametrize("shop", ["evil.com", "harbour.myshopify.com.evil.test", "<script>"])
def test_a_forged_shop_parameter_lets_nobody_frame_anything(house: House, shop: str) -> None:
    answer = house.client.get("/session/bounce", query_string={"shop": shop})
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_no_answer_sets_a_cookie(house: House, harbour: Shop) -> None:
    assert "Set-Cookie" not in installed(house, harbour).open().headers


def test_a_shop_that_does_not_answer_is_told_so_and_may_try_again(
    house: House, harbour: Shop
) -> None:
    door = installed(house, harbour)
    house.world.faults.add("error_before", HARBOUR, times=1)
    answer = door.open()
    assert answer.status_code == 503
    assert "Your shop does not answer" in answer.text
    assert door.open().status_code == 200


def test_a_character_that_no_database_keeps_is_not_found(house: House, harbour: Shop) -> None:
    door = installed(house, harbour)
    assert door.get("/orders?q=%00").status_code == 404
    assert door.post("/vendors/new", name="a\0b").status_code == 404


@pytest.mark.parametrize("secrets", [("new-secret", SECRET), (SECRET, "old-secret")])
def test_during_a_rotation_tokens_of_both_secrets_are_valid(
    database_url: str, secrets: tuple[str, ...]
) -> None:
    """Shopify signs with one of them, and says of none when it begins or ends."""
    house = House(database_url, app_secrets=secrets)
    try:
        harbour = house.shop(HARBOUR)
        house.merchant(HARBOUR)
        assert Door(house, harbour).open().status_code == 200
        token = forged(harbour, house, "forged")
        headers = {"Authorization": f"Bearer {token}"}
        assert house.client.get("/orders", headers=headers).status_code == 401
    finally:
        house.close()
