"""What a platform must offer, and the words both sides use. Read this file to add one, with the
dataclasses that it takes from its neighbours.

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
from typing import Any, Protocol

from stores.amending import (
    SHIPPING,
    Amended,
    Amendment,
    Cancellation,
    EditedLines,
    Freight,
    LineEdits,
    Refund,
    Refunded,
    Worth,
)
from stores.composed import ComposedLine, ComposedOrder
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
from stores.differences import Difference, What
from stores.errors import (
    OutcomeUnknown,
    StoreBusy,
    StoreClosed,
    StoreError,
    StoreLocked,
    StoreRefused,
)
from stores.fulfilment import Fulfilment, FulfilmentHold, FulfilmentPart, FulfilmentState
from stores.seen import Address, DeliveryMethod, SeenLine, SeenOrder, SeenPage, SeenRefund
from stores.setup import SHIPPED_STATUSES, StoreSetup
from stores.standing import (
    EVERY_PARCEL,
    Changes,
    OrderContent,
    OrderFields,
    Parcel,
    PlacedOrder,
    StoreLine,
    StoreOrder,
    Tracking,
)

__all__ = [
    "ABOUT_US",
    "EVERY_PARCEL",
    "EXPORT_BUYER",
    "ORDER",
    "OTHER",
    "PRIVACY",
    "REDACT_BUYER",
    "REDACT_SHOP",
    "SCOPES",
    "SHIPPED_STATUSES",
    "SHIPPING",
    "SHOP",
    "UNINSTALLED",
    "Access",
    "Address",
    "Amended",
    "Amendment",
    "AppKeys",
    "Buyer",
    "Cancellation",
    "Capabilities",
    "Changes",
    "ComposedLine",
    "ComposedOrder",
    "Delivery",
    "DeliveryMethod",
    "Difference",
    "EditedLines",
    "Freight",
    "Fulfilment",
    "FulfilmentHold",
    "FulfilmentPart",
    "FulfilmentState",
    "Identity",
    "LineEdits",
    "Marketplace",
    "OrderContent",
    "OrderFields",
    "OutcomeUnknown",
    "Parcel",
    "PlacedOrder",
    "Refund",
    "Refunded",
    "SeenLine",
    "SeenOrder",
    "SeenPage",
    "SeenRefund",
    "Spend",
    "Store",
    "StoreBusy",
    "StoreClosed",
    "StoreError",
    "StoreLine",
    "StoreLocked",
    "StoreOrder",
    "StoreRefused",
    "StoreSetup",
    "Tracking",
    "Variant",
    "Webhooks",
    "What",
    "Worth",
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
    ``amends``              what of an order's top it lets us change (``Amendment.names``)
    ``restock_choice``      goods taken off an order may stay off the shelf
    ``private_notes``       it keeps notes that only the vendor's people read
    ``api_path``            where on the store's own site its API stands, for whoever guards that
    ``hosted``              the platform runs the stores; ``status_page`` tells of its outages
    """

    platform: str
    title: str
    find_by_key_at_once: bool
    key_is_unique: bool
    parallel_calls: int
    edit_lines: bool
    edit_prices: bool
    cancel: bool
    refund: bool
    custom_lines: bool
    test_orders: bool
    partial_shipments: bool
    tracking_webhooks: bool
    locations: bool
    suppress_mail: bool
    webhooks_signed_by_app: bool
    amends: tuple[str, ...]
    restock_choice: bool
    private_notes: bool
    limits: tuple[str, ...] = ()
    api_path: str = ""
    hosted: bool = False
    status_page: str = ""


