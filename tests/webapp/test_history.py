"""*History*: whatever was changed, by whom, from what to what; and nothing of any buyer."""

from __future__ import annotations

import re
from html import unescape

from orderflow.forget import requests
from orderflow.members import invitations, people
from orderflow.models import Invitation, Merchant
from stores.base import Buyer
from tests.house import ALFA, HARBOUR, STRANGER, House
from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor
from tests.webapp.tongues import Bilingual

CARD = {"name": "Delta", "email": "delta@example.com", "language": "en", "push_enabled": "1"}


def told(door: Door) -> list[tuple[str, ...]]:
    """Every row of the page: who, for whom, what, from, to; without the time."""
    page = re.sub(r"<(?!/?t[dr])[^>]*>", "", door.get("/history").text)
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)[1:]
    return [
        tuple(unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)[1:])
        for row in rows
    ]


def much_happens(floor: Floor) -> str:
    """Somebody changes a bit of everything; the path of the new vendor's page."""
    door = floor.door
    path = door.post("/vendors/new", **CARD).headers["HX-Push-Url"]
    door.post(path, **CARD | {"name": "Delta Paris", "aliases": "Delta", "push_enabled": ""})
    door.post(f"{path}/invitation")
    door.post(f"{path}/invitation/withdraw")
    door.post(f"{path}/invitation")
    with floor.house.unit() as session:
        invitation = floor.house.one(session, Invitation, withdrawn_at=None)
        comes = people.add(session, invitation.email, "kept", "en", floor.house.clock())
        invitations.accept(session, invitation, comes, floor.house.clock())
    door.post("/add-ons/order_push/woocommerce/deactivate", confirm="1")
    floor.sells((floor.lamp, 1), email="robin@example.com")
    typed = {"store": store(floor), "sku": "A-LAMP"}
    door.post(f"/products/{floor.lamp.id}/unmap")
    door.post(f"/products/{floor.lamp.id}/map", **typed, theirs=str(floor.alfas_lamp.id))
    floor.alfa.uninstall(floor.house.sluice)
    floor.house.later(200)
    door.post(f"/vendors/{floor.vendor('Alfa')}/stores/{store(floor)}/disconnect")
    with floor.house.unit() as session:
        mine = floor.house.one(session, Merchant, shop=HARBOUR)
        asked = Buyer(email="robin@example.com", reference="77")
        requests.ask(session, mine, "redact", asked, floor.house.clock())
    floor.house.turn()
    return str(path)


def store(floor: Floor) -> str:
    page = floor.door.get(f"/vendors/{floor.vendor('Alfa')}").text
    found = re.search(r"/stores/([0-9a-f]{24})/", page)
    assert found
    return found[1]


def test_whatever_was_changed_is_told_with_who_did_it_and_nobody_elses(floor: Floor) -> None:
    much_happens(floor)
    me, nobody, delta = "Staff member 1", "Automatic", "Delta Paris"
    rows = told(floor.door)
    for row in (
        (me, delta, "Vendor Delta", "–", "Added"),
        (me, delta, "Name", "Delta", "Delta Paris"),
        (me, delta, "Other names", "Empty", "Delta"),
        (me, delta, "Vendor Store Sync", "On", "Off"),
        (me, delta, "Invitation of delta@example.com", "–", "Sent"),
        (me, delta, "Invitation of delta@example.com", "Sent", "Withdrawn"),
        ("The vendor", delta, "Invitation of delta@example.com", "Sent", "Accepted"),
        (me, "Your shop", "Order Push for WooCommerce", "Active", "Not active"),
        (me, "Alfa", "Mapping of Lamp", str(floor.alfas_lamp.id), "Not mapped"),
        (me, "Alfa", "Mapping of Lamp", "Not mapped", "Lampe · A-LAMP"),
        (nobody, "Alfa", f"Store {ALFA}", "Connected", "Access lost"),
        (me, "Alfa", f"Store {ALFA}", "Access lost", "Disconnected"),
        (nobody, "Your shop", "Privacy request 77: remove what is kept", "–", "Asked"),
        (nobody, "Your shop", "Privacy request 77: remove what is kept", "Asked", "Done"),
        (nobody, "Your shop", "The app in your shop", "–", "Installed"),
        ("Test", "All vendors", "Enable order sync", "Off", "On"),
    ):
        assert row in rows, row
    page = floor.door.get("/history").text
    assert "robin" not in page.lower()
    assert 'href="/orders"' in page
    stranger = Door(floor.house, floor.house.merchant(STRANGER))
    assert {row[1] for row in told(stranger)} == {"Your shop", "All vendors"}


def test_the_history_speaks_french(floor: Floor) -> None:
    much_happens(floor)
    with floor.house.unit() as session:
        mine = floor.house.one(session, Merchant, shop=HARBOUR)
        requests.ask(session, mine, "export", Buyer(reference="78"), floor.house.clock())
    reader = Bilingual(floor)
    assert {text for text in reader.left("/history") if "Delta" not in text} == set()


def test_what_stays_as_it_was_is_no_entry(house: House) -> None:
    door = Door(house, house.merchant())
    path = door.post("/vendors/new", **CARD).headers["HX-Push-Url"]
    before = told(door)
    door.post(path, **CARD)
    door.post(f"{path}/invitation/withdraw")
    assert told(door) == before
