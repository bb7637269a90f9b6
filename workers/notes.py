"""What vendors' people read in their store beside an order of ours, in their own language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderflow import translations
from workers.letters import CATALOGUES


def change_line(language: str, order: str, details: Mapping[str, Any]) -> str:
    """Exactly what to change by hand in a line."""
    tongue = translations.read((CATALOGUES,), language, "mail")
    told = {name: details[name] for name in ("sku", "title", "was", "now")}
    return tongue.gettext(
        "Marketplace order %(order)s was edited. Please change %(title)s (%(sku)s) by hand: from "
        "%(was)s to %(now)s."
    ) % {"order": order, **told}
