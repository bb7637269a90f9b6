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

from stores.base import ComposedLine, EditedLines, LineEdits, StoreLocked, StoreRefused
from stores.money import to_minor, to_text
from stores.shopify import compose, documents_after
from stores.shopify.client import Client
from stores.shopify.ids import bare, gid
from stores.shopify.standing import LineKeys, Node, amount, attribute, standing
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
        return freight.told(EditedLines())
    if added:
        keys.edit, keys.known = edits.key, frozenset(bare(line) for line in lines)
        _keep(client, order_id, keys)
    notes = _Session(client, order_id, keys, lines).carry_out(changed, edits, freight)
    if added:
        _adopt(keys, standing(client, order_id)[1], edits)
        keys.edit, keys.known = "", frozenset()
        _keep(client, order_id, keys)
    return freight.told(EditedLines(tuple(notes)))


def _by_key(keys: LineKeys, lines: Sequence[Node]) -> dict[str, list[Node]]:
    """A line that was taken off does not come back: its key starts anew with another line."""
    found: dict[str, list[Node]] = defaultdict(list)
    for line in lines:
        if line["currentQuantity"] and (key := keys.of(line)):
            found[key].append(line)
    return dict(found)


def _differs(items: Sequence[Node], line: ComposedLine) -> bool:
    standing_pieces: int = sum(item["currentQuantity"] for item in items)
    return standing_pieces != line.quantity


def _adopt(keys: LineKeys, lines: Sequence[Node], edits: LineEdits) -> bool:
    """Give our keys to the lines that came by this edit; whether there were any."""
    before = len(keys.kept)
    new = [line for line in lines if not keys.of(line) and bare(line) not in keys.known]
    standing_keys = set(_by_key(keys, lines))
    for wanted in edits.lines:
        for unit in _units(wanted) if wanted.key not in standing_keys else ():
            found = next((line for line in new if _is(line, wanted, unit[0])), None)
            if found:
                new.remove(found)
                keys.kept[bare(found)] = wanted.key
    return len(keys.kept) > before


def _is(line: Node, wanted: ComposedLine, pieces: int) -> bool:
    quantity: int = line["quantity"]
    variant, title = bare(line["variant"]), str(line["title"])
    if wanted.variant_id:
        return (variant, quantity) == (wanted.variant_id, pieces)
    return (variant, title, quantity) == ("", _title(wanted), pieces)


def _keep(client: Client, order_id: str, keys: LineKeys) -> None:
    field = {
        "namespace": compose.NAMESPACE,
        "key": LINE_KEYS,
        "type": "json",
        "value": keys.text(),
    }
    given = {"id": gid("Order", order_id), "metafields": [field]}
    client.mutate(documents_after.AMEND_ORDER, input=given)


def _units(line: ComposedLine) -> list[tuple[int, int]]:
    """(pieces, price of each): a mapped line goes whole, at the shop's own price. A custom one at
    what it costs with its tax, which cannot be told apart here; two a cent apart where it must."""
    if line.variant_id:
        return [(line.quantity, line.unit_price)]
    each, dearer = divmod(line.total + line.tax, line.quantity) if line.quantity else (0, 0)
    parts = [(line.quantity - dearer, each), (dearer, each + 1)]
    return [part for part in parts if part[0]]


class _Freight:
    """What shipping costs in the order, with its tax. A line that was committed cannot be updated:
    what is missing comes as another, its tax in its price like that of custom lines; what is too
    much stays, and is told."""

    def __init__(self, order: Node, edits: LineEdits) -> None:
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


def _charged(order: Node, currency: str) -> int:
    lines = [line for line in order["shippingLines"]["nodes"] if not line["isRemoved"]]
    taxes = [tax for line in lines for tax in line["taxLines"] if not order["taxesIncluded"]]
    return sum(
        [amount(line["discountedPriceSet"], currency) for line in lines]
        + [amount(tax["priceSet"], currency) for tax in taxes]
    )


def _money(minor: int, currency: str) -> dict[str, Any]:
    return {"amount": to_text(minor, currency), "currencyCode": currency}


