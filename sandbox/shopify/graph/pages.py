"""Connections: cursors name an item, not a position, so pages survive what happens between."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.shopify.graph.base import Args, Fields, attr, bad_request

MAX_PAGE = 250


@dataclass(frozen=True)
class Edge:
    node: Any
    cursor: str


@dataclass(frozen=True)
class Page:
    edges: Sequence[Edge]
    has_next: bool
    has_previous: bool


def cursor_of(key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def key_of(cursor: str) -> Any:
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError) as error:
        raise bad_request("Invalid cursor for current pagination sort.") from error
    return tuple(key) if isinstance(key, list) else key


def page(items: Sequence[Any], args: Args, key: Callable[[Any], Any] | None = None) -> Page:
    """``key`` gives a JSON-able sort key, unique for each item; without it, order as given."""
    keyed = [(key(each), each) for each in items] if key else list(enumerate(items))
    keyed.sort(key=lambda pair: pair[0], reverse=bool(args.get("reverse")))
    total = len(keyed)
    keyed = _within(keyed, args)
    first, last = args.get("first"), args.get("last")
    _check_size(first, last)
    left = keyed[:first] if first is not None else keyed[-last:] if last else []
    edges = [Edge(node, cursor_of(each)) for each, node in left]
    more = len(keyed) > len(left)
    outside = total > len(keyed)
    has_next = more if first is not None else bool(args.get("before")) and outside
    return Page(edges, has_next, outside if first is not None else more)


def _within(keyed: list[tuple[Any, Any]], args: Args) -> list[tuple[Any, Any]]:
    """What lies strictly between the cursors."""
    reverse = bool(args.get("reverse"))
    for name, later in (("after", True), ("before", False)):
        if args.get(name):
            edge = key_of(args[name])
            keyed = [pair for pair in keyed if _beyond(pair[0], edge, later is not reverse)]
    return keyed


def _beyond(key: Any, edge: Any, greater: bool) -> bool:
    return bool(key > edge) if greater else bool(key < edge)


def _check_size(first: int | None, last: int | None) -> None:
    if first is None and last is None:
        raise bad_request("you must provide one of first or last")
    if max(first or 0, last or 0) > MAX_PAGE:
        raise bad_request(f"The value for first or last cannot exceed {MAX_PAGE}.")


PAGE_FIELDS: Fields = {
    "Connection": {
        "nodes": lambda page, info, args: [edge.node for edge in page.edges],
        "edges": attr("edges"),
        "pageInfo": lambda page, info, args: page,
    },
    "Edge": {"node": attr("node"), "cursor": attr("cursor")},
    "PageInfo": {
        "hasNextPage": attr("has_next"),
        "hasPreviousPage": attr("has_previous"),
        "startCursor": lambda page, info, args: page.edges[0].cursor if page.edges else None,
        "endCursor": lambda page, info, args: page.edges[-1].cursor if page.edges else None,
    },
}
"""By the ending of the type's name."""
