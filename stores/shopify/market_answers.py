"""Models of GraphQL answers about an order of a marketplace; see ``answers``."""

from __future__ import annotations

from pydantic import Field

from stores.boundary import (
    Flag,
    Listing,
    LongText,
    Loose,
    Moment,
    MomentOrNone,
    Text,
)
from stores.shopify.answers import (
    Answer,
    Attribute,
    Bag,
    Count,
    Currency,
    Page,
    Place,
    Ref,
    TaxLine,
)
from stores.shopify.vendor_answers import FulfilmentNode


class Assessment(Answer):
    risk_level: Text = ""


class Risk(Answer):
    recommendation: Text = ""
    assessments: Loose[Assessment] = Field(default_factory=list)


class SeenShipping(Answer):
    title: Text = ""
    code: Text = ""
    delivery_category: Text = ""
    discounted_price_set: Bag
    tax_lines: Listing[TaxLine]


class SeenShippings(Answer):
    nodes: Listing[SeenShipping]


class Discount(Answer):
    allocated_amount_set: Bag


class SeenLineNode(Ref):
    title: Text
    variant_title: Text = ""
    sku: Text = ""
    vendor: Text = ""
    quantity: Count
    current_quantity: Count
    unfulfilled_quantity: Count
    requires_shipping: Flag
    variant: Ref | None = None
    product: Ref | None = None
    original_unit_price_set: Bag
    discount_allocations: Listing[Discount]
    tax_lines: Listing[TaxLine]
    custom_attributes: Loose[Attribute] = Field(default_factory=list)


class DeliveryMethod(Answer):
    method_type: Text = ""


class DeliveryOrder(Answer):
    """Of a fulfilment order, how its lines are delivered."""

    delivery_method: DeliveryMethod | None = None


class DeliveryOrders(Answer):
    nodes: Listing[DeliveryOrder]


class SeenNode(Ref):
    name: Text
    created_at: Moment
    processed_at: MomentOrNone = None
    updated_at: Moment
    cancelled_at: MomentOrNone = None
    test: Flag = False
    display_financial_status: Text = ""
    display_fulfillment_status: Text = ""
    currency_code: Currency
    taxes_included: Flag
    note: LongText = ""
    tags: Loose[Text] = Field(default_factory=list)
    email: Text = ""
    phone: Text = ""
    customer_accepts_marketing: Flag = False
    risk: Risk
    custom_attributes: Loose[Attribute] = Field(default_factory=list)
    current_total_price_set: Bag
    total_refunded_set: Bag
    shipping_address: Place | None = None
    billing_address: Place | None = None
    shipping_lines: SeenShippings
    fulfillment_orders: DeliveryOrders
    line_items: Page


class RefundedItem(Answer):
    quantity: Count
    restock_type: Text = ""
    line_item: Ref


class RefundedItems(Answer):
    nodes: Listing[RefundedItem]


class SeenRefundNode(Ref):
    created_at: Moment
    total_refunded_set: Bag
    refund_line_items: RefundedItems


class SeenRefunds(Answer):
    refunds: Listing[SeenRefundNode]


class SeenPayment(Answer):
    kind: Text = ""
    status: Text = ""
    payment_id: Text = ""


class SeenPayments(Answer):
    transactions: Loose[SeenPayment]


class Action(Answer):
    action: Text = ""


class Hold(Answer):
    reason: Text = ""


class AssignedLocation(Answer):
    name: Text = ""
    location: Ref | None = None


class FulfilmentOrderItem(Ref):
    remaining_quantity: Count
    line_item: Ref


class FulfilmentOrderNode(Ref):
    status: Text
    supported_actions: Loose[Action]
    fulfillment_holds: Loose[Hold] = Field(default_factory=list)
    delivery_method: DeliveryMethod | None = None
    assigned_location: AssignedLocation
    line_items: Page


class OrderOf(Answer):
    order: Ref


class FulfilmentsOf(Answer):
    fulfillments: Listing[FulfilmentNode]
