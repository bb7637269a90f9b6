"""Shopify, GraphQL Admin API 2026-10: vendors' stores and merchants' marketplaces."""
