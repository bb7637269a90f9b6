"""Models of the orders in Shopify's webhook bodies (REST shape, as sent from 2023 to 2026-10).

``rest`` makes the same models of GraphQL answers, so that ``seen`` reads both alike.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from stores.boundary import (
    Amount,
    Flag,
    Id,
    Listing,
    LongText,
    Pieces,
    Text,
    Told,
    amount,
    entries,
    moment,
    pieces,
    text,
)
from stores.shopify.answers import (
    Count,
    Currency,
    Given,
    Key,
    Price,
)


def _pieces_or_none(value: Any) -> int | None:
    return None if value in (None, "") else pieces(value)


def _amount_or_none(value: Any) -> Decimal | None:
    return None if value in (None, "") else amount(value)


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else moment(value)


def _moment_or_none(value: Any) -> datetime | None:
    return None if value in (None, "", False) else _moment(value)


Moment = Annotated[datetime, BeforeValidator(_moment)]
MomentOrNone = Annotated[datetime | None, BeforeValidator(_moment_or_none)]
PiecesOrNone = Annotated[int | None, BeforeValidator(_pieces_or_none)]
AmountOrNone = Annotated[Decimal | None, BeforeValidator(_amount_or_none)]


class Pair(Told):
    """A note attribute of an order, or a property of a line. Apps write whatever they like as its
    name and value; both are text here."""

    name: Text = ""
    value: LongText = ""


def _pairs(value: Any) -> list[Any]:
    """Pairs from a list of them, or from an object whose keys are the names."""
    if isinstance(value, dict) and not all(_is_pair(each) for each in value.values()):
        return [{"name": name, "value": each} for name, each in value.items()]
    if not isinstance(value, dict | list | tuple | None):
        return [{"name": "", "value": value}]
    return [each if _is_pair(each) else _made_pair(each) for each in entries(value)]


def _is_pair(value: Any) -> bool:
    return isinstance(value, Pair) or (isinstance(value, dict) and "name" in value)


def _made_pair(value: Any) -> dict[str, Any]:
    if isinstance(value, list | tuple) and len(value) == 2:
        return {"name": value[0], "value": value[1]}
    return {"name": "", "value": value}


Pairs = Annotated[list[Pair], BeforeValidator(_pairs)]


def _tags(value: Any) -> list[str]:
    """Tags are text with commas, or a list."""
    told = value.split(",") if isinstance(value, str) else entries(value)
    return [tag for each in told if (tag := text(each).strip())]


class Money(Told):
    amount: Price


class Bag(Told):
    shop_money: Money | None = None


class Tax(Told):
    """``price`` is in the shop's currency in webhooks of today; ``price_set`` says so."""

    price: AmountOrNone = None
    price_set: Bag | None = None


class Allocation(Told):
    amount: Price


class Item(Told):
    """A line of an order."""

    id: Key
    title: Text = ""
    variant_title: Text = ""
    sku: Text = ""
    vendor: Text = ""
    quantity: Count
    current_quantity: PiecesOrNone = None
    fulfillable_quantity: Pieces = 0
    requires_shipping: Flag = False
    variant_id: Id = ""
    product_id: Id = ""
    price: Price
    discount_allocations: Listing[Allocation] = Field(default_factory=list)
    tax_lines: Listing[Tax] = Field(default_factory=list)
    properties: Pairs = Field(default_factory=list)


class Shipping(Told):
    title: Text = ""
    code: Text = ""
    delivery_category: Text = ""
    price: AmountOrNone = None
    discounted_price: AmountOrNone = None
    tax_lines: Listing[Tax] = Field(default_factory=list)
    is_removed: Flag = False


class Address(Told):
    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    address1: Text = ""
    address2: Text = ""
    city: Text = ""
    zip: Text = ""
    province: Text = ""
    province_code: Text = ""
    country: Text = ""
    country_code: Text = ""
    phone: Text = ""


class Transaction(Told):
    kind: Text = ""
    status: Text = ""
    amount: Amount = Decimal(0)


class RefundItem(Told):
    line_item_id: Key
    quantity: Count
    restock_type: Text = "no_restock"


class Refund(Told):
    id: Key
    created_at: Moment
    transactions: Listing[Transaction] = Field(default_factory=list)
    refund_line_items: Listing[RefundItem] = Field(default_factory=list)


def _address(value: Any) -> Any:
    """An address that says nothing is none."""
    if isinstance(value, dict) and not any(value.values()):
        return None
    return value or None


AddressOrNone = Annotated[Address | None, BeforeValidator(_address)]


class Order(Told):
    """An order. Of its risk, its holds and its delivery methods by line no body tells anything
    (Shopify 2026-10)."""

    id: Key
    name: Text
    created_at: Moment
    processed_at: MomentOrNone = None
    updated_at: Moment
    cancelled_at: MomentOrNone = None
    currency: Currency
    current_total_price: AmountOrNone = None
    total_price: AmountOrNone = None
    financial_status: Text = ""
    fulfillment_status: Text = ""
    taxes_included: Flag = False
    test: Flag = False
    note: LongText = ""
    email: Text = ""
    phone: Text = ""
    tags: Annotated[list[str], BeforeValidator(_tags)] = Field(default_factory=list)
    note_attributes: Pairs = Field(default_factory=list)
    shipping_address: AddressOrNone = None
    billing_address: AddressOrNone = None
    shipping_lines: Listing[Shipping] = Field(default_factory=list)
    line_items: Annotated[Listing[Item], Given]
    refunds: Listing[Refund] = Field(default_factory=list)
    buyer_accepts_marketing: Flag = False
