"""*Products*: what is to be mapped comes first; a mapping changes what the vendor's store gets."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from orderflow.models import Merchant, StoreCall, UnmappedVariant, VariantMapping
from stores import bulkhead
from tests.house import ALFA, BRAVO, HARBOUR, STRANGER, House
from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor


def store(floor: Floor, vendor: str) -> str:
    page = floor.door.get(f"/vendors/{floor.vendor(vendor)}").text
    found = re.search(r"/stores/([0-9a-f]{24})/", page)
    assert found
    return found[1]


def sells_new(floor: Floor, sku: str = "CAP", vendor: str = "Alfa") -> Any:
    """Something that nobody has mapped, ordered once; its variant."""
    item = floor.harbour.sells(sku, "Cap <b>", "5.00", vendor=vendor)
    floor.sells((item, 1))
    return item


def test_a_merchant_without_orders_has_nothing_to_map(house: House) -> None:
    page = Door(house, house.merchant()).get("/products").text
    assert "Nothing waits to be mapped" in page
    assert "Nothing is mapped yet" in page


def test_an_item_that_was_ordered_and_is_not_mapped_comes_first(floor: Floor) -> None:
    item = sells_new(floor)
    page = floor.door.get("/products").text
    assert f'/products/{item.id}">Cap &lt;b&gt;' in page
    assert page.index(f"/products/{item.id}") < page.index(f"/products/{floor.lamp.id}")


def test_an_item_of_the_merchant_himself_is_nothing_to_map(floor: Floor) -> None:
    sells_new(floor, vendor="Harbour itself")
    assert "Nothing waits to be mapped" in floor.door.get("/products").text


@pytest.mark.parametrize("vendor", ["Alfa", "Bravo"])
def test_an_item_is_found_by_sku_mapped_and_its_order_follows(floor: Floor, vendor: str) -> None:
    item = sells_new(floor, vendor=vendor)
    if vendor == "Alfa":
        theirs = str(floor.alfa.sells("A-CAP", "Casquette", "3.00").id)
    else:
        theirs = str(floor.bravo.add_product("A-CAP", "Casquette", "3.00", stock=5).id)
    chosen = {"store": store(floor, vendor), "sku": "A-CAP"}
    found = floor.door.get(f"/products/{item.id}", query_string=chosen).text
    assert "Casquette" in found
    answer = floor.door.post(f"/products/{item.id}/map", **chosen, theirs=theirs)
    assert answer.status_code == 200
    floor.house.turn()
    assert floor.states() == {vendor: "pushed"}
    assert "Nothing waits to be mapped" in floor.door.get("/products").text


def test_both_sides_are_told_by_product_variant_and_sku(floor: Floor) -> None:
    shirt = floor.harbour.add_product("Shirt", "Alfa")
    ours = floor.harbour.add_variant(shirt, "SHIRT-M", "20.00", title="Medium")
    chemise = floor.alfa.add_product("Chemise", "")
    theirs = floor.alfa.add_variant(chemise, "A-SHIRT", "15.00", title="Taille 2")
    mug, path = floor.bravo.add_product("B-CUP", "Bol", "3.00"), f"/products/{ours.id}"
    floor.sells((ours, 1))
    assert said(floor, "/products")[0] == ["Shirt · Medium", "SHIRT-M", "Alfa"]
    for vendor, sku, variant, called in (
        ("Bravo", "B-CUP", mug, "Bol"),
        ("Alfa", "A-SHIRT", theirs, "Chemise · Taille 2"),
    ):
        typed = {"store": store(floor, vendor), "sku": sku, "theirs": str(variant.id)}
        page = floor.door.post(f"{path}/map", **typed).text
        assert "<h1>Shirt · Medium</h1>" in page
        assert f"<dd>{called} in " in page
        assert f"<dd>{sku}</dd>" in page
        row = said(floor, "/products")[0]
        assert row == ["Shirt · Medium", "SHIRT-M", vendor, called, sku]
    floor.door.post(f"{path}/unmap")
    assert said(floor, "/products")[0] == ["Shirt · Medium", "SHIRT-M", "Alfa"]


def test_what_was_never_ordered_is_told_by_its_number(floor: Floor) -> None:
    assert [f"{floor.lamp.id} Not ordered yet", "", "Alfa"] in [
        row[:3] for row in said(floor, "/products")
    ]


def said(floor: Floor, path: str) -> list[list[str]]:
    """The words of each row of the page's tables."""
    page = floor.door.get(path).text
    rows = re.findall(r"<tr>\s*(<td.*?)</tr>", page, re.DOTALL)
    cells = (re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows)
    return [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in cells]


