"""Money as text on the wire, as an integer of minor units inside.

``Net`` is without tax, ``Tax`` is tax alone, ``Gross`` is both together. ``Shown`` is an amount as
a shop writes it: with tax in it where its prices include tax, without elsewhere. They are plain
integers at run time; to mypy they are different, so one becomes another only by the functions
here.

Exponents are those of ISO 4217 (2024); whatever is not listed has two digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NewType

Net = NewType("Net", int)
Tax = NewType("Tax", int)
Gross = NewType("Gross", int)
Shown = NewType("Shown", int)

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_EXPONENTS = {
    code: digits
    for digits, codes in ((0, _NONE), (3, _THREE), (4, _FOUR))
    for code in codes.split()
}


def gross(net: Net, tax: Tax) -> Gross:
    """Both together."""
    return Gross(net + tax)


def net(gross: Gross, tax: Tax) -> Net:
    """What is left of ``gross`` without its tax."""
    return Net(gross - tax)


def net_of_shown(shown: Shown, tax: Tax, *, included: bool) -> Net:
    """``shown`` without its tax; ``included``: the shop's prices include it."""
    return Net(shown - tax) if included else Net(shown)


def shown_of_net(net: Net, tax: Tax, *, included: bool) -> Shown:
    """As a shop writes it whose prices include tax or do not."""
    return Shown(net + tax) if included else Shown(net)


def net_sum(amounts: Iterable[Net]) -> Net:
    return Net(sum(amounts))


def tax_sum(amounts: Iterable[Tax]) -> Tax:
    return Tax(sum(amounts))


def gross_sum(amounts: Iterable[Gross]) -> Gross:
    return Gross(sum(amounts))


def exponent(currency: str) -> int:
    """Digits after the point: 2 for ``EUR``, 0 for ``JPY``, 3 for ``KWD``."""
    return _EXPONENTS.get(currency.upper(), 2)


def to_minor(amount: str | Decimal, currency: str) -> int:
    """``"12.50", "EUR"`` -> 1250: for amounts of our own. ValueError for what is no amount of that
    currency, and for more digits than it has. What others say: ``rounded_to_minor``."""
    value = _scaled(amount, currency)
    if value != value.to_integral_value():
        raise ValueError(f"{amount} has more digits than {currency} has.")
    return int(value)


def rounded_to_minor(amount: str | Decimal, currency: str) -> int:
    """``"12.505", "EUR"`` -> 1251: for amounts that a platform tells, which may have more digits
    than the currency. Half a unit goes away from zero, as both platforms round.
    ValueError for what is no amount at all."""
    return int(_scaled(amount, currency).to_integral_value(ROUND_HALF_UP))


def _scaled(amount: str | Decimal, currency: str) -> Decimal:
    try:
        value = Decimal(amount).scaleb(exponent(currency))
    except InvalidOperation:
        raise ValueError(f"{amount!r} is not an amount of money.") from None
    if not value.is_finite():
        raise ValueError(f"{amount!r} is not an amount of money.")
    return value


def to_text(minor: int, currency: str) -> str:
    """``1250, "EUR"`` -> ``"12.50"``; ``1250, "JPY"`` -> ``"1250"``."""
    return str(Decimal(minor).scaleb(-exponent(currency)))
