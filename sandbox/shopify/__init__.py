"""Pretend Shopify shops that speak the Admin API 2026-10 over HTTP.

Shopify does not document everything. Where it is silent the sandbox takes the harder case for a
client, or leaves a switch:

* a second order with the value of an ``id`` metafield is refused, and nothing of it stays
  (``unique_metafields=False``: it is made all the same); the look-up by that value never lags
* the order search lags by ``search_lag`` for new orders and for changed fields
* a fulfilment order that is partly fulfilled stays OPEN
* an order of which something has shipped cannot be cancelled
* creating an order also emits orders/updated
* a fulfilment order is made for each location and delivery method; holding one updates the order
* variants have `barcode` alone: `barcodes`, which stable 2026-10 has, is not in the vendored
  release candidate of the schema
* the points of a connection grow with its size, one by one
"""

from sandbox.shopify.app import App
from sandbox.shopify.grants import Grant
from sandbox.shopify.shop import Shop

__all__ = ["App", "Grant", "Shop"]
