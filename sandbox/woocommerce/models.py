"""What a store keeps: products, orders with their items, refunds, notes, webhooks, keys."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.woocommerce.tracking_plugins import Parcel

JSON = dict[str, Any]
ZERO = Decimal(0)
ADDRESS = [
    "first_name",
    "last_name",
    "company",
    "address_1",
    "address_2",
    "city",
    "state",
    "postcode",
    "country",
    "email",
    "phone",
]


class Ids:
    """One counter per table. Orders, products and refunds share ``post``, as in WordPress."""

    def __init__(self) -> None:
        self._next: dict[str, Iterator[int]] = {}

    def take(self, table: str) -> int:
        return next(self._next.setdefault(table, itertools.count(1)))

    def skip_to(self, table: str, value: int) -> None:
        """Let the next id of ``table`` be ``value``."""
        self._next[table] = itertools.count(value)


@dataclass(eq=False)
class Meta:
    """An entry of a ``meta_data`` list; ``label`` is shown as ``display_key`` where it differs."""

    id: int
    key: str
    value: Any
    label: str = ""


class MetaList:
    """The ``meta_data`` of an order, an item or a product."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self.entries: list[Meta] = []

    def __iter__(self) -> Iterator[Meta]:
        return iter(self.entries)

    def find(self, key: str) -> Meta | None:
        return next((each for each in self.entries if each.key == key), None)

    def get(self, key: str, default: Any = None) -> Any:
        entry = self.find(key)
        return default if entry is None else entry.value

    def put(self, key: str, value: Any, label: str = "") -> None:
        """Replace the entry with this key in place, or append one. None removes it."""
        entry = self.find(key)
        if value is None:
            self.drop(key)
        elif entry:
            entry.value = value
        else:
            self.entries.append(Meta(self.ids.take("meta"), key, value, label))

    def drop(self, key: str) -> None:
        self.entries = [each for each in self.entries if each.key != key]


@dataclass(eq=False)
class Product:
    """``kind`` is simple, variable or variation; ``price`` is what the merchant typed in."""

    id: int
    sku: str
    name: str
    price: Decimal
    stock: int | None
    created: datetime
    meta: MetaList
    kind: str = "simple"
    parent_id: int = 0
    attributes: dict[str, str | list[str]] = field(default_factory=dict)
    status: str = "publish"
    backorders: str = "no"
    virtual: bool = False
    downloadable: bool = False
    weight: str = ""
    sales: int = 0
    sale_price: Decimal | None = None
    positions: bool = True
    """Attributes made over REST without a position all have 0."""
    modified: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.modified = self.created

    @property
    def in_stock(self) -> bool:
        return self.stock is None or self.stock > 0 or self.backorders != "no"


@dataclass(eq=False)
class Item:
    """A line of an order; ``kind`` is line, shipping, fee, tax or coupon. Amounts are net of tax.

    ``tax`` and ``subtotal_tax`` keep their fractions of a cent until they are shown.
    """

    id: int
    kind: str
    meta: MetaList
    name: str = ""
    product_id: int = 0
    variation_id: int = 0
    quantity: int = 1
    subtotal: Decimal = ZERO
    total: Decimal = ZERO
    subtotal_tax: Decimal = ZERO
    tax: Decimal = ZERO
    taxed: bool = False
    tax_class: str = ""
    tax_status: str = "taxable"
    method_id: str = ""
    instance_id: str = ""

    @property
    def stock_id(self) -> int:
        return self.variation_id or self.product_id


@dataclass(eq=False)
class Refund:
    id: int
    order_id: int
    amount: Decimal
    reason: str
    created: datetime
    meta: MetaList
    items: list[Item] = field(default_factory=list)


@dataclass(eq=False)
class Note:
    id: int
    order_id: int
    text: str
    created: datetime
    to_customer: bool = False
    author: str = "WooCommerce"


@dataclass(eq=False)
class Order:
    """Times are aware UTC. ``status`` is without the ``wc-`` of the database."""

    id: int
    key: str
    created: datetime
    currency: str
    meta: MetaList
    status: str = "pending"
    created_via: str = "rest-api"
    customer_id: int = 0
    payment_method: str = ""
    payment_method_title: str = ""
    transaction_id: str = ""
    customer_note: str = ""
    paid: datetime | None = None
    completed: datetime | None = None
    stock_reduced: bool = False
    billing: dict[str, str] = field(default_factory=lambda: dict.fromkeys(ADDRESS, ""))
    shipping: dict[str, str] = field(
        default_factory=lambda: dict.fromkeys([each for each in ADDRESS if each != "email"], "")
    )
    items: list[Item] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    """What a plugin of ``tracking_plugins`` was told."""
    modified: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.modified = self.created

    def of(self, *kinds: str) -> list[Item]:
        return [item for item in self.items if item.kind in kinds]

    def item(self, item_id: int) -> Item | None:
        return next((item for item in self.items if item.id == item_id), None)

    @property
    def refunded(self) -> Decimal:
        return sum_of(refund.amount for refund in self.refunds)


@dataclass(eq=False)
class Fulfillment:
    """A parcel of core's order fulfillments; everything it says is in ``meta``."""

    id: int
    order_id: int
    status: str
    is_fulfilled: bool
    updated: datetime
    meta: MetaList


@dataclass(eq=False)
class Webhook:
    """``ping_due`` until a ping was answered 200; ``failures`` counts deliveries in a row."""

    id: int
    name: str
    topic: str
    delivery_url: str
    secret: str
    created: datetime
    status: str = "active"
    modified: datetime | None = None
    failures: int = 0
    ping_due: bool = True


@dataclass(eq=False)
class Key:
    """An API key; ``permissions`` is read, write or read_write."""

    id: int
    key: str
    secret: str
    permissions: str
    role: str = "administrator"
    nonces: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True)
class User:
    name: str
    password: str
    role: str


def sum_of(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
