"""Every GraphQL document we send, in one place, to be checked against Shopify's schema.

A single query may ask for at most 1,000 points (Shopify 2026-10), counted as if every page were
full; the page sizes below stay under that, and what does not fit on a first page is paged after.
"""

from __future__ import annotations

from stores.shopify import documents_after

# -- a vendor's store ------------------------------------------------------------------------------

IDENTIFY = """
query Identify {
  shop {
    id name myshopifyDomain email currencyCode ianaTimezone shopAddress { countryCodeV2 phone }
  }
  currentAppInstallation { accessScopes { handle } }
}
"""

UNINSTALL = """
mutation Uninstall { appUninstall { app { id } userErrors { field message code } } }
"""

VARIANTS_BY_SKU = """
query VariantsBySku($query: String!, $after: String) {
  productVariants(first: 30, query: $query, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id sku title barcode inventoryQuantity
      product { id title }
      inventoryItem { tracked }
    }
  }
}
"""

_CREATED = """
fragment Created on Order {
  id name cancelledAt currencyCode currentSubtotalLineItemsQuantity
  currentTotalPriceSet { shopMoney { amount } }
  currentTotalTaxSet { shopMoney { amount } }
  shippingAddress {
    firstName lastName company address1 address2 city zip province provinceCode
    country countryCodeV2 phone
  }
}
"""

CREATE_ORDER = (
    """
mutation CreateOrder($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {
  orderCreate(order: $order, options: $options) {
    order { ...Created }
    userErrors { field message code }
  }
}
"""
    + _CREATED
)

CREATED_ORDER = (
    """
query CreatedOrder($id: ID!) {
  order(id: $id) { ...Created }
}
"""
    + _CREATED
)

ORDER_BY_KEY = """
query OrderByKey($namespace: String!, $key: String!, $value: String!) {
  orderByIdentifier(
    identifier: {customId: {namespace: $namespace, key: $key, value: $value}}
  ) { id name sourceIdentifier createdAt cancelledAt }
}
"""

ORDERS_BY_SEARCH = """
query OrdersBySearch($query: String!, $after: String) {
  orders(first: 50, query: $query, after: $after, sortKey: CREATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { id name sourceIdentifier createdAt cancelledAt }
  }
}
"""

CANCEL_ORDER = """
mutation CancelOrder(
  $orderId: ID!, $reason: OrderCancelReason!, $restock: Boolean!, $staffNote: String
) {
  orderCancel(
    orderId: $orderId, reason: $reason, restock: $restock, notifyCustomer: false,
    staffNote: $staffNote
  ) {
    job { id done }
    orderCancelUserErrors { field message code }
  }
}
"""

_PARCEL = """
fragment Parcel on Fulfillment {
  id status createdAt deliveredAt
  trackingInfo(first: 5) { company number url }
}
fragment ParcelLine on FulfillmentLineItem {
  quantity
  lineItem { id customAttributes { key value } }
}
"""

STORE_ORDER = (
    """
query StoreOrder($id: ID!) {
  order(id: $id) {
    id name sourceIdentifier createdAt updatedAt cancelledAt displayFinancialStatus
    ...Content
    fulfillments(first: 20) {
      ...Parcel
      fulfillmentLineItems(first: 10) {
        pageInfo { hasNextPage endCursor }
        nodes { ...ParcelLine }
      }
    }
  }
}
"""
    + _PARCEL
    + documents_after.CONTENT
)

STORE_ORDERS_CHANGED = (
    """
query StoreOrdersChanged($query: String!, $after: String) {
  orders(first: 5, query: $query, after: $after, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id name sourceIdentifier createdAt updatedAt cancelledAt displayFinancialStatus
      metafield(namespace: "$app", key: "line_keys") { value }
      fulfillments(first: 3) {
        ...Parcel
        fulfillmentLineItems(first: 5) {
          pageInfo { hasNextPage endCursor }
          nodes { ...ParcelLine }
        }
      }
    }
  }
}
"""
    + _PARCEL
)

PARCEL_LINES = """
query ParcelLines($id: ID!, $after: String) {
  fulfillment(id: $id) {
    fulfillmentLineItems(first: 30, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { quantity lineItem { id customAttributes { key value } } }
    }
  }
}
"""

DEFINE_KEY = """
mutation DefineKey($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) {
    createdDefinition { id }
    userErrors { field message code }
  }
}
"""

# -- a merchant's marketplace ----------------------------------------------------------------------

