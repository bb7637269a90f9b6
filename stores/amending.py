"""What may be done to a vendor's order after it was created. Part of the contract in
``stores.base``, whose Store says of each verb how it is repeated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from stores import sentences
from stores.composed import ComposedLine
from stores.differences import Difference
from stores.money import Gross, Net, Tax, gross, to_text
from stores.seen import Address

SHIPPING = "shipping"


@dataclass(frozen=True, slots=True)
class Amendment:
    """Fields at the top of an order to write: None leaves one alone, ``""`` empties it. Tags and
    attributes are told as differences, so what the vendor put beside ours stays; None in
    ``attributes`` takes one away."""

    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    note: str | None = field(default=None, repr=False)
    shipping_address: Address | None = field(default=None, repr=False)
    accepts_marketing: bool | None = None
    tags_added: tuple[str, ...] = ()
    tags_removed: tuple[str, ...] = ()
    attributes: Mapping[str, str | None] = field(default_factory=dict, repr=False)

    def names(self) -> tuple[str, ...]:
        """The fields it would write, named as in ``Capabilities.amends``."""
        given = {
            "email": self.email is not None,
            "phone": self.phone is not None,
            "note": self.note is not None,
            "shipping_address": self.shipping_address is not None,
            "accepts_marketing": self.accepts_marketing is not None,
            "tags": bool(self.tags_added or self.tags_removed),
            "attributes": bool(self.attributes),
        }
        return tuple(name for name, present in given.items() if present)


@dataclass(frozen=True, slots=True)
class Amended:
    """``left_out`` are the fields that this platform cannot change: a person has to.
    ``differences``: what the store made of the others, and of the order's total beside them."""

    left_out: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Freight:
    """What shipping costs in the whole order, without its tax: ``was`` as agreed on last, ``now``
    as wanted. Where the vendor has made it something else, that stays and is ``left_out``."""

    was: Net
    was_tax: Tax
    now: Net
    now_tax: Tax
    title: str = ""


@dataclass(frozen=True, slots=True)
class LineEdits:
    """``lines`` are the lines to change, each as it shall be afterwards: pieces that have shipped
    count too, a line of no pieces goes, one whose key the order lacks comes. Others stay.

    ``key`` is ours and the same when the edit is repeated. ``tax`` is that of the whole order
    afterwards, shipping's included, for stores that keep it apart from the lines. ``freight``
    None: shipping costs what it did. ``total`` is what the whole order, as far as it is ours, is
    worth afterwards, refunds taken off, of which ``given_back`` was money without pieces; None:
    nobody knows, and nothing is compared.
    """

    key: str
    currency: str
    lines: tuple[ComposedLine, ...]
    tax: Tax
    taxes_included: bool = False
    restock: bool = True
    reason: str = ""
    freight: Freight | None = None
    total: Gross | None = None
    given_back: Gross = Gross(0)


@dataclass(frozen=True, slots=True)
class EditedLines:
    """``notes`` are sentences for people: what the store took differently from what was asked.
    ``left_out`` has SHIPPING where its price is not as it was asked."""

    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()

    def with_shipping(self, theirs: int, ours: int, currency: str) -> EditedLines:
        """The same where shipping costs ``theirs``, though it should be ``ours``."""
        if theirs == ours:
            return self
        there, wanted = to_text(theirs, currency), to_text(ours, currency)
        note = sentences.SHIPPING_STAYS % {"there": there, "wanted": wanted}
        return EditedLines((*self.notes, note), (SHIPPING,), self.differences)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What became of a wish to cancel. ``requested``: the store is at it; ask ``cancel_outcome``
    with ``ticket``. ``too_late``: ``shipped`` has left, by line key, and the order stands."""

    state: Literal["requested", "done", "too_late"]
    ticket: str = ""
    words: str = ""
    shipped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Worth:
    """What pieces of a line cost, after discount."""

    net: Net
    tax: Tax

    @property
    def gross(self) -> Gross:
        return gross(self.net, self.tax)


@dataclass(frozen=True, slots=True)
class Refund:
    """Money and goods given back. ``amount`` None is all money that is left, and without ``lines``
    all lines too. ``lines`` maps a line key to pieces; none and an amount: money alone.
    ``worth`` is what ``amount`` is made of, line by line; a line that it lacks counts in proportion
    to its pieces.

    ``key`` is ours; a store refunds once for it.
    """

    key: str
    currency: str
    amount: Gross | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    worth: Mapping[str, Worth] = field(default_factory=dict, kw_only=True)
    restock: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refunded:
    """``amount`` is what went back, which is nothing where the store never saw the payment."""

    id: str
    amount: Gross
    notes: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
