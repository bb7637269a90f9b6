"""What further tracking plugins keep in an order; the table in docs/sandbox-woocommerce.md."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.woocommerce import tracking_plugins as plugins
from tests.sandbox.woo_cast import Scene

PRO = "ast-pro"
PAGE = "https://example.com/1Z1"


def shipped(plugin: str, pieces: int = 0, **store: Any) -> tuple[Scene, dict[str, Any]]:
    """An order of three mugs, of which ``pieces`` (0: all) went in parcel 1Z1; as REST tells it."""
    scene = Scene(plugins=[plugin], **store)
    order = scene.create(set_paid=True, line_items=[{"sku": "MUG", "quantity": 3}])
    lines = {order["line_items"][0]["id"]: pieces} if pieces else None
    scene.store.ship(order["id"], lines, "1Z1", "UPS", PAGE)
    return scene, read(scene, order["id"])


def read(scene: Scene, order_id: int) -> dict[str, Any]:
    order: dict[str, Any] = scene.ask("GET", f"orders/{order_id}").get_json()
    return order


def meta(owner: dict[str, Any], key: str) -> Any:
    found = {each["key"]: each["value"] for each in owner["meta_data"]}
    return found.get(key)


def test_ast_pro_keeps_the_pieces_of_a_parcel_as_text_and_sets_partial_shipped() -> None:
    scene, order = shipped(PRO, 2)
    line = order["line_items"][0]
    (entry,) = meta(order, "_wc_shipment_tracking_items")
    assert entry["products_list"] == [
        {"product": str(line["product_id"]), "item_id": str(line["id"]), "qty": "2"}
    ]
    assert order["status"] == "partial-shipped"
    scene.store.ship(order["id"], {line["id"]: 1}, "1Z2", "UPS", "")
    assert read(scene, order["id"])["status"] == "completed"


def test_the_free_edition_keeps_no_pieces() -> None:
    _, order = shipped("advanced-shipment-tracking", 2)
    (entry,) = meta(order, "_wc_shipment_tracking_items")
    assert "products_list" not in entry
    assert order["status"] == "processing"


def test_orders_tracking_keeps_a_json_text_in_the_line_with_a_link_template() -> None:
    _, order = shipped(plugins.ORDERS_TRACKING)
    line = order["line_items"][0]
    (entry,) = json.loads(meta(line, plugins.WOT_ITEM))
    assert entry["tracking_number"] == "1Z1"
    assert entry["carrier_slug"] == "ups"
    assert entry["carrier_url"] == "https://www.ups.com/track?tracknum={tracking_number}"
    assert meta(line, plugins.WOT_FURTHER_PIECES) is None


def test_orders_tracking_keeps_further_pieces_of_a_line_in_a_second_list() -> None:
    scene, order = shipped(plugins.ORDERS_TRACKING, 1)
    scene.store.ship(order["id"], {order["line_items"][0]["id"]: 2}, "1Z2", "UPS", "")
    line = read(scene, order["id"])["line_items"][0]
    numbers = {
        key: [each["tracking_number"] for each in json.loads(meta(line, key))]
        for key in (plugins.WOT_ITEM, plugins.WOT_FURTHER_PIECES)
    }
    assert numbers == {
        plugins.WOT_ITEM: ["1Z1"],
        plugins.WOT_FURTHER_PIECES: ["1Z2", "1Z2"],
    }


def test_parcelpanel_keeps_a_json_text_by_number_with_the_pieces_as_words() -> None:
    scene, order = shipped(plugins.PARCELPANEL, 2)
    assert json.loads(meta(order, plugins.PARCELPANEL_META)) == {
        "1Z1": {
            "order_id": order["id"],
            "tracking_number": "1Z1",
            "courier_code": "ups",
            "fulfilled_at": int(scene.clock.moment.timestamp()),
            "items": "Mug x2",
        }
    }
    scene.store.withdraw(order["id"])
    assert meta(read(scene, order["id"]), plugins.PARCELPANEL_META) == "[]"


def test_aftership_keeps_a_list_and_the_first_number_beside_it() -> None:
    _, order = shipped(plugins.AFTERSHIP, 2)
    (entry,) = meta(order, plugins.AFTERSHIP_META)
    assert (entry["slug"], entry["tracking_number"]) == ("ups", "1Z1")
    assert entry["line_items"] == [{"id": order["line_items"][0]["id"], "quantity": 2}]
    assert meta(order, "_aftership_tracking_number") == "1Z1"


def test_yith_keeps_one_parcel_in_keys_without_an_underscore() -> None:
    scene, order = shipped(plugins.YITH, 1)
    scene.store.ship(order["id"], None, "1Z2", "DHL", PAGE)
    order = read(scene, order["id"])
    names = ("ywot_tracking_code", "ywot_carrier_name", "ywot_carrier_url", "ywot_picked_up")
    assert [meta(order, each) for each in names] == ["1Z2", "DHL", PAGE, "yes"]


def test_shiptastic_tells_its_shipments_beside_the_order() -> None:
    _, order = shipped(plugins.SHIPTASTIC, 2)
    (shipment,) = order["shipments"]
    assert (shipment["tracking_id"], shipment["tracking_url"]) == ("1Z1", PAGE)
    assert shipment["shipping_provider_title"] == "UPS"
    (item,) = shipment["items"]
    assert (item["order_item_id"], item["quantity"]) == (order["line_items"][0]["id"], 2)
    assert order["shipping_status"] == "partially-shipped"
    assert "1Z1" not in str(order["meta_data"])


def test_woocommerce_shipping_keeps_labels_that_name_products() -> None:
    _, order = shipped(plugins.WOO_SHIPPING, 2)
    (label,) = meta(order, plugins.LABELS_META)
    assert (label["tracking"], label["carrier_id"], label["status"]) == ("1Z1", "ups", "PURCHASED")
    assert label["product_ids"] == [order["line_items"][0]["product_id"]] * 2


def test_labels_of_the_older_plugin_are_a_json_text() -> None:
    _, order = shipped(plugins.SHIPPING_AND_TAX, 1)
    (label,) = json.loads(meta(order, plugins.OLD_LABELS_META))
    assert (label["tracking"], label["carrier_id"]) == ("1Z1", "ups")


def test_myparcel_keeps_an_object_by_shipment() -> None:
    _, order = shipped(plugins.MYPARCEL, 1)
    ((number, shipment),) = meta(order, plugins.MYPARCEL_META).items()
    assert shipment == {"shipment_id": int(number), "tracktrace": "1Z1"}


@pytest.mark.parametrize(
    ("plugin", "kept"),
    [
        (
            plugins.ORDERS_TRACKING_WHOLE,
            {"_wot_tracking_number": "1Z1", "_wot_tracking_carrier": "ups"},
        ),
        (
            plugins.OWN_FIELDS,
            {"_tracking_number": "1Z1", "_tracking_provider": "UPS", "_tracking_url": PAGE},
        ),
    ],
)
def test_a_number_for_the_whole_order_stands_in_fields_of_the_order(
    plugin: str, kept: dict[str, str]
) -> None:
    _, order = shipped(plugin)
    assert {key: meta(order, key) for key in kept} == kept


def test_sendcloud_leaves_only_a_note() -> None:
    scene, order = shipped(plugins.SENDCLOUD)
    assert "1Z1" not in str(order)
    notes = scene.ask("GET", f"orders/{order['id']}/notes").get_json()
    assert any("1Z1" in each["note"] for each in notes)


@pytest.mark.parametrize("plugin", [*plugins.WRITERS, PRO])
def test_a_number_is_corrected_withdrawn_and_the_order_completed(plugin: str) -> None:
    scene, order = shipped(plugin)
    assert order["status"] == "completed"
    if plugin != plugins.SENDCLOUD:
        assert "1Z1" in str(order)
        scene.store.correct_tracking(order["id"], "1Z9", "DHL", PAGE)
        corrected = str(read(scene, order["id"]))
        assert "1Z9" in corrected
        assert "'1Z1'" not in corrected
    scene.store.withdraw(order["id"])
    order = read(scene, order["id"])
    assert order["status"] == "processing"
    assert "1Z9" not in str(order)


def test_a_store_registers_statuses_of_its_own_without_the_prefix() -> None:
    scene = Scene(statuses={"wc-awaiting-shipment": "Awaiting shipment", "shipped": "Shipped"})
    order = scene.create(set_paid=True)
    for status in ("awaiting-shipment", "shipped"):
        scene.store.set_status(order["id"], status)
        assert read(scene, order["id"])["status"] == status
    totals = scene.ask("GET", "reports/orders/totals").get_json()
    assert {"slug": "shipped", "name": "Shipped", "total": 1} in totals
    assert scene.ask("GET", "orders?status=awaiting-shipment").get_json() == []


def test_advanced_shipment_tracking_registers_three_statuses() -> None:
    scene = Scene(plugins=["advanced-shipment-tracking"])
    slugs = [each["slug"] for each in scene.ask("GET", "reports/orders/totals").get_json()]
    at = slugs.index("completed")
    assert slugs[at + 1 : at + 4] == ["partial-shipped", "updated-tracking", "delivered"]
