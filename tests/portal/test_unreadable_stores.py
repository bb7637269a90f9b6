"""A vendor whose store cannot be read sees why, and what to ask the host for."""

from __future__ import annotations

import html

from orderflow import clock
from orderflow.access import store_access, store_health
from orderflow.models import StoreAccess
from stores.errors import Trouble
from stores.troubles import ADVICE
from tests.house import BRAVO
from tests.portal.visitor import Portal, Visitor


def stores_page(visitor: Visitor) -> str:
    visitor.get("/portal/stores")
    return html.unescape(visitor.text)


def test_a_firewall_is_told_with_what_the_host_must_allow(portal: Portal) -> None:
    owner = portal.logged_in("b@bravo.example.com", vendor="Bravo")
    assert "Connected" in stores_page(owner)
    liar = portal.house.world.liar(BRAVO)
    liar.tell("firewall_for_all")
    portal.house.let_pass(720, step=60)
    told = stores_page(owner)
    assert ADVICE[Trouble.FIREWALL].happened in told
    assert f"GET, POST, PUT and DELETE to https://{BRAVO}/wp-json/wc/v3/" in told
    assert '<span class="tag shared">Connected</span>' not in told
    liar.stop()
    portal.house.let_pass(4200, step=600)
    assert '<span class="tag shared">Connected</span>' in stores_page(owner)


def test_another_vendor_sees_nothing_of_it(portal: Portal) -> None:
    other = portal.logged_in()
    portal.house.world.liar(BRAVO).tell("firewall_for_all")
    portal.house.let_pass(720, step=60)
    assert ADVICE[Trouble.FIREWALL].happened not in stores_page(other)


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
