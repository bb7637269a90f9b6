"""What a refund takes off an order's lines, and what of it goes back on the shelf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from sandbox.shopify.fulfilment import Refusal
from sandbox.shopify.money import rounded
from sandbox.shopify.order import Line, Order, RefundLine, total


def suggested(pieces: Mapping[Line, int], *, restock: bool) -> list[RefundLine]:
    """As the admin does it: what has not left is cancelled, what has is returned."""
    return [each for line, left in pieces.items() for each in _split(line, left, restock)]


def _split(line: Line, left: int, restock: bool) -> Iterator[RefundLine]:
    open_pieces = min(left, line.unfulfilled)
    if open_pieces:
        yield RefundLine(line, open_pieces, "CANCEL" if restock else "NO_RESTOCK")
    if left > open_pieces:
        yield RefundLine(line, left - open_pieces, "RETURN" if restock else "NO_RESTOCK")


def check(order: Order, lines: Sequence[RefundLine], money: Decimal) -> None:
    wanted: dict[Line, int] = {}
    for each in lines:
        wanted[each.line] = wanted.get(each.line, 0) + each.quantity
    for line, quantity in wanted.items():
        if not 0 < quantity <= line.current_quantity:
            raise Refusal(
                "Quantity cannot refund more items than were purchased",
                ["refundLineItems", "quantity"],
            )
    if money > order.received - order.given_back:
        raise Refusal(
            "Refund amount cannot be greater than the amount received", ["transactions", "amount"]
        )


def value_of(order: Order, lines: Sequence[RefundLine]) -> Decimal:
    """What the pieces cost after discounts, without tax."""
    return total(
        rounded(each.line.discounted_total * each.quantity / each.line.quantity, order.currency)
        for each in lines
    )


def give_up(each: RefundLine) -> None:
    """A returned piece had left; of the others, those still here go first."""
    line = each.line
    line.current_quantity -= each.quantity
    if each.restock_type == "RETURN":
        line.fulfilled = max(line.fulfilled - each.quantity, 0)
    line.fulfilled = min(line.fulfilled, line.current_quantity)
    if each.restocked and line.variant:
        line.variant.take(-each.quantity)
