"""An order and its arithmetic: lines, discounts, taxes, totals, statuses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.shopify.catalogue import Location, Product, Variant
from sandbox.shopify.fulfilment import Fulfillment, FulfillmentOrder
from sandbox.shopify.ids import gid
from sandbox.shopify.money import NOTHING, rounded

if TYPE_CHECKING:
    from sandbox.shopify.app import App


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NOTHING)


@dataclass(frozen=True)
class TaxLine:
    title: str
    rate: Decimal
    price: Decimal


@dataclass(frozen=True)
class DiscountCode:
    """``kind`` is fixed_amount, percentage or shipping; ``amount`` is what it took off."""

    code: str
    kind: str
    value: Decimal
    amount: Decimal


@dataclass(eq=False)
class Line:
    """``quantity`` is what was ordered and never changes; ``current_quantity`` is what is left
    after edits, refunds and cancellation. ``discount`` and taxes are for ``quantity`` pieces.
    Nobody fulfils a line that is not ``fulfillable``, such as a tip."""

    id: int
    title: str
    quantity: int
    price: Decimal
    location: Location
    variant: Variant | None = None
    product: Product | None = None
    variant_title: str = ""
    sku: str = ""
    vendor: str | None = None
    requires_shipping: bool = False
    taxable: bool = True
    gift_card: bool = False
    fulfillable: bool = True
    discount: Decimal = NOTHING
    tax_lines: list[TaxLine] = field(default_factory=list)
    properties: list[tuple[str, str]] = field(default_factory=list)
    current_quantity: int = 0
    fulfilled: int = 0

    def __post_init__(self) -> None:
        self.current_quantity = self.quantity

    @property
    def gid(self) -> str:
        return gid("LineItem", self.id)

    @property
    def name(self) -> str:
        return f"{self.title} - {self.variant_title}" if self.variant_title else self.title

    @property
    def unfulfilled(self) -> int:
        return max(self.current_quantity - self.fulfilled, 0) if self.fulfillable else 0

    @property
    def original_total(self) -> Decimal:
        return self.price * self.quantity

    @property
    def discounted_total(self) -> Decimal:
        return self.original_total - self.discount

    @property
    def discounted_unit(self) -> Decimal:
        return self.discounted_total / self.quantity

    def give_discount(self, amount: Decimal, currency: str) -> None:
        """All ordered pieces cost ``amount`` less from now on; taxes fall in proportion."""
        before = self.discounted_total
        self.discount += min(amount, before)
        part = self.discounted_total / before if before else Decimal(1)
        self.tax_lines = [
            replace(tax, price=rounded(tax.price * part, currency)) for tax in self.tax_lines
        ]

    def share(self, amount: Decimal) -> Decimal:
        """The part of an amount for all pieces that falls on those still wanted."""
        return amount * self.current_quantity / self.quantity


@dataclass(eq=False)
class ShippingLine:
    id: int
    title: str
    price: Decimal
    code: str = ""
    source: str = ""
    discount: Decimal = NOTHING
    tax_lines: list[TaxLine] = field(default_factory=list)


@dataclass(frozen=True)
class Transaction:
    """Money in (SALE) or back (REFUND)."""

    id: int
    kind: str
    gateway: str
    amount: Decimal
    created_at: datetime
    parent: Transaction | None = None
    refund_id: int = 0

    @property
    def gid(self) -> str:
        return gid("OrderTransaction", self.id)

    @property
    def payment_id(self) -> str | None:
        """By which whoever took the money finds it again; for cash there is none."""
        return None if self.gateway == "cash" else f"c{self.id}.1"


@dataclass(frozen=True)
class RefundLine:
    """``restock_type``: RETURN for what had left, CANCEL for what had not, NO_RESTOCK."""

    line: Line
    quantity: int
    restock_type: str

    @property
    def restocked(self) -> bool:
        return self.restock_type != "NO_RESTOCK"


@dataclass(frozen=True)
class Refund:
    """``amount`` is the money that went back. An edit that takes pieces away leaves one too,
    without money."""

    id: int
    created_at: datetime
    note: str
    lines: tuple[RefundLine, ...]
    amount: Decimal

    @property
    def gid(self) -> str:
        return gid("Refund", self.id)


@dataclass(eq=False)
class Order:
    """``risk`` is a RiskAssessmentResult, empty before any assessment. ``delivery`` is how goods
    that need shipping get to the buyer: SHIPPING, PICK_UP or LOCAL."""

    id: int
    number: int
    name: str
    currency: str
    created_at: datetime
    updated_at: datetime
    processed_at: datetime
    lines: list[Line]
    token: str
    shipping_lines: list[ShippingLine] = field(default_factory=list)
    order_taxes: list[TaxLine] = field(default_factory=list)
    discount_codes: list[DiscountCode] = field(default_factory=list)
    taxes_included: bool = False
    financial_status: str = "PENDING"
    tags: list[str] = field(default_factory=list)
    note: str | None = None
    email: str | None = None
    phone: str | None = None
    po_number: str | None = None
    attributes: list[tuple[str, str]] = field(default_factory=list)
    shipping_address: dict[str, Any] | None = None
    billing_address: dict[str, Any] | None = None
    source_identifier: str | None = None
    source_name: str = "web"
    source_url: str | None = None
    app: App | None = None
    accepts_marketing: bool = False
    risk: str = ""
    delivery: str = "SHIPPING"
    test: bool = False
    edited: bool = False
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    closed_at: datetime | None = None
    metafields: dict[tuple[str, str], str] = field(default_factory=dict)
    fulfillment_orders: list[FulfillmentOrder] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)

    @property
    def gid(self) -> str:
        return gid("Order", self.id)

    @property
    def archived(self) -> bool:
        return self.closed_at is not None and self.cancelled_at is None

    @property
    def received(self) -> Decimal:
        return total(each.amount for each in self.transactions if each.kind == "SALE")

    @property
    def given_back(self) -> Decimal:
        return total(each.amount for each in self.transactions if each.kind == "REFUND")

    @property
    def line_items_price(self) -> Decimal:
        return total(line.original_total for line in self.lines)

    @property
    def discounts(self) -> Decimal:
        return total(line.discount for line in self.lines) + total(
            each.discount for each in self.shipping_lines
        )

    @property
    def subtotal(self) -> Decimal:
        return total(line.discounted_total for line in self.lines)

    @property
    def shipping(self) -> Decimal:
        return total(each.price - each.discount for each in self.shipping_lines)

    @property
    def tax_lines(self) -> list[TaxLine]:
        """All taxes of the order, one entry for each title and rate."""
        sums: dict[tuple[str, Decimal], Decimal] = {}
        for tax in self._every_tax():
            sums[tax.title, tax.rate] = sums.get((tax.title, tax.rate), NOTHING) + tax.price
        return [TaxLine(title, rate, price) for (title, rate), price in sums.items()]

    def _every_tax(self) -> Iterable[TaxLine]:
        yield from self.order_taxes
        for line in self.lines:
            yield from line.tax_lines
        for each in self.shipping_lines:
            yield from each.tax_lines

    @property
    def tax(self) -> Decimal:
        return total(each.price for each in self._every_tax())

    @property
    def price(self) -> Decimal:
        added = NOTHING if self.taxes_included else self.tax
        return self.subtotal + self.shipping + added

    @property
    def current_subtotal(self) -> Decimal:
        left = total(line.share(line.discounted_total) for line in self.lines)
        return rounded(left, self.currency)

    @property
    def current_discounts(self) -> Decimal:
        return rounded(total(line.share(line.discount) for line in self.lines), self.currency)

    @property
    def current_tax(self) -> Decimal:
        gone = total(
            tax.price - line.share(tax.price) for line in self.lines for tax in line.tax_lines
        )
        return rounded(self.tax - gone, self.currency)

    @property
    def current_price(self) -> Decimal:
        if self.cancelled_at:
            return NOTHING
        added = NOTHING if self.taxes_included else self.current_tax
        return self.current_subtotal + self.shipping + added

    @property
    def outstanding(self) -> Decimal:
        unpaid = {"PENDING", "AUTHORIZED", "PARTIALLY_PAID", "EXPIRED"}
        return self.current_price if self.financial_status in unpaid else NOTHING

    @property
    def fulfillment_status(self) -> str:
        """OrderDisplayFulfillmentStatus."""
        if not any(line.fulfillable for line in self.lines):
            return "FULFILLMENT_NOT_REQUIRED"
        left = any(line.unfulfilled for line in self.lines)
        if any(line.fulfilled for line in self.lines):
            return "PARTIALLY_FULFILLED" if left else "FULFILLED"
        waiting = [each for each in self.fulfillment_orders if each.status in ("OPEN", "ON_HOLD")]
        held = bool(waiting) and all(each.status == "ON_HOLD" for each in waiting)
        return "ON_HOLD" if held else "UNFULFILLED"
