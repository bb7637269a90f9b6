"""Files of tracking numbers as couriers and tools write them, from the upload to the buyer."""

from __future__ import annotations

import csv
import io
import re

from orderflow.models import TrackingColumns
from tests.portal.test_french import is_a_value, words_of
from tests.portal.test_tracking_files import (
    PAGE,
    confirms,
    sealed,
    sells,
    shipped,
    table,
    uploads,
    words,
)
from tests.portal.visitor import Portal, Visitor

UPS = "1Z999AA1012345600"
AST = "order_id,tracking_provider,tracking_number,date_shipped,status_shipped,sku,qty"


def report(visitor: Visitor) -> list[list[str]]:
    text = confirms(visitor, "report.csv").data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def test_numbers_reach_the_buyer_cleaned_and_split(portal: Portal) -> None:
    """Text forms, spaces, several in a cell, an order without pieces; two carriers at once."""
    orders = sells(portal, 5)
    visitor = portal.logged_in()
    lines = [
        "sep=;",
        "Order;Carrier;Tracking number",
        '#1001;USPS;"=""9400111899223100000028"""',
        "#1002;USPS;'9400 1118 9922 3100 0000 42",
        f'#1003;UPS;"{UPS}1, {UPS}2"',
        f"#1004;UPS;{UPS}3",
        "#1004;DPD;01505012345678",
        f"#1005;;\u200b{UPS}4\u202c",
    ]
    uploads(visitor, "\ufeff" + "\r\n".join(lines))
    assert set(words(visitor).values()) == {"Will be shipped"}
    confirms(visitor)
    assert "5 parcels are shipped" in visitor.text
    portal.house.turn()
    assert [
        [(t.company, t.number) for each in order.fulfillments for t in each.tracking]
        for order in orders
    ] == [
        [("USPS", "9400111899223100000028")],
        [("USPS", "9400111899223100000042")],
        [("UPS", f"{UPS}1"), ("UPS", f"{UPS}2")],
        [("UPS", f"{UPS}3"), ("DPD", "01505012345678")],
        [("UPS", f"{UPS}4")],
    ]
    assert [sum(pieces.values()) for *_, pieces in shipped(portal)] == [3] * 7
    assert table(visitor) == []
    uploads(visitor, "\ufeff" + "\r\n".join(lines))
    assert set(words(visitor).values()) == {"Already shipped"}


def test_a_row_in_doubt_is_shipped_only_when_it_is_ticked(portal: Portal) -> None:
    sells(portal, 4)
    visitor = portal.logged_in()
    lines = [
        f'1001;LAMP;"2,000";UPS;{UPS}1',
        "1002;LAMP;1;UPS;1Z999*9",
        f"1003;LAMP;1;Snail;{UPS}3",
        f"1004;LAMP;1;UPS;{UPS}4",
        f"1004;LAMP;1;UPS;{UPS}4",
    ]
    uploads(visitor, "Order;SKU;Pieces;Carrier;Tracking number\n" + "\n".join(lines))
    assert words(visitor) == {
        2: "“2,000” can be read in two ways. Read as 2.",
        3: "This does not look like a tracking number: 1Z999*9.",
        4: "We do not know the carrier “Snail”. By its number the parcel is with UPS.",
        5: "Will be shipped",
        6: "Same as a row above, counted once",
    }
    assert "Ship 1 parcel and those that are ticked" in visitor.text
    confirms(visitor, confirmed=["2", "4", "nonsense", "99"])
    assert [(number, *lines.values()) for _, number, lines in shipped(portal)] == [
        (f"{UPS}1", 2),
        (f"{UPS}3", 1),
        (f"{UPS}4", 1),
    ]
    assert "1 row was not shipped" in visitor.text
    assert [(row[0], row[-1]) for row in report(visitor)] == [
        ("2", "Shipped"),
        ("3", "Not shipped: it was not confirmed"),
        ("4", "Shipped"),
        ("5", "Shipped"),
        ("6", "Same as a row above, counted once"),
    ]


def test_the_same_page_confirmed_twice_ships_once(portal: Portal) -> None:
    sells(portal)
    visitor = portal.logged_in()
    uploads(visitor, f"Order number,Tracking number\nOrder #1001,{UPS}1\n1001.0,{UPS}1\n")
    assert words(visitor) == {2: "Will be shipped", 3: "Same as a row above, counted once"}
    token = sealed(visitor)
    for status, said in ((200, "1 parcel is shipped"), (409, "Something has changed")):
        assert visitor.post(f"{PAGE}/confirm", rows=token).status_code == status
        assert said in visitor.text
    assert words(visitor)[2] == "Already shipped"
    assert [number for _, number, _ in shipped(portal)] == [f"{UPS}1"]