def _title(line: ComposedLine) -> str:
    return " · ".join(part for part in (line.title, line.variant_title) if part)


class _Session:
    """One edit of one order, from its begin to its commit."""

    def __init__(
        self, client: Client, order_id: str, keys: LineKeys, lines: Sequence[Node]
    ) -> None:
        self._client = client
        begun = client.mutate(documents_after.BEGIN_EDIT, id=gid("Order", order_id))
        self._id: str = begun["calculatedOrder"]["id"]
        self._lines = self._staged(begun["calculatedOrder"], keys, lines)

    def carry_out(
        self, changed: Sequence[ComposedLine], edits: LineEdits, freight: _Freight
    ) -> list[str]:
        """Nothing of it counts before the commit."""
        notes: list[str] = []
        for line in changed:
            if line.key in self._lines:
                self._set(self._lines[line.key], line, restock=edits.restock)
            else:
                notes += self._add(line, edits.currency)
        if freight.more:
            self._client.mutate(
                documents_after.ADD_SHIPPING,
                id=self._id,
                shippingLine={
                    "title": freight.title,
                    "price": _money(freight.more, edits.currency),
                },
            )
        self._client.mutate(
            documents_after.COMMIT_EDIT, id=self._id, staffNote=edits.reason[:255] or None
        )
        return notes

    def _staged(
        self, calculated: Node, keys: LineKeys, lines: Sequence[Node]
    ) -> dict[str, list[_Staged]]:
        """Our lines under their ids in this session. Those without attributes are known by what
        they sell, in the order's own sequence."""
        unnamed = [line for line in lines if not attribute(line, compose.LINE_ATTRIBUTE)]
        found: dict[str, list[_Staged]] = defaultdict(list)
        for node in self._client.pages(
            documents_after.CALCULATED_LINES,
            ("node", "lineItems"),
            calculated["lineItems"],
            id=calculated["id"],
        ):
            key = attribute(node, compose.LINE_ATTRIBUTE)
            if not key and (twin := next((each for each in unnamed if _same(each, node)), None)):
                unnamed.remove(twin)
                key = keys.of(twin)
            if key and node["quantity"]:
                staged = _Staged(node["id"], node["quantity"], node["editableQuantity"])
                found[key].append(staged)
        return dict(found)

    def _set(self, items: list[_Staged], line: ComposedLine, *, restock: bool) -> None:
        for item, quantity in _spread(items, line):
            self._client.mutate(
                documents_after.SET_QUANTITY,
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
            id=self._id,
            variantId=gid("ProductVariant", line.variant_id),
            quantity=line.quantity,
        )["calculatedLineItem"]
        theirs = Decimal(str(made["originalUnitPriceSet"]["shopMoney"]["amount"]))
        ours = Decimal(to_text(line.unit_price, currency))
        if theirs == ours:
            return []
        told = to_text(to_minor(theirs, currency), currency)
        return [f"{line.title} was added at the store's own price of {told}, not at {ours}."]

    def _add_custom(self, line: ComposedLine, pieces: int, price: int, currency: str) -> None:
        self._client.mutate(
            documents_after.ADD_CUSTOM_ITEM,
            id=self._id,
            title=_title(line),
            price=_money(price, currency),
            quantity=pieces,
            requiresShipping=line.requires_shipping,
        )


def _same(line: Node, staged: Node) -> bool:
    return (line["title"], line["variant"], line["currentQuantity"]) == (
        staged["title"],
        staged["variant"],
        staged["quantity"],
    )


def _spread(items: list[_Staged], line: ComposedLine) -> Iterator[tuple[_Staged, int]]:
    """More goes to the first item, less comes off the last ones, and never what has shipped."""
    more = line.quantity - sum(item.quantity for item in items)
    shipped = sum(item.quantity - item.editable for item in items)
    if line.quantity < shipped:
        raise StoreRefused(f"{shipped} of {line.title} have shipped; the order keeps them.")
    if more > 0:
        yield items[0], items[0].quantity + more
    for item in reversed(items) if more < 0 else ():
        taken = min(item.editable, -more)
        more += taken
        if taken:
            yield item, item.quantity - taken