_SEEN = (
    documents_after.PLACE
    + """
fragment Seen on Order {
  id name createdAt processedAt updatedAt cancelledAt test
  displayFinancialStatus displayFulfillmentStatus currencyCode taxesIncluded
  note tags email phone customerAcceptsMarketing
  risk { recommendation assessments { riskLevel } }
  customAttributes { key value }
  currentTotalPriceSet { shopMoney { amount } }
  totalRefundedSet { shopMoney { amount } }
  shippingAddress { ...Place }
  billingAddress { ...Place }
  fulfillmentOrders(first: 5) { nodes { deliveryMethod { methodType } } }
  shippingLines(first: 5) {
    nodes {
      title code
      discountedPriceSet { shopMoney { amount } }
      taxLines { priceSet { shopMoney { amount } } }
    }
  }
}
"""
)

_SEEN_LINE = """
fragment SeenLine on LineItem {
  id title variantTitle sku vendor quantity currentQuantity unfulfilledQuantity requiresShipping
  variant { id }
  product { id }
  originalUnitPriceSet { shopMoney { amount } }
  discountAllocations { allocatedAmountSet { shopMoney { amount } } }
  taxLines(first: 5) { priceSet { shopMoney { amount } } }
  customAttributes { key value }
}
"""

SEEN_ORDER = (
    """
query SeenOrder($id: ID!) {
  order(id: $id) {
    ...Seen
    lineItems(first: 4) {
      pageInfo { hasNextPage endCursor }
      nodes { ...SeenLine }
    }
  }
}
"""
    + _SEEN
    + _SEEN_LINE
)

SEEN_LINES = (
    """
query SeenLines($id: ID!, $after: String) {
  order(id: $id) {
    lineItems(first: 30, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { ...SeenLine }
    }
  }
}
"""
    + _SEEN_LINE
)
"""What does not fit on the first page of an order, which most orders do."""

SEEN_ORDERS = (
    """
query SeenOrders($query: String!, $sort: OrderSortKeys!, $after: String) {
  orders(first: 5, query: $query, after: $after, sortKey: $sort) {
    pageInfo { hasNextPage endCursor }
    nodes {
      ...Seen
      lineItems(first: 4) {
        pageInfo { hasNextPage endCursor }
        nodes { ...SeenLine }
      }
    }
  }
}
"""
    + _SEEN
    + _SEEN_LINE
)

SEEN_REFUNDS = """
query SeenRefunds($id: ID!) {
  order(id: $id) {
    refunds(first: 20) {
      id createdAt
      totalRefundedSet { shopMoney { amount } }
      refundLineItems(first: 25) { nodes { quantity restockType lineItem { id } } }
    }
  }
}
"""
"""Asked of orders that had any: twenty refunds of twenty-five lines fit into one call."""

SEEN_PAYMENTS = """
query SeenPayments($id: ID!) {
  order(id: $id) { transactions(first: 50) { kind status paymentId } }
}
"""
"""Asked of orders whose vendor gets the reference; of a payment nothing else is ever read."""

FULFILMENT_ORDERS = """
query FulfilmentOrders($id: ID!, $after: String) {
  order(id: $id) {
    fulfillmentOrders(first: 4, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id status
        supportedActions { action }
        fulfillmentHolds { reason }
        deliveryMethod { methodType }
        assignedLocation { name location { id } }
        lineItems(first: 8) {
          pageInfo { hasNextPage endCursor }
          nodes { id remainingQuantity lineItem { id } }
        }
      }
    }
  }
}
"""

FULFILMENT_ORDER_OWNER = """
query FulfilmentOrderOwner($id: ID!) { fulfillmentOrder(id: $id) { order { id } } }
"""

FULFILMENT_ORDER_LINES = """
query FulfilmentOrderLines($id: ID!, $after: String) {
  fulfillmentOrder(id: $id) {
    lineItems(first: 40, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { id remainingQuantity lineItem { id } }
    }
  }
}
"""

FULFILMENTS = """
query Fulfilments($id: ID!) {
  order(id: $id) {
    fulfillments(first: 25) {
      ...Parcel
      fulfillmentLineItems(first: 10) {
        pageInfo { hasNextPage endCursor }
        nodes { quantity lineItem { id } }
      }
    }
  }
}
""" + _PARCEL.split("fragment ParcelLine")[0]

FULFIL = """
mutation Fulfil($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id status }
    userErrors { field message }
  }
}
"""

CORRECT_TRACKING = """
mutation CorrectTracking($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean) {
  fulfillmentTrackingInfoUpdate(
    fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify
  ) {
    fulfillment { id }
    userErrors { field message }
  }
}
"""

ARRIVED = """
mutation Arrived($event: FulfillmentEventInput!) {
  fulfillmentEventCreate(fulfillmentEvent: $event) {
    fulfillmentEvent { id }
    userErrors { field message }
  }
}
"""

WITHDRAW = """
mutation Withdraw($id: ID!) {
  fulfillmentCancel(id: $id) {
    fulfillment { id status }
    userErrors { field message }
  }
}
"""

ALL: dict[str, str] = {
    name: text for name, text in globals().items() if name.isupper() and name[0] != "_"
} | documents_after.ALL
"""By name; the checks of the project go through all of them."""
