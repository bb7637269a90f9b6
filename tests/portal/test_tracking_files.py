"""A file of tracking numbers: what it would do is told row by row, and done only when confirmed."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from orderflow.models import Shipment
from sandbox.shopify.order import Order
from tests.portal.hostile import HOSTILE, spoil, words_of_buyer
from tests.portal.visitor import Portal, Visitor

PAGE = "/portal/tracking"
TITLES = "Order;Line;SKU;Pieces;Carrier;Tracking number;Tracking link"


def sells(portal: Portal, count: int = 1, pieces: int = 3) -> list[Order]:
    """Orders of lamps that nobody pushes."""
    portal.house.set(order_sync=False)
    return [portal.stage.sells_on((portal.stage.lamp, pieces)) for _ in range(count)]


def table(visitor: Visitor) -> list[dict[str, str]]:
    text = visitor.get(f"{PAGE}/table.csv").data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def uploads(visitor: Visitor, body: str | bytes) -> Any:
    visitor.get(PAGE)
    raw = body if isinstance(body, bytes) else body.encode()
    return visitor.post(PAGE, file=(io.BytesIO(raw), "shipped.csv"))


def rows(*told: str) -> str:
    return "\r\n".join((TITLES, *told))


def words(visitor: Visitor) -> dict[int, str]:
    """By row of the file, what the page says of it; of a doubtful row the first doubt."""
    found = re.findall(
        r'<td data-label="Row">(\d+)</td>.*?<span class="(?:error|tag \w+|line" id="doubt-[\d-]+)">'
        r"([^<]+)</span>",
        visitor.text,
        re.DOTALL,
    )
    return {int(row): said for row, said in found}


def sealed(visitor: Visitor) -> str:
    """The file as it travels in the page."""
    found = re.search(r'name="rows" value="([^"]+)"', visitor.page.text)
    assert found, visitor.text
    return found[1]


def confirms(visitor: Visitor, path: str = "confirm", **more: Any) -> Any:
    return visitor.post(f"{PAGE}/{path}", rows=sealed(visitor), **more)


def shipped(portal: Portal) -> list[tuple[str, str, dict[str, int]]]:
    with portal.house.look() as session:
        return [
            (t["company"], t["number"], each.lines)
            for each in session.query(Shipment).order_by(Shipment.id)
            for t in each.tracking
        ]


def test_the_table_is_filled_in_looked_at_confirmed_and_told_to_the_buyer(portal: Portal) -> None:
    first, second = sells(portal, 2)
    portal.stage.sells_on((portal.stage.mug, 1))
    visitor = portal.logged_in()
    waiting = table(visitor)
    assert [(row["Order"], row["Item"], row["Left to ship"]) for row in waiting] == [
        ("#1001", "Lamp", "3"),
        ("#1002", "Lamp", "3"),
    ]
    waiting[0] |= {"Pieces": "2", "Carrier": "ups", "Tracking number": "1Z1"}
    filled = io.StringIO()
    writer = csv.DictWriter(filled, list(waiting[0]))
    writer.writeheader()
    writer.writerows(waiting)
    uploads(visitor, "\ufeff" + filled.getvalue())
    assert words(visitor) == {2: "Will be shipped"}
    assert "1 row has no tracking number" in visitor.text
    assert shipped(portal) == [], "nothing before it is confirmed"
    confirms(visitor)
    assert "1 parcel is shipped; the shop is being told." in visitor.text
    portal.house.turn()
    (parcel,) = first.fulfillments
    assert [(t.company, t.number) for t in parcel.tracking] == [("UPS", "1Z1")]
    assert second.fulfillments == []
    assert table(visitor)[0]["Left to ship"] == "1"


def test_the_same_file_again_ships_nothing_twice(portal: Portal) -> None:
    sells(portal)
    visitor = portal.logged_in()
    body = rows("1001;;LAMP;1;UPS;1Z1;", '#1001;;;;"dpd";"15501234567890";')
    for _ in range(2):
        uploads(visitor, body)
        if 'id="confirm"' in visitor.text:
            confirms(visitor)
            uploads(visitor, body)
    assert set(words(visitor).values()) == {"Already shipped"}
    assert [(number, *lines.values()) for _, number, lines in shipped(portal)] == [
        ("1Z1", 1),
        ("15501234567890", 2),
    ]


def test_each_mistake_is_told_at_its_row_and_nothing_else_is_held_up(portal: Portal) -> None:
    sells(portal, 2)
    portal.stage.sells_on((portal.stage.mug, 1))
    visitor = portal.logged_in()
    told = {
        "1001;;;2;UPS;1Z1;": "Will be shipped",
        "9999;;;1;UPS;X1;": "You have no order of that number.",
        "1003;;;1;UPS;X2;": "You have no order of that number.",
        "1001;;NOPE;1;UPS;X3;": "This order has no such item of yours.",
        "1001;L1;;1;UPS;X4;": "This order has no such item of yours.",
        "1001;;;2;UPS;X5;": "More than is left to ship.",
        "1001;;;0;UPS;X6;": "0 pieces: leave the cell empty",
        "1001;;;-1;UPS;X8;": "Write a whole number of pieces.",
        "1001;;;1;UPS;;": "A row with a carrier or a link needs a tracking number.",
        "1001;;;1;UPS;9,4055E+21;": "The spreadsheet has rounded this number",
        "1001;;;1;Snail;X9;": "We do not know this carrier.",
        "1001;;;2000;UPS;X8a;": "More than is left to ship.",
        "1001;;;1;UPS;=A1&B1;": "A cell holds a formula.",
        "1001;;;1;UPS;https://ups.example.com/1Z;": "This is a link.",
        ";;;1;UPS;X8b;": "The row does not say which order.",
        "1001;;;1;Snail;Y1;nowhere": "Write a whole address that begins",
        "1001;;;1;UPS;Y2;": "Another row of this parcel is wrong.",
        "1002;;;1;UPS;Y2;": "This number is on another order too.",
        "1002;;;1;UPS;Y3;": "Another row of this parcel is wrong.",
        "1002;;;2;UPS;Y3;": "This item is in the same parcel twice.",
        "1002;;;1;UPS;Y4;": "Another row of this parcel is wrong.",
        "1002;;;1;DPD;Y4;": "Carrier and link must be the same",
        "1002;;;1;Snail;Y5;https://snail.example.com/Y5": "Will be shipped",
    }
    uploads(visitor, rows(*told))
    said = words(visitor)
    for number, (row, expected) in enumerate(told.items(), start=2):
        assert said[number].startswith(expected), (row, said[number])
    confirms(visitor, "errors.csv")
    wrong = list(csv.reader(io.StringIO(visitor.page.data.decode("utf-8-sig"))))
    assert len(wrong) == 1 + len(told) - 2
    assert wrong[1][:2] == ["9999", ""]
    assert wrong[1][-1] == "You have no order of that number."
    uploads(visitor, rows(*told))
    confirms(visitor)
    assert [number for _, number, _ in shipped(portal)] == ["1Z1", "Y5"]


def test_what_changed_between_looking_and_confirming_is_told_first(portal: Portal) -> None:
    sells(portal, 2)
    mine, colleague = portal.logged_in(), portal.logged_in("staff@alfa.example.com", role="staff")
    uploads(mine, rows("1001;;;3;UPS;1Z1;", "1002;;;1;UPS;1Z2;"))
    uploads(colleague, rows("1001;;;1;UPS;1Z9;"))
    confirms(colleague)
    assert confirms(mine).status_code == 409
    assert "Something has changed since you looked" in mine.text
    assert words(mine)[2] == "More than is left to ship."
    assert 'class="changed"' in mine.text
    assert [number for _, number, _ in shipped(portal)] == ["1Z9"]
    confirms(mine)
    assert [number for _, number, _ in shipped(portal)] == ["1Z9", "1Z2"]


UNREADABLE = [
    (b"", "The file has no rows."),
    (TITLES.encode(), "The file has no rows."),
    (b"\x89PNG\r\n\x1a\n\x00", "This is not a table."),
    (b"PK\x03\x04[Content_Types].xml", "This is an Excel workbook."),
    (b"<html><table><tr><td>Order</td></tr></table>", "This is not a table."),
    (b"Order,Tracking number\n" + b"1,2\n" * 501, "more than 500 rows"),
    (b"Order,Tracking number\n" + b"x" * 1_000_001, "larger than 1 MB"),
    (b"Order,Tracking number" + b"," * 300 + b"\n1,2", "more than 200 columns"),
]


def test_a_file_that_cannot_be_read_says_why(portal: Portal) -> None:
    visitor = portal.logged_in()
    for body, said in UNREADABLE:
        assert uploads(visitor, body).status_code == 422, said
        assert said in visitor.text
    visitor.get(PAGE)
    assert visitor.post(PAGE).status_code == 422
    assert "Choose a file first" in visitor.text


def test_french_titles_are_read_and_written(portal: Portal) -> None:
    sells(portal)
    visitor = portal.logged_in()
    visitor.get("/portal/settings")
    visitor.post("/portal/settings", language="fr", timezone="UTC")
    text = visitor.get(f"{PAGE}/table.csv").data.decode("utf-8-sig")
    titles, first = text.splitlines()[:2]
    assert titles.startswith("Commande;Ligne;SKU;Pièces;Transporteur;Numéro de suivi")
    uploads(visitor, f"{titles}\r\n{first.replace(';;', ';UPS;1Z1;', 1)}")
    assert "Sera expédié" in visitor.text


def test_a_page_of_another_vendor_or_of_yesterday_confirms_nothing(portal: Portal) -> None:
    sells(portal)
    mine = portal.logged_in()
    other = portal.logged_in("b@bravo.example.com", vendor="Bravo")
    uploads(mine, rows("1001;;;1;UPS;1Z1;"))
    found = sealed(mine)
    for told in (found, "", "nonsense", found[:-9] + "AAAAAAAA="):
        other.get(PAGE)
        for path in ("confirm", "choose", "columns", "errors.csv", "report.csv"):
            assert other.post(f"{PAGE}/{path}", rows=told).status_code == 422
    portal.house.clock.advance(3 * 3600)
    assert mine.post(f"{PAGE}/confirm", rows=found).status_code == 422
    assert shipped(portal) == []


def test_no_text_of_an_order_becomes_a_formula_or_tells_who_bought(portal: Portal) -> None:
    sells(portal)
    visitor = portal.logged_in()
    for text in HOSTILE:
        spoil(portal, text)
        body = visitor.get(f"{PAGE}/table.csv").data.decode("utf-8-sig")
        assert [word for word in words_of_buyer() if word in body] == []
        cells = [cell for row in csv.reader(io.StringIO(body)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]
        assert len(body.splitlines()) == 2
    uploads(visitor, rows('"=1+1";;;1;<img src=x>;"@SUM(1)";"javascript:alert(1)"'))
    assert "<img" not in visitor.page.text
    confirms_or_errors = confirms(visitor, "errors.csv").data.decode("utf-8-sig")
    assert "'=1+1" in confirms_or_errors
    assert "'@SUM(1)" in confirms_or_errors
