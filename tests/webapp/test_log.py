"""*Log*: every call to a store leaves a line; nobody else's, nothing personal, for 90 days."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import select

from orderflow.models import Merchant, StoreCall
from sandbox.faults import Kind
from tests.house import ALFA, BRAVO, HARBOUR, STRANGER, House
from tests.river.stage import creates
from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor, queries


def calls(house: House, operation: str) -> list[StoreCall]:
    with house.look() as session:
        rows = session.scalars(select(StoreCall).where(StoreCall.operation == operation))
        return sorted(rows, key=lambda row: row.id)


def test_a_merchant_without_calls_is_told_what_will_stand_there(house: House) -> None:
    page = Door(house, house.merchant()).get("/log")
    assert page.status_code == 200
    assert "No store was called yet" in page.text


def test_a_push_leaves_one_line_with_its_order_and_vendor(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    (call,) = calls(floor.house, "create_order")
    assert call.outcome == "ok"
    assert call.words == ""
    assert call.cost > 0
    page = floor.door.get("/log", query_string={"order": "1001"}).text
    assert page.count("<tr>") > 1
    assert "Create the order" in page
    assert "Check for changes" not in page


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("refused", "busy"), ("lost_answer", "unknown"), ("unauthorized", "locked")],
)
def test_what_went_wrong_stands_there_in_the_stores_words(
    floor: Floor, fault: Kind, outcome: str
) -> None:
    floor.faults.add(fault, BRAVO, creates)
    floor.sells((floor.mug, 1))
    first = calls(floor.house, "create_order")[0]
    assert first.outcome == outcome
    assert first.words
    page = unescape(floor.door.get("/log", query_string={"outcome": outcome}).text)
    assert first.words in page


def test_a_refusal_is_told(floor: Floor) -> None:
    floor.alfas_lamp.product.variants.clear()
    floor.alfa.variants.clear()
    floor.sells((floor.lamp, 1))
    (call,) = calls(floor.house, "create_order")
    assert call.outcome == "refused"


def test_tracking_home_is_logged_with_its_order(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    (remote,) = floor.alfa.orders
    floor.people.vendor.ships(ALFA, remote, number="1Z", company="UPS")
    floor.house.turn()
    (call,) = calls(floor.house, "fulfil")
    assert call.order_id is not None
    assert "Tell your shop of a parcel" in floor.door.get("/log?order=%231001").text


def test_nothing_of_the_buyer_stands_in_the_log(floor: Floor) -> None:
    for host in (ALFA, BRAVO):
        floor.faults.add("error_after", host, creates, times=2)
    floor.sells((floor.lamp, 1), (floor.mug, 1), note="ring at Robin's")
    floor.all_looks()
    with floor.house.look() as session:
        words = " ".join(session.scalars(select(StoreCall.words)))
    assert "robin" not in words.lower()


def test_a_store_that_quotes_the_buyer_is_logged_without_the_quote(floor: Floor) -> None:
    floor.house.world.liar(ALFA).tell("refusal_quotes_buyer")
    floor.sells((floor.lamp, 1), address={"firstName": "Robin", "address1": "1 Quoted Street"})
    (refused,) = calls(floor.house, "create_order")
    assert refused.words.startswith("Invalid: ")
    assert "quoted street" not in refused.words.lower()
    assert "…" in refused.words


def test_the_log_is_filtered_by_vendor(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), (floor.mug, 1))
    page = floor.door.get(f"/log?vendor={floor.vendor('Bravo')}").text
    table = page.partition("<tbody>")[2]
    assert ">Bravo</a>" in table
    assert ">Alfa</a>" not in table


def test_a_filter_that_fits_nothing_says_so(floor: Floor) -> None:
    for query in ("order=nothing", "vendor=nobody", "outcome=fine"):
        assert "No call fits that" in floor.door.get(f"/log?{query}").text


def many(floor: Floor, count: int) -> None:
    with floor.house.unit() as session:
        merchant = floor.house.one(session, Merchant, shop=HARBOUR)
        for i in range(count):
            session.add(
                StoreCall(
                    merchant_id=merchant.id,
                    access_id=merchant.access_id,
                    operation=f"call-{i:03}",
                    started_at=floor.house.clock(),
                    milliseconds=i,
                    outcome="ok",
                )
            )


def test_the_log_comes_in_pages_newest_first(floor: Floor) -> None:
    many(floor, 120)
    seen: list[str] = []
    path = "/log?outcome=ok"
    while path and len(seen) < 120:
        page = floor.door.get(path).text
        seen += re.findall(r">(call-\d{3})<", page)
        following = re.search(r'href="(/log\?after=[^"]+)"', page)
        path = unescape(following[1]) if following else ""
    assert seen == [f"call-{i:03}" for i in reversed(range(120))]


def test_a_page_of_the_log_takes_as_many_queries_for_fifty_lines_as_for_one(floor: Floor) -> None:
    many(floor, 1)
    with queries(floor.house) as few:
        floor.door.get("/log")
    many(floor, 60)
    with queries(floor.house) as more:
        floor.door.get("/log")
    assert len(more) == len(few)


def test_a_store_that_two_merchants_share_tells_each_only_of_his_own(floor: Floor) -> None:
    floor.house.merchant(STRANGER)
    floor.house.connect("Alfa", floor.house.shopify_access(floor.alfa), STRANGER)
    floor.sells((floor.lamp, 1))
    floor.house.later(200)
    stranger = Door(floor.house, floor.house.world.shops[STRANGER]).get("/log").text
    assert "Check for changes" in stranger
    assert "Create the order" not in stranger
    assert ">#1001<" not in stranger


def test_lines_go_after_ninety_days(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    floor.house.later(89 * 86400)
    assert calls(floor.house, "create_order")
    floor.house.later(2 * 86400)
    assert calls(floor.house, "create_order") == []
