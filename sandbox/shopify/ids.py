"""Global ids: ``gid://shopify/Order/9200000000000001``."""

from __future__ import annotations

from datetime import datetime


def gid(kind: str, number: int | str) -> str:
    return f"gid://shopify/{kind}/{number}"


def number_of(global_id: str, kind: str) -> int:
    """The number in a gid of that kind, 0 when it is anything else."""
    prefix = f"gid://shopify/{kind}/"
    number = global_id.removeprefix(prefix).partition("?")[0]
    return int(number) if global_id.startswith(prefix) and number.isdecimal() else 0


def kind_of(global_id: str) -> str:
    parts = global_id.split("/")
    return parts[3] if len(parts) == 5 and global_id.startswith("gid://shopify/") else ""


def stamp(moment: datetime) -> str:
    """GraphQL's DateTime: UTC, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
