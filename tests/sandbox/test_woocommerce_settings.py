"""What a store is set up like, and which version it is, changes what it answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.woo_cast import Scene

LINE = {"sku": "NOT-HERE", "name": "Vase", "quantity": 3, "subtotal": "9.99", "total": "8.99"}
OLD, NEW = "8.2.2", "10.9.2"


def refused(scene: Scene, **body: Any) -> str:
    answer = scene.ask("POST", "orders", body)
    assert answer.status_code == 400
    return str(answer.get_json()["code"])


def tax_classes(scene: Scene) -> list[str]:
    return [each["slug"] for each in scene.ask("GET", "taxes/classes").get_json()]


def test_a_line_of_an_unknown_tax_class_is_refused_and_no_order_is_left() -> None:
    scene = Scene()
    code = refused(scene, line_items=[{**LINE, "tax_class": "taux-zero"}])
    assert code == "order_item_product_invalid_tax_class"
    code = refused(scene, fee_lines=[{"name": "f", "total": "1", "tax_class": "nope"}])
    assert code == "order_item_fee_invalid_tax_class"
    assert scene.store.orders == {}


def test_a_refused_update_keeps_nothing_of_what_it_asked_for() -> None:
    scene = Scene()
    order = scene.create(set_paid=True, line_items=[{"sku": "MUG", "quantity": 3}])
    place, line = f"orders/{order['id']}", order["line_items"][0]["id"]
    good = {"id": line, "quantity": 1}
    for bad in ({**LINE, "tax_class": "nope"}, {"id": 999, "quantity": 1}, {"name": "no product"}):
        body = {"customer_note": "changed", "line_items": [good, bad]}
        assert scene.ask("PUT", place, body).status_code == 400
    after = scene.ask("GET", place).get_json()
    assert (after["customer_note"], after["line_items"]) == ("", order["line_items"])
    assert scene.mug.stock == 7


def test_a_failed_create_of_a_batch_has_the_id_0() -> None:
    scene = Scene()
    body = {"create": [{"id": scene.create()["id"]}]}
    (failed,) = scene.ask("POST", "orders/batch", body).get_json()["create"]
    assert failed["id"] == 0
    assert failed["error"]["code"] == "woocommerce_rest_shop_order_exists"


def test_tax_settings_tell_whether_prices_include_tax() -> None:
    scene = Scene(prices_include_tax=True, tax_rate=21, country="NL")
    settings = {each["id"]: each["value"] for each in scene.ask("GET", "settings/tax").get_json()}
    assert settings["woocommerce_prices_include_tax"] == "yes"
    assert settings["woocommerce_tax_classes"] == "Reduced rate\nZero rate"


def test_a_refund_of_a_taxed_line_tells_its_tax() -> None:
    scene = Scene(version=NEW, tax_rate=21, country="NL")
    order = scene.create(set_paid=True, line_items=[{"sku": "MUG", "quantity": 2}])
    tax = [{"id": order["tax_lines"][0]["rate_id"], "refund_total": 2.63}]
    line = {"id": order["line_items"][0]["id"], "quantity": 1, "refund_total": 12.5}
    body = {"api_refund": False, "line_items": [{**line, "refund_tax": tax}]}
    refund = scene.ask("POST", f"orders/{order['id']}/refunds", body).get_json()
    assert (refund["amount"], refund["line_items"][0]["total_tax"]) == ("15.13", "-2.63")
    (told,) = scene.ask("GET", f"orders/{order['id']}").get_json()["refunds"]
    assert (told["total"], told["total_tax"]) == ("-15.13", "-2.63")


@pytest.mark.parametrize(
    ("language", "slugs"),
    [
        ("en_US", ["standard", "reduced-rate", "zero-rate"]),
        ("fr_FR", ["standard", "taux-reduit", "taux-zero"]),
    ],
)
def test_tax_classes_are_named_in_the_language_of_the_install(
    language: str, slugs: list[str]
) -> None:
    scene = Scene(language=language)
    assert tax_classes(scene) == slugs
    order = scene.create(line_items=[{**LINE, "tax_class": slugs[-1]}])
    assert order["line_items"][0]["tax_class"] == slugs[-1]


def test_a_store_without_a_zero_class_gets_one_over_rest_once() -> None:
    scene = Scene(tax_classes={"ermaessigt": "Ermäßigt"})
    assert tax_classes(scene) == ["standard", "ermaessigt"]
    made = scene.ask("POST", "taxes/classes", {"name": "Taux zéro %"})
    assert (made.status_code, made.get_json()["slug"]) == (201, "taux-zero")
    scene.create(line_items=[{**LINE, "tax_class": "taux-zero"}])
    again = scene.ask("POST", "taxes/classes", {"name": "Taux Zero"})
    assert again.status_code == 400
    assert again.get_json()["code"] == "woocommerce_rest_tax_class_slug_exists"


def test_tax_classes_need_a_key() -> None:
    scene = Scene()
    assert scene.ask("GET", "taxes/classes", auth=None).status_code == 401
    reader = scene.store.issue_key("read")
    assert scene.ask("POST", "taxes/classes", {"name": "x"}, auth=reader).status_code == 401


def test_an_unknown_currency_and_an_id_in_a_create_are_refused() -> None:
    scene = Scene()
    assert refused(scene, currency="XXX") == "rest_invalid_param"
    existing = scene.create()["id"]
    assert refused(scene, id=existing) == "woocommerce_rest_shop_order_exists"
    assert list(scene.store.orders) == [existing]


def test_a_negative_quantity_costs_nothing_or_what_was_sent() -> None:
    scene = Scene()
    assert scene.create(line_items=[{"sku": "MUG", "quantity": -1}])["total"] == "0.00"
    line = {"sku": "MUG", "quantity": -1, "subtotal": "-12.50", "total": "-12.50"}
    assert scene.create(line_items=[line])["total"] == "-12.50"


@pytest.mark.parametrize(
    ("decimals", "total", "line", "fee"),
    [(0, "14", "9", "5"), (2, "13.94", "8.99", "4.95"), (3, "13.940", "8.990", "4.950")],
)
def test_amounts_have_the_decimals_of_the_store(
    decimals: int, total: str, line: str, fee: str
) -> None:
    """Whatever the order's currency."""
    scene = Scene(decimals=decimals)
    fees = [{"name": "Shipping", "total": "4.95"}]
    order = scene.create(line_items=[LINE], fee_lines=fees, currency="KWD")
    shown = (order["total"], order["line_items"][0]["total"], order["fee_lines"][0]["total"])
    assert shown == (total, line, fee)
    settings = scene.ask("GET", "system_status").get_json()["settings"]
    assert settings["number_of_decimals"] == decimals
    assert order["line_items"][0]["price"] == 2.9966666666666666