# -- catalogue, identity, webhooks, access ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Variant:
    """``barcodes`` are all that it has (a variant may have several), ``barcode`` the first."""

    id: str
    product_id: str
    sku: str
    title: str
    barcode: str = ""
    tracked: bool = False
    available: int | None = None
    barcodes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.barcode and not self.barcodes:
            object.__setattr__(self, "barcodes", (self.barcode,))


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answers at the other end; proves that the access works. ``limits`` are codes of what this
    one store cannot do, or not as it is set up; ``stores.handshake`` lists them. ``timezone``: an
    IANA name, "" where the store does not tell it."""

    id: str
    name: str
    address: str
    currency: str
    email: str = ""
    phone: str = ""
    country: str = ""
    timezone: str = ""
    scopes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


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
    encrypted and never shown. ``expires_at``: renew with ``renew`` when it is near. ``setup``: the
    values of the store's ``StoreSetup`` as they were last read; empty where they never were."""

    platform: str
    address: str
    secrets: Mapping[str, str] = field(repr=False, default_factory=dict)
    expires_at: datetime | None = None
    setup: Mapping[str, Any] = field(default_factory=dict)


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

    def read_setup(self) -> StoreSetup:
        """What the store is set up like; what the adapter needs of it may be made there."""

    def variants(self, skus: Sequence[str]) -> list[Variant]:
        """All variants whose SKU equals one of ``skus`` exactly, 0..n for each."""

    def create_order(self, order: ComposedOrder) -> PlacedOrder:
        """Create it, once; never looks first and never tries twice."""

    def compare_order(self, order_id: str, order: ComposedOrder) -> PlacedOrder | None:
        """The order as it is now, compared with what a create asked for whose answer was lost; None
        when the store has no such order."""

    def find_orders(self, key: str, since: datetime) -> list[PlacedOrder]:
        """Every order that carries ``key``, live or not. ``since``: when it was first tried."""

    def read_order(self, order_id: str) -> StoreOrder | None:
        """The order, its content and parcels; None when the store has no such order any more."""

    def missing_orders(self, order_ids: Sequence[str]) -> tuple[str, ...]:
        """Those of at most 100 orders that a look at the store's list does not show: perhaps they
        were deleted, which some stores tell nobody. ``read_order`` has the last word."""

    # After the push. StoreRefused carries the store's words; an order that is gone is refused too.

    def amend_order(self, order_id: str, amendment: Amendment) -> Amended:
        """Write these fields and no others. Writing them again changes nothing: repeat it."""

    def edit_lines(self, order_id: str, edits: LineEdits) -> EditedLines:
        """All of it or nothing. After OutcomeUnknown give a late arrival time, then repeat it with
        the same key: what stands already is left alone. Refused for less than has shipped."""

    def cancel_order(self, order_id: str, reason: str, *, restock: bool) -> Cancellation:
        """Without refund, and never what has shipped in part. Repeat it: cancelled is ``done``."""

    def cancel_outcome(self, order_id: str, ticket: str) -> Cancellation:
        """What became of a ``requested`` cancellation; StoreRefused when it ended for nothing."""

    def refund_order(self, order_id: str, refund: Refund) -> Refunded:
        """Record it; no payment is moved elsewhere. Repeat it with the same key: it counts once."""

    def mark_paid(self, order_id: str) -> None:
        """It left unpaid and is paid in the marketplace now: make it what it would be if it had
        left paid. Repeat it: one that is paid, or that its people moved on, is left as it is."""

    def note(self, order_id: str, text: str) -> None:
        """Tell the vendor's people something, nobody else. Repeat it: the same words stand once."""

    def fetch_changes(self, cursor: str, now: datetime) -> Changes:
        """Orders of ours changed since ``cursor`` (``""``: from ``now`` on, minus an overlap)."""

    def subscribe(self, address: str, secret: str) -> None:
        """See to it that the store tells ``address`` of changed orders: make, mend, leave alone."""


# -- the marketplace: the merchant's own shop ------------------------------------------------------


class Marketplace(Protocol):
    """The merchant's shop: orders come from it, fulfilments go home to it."""

    @property
    def spend(self) -> Spend: ...

    def identify(self) -> Identity: ...

    def read_order(self, order_id: str) -> SeenOrder | None:
        """None: the shop has no such order any more. Raises ``stores.boundary.Unreadable``, besides
        StoreErrors, for one that is there and cannot be understood."""

    def orders_since(self, cursor: str, start: datetime, now: datetime) -> SeenPage:
        """Orders updated since ``cursor`` (``""``: since ``start``, minus an overlap)."""

    def orders_placed(self, since: datetime, until: datetime, cursor: str) -> SeenPage:
        """Open orders placed between, not fulfilled yet, oldest first; ``""`` is the beginning."""

    def payment_reference(self, order_id: str) -> str | None:
        """By which the payment is found again where it was taken, several joined; "" for none,
        None where there is no such order. Nothing else of the payment is read, a card or an account
        least of all."""

    def order_of(self, fulfilment_order_id: str) -> str | None:
        """The order to which a fulfilment order belongs, None for none."""

    def fulfilments(self, order_id: str) -> FulfilmentState: ...

    def fulfil(
        self, part: FulfilmentPart, tracking: Sequence[Tracking], *, notify: bool
    ) -> Fulfilment:
        """One fulfilment at one location. OutcomeUnknown: compare ``fulfilments`` before more."""

    def correct_tracking(
        self, fulfilment_id: str, tracking: Sequence[Tracking], *, notify: bool
    ) -> None: ...

    def deliver(self, fulfilment_id: str, at: datetime) -> None:
        """It arrived. Each call tells the buyer once more, so look first whether it is told."""

    def withdraw(self, fulfilment_id: str) -> None: ...
