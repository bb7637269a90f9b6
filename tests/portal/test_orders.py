"""A vendor finds its orders, reads one, and declines what it cannot deliver."""

from __future__ import annotations

import re

import pytest

from orderflow.forget import forgetting
from orderflow.members.people import PERSON
from orderflow.models import PersonalRead, VendorOrder
from orderflow.rules.judge import BURST
from stores.boundary import WORDS as LONGEST_TITLE
from tests.browser.scenery import HOSTILE, buyer
from tests.house import ALFA, HARBOUR
from tests.mail.postbox import ALFA_MAIL
from tests.portal.counter import BUYER, WHO, Counter
from tests.webapp.door import Door


def test_a_new_order_is_mailed_with_its_link_and_waits_until_somebody_opens_it(
    counter: Counter,
) -> None:
    order = counter.sells()
    assert counter.portal.link(ALFA_MAIL) == counter.path()
    assert counter.queue("new") == [order.name]
    assert re.search(r"<strong>1</strong> New", counter.owner.get("/portal/").text)
    counter.opens()
    assert counter.queue("new") == []
    assert "No new order." in counter.owner.text
    assert counter.queue("to_ship") == [order.name]
    assert re.search(r"<strong>1</strong> To ship", counter.owner.get("/portal/").text)


def test_a_link_leads_to_another_vendor_of_the_same_person(counter: Counter) -> None:
    counter.portal.somebody(vendor="Bravo")
    counter.sells((counter.stage.mug, 1))
    page = counter.owner.get(counter.path("Bravo")).text
    assert "Mug" in page
    assert "<strong>Bravo</strong>" in page


def test_an_order_is_found_by_its_number_and_by_a_sku(counter: Counter) -> None:
    first = counter.sells((counter.stage.lamp, 1), (counter.stage.mug, 1))
    second = counter.sells()
    assert counter.found(f"q=%23{first.number}") == [first.name]
    assert counter.found(f"q={second.number}") == [second.name]
    assert counter.found("q=LAMP") == [second.name, first.name]
    for nobody in ("MUG", "999", "%27%20OR%201=1", "%23", "x" * 3000):
        assert counter.found(f"q={nobody}") == []
    assert "No order of yours has that number" in counter.owner.text


