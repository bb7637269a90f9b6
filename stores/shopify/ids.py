"""Shopify's global ids outside (``gid://shopify/Order/1``), bare numbers as text inside."""

from __future__ import annotations

from datetime import UTC, datetime


def gid(kind: str, number: str) -> str:
    return f"gid://shopify/{kind}/{number}"


def bare(node: dict[str, str] | None) -> str:
    """The number of a node, ``""`` for none."""
    return node["id"].partition("?")[0].rpartition("/")[2] if node else ""


def moment(text: str) -> datetime:
    """Any ISO 8601 time of Shopify's, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def moment_or_none(text: str | None) -> datetime | None:
    return moment(text) if text else None
