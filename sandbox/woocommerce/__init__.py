"""A pretend WooCommerce store: REST v3 as real stores of 10.5.0 and 8.6.1 were seen to answer."""

from sandbox.woocommerce.store import WooStore

__all__ = ["WooStore"]
