"""What the tests of the pages about orders share: the stage, the merchant at the door, a count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import event, select

from orderflow.db import db
from orderflow.models import (
    MarketplaceOrder,
    Merchant,
    Vendor,
    VendorOrder,
)
from orderflow.read.search import folded
from sandbox.shopify.order import Order
from tests.house import HARBOUR, House
from tests.river.stage import Stage
from tests.webapp.door import Door


class Floor(Stage):
    """The stage with the merchant *Harbour* before the app."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.door = Door(house, self.harbour)

    def sells(self, *what: Any, **more: Any) -> Order:
        order = self.sells_on(*what, **more)
        self.house.clock.advance(1)
        return order

    def vendor(self, name: str) -> str:
        with self.house.look() as session:
            return str(session.scalars(select(Vendor.public_id).where(Vendor.name == name)).one())

    def rename(self, name: str, to: str) -> None:
        with self.house.unit() as session:
            session.scalars(select(Vendor).where(Vendor.name == name)).one().name = to

    def order_path(self) -> str:
        (order,) = self.house.orders()
        return f"/orders/{order.public_id}"

    def part_path(self, vendor: str = "Alfa") -> str:
        (part,) = (part for part in self.house.parts() if part.vendor.name == vendor)
        return f"{self.order_path()}/parts/{part.public_id}"


class HasHouse(Protocol):
    house: House


def orders_in(floor: HasHouse, count: int, first: int = 1001) -> list[str]:
    """So many orders written straight into the book, one a minute; their names, oldest first."""
    names = [f"#{first + i}" for i in range(count)]
    with floor.house.unit() as session:
        merchant = session.scalars(select(Merchant).where(Merchant.shop == HARBOUR)).one()
        vendor = session.scalars(select(Vendor).where(Vendor.name == "Alfa")).one()
        for i, name in enumerate(names):
            placed = floor.house.clock() + timedelta(minutes=first + i)
            order = MarketplaceOrder(
                merchant_id=merchant.id,
                remote_id=name,
                name=name,
                number=folded(name),
                currency="USD",
                total=100,
                payment="paid",
                placed_at=placed,
                updated_at=placed,
                recorded_at=placed,
                snapshot={},
            )
            session.add(order)
            session.flush()
            amounts = dict.fromkeys(("goods", "share"), 100)
            amounts |= dict.fromkeys(("discount", "tax", "shipping", "shipping_tax"), 0)
            session.add(
                VendorOrder(
                    merchant_id=merchant.id,
                    order_id=order.id,
                    vendor_id=vendor.id,
                    state="pushed",
                    state_since=placed,
                    placed_at=placed,
                    **amounts,
                )
            )
    return names


@contextmanager
def queries(house: House) -> Iterator[list[str]]:
    """The statements that the web application sends meanwhile."""
    sent: list[str] = []
    with house.web.app_context():
        engine = db.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
