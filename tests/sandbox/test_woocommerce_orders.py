"""What a client of a WooCommerce store must be prepared for when it makes and reads orders."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.sandbox.woo_cast import HOST, Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_four_creates_at_once_make_four_orders(scene: Scene) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: scene.create(transaction_id="K"), range(4)))
    assert len({order["id"] for order in made}) == 4
    assert len(scene.ask("GET", "orders?search=K").get_json()) == 4


def test_an_unknown_sku_makes_a_line_that_moves_no_stock(scene: Scene) -> None:
    order = scene.create(line_items=[{"sku": "MGU", "name": "Mug", "total": "12.50"}])
    line = order["line_items"][0]
    assert (line["product_id"], line["sku"], line["total"]) == (0, None, "12.50")


def test_a_paid_order_of_unknown_products_alone_is_completed_at_once(scene: Scene) -> None:
    lines = [{"sku": "NONE", "name": "Thing", "total": "1.00"}]
    assert scene.create(set_paid=True, line_items=lines)["status"] == "completed"


def test_the_sku_wins_over_the_product_id(scene: Scene) -> None:
    plate = scene.store.add_product("PLATE", "Plate", "8.00")
    order = scene.create(line_items=[{"sku": "MUG", "product_id": plate.id}])
    assert order["line_items"][0]["product_id"] == scene.mug.id


def test_a_decimal_comma_becomes_a_hundredfold(scene: Scene) -> None:
    order = scene.create(line_items=[{"sku": "MUG", "subtotal": "3,50", "total": "3,50"}])
    assert order["total"] == "350.00"


def test_long_values_are_cut_without_a_word(scene: Scene) -> None:
    order = scene.create(
        transaction_id="t" * 101,
        created_via="c" * 101,
        customer_note="n" * 65_536,
        meta_data=[{"key": "big", "value": "m" * 1_000_000}],
    )
    lengths = [len(order[name]) for name in ("transaction_id", "created_via", "customer_note")]
    assert lengths == [100, 100, 65_535]
    assert order["meta_data"] == []


def test_an_old_store_neither_keeps_nor_filters_created_via() -> None:
    scene = Scene(version="8.6.1")
    assert scene.create(created_via="mine", transaction_id="K")["created_via"] == "rest-api"
    assert len(scene.ask("GET", "orders?created_via=another").get_json()) == 1
    assert scene.ask("GET", "orders?search=K").get_json() == []


def test_an_old_store_takes_a_quantity_of_nothing() -> None:
    answer = Scene(version="8.6.1").ask(
        "POST", "orders", {"line_items": [{"product_id": 1, "quantity": 0}]}
    )
    assert answer.status_code == 201


def test_an_unknown_filter_returns_the_newest_orders(scene: Scene) -> None:
    order = scene.create()
    assert scene.ask("GET", "orders?meta_key=a&meta_value=b").get_json()[0]["id"] == order["id"]


@pytest.mark.parametrize(("zone", "missed"), [("America/New_York", 0), ("Europe/Amsterdam", 1)])
def test_a_z_together_with_dates_are_gmt_is_off_by_the_sites_offset(zone: str, missed: int) -> None:
    scene = Scene(timezone=zone)
    scene.create()
    found = scene.ask("GET", "orders?modified_after=2026-11-23T11:50:00Z&dates_are_gmt=true")
    assert len(found.get_json()) == 1 - missed


def test_a_change_in_the_second_of_the_cursor_is_missed(scene: Scene) -> None:
    scene.create()
    at = "orders?dates_are_gmt=true&modified_after=2026-11-23T"
    assert scene.ask("GET", f"{at}12:00:00").get_json() == []
    assert len(scene.ask("GET", f"{at}11:59:59").get_json()) == 1


def test_a_change_that_changes_nothing_moves_date_modified(scene: Scene) -> None:
    order = scene.create()
    scene.clock.advance(5)
    again = scene.ask("PUT", f"orders/{order['id']}", {}).get_json()
    assert again["date_modified_gmt"] == "2026-11-23T12:00:05"


def test_putting_a_line_twice_adds_it_twice(scene: Scene) -> None:
    order = scene.create()
    for _ in range(2):
        body = {"line_items": [{"sku": "MUG"}]}
        changed = scene.ask("PUT", f"orders/{order['id']}", body).get_json()
    assert len(changed["line_items"]) == 3


@pytest.mark.parametrize(
    ("path", "stock"),
    [
        (["pending"], 10),
        (["processing"], 9),
        (["on-hold"], 9),
        (["completed"], 9),
        (["processing", "cancelled"], 10),
        (["processing", "cancelled", "processing"], 9),
        (["completed", "pending"], 10),
        (["processing", "refunded"], 9),
    ],
)
def test_stock_follows_the_status(scene: Scene, path: list[str], stock: int) -> None:
    order = scene.create()
    for status in path:
        scene.ask("PUT", f"orders/{order['id']}", {"status": status})
    assert scene.ask("GET", f"products/{scene.mug.id}").get_json()["stock_quantity"] == stock


def test_deleting_an_order_gives_no_stock_back(scene: Scene) -> None:
    order = scene.create(set_paid=True)
    assert scene.ask("DELETE", f"orders/{order['id']}?force=true").status_code == 200
    assert scene.mug.stock == 9


def test_a_trashed_order_is_found_only_by_its_status(scene: Scene) -> None:
    order = scene.create()
    scene.store.trash(order["id"])
    assert scene.ask("GET", "orders?status=any").get_json() == []
    assert scene.ask("GET", "orders?status=trash").get_json()[0]["id"] == order["id"]
    assert scene.ask("GET", f"orders/{order['id']}").get_json()["status"] == "trash"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"line_items": [{"name": "only a name"}]}, 400),
        ({"line_items": [{"sku": "MUG", "total": 9.5}]}, 400),
        ({"line_items": [{"sku": "MUG", "quantity": 0}]}, 500),
        ({"line_items": [{"sku": "MUG", "quantity": "2"}]}, 201),
        ({"billing": {"email": ""}}, 400),
        ({"billing": {"email": None}}, 201),
        ({"status": "shipped"}, 400),
        ({}, 201),
    ],
)
def test_what_is_refused_and_what_is_not(scene: Scene, body: dict[str, Any], status: int) -> None:
    assert scene.ask("POST", "orders", body).status_code == status


def test_a_body_that_is_not_called_json_makes_an_empty_order(scene: Scene) -> None:
    answer = scene.client.post(
        "/wp-json/wc/v3/orders",
        base_url=f"https://{HOST}",
        auth=scene.key,
        data=b'{"line_items": [{"sku": "MUG"}]}',
        content_type="text/plain",
    )
    assert (answer.status_code, answer.get_json()["line_items"]) == (201, [])


def test_a_plugin_adds_a_status(scene: Scene) -> None:
    scene.store.statuses["packed"] = "Packed"
    assert scene.create(status="packed")["status"] == "packed"
    totals = scene.ask("GET", "reports/orders/totals").get_json()
    assert {"slug": "packed", "name": "Packed", "total": 1} in totals


def test_the_page_link_repeats_the_secret(scene: Scene) -> None:
    scene.create()
    scene.create()
    ck, cs = scene.key
    keys = f"consumer_key={ck}&consumer_secret={cs}"
    answer = scene.ask("GET", f"orders?per_page=1&{keys}", auth=None)
    assert answer.headers["X-WP-TotalPages"] == "2"
    assert cs in answer.headers["Link"]


def test_tax_is_added_on_top_of_a_line_total_and_kept_off_a_zero_rate_line() -> None:
    scene = Scene(country="NL", tax_rate=21, prices_include_tax=True)
    line = {"sku": "X", "name": "x", "total": "12.50", "subtotal": "12.50"}
    assert scene.create(line_items=[line])["total"] == "15.12"
    untaxed = scene.create(line_items=[{**line, "tax_class": "zero-rate"}])
    assert untaxed["total"] == "12.50"
