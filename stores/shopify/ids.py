"""Shopify's global ids outside (``gid://shopify/Order/1``), their numbers as text inside."""

from __future__ import annotations


def gid(kind: str, number: str) -> str:
    return f"gid://shopify/{kind}/{number}"
