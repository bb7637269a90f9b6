"""*Vendors*: who sells on the shop, how their stores do, what is different for one of them."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from orderflow.access import vendors
from orderflow.models import Invitation, Mail, Merchant, Vendor, VendorName
from orderflow.rules import settings
from orderflow.secrets import fingerprint
from tests.house import ALFA, HARBOUR, STRANGER, House
from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor

CARD = {"name": "Alfa", "email": "alfa@example.com", "language": "en", "aliases": ""}
ON = {"push_enabled": "1"}


def empty(house: House) -> Door:
    return Door(house, house.merchant())


def at(floor: Floor, name: str = "Alfa") -> str:
    return f"/vendors/{floor.vendor(name)}"


def kept(house: House, name: str) -> Any:
    with house.look() as session:
        return house.one(session, Vendor, name=name)


def names(house: House, name: str) -> set[str]:
    with house.look() as session:
        vendor = house.one(session, Vendor, name=name)
        return {row.written for row in vendors.names_of(session, vendor)}


def test_a_merchant_without_vendors_is_asked_to_add_one(house: House) -> None:
    page = empty(house).get("/vendors")
    assert page.status_code == 200
    assert "Add your first vendor" in page.text


def test_a_vendor_is_added_with_its_aliases_and_shown(house: House) -> None:
    door = empty(house)
    answer = door.post("/vendors/new", **CARD | ON | {"aliases": "ALFA Ltd\n alfa  paris "})
    assert answer.status_code == 200
    assert re.fullmatch(r"/vendors/[0-9a-f]{24}", answer.headers["HX-Push-Url"])
    assert "sluice:toast" in answer.headers["HX-Trigger"]
    assert names(house, "Alfa") == {"Alfa", "ALFA Ltd", "alfa paris"}
    assert "Alfa" in door.get("/vendors").text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "bravo "}, "name"),
        ({"aliases": "BRAVO"}, "aliases"),
        ({"email": "not an address"}, "email"),
        ({"language": "tlh"}, "language"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_kept(
    floor: Floor, typed: dict[str, str], field: str
) -> None:
    answer = floor.door.post(at(floor), **CARD | ON | {"email": "new@example.com"} | typed)
    assert answer.status_code == 422
    assert f'id="{field}-error" role="alert"' in answer.text
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text)
    assert "HX-Trigger" not in answer.headers
    assert kept(floor.house, "Alfa").email == ""


def test_what_was_typed_stays_in_the_form(floor: Floor) -> None:
    answer = floor.door.post(at(floor), **CARD | {"name": "Bravo", "aliases": '"><script>'})
    assert 'value="Bravo"' in answer.text
    assert "<script>" not in answer.text.partition("<main")[2]
    assert "means the vendor Bravo" in unescape(answer.text)


def test_an_alias_brings_the_orders_of_that_name_to_the_vendor(floor: Floor) -> None:
    cap = floor.harbour.sells("CAP", "Cap", "5.00", vendor="Alfa Paris")
    floor.sells((cap, 1))
    assert floor.house.parts() == []
    floor.door.post(at(floor), **CARD | ON | {"aliases": "alfa paris"})
    floor.house.turn()
    assert floor.house.part().vendor.name == "Alfa"


def test_an_alias_may_be_taken_away_and_given_to_somebody_else(floor: Floor) -> None:
    floor.door.post(at(floor), **CARD | ON | {"aliases": "Common"})
    floor.door.post(at(floor), **CARD | ON)
    other = CARD | ON | {"name": "Bravo", "aliases": "Common"}
    assert floor.door.post(at(floor, "Bravo"), **other).status_code == 200
    assert names(floor.house, "Bravo") == {"Bravo", "Common"}


def test_switching_a_vendor_on_asks_first_when_held_orders_would_go(floor: Floor) -> None:
    path = at(floor)
    floor.door.post(path, **CARD)
    floor.sells((floor.lamp, 1))
    assert floor.states() == {"Alfa": "held"}
    asked = floor.door.post(path, **CARD | ON)
    assert asked.status_code == 409
    assert "1 held order would be pushed" in asked.text
    floor.house.turn()
    assert floor.states() == {"Alfa": "held"}
    assert floor.door.post(path, **CARD | ON | {"confirm": "1"}).status_code == 200
    floor.house.turn()
    assert len(floor.alfa.orders) == 1


def test_switching_a_vendor_off_keeps_its_orders_out_of_its_store(floor: Floor) -> None:
    floor.door.post(at(floor), **CARD)
    floor.sells((floor.lamp, 1))
    assert floor.alfa.orders == {}


def test_the_page_tells_how_the_store_does_and_what_it_cannot(floor: Floor) -> None:
    floor.sells((floor.mug, 1))
    page = unescape(floor.door.get(at(floor, "Bravo")).text)
    assert "WooCommerce store" in page
    assert "The store mails the billing address" in page
    assert "Nothing was pushed yet" not in page
    assert "Nothing was pushed yet" in floor.door.get(at(floor)).text


def test_a_store_that_locks_us_out_is_shown_with_its_words_and_stands_on_home(
    floor: Floor,
) -> None:
    floor.alfa.uninstall(floor.house.sluice)
    floor.house.later(200)
    page = floor.door.get(at(floor)).text
    assert "Access lost" in page
    assert "The store says: Shopify no longer accepts our access" in page
    home = floor.door.get("/").text
    assert "Access to the store of Alfa was lost" in home


# -- inviting ----------------------------------------------------------------------------------


def test_a_vendor_without_address_is_not_invited(floor: Floor) -> None:
    answer = floor.door.post(f"{at(floor)}/invitation")
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text


def invited(floor: Floor) -> str:
    """The link of a fresh invitation."""
    floor.door.post(at(floor), **CARD | ON)
    page = floor.door.post(f"{at(floor)}/invitation")
    assert page.status_code == 200
    found = re.search(r'id="link" readonly value="([^"]+)"', page.text)
    assert found
    return found[1]


def test_an_invitation_can_be_copied_and_its_token_is_looked_up_by_a_hash(floor: Floor) -> None:
    token = invited(floor).rpartition("/")[2]
    with floor.house.look() as session:
        row = floor.house.one(session, Invitation)
        assert row.token_hash == fingerprint(token)
        assert row.expires_at - row.created_at == timedelta(days=7)
        mail = floor.house.one(session, Mail, kind="invitation")
        assert mail.about == {"invitation": row.id}
    assert len(floor.house.messages("mail")) == 1


def test_a_new_invitation_ends_the_one_before(floor: Floor) -> None:
    first, second = invited(floor), invited(floor)
    assert first != second
    with floor.house.look() as session:
        rows = list(session.query(Invitation).order_by(Invitation.id))
    assert [row.withdrawn_at is None for row in rows] == [False, True]
    assert rows[0].sealed_token is None


def test_an_invitation_is_withdrawn_and_ends_by_itself_after_seven_days(floor: Floor) -> None:
    invited(floor)
    page = floor.door.post(f"{at(floor)}/invitation/withdraw")
    assert 'id="link"' not in page.text
    invited(floor)
    floor.house.clock.advance(7 * 86400 + 1)
    assert 'id="link"' not in floor.door.get(at(floor)).text


# -- what is different for one vendor ----------------------------------------------------------


def version(floor: Floor) -> int:
    with floor.house.look() as session:
        return int(floor.house.one(session, Merchant, shop=HARBOUR).settings_version)


def override(floor: Floor, **values: str) -> Any:
    typed = {"version": str(version(floor)), **values}
    return floor.door.post(f"{at(floor)}/settings", **typed)


def test_a_setting_of_one_vendor_changes_what_its_store_gets_and_nobody_elses(
    floor: Floor,
) -> None:
    assert override(floor, only_if_paid="false").status_code == 200
    floor.sells((floor.lamp, 1), (floor.mug, 1), paid=False)
    assert floor.states() == {"Alfa": "pushed", "Bravo": "waiting"}
    page = floor.door.get(f"{at(floor)}/settings").text
    chosen = re.search(r'id="only_if_paid".*?</select>', page, re.DOTALL)
    assert chosen
    assert '<option value="false" selected>' in chosen[0]


def test_a_setting_that_would_release_orders_asks_first(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), paid=False)
    asked = override(floor, only_if_paid="false")
    assert asked.status_code == 409
    assert "1 held order would be pushed" in asked.text
    assert override(floor, only_if_paid="false", confirm="1").status_code == 200
    floor.house.turn()
    assert len(floor.alfa.orders) == 1


def test_a_vendor_goes_back_to_what_holds_for_all(floor: Floor) -> None:
    override(floor, only_if_paid="false")
    override(floor, only_if_paid="")
    floor.sells((floor.lamp, 1), paid=False)
    assert floor.states() == {"Alfa": "waiting"}


def test_a_value_that_is_none_is_refused_at_its_field(floor: Floor) -> None:
    answer = override(floor, delay_minutes="soon")
    assert answer.status_code == 422
    assert 'id="delay_minutes-error"' in answer.text
    assert 'value="soon"' in answer.text


def test_a_form_that_is_old_by_now_saves_nothing(floor: Floor) -> None:
    old = version(floor)
    override(floor, only_if_paid="false")
    answer = override(floor, version=str(old), only_if_paid="true")
    assert answer.status_code == 422
    assert "Somebody else changed these settings" in answer.text


def whole(floor: Floor, **values: str) -> Any:
    """The form as the page sends it: every field, and ``values`` where somebody typed."""
    page = floor.door.get(f"{at(floor)}/settings").text
    fields = re.findall(r'<select[^>]*name="(\w+)".*?</select>', page, re.DOTALL)
    saved = {
        name: chosen[1] if (chosen := re.search(CHOSEN.format(name), page, re.DOTALL)) else ""
        for name in fields
    }
    return override(floor, **{**saved, **values})


CHOSEN = r'name="{}"(?:(?!</select>).)*?<option value="([^"]*)" selected'


def test_the_one_box_takes_back_what_was_shared_with_the_vendor_before(floor: Floor) -> None:
    assert whole(floor, email_mode="share").status_code == 200
    assert whole(floor, replace_customer="true").status_code == 200
    with floor.house.look() as session:
        vendor = floor.house.one(session, Vendor, name="Alfa")
        kept = settings.stored(session, vendor.merchant_id)[vendor.id]
    assert kept == {"replace_customer": True, "email_mode": "follow"}


def test_a_field_that_decides_nothing_asks_nothing(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), paid=False)
    assert whole(floor, only_if_paid="false", confirm="1").status_code == 200
    assert whole(floor, phone_mode="share").status_code == 200


def test_who_saves_again_after_somebody_else_takes_nothing_of_theirs_back(floor: Floor) -> None:
    old = version(floor)
    assert override(floor, only_if_paid="false").status_code == 200
    stale = whole(floor, version=str(old), only_if_paid="", phone_mode="share")
    assert stale.status_code == 422
    still = re.search(CHOSEN.format("only_if_paid"), stale.text, re.DOTALL)
    mine = re.search(CHOSEN.format("phone_mode"), stale.text, re.DOTALL)
    assert still
    assert mine
    assert (still[1], mine[1]) == ("false", "share")


def test_a_field_that_the_form_has_not_is_refused(floor: Floor) -> None:
    assert override(floor, order_sync="true").status_code == 422


def test_who_saves_a_card_after_somebody_else_takes_nothing_of_theirs_back(floor: Floor) -> None:
    old = {"version": str(version(floor))}
    first = CARD | ON | {"email": "first@example.com", "aliases": "Alfa Paris"}
    assert floor.door.post(at(floor), **first, **old).status_code == 200
    stale = floor.door.post(at(floor), **CARD | ON | {"email": "", "language": "fr"}, **old)
    assert stale.status_code == 422
    page = unescape(stale.text)
    assert "Somebody else changed this vendor meanwhile" in page
    assert "Staff member 1 changed “E-mail” from Empty to first@example.com." in page
    assert "Staff member 1 changed “Other names” from Empty to Alfa Paris." in page
    assert 'value="first@example.com"' in page
    assert ">Alfa Paris</textarea>" in page
    assert '<option value="fr" selected>' in page
    assert kept(floor.house, "Alfa").language == "en"
    fresh = first | {"language": "fr", "version": str(version(floor))}
    assert floor.door.post(at(floor), **fresh).status_code == 200
    assert kept(floor.house, "Alfa").email == "first@example.com"
    assert override(floor, only_if_paid="false").status_code == 200
    assert floor.door.post(at(floor), **fresh | {"language": "en"}).status_code == 422


# -- disconnecting -----------------------------------------------------------------------------


def store(floor: Floor, name: str = "Alfa") -> str:
    found = re.search(r"/stores/([0-9a-f]{24})/", floor.door.get(at(floor, name)).text)
    assert found
    return f"{at(floor, name)}/stores/{found[1]}"


def test_disconnecting_tells_what_happens_and_then_holds_the_orders(floor: Floor) -> None:
    asked = floor.door.get(f"{store(floor)}/disconnect")
    assert "No more orders are created there" in asked.text
    left = floor.door.post(f"{store(floor)}/disconnect")
    assert left.status_code == 200
    assert left.headers["HX-Push-Url"] == at(floor)
    assert "No store connected" in left.text
    floor.sells((floor.lamp, 1))
    assert floor.states() == {"Alfa": "held"}
    assert floor.alfa.orders == {}


def test_connecting_again_sends_what_was_held(floor: Floor) -> None:
    floor.door.post(f"{store(floor)}/disconnect")
    floor.sells((floor.lamp, 1))
    floor.house.connect("Alfa", floor.house.shopify_access(floor.alfa))
    floor.house.turn()
    assert len(floor.alfa.orders) == 1
    assert ALFA in floor.door.get(at(floor)).text


# -- lists -------------------------------------------------------------------------------------


def test_many_vendors_come_in_pages_by_name(house: House) -> None:
    door = empty(house)
    with house.unit() as session:
        merchant = house.one(session, Merchant, shop=HARBOUR)
        for i in range(120):
            session.add(
                Vendor(merchant_id=merchant.id, name=f"Vendor {i:03}", created_at=house.clock())
            )
    seen, path = [], "/vendors"
    while path:
        page = door.get(path).text
        seen += re.findall(r">(Vendor \d{3})<", page)
        following = re.search(r'href="(/vendors\?after=[^"]+)"', page)
        path = unescape(following[1]) if following else ""
    assert seen == [f"Vendor {i:03}" for i in range(120)]


def test_a_forged_place_in_the_list_is_its_beginning(floor: Floor) -> None:
    assert "Alfa" in floor.door.get("/vendors?after=12345").text


def test_a_stranger_sees_no_vendor_and_no_name_of_this_merchant(floor: Floor) -> None:
    floor.house.merchant(STRANGER)
    stranger = Door(floor.house, floor.house.world.shops[STRANGER])
    assert "Alfa" not in stranger.get("/vendors").text
    assert stranger.get(at(floor)).status_code == 404
    assert stranger.post("/vendors/new", **CARD | ON).status_code == 200
    with floor.house.look() as session:
        assert session.query(VendorName).filter_by(folded="alfa").count() == 2


def test_the_merchant_sees_how_a_store_is_set_up_and_names_its_statuses(floor: Floor) -> None:
    floor.bravo.statuses["im-lkw"] = "Im LKW"
    floor.house.let_pass(25 * 3600, step=6 * 3600)
    bravo = at(floor, "Bravo")
    shown = floor.door.get(bravo).text
    assert "Prices have 2 decimals." in shown
    assert "The store also has: Im LKW." in shown
    place = f"{store(floor, 'Bravo')}/statuses"
    saved = floor.door.post(place, statuses="Im LKW")
    assert 'value="Im LKW"' in saved.text
