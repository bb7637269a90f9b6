"""A vendor with a pretend store on each platform, and what people do in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from sandbox.clock import SettableClock
from sandbox.shopify import App, Shop
from sandbox.shopify.fulfilment import Tracking as Label
from sandbox.woocommerce import WooStore
from sandbox.woocommerce.totals import total_of
from sandbox.world import World
from stores import open_store
from stores.base import Access, Address, ComposedLine, ComposedOrder, Store
from stores.money import Gross, Net, Shown, Tax
from stores.shopify.connect import VENDOR_SCOPES

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = "a secret of more than thirty-two bytes"
HOOK = "https://sluice.example.com/hooks/7"


def advance(world: World, seconds: float) -> None:
    assert isinstance(world.clock, SettableClock)
    world.clock.advance(seconds)


class Shore(Protocol):
    """A vendor's store seen from inside. Lines are named by their ComposedLine.key."""

    host: str
    create: str

    def open(self) -> Store: ...
    def product(self, sku: str, *, stock: int = 10) -> tuple[str, str]: ...
    def orders(self) -> list[Any]: ...
    def total(self, order_id: str) -> str: ...
    def stock(self, sku: str) -> int: ...
    def ship(self, order_id: str, lines: Mapping[str, int], number: str) -> str: ...
    def correct(self, order_id: str, parcel: str, number: str) -> None: ...
    def withdraw(self, order_id: str, parcel: str) -> None: ...
    def delete(self, order_id: str) -> None: ...
    def cancel(self, order_id: str) -> None: ...
    def refunds(self, order_id: str) -> list[str]: ...
    def notes(self, order_id: str) -> list[str]: ...


@dataclass
class ShopifyShore:
    shop: Shop
    access: Access
    host: str = "vera.myshopify.com"
    create: str = "orderCreate"

    def open(self) -> Store:
        return open_store(self.access)

    def product(self, sku: str, *, stock: int = 10) -> tuple[str, str]:
        variant = self.shop.sells(sku, f"Good {sku}", stock=stock)
        return str(variant.id), str(variant.product.id)

    def orders(self) -> list[Any]:
        return list(self.shop.orders.values())

    def total(self, order_id: str) -> str:
        return f"{self.shop.orders[int(order_id)].current_price:.2f}"

    def stock(self, sku: str) -> int:
        return next(v.available for v in self.shop.variants.values() if v.sku == sku)

    def ship(self, order_id: str, lines: Mapping[str, int], number: str) -> str:
        order = self.shop.orders[int(order_id)]
        wanted = []
        for source in [each for each in order.fulfillment_orders if each.status == "OPEN"]:
            pieces = {
                item.gid: lines[key]
                for item in source.lines
                if item.remaining and (key := dict(item.line.properties).get("_line", "")) in lines
            }
            wanted.append((source, pieces))
        made = self.shop.lifecycle.fulfil([w for w in wanted if w[1]], [Label(number, "UPS", None)])
        return str(made.id)

    def correct(self, order_id: str, parcel: str, number: str) -> None:
        found = self.shop.fulfillments[int(parcel)]
        self.shop.lifecycle.track(found, [Label(number, "UPS", None)])

    def withdraw(self, order_id: str, parcel: str) -> None:
        self.shop.lifecycle.withdraw(self.shop.fulfillments[int(parcel)])

    def delete(self, order_id: str) -> None:
        del self.shop.orders[int(order_id)]

    def cancel(self, order_id: str) -> None:
        self.shop.lifecycle.cancel(self.shop.orders[int(order_id)])

    def refunds(self, order_id: str) -> list[str]:
        """Amounts; those of edits, without money, are left out."""
        made = self.shop.orders[int(order_id)].refunds
        return [f"{each.amount:.2f}" for each in made if each.amount]

    def notes(self, order_id: str) -> list[str]:
        told = dict(self.shop.orders[int(order_id)].attributes).get("Marketplace notes", "")
        return told.split("\n") if told else []


