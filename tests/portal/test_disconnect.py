"""A vendor disconnects: nothing goes there any more, our rights there end, the merchant knows."""

from __future__ import annotations

from sqlalchemy import select

from orderflow.models import Connection, StoreAccess
from tests.house import ALFA, BRAVO, HARBOUR, STRANGER, House
from tests.mail.postbox import OWNER_MAIL
from tests.portal.outside import Outside
from tests.portal.visitor import Portal, Visitor


def disconnects(visitor: Visitor, house: House, address: str) -> None:
    with house.look() as session:
        chosen = session.scalars(
            select(Connection.public_id)
            .join(StoreAccess)
            .where(StoreAccess.address.contains(address), Connection.disconnected_at.is_(None))
        ).first()
    visitor.get(f"/portal/stores/{chosen}/disconnect")
    visitor.post(f"/portal/stores/{chosen}/disconnect")


def access(house: House, address: str) -> StoreAccess:
    with house.look() as session:
        return session.scalars(
            select(StoreAccess).where(StoreAccess.address.contains(address))
        ).one()


def test_a_shop_is_left_without_our_app_and_the_merchant_is_told(outside: Outside) -> None:
    house, stage = outside.house, outside.portal.stage
    outside.portal.postbox.knows_owner()
    owner = outside.portal.logged_in()
    disconnects(owner, house, ALFA)
    assert "The store is disconnected." in owner.text
    house.turn()
    assert house.sluice.client_id not in stage.alfa.grants.installations
    left = access(house, ALFA)
    assert (left.state, left.secrets) == ("closed", {})
    assert "Alfa has disconnected its store" in outside.portal.postbox.only(OWNER_MAIL)["subject"]
    outside.calls()
    stage.sells_on((stage.lamp, 1))
    assert stage.states()["Alfa"] == "held"
    assert stage.obstacles("Alfa") == {"disconnected"}
    house.later(3600)
    assert [call for call in outside.calls() if ALFA in call] == []


def test_a_site_is_left_without_our_webhooks_and_its_key_is_forgotten(outside: Outside) -> None:
    house, bravo = outside.house, outside.portal.stage.bravo
    house.turn()
    assert len(bravo.webhooks) == 3
    owner = outside.portal.logged_in("b@bravo.example.com", vendor="Bravo")
    disconnects(owner, house, BRAVO)
    house.turn()
    assert bravo.webhooks == {}
    assert access(house, BRAVO).secrets == {}


def test_a_store_that_another_merchant_uses_keeps_us(outside: Outside) -> None:
    house = outside.house
    house.merchant(STRANGER)
    house.alfa(STRANGER)
    disconnects(outside.portal.logged_in(), house, ALFA)
    house.turn()
    assert house.sluice.client_id in outside.portal.stage.alfa.grants.installations
    assert access(house, ALFA).state == "open"


def test_a_store_that_cannot_be_reached_is_tried_again_and_forgotten_in_the_end(
    outside: Outside,
) -> None:
    house = outside.house
    house.world.faults.add("refused", ALFA, times=10**6)
    disconnects(outside.portal.logged_in(), house, ALFA)
    house.turn()
    assert access(house, ALFA).secrets
    house.let_pass(60 * 3600, step=3600)
    assert access(house, ALFA).secrets == {}


def test_a_store_that_is_connected_again_before_we_left_is_kept(outside: Outside) -> None:
    house = outside.house
    disconnects(outside.portal.logged_in(), house, ALFA)
    house.alfa()
    house.turn()
    assert access(house, ALFA).state == "open"
    assert outside.stores() == {ALFA: "open"}


def test_a_closed_store_opens_again_when_it_is_connected_again(outside: Outside) -> None:
    house = outside.house
    disconnects(outside.portal.logged_in(), house, ALFA)
    house.turn()
    house.alfa()
    assert outside.stores() == {ALFA: "open"}


def test_staff_sees_the_stores_and_disconnects_none(portal: Portal) -> None:
    staff = portal.logged_in("staff@alfa.example.com", role="staff")
    staff.get("/portal/stores")
    assert ALFA in staff.text
    with portal.house.look() as session:
        mine = session.scalars(select(Connection).where(Connection.name == "Alfa")).one()
    assert staff.get(f"/portal/stores/{mine.public_id}/disconnect").status_code == 404
    assert staff.post(f"/portal/stores/{mine.public_id}/disconnect").status_code == 404
    assert staff.get("/portal/connect/shopify").status_code == 404


def test_how_a_store_is_doing_is_told_in_words(outside: Outside) -> None:
    house, stage = outside.house, outside.portal.stage
    owner = outside.portal.logged_in()
    stage.sells_on((stage.lamp, 1))
    house.world.faults.add("throttled", ALFA)
    house.later(house.config.poll_every)
    owner.get("/portal/stores")
    assert "Last order sent there" in owner.text
    assert "None yet" not in owner.text
    assert "The store takes fewer calls than we need to make." in owner.text
    assert HARBOUR not in owner.text
