"""Resolvers: what the sandbox answers for each field of Shopify's schema."""

from sandbox.shopify.graph.base import Call
from sandbox.shopify.graph.resolve import resolve_field, resolve_type

__all__ = ["Call", "resolve_field", "resolve_type"]
