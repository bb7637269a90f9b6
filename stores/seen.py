"""A marketplace order, as the merchant's shop tells it. Part of the contract in ``stores.base``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class DeliveryMethod(StrEnum):
    """How goods get to the buyer without being sent to an address by a carrier."""

    PICKUP = "pickup"
    """The buyer fetches them at one of the merchant's own places."""
    LOCAL = "local"
    """The merchant brings them to the buyer."""


@dataclass(frozen=True, slots=True)
class Address:
    """Two-letter ``country``; ``province`` is the platform's code (``ON``), not a name."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    zip: str = ""
    province: str = ""
    country: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class SeenLine:
    """One line of a marketplace order. Amounts are for all ``quantity`` pieces together.

    ``quantity`` is what is wanted now, after edits and refunds. ``subtotal`` is before
    ``discount``; ``tax`` is in ``subtotal`` already where the order's prices include tax.
    ``delivery`` is a DeliveryMethod, "" for what is shipped.
    """

    id: str
    title: str
    quantity: int
    unit_price: int
    subtotal: int
    discount: int
    tax: int
    variant_id: str = ""
    product_id: str = ""
    variant_title: str = ""
    sku: str = ""
    vendor: str = ""
    requires_shipping: bool = True
    fulfillable: int = 0
    delivery: str = ""
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SeenRefund:
    """Money that went back to the buyer, and the pieces it was for, by ``SeenLine.id``. Pieces that
    were taken off without money are an edit, and no refund."""

    id: str
    at: datetime
    amount: int
    lines: tuple[tuple[str, int], ...] = ()
    restock: bool = False


@dataclass(frozen=True, slots=True)
class SeenOrder:
    """A marketplace order as last seen. ``payment`` is the shop's own word in lower case
    (``paid``, ``pending``, ``partially_refunded`` …); ``fulfilment`` is ``""`` until something
    ships, then ``partial`` or ``fulfilled``. ``total`` is what the buyer owes now. ``risk`` is
    *none*, *low*, *medium*, *high* or *pending*, ``on_hold`` whether all that is left to ship is
    on hold; None where this sight does not tell. ``delivery_told``: this sight tells how each line
    is delivered; where it does not, what an earlier one told still holds."""

    id: str
    name: str
    updated_at: datetime
    placed_at: datetime
    currency: str
    total: int
    shipping: int
    shipping_tax: int
    payment: str
    lines: tuple[SeenLine, ...]
    fulfilment: str = ""
    taxes_included: bool = False
    cancelled_at: datetime | None = None
    test: bool = False
    shipping_title: str = ""
    note: str = ""
    email: str = ""
    phone: str = ""
    url: str = ""
    tags: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    shipping_address: Address | None = None
    billing_address: Address | None = None
    accepts_marketing: bool = False
    risk: str | None = None
    on_hold: bool | None = None
    refunds: tuple[SeenRefund, ...] = ()
    delivery_told: bool = field(default=False, compare=False)

    @property
    def is_addressed(self) -> bool:
        """Whether there is an address to ship to; a name or a country alone is none."""
        told = self.shipping_address
        return told is not None and bool(told.address1 or told.address2 or told.city or told.zip)


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page of marketplace orders; ``unread`` are the ids of those that cannot be understood."""

    orders: tuple[SeenOrder, ...]
    cursor: str
    more: bool = False
    unread: tuple[str, ...] = ()