def test_dp_shows_more_of_a_line_but_not_of_the_rounded_total() -> None:
    scene = Scene(decimals=0)
    order_id = scene.create(line_items=[LINE])["id"]
    order = scene.ask("GET", f"orders/{order_id}?dp=4").get_json()
    assert (order["total"], order["line_items"][0]["total"]) == ("9.0000", "8.9900")
    (listed,) = scene.ask("GET", "orders?dp=1").get_json()
    assert listed["line_items"][0]["subtotal"] == "10.0"
    assert scene.ask("GET", "orders?dp=x").status_code == 400


def test_a_refund_has_the_decimals_of_the_store() -> None:
    scene = Scene(decimals=3)
    order_id = scene.create(line_items=[LINE])["id"]
    body = {"amount": "1.2345", "api_refund": False}
    assert scene.ask("POST", f"orders/{order_id}/refunds", body).get_json()["amount"] == "1.235"


def edited_stock(version: str) -> tuple[int, int, int]:
    """Stock of ten after: three sold, two taken off, one more line of one, the line removed."""
    scene = Scene(version=version)
    order = scene.create(set_paid=True, line_items=[{"sku": "MUG", "quantity": 3}])
    place, line = f"orders/{order['id']}", order["line_items"][0]["id"]
    stock = []
    for edit in ({"id": line, "quantity": 1}, {"sku": "MUG"}, {"id": line, "quantity": 0}):
        assert scene.ask("PUT", place, {"line_items": [edit]}).status_code == 200
        stock.append(scene.mug.stock or 0)
    return stock[0], stock[1], stock[2]


