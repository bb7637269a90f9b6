"""What a shop sells and where it keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sandbox.shopify.ids import gid


@dataclass(eq=False)
class Location:
    id: int
    name: str
    address1: str = ""
    city: str = ""
    zip: str = ""
    country_code: str = "US"
    active: bool = True
    fulfillment_service: bool = False

    @property
    def gid(self) -> str:
        return gid("Location", self.id)


@dataclass(eq=False)
class Product:
    id: int
    title: str
    vendor: str
    created_at: datetime
    status: str = "ACTIVE"
    tags: list[str] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)

    @property
    def gid(self) -> str:
        return gid("Product", self.id)


@dataclass(eq=False)
class Variant:
    """``stock`` maps a location's id to pieces; the first one there ships the variant."""

    id: int
    item_id: int
    product: Product
    title: str
    sku: str
    price: Decimal
    barcode: str = ""
    tracked: bool = True
    policy: str = "DENY"
    requires_shipping: bool = True
    taxable: bool = True
    stock: dict[int, int] = field(default_factory=dict)

    @property
    def gid(self) -> str:
        return gid("ProductVariant", self.id)

    @property
    def item_gid(self) -> str:
        return gid("InventoryItem", self.item_id)

    @property
    def available(self) -> int:
        return sum(self.stock.values())

    def take(self, quantity: int) -> None:
        """Remove pieces from where it ships; negative puts them back."""
        if self.tracked and self.stock:
            home = next(iter(self.stock))
            self.stock[home] -= quantity
