"""What a store made of a write, compared with what it was asked. Part of the contract in
``stores.base``: adapters compare, ``orderflow`` notes and flags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from stores.money import Gross, exponent, to_text
from stores.seen import Address

_TOLD = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) ([A-Z]{3})", re.ASCII)


class What(StrEnum):
    TOTAL = "total"
    TAX = "tax"
    CURRENCY = "currency"
    QUANTITY = "quantity"
    PIECES = "pieces"
    """Of all items together, where the store does not tell them one by one."""
    ADDRESS = "address"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Difference:
    """``asked`` and ``got`` are texts for people, empty where they would tell who the buyer is.
    ``title`` names the item that it is about. ``rounding``: the store has fewer decimals than the
    currency, and rounded to its own; that is to be known and not to be mended."""

    what: What
    asked: str = field(default="", repr=False)
    got: str = field(default="", repr=False)
    title: str = ""
    rounding: bool = False


def of_amounts(
    what: What, asked: Gross, got: Gross, currency: str, *, decimals: int | None = None, items: int
) -> Iterator[Difference]:
    """Nothing where both are the same. ``decimals``: how many the store keeps, None if it keeps all
    that the currency has; ``items``: how many amounts it rounded on the way to this one."""
    if asked == got:
        return
    coarse = exponent(currency) if decimals is None else decimals
    step = 10 ** max(exponent(currency) - coarse, 0)
    rounding = step > 1 and 2 * abs(asked - got) <= step * max(items, 1)
    yield Difference(what, told(asked, currency), told(got, currency), rounding=rounding)


def of_currency(asked: str, got: str) -> Iterator[Difference]:
    if got and got.upper() != asked.upper():
        yield Difference(What.CURRENCY, asked, got)


def of_quantity(title: str, asked: int, got: int) -> Iterator[Difference]:
    if asked != got:
        yield Difference(What.QUANTITY, str(asked), str(got), title)


def of_pieces(asked: int, got: int) -> Iterator[Difference]:
    if asked != got:
        yield Difference(What.PIECES, str(asked), str(got))


def of_address(asked: Address | None, got: Address | None) -> Iterator[Difference]:
    """Where the goods go. Stores write addresses in their own way, so only the parts that a carrier
    reads are compared, without case, spaces and signs; what they say is no text to be kept."""
    if asked is not None and _place(asked) != _place(got or Address()):
        yield Difference(What.ADDRESS)


def _place(address: Address) -> tuple[str, ...]:
    parts = (address.address1, address.address2, address.zip, address.city, address.country)
    return tuple("".join(filter(str.isalnum, part.casefold())) for part in parts)


def told(amount: int, currency: str) -> str:
    return f"{to_text(amount, currency)} {currency}"


def amount_of(text: str) -> tuple[Decimal, str] | None:
    """A text that ``told`` wrote, apart: the amount and its currency. None: it is another text."""
    found = _TOLD.fullmatch(text)
    return (Decimal(found[1]), found[2]) if found else None


def decimals_of(*amounts: Decimal) -> int:
    """How many digits after the point a store writes: 2 for ``27.00``, 0 for ``27``."""
    exponents = [each.as_tuple().exponent for each in amounts]
    return max((-each for each in exponents if isinstance(each, int)), default=0)
