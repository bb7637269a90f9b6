"""What a platform must offer, and the words both sides use. Read this file alone to add one.

    door ──► Store (one per Connection or Merchant) ──► the platform's HTTP API

    StoreError
    ├── StoreBusy        nothing happened; the same call may be made again later
    │   └── StoreClosed  the platform keeps the store shut: for days, or for good
    ├── StoreRefused     nothing happened and nothing will until a person changes something
    ├── StoreLocked      our access is gone; a person must connect again
    └── OutcomeUnknown   a write was sent and its answer is lost: look before writing again

An adapter makes calls and translates answers. It keeps no state between calls, retries nothing,
sleeps never and knows no database. Money is in integer minor units of the currency that stands
beside it; times are aware and in UTC; ids are text, whatever the platform makes them of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from stores.deliveries import (
    ABOUT_US,
    EXPORT_BUYER,
    ORDER,
    OTHER,
    PRIVACY,
    REDACT_BUYER,
    REDACT_SHOP,
    SCOPES,
    SHOP,
    UNINSTALLED,
    Buyer,
    Delivery,
    Webhooks,
)
from stores.errors import (
    OutcomeUnknown,
    StoreBusy,
    StoreClosed,
    StoreError,
    StoreLocked,
    StoreRefused,
)
from stores.seen import Address, SeenLine, SeenOrder, SeenPage

__all__ = [
    "ABOUT_US",
    "EXPORT_BUYER",
    "ORDER",
    "OTHER",
    "PRIVACY",
    "REDACT_BUYER",
    "REDACT_SHOP",
    "SCOPES",
    "SHOP",
    "UNINSTALLED",
    "Access",
    "Address",
    "AppKeys",
    "Buyer",
    "Capabilities",
    "Changes",
    "ComposedLine",
    "ComposedOrder",
    "Delivery",
    "Fulfilment",
    "FulfilmentPart",
    "FulfilmentState",
    "Identity",
    "Marketplace",
    "OutcomeUnknown",
    "Parcel",
    "PlacedOrder",
    "SeenLine",
    "SeenOrder",
    "SeenPage",
    "Spend",
    "Store",
    "StoreBusy",
    "StoreClosed",
    "StoreError",
    "StoreLocked",
    "StoreOrder",
    "StoreRefused",
    "Tracking",
    "Variant",
    "Webhooks",
]


KEY_ATTRIBUTE = "_sluice_key"
"""Under this name a store that keeps named attributes keeps our key."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform, or one store of it, can do. The app asks this instead of a platform's name.

    ``title``               the platform's name as people write it
    ``find_by_key_at_once`` the look-up by our key sees an order as soon as it exists
    ``key_is_unique``       the store itself refuses a second order with the same key
    ``parallel_calls``      calls one store takes at once without getting slower
    """

    platform: str
    title: str
    find_by_key_at_once: bool
    key_is_unique: bool
    parallel_calls: int
    edit_lines: bool
    cancel: bool
    refund: bool
    custom_lines: bool
    test_orders: bool
    partial_shipments: bool
    tracking_webhooks: bool
    locations: bool
    suppress_mail: bool
    webhooks_signed_by_app: bool
    limits: tuple[str, ...] = ()


# -- what a vendor's store is asked to create ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ComposedLine:
    """``key`` comes back with every parcel, so a line is known again whatever the store does to
    its order. ``variant_id`` empty: a custom line. ``total`` is after discount, without tax."""

    key: str
    title: str
    quantity: int
    unit_price: int
    total: int
    tax: int
    sku: str = ""
    variant_title: str = ""
    variant_id: str = ""
    product_id: str = ""
    requires_shipping: bool = True


@dataclass(frozen=True, slots=True)
class ComposedOrder:
    """One vendor's part, ready for that vendor's store; only ``orderflow.compose`` makes one.

    ``key`` is ours, at most 64 of ``[A-Za-z0-9-]``, and is written where the store can be asked
    for it. ``total`` is the sum of the lines, the shipping and their taxes.
    """

    key: str
    reference: str
    currency: str
    lines: tuple[ComposedLine, ...]
    shipping: int
    shipping_tax: int
    total: int
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


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order that stands in a vendor's store. ``live`` is False once cancelled or trashed.

    ``notes`` are sentences for people: what the store took differently from what it was asked.
    """

    id: str
    name: str
    key: str
    live: bool = True
    url: str = ""
    created_at: datetime | None = None
    notes: tuple[str, ...] = ()


# -- what has shipped ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tracking:
    company: str = ""
    number: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Goods that left a vendor's store. ``id`` names it within its order and never changes.

    ``lines`` maps a ``ComposedLine.key`` to pieces. ``withdrawn`` the vendor took it back.
    ``complete`` the store only says that everything shipped, without naming pieces; ``lines``
    are then all that no other parcel names. No ``lines`` and not ``complete``: under way, and
    the store does not tell which pieces.
    """

    id: str
    lines: Mapping[str, int]
    tracking: tuple[Tracking, ...] = ()
    shipped_at: datetime | None = None
    withdrawn: bool = False
    complete: bool = False


@dataclass(frozen=True, slots=True)
class StoreOrder:
    """A vendor's order as its store tells it now, with all its parcels. Some stores delete a
    parcel that was taken back: one seen before and missing here counts as ``withdrawn``."""

    placed: PlacedOrder
    updated_at: datetime
    parcels: tuple[Parcel, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of what changed. ``cursor`` goes into the next call; ``more`` says call at once.

    Pages overlap: the same order may come twice, and must then change nothing. ``unread`` are the
    ids of orders that cannot be understood: they must not stand in the way of the others.
    """

    orders: tuple[StoreOrder, ...]
    cursor: str
    more: bool = False
    unread: tuple[str, ...] = ()


