"""GraphQL nodes of an order as the REST model of webhooks, as far as ``seen`` reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stores.base import DeliveryMethod
from stores.shopify import answers, bodies, market_answers
from stores.shopify.answers import (
    bare,
)

_FULFILMENT = {"PARTIALLY_FULFILLED": "partial", "FULFILLED": "fulfilled"}


def rest_order(
    node: market_answers.SeenNode,
    lines: Iterable[market_answers.SeenLineNode],
    refunds: Iterable[market_answers.SeenRefundNode] = (),
) -> bodies.Order:
    """``node`` has the fields of the fragment ``Seen``, ``lines`` those of ``SeenLine``,
    ``refunds`` those of ``SeenRefunds``."""
    return bodies.Order(
        id=node.number,
        name=node.name,
        created_at=node.created_at,
        processed_at=node.processed_at,
        updated_at=node.updated_at,
        cancelled_at=node.cancelled_at,
        test=node.test,
        currency=node.currency_code,
        taxes_included=node.taxes_included,
        financial_status=node.display_financial_status.lower(),
        fulfillment_status=_FULFILMENT.get(node.display_fulfillment_status, ""),
        current_total_price=node.current_total_price_set.amount,
        note=node.note,
        email=node.email,
        phone=node.phone,
        tags=node.tags,
        note_attributes=_attributes(node.custom_attributes),
        shipping_address=_address(node.shipping_address),
        billing_address=_address(node.billing_address),
        shipping_lines=[_shipping(line) for line in node.shipping_lines.nodes],
        line_items=[_line(line) for line in lines],
        refunds=[_refund(each) for each in refunds],
        buyer_accepts_marketing=node.customer_accepts_marketing,
    )


def risk_of(node: market_answers.SeenNode) -> str:
    """The worst of all assessments; a recommendation to cancel counts as high."""
    levels = {each.risk_level.lower() for each in node.risk.assessments}
    if node.risk.recommendation == "CANCEL":
        levels.add("high")
    ranked = ("high", "pending", "medium", "low")
    return next((level for level in ranked if level in levels), "none")


_METHODS = {"PICK_UP": DeliveryMethod.PICKUP, "LOCAL": DeliveryMethod.LOCAL}


def method_of(order: market_answers.DeliveryOrder | market_answers.FulfilmentOrderNode) -> str:
    """How the goods of a fulfilment order are delivered: a DeliveryMethod, "" if shipped."""
    return _METHODS.get(order.delivery_method.method_type if order.delivery_method else "", "")


def methods_in(node: market_answers.SeenNode) -> set[str]:
    """All delivery methods of an order's goods; what needs no delivery has none."""
    orders = node.fulfillment_orders.nodes
    return {method_of(each) for each in orders if not _needs_none(each)}


def _needs_none(order: market_answers.DeliveryOrder) -> bool:
    return order.delivery_method is not None and order.delivery_method.method_type == "NONE"


def is_on_hold(node: market_answers.SeenNode) -> bool:
    """Whether all that is left to ship is on hold."""
    return node.display_fulfillment_status == "ON_HOLD"


def _line(node: market_answers.SeenLineNode) -> bodies.Item:
    return bodies.Item(
        id=node.number,
        title=node.title,
        variant_title=node.variant_title,
        sku=node.sku,
        vendor=node.vendor,
        quantity=node.quantity,
        current_quantity=node.current_quantity,
        fulfillable_quantity=node.unfulfilled_quantity,
        requires_shipping=node.requires_shipping,
        variant_id=bare(node.variant),
        product_id=bare(node.product),
        price=node.original_unit_price_set.amount,
        discount_allocations=[
            bodies.Allocation(amount=part.allocated_amount_set.amount)
            for part in node.discount_allocations
        ],
        tax_lines=_taxes(node.tax_lines),
        properties=_attributes(node.custom_attributes),
    )


def _refund(node: market_answers.SeenRefundNode) -> bodies.Refund:
    amount = node.total_refunded_set.amount
    return bodies.Refund(
        id=node.number,
        created_at=node.created_at,
        transactions=[bodies.Transaction(kind="refund", status="success", amount=amount)],
        refund_line_items=[
            bodies.RefundItem(
                line_item_id=item.line_item.number,
                quantity=item.quantity,
                restock_type=item.restock_type.lower(),
            )
            for item in node.refund_line_items.nodes
        ],
    )


def _shipping(node: market_answers.SeenShipping) -> bodies.Shipping:
    return bodies.Shipping(
        title=node.title,
        code=node.code,
        delivery_category=node.delivery_category,
        discounted_price=node.discounted_price_set.amount,
        tax_lines=_taxes(node.tax_lines),
    )


def _taxes(taxes: Sequence[answers.TaxLine]) -> list[bodies.Tax]:
    return [bodies.Tax(price=tax.price_set.amount) for tax in taxes]


def _attributes(attributes: Sequence[answers.Attribute]) -> list[bodies.Pair]:
    return [bodies.Pair(name=each.key, value=each.value) for each in attributes]


def _address(node: answers.Place | None) -> bodies.Address | None:
    return bodies.Address.model_validate(node.model_dump()) if node else None
