"""JSON that has another shape than documented: objects, lists and nothing in each other's place."""

from __future__ import annotations

from typing import Any

from sandbox.liar.lie import BOTH, SHOPIFY, WOOCOMMERCE, Telling, add_values, values

LISTS = frozenset(
    {
        "line_items",
        "refunds",
        "fee_lines",
        "shipping_lines",
        "tax_lines",
        "coupon_lines",
        "taxes",
        "nodes",
        "edges",
        "fulfillments",
        "trackingInfo",
        "note_attributes",
        "properties",
    }
)


def as_object(entries: list[Any]) -> dict[str, Any]:
    """As PHP writes a list whose first keys were taken out."""
    return {str(at): each for at, each in enumerate(entries, 1)}


def _emptied(entries: list[Any]) -> list[Any]:
    return [{} for _ in entries] or [{}]


SHAPES: dict[str, tuple[str, Any]] = {
    "as_object": ('objects `{"1": {…}}`', as_object),
    "emptied": ("lists of as many `{}`", _emptied),
    "nested": ("`[[]]`", lambda entries: [[]]),
    "as_null": ("null", lambda entries: None),
    "as_text": ('`""`', lambda entries: ""),
    "as_number": ("7", lambda entries: 7),
    "of_numbers": ("lists of numbers and null", lambda entries: [7, None, "x", *entries]),
}


def _shape(keys: frozenset[str], make: Any) -> Any:
    def tell(key: str, value: Any, telling: Telling) -> Any:
        return make(value) if key in keys and isinstance(value, list) else value

    return tell


META = frozenset({"meta_data"})
for _name, (_words, _make) in SHAPES.items():
    add_values(f"meta_{_name}", f"All `meta_data` are {_words}.", _shape(META, _make), WOOCOMMERCE)
    add_values(
        f"lists_{_name}",
        f"Lines, refunds, fees, taxes and the nodes of a connection are {_words}.",
        _shape(LISTS, _make),
        BOTH,
    )


@values(platforms=WOOCOMMERCE, webhooks=False)
def list_as_object(key: str, value: Any, telling: Telling) -> Any:
    """A list that is the whole answer is an object `{"1": {…}}`."""
    return as_object(value) if key == "" and isinstance(value, list) else value


@values(platforms=WOOCOMMERCE, webhooks=False)
def object_as_list(key: str, value: Any, telling: Telling) -> Any:
    """A record that is the whole answer stands alone in a list."""
    return [value] if key == "" and isinstance(value, dict) else value


@values(platforms=SHOPIFY, webhooks=False)
def nodes_with_nulls(key: str, value: Any, telling: Telling) -> Any:
    """Each connection holds null beside its nodes."""
    return [None, *value] if key == "nodes" and isinstance(value, list) else value


@values(platforms=SHOPIFY, webhooks=False)
def null_answer(key: str, value: Any, telling: Telling) -> Any:
    """`data` is null, without an error."""
    return None if key == "data" else value