def test_a_sku_that_the_store_does_not_have_is_said(floor: Floor) -> None:
    item = sells_new(floor)
    asked = {"store": store(floor, "Alfa"), "sku": "NOPE"}
    page = floor.door.get(f"/products/{item.id}", query_string=asked).text
    assert "no product with exactly this SKU" in page


def test_a_store_that_does_not_answer_is_told_in_the_page(floor: Floor) -> None:
    item = sells_new(floor, vendor="Bravo")
    floor.faults.add("refused", BRAVO)
    asked = {"store": store(floor, "Bravo"), "sku": "B-MUG"}
    page = floor.door.get(f"/products/{item.id}", query_string=asked)
    assert page.status_code == 200
    assert "The store could not be reached" in page.text
    assert 'role="alert"' in page.text


def test_what_the_store_does_not_know_is_not_mapped(floor: Floor) -> None:
    item = sells_new(floor)
    typed = {"store": store(floor, "Alfa"), "sku": "A-LAMP", "theirs": "666"}
    assert floor.door.post(f"/products/{item.id}/map", **typed).status_code == 422
    assert "Not mapped yet" in floor.door.get(f"/products/{item.id}").text


def test_an_item_is_unmapped_and_stands_on_the_list_again(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    assert floor.door.post(f"/products/{floor.lamp.id}/unmap").status_code == 200
    assert f"/products/{floor.lamp.id}" in unescape(floor.door.get("/products").text)
    floor.sells((floor.lamp, 1))
    assert "held" in [part.state for part in floor.house.parts()]


def test_a_search_is_logged(floor: Floor) -> None:
    item = sells_new(floor)
    asked = {"store": store(floor, "Alfa"), "sku": "A-LAMP"}
    floor.door.get(f"/products/{item.id}", query_string=asked)
    assert "Look for products" in floor.door.get("/log").text


def test_both_lists_come_in_pages(floor: Floor) -> None:
    with floor.house.unit() as session:
        merchant = floor.house.one(session, Merchant, shop=HARBOUR)
        connection = floor.house.one(session, VariantMapping, variant_id=str(floor.lamp.id))
        vendor = connection.connection.vendor_id
        for i in range(60):
            kept = {"merchant_id": merchant.id, "variant_id": f"{i}"}
            session.add(
                UnmappedVariant(
                    **kept, vendor_id=vendor, sku="", title=f"t{i}", seen_at=floor.house.clock()
                )
            )
            session.add(
                VariantMapping(
                    merchant_id=merchant.id,
                    variant_id=f"m{i}",
                    connection_id=connection.connection_id,
                    vendor_variant_id="1",
                )
            )
    first = floor.door.get("/products").text
    assert first.count('data-label="Item"') == 50
    for name in ("open", "mapped"):
        following = re.search(rf'href="(/products\?list={name}&amp;after=[^"]+)"', first)
        assert following
        page = floor.door.get(unescape(following[1])).text
        assert page.count('data-label="Item"') == (10 if name == "open" else 50)


def test_a_stranger_maps_nothing_of_this_merchant(floor: Floor) -> None:
    floor.house.merchant(STRANGER)
    stranger = Door(floor.house, floor.house.world.shops[STRANGER])
    path = f"/products/{floor.lamp.id}"
    assert stranger.get(path).status_code == 404
    assert stranger.post(f"{path}/unmap").status_code == 404
    typed = {"store": store(floor, "Alfa"), "sku": "A-LAMP", "theirs": str(floor.alfas_lamp.id)}
    assert stranger.post(f"{path}/map", **typed).status_code == 404
    assert ALFA not in stranger.get("/products").text


def test_a_store_that_others_wait_for_is_asked_again_by_the_page_itself(floor: Floor) -> None:
    item = sells_new(floor)
    floor.alfa.sells("A-CAP", "Casquette", "3.00")
    chosen = {"store": store(floor, "Alfa"), "sku": "A-CAP"}
    bulkhead.limit(per_store=0)
    try:
        page = floor.door.get(f"/products/{item.id}", query_string=chosen).text
    finally:
        bulkhead.limit()
    assert "This page tries again automatically." in page
    again = re.search(r'role="status"[^>]* hx-get="([^"]+)" hx-trigger="load delay:3s"', page)
    assert again
    assert "Casquette" in floor.door.get(unescape(again[1])).text
    with floor.house.look() as session:
        asked = select(StoreCall.outcome).where(StoreCall.operation == "variants")
        assert session.scalars(asked).all() == ["ok"]
