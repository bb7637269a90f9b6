"""The vendor says what has shipped, and it goes home like a parcel that was seen in a store."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from orderflow.book.shipments import place
from orderflow.models import Shipment, VendorOrder
from orderflow.traffic import carriers
from sandbox.shopify.order import Order
from tests.portal.counter import Counter

SCHEMA = Path(__file__).parents[2] / "sandbox" / "shopify" / "schema"


def living(order: Order) -> list[tuple[int, list[Any]]]:
    """(pieces, carriers and numbers) of what the buyer sees."""
    return [
        (sum(line.quantity for line in each.lines), [(t.company, t.number) for t in each.tracking])
        for each in order.fulfillments
        if each.status.lower() != "cancelled"
    ]


def test_where_nothing_is_pushed_the_whole_job_is_done_in_the_portal(counter: Counter) -> None:
    order = counter.sells()
    assert "Ship 3 pieces" in counter.opens()
    assert "of 3 pieces" in counter.opens("/ship")
    page = counter.ships(1).text
    assert "Shipped. The shop and the buyer are told." in page
    assert "Ship 2 pieces" in page
    counter.ships(2, numbers="1Z2\r\n1Z3", carrier="other", other_carrier="Carrier <pigeon>")
    pigeons = [("Carrier <pigeon>", "1Z2"), ("Carrier <pigeon>", "1Z3")]
    assert living(order) == [(1, [("UPS", "1Z1")]), (2, pigeons)]
    page = counter.opens()
    assert "The shop itself" not in page
    assert "https://www.ups.com/track?tracknum=1Z1" in page
    assert "The shop knows" in page
    assert counter.queue("shipped") == [order.name]
    assert counter.stage.alfa.orders == {}
    assert "shipped_by_vendor" in counter.house.events()


def test_numbers_that_are_typed_are_cleaned_like_those_of_files(counter: Counter) -> None:
    order = counter.sells()
    counter.ships(1, numbers='="9400111899223100000042"\r\n\u200b1Z 999AA1 012, 1Z999AA1099\u202c')
    assert living(order) == [
        (1, [("UPS", n) for n in ("9400111899223100000042", "1Z999AA1012", "1Z999AA1099")])
    ]


@pytest.mark.parametrize("pieces", [3, 1])
def test_what_was_shipped_by_hand_is_not_pushed_when_pushing_is_switched_on(
    counter: Counter, pieces: int
) -> None:
    counter.sells()
    counter.ships(pieces)
    counter.house.set(order_sync=True)
    counter.house.turn()
    pushed = [line.quantity for o in counter.stage.alfa.orders.values() for line in o.lines]
    assert pushed == ([] if pieces == 3 else [2])


def test_a_shipment_is_corrected_and_withdrawn(counter: Counter) -> None:
    order = counter.sells()
    counter.ships()
    path = counter.shipment()
    assert "<option selected>UPS</option>" in counter.opens(path)
    line = {f"line:{counter.line()}": "2"}
    counter.posts(path, **line, carrier="DHL Express", numbers="JD9", link="")
    assert living(order) == [(2, [("DHL Express", "JD9")])]
    assert counter.part().state == "partly_shipped"
    counter.posts(f"{path}/withdraw")
    assert living(order) == []
    assert "Ship 3 pieces" in counter.opens()
    assert counter.posts(path, **line, carrier="", numbers="", link="").status_code == 422


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"pieces": 4}, "line", "More than is left to ship."),
        ({"pieces": 0}, "lines", "How many pieces are in the parcel?"),
        ({"pieces": "-1"}, "line", "Write a whole number, 0 or more."),
        ({"pieces": "x" * 10_000}, "line", "Write a whole number, 0 or more."),
        ({"carrier": "Nobody & Sons"}, "carrier", "We do not know this carrier."),
        ({"numbers": "1Z1\r\n1Z1"}, "numbers", "The same number stands here twice."),
        ({"numbers": "1" * 10_000}, "numbers", "At most 20 numbers of 200 characters each."),
        ({"numbers": "1Z2\r\n9.4E+21"}, "numbers", "A spreadsheet has rounded this number"),
        ({"numbers": "=A1"}, "numbers", "This is a formula."),
        ({"link": "javascript:alert(1)"}, "link", "Write a whole address"),
        ({"link": "https://a.example.com", "numbers": "1\n2"}, "link", "One link fits one number."),
    ],
)
def test_a_mistake_stands_at_its_field_and_keeps_what_was_typed(
    counter: Counter, typed: dict[str, Any], field: str, said: str
) -> None:
    order = counter.sells()
    answer = counter.ships(**{"other_carrier": "My <carrier>", **typed})
    assert answer.status_code == 422
    name = f"line:{counter.line()}" if field == "line" else field
    assert f'id="error-{name}">{said}' in counter.owner.text
    assert f'aria-describedby="error-{name}' in answer.text
    assert "My &lt;carrier&gt;" in answer.text
    assert living(order) == []


def test_a_carrier_is_guessed_from_a_number_that_only_it_gives_out(counter: Counter) -> None:
    order = counter.sells()
    counter.ships(carrier="", numbers="1Z999AA10123456784")
    assert living(order) == [(3, [("UPS", "1Z999AA10123456784")])]


def test_goods_count_once_whoever_tells_of_them_first(counter: Counter) -> None:
    counter.house.set(order_sync=True)
    order = counter.sells()
    (theirs,) = counter.stage.alfa.orders.values()
    assert "It stands in your store too." in counter.opens()
    counter.stage.people.vendor.ships(counter.stage.alfa, theirs, lines={"LAMP": 2}, number="1Z8")
    counter.house.later(1)
    answer = counter.ships(2)
    assert answer.status_code == 422
    assert "More than is left to ship." in answer.text
    assert counter.ships(1, numbers="1Z8").status_code == 422
    counter.ships(1, numbers="1Z9")
    counter.stage.people.vendor.ships(counter.stage.alfa, theirs, number="1Z9")
    counter.house.later(1)
    told = [(pieces, numbers[0][1]) for pieces, numbers in living(order)]
    assert told == [(2, "1Z8"), (1, "1Z9")]
    page = counter.opens()
    assert (page.count("seen in your store"), page.count("typed in here")) == (1, 1)
    assert "All of it was reported as shipped already" in counter.ships(1, numbers="1Z7").text


def test_what_the_merchant_shipped_is_seen_and_not_changed_here(counter: Counter) -> None:
    order = counter.sells()
    counter.stage.people.vendor.ships(counter.stage.harbour, order)
    counter.house.later(1)
    page = counter.opens()
    assert "Ship 3 pieces" not in page
    assert "The shop itself has shipped 3 pieces." in page
    assert counter.queue("shipped") == [order.name]
    assert counter.ships(1).status_code == 422
    with counter.house.unit() as session:
        part = counter.part()
        session.add(
            Shipment(
                vendor_order_id=part.id,
                source=Shipment.MERCHANT,
                remote_id="mine",
                lines={},
                tracking=[],
                seen="",
                first_seen_at=counter.house.clock(),
            )
        )
    assert counter.owner.get(f"{counter.path()}/shipments/mine").status_code == 404


def test_a_cancelled_order_cannot_be_shipped(counter: Counter) -> None:
    order = counter.sells()
    counter.stage.people.merchant.cancels(counter.stage.harbour, order)
    counter.house.turn()
    assert counter.queue("cancelled") == [order.name]
    assert "Nothing has shipped yet." in counter.opens()
    assert counter.ships(1).status_code == 422


def test_what_the_shop_has_refunded_is_not_offered_to_be_shipped(counter: Counter) -> None:
    counter.sells()
    with counter.house.unit() as session:
        part = session.get_one(VendorOrder, counter.part().id)
        part.order.payment = "refunded"
        place(session, part)
    page = counter.opens()
    assert "Ship 3 pieces" not in page
    assert "It cannot be shipped here now" in counter.opens("/ship")
    assert counter.ships(1).status_code == 422


def test_carriers_have_links_and_numbers_that_only_they_give_out() -> None:
    assert carriers.guess("1Z 999AA 1012345 6784") == "UPS"
    assert carriers.guess("12345") == ""
    assert carriers.link("UPS", "a/b?c") == "https://www.ups.com/track?tracknum=a%2Fb%3Fc"
    assert carriers.link("Nobody", "1") == carriers.link("UPS", "") == ""
    assert carriers.link("UPS", "1", "https://a.example.com/1") == "https://a.example.com/1"
    assert carriers.link("UPS", "1", "javascript:1").startswith("https://www.ups.com/")


def test_carriers_are_spelled_as_the_marketplace_spells_them() -> None:
    """Else it makes no link of a number."""
    told = gzip.decompress((SCHEMA / "admin_2026-10.json.gz").read_bytes()).decode()
    types = json.loads(told)
    types = types.get("data", types)["__schema"]["types"]
    (tracking,) = (each for each in types if each["name"] == "FulfillmentTrackingInfo")
    (company,) = (each for each in tracking["fields"] if each["name"] == "company")
    text = company["description"].replace("\n", " ")
    listed = {name.strip(" .") for name in re.split(r"  \* |[,:] ", text)}
    assert set(carriers.CARRIERS) - listed == set()
