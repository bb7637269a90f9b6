"""What stands on the pages while they are looked at: nothing, one of each, or far too much."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from orderflow import clock
from orderflow.access import register, store_access, store_health
from orderflow.members import invitations
from orderflow.models import (
    Connection,
    MarketplaceOrder,
    Merchant,
    PrivacyRequest,
    Push,
    StoreAccess,
    Vendor,
)
from orderflow.upkeep import conflict
from sandbox.people import ADDRESS
from stores.errors import Trouble
from tests.house import BRAVO, HARBOUR, House
from tests.webapp.shop_floor import Floor, orders_in

SCRIPT = "<img src=x onerror=alert(1)>"
HEBREW = "מנורת שולחן גדולה מאוד עם אהיל"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
HOSTILE = (SCRIPT, HEBREW, LONG, f"{LONG} {HEBREW} {SCRIPT}")
MANY = 120
DAYS = 2 * 86400


def empty(house: House) -> None:
    """A shop on the day it installed the app."""
    house.shop(HARBOUR).install(house.sluice)


def one(house: House) -> None:
    """One order that was pushed, one that waits to be paid, and a store that cannot be read."""
    floor = Floor(house)
    floor.sells((floor.lamp, 1), (floor.mug, 1))
    floor.sells((floor.mug, 1), paid=False)
    unreadable(house)


def many(house: House) -> None:
    """Ordinary orders by the hundred, and some in which every field is hostile."""
    floor = Floor(house)
    for text in HOSTILE:
        lamp = floor.harbour.sells(text[:40], text, "1234567.89", vendor="Alfa")
        own = floor.harbour.sells(text[-40:], text, "3.00", vendor=text)
        floor.sells((floor.lamp, 2), (lamp, 1), (own, 2), (floor.mug, 100), **buyer(text))
    for sold in list(floor.alfa.orders.values())[:2]:
        floor.people.vendor.ships(floor.alfa, sold, number=LONG, company=SCRIPT)
    house.set(delay_minutes=5)
    house.set(delay_minutes=0)
    shipped_by_hand(floor)
    changed_on_both_sides(house)
    vendors_in(house)
    floor.alfa.uninstall(house.sluice)
    floor.sells((floor.lamp, 1))
    floor.sells((floor.mug, 1), paid=False)
    house.clock.advance(-DAYS)
    orders_in(floor, MANY)
    house.clock.advance(DAYS)


def unreadable(house: House) -> None:
    """Bravo's store is behind a firewall, was noisy, and has an order that cannot be read."""
    now = clock.now()
    with house.unit() as session:
        access = session.query(StoreAccess).filter(StoreAccess.address.contains(BRAVO)).one()
        store_access.note_storm(session, access.id, now)
        store_health.note(session, access.id, "fetch_changes", Trouble.FIREWALL, now)
        session.refresh(access)
        access.failing_since = now - timedelta(hours=2)
        for push in session.query(Push).join(Connection).filter_by(access_id=access.id):
            store_health.note_unread(session, access.id, push.remote_id, unread=True)


def shipped_by_hand(floor: Floor) -> None:
    """By the merchant, a piece of each line of a part."""
    part = next(each for each in floor.house.parts() if each.vendor.name == "Bravo")
    path = f"/orders/{part.order.public_id}/parts/{part.public_id}/ship"
    lines = {f"line:{line.remote_id}": "1" for line in part.lines}
    answer = floor.door.post(path, carrier=SCRIPT, numbers=f"{LONG}\n{HEBREW}", **lines)
    assert answer.status_code == 200


def changed_on_both_sides(house: House) -> None:
    """Each field that a person is asked about is hostile, and so are its three values."""
    house.set(conflicts="ask")
    with house.unit() as session:
        push = session.scalars(select(Push).where(Push.state == Push.PLACED)).first()
        assert push is not None
        for text in HOSTILE:
            values = (text, {"city": text, "zip": text}, "")
            field = f"attributes.{text}"
            conflict.meet(session, push, field, values, clock.now(), clock.now())
        conflict.meet(session, push, "line:1", (3, 2, 1), clock.now(), clock.now())


def buyer(text: str) -> dict[str, Any]:
    """Whose every field is ``text``."""
    names = dict.fromkeys(("firstName", "lastName", "company", "address1", "address2"), text)
    return {
        "address": {**ADDRESS, **names, "city": text},
        "note": text,
        "customAttributes": [{"key": text, "value": text}],
        "shipping": "5.00",
    }


def vendors_in(house: House) -> None:
    """Vendors by the dozen, one of them invited; and a buyer who asked what is kept."""
    with house.unit() as session:
        harbour = house.one(session, Merchant, shop=HARBOUR)
        for number, text in enumerate(HOSTILE * 8):
            register.add_vendor(session, harbour, f"{number} {text}"[:100], clock.now())
        bravo = session.scalars(select(Vendor).where(Vendor.name == "Bravo")).one()
        bravo.name, bravo.email = HOSTILE[-1][:100], f"{LONG[:60]}@example.com"
        invitations.invite(session, bravo, by="1", now=clock.now())
        asked = clock.now() - timedelta(days=2)
        order = session.scalars(select(MarketplaceOrder.id).limit(1)).one()
        for kind in ("export", "redact"):
            row = PrivacyRequest(merchant_id=harbour.id, kind=kind, order_ids=[order])
            row.reference, row.asked_at, row.done_at = "77", asked, clock.now()
            row.export = {"orders": []} if kind == "export" else None
            session.add(row)
    house.turn()