@pytest.mark.parametrize(
    ("version", "stock"),
    [("8.2.2", (7, 7, 7)), ("8.9.5", (7, 7, 7)), ("9.4.2", (7, 7, 7)),
     ("9.4.3", (9, 8, 9)), ("10.9.2", (9, 8, 9))],
)  # fmt: skip
def test_line_edits_move_stock_from_9_4_3_on(version: str, stock: tuple[int, int, int]) -> None:
    assert edited_stock(version) == stock


@pytest.mark.parametrize("restock", [False, True])
def test_cancelling_a_refunded_order_gives_back_what_the_refund_did_not(restock: bool) -> None:
    scene = Scene()
    order = scene.create(set_paid=True, line_items=[{"sku": "MUG", "quantity": 3}])
    lines = {order["line_items"][0]["id"]: 3}
    scene.store.refund(order["id"], lines=lines, restock=restock)
    assert scene.mug.stock == (10 if restock else 7)
    scene.store.set_status(order["id"], "cancelled")
    assert scene.mug.stock == 10


def test_the_vendors_full_refund_sets_refunded_and_a_partial_one_does_not() -> None:
    scene = Scene()
    order_id = scene.create(set_paid=True)["id"]
    scene.store.refund(order_id, "2.50")
    assert scene.ask("GET", f"orders/{order_id}").get_json()["status"] == "processing"
    scene.store.refund(order_id)
    order = scene.ask("GET", f"orders/{order_id}").get_json()
    assert order["status"] == "refunded"
    assert [each["total"] for each in order["refunds"]] == ["-10.00", "-2.50"]


def test_a_pending_order_takes_stock_once_it_is_processing() -> None:
    scene = Scene()
    order = scene.create(status="pending")
    assert (order["status"], scene.mug.stock) == ("pending", 10)
    paid = scene.ask("PUT", f"orders/{order['id']}", {"status": "processing"}).get_json()
    assert (paid["status"], paid["date_paid"] is None, scene.mug.stock) == ("processing", False, 9)


@pytest.mark.parametrize(
    ("version", "sync", "told"), [("10.5.0", True, 2), ("10.7.0", True, 0), ("10.5.0", False, 0)]
)
def test_reading_an_order_in_compatibility_mode_fires_order_updated(
    version: str, sync: bool, told: int
) -> None:
    scene = Scene(version=version, hpos_sync=sync)
    order_id = scene.create()["id"]
    scene.world.tick()
    scene.subscribe("order.updated")
    for path in (f"orders/{order_id}", "orders"):
        assert scene.ask("GET", path).status_code == 200
        scene.world.tick()
    assert len(scene.posts) == told


def test_an_old_version_lacks_fields_and_routes() -> None:
    seen = {}
    for version in (OLD, NEW):
        scene = Scene(version=version, hpos=version == NEW)
        shipping = [{"method_id": "s", "method_title": "S", "total": "1.00"}]
        order = scene.create(
            set_paid=True,
            shipping_lines=shipping,
            created_via="own-key",
            billing={"email": "ada@example.com"},
        )
        body = {"amount": "1.00", "api_refund": False}
        refund = scene.ask("POST", f"orders/{order['id']}/refunds", body).get_json()
        seen[version] = {
            "global_unique_id": "global_unique_id" in order["line_items"][0],
            "tax_status": "tax_status" in order["shipping_lines"][0],
            "targetHints": "targetHints" in str(order["_links"]),
            "email_templates": "email_templates" in order["_links"],
            "created_via": order["created_via"] == "own-key",
            "_refund_type": "_refund_type" in str(refund["meta_data"]),
            "GET refunds": scene.ask("GET", "refunds").status_code == 200,
            "features": "enabled_features" in scene.ask("GET", "system_status").text,
            "mail notes": "sent." in scene.ask("GET", f"orders/{order['id']}/notes").text,
        }
    assert not any(seen[OLD].values())
    assert all(seen[NEW].values())


def test_webhooks_of_an_old_version_lack_the_same_fields() -> None:
    scene = Scene(version=OLD)
    scene.subscribe("order.created")
    scene.create()
    scene.world.tick()
    ((_, headers, body),) = scene.posts
    assert b"global_unique_id" not in body
    assert headers["User-Agent"] == "WooCommerce/8.2.2 Hookshot (WordPress/6.4.1)"
