"""A SeenOrder, what was composed of it and asked since, as the sealed JSON of a row, and back.

Whatever is stored was read back once and was the same; so no row is written that nobody can read.
"""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from stores import boundary
from stores.base import Amendment, ComposedOrder, LineEdits, SeenOrder

Value = TypeVar("Value")

_adapter = TypeAdapter(SeenOrder)
_composed = TypeAdapter(ComposedOrder)
_amendment = TypeAdapter(Amendment)
_edits = TypeAdapter(LineEdits)


class NotReadable(ValueError):
    """What is stored, or was to be, cannot be read back as it was. Quotes nothing of it."""


def _stored(adapter: TypeAdapter[Value], value: Value) -> Any:
    dumped = adapter.dump_python(value, mode="json", exclude_defaults=True, warnings=False)
    try:
        same = adapter.validate_python(dumped) == value
    except ValidationError:
        same = False
    if not same:
        raise NotReadable("what is to be stored cannot be read back")
    return dumped


def to_json(order: SeenOrder) -> Any:
    """Raises NotReadable."""
    return _stored(_adapter, order)


def from_json(stored: Any) -> SeenOrder:
    """Snapshots of before the check above may hold numbers or objects where text belongs: they are
    read as text. Raises NotReadable for what cannot be read even so."""
    try:
        return _adapter.validate_python(stored)
    except ValidationError as error:
        mended = _with_texts(stored, error)
    try:
        return _adapter.validate_python(mended)
    except ValidationError:
        raise NotReadable("what is stored cannot be read") from None


def readable(stored: Any) -> SeenOrder | None:
    """The order, None where it cannot be read: a newer sight of it then takes its place."""
    try:
        return from_json(stored)
    except NotReadable:
        return None


def _with_texts(stored: Any, error: ValidationError) -> Any:
    mended = copy.deepcopy(stored)
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        if each["type"] == "string_type":
            *way, last = each["loc"]
            place = mended
            for step in way:
                place = place[step]
            place[last] = boundary.text(place[last], boundary.LONG)
    return mended


def former(stored: Any | None) -> tuple[SeenOrder, ...]:
    """Who the buyer was before each edit."""
    return tuple(from_json(each) for each in stored or ())


def composed_to_json(order: ComposedOrder) -> Any:
    return _stored(_composed, order)


def composed_from_json(stored: Any) -> ComposedOrder:
    return _composed.validate_python(stored)


def amendment_to_json(amendment: Amendment) -> Any:
    return _stored(_amendment, amendment)


def amendment_from_json(stored: Any) -> Amendment:
    return _amendment.validate_python(stored)


def edits_to_json(edits: LineEdits) -> Any:
    return _stored(_edits, edits)


def edits_from_json(stored: Any) -> LineEdits:
    return _edits.validate_python(stored)
