"""Money as text on the wire, as an integer of minor units inside.

Exponents are those of ISO 4217 (2024); whatever is not listed has two digits.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_EXPONENTS = {
    code: digits
    for digits, codes in ((0, _NONE), (3, _THREE), (4, _FOUR))
    for code in codes.split()
}


def exponent(currency: str) -> int:
    """Digits after the point: 2 for ``EUR``, 0 for ``JPY``, 3 for ``KWD``."""
    return _EXPONENTS.get(currency.upper(), 2)


def to_minor(amount: str | Decimal, currency: str) -> int:
    """``"12.50", "EUR"`` -> 1250. A store may tell more digits than the currency has: half a unit
    is rounded up, so ``"1.875", "USD"`` -> 188."""
    return int(Decimal(amount).scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP))


def to_text(minor: int, currency: str) -> str:
    """``1250, "EUR"`` -> ``"12.50"``; ``1250, "JPY"`` -> ``"1250"``."""
    return str(Decimal(minor).scaleb(-exponent(currency)))
