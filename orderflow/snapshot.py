"""A SeenOrder, and what was composed of it, as the sealed JSON of a row, and back."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from stores.base import ComposedOrder, SeenOrder

_adapter = TypeAdapter(SeenOrder)
_composed = TypeAdapter(ComposedOrder)


def to_json(order: SeenOrder) -> Any:
    return _adapter.dump_python(order, mode="json", exclude_defaults=True)


def from_json(stored: Any) -> SeenOrder:
    return _adapter.validate_python(stored)


def composed_to_json(order: ComposedOrder) -> Any:
    return _composed.dump_python(order, mode="json", exclude_defaults=True)


def composed_from_json(stored: Any) -> ComposedOrder:
    return _composed.validate_python(stored)