def test_long_queues_come_a_page_at_a_time(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderflow.paging.PAGE", 2)
    names = [counter.sells((counter.stage.lamp, 1)).name for _ in range(3)]
    assert counter.queue("new") == [names[2], names[1]]
    further = re.search(r"before=(\d+)", counter.owner.text)
    assert further
    assert counter.found(f"stage=new&before={further[1]}") == [names[0]]
    assert counter.found(f"q=LAMP&before={further[1]}") == [names[0]]
    assert counter.found("stage=new&before=1") == []
    assert "Nothing older." in counter.owner.text
    for odd in ("x", "-1", "9" * 19, "9" * 30, "%00"):
        assert counter.found(f"stage=new&before={odd}") == [names[2], names[1]]


def test_only_the_vendors_own_items_are_on_the_page(counter: Counter) -> None:
    counter.sells((counter.stage.lamp, 2), (counter.stage.mug, 1), shipping="10.00")
    page = counter.opens()
    assert "Lamp" in page
    assert "$60.00" in page
    assert "Mug" not in page
    assert "Bravo" not in page


@pytest.mark.parametrize("masked", [True, False])
def test_the_buyer_is_seen_as_far_as_the_shop_shares_and_who_looked_is_noted(
    counter: Counter, masked: bool
) -> None:
    counter.house.set(replace_customer=masked)
    counter.sells(**BUYER)
    shown = "".join(counter.opens(what) for what in ("", "/ship", "?x=1")) + "".join(
        counter.owner.get(f"/portal/{path}").text for path in ("", "orders", "orders?q=LAMP")
    )
    assert [word for word in WHO if word in shown] == ([] if masked else list(WHO))
    assert "7 Quay Street" in shown
    with counter.house.look() as session:
        reads = session.query(PersonalRead).all()
        assert {(read.why, read.order_id) for read in reads} == {
            ("portal", counter.part().order_id)
        }
        assert all(read.by.startswith("person:") for read in reads)
        assert len(reads) == 2


@pytest.mark.parametrize("text", [*HOSTILE, "=1+1", "a\r\nb", "x" * 10_000])
def test_whatever_stands_in_an_order_is_shown_and_harmless(counter: Counter, text: str) -> None:
    counter.house.set(replace_customer=False)
    odd = counter.stage.harbour.sells(text[:40], text, "1234567.89", vendor="Alfa")
    counter.sells((odd, 1), **buyer(text))
    counter.opens()
    page = counter.owner.page
    assert page.status_code == 200
    assert "<img" not in page.text
    assert text.strip().split("\r")[0][:LONGEST_TITLE] in counter.owner.text
    for path in (f"{counter.path()}/ship", "/portal/orders", "/portal/orders?stage=to_ship"):
        answer = counter.owner.get(path)
        assert (answer.status_code, "<img" in answer.text) == (200, False)


def test_a_line_is_declined_with_a_reason_that_the_merchant_sees_at_once(counter: Counter) -> None:
    order = counter.sells()
    assert counter.declines("  ").status_code == 422
    assert "Write down why" in counter.owner.text
    assert counter.declines("Sold <out>").status_code == 200
    assert "Sold <out>" in counter.owner.text
    assert counter.queue("cancelled") == [order.name]
    assert counter.ships(1).status_code == 422
    door = Door(counter.house, counter.stage.harbour)
    assert f"A vendor will not deliver all of {order.name}" in door.get("/").text
    page = door.get(f"/orders/{counter.part().order.public_id}").text
    assert page.count("Sold &lt;out&gt;") == 2
    assert "The vendor will not deliver LAMP." in page
    assert "The vendor <q>Sold &lt;out&gt;</q>" in page
    counter.house.later(3700)
    mail = counter.portal.postbox.mails(counter.stage.harbour.email)[-1]["text"]
    assert f"will not deliver: {order.name}" in mail


def test_what_is_declined_is_not_pushed_and_the_rest_is(counter: Counter) -> None:
    mat = counter.stage.harbour.sells("MAT", "Mat", "9.00", vendor="Alfa")
    counter.sells((counter.stage.lamp, 1), (mat, 1))
    counter.declines()
    counter.house.set(order_sync=True, unsynced_products=True)
    counter.house.turn()
    (pushed,) = counter.stage.alfa.orders.values()
    assert [line.title for line in pushed.lines] == ["Mat"]


def test_a_decline_is_taken_back_while_nothing_else_happened(counter: Counter) -> None:
    order = counter.sells()
    counter.declines()
    assert counter.declines().status_code == 422
    counter.posts("/take-back", line=counter.line())
    assert "Ship 3 pieces" in counter.opens()
    door = Door(counter.house, counter.stage.harbour)
    assert "Nothing needs you right now." in door.get("/").text
    counter.declines()
    counter.stage.people.merchant.cancels(counter.stage.harbour, order)
    counter.house.turn()
    assert counter.posts("/take-back", line=counter.line()).status_code == 422
    assert "The shop has seen to it meanwhile" in counter.owner.text
    assert "Nothing needs you right now." in door.get("/").text


def test_what_has_shipped_cannot_be_declined(counter: Counter) -> None:
    counter.sells()
    counter.ships(1)
    assert counter.declines().status_code == 422
    assert "Some of it has shipped" in counter.owner.text
    for key in ("", "999", "x" * 10_000):
        assert counter.posts("/decline", line=key, why="x").status_code == 422


def test_what_quotes_the_buyer_in_a_decline_goes_with_the_buyer(counter: Counter) -> None:
    counter.sells(**BUYER)
    counter.declines("Canarina wants it in red")
    with counter.house.unit() as session:
        forgetting.forget(session, counter.part().order_id, counter.house.clock(), cause="time")
    with counter.house.look() as session:
        part = session.get_one(VendorOrder, counter.part().id)
        assert "Canarina" not in str(part.lines[0].declined)
    page = counter.opens()
    assert "The buyer's data were removed" in page
    assert "Canarina" not in page


def test_what_must_be_changed_in_the_store_is_told_and_marked_done(counter: Counter) -> None:
    counter.house.set(order_sync=True, line_edits="flag")
    order = counter.sells()
    counter.stage.people.merchant.edits(HARBOUR, order, lines={"LAMP": 2})
    counter.house.turn()
    counter.house.later(BURST)
    page = counter.opens()
    (theirs,) = counter.stage.alfa.orders.values()
    assert f"Change Lamp (LAMP) in {theirs.name} in your store" in page
    assert "from 3 to 2." in page
    done = re.search(r'action="/portal/orders/[^"]+(/to-do/[^"]+)"', page)
    assert done
    counter.stage.people.merchant.edits(ALFA, theirs, lines={theirs.lines[0].gid: 2})
    counter.posts(done[1])
    assert "Marked as done." in counter.owner.text
    assert "in your store, and in what you pack" not in counter.opens()
    door = Door(counter.house, counter.stage.harbour)
    assert "The vendor" in door.get(f"/orders/{counter.house.orders()[0].public_id}").text
    (flag,) = counter.house.flags(done=True)
    assert flag.done_by.startswith(PERSON)


def test_an_order_of_which_nothing_is_left_opens_whatever_its_shipping_cost(
    counter: Counter,
) -> None:
    lamps, mugs = (counter.stage.lamp, 2), (counter.stage.mug, 1)
    order = counter.sells(lamps, mugs, shipping="10.00", paid=False)
    counter.stage.people.merchant.cancels(HARBOUR, order)
    counter.house.turn()
    assert counter.owner.get(counter.path()).status_code == 200


def test_a_vendor_reads_what_their_store_made_of_the_total(counter: Counter) -> None:
    counter.house.set(order_sync=True)
    counter.house.world.liar(ALFA).tell("other_total")
    counter.sells((counter.stage.lamp, 2))
    page = counter.opens()
    assert "Your store made the total of #" in page
    assert "$61.00; the shop sent $60.00." in page
