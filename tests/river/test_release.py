"""What is held goes by itself as soon as the last obstacle is gone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from orderflow import clock
from orderflow.access import register
from orderflow.models import Connection, Merchant, StoreAccess, Vendor
from orderflow.rules import settings
from orderflow.rules.judge import reconsider_all
from stores.base import Access
from tests.house import ALFA, BRAVO, HARBOUR, House
from tests.river.stage import Stage, creates


def connection(stage: Stage, session: object, address: str) -> Connection:
    found: Connection = session.scalars(  # type: ignore[attr-defined]
        select(Connection).join(StoreAccess).where(StoreAccess.address.contains(address))
    ).one()
    return found


def test_a_mapping_releases_what_was_held_for_it(stage: Stage) -> None:
    rug = stage.harbour.sells("RUG", "Rug", "7.00", vendor="Alfa")
    stage.sells_on((rug, 1))
    assert stage.states() == {"Alfa": "held"}
    stage.house.map(rug, ALFA, str(stage.alfas_lamp.id))
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed"}


def test_lines_mapped_later_follow_as_a_second_order_where_none_is_edited(stage: Stage) -> None:
    stage.house.set(line_edits="flag")
    rug = stage.harbour.sells("RUG", "Rug", "7.00", vendor="Alfa")
    stage.sells_on((stage.lamp, 1), (rug, 2), shipping="5.00")
    stage.house.map(rug, ALFA, str(stage.alfas_lamp.id))
    stage.house.turn()
    orders = list(stage.alfa.orders.values())
    assert [[line.quantity for line in order.lines] for order in orders] == [[1], [2]]
    assert sum(int(order.price * 100) for order in orders) == stage.house.part().share
    assert [push.part for push in stage.house.pushes()] == [1, 2]
    assert stage.states() == {"Alfa": "pushed"}


def test_a_second_order_does_not_hide_that_the_first_has_shipped(stage: Stage) -> None:
    rug = stage.harbour.sells("RUG", "Rug", "7.00", vendor="Alfa")
    stage.sells_on((stage.lamp, 1), (rug, 2))
    stage.people.vendor.ships(ALFA, stage.only(stage.alfa.orders.values()), number="1Z")
    stage.house.turn()
    assert stage.states() == {"Alfa": "partly_shipped"}
    stage.house.map(rug, ALFA, str(stage.alfas_lamp.id))
    stage.house.turn()
    assert len(stage.alfa.orders) == 2
    assert stage.states() == {"Alfa": "partly_shipped"}


def test_a_connected_store_releases_what_was_held_for_it(house: House) -> None:
    harbour = house.merchant()
    house.vendor("Alfa")
    house.set(unsynced_products=True)
    lamp = harbour.sells("LAMP", "Lamp", vendor="Alfa")
    house.turn()
    house.people.customer.buys(HARBOUR, [(lamp, 1)])
    house.turn()
    assert house.part().state == "held"
    alfa = house.alfa()
    house.turn()
    assert house.part().state == "pushed"
    assert len(alfa.orders) == 1


def test_a_store_that_comes_back_releases_what_was_held_for_it(stage: Stage) -> None:
    with stage.house.unit() as session:
        register.disconnect(session, connection(stage, session, ALFA), clock.now())
    rug = stage.harbour.sells("RUG", "Rug", vendor="Alfa")
    stage.house.set(unsynced_products=True)
    stage.sells_on((stage.lamp, 1), (rug, 1))
    assert stage.states() == {"Alfa": "held"}
    stage.house.connect("Alfa", stage.house.shopify_access(stage.alfa))
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed"}
    assert len(stage.only(stage.alfa.orders.values()).lines) == 2


def test_an_add_on_releases_what_was_held_for_it(stage: Stage) -> None:
    with stage.house.unit() as session:
        merchant = stage.house.one(session, Merchant, shop=HARBOUR)
        register.activate_add_on(session, merchant, "shopify", active=False, now=clock.now())
    stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    assert stage.states() == {"Alfa": "held", "Bravo": "pushed"}
    with stage.house.unit() as session:
        merchant = stage.house.one(session, Merchant, shop=HARBOUR)
        register.activate_add_on(session, merchant, "shopify", active=True, now=clock.now())
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed", "Bravo": "pushed"}


@pytest.mark.parametrize(
    ("name", "holding", "releasing"),
    [
        ("order_sync", False, True),
        ("only_if_paid", True, False),
        ("unsynced_products", False, True),
    ],
)
def test_a_setting_releases_what_it_held(
    stage: Stage, name: str, holding: bool, releasing: bool
) -> None:
    stage.house.set(HARBOUR, **{name: holding})
    rug = stage.harbour.sells("RUG", "Rug", vendor="Alfa")
    what = rug if name == "unsynced_products" else stage.lamp
    stage.sells_on((what, 1), paid=name != "only_if_paid")
    assert stage.states()["Alfa"] in ("held", "waiting")
    stage.house.set(HARBOUR, **{name: releasing})
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed"}


def test_a_vendors_own_setting_releases_its_part_alone(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 1), (stage.mug, 1), paid=False)
    with stage.house.unit() as session:
        merchant = stage.house.one(session, Merchant, shop=HARBOUR)
        vendor = stage.house.one(session, Vendor, name="Bravo")
        values = {"only_if_paid": False}
        settings.change(session, merchant, values, by="test", now=clock.now(), vendor=vendor)
        reconsider_all(session, merchant, clock.now(), vendor_id=vendor.id)
    stage.house.turn()
    assert stage.states() == {"Alfa": "waiting", "Bravo": "pushed"}


def test_an_alias_gives_lines_of_nobody_to_their_vendor(stage: Stage) -> None:
    stage.house.set(unsynced_products=True)
    rug = stage.harbour.sells("RUG", "Rug", vendor="Alfa & Sons")
    stage.sells_on((rug, 1))
    assert stage.states() == {}
    with stage.house.unit() as session:
        vendor = stage.house.one(session, Vendor, name="Alfa")
        register.add_alias(session, vendor, "alfa & sons", clock.now())
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed"}


@pytest.mark.parametrize("host", [ALFA, BRAVO])
def test_a_lost_access_holds_and_a_new_connection_releases(stage: Stage, host: str) -> None:
    side = stage.side("shopify" if host == ALFA else "woocommerce")
    stage.faults.add("unauthorized", host, times=1000)
    stage.sells_on((side.item, 1))
    assert stage.house.part().state == "held"
    assert stage.obstacles() == {"access_lost"}
    stage.faults.clear()
    reconnect(stage, host)
    stage.house.turn()
    assert stage.house.part().state == "pushed"
    assert len(side.orders()) == 1


def test_a_renewed_token_releases_what_the_old_one_held(stage: Stage) -> None:
    """The token that was refused runs out; the next one works, and no one need connect again."""
    grant = stage.alfa.install(stage.house.sluice, expiring=True)
    secrets = {"access_token": grant.access_token, "refresh_token": str(grant.refresh_token)}
    expires = stage.house.clock().replace(microsecond=0)
    stage.house.connect("Alfa", Access("shopify", ALFA, secrets, expires))
    stage.house.turn()
    stage.faults.add("unauthorized", ALFA, creates, times=1)
    stage.sells_on((stage.lamp, 1))
    assert stage.states() == {"Alfa": "held"}
    stage.house.let_pass(2 * 3600, step=1800)
    assert stage.states() == {"Alfa": "pushed"}


def reconnect(stage: Stage, host: str) -> None:
    if host == ALFA:
        stage.house.connect("Alfa", stage.house.shopify_access(stage.alfa))
        return
    key, secret = stage.bravo.issue_key()
    keys = {"consumer_key": key, "consumer_secret": secret}
    stage.house.connect("Bravo", Access("woocommerce", f"https://{host}", keys))
