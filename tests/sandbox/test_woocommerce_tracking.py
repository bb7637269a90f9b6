"""Where a vendor's tracking number can be found, by what the store has installed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.woo_cast import HOST, Scene

FULFILLMENTS, ADVANCED = "fulfillments", "advanced-shipment-tracking"
PAID = "woocommerce-shipment-tracking"


def read(scene: Scene, path: str) -> Any:
    answer = scene.client.get(f"/wp-json/{path}", base_url=f"https://{HOST}", auth=scene.key)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def shown(scene: Scene, plugin: str, order_id: int) -> list[str]:
    """The tracking numbers that the plugin's own route shows."""
    if plugin == FULFILLMENTS:
        parcels = read(scene, f"wc/v3/orders/{order_id}/fulfillments")
        metas = [{each["key"]: each["value"] for each in one["meta_data"]} for one in parcels]
        return [meta["_tracking_number"] for meta in metas]
    namespace = {ADVANCED: "wc-ast/v3", PAID: "wc-shipment-tracking/v3"}[plugin]
    parcels = read(scene, f"{namespace}/orders/{order_id}/shipment-trackings")
    return [each["tracking_number"] for each in parcels]


@pytest.mark.parametrize("plugin", [FULFILLMENTS, ADVANCED, PAID])
def test_a_number_is_shown_corrected_and_withdrawn(plugin: str) -> None:
    scene = Scene(plugins=[plugin])
    order_id = scene.create(set_paid=True)["id"]
    scene.store.ship(order_id, None, "1Z1", "UPS", "https://example.com/1Z1")
    assert shown(scene, plugin, order_id) == ["1Z1"]
    scene.store.correct_tracking(order_id, "1Z2", "UPS", "https://example.com/1Z2")
    assert shown(scene, plugin, order_id) == ["1Z2"]
    scene.store.withdraw(order_id)
    assert shown(scene, plugin, order_id) == []


def test_a_plain_store_only_completes_the_order() -> None:
    scene = Scene()
    order_id = scene.create(set_paid=True)["id"]
    assert scene.store.ship(order_id, None, "1Z1", "UPS", "") is None
    order = scene.ask("GET", f"orders/{order_id}").get_json()
    assert order["status"] == "completed"
    assert "1Z1" not in str(order)


def test_fulfillments_leave_the_status_and_tell_how_far_in_meta() -> None:
    scene = Scene(plugins=[FULFILLMENTS])
    order = scene.create(set_paid=True, line_items=[{"sku": "MUG", "quantity": 3}])
    item = order["line_items"][0]["id"]
    words = []
    for quantity in (1, 2):
        scene.store.ship(order["id"], {item: quantity}, f"N{quantity}", "DHL", "")
        now = scene.ask("GET", f"orders/{order['id']}").get_json()
        meta = {each["key"]: each["value"] for each in now["meta_data"]}
        words.append((now["status"], meta["_fulfillment_status"]))
    assert words == [("processing", "partially_fulfilled"), ("processing", "fulfilled")]


@pytest.mark.parametrize(("plugin", "name"), [(ADVANCED, ""), (PAID, "My Carrier")])
def test_only_the_paid_plugin_keeps_a_carrier_it_does_not_know(plugin: str, name: str) -> None:
    scene = Scene(plugins=[plugin])
    order_id = scene.create(set_paid=True)["id"]
    scene.store.ship(order_id, None, "M1", "My Carrier", "https://example.com/M1")
    namespace = {ADVANCED: "wc-ast/v3", PAID: "wc-shipment-tracking/v3"}[plugin]
    (parcel,) = read(scene, f"{namespace}/orders/{order_id}/shipment-trackings")
    assert parcel["tracking_provider"] == name
    assert parcel["tracking_link"] == "https://example.com/M1"


@pytest.mark.parametrize(
    ("plugins", "namespace", "route"),
    [
        ([], "", ""),
        ([FULFILLMENTS], "", "fulfillments"),
        ([ADVANCED], "wc-ast/v3", "shipment-trackings"),
        ([PAID], "wc-shipment-tracking/v3", ""),
    ],
)
def test_what_is_installed_can_be_seen_without_a_key(
    plugins: list[str], namespace: str, route: str
) -> None:
    scene = Scene(plugins=plugins)
    scene.key = None  # type: ignore[assignment]
    assert not namespace or namespace in read(scene, "")["namespaces"]
    found = [path for path in read(scene, "wc/v3")["routes"] if path.endswith(route or "none")]
    assert len(found) == (1 if route else 0)


def test_a_carrier_that_core_does_not_know_is_other_with_its_name_typed() -> None:
    scene = Scene(plugins=[FULFILLMENTS])
    order_id = scene.create(set_paid=True)["id"]

    def carrier() -> list[str | None]:
        (parcel,) = read(scene, f"wc/v3/orders/{order_id}/fulfillments")
        meta = {each["key"]: each["value"] for each in parcel["meta_data"]}
        return [meta.get("_shipment_provider"), meta.get("_provider_name")]

    scene.store.ship(order_id, None, "N1", "Jo's Bikes", "")
    assert carrier() == ["other", "Jo's Bikes"]
    scene.store.correct_tracking(order_id, "N1", "Evri Hermes")
    assert carrier() == ["evri-hermes", None]


def test_fulfilment_times_are_utc_since_10_8_and_the_sites_own_before() -> None:
    seen = {}
    for version in ("10.7.0", "10.8.0"):
        scene = Scene(plugins=[FULFILLMENTS], version=version, timezone="America/New_York")
        order_id = scene.create(set_paid=True)["id"]
        scene.store.ship(order_id, None, "N1", "UPS", "")
        (parcel,) = read(scene, f"wc/v3/orders/{order_id}/fulfillments")
        shipped = {each["key"]: each["value"] for each in parcel["meta_data"]}["_date_fulfilled"]
        seen[version] = (parcel["date_updated"], shipped, "date_deleted" in parcel)
    assert seen == {
        "10.7.0": ("2026-11-23 07:00:00", "2026-11-23 07:00:00", False),
        "10.8.0": ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z", True),
    }


@pytest.mark.parametrize(
    ("version", "after"), [("10.5.0", "2026-11-23 12:00:00"), ("10.9.2", "2026-11-23T12:01:00Z")]
)
def test_an_update_of_a_fulfilment_sets_its_day_anew_since_10_8(version: str, after: str) -> None:
    scene = Scene(plugins=[FULFILLMENTS], version=version)
    order = scene.create(set_paid=True)
    parcel = scene.store.ship(order["id"], None, "N1", "UPS", "")
    scene.clock.advance(60)
    items = [{"item_id": order["line_items"][0]["id"], "qty": 1}]
    body = {"meta_data": [{"id": 0, "key": "_items", "value": items}]}
    answer = scene.ask("PUT", f"orders/{order['id']}/fulfillments/{parcel}", body)
    meta = {each["key"]: each["value"] for each in answer.get_json()["meta_data"]}
    assert meta["_date_fulfilled"] == after
