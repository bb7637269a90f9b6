"""What may be wrong with JSON that somebody else has written."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from hypothesis import strategies as some

Change = Callable[[bytes], bytes]
"""Makes another body of a true one."""

JUNK: tuple[Any, ...] = (
    None,
    True,
    False,
    "",
    " ",
    "x",
    "-1",
    "1e999",
    "NaN",
    "0x10",
    "²",
    "javascript:alert(1)",
    "https://user@evil.example.com/",
    "0000-00-00T00:00:00",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "\x00",
    "\u2028\ufeff\u202e",
    "gid://shopify/Order/",
    "1 " * 5000,
    "a" * 100_000,
    0,
    -1,
    1.5,
    -0.0,
    1e308,
    10**400,
    2**63,
    [],
    {},
    [[]],
    [{}],
    [None],
    {"1": {}},
    {"id": None},
    [[[[[[]]]]]],
)

values = some.sampled_from(JUNK) | some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner),
    max_leaves=5,
)


def places(tree: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in ``tree``."""
    yield here
    if isinstance(tree, dict | list):
        for name, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from places(value, (*here, name))


def put(tree: Any, place: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    """``tree`` with another value at ``place``."""
    if not place:
        return change(tree)
    inside = tree
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = change(inside[place[-1]])
    return tree


def drop(tree: Any, place: tuple[Any, ...]) -> Any:
    if not place:
        return None
    inside = tree
    for step in place[:-1]:
        inside = inside[step]
    del inside[place[-1]]
    return tree


def _list_as_object(value: Any) -> Any:
    return dict(enumerate(value, 1)) if isinstance(value, list) else {"1": value}


def _as_text(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list | bool) else str(value)


def _as_number(value: Any) -> Any:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return len(value) if isinstance(value, str | list | dict) else 0


RESHAPED: tuple[Callable[[Any], Any], ...] = (
    _list_as_object,
    _as_text,
    _as_number,
    lambda value: [value],
    lambda value: [value, value],
    lambda value: value * 30 if isinstance(value, list | str) else value,
    lambda value: -value if isinstance(value, int | float) else value,
)


@some.composite
def json_changes(draw: some.DrawFn) -> Change:
    """One to three values of the JSON are others, gone, or of another shape."""
    steps = draw(
        some.lists(
            some.tuples(
                some.integers(0, 2**31),
                some.sampled_from(("value", "shape", "gone", "name")),
                values,
                some.sampled_from(RESHAPED),
            ),
            min_size=1,
            max_size=3,
        )
    )

    def change(body: bytes) -> bytes:
        try:
            tree = json.loads(body)
        except ValueError:
            return body
        for seed, kind, value, reshape in steps:
            known = list(places(tree))
            place = known[seed % len(known)]
            if kind == "gone":
                tree = drop(tree, place)
            elif kind == "name" and place and isinstance(place[-1], str):
                tree = put(tree, place[:-1], partial(_renamed, name=place[-1]))
            else:
                new = reshape if kind == "shape" else lambda _, value=value: copy.deepcopy(value)
                tree = put(tree, place, new)
        return json.dumps(tree).encode("utf-8", "surrogatepass")

    return change


def _renamed(owner: Any, name: str) -> Any:
    return {(f"{key}_" if key == name else key): value for key, value in owner.items()}


NOISE: tuple[Change, ...] = (
    lambda body: b"\xef\xbb\xbf" + body,
    lambda body: b"\xef\xbb\xbf\xef\xbb\xbf\r\n" + body,
    lambda body: b"<br />\n<b>Notice</b>: Undefined index {0} in <b>/x.php</b>\n" + body,
    lambda body: body + b"\n<!-- cached -->",
    lambda body: body[: len(body) // 2],
    lambda body: body[:-1],
    lambda body: b"",
    lambda body: b"null",
    lambda body: b"{}",
    lambda body: b"[]",
    lambda body: b"[" * 20_000 + b"]" * 20_000,
    lambda body: b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    lambda body: b"\xff\xfe\x00" + body,
    lambda body: b"<!doctype html><html><body>{}</body></html>",
    lambda body: body.replace(b'"', b"'"),
    lambda body: b"[" + body + b"]",
)

raw_changes = some.sampled_from(NOISE) | some.binary(max_size=40).map(lambda raw: lambda _: raw)
changes: some.SearchStrategy[Change] = some.one_of(json_changes(), json_changes(), raw_changes)
