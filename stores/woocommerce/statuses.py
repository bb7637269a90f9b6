"""What an order's status says of its goods: all of them left, some left, none left, or nothing.

Stores have statuses of their own, made by plugins and by hand; REST tells their slug without
``wc-``. A status that nobody knows says nothing: what was told before stays as it was.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from enum import StrEnum


class Goods(StrEnum):
    LEFT = "left"
    PARTLY_LEFT = "partly_left"
    """Only what a plugin names by its pieces has left."""
    STAY = "stay"
    UNKNOWN = "unknown"


DELIVERED = ("delivered", "livre", "livree", "zugestellt", "entregado", "consegnato", "bezorgd")
LEFT = frozenset(
    (
        *DELIVERED,
        "completed",
        # English, as plugins register them
        "shipped", "order-shipped", "fully-shipped", "shipped-out", "sent", "order-sent",
        "dispatched", "order-dispatched", "despatched", "posted", "in-transit", "intransit",
        "on-the-way", "out-for-delivery", "fulfilled", "available-for-pickup",
        # what shops make of it in their own language
        "versendet", "verschickt", "versandt", "expedie", "expediee", "envoye", "envoyee",
        "enviado", "spedito", "verzonden", "verstuurd", "skickad", "skickat", "levererad",
        "afsendt", "sendt", "wyslane", "wyslano", "odeslano", "elkuldve", "expediat",
    )
)  # fmt: skip
PARTLY_LEFT = frozenset(
    (
        "partial-shipped", "partially-shipped", "partial-shipment", "partly-shipped",
        "part-shipped", "partial-dispatched", "partially-dispatched", "partially-sent",
        "partially-completed", "partial-completed", "partially-fulfilled", "teilversendet",
        "teilweise-versendet", "partiellement-expedie", "partiellement-expediee",
        "parcialmente-enviado", "deels-verzonden", "spedito-parzialmente",
    )
)  # fmt: skip
ENDED = ("refunded", "cancelled", "failed", "trash", "checkout-draft")
"""Core's own statuses that say nothing of goods that left before."""
STAY = frozenset(("pending", "processing", "on-hold"))
"""Core's own statuses of goods that are still at the vendor's."""


def slug(status: str) -> str:
    """``wc-Shipped``, ``Expédiée`` or ``partially_shipped`` as the sets above write it."""
    plain = unicodedata.normalize("NFKD", status).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-").removeprefix("wc-")


def goods(status: str, further: Collection[str] = ()) -> Goods:
    """``further``: statuses that this store's people said mean *shipped*."""
    if status in STAY:
        return Goods.STAY
    plain = slug(status)
    if plain in LEFT or plain in map(slug, further):
        return Goods.LEFT
    return Goods.PARTLY_LEFT if plain in PARTLY_LEFT else Goods.UNKNOWN


def has_begun_to_leave(status: str) -> bool:
    return goods(status) in (Goods.LEFT, Goods.PARTLY_LEFT)


def is_delivered(status: str) -> bool:
    return slug(status) in DELIVERED
