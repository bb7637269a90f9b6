"""Reading a list of which one entry may be nonsense: the others must not suffer from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

Read = TypeVar("Read")


def each(
    nodes: Iterable[dict[str, Any]],
    read: Callable[[dict[str, Any]], Read],
    name: Callable[[dict[str, Any]], str],
) -> tuple[list[Read], tuple[str, ...]]:
    """What could be read, and the names of what could not."""
    found: list[Read] = []
    unread: list[str] = []
    for node in nodes:
        try:
            found.append(read(node))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            unread.append(name(node))
    return found, tuple(unread)
