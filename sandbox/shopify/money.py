"""Amounts as Shopify writes them. Inside the sandbox money is a Decimal in the shop's currency."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

NOTHING = Decimal(0)
DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3, "OMR": 3, "TND": 3}


def unit(currency: str) -> Decimal:
    """The smallest amount of the currency: 0.01 for USD, 1 for JPY."""
    return Decimal(1).scaleb(-DIGITS.get(currency, 2))


def rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(unit(currency), ROUND_HALF_UP)


def taxed(base: Decimal, rate: Decimal, currency: str, included: bool) -> Decimal:
    """The tax on ``base``, or the tax in it where prices include it."""
    return rounded(base * rate / (1 + rate) if included else base * rate, currency)


def graphql_amount(amount: Decimal) -> str:
    """``10`` -> "10.0", ``9.50`` -> "9.5": at least one decimal, no further zeros."""
    text = f"{amount.normalize():f}"
    return text if "." in text else text + ".0"


def rest_amount(amount: Decimal, currency: str) -> str:
    """``10`` -> "10.00" in USD, "10" in JPY."""
    return f"{rounded(amount, currency):f}"


def rest_set(amount: Decimal, currency: str) -> dict[str, dict[str, str]]:
    money = {"amount": rest_amount(amount, currency), "currency_code": currency}
    return {"shop_money": money, "presentment_money": dict(money)}


def allocate(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Split ``total`` by weight to the smallest unit. What rounding leaves goes to the last that
    have room: no share becomes more than its weight, unless ``total`` is more than all weights."""
    whole, step = sum(weights, NOTHING), unit(currency)
    if not whole:
        return [NOTHING for _ in weights]
    shares = [(total * weight / whole).quantize(step, ROUND_DOWN) for weight in weights]
    left = total - sum(shares, NOTHING)
    for at in reversed(range(len(shares))):
        room = min(left, max(weights[at] - shares[at], NOTHING))
        shares[at] += room
        left -= room
    shares[-1] += left
    return shares
