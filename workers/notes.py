"""What vendors' people read in their store beside an order of ours, in their own language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderflow import translations
from stores.money import to_text
from workers.letters import CATALOGUES


def change_line(language: str, order: str, details: Mapping[str, Any]) -> str:
    """Exactly what to change by hand in a line; or, where it was to be changed, not to."""
    tongue = translations.read((CATALOGUES,), language, "mail")
    told = {name: details[name] for name in ("sku", "title", "was", "now")}
    if told["was"] == told["now"]:
        return tongue.gettext(
            "Marketplace order %(order)s was edited again. Please leave %(title)s (%(sku)s) at "
            "%(now)s."
        ) % {"order": order, **told}
    return tongue.gettext(
        "Marketplace order %(order)s was edited. Please change %(title)s (%(sku)s) by hand: from "
        "%(was)s to %(now)s."
    ) % {"order": order, **told}


def refund(language: str, order: str, back: int, currency: str) -> str:
    """What the buyer got back, for the vendor's books."""
    tongue = translations.read((CATALOGUES,), language, "mail")
    return tongue.gettext(
        "Marketplace order %(order)s: the buyer was given back %(money)s. Please take it over by "
        "hand."
    ) % {"order": order, "money": f"{to_text(back, currency)} {currency}"}


def paid(language: str, order: str) -> str:
    """Of an order that left unpaid."""
    tongue = translations.read((CATALOGUES,), language, "mail")
    return tongue.gettext("Marketplace order %(order)s has been paid.") % {"order": order}
