"""The documents for what is done to an order after it was created; see ``documents``."""

from __future__ import annotations

PLACE = """
fragment Place on MailingAddress {
  firstName lastName company address1 address2 city zip phone
  province provinceCode country countryCodeV2
}
"""

_LINE = """
fragment StandingLine on LineItem {
  id title sku quantity currentQuantity unfulfilledQuantity
  variant { id }
  customAttributes { key value }
}
"""

CONTENT = (
    """
fragment Content on Order {
  email phone note tags closedAt currencyCode
  customAttributes { key value }
  currentTotalPriceSet { shopMoney { amount } }
  totalRefundedSet { shopMoney { amount } }
  shippingAddress { ...Place }
  metafield(namespace: "$app", key: "line_keys") { value }
  lineItems(first: 15) {
    pageInfo { hasNextPage endCursor }
    nodes { ...StandingLine }
  }
}
"""
    + PLACE
    + _LINE
)

STANDING_LINES = (
    """
query StandingLines($id: ID!, $after: String) {
  order(id: $id) {
    id cancelledAt closedAt taxesIncluded
    currentTotalPriceSet { shopMoney { amount } }
    metafield(namespace: "$app", key: "line_keys") { value }
    shippingLines(first: 10) {
      nodes {
        isRemoved
        discountedPriceSet { shopMoney { amount } }
        taxLines { priceSet { shopMoney { amount } } }
      }
    }
    lineItems(first: 20, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { ...StandingLine }
    }
  }
}
"""
    + _LINE
)

ORDER_TOP = """
query OrderTop($id: ID!) {
  order(id: $id) {
    id tags canMarkAsPaid
    customAttributes { key value }
    currentTotalPriceSet { shopMoney { amount } }
  }
}
"""

AMEND_ORDER = (
    """
mutation AmendOrder($input: OrderInput!) {
  orderUpdate(input: $input) {
    order {
      id currencyCode
      currentTotalPriceSet { shopMoney { amount } }
      shippingAddress { ...Place }
    }
    userErrors { field message }
  }
}
"""
    + PLACE
)

MARK_PAID = """
mutation MarkPaid($input: OrderMarkAsPaidInput!) {
  orderMarkAsPaid(input: $input) {
    order { id displayFinancialStatus }
    userErrors { field message }
  }
}
"""

JOB = """
query Job($id: ID!) { job(id: $id) { id done } }
"""

_CALCULATED = """
fragment Calculated on CalculatedLineItem {
  id title quantity editableQuantity
  variant { id }
  customAttributes { key value }
}
"""

BEGIN_EDIT = (
    """
mutation BeginEdit($id: ID!) {
  orderEditBegin(id: $id) {
    calculatedOrder {
      id
      lineItems(first: 20) {
        pageInfo { hasNextPage endCursor }
        nodes { ...Calculated }
      }
    }
    userErrors { field message }
  }
}
"""
    + _CALCULATED
)

CALCULATED_LINES = (
    """
query CalculatedLines($id: ID!, $after: String) {
  node(id: $id) {
    ... on CalculatedOrder {
      lineItems(first: 30, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { ...Calculated }
      }
    }
  }
}
"""
    + _CALCULATED
)

SET_QUANTITY = """
mutation SetQuantity($id: ID!, $lineItemId: ID!, $quantity: Int!, $restock: Boolean) {
  orderEditSetQuantity(
    id: $id, lineItemId: $lineItemId, quantity: $quantity, restock: $restock
  ) {
    calculatedLineItem { id }
    userErrors { field message }
  }
}
"""

ADD_VARIANT = """
mutation AddVariant($id: ID!, $variantId: ID!, $quantity: Int!) {
  orderEditAddVariant(
    id: $id, variantId: $variantId, quantity: $quantity, allowDuplicates: true
  ) {
    calculatedLineItem { id originalUnitPriceSet { shopMoney { amount } } }
    userErrors { field message }
  }
}
"""

ADD_CUSTOM_ITEM = """
mutation AddCustomItem(
  $id: ID!, $title: String!, $price: MoneyInput!, $quantity: Int!, $requiresShipping: Boolean
) {
  orderEditAddCustomItem(
    id: $id, title: $title, price: $price, quantity: $quantity,
    requiresShipping: $requiresShipping, taxable: false
  ) {
    calculatedLineItem { id }
    userErrors { field message }
  }
}
"""

ADD_DISCOUNT = """
mutation AddDiscount($id: ID!, $lineItemId: ID!, $discount: OrderEditAppliedDiscountInput!) {
  orderEditAddLineItemDiscount(id: $id, lineItemId: $lineItemId, discount: $discount) {
    calculatedLineItem { id editableSubtotalSet { shopMoney { amount } } }
    userErrors { field message }
  }
}
"""

ADD_SHIPPING = """
mutation AddShipping($id: ID!, $shippingLine: OrderEditAddShippingLineInput!) {
  orderEditAddShippingLine(id: $id, shippingLine: $shippingLine) {
    calculatedShippingLine { id }
    userErrors { field message }
  }
}
"""

COMMIT_EDIT = """
mutation CommitEdit($id: ID!, $staffNote: String) {
  orderEditCommit(id: $id, notifyCustomer: false, staffNote: $staffNote) {
    order {
      id currentSubtotalLineItemsQuantity
      currentTotalPriceSet { shopMoney { amount } }
    }
    userErrors { field message }
  }
}
"""

REFUNDABLE = """
query Refundable($id: ID!) {
  order(id: $id) {
    id currencyCode
    currentTotalPriceSet { shopMoney { amount } }
    refunds(first: 100) { id note totalRefundedSet { shopMoney { amount } } }
    transactions(first: 50) {
      id kind status gateway
      amountSet { shopMoney { amount } }
      parentTransaction { id }
    }
  }
}
"""

REFUND = """
mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id totalRefundedSet { shopMoney { amount } } }
    userErrors { field message }
  }
}
"""

_FRAGMENTS = ("PLACE", "CONTENT")

ALL: dict[str, str] = {
    name: text
    for name, text in globals().items()
    if name.isupper() and name[0] != "_" and name not in _FRAGMENTS
}
