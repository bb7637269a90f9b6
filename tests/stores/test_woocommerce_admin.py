"""What a vendor's people see of our orders in their store's admin."""

from __future__ import annotations

from typing import Any

from sandbox.world import World
from stores.woocommerce.answers import LINE
from tests.stores.cast import ORDER, WooShore, woo_shore

HIDDEN = ("_qty", "_tax_class", "_product_id", "_variation_id", "_reduced_stock")
"""``woocommerce_hidden_order_itemmeta`` of WooCommerce: these, and no others by their name."""


def shown(shore: WooShore, order: str) -> dict[str, Any]:
    """An item's meta as the admin lists it: what is text or a number, but for its hidden keys."""
    items = shore.site.orders[int(order)].of("line")
    told = [meta for item in items for meta in item.meta if isinstance(meta.value, str | int)]
    return {meta.key: meta.value for meta in told if meta.key not in HIDDEN}


def test_our_key_of_a_line_is_not_shown_to_people_and_comes_back(world: World) -> None:
    shore = woo_shore(world)
    placed = shore.open().create_order(ORDER)
    assert LINE not in shown(shore, placed.id)
    seen = shore.open().read_order(placed.id)
    assert seen
    assert seen.content
    assert {line.key for line in seen.content.lines} == {line.key for line in ORDER.lines}


def test_an_order_from_before_is_still_read_by_its_text(world: World) -> None:
    shore = woo_shore(world)
    placed = shore.open().create_order(ORDER)
    for item, line in zip(shore.site.orders[int(placed.id)].of("line"), ORDER.lines, strict=True):
        item.meta.put(LINE, line.key)
    seen = shore.open().read_order(placed.id)
    assert seen
    assert seen.content
    assert {line.key for line in seen.content.lines} == {line.key for line in ORDER.lines}


def test_the_way_of_payment_names_the_marketplace_and_not_us(world: World) -> None:
    shore = woo_shore(world)
    placed = shore.open().create_order(ORDER)
    order = shore.site.orders[int(placed.id)]
    assert (order.payment_method, order.payment_method_title) == (
        "other",
        f"Marketplace {ORDER.reference}",
    )
