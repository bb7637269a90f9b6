"""*Products*: a vendor says which of its own products was sold; the merchant has the last word."""

from __future__ import annotations

import re
from typing import Any

import pytest

from orderflow.models import MappingSuggestion, VariantMapping
from stores import bulkhead
from tests.house import ALFA, HARBOUR
from tests.portal.visitor import Portal, Visitor
from tests.webapp.door import Door

PAGE = "/portal/products"
TITLE = "Cap <b> كوب"


def cap(portal: Portal, vendor: str = "Alfa") -> Any:
    """Something that nobody has mapped, ordered once; its variant."""
    item = portal.stage.harbour.sells(f"CAP-{vendor}", TITLE, "5.00", vendor=vendor)
    portal.stage.sells_on((item, 1))
    return item


def store(visitor: Visitor, item: Any) -> str:
    found = re.search(r'<option value="([0-9a-f]{24})"', visitor.get(f"{PAGE}/{item.id}").text)
    assert found
    return found[1]


def rows(portal: Portal, model: Any) -> list[Any]:
    with portal.house.look() as session:
        return list(session.query(model).order_by(model.id))


def suggests(portal: Portal, visitor: Visitor, item: Any, **more: str) -> str:
    """Something new that it sells under that SKU; which one."""
    theirs = portal.stage.alfa.sells("A-CAP", "Casquette", "3.00")
    typed = {"store": store(visitor, item), "sku": "A-CAP", "theirs": str(theirs.id), **more}
    visitor.post(f"{PAGE}/{item.id}/suggest", **typed)
    return str(theirs.id)


def test_a_vendor_sees_what_it_sold_and_what_is_mapped_and_nothing_of_another(
    portal: Portal,
) -> None:
    mine, others = cap(portal), cap(portal, "Bravo")
    portal.stage.sells_on((portal.stage.lamp, 1))
    visitor = portal.logged_in()
    page = visitor.get(PAGE).text
    assert f"{PAGE}/{mine.id}" in page
    assert "<bdi>Cap &lt;b&gt; كوب</bdi>" in page
    assert "<bdi>Lamp</bdi>" in page
    assert "MUG" not in page
    assert str(others.id) not in page
    assert visitor.get(f"{PAGE}/{others.id}").status_code == 404
    assert visitor.get(f"{PAGE}/{portal.stage.lamp.id}").status_code == 404
    assert visitor.get(f"{PAGE}?list=open&after={others.id}").status_code == 200


def test_the_vendor_finds_its_product_suggests_it_and_the_merchant_approves(
    portal: Portal,
) -> None:
    item, visitor = cap(portal), portal.logged_in()
    theirs = portal.stage.alfa.sells("A-CAP", "Casquette", "3.00")
    chosen = {"store": store(visitor, item), "sku": "A-CAP"}
    assert "Casquette" in visitor.get(f"{PAGE}/{item.id}?sku=A-CAP&store={chosen['store']}").text
    visitor.post(f"{PAGE}/{item.id}/suggest", **chosen, theirs=str(theirs.id))
    assert "Suggested. The shop has the last word." in visitor.text
    assert "Waits for the shop" in visitor.text
    assert portal.stage.obstacles("Alfa") == {"unmapped_lines"}, "nothing is mapped by it alone"
    door = Door(portal.house, portal.stage.harbour)
    listed = door.get("/products").text
    assert "1 suggestion of a vendor waits for your word" in listed
    assert "Suggested</span>" in listed
    assert "Casquette" in door.get(f"/products/{item.id}").text
    assert door.post(f"/products/{item.id}/approve", theirs="666").status_code == 422
    assert door.post(f"/products/{item.id}/approve", theirs=str(theirs.id)).status_code == 200
    portal.house.turn()
    assert portal.stage.states() == {"Alfa": "pushed"}
    assert "waits for your word" not in door.get("/products").text
    assert rows(portal, MappingSuggestion) == []


def test_the_last_word_of_the_vendor_counts_and_can_be_taken_back(portal: Portal) -> None:
    item, visitor = cap(portal), portal.logged_in()
    _first, last = suggests(portal, visitor, item), suggests(portal, visitor, item)
    (row,) = rows(portal, MappingSuggestion)
    assert row.vendor_variant_id == last
    visitor.get(PAGE)
    visitor.post(f"{PAGE}/{item.id}/take-back")
    assert "taken back" in visitor.text
    assert rows(portal, MappingSuggestion) == []
    assert visitor.post(f"{PAGE}/{item.id}/take-back").status_code == 404


def test_what_the_store_does_not_know_is_not_suggested(portal: Portal) -> None:
    item, visitor = cap(portal), portal.logged_in()
    suggests(portal, visitor, item, theirs="666")
    assert visitor.page.status_code == 422
    suggests(portal, visitor, item, sku="NOPE")
    assert "Your store has no product with exactly this SKU" in visitor.text
    assert rows(portal, MappingSuggestion) == []


def test_a_sku_is_told_even_while_the_store_does_not_answer(portal: Portal) -> None:
    item, visitor = cap(portal), portal.logged_in()
    chosen = {"store": store(visitor, item), "sku": "A-CAP"}
    portal.stage.faults.add("refused", ALFA, times=3)
    asked = visitor.get(f"{PAGE}/{item.id}?sku=A-CAP&store={chosen['store']}")
    assert "Your store could not be asked" in asked.text
    assert visitor.post(f"{PAGE}/{item.id}/suggest", **chosen, theirs="1").status_code == 422
    visitor.post(f"{PAGE}/{item.id}/suggest", **chosen, untold="1")
    assert "Waits for the shop" in visitor.text
    page = Door(portal.house, portal.stage.harbour).get(f"/products/{item.id}").text
    assert f"store={chosen['store']}&amp;sku=A-CAP" in page
    assert "/approve" not in page
    assert len(rows(portal, VariantMapping)) == 2


@pytest.mark.parametrize("role", ["owner", "staff"])
def test_a_store_of_another_vendor_cannot_be_asked(portal: Portal, role: str) -> None:
    item, visitor = cap(portal), portal.logged_in(role=role)
    with portal.house.look() as session:
        theirs = portal.vendor(session, "Bravo", HARBOUR).connections[0].public_id
    assert visitor.get(f"{PAGE}/{item.id}?sku=B-MUG&store={theirs}").status_code == 404
    visitor.get(PAGE)
    form = {"store": theirs, "sku": "B-MUG", "theirs": str(portal.stage.bravos_mug.id)}
    assert visitor.post(f"{PAGE}/{item.id}/suggest", **form).status_code == 404
    assert rows(portal, MappingSuggestion) == []


def test_a_store_that_others_wait_for_is_asked_again_by_the_browser(portal: Portal) -> None:
    item, visitor = cap(portal), portal.logged_in()
    portal.stage.alfa.sells("A-CAP", "Casquette", "3.00")
    address = f"{PAGE}/{item.id}?store={store(visitor, item)}&sku=A-CAP"
    bulkhead.limit(in_all=0)
    try:
        crowded = visitor.get(address)
    finally:
        bulkhead.limit()
    assert "This page tries again automatically." in crowded.text
    assert crowded.headers["Refresh"] == "3"
    found = visitor.get(address)
    assert "Casquette" in found.text
    assert "Refresh" not in found.headers
