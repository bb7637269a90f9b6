"""What a vendor's store is asked to create. Part of the contract in ``stores.base``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from stores.money import Gross, Net, Shown, Tax, gross
from stores.seen import Address


@dataclass(frozen=True, slots=True)
class ComposedLine:
    """``key`` comes back with every parcel, so a line is known again whatever the store does to
    its order. ``variant_id`` empty: a custom line. ``unit_price`` is what one piece costs before
    discount, as the marketplace shows it; ``total`` is for all pieces, after discount, without tax.
    """

    key: str
    title: str
    quantity: int
    unit_price: Shown
    total: Net
    tax: Tax
    sku: str = ""
    variant_title: str = ""
    variant_id: str = ""
    product_id: str = ""
    requires_shipping: bool = True

    @property
    def gross(self) -> Gross:
        """After discount, with tax."""
        return gross(self.total, self.tax)


@dataclass(frozen=True, slots=True)
class ComposedOrder:
    """One vendor's part, ready for that vendor's store; only ``orderflow.mask.compose`` makes one.

    ``key`` is ours, at most 64 of ``[A-Za-z0-9-]``, and is written where the store can be asked
    for it. ``total`` is the sum of the lines, the shipping and their taxes.
    """

    key: str
    reference: str
    currency: str
    lines: tuple[ComposedLine, ...]
    shipping: Net
    shipping_tax: Tax
    total: Gross
    taxes_included: bool
    paid: bool
    test: bool
    placed_at: datetime
    reference_url: str = ""
    shipping_title: str = ""
    note: str = ""
    email: str = ""
    phone: str = ""
    tags: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    shipping_address: Address | None = None
    billing_address: Address | None = None
    accepts_marketing: bool = False