def test_doubtful_rows_alone_ship_nothing_until_one_is_ticked(portal: Portal) -> None:
    sells(portal)
    visitor = portal.logged_in()
    uploads(visitor, f"Order,Pieces,Tracking number\n1001,1,{UPS}1\n")
    assert words(visitor)[2].startswith("The file names no items, so “1” may count parcels.")
    assert confirms(visitor).status_code == 422
    assert "Tick the rows that are right" in visitor.text
    assert shipped(portal) == []
    confirms(visitor, confirmed="2")
    assert [list(lines.values()) for *_, lines in shipped(portal)] == [[1]]


def test_columns_are_chosen_once_remembered_and_forgotten(portal: Portal) -> None:
    sells(portal, 3)
    visitor = portal.logged_in()

    def file(order: int) -> str:
        return f"Box;Thing;Who\n{UPS}{order};#{order};UPS\n"

    uploads(visitor, file(1001))
    assert "Which column is which?" in visitor.text
    assert f"A · Box ({UPS}1001)" in visitor.text
    assert re.search(r'name="column:order".*?value="1" selected', visitor.page.text, re.DOTALL)
    asked = {"column:order": "0", "column:tracking": "0"}
    assert confirms(visitor, "columns", **asked).status_code == 422
    assert "Choose a column that no other field has." in visitor.text
    for wrong in ("9", "-1", "x", "99999999999"):
        assert confirms(visitor, "columns", **{**asked, "column:order": wrong}).status_code == 422
    chosen = {"column:order": "1", "column:tracking": "0", "column:carrier": "2"}
    confirms(visitor, "columns", **chosen)
    assert words(visitor) == {2: "Will be shipped"}
    uploads(visitor, file(1002))
    assert words(visitor) == {2: "Will be shipped"}
    confirms(visitor, "choose")
    assert "Which column is which?" in visitor.text
    assert "We could not recognise" not in visitor.text
    other = portal.logged_in("b@bravo.example.com", vendor="Bravo")
    uploads(other, file(1002))
    assert "Which column is which?" in other.text, "each vendor chooses for itself"
    visitor.get(PAGE)
    assert "For 1 kind of file" in visitor.text
    visitor.post(f"{PAGE}/forget")
    assert "Columns that you chose" not in visitor.text
    uploads(visitor, file(1003))
    assert "Which column is which?" in visitor.text
    with portal.house.look() as session:
        assert session.query(TrackingColumns).count() == 0


def test_several_items_are_named_in_a_cell_or_all_are_meant(portal: Portal) -> None:
    portal.house.set(order_sync=False)
    rug = portal.stage.harbour.sells("RUG", "Rug", "9.00", vendor="Alfa")
    for _ in range(4):
        portal.stage.sells_on((portal.stage.lamp, 2), (rug, 1))
    visitor = portal.logged_in()
    lines = [
        f'1001,UPS,{UPS}1,12-06-2025,1,"LAMP,RUG","1,1"',
        f'1002,UPS,{UPS}2,12-06-2025,1,"LAMP,RUG",',
        f"1003,UPS,{UPS}3,12-06-2025,1,,3",
        f"1004,UPS,{UPS}4,12-06-2025,1,,2",
        f"1003,UPS,{UPS}5,12-06-2025,1,NOPE,1",
    ]
    uploads(visitor, "\n".join((AST, *lines)))
    said = words(visitor)
    assert [said[n][:15] for n in range(2, 7)] == [
        *["Will be shipped"] * 3,
        "Several items f",
        "This order has ",
    ]
    confirms(visitor)
    assert [sorted(lines.values()) for *_, lines in shipped(portal)] == [[1, 1], [1, 2], [1, 2]]


def test_every_page_of_a_file_is_french_too(portal: Portal) -> None:
    sells(portal, 2)
    visitor = portal.logged_in()
    unclear = "Box;Thing\nX1;1001\n"
    doubtful = f"Order;Tracking number;Carrier\n1001;X*1;\n1002;{UPS}2;\n1003;X3;\n"

    def walk() -> list[set[str]]:
        pages = [
            words_of(uploads(visitor, unclear).text),
            words_of(uploads(visitor, doubtful).text),
        ]
        token = sealed(visitor)
        pages.append(words_of(confirms(visitor, "choose").text))
        pages.append(words_of(visitor.post(f"{PAGE}/confirm", rows=token).text))
        pages += [{cell for row in report(visitor) for cell in row[-1:]}]
        return pages

    english = walk()
    with portal.house.unit() as session:
        for each in session.query(TrackingColumns):
            session.delete(each)
    visitor.get("/portal/settings")
    visitor.post("/portal/settings", language="fr", timezone="UTC")
    values = {"Alfa", "Lamp", "LAMP", "Box", "Thing", "Order", "Tracking number", "Carrier", "SKU"}
    for before, after in zip(english, walk(), strict=True):
        left = {word for word in before & after - values if not is_a_value(word)}
        assert {word for word in left if not re.match(r"[A-C]( ·)?$|X\*?\d|1Z|#|for ", word)} <= {
            "Sluice",
            "≋",
            portal.stage.harbour.name,
            "UPS",
            "Notifications",
        }
