"""*Orders*: found by number, SKU and vendor, filtered, a page at a time, and acted on in bulk."""

from __future__ import annotations

import csv
import io
import re

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from orderflow.models import VendorOrder
from orderflow.read import search
from orderflow.read.search import folded
from tests.house import STRANGER, House
from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor, orders_in, queries


def names(answer: TestResponse) -> list[str]:
    """The numbers of the orders on a page, in their order."""
    return re.findall(r'<a href="/orders/[0-9a-f]{24}"><bdi>(.*?)</bdi>', answer.text)


def test_without_orders_the_page_says_so(house: House) -> None:
    door = Door(house, house.merchant())
    assert "No order has come in yet" in door.get("/orders").text


def test_each_order_stands_there_with_its_parts_states_and_reasons(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), (floor.mug, 1))
    floor.sells((floor.lamp, 1), paid=False)
    page = floor.door.get("/orders").text
    assert page.count("Pushed</span>") == 2
    assert "The payment status is pending, and only paid orders are pushed." in page


@pytest.mark.parametrize("asked", ["{}", "#{}", " {} "])
def test_an_order_is_found_by_its_number(floor: Floor, asked: str) -> None:
    floor.sells((floor.lamp, 1))
    order = floor.sells((floor.lamp, 1))
    number = asked.format(order.name.lstrip("#"))
    assert names(floor.door.get("/orders", query_string={"q": number})) == [order.name]


def test_a_number_that_begins_so_is_found_too(floor: Floor) -> None:
    first, second = floor.sells((floor.lamp, 1)), floor.sells((floor.lamp, 1))
    found = names(floor.door.get("/orders", query_string={"q": first.name[1:-1]}))
    assert found == [first.name, second.name]


