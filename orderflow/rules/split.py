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


def split(order: SeenOrder, owners: Owners) -> list[Part]:
    """The vendors' parts and the merchant's own, which together are the order's total exactly.

    Discounts and taxes stay with their line; shipping is shared in proportion to line subtotals
    after discount; what belongs to no line (tips, duties, rounding) is the merchant's own.
    """
    by_owner: dict[int | None, list[SeenLine]] = defaultdict(list)
    for line in order.lines:
        by_owner[owners.of(line)].append(line)
    owned = sorted(by_owner, key=lambda owner: (owner is None, owner or 0))
    weights = [sum(max(_net(line), 0) for line in by_owner[owner]) for owner in owned]
    shipping = share(order.shipping, weights) if owned else []
    shipping_tax = share(order.shipping_tax, weights) if owned else []
    parts = [
        _part(owner, by_owner[owner], order.taxes_included, freight, freight_tax)
        for owner, freight, freight_tax in zip(owned, shipping, shipping_tax, strict=True)
    ]
    return _with_the_rest(parts, order.total)


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
