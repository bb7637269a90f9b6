"""A SeenOrder, what was composed of it and asked since, as the sealed JSON of a row, and back."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from stores.base import Amendment, ComposedOrder, LineEdits, SeenOrder

_adapter = TypeAdapter(SeenOrder)
_composed = TypeAdapter(ComposedOrder)
_amendment = TypeAdapter(Amendment)
_edits = TypeAdapter(LineEdits)


def to_json(order: SeenOrder) -> Any:
    return _adapter.dump_python(order, mode="json", exclude_defaults=True)


def from_json(stored: Any) -> SeenOrder:
    return _adapter.validate_python(stored)


def former(stored: Any | None) -> tuple[SeenOrder, ...]:
    """Who the buyer was before each edit."""
    return tuple(from_json(each) for each in stored or ())


def composed_to_json(order: ComposedOrder) -> Any:
    return _composed.dump_python(order, mode="json", exclude_defaults=True)


def composed_from_json(stored: Any) -> ComposedOrder:
    return _composed.validate_python(stored)


def amendment_to_json(amendment: Amendment) -> Any:
    return _amendment.dump_python(amendment, mode="json", exclude_defaults=True)


def amendment_from_json(stored: Any) -> Amendment:
    return _amendment.validate_python(stored)


def edits_to_json(edits: LineEdits) -> Any:
    return _edits.dump_python(edits, mode="json", exclude_defaults=True)


def edits_from_json(stored: Any) -> LineEdits:
    return _edits.validate_python(stored)
