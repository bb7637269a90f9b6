"""What an order in a vendor's shop is now: its top, its lines, and whose lines they are.

A line that ``orderCreate`` made carries our key as an attribute. Order editing takes no attributes
(Shopify 2026-10), so the keys of lines added later stand in a metafield of the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from stores.base import KEY_ATTRIBUTE, OrderContent, OrderFields, StoreLine, StoreRefused
from stores.money import rounded_to_minor
from stores.shopify import documents_after
from stores.shopify.addresses import address_of
from stores.shopify.answers import (
    Attribute,
    Bag,
    Page,
    bare,
)
from stores.shopify.client import Client
from stores.shopify.compose import LINE_ATTRIBUTE, TAG
from stores.shopify.ids import gid
from stores.shopify.vendor_answers import (
    Line,
    Metafield,
    OrderNode,
    StandingLine,
    StandingOrder,
    kept_keys,
    keys_text,
)
from stores.texts import _

NOTES = "Marketplace notes"
"""An attribute that the admin shows among the order's additional details."""

OURS = (KEY_ATTRIBUTE, NOTES)
GONE = _("The order is no longer in the shop.")


class HasKeys(Protocol):
    """An order that was read with our metafield."""

    @property
    def metafield(self) -> Metafield | None: ...


class HasLines(Protocol):
    """An order that was read with the first page of its lines."""

    @property
    def id(self) -> str: ...

    @property
    def line_items(self) -> Page: ...


class LineKeys:
    """Our key of each line, ``""`` for the vendor's own. ``edit`` is the edit that was begun last
    and may not have been finished; ``known`` the lines there were before it."""

    def __init__(self, order: HasKeys) -> None:
        kept = kept_keys(order.metafield)
        self.kept: dict[str, str] = dict(kept.lines)
        self.edit: str = kept.edit
        self.known: frozenset[str] = frozenset(kept.known)

    def of(self, line: Line) -> str:
        return attribute(line.custom_attributes, LINE_ATTRIBUTE) or self.kept.get(line.number, "")

    def text(self) -> str:
        return keys_text(self.kept, self.edit, self.known)


def attribute(attributes: Iterable[Attribute], key: str) -> str:
    return next((each.value for each in attributes if each.key == key), "")


def standing(client: Client, order_id: str) -> tuple[StandingOrder, list[StandingLine]]:
    """The order and all its lines, removed ones included. StoreRefused when it is gone."""
    order = client.find(
        documents_after.STANDING_LINES, "order", StandingOrder, id=gid("Order", order_id)
    )
    if order is None:
        raise StoreRefused(GONE)
    return order, list(lines_of(client, order))


def lines_of(client: Client, order: HasLines) -> Iterator[StandingLine]:
    """From the first page in hand onward."""
    return client.pages(
        documents_after.STANDING_LINES,
        ("order", "lineItems"),
        StandingLine,
        order.line_items,
        id=order.id,
    )


def content(order: OrderNode, lines: Iterable[StandingLine]) -> OrderContent:
    currency = order.currency_code
    return OrderContent(
        fields=_fields(order),
        lines=_lines(LineKeys(order), lines),
        currency=currency,
        total=amount(order.current_total_price_set, currency),
        refunded=amount(order.total_refunded_set, currency),
        archived=order.closed_at is not None,
    )


def amount(bag: Bag, currency: str) -> int:
    """In minor units; what has more digits than the currency is rounded half up."""
    return rounded_to_minor(bag.amount, currency)


def _fields(order: OrderNode) -> OrderFields:
    told = {item.key: item.value for item in order.custom_attributes}
    return OrderFields(
        email=order.email,
        phone=order.phone,
        note=order.note,
        tags=tuple(tag for tag in order.tags if tag != TAG),
        attributes={key: value for key, value in told.items() if key not in OURS},
        shipping_address=address_of(order.shipping_address),
    )


def _lines(keys: LineKeys, nodes: Iterable[StandingLine]) -> tuple[StoreLine, ...]:
    """One for each key, which may stand in two items a cent apart; removed lines are left out."""
    found: dict[str, StoreLine] = {}
    for node in nodes:
        if not node.current_quantity:
            continue
        key = keys.of(node)
        place = key or node.id
        before = found.get(place)
        found[place] = StoreLine(
            key=key,
            title=node.title,
            quantity=node.current_quantity + (before.quantity if before else 0),
            fulfillable=node.unfulfilled_quantity + (before.fulfillable if before else 0),
            sku=node.sku,
            variant_id=bare(node.variant),
        )
    return tuple(found.values())