@dataclass
class WooShore:
    site: WooStore
    access: Access
    host: str = "vera.example.com"
    create: str = "/orders"

    def open(self) -> Store:
        return open_store(self.access)

    def product(self, sku: str, *, stock: int = 10) -> tuple[str, str]:
        product = self.site.add_product(sku, f"Good {sku}", "10.00", stock)
        return str(product.id), str(product.id)

    def orders(self) -> list[Any]:
        return list(self.site.orders.values())

    def total(self, order_id: str) -> str:
        return f"{total_of(self.site, self.site.orders[int(order_id)]):.2f}"

    def stock(self, sku: str) -> int:
        product = self.site.product_by_sku(sku)
        assert product
        assert product.stock is not None
        return product.stock

    def ship(self, order_id: str, lines: Mapping[str, int], number: str) -> str:
        items = self.site.orders[int(order_id)].of("line")
        pieces = {item.id: lines[key] for item in items if (key := self._key(item)) in lines}
        return self.site.ship(int(order_id), pieces, number, "UPS") or ""

    def correct(self, order_id: str, parcel: str, number: str) -> None:
        self.site.correct_tracking(int(order_id), number, "UPS", shipment=parcel)

    def withdraw(self, order_id: str, parcel: str) -> None:
        self.site.withdraw(int(order_id), parcel)

    def delete(self, order_id: str) -> None:
        self.site.delete(int(order_id))

    def cancel(self, order_id: str) -> None:
        self.site.set_status(int(order_id), "cancelled")

    def refunds(self, order_id: str) -> list[str]:
        return [f"{each.amount:.2f}" for each in self.site.orders[int(order_id)].refunds]

    def notes(self, order_id: str) -> list[str]:
        """Without those that the store writes itself."""
        notes = self.site.orders[int(order_id)].notes
        own = ("Order status changed", "Stock levels", "Payment complete")
        return [note.text for note in notes if not note.text.startswith(own)]

    @staticmethod
    def _key(item: Any) -> str:
        """Kept as the only entry of a list, which the store's admin does not show."""
        (key,) = item.meta.get("_sluice_line") or [""]
        return str(key)


def world() -> World:
    return World(SettableClock(NOON), post=lambda *_: 200, sleep=lambda _: None)


def shopify_shore(world: World, **options: Any) -> ShopifyShore:
    shop = Shop(world, ShopifyShore.host, **options)
    app = App("client", SECRET, VENDOR_SCOPES, webhook_url=HOOK)
    token = shop.install(app).access_token
    access = Access("shopify", shop.domain, {"access_token": token})
    shore = ShopifyShore(shop, access)
    shore.open().subscribe(HOOK, "")
    return shore


def woo_shore(world: World, **options: Any) -> WooShore:
    options.setdefault("plugins", ("fulfillments",))
    site = WooStore(world, WooShore.host, **options)
    key, secret = site.issue_key()
    secrets = {"consumer_key": key, "consumer_secret": secret}
    return WooShore(site, Access("woocommerce", f"https://{site.host}", secrets))


LINE = ComposedLine(
    key="l1",
    title="Mug",
    quantity=3,
    unit_price=Shown(1000),
    total=Net(3000),
    tax=Tax(0),
    sku="MUG",
)

ORDER = ComposedOrder(
    key="ref-0001",
    reference="#1001",
    currency="USD",
    lines=(LINE, replace(LINE, key="l2", title="Plate", quantity=2, total=Net(2000), sku="PLATE")),
    shipping=Net(500),
    shipping_tax=Tax(0),
    total=Gross(5500),
    taxes_included=False,
    paid=True,
    test=False,
    placed_at=NOON,
    shipping_title="Standard",
    email="orders+1001@merchant.example.com",
    tags=("marketplace",),
    shipping_address=Address(
        first_name="Ada",
        last_name="Lovelace",
        address1="1 Main St",
        city="Springfield",
        zip="62701",
        province="IL",
        country="US",
    ),
)
