"""Models of GraphQL answers about an order in a vendor's store; see ``answers``."""

from __future__ import annotations

import json

from pydantic import Field

from stores.boundary import (
    Flag,
    Link,
    Listing,
    LongText,
    Loose,
    Moment,
    MomentOrNone,
    Text,
    Told,
    decode,
)
from stores.shopify.answers import (
    Answer,
    Attribute,
    Bag,
    Count,
    Currency,
    MadeRefund,
    Page,
    Payload,
    Place,
    Ref,
    TaxLine,
    WholeAttribute,
    Wide,
)


class Metafield(Answer):
    value: Wide = ""


class KeptKeys(Told):
    """The value of our metafield ``line_keys``."""

    lines: dict[str, Text] = Field(default_factory=dict)
    edit: Text = ""
    known: Loose[Text] = Field(default_factory=list)


class Line(Ref):
    """What names a line: its id, and the attribute in which its key stands."""

    custom_attributes: Loose[Attribute] = Field(default_factory=list)


class StandingLine(Line):
    title: Text
    sku: Text = ""
    quantity: Count
    current_quantity: Count
    unfulfilled_quantity: Count
    variant: Ref | None = None


class ParcelItem(Answer):
    quantity: Count
    line_item: Line


class TrackingInfo(Answer):
    company: Text = ""
    number: Text = ""
    url: Link = ""


class FulfilmentNode(Ref):
    status: Text
    created_at: Moment
    delivered_at: MomentOrNone = None
    tracking_info: Loose[TrackingInfo] = Field(default_factory=list)
    fulfillment_line_items: Page


class PlacedNode(Ref):
    name: Text
    source_identifier: Text = ""
    created_at: MomentOrNone = None
    cancelled_at: MomentOrNone = None


class ChangedNode(PlacedNode):
    """An order with its parcels."""

    updated_at: Moment
    display_financial_status: Text = ""
    metafield: Metafield | None = None
    fulfillments: Listing[FulfilmentNode]


class OrderNode(ChangedNode):
    """An order with its parcels and its content."""

    email: Text = ""
    phone: Text = ""
    note: LongText = ""
    tags: Loose[Text] = Field(default_factory=list)
    closed_at: MomentOrNone = None
    currency_code: Currency
    custom_attributes: Loose[Attribute] = Field(default_factory=list)
    current_total_price_set: Bag
    total_refunded_set: Bag
    shipping_address: Place | None = None
    line_items: Page


class StandingShipping(Answer):
    is_removed: Flag = False
    discounted_price_set: Bag
    tax_lines: Listing[TaxLine]


class StandingShippings(Answer):
    nodes: Listing[StandingShipping]


class StandingOrder(Ref):
    """An order as it is edited and refunded."""

    taxes_included: Flag = False
    current_total_price_set: Bag
    metafield: Metafield | None = None
    shipping_lines: StandingShippings
    line_items: Page


class OrderTop(Ref):
    can_mark_as_paid: Flag = False
    current_total_price_set: Bag
    tags: Loose[Wide] = Field(default_factory=list)
    custom_attributes: Loose[WholeAttribute] = Field(default_factory=list)


class JobNode(Ref):
    done: Flag


class CalculatedLine(Line):
    title: Text
    quantity: Count
    editable_quantity: Count
    variant: Ref | None = None


class CalculatedOrder(Ref):
    line_items: Page


class BegunEdit(Payload):
    calculated_order: CalculatedOrder | None = None


class PricedLine(Ref):
    original_unit_price_set: Bag


class AddedVariant(Payload):
    calculated_line_item: PricedLine | None = None


class DiscountedLine(Ref):
    editable_subtotal_set: Bag


class AddedDiscount(Payload):
    calculated_line_item: DiscountedLine | None = None


class AddedItem(Payload):
    calculated_line_item: Ref | None = None


class AddedShipping(Payload):
    calculated_shipping_line: Ref | None = None


class PaymentNode(Ref):
    kind: Text
    status: Text
    gateway: Text = ""
    amount_set: Bag
    parent_transaction: Ref | None = None


class RefundableOrder(Ref):
    currency_code: Currency
    current_total_price_set: Bag
    refunds: Listing[MadeRefund]
    transactions: Listing[PaymentNode]


def kept_keys(metafield: Metafield | None) -> KeptKeys:
    """Nothing too where somebody has written something else into our metafield."""
    try:
        return KeptKeys.model_validate(
            decode((metafield.value if metafield else "").encode()) or {}
        )
    except ValueError:
        return KeptKeys()


def keys_text(lines: dict[str, str], edit: str, known: frozenset[str]) -> str:
    return json.dumps({"lines": lines, "edit": edit, "known": sorted(known)})
