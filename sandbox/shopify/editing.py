"""Order editing: a session stages changes under ids of its own, a commit makes them real."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.shopify.catalogue import Variant
from sandbox.shopify.fulfilment import Refusal
from sandbox.shopify.ids import gid, number_of
from sandbox.shopify.lifecycle import Edit
from sandbox.shopify.money import NOTHING, rounded
from sandbox.shopify.order import Line, Order, ShippingLine

if TYPE_CHECKING:
    from sandbox.shopify.app import App
    from sandbox.shopify.shop import Shop

SESSION_LASTS = timedelta(hours=1)
"""Shopify names no time (2026-10); this one is a stand-in."""


@dataclass(eq=False)
class CalculatedLine:
    """``staged`` is the quantity wanted in all; ``before`` what it was when the edit began."""

    id: int
    line: Line
    before: int
    staged: int
    restocking: bool = True
    percent: Decimal = NOTHING

    @property
    def gid(self) -> str:
        return gid("CalculatedLineItem", self.id)

    @property
    def editable(self) -> int:
        return self.staged - self.line.fulfilled

    def cut(self, currency: str) -> Decimal:
        """What the discount that is staged takes off all pieces together."""
        return rounded(self.line.discounted_unit * self.staged * self.percent / 100, currency)

    def editable_subtotal(self, currency: str) -> Decimal:
        """After discount, of the pieces that have not left."""
        unit = self.line.discounted_unit * (100 - self.percent) / 100
        return rounded(unit * self.editable, currency)


@dataclass(frozen=True)
class CalculatedShipping:
    """A shipping line that comes with the edit. One that was committed cannot be updated."""

    id: int
    line: ShippingLine

    @property
    def gid(self) -> str:
        return gid("CalculatedShippingLine", self.id)


@dataclass(eq=False)
class EditSession:
    """Both the OrderEditSession and its CalculatedOrder."""

    id: int
    order: Order
    began_at: datetime
    lines: list[CalculatedLine]
    added: list[CalculatedLine] = field(default_factory=list)
    shipping: list[CalculatedShipping] = field(default_factory=list)
    committed: bool = False

    @property
    def gid(self) -> str:
        return gid("CalculatedOrder", self.id)

    @property
    def session_gid(self) -> str:
        return gid("OrderEditSession", self.id)


def obstacles(order: Order) -> list[str]:
    """Why an order cannot be edited; empty when it can."""
    return list(_obstacles(order))


def _obstacles(order: Order) -> Iterator[str]:
    if order.cancelled_at:
        yield "Canceled orders can't be edited"
    elif order.archived:
        yield "Archived orders can't be edited"
    if order.lines and not any(line.unfulfilled for line in order.lines):
        yield "Fulfilled orders can't be edited"


def begin(shop: Shop, order: Order) -> EditSession:
    _must_be_editable(order, "id")
    ids = shop.world.ids
    lines = [
        CalculatedLine(next(ids), line, line.current_quantity, line.current_quantity)
        for line in order.lines
    ]
    made = EditSession(next(ids), order, shop.now(), lines)
    shop.edits[made.id] = made
    return made


def find(shop: Shop, given: str) -> EditSession:
    """By the id of the session or of its calculated order, while neither is used up."""
    number = number_of(given, "CalculatedOrder") or number_of(given, "OrderEditSession")
    found = shop.edits.get(number)
    if found is None or found.committed:
        raise Refusal("The calculated order does not exist.", ["id"])
    if shop.now() - found.began_at > SESSION_LASTS:
        raise Refusal("The order edit session has expired.", ["id"])
    return found


def set_quantity(
    edit: EditSession, line_gid: str, quantity: int, *, restock: bool
) -> CalculatedLine:
    found = next((each for each in (*edit.lines, *edit.added) if each.gid == line_gid), None)
    if found is None:
        raise Refusal("The line item does not exist.", ["lineItemId"])
    if quantity < 0:
        raise Refusal("Quantity must be greater than or equal to 0.", ["quantity"])
    if quantity < found.line.fulfilled:
        raise Refusal("You can only edit unfulfilled line items.", ["quantity"])
    found.staged, found.restocking = quantity, restock
    return found


def add_variant(
    shop: Shop, edit: EditSession, variant: Variant | None, quantity: int, *, duplicates: bool
) -> CalculatedLine:
    """At the price the shop sells it for, whatever the order's other lines cost."""
    if variant is None:
        raise Refusal("The variant does not exist.", ["variantId"])
    _must_be_positive(quantity)
    standing = (each.line.variant for each in (*edit.lines, *edit.added) if each.staged)
    if not duplicates and variant in standing:
        raise Refusal("The variant is already on the order.", ["variantId"])
    line = Line(
        id=next(shop.world.ids),
        title=variant.product.title,
        quantity=quantity,
        price=variant.price,
        location=shop.location_of(variant),
        variant=variant,
        product=variant.product,
        variant_title="" if variant.title == "Default Title" else variant.title,
        sku=variant.sku,
        vendor=variant.product.vendor,
        requires_shipping=variant.requires_shipping,
    )
    return _stage(shop, edit, line)


