"""Whose line is it, and what is each vendor's part worth? Pure: a SeenOrder in, parts out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from orderflow.money import share
from stores.base import SeenLine, SeenOrder


@dataclass(frozen=True, slots=True)
class Part:
    """What one vendor (None: the merchant) gets of an order. Minor units.

    ``share`` = goods − discount + shipping, and the taxes where prices do not include them.
    """

    vendor_id: int | None
    lines: tuple[SeenLine, ...]
    goods: int
    discount: int
    tax: int
    shipping: int
    shipping_tax: int
    share: int


@dataclass(frozen=True, slots=True)
class Owners:
    """How lines find their vendor: by mapped variant first, else by the vendor's name or alias."""

    by_variant: Mapping[str, int]
    by_name: Mapping[str, int]

    def of(self, line: SeenLine) -> int | None:
        mapped = self.by_variant.get(line.variant_id) if line.variant_id else None
        return mapped if mapped is not None else self.by_name.get(fold(line.vendor))


def fold(name: str) -> str:
    """A vendor's name as it is compared: lower case, single spaces, none around it."""
    return " ".join(name.casefold().split())


Freight = tuple[int, int]
"""What shipping costs, as the marketplace shows it, and the tax on it."""


def split(
    order: SeenOrder, owners: Owners, agreed: Mapping[int, Freight] | None = None
) -> list[Part]:
    """The vendors' parts and the merchant's own, which together are the order's total exactly.

    Discounts and taxes stay with their line; shipping is shared in proportion to line subtotals
    after discount; what belongs to no line (tips, duties, rounding) is the merchant's own.
    ``agreed`` is what shipping costs in the orders that vendors have already: it stays with them,
    whatever is edited or refunded since, and the others share what is left.
    """
    by_owner: dict[int | None, list[SeenLine]] = defaultdict(list)
    for line in order.lines:
        by_owner[owners.of(line)].append(line)
    owned = sorted(by_owner, key=lambda owner: (owner is None, owner or 0))
    weights = {owner: sum(max(_net(line), 0) for line in by_owner[owner]) for owner in owned}
    freights = _freights(order, weights, agreed or {})
    parts = [
        _part(owner, by_owner[owner], order.taxes_included, *freights[owner]) for owner in owned
    ]
    return _with_the_rest(parts, order.total)


def _freights(
    order: SeenOrder, weights: Mapping[int | None, int], agreed: Mapping[int, Freight]
) -> dict[int | None, Freight]:
    """By owner. Where nobody is left to share it, what is left over is the merchant's."""
    found: dict[int | None, Freight] = {
        owner: agreed[owner] for owner in weights if owner is not None and owner in agreed
    }
    open_weights = {owner: weight for owner, weight in weights.items() if owner not in found}
    if not open_weights:
        return found
    left = order.shipping - sum(freight for freight, _tax in agreed.values())
    tax_left = order.shipping_tax - sum(tax for _freight, tax in agreed.values())
    spread = list(open_weights.values())
    shares = share(max(left, 0), spread), share(max(tax_left, 0), spread)
    found |= dict(zip(open_weights, zip(*shares, strict=True), strict=True))
    return found


def _net(line: SeenLine) -> int:
    return line.subtotal - line.discount


def _part(
    owner: int | None, lines: list[SeenLine], inclusive: bool, shipping: int, shipping_tax: int
) -> Part:
    goods = sum(line.subtotal for line in lines)
    discount = sum(line.discount for line in lines)
    tax = sum(line.tax for line in lines)
    on_top = 0 if inclusive else tax + shipping_tax
    worth = goods - discount + shipping + on_top
    return Part(owner, tuple(lines), goods, discount, tax, shipping, shipping_tax, worth)


def _with_the_rest(parts: list[Part], total: int) -> list[Part]:
    rest = total - sum(part.share for part in parts)
    own = next((part for part in parts if part.vendor_id is None), None)
    others = [part for part in parts if part.vendor_id is not None]
    if own is None:
        return [*others, Part(None, (), 0, 0, 0, 0, 0, rest)] if rest else others
    kept = Part(
        None,
        own.lines,
        own.goods,
        own.discount,
        own.tax,
        own.shipping,
        own.shipping_tax,
        own.share + rest,
    )
    return [*others, kept]
