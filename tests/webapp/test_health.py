"""What an operator sees: numbers for a machine, a page for a person, nothing without a token."""

from __future__ import annotations

import base64
import re

from orderflow import clock
from orderflow.access import store_health
from orderflow.intake import unread
from orderflow.models import Merchant, StoreAccess
from stores.boundary import Unreadable
from stores.errors import Trouble
from tests.house import BRAVO, HARBOUR, House
from tests.river.stage import Stage

TOKEN = "an-operator-s-long-token"


def open_house(house: House) -> None:
    house.web.extensions["sluice_config"] = house.config.model_copy(update={"metrics_token": TOKEN})


def bearer(token: str = TOKEN) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def numbers(house: House) -> dict[str, float]:
    text = house.client.get("/metrics", headers=bearer()).text
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r'sluice_\w+(\{lanes="\w+"\})? [\d.]+', line) for line in lines)
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_without_a_token_in_the_configuration_nothing_is_there(house: House) -> None:
    for path in ("/metrics", "/status"):
        assert house.client.get(path, headers=bearer("")).status_code == 404


def test_a_wrong_token_sees_nothing(house: House) -> None:
    open_house(house)
    for path in ("/metrics", "/status"):
        for headers in ({}, bearer("wrong"), {"Authorization": "Basic " + "e" * 9}):
            answer = house.client.get(path, headers=headers)
            assert answer.status_code == 401
            assert "sluice_" not in answer.text


def test_a_person_gives_the_token_as_password(house: House) -> None:
    open_house(house)
    basic = base64.b64encode(f"anybody:{TOKEN}".encode()).decode()
    page = house.client.get("/status", headers={"Authorization": f"Basic {basic}"})
    assert page.status_code == 200
    assert "Webhooks in the last minute" in page.text
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_stores_and_orders_that_cannot_be_read_are_counted(house: House) -> None:
    open_house(house)
    stage = Stage(house)
    stage.sells_on((stage.mug, 1))
    names = ("stores_unreadable", "orders_unread", "store_orders_unread")
    assert [numbers(house)[f"sluice_{name}"] for name in names] == [0, 0, 0]
    with house.unit() as session:
        merchant = house.one(session, Merchant, shop=HARBOUR)
        unread.note(session, merchant, "7001", Unreadable("id"), clock.now())
        access = session.query(StoreAccess).filter(StoreAccess.address.contains(BRAVO)).one()
        store_health.note(session, access.id, "fetch_changes", Trouble.FIREWALL, clock.now())
        for number in ("1", "2"):
            store_health.note_unread(session, access.id, number, unread=True)
    assert [numbers(house)[f"sluice_{name}"] for name in names] == [0, 1, 2]
    house.clock.advance(301)
    assert [numbers(house)[f"sluice_{name}"] for name in names] == [1, 1, 2]


def test_the_age_of_what_waits_is_told(house: House) -> None:
    open_house(house)
    stage = Stage(house)
    assert numbers(house)['sluice_oldest_due_seconds{lanes="orders"}'] == 0
    stage.buys((stage.lamp, 1))
    house.world.tick()
    house.clock.advance(90)
    found = numbers(house)
    assert found['sluice_oldest_due_seconds{lanes="orders"}'] == 90
    assert found["sluice_webhooks_last_minute"] == 0
    assert found["sluice_pushes_unknown"] == 0
    house.turn()
    assert numbers(house)['sluice_oldest_due_seconds{lanes="orders"}'] == 0


def test_the_page_says_what_to_look_at(house: House) -> None:
    open_house(house)
    stage = Stage(house)
    stage.alfa.uninstall(house.sluice)
    house.later(house.config.poll_every)
    page = house.client.get("/status", headers=bearer()).text
    assert "Their owners were asked by mail" in page
