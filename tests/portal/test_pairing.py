"""Installed from the listing, a shop says whether it is a marketplace or a vendor's store."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from orderflow.models import Merchant, StoreAccess
from sandbox.shopify.shop import Shop
from tests.house import ALFA, HARBOUR, House
from tests.portal.outside import CHARLIE, SHOPIFY, Outside
from tests.portal.visitor import Visitor
from tests.webapp.door import Door
from tests.webapp.tongues import left_in_english

LISTING = "https://apps.example.com/sluice"


@pytest.fixture
def listed(outside: Outside) -> Outside:
    """The app has a listing, from which *Charlie's* installed it."""
    config = outside.house.config.model_copy(update={"app_listing_url": LISTING})
    outside.house.web.extensions["sluice_config"] = config
    return outside


@pytest.fixture
def charlie(listed: Outside) -> Shop:
    return installed(listed.house, CHARLIE)


def installed(house: House, domain: str) -> Shop:
    shop = house.shop(domain)
    shop.install(house.sluice, expiring=True)
    return shop


def code_of(owner: Visitor) -> str:
    owner.get(SHOPIFY)
    owner.post(SHOPIFY)
    found = re.search(r'id="code">([^<]+)<', owner.page.text)
    assert found, owner.text
    return found[1]


def merchants(house: House) -> int:
    with house.look() as session:
        return session.scalar(select(func.count()).select_from(Merchant)) or 0


def test_no_address_is_asked_for_where_there_is_a_listing(listed: Outside) -> None:
    owner = listed.portal.logged_in()
    owner.get(SHOPIFY)
    assert 'name="address"' not in owner.page.text
    owner.post(SHOPIFY, address="evil.example.com")
    assert LISTING in owner.text
    assert listed.calls() == []


def test_a_vendor_pairs_its_shop_with_a_code(listed: Outside, charlie: Shop) -> None:
    code, door = code_of(listed.portal.logged_in()), Door(listed.house, charlie)
    before = merchants(listed.house)
    listed.calls()
    page = door.client.get("/", query_string=_document(door), follow_redirects=True)
    assert "I am a vendor" in page.text
    asked = door.post("/welcome/code", code=f" {code.lower()} ")
    assert "The code belongs to Alfa" in asked.text
    assert listed.calls() == []
    done = door.post("/welcome/connect", code=code)
    assert "This shop is connected" in done.text
    assert listed.stores() == {ALFA: "open", CHARLIE: "open"}
    assert merchants(listed.house) == before
    with listed.house.look() as session:
        access = listed.house.one(session, StoreAccess, address=CHARLIE)
        assert access.secrets["refresh_token"]
    again = door.client.get("/", query_string=_document(door), follow_redirects=True)
    assert "This shop is the store of Alfa" in again.text


def _document(door: Door) -> dict[str, str]:
    return {"shop": door.shop.domain, "locale": "en", "id_token": door.token()}


def test_a_marketplace_is_set_up_from_the_same_page(listed: Outside, charlie: Shop) -> None:
    door, before = Door(listed.house, charlie), merchants(listed.house)
    assert door.get("/welcome").status_code == 200
    started = door.post("/welcome/start")
    assert started.headers["HX-Push-Url"] == "/"
    assert merchants(listed.house) == before + 1
    assert door.open().status_code == 200


def test_a_shop_that_does_not_answer_may_be_set_up_a_little_later(
    listed: Outside, charlie: Shop
) -> None:
    door, before = Door(listed.house, charlie), merchants(listed.house)
    listed.house.world.faults.add("refused", CHARLIE)
    answer = door.post("/welcome/start")
    assert answer.status_code == 422
    assert "Please try again in a while." in answer.text
    assert merchants(listed.house) == before
    assert door.post("/welcome/start").status_code == 200


def test_who_reads_french_pairs_in_french(listed: Outside, charlie: Shop) -> None:
    doors = [Door(listed.house, charlie, locale=tongue) for tongue in ("en", "fr")]
    assert left_in_english(*(door.get("/welcome").text for door in doors)) == set()
    code = code_of(listed.portal.logged_in())
    for typed in ("?", code):
        pages = [door.post("/welcome/code", code=typed).text for door in doors]
        assert left_in_english(*pages) == set(), typed


def test_a_code_works_once_for_ten_minutes_and_for_the_shop_that_showed_it_first(
    listed: Outside, charlie: Shop
) -> None:
    owner, mine = listed.portal.logged_in(), Door(listed.house, charlie)
    thief = Door(listed.house, installed(listed.house, "thief.myshopify.com"))
    code = code_of(owner)
    mine.post("/welcome/code", code=code)
    listed.calls()
    for path in ("/welcome/code", "/welcome/connect"):
        assert thief.post(path, code=code).status_code == 422
    assert listed.calls() == []
    assert mine.post("/welcome/connect", code=code).status_code == 200
    listed.calls()
    assert mine.post("/welcome/connect", code=code).status_code == 422
    late = code_of(owner)
    mine.post("/welcome/code", code=late)
    listed.house.clock.advance(600)
    assert mine.post("/welcome/connect", code=late).status_code == 422
    assert listed.calls() == []


def test_a_code_that_was_not_shown_first_connects_nothing(listed: Outside, charlie: Shop) -> None:
    code, door = code_of(listed.portal.logged_in()), Door(listed.house, charlie)
    listed.calls()
    assert door.post("/welcome/connect", code=code).status_code == 422
    assert listed.calls() == []


def test_the_code_of_an_address_is_not_one_to_type(outside: Outside) -> None:
    """What goes out with a browser cannot be typed in a shop's admin, even by that shop."""
    shop = installed(outside.house, CHARLIE)
    owner = outside.portal.logged_in()
    url = outside.begins(owner, SHOPIFY, CHARLIE)
    state = url.rpartition("state=")[2]
    assert Door(outside.house, shop).post("/welcome/code", code=state).status_code == 422


def test_wrong_codes_are_counted_and_call_nobody(listed: Outside, charlie: Shop) -> None:
    door = Door(listed.house, charlie)
    listed.calls()
    answers = [door.post("/welcome/code", code=f"AAAA-BBBB-CC{n:02}") for n in range(21)]
    assert [answer.status_code for answer in answers] == [422] * 20 + [429]
    assert listed.calls() == []


def test_the_marketplace_does_not_pair_with_its_own_vendor(listed: Outside) -> None:
    door = Door(listed.house, listed.portal.stage.harbour)
    code = code_of(listed.portal.logged_in())
    door.post("/welcome/code", code=code)
    answer = door.post("/welcome/connect", code=code)
    assert answer.status_code == 422
    assert HARBOUR not in listed.stores()


def test_nobody_pairs_without_an_id_token(listed: Outside) -> None:
    listed.calls()
    for path in ("/welcome/code", "/welcome/connect", "/welcome/start"):
        assert listed.house.client.post(path, data={"code": "x"}).status_code in (302, 401)
    assert listed.calls() == []