def add_custom(
    shop: Shop,
    edit: EditSession,
    title: str,
    price: Decimal,
    quantity: int,
    *,
    requires_shipping: bool,
    taxable: bool,
) -> CalculatedLine:
    if not title.strip():
        raise Refusal("Title can't be blank.", ["title"])
    if price < 0:
        raise Refusal("Price must be greater than or equal to 0.", ["price"])
    _must_be_positive(quantity)
    line = Line(
        id=next(shop.world.ids),
        title=title,
        quantity=quantity,
        price=price,
        location=shop.default_location,
        requires_shipping=requires_shipping,
        taxable=taxable,
    )
    return _stage(shop, edit, line)


def add_discount(edit: EditSession, line_gid: str, percent: Decimal) -> CalculatedLine:
    """Only by percent: whether a fixed amount counts for each piece is not documented."""
    found = next((each for each in (*edit.lines, *edit.added) if each.gid == line_gid), None)
    if found is None:
        raise Refusal("The line item does not exist.", ["lineItemId"])
    if not 0 < percent <= 100:
        raise Refusal("Value must be between 0 and 100.", ["discount", "percentValue"])
    found.percent = percent
    return found


def add_shipping(shop: Shop, edit: EditSession, title: str, price: Decimal) -> CalculatedShipping:
    """Without tax: what a shop with taxes on shipping makes of it is not documented."""
    if not title.strip():
        raise Refusal("Title can't be blank.", ["shippingLine", "title"])
    if price < 0:
        raise Refusal("Price must be greater than or equal to 0.", ["shippingLine", "price"])
    line = ShippingLine(next(shop.world.ids), title, price)
    staged = CalculatedShipping(next(shop.world.ids), line)
    edit.shipping.append(staged)
    return staged


def commit(shop: Shop, app: App, edit: EditSession, note: str) -> Order:
    """What happened to the order since ``begin`` counts: it may have shipped or be cancelled."""
    _must_be_editable(edit.order, "id")
    changed = [each for each in edit.lines if each.staged != each.before]
    cut = [each for each in (*edit.lines, *edit.added) if each.percent and each.staged]
    for each in edit.added:
        each.line.quantity = each.line.current_quantity = each.staged
    shop.lifecycle.edit(
        edit.order,
        Edit(
            quantities={each.line: each.staged for each in changed},
            added=[each.line for each in edit.added if each.staged],
            shipping=[each.line for each in edit.shipping],
            note=note,
            kept_off=frozenset(each.line for each in changed if not each.restocking),
            app=app,
            discounts={each.line: each.cut(shop.currency) for each in cut},
        ),
    )
    edit.committed = True
    return edit.order


def _stage(shop: Shop, edit: EditSession, line: Line) -> CalculatedLine:
    active = sum(each.staged > 0 for each in (*edit.lines, *edit.added))
    if active >= shop.line_limit:
        raise Refusal(f"Orders are limited to {shop.line_limit} line items.", ["id"])
    staged = CalculatedLine(next(shop.world.ids), line, 0, line.quantity)
    edit.added.append(staged)
    return staged


def _must_be_editable(order: Order, path: str) -> None:
    if said := obstacles(order):
        raise Refusal(said[0], [path])


def _must_be_positive(quantity: int) -> None:
    if quantity < 1:
        raise Refusal("Quantity must be greater than 0.", ["quantity"])
