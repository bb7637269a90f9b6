"""Sending a new order in the tax class that the store has for lines without tax."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stores import boundary
from stores.base import ComposedOrder, StoreRefused
from stores.woocommerce import compose, setup
from stores.woocommerce.client import Client

_NO_SUCH_CLASS = "order_item_product_invalid_tax_class"


def post_order(client: Client, order: ComposedOrder, known: Mapping[str, Any]) -> Any:
    """The store's answer. It refuses an order whose tax class is gone before it makes anything
    (10.9.2), so with the class that there is now the order may be sent once more."""
    untaxed = boundary.text(known.get(setup.UNTAXED, setup.ENGLISH_CLASS))
    try:
        return client.post("orders", compose.order_body(order, untaxed))
    except StoreRefused as refused:
        if _NO_SUCH_CLASS not in refused.fields:
            raise
        there = setup.find_untaxed(client).slug
        if there == untaxed:
            raise
    return client.post("orders", compose.order_body(order, there))
