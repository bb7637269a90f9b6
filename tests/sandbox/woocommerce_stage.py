"""The stores that were recorded, set up again, and the steps that scores are made of."""

from __future__ import annotations

from typing import Any

from sandbox.woocommerce import WooStore
from tests.sandbox.woocommerce_replay import Recording, Replay, Site, recording

ADA: dict[str, str] = recording("20-orders-create/mapped-set_paid-true").request["body"]["billing"]
ADA_SHIPPING = {name: value for name, value in ADA.items() if name != "email"}
MUG = {"product_id": 11, "quantity": 1}


def american_store(replay: Replay) -> Site:
    """Store a: New York, USD, order fulfillments on, no taxes; answers on http and https."""
    store = WooStore(
        replay.world,
        "a.example.com",
        name="Lab Store a",
        timezone="America/New_York",
        plugins=["fulfillments"],
        country="US:CA",
        https=False,
        cron="prompt",
    )
    store.ids.skip_to("post", 11)
    store.add_product("MUG-BLUE", "Blue Mug", "12.50", 100).weight = "0.4"
    store.add_product("MUG-RED", "Red Mug", "9.99", 3)
    store.add_product("MUG-GREEN", "Green Mug (backorder)", "9.99", 0, backorders="notify")
    store.add_product("MUG-OUT", "Sold Out Mug", "12.50", 0)
    store.add_product("GIFT-25", "Gift Card", "25.00", virtual=True)
    store.add_product("PLATE-DRAFT", "Draft Plate", "8.00", status="draft")
    store.add_product("KÄSE/1 +5%", "Käse", "5.00")
    sizes, colors = ["S", "M", "L"], ["Black", "White"]
    tee = store.add_product("TEE", "T-Shirt", "0", options={"Size": sizes, "Color": colors})
    for size in sizes:
        for color in colors:
            sku = f"TEE-{size}-{color.upper()}"
            store.add_variation(tee.id, sku, "19.00", 20, {"Size": size, "Color": color})
    return with_keys(store)


def dutch_store(replay: Replay) -> Site:
    """Store b: Amsterdam, EUR, prices include 21 % tax, Advanced Shipment Tracking."""
    store = WooStore(
        replay.world,
        "b.example.com",
        name="Lab Store b",
        currency="EUR",
        timezone="Europe/Amsterdam",
        plugins=["advanced-shipment-tracking"],
        prices_include_tax=True,
        tax_rate=21,
        tax_label="BTW",
        country="NL",
        https=False,
    )
    store.ids.skip_to("post", 11)
    store.add_product("MUG-BLUE", "Blue Mug", "12.50", 100)
    store.ids.skip_to("post", 25)
    return with_keys(store)


def with_keys(store: WooStore) -> Site:
    rights = ("read_write", "read", "write")
    keys = {right: store.issue_key(right) for right in rights}
    keys["customer"] = store.issue_key(role="customer")
    keys["manager"] = store.issue_key(role="shop_manager")
    ck, cs = keys["read_write"]
    keys["wrong_secret"] = (ck, f"{cs[:-1]}x")
    keys["unknown"] = ("ck_" + "0" * 40, cs)
    return Site(store, keys)


def create(replay: Replay, site: Site, order_id: int, **body: Any) -> None:
    """An order that was made between recordings, under the id it had."""
    site.store.ids.skip_to("post", order_id)
    request = {
        "method": "POST",
        "path": "/wp-json/wc/v3/orders",
        "headers": {"content-type": "application/json"},
        "body": {"line_items": [MUG], **body},
    }
    answer = replay.send(site, Recording("", request, {}), auth="basic")
    assert answer.status_code == 201, answer.text


def pieces(quantity: int) -> list[dict[str, int]]:
    return [{"product_id": 11, "quantity": quantity}]


def play_all(replay: Replay, site: Site, group: str, names: str, **how: Any) -> None:
    for name in names.split():
        replay.play(site, f"{group}/{name}", **how)
