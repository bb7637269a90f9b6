"""The merchant ships for a vendor by a file, with the reader and the checks of the portal."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

from orderflow.models import Shipment
from tests.webapp.shop_floor import Floor
from tests.webapp.tongues import Bilingual, left_in_english, words

UPS = "1Z999AA1012345600"


def path(floor: Floor, vendor: str = "Alfa") -> str:
    return f"/vendors/{floor.vendor(vendor)}/tracking"


def uploads(floor: Floor, text: str, vendor: str = "Alfa") -> Any:
    return floor.door.post(path(floor, vendor), file=(io.BytesIO(text.encode()), "shipped.csv"))


def sealed(page: Any) -> str:
    found = re.search(r'name="sealed" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def shipped(floor: Floor) -> list[tuple[str, str]]:
    with floor.house.look() as session:
        rows = session.query(Shipment).order_by(Shipment.id)
        return [(row.source, each["number"]) for row in rows for each in row.tracking]


def test_a_file_ships_for_the_vendor_once_it_is_confirmed(floor: Floor) -> None:
    floor.house.set(order_sync=False)
    order = floor.sells((floor.lamp, 3))
    floor.sells((floor.mug, 1))
    floor.sells((floor.lamp, 1))
    page = uploads(floor, f"Order,Tracking number\n1001,{UPS}1\n1002,{UPS}2\n1003,1Z*3\n")
    said = unescape(page.text)
    for expected in (
        "Will be shipped",
        "This vendor has no order of that number.",
        "This does not look like a tracking number: 1Z*3.",
    ):
        assert expected in said
    assert shipped(floor) == []
    confirmed = floor.door.post(f"{path(floor)}/confirm", sealed=sealed(page))
    assert "1 parcel shipped" in confirmed.headers["HX-Trigger"]
    assert shipped(floor) == [(Shipment.MERCHANT, f"{UPS}1")]
    report = floor.door.post(f"{path(floor)}/report.csv", sealed=sealed(confirmed))
    assert [line.rpartition(",")[2] for line in report.text.splitlines()] == [
        "What happened",
        "Shipped",
        "This vendor has no order of that number.",
        "Not shipped: it was not confirmed",
    ]
    again = floor.door.post(f"{path(floor)}/confirm", sealed=sealed(page), confirmed="4")
    assert again.status_code == 409
    assert floor.door.post(f"{path(floor)}/confirm", sealed=sealed(again)).status_code == 422
    floor.door.post(f"{path(floor)}/confirm", sealed=sealed(again), confirmed="4")
    assert shipped(floor)[1:] == [(Shipment.MERCHANT, "1Z*3")]
    floor.house.turn()
    assert [t.number for each in order.fulfillments for t in each.tracking] == [f"{UPS}1"]


def test_columns_are_chosen_for_one_vendor_and_a_page_is_good_for_it_alone(floor: Floor) -> None:
    floor.house.set(order_sync=False)
    floor.sells((floor.lamp, 1))
    text = f"Box,Thing\n{UPS}1,1001\n"
    page = uploads(floor, text)
    assert "Which column is which?" in page.text
    twice = {"column:order": "1", "column:tracking": "1"}
    assert (
        floor.door.post(f"{path(floor)}/columns", sealed=sealed(page), **twice).status_code == 422
    )
    chosen = {"column:order": "1", "column:tracking": "0"}
    for door in (path(floor, "Bravo"), "/portal/tracking"):
        assert floor.door.post(f"{door}/columns", sealed=sealed(page), **chosen).status_code != 200
    page = floor.door.post(f"{path(floor)}/columns", sealed=sealed(page), **chosen)
    assert "Will be shipped" in page.text
    assert "Will be shipped" in uploads(floor, text).text
    assert "Which column is which?" in uploads(floor, text, "Bravo").text
    assert "selected" in floor.door.post(f"{path(floor)}/choose", sealed=sealed(page)).text
    assert "For 1 kind of file" in floor.door.get(path(floor)).text
    assert "For 1 kind" not in floor.door.post(f"{path(floor)}/forget").text
    assert "Which column is which?" in uploads(floor, text).text


def test_a_file_that_cannot_be_read_and_an_old_page_are_told(floor: Floor) -> None:
    assert "Choose a file first." in floor.door.post(path(floor)).text
    assert "This is an Excel workbook." in uploads(floor, "PK\x03\x04").text
    for step in ("choose", "columns", "confirm", "report.csv"):
        assert floor.door.post(f"{path(floor)}/{step}", sealed="nonsense").status_code == 422


def test_every_step_is_french(floor: Floor) -> None:
    floor.house.set(order_sync=False)
    floor.sells((floor.lamp, 1))
    reader, values = Bilingual(floor), {"Box", "Thing", "Order", "Tracking", "number", "Carrier"}

    def file(text: str) -> dict[str, Any]:
        return {"file": (io.BytesIO(text.encode()), "shipped.csv")}

    def left(step: str, form: Callable[[], dict[str, Any]], status: int = 200) -> set[str]:
        english = reader.english.post(f"{path(floor)}{step}", **form())
        french = reader.french.post(f"{path(floor)}{step}", **form())
        assert english.status_code == french.status_code == status
        same = left_in_english(english.text, french.text)
        return {text for text in same if set(words(text)) - values}

    unclear, doubtful = "Box,Thing\nX1,1001\n", "Order,Tracking number\n1001,X*1\n1009,1\n"
    assert left("", lambda: file(unclear)) == set()
    assert left("", lambda: file(doubtful)) == set()
    assert left("", lambda: file("PK\x03\x04"), 422) == set()
    token = sealed(uploads(floor, doubtful))
    assert left("/confirm", lambda: {"sealed": token}, 422) == set()
    assert left("/choose", lambda: {"sealed": token}) == set()
