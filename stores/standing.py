"""A vendor's order as its store tells it. Part of the contract in ``stores.base``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from stores.differences import Difference
from stores.seen import Address


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order that stands in a vendor's store. ``live`` is False once cancelled or trashed.

    ``notes`` are sentences for people: what the store took differently from what it was asked;
    ``differences`` are what can be said in two figures.
    """

    id: str
    name: str
    key: str
    live: bool = True
    url: str = ""
    created_at: datetime | None = None
    notes: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


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
    the store does not tell which pieces. ``delivered_at``: it arrived, says whoever carried it.
    ``completed_at``: when the store called all of its order shipped, by its own clock.
    """

    id: str
    lines: Mapping[str, int]
    tracking: tuple[Tracking, ...] = ()
    shipped_at: datetime | None = None
    withdrawn: bool = False
    complete: bool = False
    delivered_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoreLine:
    """``key`` is our ComposedLine's, ``""`` for a line that the vendor put there. ``quantity`` is
    what is wanted now, after edits and refunds; ``fulfillable`` what of it has not left yet."""

    key: str
    title: str
    quantity: int
    fulfillable: int
    sku: str = ""
    variant_id: str = ""

    @property
    def shipped(self) -> int:
        return self.quantity - self.fulfillable


@dataclass(frozen=True, slots=True)
class OrderFields:
    """What the order says at its top, as far as an Amendment can write it; what a platform does
    not keep is empty. Our own tag, key and notes are left out."""

    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict, repr=False)
    shipping_address: Address | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OrderContent:
    """What the order is: amounts in minor units of ``currency``, ``refunded`` the money that went
    back. ``archived``: the vendor has put it away, which some stores take for "no more edits"."""

    fields: OrderFields
    lines: tuple[StoreLine, ...]
    currency: str
    total: int
    refunded: int
    archived: bool = False

    def line(self, key: str) -> StoreLine | None:
        return next((line for line in self.lines if line.key == key), None)


EVERY_PARCEL = "*"


@dataclass(frozen=True, slots=True)
class StoreOrder:
    """A vendor's order as its store tells it now, with all its parcels. Some stores delete a
    parcel that was taken back: one seen before and missing here counts as ``withdrawn``, but for
    those in ``untold``, of which the store says nothing now (``EVERY_PARCEL``: of none).

    ``content`` is told by ``read_order`` alone: a page of changes would cost too much with it.
    ``doubt``: the store's own word for a state that may or may not mean *shipped*; people are
    asked. ``refunded``: the store has given all of its money back.
    """

    placed: PlacedOrder
    updated_at: datetime
    parcels: tuple[Parcel, ...] = ()
    content: OrderContent | None = None
    untold: frozenset[str] = frozenset()
    doubt: str = ""
    refunded: bool = False

    @property
    def shipped(self) -> dict[str, int]:
        """Pieces that left, by line key."""
        return shipped_pieces(self.parcels)


def shipped_pieces(parcels: Iterable[Parcel]) -> dict[str, int]:
    """Pieces of ``parcels``, by line key, without those that were taken back."""
    pieces: Counter[str] = Counter()
    for parcel in parcels:
        if not parcel.withdrawn:
            pieces.update(parcel.lines)
    return dict(pieces)


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of what changed. ``cursor`` goes into the next call; ``more`` says call at once.

    Pages overlap: the same order may come twice, and must then change nothing. ``unread`` are the
    ids of orders that cannot be understood: they must not stand in the way of the others.
    ``unmarked`` are the ids of orders that carry no mark of ours: the vendor's own, and ours where
    a plugin has emptied or hidden the marks; who knows an order by its id reads it by that.
    """

    orders: tuple[StoreOrder, ...]
    cursor: str
    more: bool = False
    unread: tuple[str, ...] = ()
    unmarked: tuple[str, ...] = ()
