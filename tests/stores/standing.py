"""An order after its push: small words for reading and changing it."""

from __future__ import annotations

from dataclasses import replace

from sandbox.world import World
from stores.base import (
    Address,
    Amendment,
    ComposedLine,
    ComposedOrder,
    LineEdits,
    OrderContent,
    StoreOrder,
)
from stores.money import Net, Tax
from tests.stores.cast import ORDER, Shore, advance

MUG, PLATE = ORDER.lines
NEW_ADDRESS = Address(
    first_name="Grace",
    last_name="Hopper",
    address1="2 Side St",
    city="Arlington",
    zip="22201",
    province="VA",
    country="US",
)
AMENDMENT = Amendment(
    email="orders+1001b@merchant.example.com",
    phone="+1 555 0123",
    note="Ring twice",
    shipping_address=NEW_ADDRESS,
    attributes={"Gift": "yes"},
)


def place(shore: Shore, order: ComposedOrder = ORDER) -> str:
    return shore.open().create_order(order).id


def stocked(shore: Shore) -> tuple[str, ComposedOrder]:
    """An order whose mugs are mapped: ten in stock, three on it."""
    variant, product = shore.product("MUG")
    order = replace(ORDER, lines=(replace(MUG, variant_id=variant, product_id=product), PLATE))
    return place(shore, order), order


def read(shore: Shore, order_id: str) -> StoreOrder:
    order = shore.open().read_order(order_id)
    assert order is not None
    return order


def content(shore: Shore, order_id: str) -> OrderContent:
    told = read(shore, order_id).content
    assert told is not None
    return told


def pieces(shore: Shore, order_id: str) -> dict[str, int]:
    return {line.key: line.quantity for line in content(shore, order_id).lines}


def of(line: ComposedLine, quantity: int) -> ComposedLine:
    """The line with another number of pieces, at its price."""
    return replace(line, quantity=quantity, total=Net(line.unit_price * quantity))


def edits(*lines: ComposedLine, key: str = "edit-1", tax: int = 0) -> LineEdits:
    return LineEdits(key, "USD", lines, Tax(tax))


def settle(world: World) -> None:
    advance(world, 5)
    world.run_due()
