"""A SeenOrder as the sealed JSON of its row, and back."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from stores.base import SeenOrder

_adapter = TypeAdapter(SeenOrder)


def to_json(order: SeenOrder) -> Any:
    return _adapter.dump_python(order, mode="json", exclude_defaults=True)


def from_json(stored: Any) -> SeenOrder:
    return _adapter.validate_python(stored)
