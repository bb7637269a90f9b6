"""The address of every page that a merchant can open, with every way to filter and to go on."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from orderflow.models import Connection, MarketplaceOrder, VendorOrder
from tests.webapp.shop_floor import Floor

Path = Callable[[Floor], str]
MARK = "after=1000000~2036-01-01T00:00:00%2B00:00"
"""Where a page of orders may begin; it is before all of them."""
BACK = "back=7~2026-01-01T00:00:00%2B00:00"
PAGES: dict[str, Path] = {
    "home": lambda floor: "/",
    "orders": lambda floor: "/orders",
    "orders, second page": lambda floor: f"/orders?{MARK}",
    "orders, the page before": lambda floor: f"/orders?{BACK}",
    "orders by vendor and state, the page before": lambda floor: (
        f"/orders?state=pushed&vendor={floor.vendor('Alfa')}&{BACK}"
    ),
    "orders by reason, the page before": lambda floor: f"/orders?reason=not_paid&{BACK}",
    "orders by state": lambda floor: f"/orders?state=pushed&{MARK}",
    "orders by reason": lambda floor: f"/orders?reason=not_paid&{MARK}",
    "orders by vendor": lambda floor: f"/orders?vendor={floor.vendor('Alfa')}&{MARK}",
    "orders by vendor and state": lambda floor: (
        f"/orders?state=pushed&vendor={floor.vendor('Alfa')}&{MARK}"
    ),
    "orders by vendor and reason": lambda floor: (
        f"/orders?reason=not_paid&vendor={floor.vendor('Alfa')}&{MARK}"
    ),
    "orders by age": lambda floor: "/orders?age=30",
    "orders by age and state": lambda floor: f"/orders?age=1&state=pushed&{MARK}",
    "orders by all filters": lambda floor: (
        f"/orders?age=1&state=pushed&reason=not_paid&vendor={floor.vendor('Alfa')}"
    ),
    "search by number": lambda floor: "/orders?q=10&by=number&after=7~1002",
    "search by SKU": lambda floor: "/orders?q=LAMP&by=sku&after=1000000~",
    "search by number, the page before": lambda floor: "/orders?q=10&by=number&back=7~1002",
    "search by SKU, the page before": lambda floor: "/orders?q=LAMP&by=sku&back=7~",
    "search by number among filters": lambda floor: (
        f"/orders?q=10&state=pushed&vendor={floor.vendor('Alfa')}&age=1&after=7~1002"
    ),
    "search by number among filters, the page before": lambda floor: (
        "/orders?q=10&by=number&reason=not_paid&back=7~1002"
    ),
    "search by number and age": lambda floor: "/orders?q=10&by=number&age=1",
    "search by SKU among filters": lambda floor: "/orders?q=LAMP&by=sku&state=pushed&age=30",
    "search by vendor among filters": lambda floor: (
        f"/orders?q=Alfa&by=vendor&state=pushed&age=30&{MARK}"
    ),
    "search by vendor among another's": lambda floor: (
        f"/orders?q=Alfa&by=vendor&state=pushed&vendor={floor.vendor('Bravo')}"
    ),
    "search by vendor": lambda floor: f"/orders?q=Alfa&by=vendor&{MARK}",
    "search by anything": lambda floor: "/orders?q=nothing",
    "CSV": lambda floor: "/orders.csv",
    "one order": lambda floor: order_path(floor),
    "shipping by hand": lambda floor: f"{part_path(floor)}/ship",
    "what was sent": lambda floor: f"{part_path(floor)}/sent/{floor.house.pushes()[0].key}",
    "why": lambda floor: "/why?number=1001",
    "earlier orders": lambda floor: "/orders/earlier",
    "progress of earlier orders": lambda floor: "/orders/earlier/progress",
    "vendors": lambda floor: "/vendors",
    "one vendor": lambda floor: f"/vendors/{floor.vendor('Alfa')}",
    "a new vendor": lambda floor: "/vendors/new",
    "one vendor's settings": lambda floor: f"/vendors/{floor.vendor('Alfa')}/settings",
    "a test order": lambda floor: f"{store_path(floor)}/test-order",
    "disconnecting": lambda floor: f"{store_path(floor)}/disconnect",
    "products": lambda floor: "/products",
    "one product": lambda floor: f"/products/{floor.lamp.id}",
    "settings": lambda floor: "/settings",
    "order sync": lambda floor: "/settings/vendor-shop-sync/order-sync",
    "privacy": lambda floor: "/settings/vendor-shop-sync/privacy",
    "add-ons": lambda floor: "/add-ons",
    "log": lambda floor: "/log",
    "log of an order": lambda floor: "/log?order=1001",
    "log of a vendor": lambda floor: f"/log?vendor={floor.vendor('Alfa')}",
    "log by outcome": lambda floor: "/log?outcome=ok",
    "log of a vendor by outcome": lambda floor: f"/log?outcome=ok&vendor={floor.vendor('Alfa')}",
    "mail": lambda floor: "/mail",
    "history": lambda floor: "/history",
    "privacy requests": lambda floor: "/privacy/requests",
    "help": lambda floor: "/help",
}


def order_path(floor: Floor) -> str:
    """The first order, which went all the way."""
    with floor.house.look() as session:
        order = session.scalars(select(MarketplaceOrder).order_by(MarketplaceOrder.id)).first()
        assert order
        return f"/orders/{order.public_id}"


def part_path(floor: Floor) -> str:
    with floor.house.look() as session:
        part = session.scalars(select(VendorOrder).order_by(VendorOrder.id)).first()
        assert part
        return f"/orders/{part.order.public_id}/parts/{part.public_id}"


def store_path(floor: Floor) -> str:
    with floor.house.look() as session:
        store = session.scalars(select(Connection).order_by(Connection.id)).first()
        assert store
        return f"/vendors/{store.vendor.public_id}/stores/{store.public_id}"