# -- catalogue, identity, webhooks, access ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Variant:
    id: str
    product_id: str
    sku: str
    title: str
    barcode: str = ""
    tracked: bool = False
    available: int | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answers at the other end; proves that the access works."""

    id: str
    name: str
    address: str
    currency: str
    email: str = ""
    phone: str = ""
    country: str = ""
    scopes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spend:
    """What a call cost and what is left, for the limiter of its lane. Points, points a second.

    ``available`` None: the store tells nothing, the limiter counts parallel calls only.
    """

    cost: float = 0.0
    requested: float = 0.0
    available: float | None = None
    capacity: float | None = None
    refill: float | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """How we get into a store. ``address`` is a shop domain or a site URL; ``secrets`` are stored
    encrypted and never shown. ``expires_at``: renew with ``renew`` when it is near."""

    platform: str
    address: str
    secrets: Mapping[str, str] = field(repr=False, default_factory=dict)
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AppKeys:
    """Who we are to a platform where the app itself has a key. Never shown."""

    client_id: str
    client_secret: str = field(repr=False)


class Store(Protocol):
    """One vendor's store, reached with one Access. Every method is one or a few HTTP calls and
    raises only a StoreError. Reads never raise OutcomeUnknown. One object serves one thread."""

    @property
    def can(self) -> Capabilities: ...

    @property
    def spend(self) -> Spend:
        """What the last call cost; read by the lane's limiter right after it."""

    def identify(self) -> Identity: ...

    def variants(self, skus: Sequence[str]) -> list[Variant]:
        """All variants whose SKU equals one of ``skus`` exactly, 0..n for each."""

    def create_order(self, order: ComposedOrder) -> PlacedOrder:
        """Create it, once; never looks first and never tries twice."""

    def find_orders(self, key: str, since: datetime) -> list[PlacedOrder]:
        """Every order that carries ``key``, live or not. ``since``: when it was first tried."""

    def read_order(self, order_id: str) -> StoreOrder | None:
        """The order with its parcels; None when the store has no such order any more."""

    def cancel_order(self, order_id: str, reason: str, *, restock: bool) -> None: ...

    def fetch_changes(self, cursor: str, now: datetime) -> Changes:
        """Orders of ours changed since ``cursor`` (``""``: from ``now`` on, minus an overlap)."""

    def subscribe(self, address: str, secret: str) -> None:
        """See to it that the store tells ``address`` of changed orders: make, mend, leave alone."""


# -- the marketplace: the merchant's own shop ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FulfilmentPart:
    """Pieces of one marketplace order that may be fulfilled in one call (one location).

    ``lines`` maps a ``SeenLine.id`` to pieces.
    """

    location: str
    lines: Mapping[str, int]
    handle: Mapping[str, str] = field(repr=False, default_factory=dict)
    """Opaque; keep it beside the part. ``replace(part, lines=…)`` with fewer pieces is fine."""


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """What the buyer sees: goods of the marketplace order under way."""

    id: str
    lines: Mapping[str, int]
    tracking: tuple[Tracking, ...] = ()
    cancelled: bool = False
    reference: str = ""


@dataclass(frozen=True, slots=True)
class FulfilmentState:
    """What may still be fulfilled, location by location, and what has been."""

    open: tuple[FulfilmentPart, ...]
    done: tuple[Fulfilment, ...]
    held: tuple[str, ...] = ()


class Marketplace(Protocol):
    """The merchant's shop: orders come from it, fulfilments go home to it."""

    @property
    def spend(self) -> Spend: ...

    def identify(self) -> Identity: ...

    def read_order(self, order_id: str) -> SeenOrder | None: ...

    def orders_since(self, cursor: str, now: datetime) -> SeenPage:
        """Orders updated since ``cursor`` (``""``: from ``now`` on, minus an overlap)."""

    def orders_placed(self, since: datetime, until: datetime, cursor: str) -> SeenPage:
        """Open orders placed between, not fulfilled yet, oldest first; ``""`` is the beginning."""

    def fulfilments(self, order_id: str) -> FulfilmentState: ...

    def fulfil(
        self, part: FulfilmentPart, tracking: Sequence[Tracking], *, notify: bool
    ) -> Fulfilment:
        """One fulfilment at one location. OutcomeUnknown: compare ``fulfilments`` before more."""

    def correct_tracking(
        self, fulfilment_id: str, tracking: Sequence[Tracking], *, notify: bool
    ) -> None: ...

    def withdraw(self, fulfilment_id: str) -> None: ...
