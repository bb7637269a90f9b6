"""A packing slip tells what lies in the parcel and where it goes, and nothing of who bought it."""

from __future__ import annotations

from dataclasses import replace

from flask import g

from orderflow.handwork import by_hand, shown
from orderflow.models import PersonalRead, VendorOrder
from portal import slips as printed
from tests.portal.hostile import HOSTILE, pages_of, spoil, text_of, words_of_buyer
from tests.portal.visitor import Portal

SLIPS = "/portal/slips"


def part_of(portal: Portal, vendor: str = "Alfa") -> str:
    return str(next(each for each in portal.house.parts() if each.vendor.name == vendor).public_id)


def test_a_slip_has_the_vendors_lines_the_address_and_no_price(portal: Portal) -> None:
    stage = portal.stage
    stage.sells_on((stage.lamp, 3), (stage.mug, 1), shipping="12.34", note="Ring twice, Robin")
    visitor, path = portal.logged_in(), f"{SLIPS}/{part_of(portal)}"
    page, paper = visitor.get(path).text, text_of(visitor.get(f"{path}.pdf").data)
    for told in (page, paper):
        for word in ("#1001", stage.harbour.name, "Alfa", "Lamp", "LAMP", "Ring twice"):
            assert word in told, word
        for word in ("Mug", "MUG", "Bravo", "Robin", "30.00", "90.00", "12.34", "robin@"):
            assert word not in told, word
    assert visitor.page.headers["Content-Type"] == "application/pdf"
    with portal.house.look() as session:
        assert {read.why for read in session.query(PersonalRead)} == {"packing slip"}
    assert visitor.get(f"{SLIPS}/{part_of(portal, 'Bravo')}").status_code == 404
    assert visitor.get(f"{SLIPS}/{part_of(portal, 'Bravo')}.pdf").status_code == 404


def test_the_recipients_name_stands_where_the_shop_shares_it(portal: Portal) -> None:
    portal.house.set(keep_recipient_name=True)
    portal.stage.sells_on((portal.stage.lamp, 1))
    visitor, path = portal.logged_in(), f"{SLIPS}/{part_of(portal)}"
    assert "Robin" in visitor.get(path).text
    assert "Robin" in text_of(visitor.get(f"{path}.pdf").data)


def test_what_was_shipped_already_is_not_packed_again(portal: Portal) -> None:
    portal.house.set(order_sync=False)
    stage = portal.stage
    stage.sells_on((stage.lamp, 3))
    visitor, path = portal.logged_in(), f"{SLIPS}/{part_of(portal)}"
    _ships(portal, 1)
    assert '<strong>2</strong> <span class="small">of 3</span>' in visitor.get(path).text
    assert "of 3" in text_of(visitor.get(f"{path}.pdf").data)
    assert "Lamp" in visitor.get(SLIPS).text
    _ships(portal, 2)
    assert "<strong>3</strong>" in visitor.get(path).text, "the slip of what was sent"
    assert "Nothing waits to be shipped" in visitor.get(SLIPS).text
    assert "Nothing waits" in text_of(visitor.get(f"{SLIPS}/all.pdf").data)


def _ships(portal: Portal, pieces: int) -> None:
    with portal.house.unit() as session:
        part = portal.house.one(session, VendorOrder)
        typed = by_hand.Typed({line.remote_id: pieces for line in part.lines})
        by_hand.ship(session, part, typed, by_hand.Typist("1"), portal.house.clock())
    portal.house.turn()


def test_several_are_printed_at_once_each_on_its_page(portal: Portal) -> None:
    for _ in range(3):
        portal.stage.sells_on((portal.stage.lamp, 1))
    portal.stage.sells_on((portal.stage.mug, 1))
    visitor = portal.logged_in()
    mine = [each.public_id for each in portal.house.parts() if each.vendor.name == "Alfa"]
    assert visitor.get(SLIPS).text.count('class="slip"') == 3
    assert pages_of(visitor.get(f"{SLIPS}/all.pdf").data) == 3
    asked = f"order={mine[2]}&order={mine[0]}"
    page = visitor.get(f"{SLIPS}?{asked}").text
    assert page.index("#1003") < page.index("#1001")
    assert "#1002" not in page
    assert f"{SLIPS}/all.pdf?{asked.replace('&', '&amp;')}" in page
    assert pages_of(visitor.get(f"{SLIPS}/all.pdf?{asked}").data) == 2
    others = part_of(portal, "Bravo")
    for path in (SLIPS, f"{SLIPS}/all.pdf"):
        assert visitor.get(f"{path}?order={mine[0]}&order={others}").status_code == 404


def test_a_cancelled_order_says_that_it_is_not_to_be_sent(portal: Portal) -> None:
    order = portal.stage.sells_on((portal.stage.lamp, 1))
    path, visitor = f"{SLIPS}/{part_of(portal)}", portal.logged_in()
    portal.stage.people.merchant.cancels(portal.stage.harbour, order.id)
    portal.house.turn()
    assert "Do not send it" in visitor.get(path).text
    assert "Do not send it" in text_of(visitor.get(f"{path}.pdf").data)
    assert "Lamp" not in visitor.get(SLIPS).text


def test_no_text_of_an_order_breaks_a_slip_or_tells_who_bought(portal: Portal) -> None:
    portal.stage.sells_on((portal.stage.lamp, 1))
    visitor, path = portal.logged_in(), f"{SLIPS}/{part_of(portal)}"
    visitor.get("/portal/settings")
    visitor.post("/portal/settings", language="fr", timezone="UTC")
    for text in HOSTILE:
        spoil(portal, text)
        page, paper = visitor.get(path), visitor.get(f"{path}.pdf")
        assert (page.status_code, paper.status_code) == (200, 200), text
        told = text_of(paper.data, most=2)
        assert [word for word in words_of_buyer() if word in page.text + told] == []
        assert "<img" not in page.text
        assert "\u202e" not in told
        assert "Bon de livraison" in told
        if text.startswith(("=", "<", "#")):
            assert text.split()[0][:20] in told
    assert pages_of(paper.data) > 5, "all of the ten thousand letters are there"


def test_two_hundred_lines_fit_and_are_all_there(portal: Portal) -> None:
    portal.stage.sells_on((portal.stage.lamp, 1))
    with portal.house.web.test_request_context():
        g.locale, g.timezone = "fr", "UTC"
        with portal.house.look() as session:
            told = shown.show(session, session.merge(portal.house.part()))
        titles = [f"Lampe à l’œil {i} שלום مصباح" for i in range(200)]
        lines = tuple(replace(told.lines[0], title=each, sku="S" * 40) for each in titles)
        paper = printed.pdf([replace(told, lines=lines)] * 2, "Harbour", "Alfa", "fr")
    text = text_of(paper)
    assert [i for i in range(200) if text.count(f"l’œil {i} ") != 2] == []
