"""Changing an order's lines by order editing: begin, stage, commit (Shopify 2026-10).

Ids of staged lines live for one session and added lines get theirs at the commit, whose answer may
be lost. So before an edit that adds lines, its key and the lines there were are written into the
order: whoever repeats it finds what came since, and adds nothing twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from stores import sentences
from stores.base import ComposedLine, EditedLines, LineEdits, StoreLocked, StoreRefused
from stores.money import to_text
from stores.shopify import comparing, compose, documents_after
from stores.shopify.answers import OrderPayload, WrittenOrder, bare
from stores.shopify.client import Client, broken
from stores.shopify.ids import gid
from stores.shopify.standing import LineKeys, amount, attribute, standing
from stores.shopify.vendor_answers import (
    AddedDiscount,
    AddedItem,
    AddedShipping,
    AddedVariant,
    BegunEdit,
    CalculatedLine,
    CalculatedOrder,
    Line,
    StandingLine,
    StandingOrder,
)
from stores.texts import _

LINE_KEYS = "line_keys"
_RIGHT = "write_order_edits"


@dataclass(frozen=True)
class _Staged:
    """A line of the session: its pieces, and how many of them may still be taken off."""

    id: str
    quantity: int
    editable: int


def edit_lines(client: Client, order_id: str, edits: LineEdits) -> EditedLines:
    """A missing right to edit orders refuses this edit; all else that we may do, we still may."""
    try:
        return _edit_lines(client, order_id, edits)
    except StoreLocked as locked:
        if _RIGHT not in locked.words:
            raise
        words = _(
            "The shop has not granted the right to edit orders; open the app there to grant it."
        )
        raise StoreRefused(words) from locked


def _edit_lines(client: Client, order_id: str, edits: LineEdits) -> EditedLines:
    order, lines = standing(client, order_id)
    keys = LineKeys(order)
    if keys.edit == edits.key and _adopt(keys, lines, edits):
        _keep(client, order_id, keys)
    items = _by_key(keys, lines)
    changed = [line for line in edits.lines if _differs(items.get(line.key, ()), line)]
    added = [line for line in changed if line.key not in items]
    freight = _Freight(order, edits)
    if not (changed or freight.more):
        differs = tuple(comparing.edited(order.current_total_price_set, edits, len(lines)))
        return freight.told(EditedLines(differences=differs))
    if added:
        keys.edit, keys.known = edits.key, frozenset(line.number for line in lines)
        _keep(client, order_id, keys)
    notes, made = _Session(client, order_id, keys, lines).carry_out(changed, edits, freight)
    if added:
        _adopt(keys, standing(client, order_id)[1], edits)
        keys.edit, keys.known = "", frozenset()
        _keep(client, order_id, keys)
    pieces = sum(line.current_quantity for line in lines)
    pieces += sum(line.quantity - _standing(items.get(line.key, ())) for line in changed)
    total = made.current_total_price_set if made else None
    differs = (
        *comparing.pieces(made, pieces),
        *comparing.edited(total, edits, len(lines) + len(edits.lines)),
    )
    return freight.told(EditedLines(tuple(notes), differences=differs))


def _by_key(keys: LineKeys, lines: Sequence[StandingLine]) -> dict[str, list[StandingLine]]:
    """A line that was taken off does not come back: its key starts anew with another line."""
    found: dict[str, list[StandingLine]] = defaultdict(list)
    for line in lines:
        if line.current_quantity and (key := keys.of(line)):
            found[key].append(line)
    return dict(found)


def _differs(items: Sequence[StandingLine], line: ComposedLine) -> bool:
    return _standing(items) != line.quantity


def _standing(items: Sequence[StandingLine]) -> int:
    return sum(item.current_quantity for item in items)


def _adopt(keys: LineKeys, lines: Sequence[StandingLine], edits: LineEdits) -> bool:
    """Give our keys to the lines that came by this edit; whether there were any."""
    before = len(keys.kept)
    new = [line for line in lines if not keys.of(line) and line.number not in keys.known]
    standing_keys = set(_by_key(keys, lines))
    for wanted in edits.lines:
        for unit in _units(wanted) if wanted.key not in standing_keys else ():
            found = next((line for line in new if _is(line, wanted, unit[0])), None)
            if found:
                new.remove(found)
                keys.kept[found.number] = wanted.key
    return len(keys.kept) > before


def _is(line: StandingLine, wanted: ComposedLine, pieces: int) -> bool:
    variant = bare(line.variant)
    if wanted.variant_id:
        return (variant, line.quantity) == (wanted.variant_id, pieces)
    return (variant, line.title, line.quantity) == ("", _title(wanted), pieces)


def _keep(client: Client, order_id: str, keys: LineKeys) -> None:
    field = {
        "namespace": compose.NAMESPACE,
        "key": LINE_KEYS,
        "type": "json",
        "value": keys.text(),
    }
    given = {"id": gid("Order", order_id), "metafields": [field]}
    client.mutate(documents_after.AMEND_ORDER, OrderPayload, input=given)


def _units(line: ComposedLine) -> list[tuple[int, int]]:
    """(pieces, price of each): a mapped line goes whole, at the shop's own price less a discount.
    A custom one at what it costs with its tax, which cannot be told apart here; two a cent apart
    where it must."""
    if line.variant_id:
        return [(line.quantity, line.unit_price)]
    each, dearer = divmod(line.gross, line.quantity) if line.quantity else (0, 0)
    parts = [(line.quantity - dearer, each), (dearer, each + 1)]
    return [part for part in parts if part[0]]


class _Freight:
    """What shipping costs in the order, with its tax. A line that was committed cannot be updated:
    what is missing comes as another, its tax in its price like that of custom lines; what is too
    much stays, and is told."""

    def __init__(self, order: StandingOrder, edits: LineEdits) -> None:
        self._currency = edits.currency
        self.title = (edits.freight and edits.freight.title) or "Shipping"
        self._stands = self._wanted = self.more = 0
        if edits.freight is not None:
            was = edits.freight.was + edits.freight.was_tax
            self._wanted = edits.freight.now + edits.freight.now_tax
            self._stands = _charged(order, edits.currency)
            self.more = max(self._wanted - was, 0) if self._stands == was else 0

    def told(self, done: EditedLines) -> EditedLines:
        return done.with_shipping(self._stands + self.more, self._wanted, self._currency)


def _charged(order: StandingOrder, currency: str) -> int:
    lines = [line for line in order.shipping_lines.nodes if not line.is_removed]
    taxes = [tax for line in lines for tax in line.tax_lines if not order.taxes_included]
    return sum(
        [amount(line.discounted_price_set, currency) for line in lines]
        + [amount(tax.price_set, currency) for tax in taxes]
    )


def _money(minor: int, currency: str) -> dict[str, Any]:
    return {"amount": to_text(minor, currency), "currencyCode": currency}


def _title(line: ComposedLine) -> str:
    return " · ".join(part for part in (line.title, line.variant_title) if part)


class _Session:
    """One edit of one order, from its begin to its commit."""

    def __init__(
        self, client: Client, order_id: str, keys: LineKeys, lines: Sequence[StandingLine]
    ) -> None:
        self._client = client
        begun = client.mutate(
            documents_after.BEGIN_EDIT, BegunEdit, id=gid("Order", order_id)
        ).calculated_order
        if begun is None:
            raise broken(writing=True)
        self._id = begun.id
        self._lines = self._staged(begun, keys, lines)

    def carry_out(
        self, changed: Sequence[ComposedLine], edits: LineEdits, freight: _Freight
    ) -> tuple[list[str], WrittenOrder | None]:
        """Nothing of it counts before the commit. Notes for people, and what became of it."""
        notes: list[str] = []
        for line in changed:
            if line.key in self._lines:
                self._set(self._lines[line.key], line, restock=edits.restock)
            else:
                notes += self._add(line, edits.currency)
        if freight.more:
            self._client.mutate(
                documents_after.ADD_SHIPPING,
                AddedShipping,
                id=self._id,
                shippingLine={
                    "title": freight.title,
                    "price": _money(freight.more, edits.currency),
                },
            )
        made = self._client.mutate(
            documents_after.COMMIT_EDIT,
            OrderPayload,
            id=self._id,
            staffNote=edits.reason[:255] or None,
        ).order
        return notes, made

    def _staged(
        self, calculated: CalculatedOrder, keys: LineKeys, lines: Sequence[StandingLine]
    ) -> dict[str, list[_Staged]]:
        """Our lines under their ids in this session. Those without attributes are known by what
        they sell, in the order's own sequence."""
        unnamed = [line for line in lines if not _named(line)]
        found: dict[str, list[_Staged]] = defaultdict(list)
        for node in self._client.pages(
            documents_after.CALCULATED_LINES,
            ("node", "lineItems"),
            CalculatedLine,
            calculated.line_items,
            id=calculated.id,
        ):
            key = _named(node)
            if not key and (twin := next((each for each in unnamed if _same(each, node)), None)):
                unnamed.remove(twin)
                key = keys.of(twin)
            if key and node.quantity:
                found[key].append(_Staged(node.id, node.quantity, node.editable_quantity))
        return dict(found)

    def _set(self, items: list[_Staged], line: ComposedLine, *, restock: bool) -> None:
        for item, quantity in _spread(items, line):
            self._client.mutate(
                documents_after.SET_QUANTITY,
                AddedItem,
                id=self._id,
                lineItemId=item.id,
                quantity=quantity,
                restock=restock,
            )

    def _add(self, line: ComposedLine, currency: str) -> list[str]:
        if not line.variant_id:
            for pieces, price in _units(line):
                self._add_custom(line, pieces, price, currency)
            return []
        made = self._client.mutate(
            documents_after.ADD_VARIANT,
            AddedVariant,
            id=self._id,
            variantId=gid("ProductVariant", line.variant_id),
            quantity=line.quantity,
        ).calculated_line_item
        if made is None:
            raise broken(writing=True)
        theirs = amount(made.original_unit_price_set, currency) * line.quantity
        costs = self._discounted(made.id, theirs, line, currency) if theirs > line.gross else theirs
        if costs == line.gross:
            return []
        told, ours = to_text(costs, currency), to_text(line.gross, currency)
        return [sentences.OWN_PRICE % {"title": line.title, "there": told, "wanted": ours}]

    def _discounted(self, line_id: str, theirs: int, line: ComposedLine, currency: str) -> int:
        """What the added line costs after a discount down to what was asked, its tax included like
        that of custom lines. The discount is a percentage, since a fixed amount may count for each
        piece or for all; where the shop takes none, the line stays at its own price."""
        percent = float(Decimal(100 * (theirs - line.gross)) / theirs)
        discount = {"percentValue": percent, "description": "Marketplace price"}
        try:
            made = self._client.mutate(
                documents_after.ADD_DISCOUNT,
                AddedDiscount,
                id=self._id,
                lineItemId=line_id,
                discount=discount,
            ).calculated_line_item
        except StoreRefused:
            return theirs
        return theirs if made is None else amount(made.editable_subtotal_set, currency)

    def _add_custom(self, line: ComposedLine, pieces: int, price: int, currency: str) -> None:
        self._client.mutate(
            documents_after.ADD_CUSTOM_ITEM,
            AddedItem,
            id=self._id,
            title=_title(line),
            price=_money(price, currency),
            quantity=pieces,
            requiresShipping=line.requires_shipping,
        )


def _named(line: Line) -> str:
    return attribute(line.custom_attributes, compose.LINE_ATTRIBUTE)


def _same(line: StandingLine, staged: CalculatedLine) -> bool:
    return (line.title, bare(line.variant), line.current_quantity) == (
        staged.title,
        bare(staged.variant),
        staged.quantity,
    )


def _spread(items: list[_Staged], line: ComposedLine) -> Iterator[tuple[_Staged, int]]:
    """More goes to the first item, less comes off the last ones, and never what has shipped."""
    more = line.quantity - sum(item.quantity for item in items)
    shipped = sum(item.quantity - item.editable for item in items)
    if line.quantity < shipped:
        raise StoreRefused(sentences.SHIPPED_STAYS % {"count": shipped, "title": line.title})
    if more > 0:
        yield items[0], items[0].quantity + more
    for item in reversed(items) if more < 0 else ():
        taken = min(item.editable, -more)
        more += taken
        if taken:
            yield item, item.quantity - taken
