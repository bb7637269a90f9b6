"""A vendor whose store cannot be read sees why, and what to ask the host for."""

from __future__ import annotations

import html

import stores
from orderflow import clock
from orderflow.access import store_access, store_health
from orderflow.models import StoreAccess
from stores import troubles
from stores.errors import Trouble
from tests.house import BRAVO
from tests.portal.visitor import Portal, Visitor


def stores_page(visitor: Visitor) -> str:
    visitor.get("/portal/stores")
    return html.unescape(visitor.text)


def advice() -> troubles.Told:
    can = stores.capabilities("woocommerce")
    return troubles.for_vendor(Trouble.FIREWALL, can, f"https://{BRAVO}", str)


def test_a_firewall_is_told_with_what_the_host_must_allow(portal: Portal) -> None:
    owner = portal.logged_in("b@bravo.example.com", vendor="Bravo")
    assert "Connected" in stores_page(owner)
    liar = portal.house.world.liar(BRAVO)
    liar.tell("firewall_for_all")
    portal.house.let_pass(720, step=60)
    told = stores_page(owner)
    said = advice()
    assert said.happened in told
    assert said.to_do in told
    assert said.words in told
    assert f"requests to https://{BRAVO}/wp-json/wc/v3/" in said.words
    assert "Last trouble" not in told
    assert '<span class="tag shared">Connected</span>' not in told
    liar.stop()
    portal.house.let_pass(4200, step=600)
    assert '<span class="tag shared">Connected</span>' in stores_page(owner)


def test_what_went_wrong_last_names_the_same_cause(portal: Portal) -> None:
    owner = portal.logged_in("b@bravo.example.com", vendor="Bravo")
    portal.house.world.liar(BRAVO).tell("firewall_for_all")
    portal.house.let_pass(180, step=60)
    told = stores_page(owner)
    assert "Last trouble" in told
    assert advice().happened in told
    assert "not ready" not in told


def test_home_promises_nothing_of_a_store_that_cannot_be_read(portal: Portal) -> None:
    owner = portal.logged_in("b@bravo.example.com", vendor="Bravo")
    assert "Orders are created there automatically" in owner.get("/portal/").text
    portal.house.world.liar(BRAVO).tell("firewall_for_all")
    portal.house.let_pass(720, step=60)
    told = html.unescape(owner.get("/portal/").text)
    assert advice().happened in told
    assert "created there automatically" not in told
    assert "Logged in as b@bravo.example.com" in told


def test_another_vendor_sees_nothing_of_it(portal: Portal) -> None:
    other = portal.logged_in()
    portal.house.world.liar(BRAVO).tell("firewall_for_all")
    portal.house.let_pass(720, step=60)
    assert advice().happened not in stores_page(other)


def test_a_storm_and_orders_that_cannot_be_understood_are_told(portal: Portal) -> None:
    owner = portal.logged_in("b@bravo.example.com", vendor="Bravo")
    portal.stage.sells_on((portal.stage.mug, 1))
    (push,) = portal.house.pushes()
    with portal.house.unit() as session:
        row = session.query(StoreAccess).filter(StoreAccess.address.contains(BRAVO)).one()
        store_access.note_storm(session, row.id, clock.now())
        store_health.note_unread(session, row.id, push.remote_id, unread=True)
    told = stores_page(owner)
    assert "same news over and over" in told
    assert f"not noticed: {push.remote_name}." in told
