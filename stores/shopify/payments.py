"""By which payments of an order are found again at whoever took them."""

from __future__ import annotations

from collections.abc import Iterable

from stores.shopify.market_answers import (
    SeenPayment,
)

BETWEEN, LONGEST = ", ", 255
_TAKEN = ("SALE", "CAPTURE")
_PROMISED = ("AUTHORIZATION", "EMV_AUTHORIZATION")


def reference_of(transactions: Iterable[SeenPayment]) -> str:
    """The ids of the payments that were taken, else of those that were promised, each once; as many
    whole ones as fit. Not every gateway gives one (Shopify 2026-10)."""
    known = [each for each in transactions if each.status == "SUCCESS" and each.payment_id]
    found = _of_kind(known, _TAKEN) or _of_kind(known, _PROMISED)
    told = ""
    for each in found:
        longer = f"{told}{BETWEEN}{each}" if told else each
        told = longer if len(longer) <= LONGEST else told
    return told


def _of_kind(transactions: Iterable[SeenPayment], kinds: tuple[str, ...]) -> list[str]:
    told = (each.payment_id.strip() for each in transactions if each.kind in kinds)
    return list(dict.fromkeys(filter(None, told)))