def test_an_order_is_found_by_the_sku_of_an_item(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    order = floor.sells((floor.mug, 1))
    assert names(floor.door.get("/orders", query_string={"q": "MUG"})) == [order.name]


def test_an_order_is_found_by_the_vendors_name(floor: Floor) -> None:
    order = floor.sells((floor.lamp, 1))
    floor.sells((floor.mug, 1))
    assert names(floor.door.get("/orders", query_string={"q": " alfa"})) == [order.name]


def test_a_search_that_finds_nothing_leads_to_why(floor: Floor) -> None:
    page = floor.door.get("/orders", query_string={"q": "nobody"}).text
    assert 'href="/why?number=nobody"' in page


def test_filters_go_by_state_vendor_reason_and_age(floor: Floor) -> None:
    old = floor.sells((floor.lamp, 1), paid=False)
    floor.house.later(2 * 86400)
    new = floor.sells((floor.mug, 1), paid=False)
    floor.sells((floor.mug, 1))

    def found(**asked: str) -> list[str]:
        return names(floor.door.get("/orders", query_string=asked))

    assert found(state="waiting") == [new.name, old.name]
    assert found(reason="not_paid", vendor=floor.vendor("Bravo")) == [new.name]
    assert found(state="waiting", age="1") == [old.name]
    assert found(age="1") == [old.name]
    assert found(vendor=floor.vendor("Alfa")) == [old.name]
    assert found(reason="cancelled") == []


def test_search_and_filters_go_together(floor: Floor) -> None:
    paid = floor.sells((floor.lamp, 1))
    unpaid = floor.sells((floor.lamp, 1), (floor.mug, 1), paid=False)
    floor.house.later(2 * 86400)
    new = floor.sells((floor.lamp, 1), paid=False)

    def found(**asked: str) -> list[str]:
        return names(floor.door.get("/orders", query_string=asked))

    bravo = floor.vendor("Bravo")
    assert found(q="100", state="waiting") == [unpaid.name, new.name]
    assert found(q="100", age="1") == [paid.name, unpaid.name]
    assert found(q="LAMP", by="sku", reason="not_paid", age="1") == [unpaid.name]
    assert found(q="LAMP", state="pushed") == [paid.name]
    assert found(q="Alfa", state="waiting") == [new.name, unpaid.name]
    assert found(q="Alfa", vendor=bravo, state="waiting") == [unpaid.name]
    assert found(q=paid.name, vendor=bravo) == []
    page = floor.door.get("/orders", query_string={"q": paid.name, "state": "held"}).text
    assert f'href="/orders?q=%23{paid.name[1:]}">Search without the filters' in page


def test_a_rare_state_among_many_numbers_is_looked_for_a_bounded_time_and_then_further(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, rare = orders_in(floor, 60)
    with floor.house.unit() as session:
        session.scalars(
            select(VendorOrder).order_by(VendorOrder.id.desc()).limit(1)
        ).one().state = "waiting"
    monkeypatch.setattr(search, "HANDFUL", 9)
    monkeypatch.setattr(search, "HANDFULS", 3)
    answer = floor.door.get("/orders", query_string={"q": "1", "state": "waiting"})
    seen = names(answer)
    for _ in range(2):
        assert seen == []
        assert "the next page looks further" in answer.text
        answer = page_of(floor, "next", answer)
        seen = names(answer)
    assert seen == [rare]
    assert names(page_of(floor, "prev", answer)) == []
    sheet = floor.door.get("/orders.csv", query_string={"q": "1", "state": "waiting"}).text
    assert [line.partition(",")[0] for line in sheet.splitlines()[1:]] == [rare]


def test_another_merchants_vendor_is_no_filter(floor: Floor) -> None:
    stranger = Door(floor.house, floor.house.merchant(STRANGER))
    asked = {"vendor": floor.vendor("Alfa")}
    assert stranger.get("/orders", query_string=asked).status_code == 404


def test_120_orders_stand_on_three_pages_each_once(floor: Floor) -> None:
    made = orders_in(floor, 120)
    seen: list[str] = []
    address: str | None = "/orders"
    pages = 0
    while address:
        answer = floor.door.get(address)
        seen += names(answer)
        following = re.search(r'href="([^"]*)" rel="next"', answer.text)
        address = following.group(1).replace("&amp;", "&") if following else None
        pages += 1
    assert pages == 3
    assert seen == list(reversed(made))


def page_of(floor: Floor, rel: str, answer: TestResponse) -> TestResponse:
    """The page that the link ``rel`` leads to."""
    link = re.search(rf'href="([^"]*)" rel="{rel}"', answer.text)
    assert link, f"there is no {rel} page"
    return floor.door.get(link[1].replace("&amp;", "&"))


@pytest.mark.parametrize("asked", ["/orders", "/orders?vendor={}", "/orders?q=1"])
def test_the_pages_before_are_the_pages_that_were_seen(floor: Floor, asked: str) -> None:
    orders_in(floor, 120)
    first = floor.door.get(asked.format(floor.vendor("Alfa")))
    second = page_of(floor, "next", first)
    third = page_of(floor, "next", second)
    assert 'rel="prev"' not in first.text
    assert 'rel="next"' not in third.text
    assert names(page_of(floor, "prev", third)) == names(second)
    back_again = page_of(floor, "prev", page_of(floor, "prev", third))
    assert names(back_again) == names(first)
    assert 'rel="prev"' not in back_again.text


def test_who_goes_back_past_the_first_order_stands_on_a_full_first_page(floor: Floor) -> None:
    orders_in(floor, 60)
    first = floor.door.get("/orders")
    second = page_of(floor, "next", first)
    orders_in(floor, 3, first=2001)
    newest = names(floor.door.get("/orders"))
    assert names(page_of(floor, "prev", second)) == names(first)
    assert names(page_of(floor, "prev", page_of(floor, "prev", second))) == newest


def test_a_page_asks_the_same_number_of_questions_for_one_order_and_for_fifty(
    floor: Floor,
) -> None:
    orders_in(floor, 1)
    with queries(floor.house) as few:
        floor.door.get("/orders")
    orders_in(floor, 60, first=5000)
    with queries(floor.house) as many:
        floor.door.get("/orders")
    assert len(few) == len(many)


def test_a_mark_that_means_nothing_is_the_first_page(floor: Floor) -> None:
    order = floor.sells((floor.lamp, 1))
    for mark in ("x", "1~", "1~never", "~", "9~2026-01-01"):
        for where in ("after", "back"):
            assert names(floor.door.get("/orders", query_string={where: mark})) == [order.name]


# -- many at once ----------------------------------------------------------------------------------


def held(floor: Floor, count: int) -> list[str]:
    """Orders that wait for their payment; their public ids."""
    for _ in range(count):
        floor.sells((floor.lamp, 1), paid=False)
    return [order.public_id for order in floor.house.orders()]


def test_a_bulk_action_asks_with_the_number_and_then_does_it(floor: Floor) -> None:
    chosen = held(floor, 3)
    form = {"action": "push_although_held", "order": chosen}
    asked = floor.door.post("/orders", **form)
    assert "Send anyway: 3 orders</button>" in asked.text
    assert floor.alfa.orders == {}
    done = floor.door.post("/orders", **form, confirmed="3", why="They paid by phone.")
    assert "3 orders" in done.headers["HX-Trigger"]
    floor.house.turn()
    assert len(floor.alfa.orders) == 3


def test_a_bulk_action_without_why_is_refused(floor: Floor) -> None:
    form = {"action": "push_although_held", "order": held(floor, 1), "confirmed": "1"}
    answer = floor.door.post("/orders", **form)
    assert answer.status_code == 422
    assert "Write down why." in answer.text


def test_a_bulk_action_whose_number_has_changed_is_asked_again(floor: Floor) -> None:
    chosen = held(floor, 2)
    form = {"action": "do_not_push", "order": chosen, "confirmed": "3"}
    answer = floor.door.post("/orders", **form)
    assert answer.status_code == 422
    assert "Something has changed meanwhile" in answer.text
    assert {part.state for part in floor.house.parts()} == {"waiting"}


def test_what_could_not_be_done_of_many_is_told(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    form = {"action": "send_again", "order": [floor.house.orders()[0].public_id]}
    answer = floor.door.post("/orders", **form, confirmed="1")
    assert answer.status_code == 422
    assert "Nothing was done." in answer.text
    floor.house.turn()
    assert len(floor.alfa.orders) == 1


def test_a_bulk_action_says_for_which_parts_it_is_not_possible(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), (floor.mug, 1))
    form = {"action": "push_now", "order": [floor.house.orders()[0].public_id]}
    asked = floor.door.post("/orders", **form).text
    assert "This is possible for none of them." in asked
    assert "Not for 2 vendor shipments: It does not wait for a time." in asked


def test_a_bulk_action_counts_orders_first_and_then_what_each_vendor_ships(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), (floor.mug, 1), paid=False)
    chosen = held(floor, 1)
    form = {"action": "do_not_push", "order": chosen}
    asked = floor.door.post("/orders", **form).text
    assert "This is possible for 2 orders (3 vendor shipments)." in asked
    done = floor.door.post("/orders", **form, confirmed="3")
    assert "2 orders (3 vendor shipments)" in done.headers["HX-Trigger"]


def test_nothing_chosen_is_an_error(floor: Floor) -> None:
    answer = floor.door.post("/orders", action="push_now")
    assert answer.status_code == 422
    assert "Choose at least one order." in answer.text


def test_a_stranger_can_choose_nothing_of_ours(floor: Floor) -> None:
    chosen = held(floor, 1)
    stranger = Door(floor.house, floor.house.merchant(STRANGER))
    answer = stranger.post("/orders", action="do_not_push", order=chosen, confirmed="1")
    assert answer.status_code == 422
    assert floor.house.part().state == "waiting"


def test_an_action_that_nobody_knows_is_404(floor: Floor) -> None:
    assert floor.door.post("/orders", action="explode", order="x").status_code == 404


# -- CSV -------------------------------------------------------------------------------------------

NASTY = {
    "formula": '=HYPERLINK("http://evil.example.com";"x")',
    "at": "@SUM(1)",
    "lines": "two\r\nlines",
    "html": "<img src=x onerror=alert(1)>",
    "right to left": "\u202eشركة",
}


def rows(answer: TestResponse) -> list[list[str]]:
    assert answer.data.startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("name", NASTY.values(), ids=NASTY.keys())
def test_a_nasty_name_stays_one_harmless_cell_and_harmless_html(floor: Floor, name: str) -> None:
    floor.sells((floor.lamp, 1))
    floor.rename("Alfa", name)
    table = rows(floor.door.get("/orders.csv"))
    assert [len(row) for row in table] == [10, 10]
    cell = table[1][3]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert not any(sign in cell for sign in "\r\n\u202e")
    for page in ("/orders", f"/orders/{floor.house.orders()[0].public_id}", "/why?number=1001"):
        assert "<img src=x" not in floor.door.get(page).text


def test_the_csv_holds_every_part_of_every_order_that_fits(floor: Floor) -> None:
    orders_in(floor, 230)
    table = rows(floor.door.get("/orders.csv"))
    assert len(table) == 231
    assert len({row[0] for row in table[1:]}) == 230
    assert rows(floor.door.get("/orders.csv?state=shipped")) == table[:1]


def test_the_csv_tells_number_and_tracking_and_nothing_personal(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    (theirs,) = floor.alfa.orders
    floor.house.people.vendor.ships(floor.alfa.domain, theirs, number="1Z999", company="UPS")
    floor.house.later(200)
    (_, row) = rows(floor.door.get("/orders.csv"))
    assert row[3:5] == ["Alfa", "Shipped"]
    assert row[6:8] == ["30.00", "USD"] or row[6] == "30.00"
    assert row[9] == "1Z999"
    assert "robin@example.com" not in ",".join(row)


def test_a_stranger_downloads_nothing_of_ours(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    stranger = Door(floor.house, floor.house.merchant(STRANGER))
    assert len(rows(stranger.get("/orders.csv"))) == 1


def test_numbers_are_folded() -> None:
    assert folded("#SL-1001 ") == folded("sl-1001") == "sl-1001"
