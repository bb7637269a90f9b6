"""What a store is set up like: read when it is connected and once a day, kept, and asked by the
code instead of assumed. Part of the contract in ``stores.base``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stores.texts import Counted, _, _n

SHIPPED_STATUSES = "shipped_statuses"
"""In ``Access.setup``: statuses that this store's people said mean *shipped*."""


@dataclass(frozen=True, slots=True)
class StoreSetup:
    """``values`` is JSON that the adapter alone understands and gets back as ``Access.setup``.

    ``facts`` are (code, value) pairs for people, codes of ``FACTS``; ``limits`` are codes of
    ``LIMITS``; ``statuses`` those of the store's order statuses of which nobody knows whether they
    mean *shipped*, slug to name.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    facts: Sequence[tuple[str, str]] = ()
    limits: Sequence[str] = ()
    statuses: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "values": dict(self.values),
            "facts": [list(fact) for fact in self.facts],
            "limits": list(self.limits),
            "statuses": dict(self.statuses),
        }


FACTS: Mapping[str, str | Counted] = {
    "decimals": _n("Prices have %(value)s decimal.", "Prices have %(value)s decimals.", by="value"),
    "prices_with_tax": _("Prices of products hold their tax."),
    "prices_without_tax": _("Prices of products are without tax."),
    "untaxed_class": _(
        "Orders from the marketplace are written in a tax class in which the store adds no tax of "
        "its own: their tax stands in them as an item."
    ),
    "own_class": _("The store had no such class, so one was made for it: “Sluice untaxed”."),
    "trackers": _("Tracking numbers are read from: %(value)s."),
}
"""What is told of a store's setup, by code."""
LIMITS: Mapping[str, tuple[str, str]] = {
    "no_untaxed_class": (
        _(
            "The store has no tax class without tax, and did not let us make one: it may add tax "
            "of its own to orders."
        ),
        _("Add a tax class “Zero rate” in the tax settings."),
    ),
    "lines_move_no_stock": (
        _("In this version of the store, edits of an order's items move no stock."),
        _("Adjust the stock by hand, or update to 9.5 or later."),
    ),
    "few_decimals": (
        _(
            "The store keeps prices with fewer decimals than its currency has, so amounts are "
            "rounded."
        ),
        "",
    ),
    "unreadable_tracking": (
        _(
            "A shipping plugin of the store writes tracking numbers into notes only, where they "
            "cannot be read."
        ),
        _("With a plugin for shipment tracking they come along."),
    ),
    "writes_turned_away": (
        _("A firewall in front of the store turns away what is written to it."),
        _(
            "Ask the company that hosts the store to allow GET, POST, PUT and DELETE to "
            "/wp-json/wc/v3/."
        ),
    ),
    "deletes_turned_away": (
        _("A firewall in front of the store turns away deletions."),
        _("Ask the company that hosts the store to allow DELETE to /wp-json/wc/v3/ as well."),
    ),
}
"""Limits of a store that its setup shows, by code: what it is, and what its vendor can do."""


def fact_words(kept: Mapping[str, Any]) -> list[tuple[str | Counted, dict[str, str]]]:
    """The sentences of a kept ``StoreSetup.to_json``, to be translated and filled in."""
    return [
        (FACTS[code], {"value": value}) for code, value in kept.get("facts", ()) if code in FACTS
    ]


def limit_words(kept: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What limits the store of a kept ``StoreSetup.to_json``, and what its vendor can do ("" for
    nothing), to be translated."""
    return [LIMITS[code] for code in kept.get("limits", ()) if code in LIMITS]
