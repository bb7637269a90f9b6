"""What a WooCommerce store is set up like: its tax classes, decimals, statuses and plugins.

The slug of the untaxed class comes from the words of the language in which the store was installed
(``zero-rate``, ``taux-zero``), and an order with a class that does not exist is refused whole
(``order_item_product_invalid_tax_class``, WooCommerce 10.9.2 and 8.2.2). So the class is looked up,
or made where the store has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stores import boundary
from stores.base import StoreBusy, StoreError, StoreRefused
from stores.boundary import Told
from stores.setup import StoreSetup
from stores.woocommerce import statuses
from stores.woocommerce.client import Client, TurnedAway, listed
from stores.woocommerce.identity import (
    LINES_MOVE_STOCK,
    Status,
    read_status,
    version_numbers,
)
from stores.woocommerce.statuses import Goods
from stores.woocommerce.trackers import READERS

ENGLISH_CLASS = "zero-rate"
"""The slug in stores that were installed in English: taken until the setup was read once."""
OWN_CLASS, OWN_SLUG = "Sluice untaxed", "sluice-untaxed"
UNTAXED = "untaxed"
"""In ``Access.setup``: the slug of the tax class for lines that carry no tax of the store's own."""
_ZERO = re.compile(r"zero|zéro|null?a?\b|nul\b|\b0\b|exempt|frei|untaxed|cero|nolla", re.IGNORECASE)
_STANDARD = "standard"
_UNREADABLE_NOTES = ("sendcloud",)
"""Plugins whose numbers no API shows: they stand in order notes as words only."""


class _Class(Told):
    slug: boundary.Text
    name: boundary.Text = ""


class _Rate(Told):
    rate: boundary.Amount = boundary.NOTHING


class _State(Told):
    slug: boundary.Text
    name: boundary.Text = ""


@dataclass(frozen=True, slots=True)
class Untaxed:
    """``slug`` is "" where the store has no such class and lets us make none: lines then go in
    the standard class, and the store may add tax of its own. ``made``: we made it just now."""

    slug: str
    made: bool = False


def read_setup(client: Client) -> StoreSetup:
    """A few reads, and one write where the untaxed class must be made. What one of them cannot
    tell is left out; StoreError only where the store says nothing of itself at all."""
    status = read_status(client)
    untaxed = find_untaxed(client)
    with_tax = _option(client, "settings/tax/woocommerce_prices_include_tax")
    facts = [("decimals", str(status.decimals))] if status.decimals is not None else []
    if with_tax in ("yes", "no"):
        facts.append(("prices_with_tax" if with_tax == "yes" else "prices_without_tax", ""))
    if untaxed.slug:
        facts.append(("untaxed_class", ""))
    if untaxed.slug == OWN_SLUG:
        facts.append(("own_class", ""))
    trackers = [reader.name for reader in READERS if _is_active(status, reader.plugins)]
    if trackers:
        facts.append(("trackers", ", ".join(trackers)))
    return StoreSetup(
        values={UNTAXED: untaxed.slug, "version": status.version, "decimals": status.decimals},
        facts=facts,
        limits=list(_limits(client, status, untaxed)),
        statuses=_statuses(client),
    )


def _limits(client: Client, status: Status, untaxed: Untaxed) -> Iterator[str]:
    if not untaxed.slug:
        yield "no_untaxed_class"
    if status.numbers < LINES_MOVE_STOCK:
        yield "lines_move_no_stock"
    if status.decimals is not None and status.decimals < status.usual_decimals:
        yield "few_decimals"
    if any(word in plugin for word in _UNREADABLE_NOTES for plugin in status.plugins):
        yield "unreadable_tracking"
    if not client.lets_writes_through():
        yield "writes_turned_away"
    elif _deletes_are_turned_away(client):
        yield "deletes_turned_away"


def lines_move_stock(known: Mapping[str, Any]) -> bool:
    """Whether edits of an order's lines move stock, by the version in a kept setup; yes where
    none was read yet."""
    numbers = version_numbers(boundary.text(known.get("version")))
    return numbers is None or numbers >= LINES_MOVE_STOCK


def _deletes_are_turned_away(client: Client) -> bool:
    """Asked with an order that cannot be; the store itself answers that there is none."""
    try:
        client.delete("orders/0", force="true")
    except TurnedAway:
        return True
    except StoreError:
        return False
    return False


def _is_active(status: Status, slugs: tuple[str, ...]) -> bool:
    return any(slug in plugin for slug in slugs for plugin in status.plugins)


def _option(client: Client, place: str) -> str:
    try:
        told = client.get(place)
    except (StoreRefused, StoreBusy):
        return ""
    return boundary.text(told.get("value")) if isinstance(told, dict) else ""


def _statuses(client: Client) -> dict[str, str]:
    try:
        told = listed(client.get("reports/orders/totals"))
    except (StoreRefused, StoreBusy):
        return {}
    states = boundary.each(told[:200], lambda each: boundary.read(_State, each), str)[0]
    return {
        state.slug: state.name or state.slug
        for state in states
        if statuses.goods(state.slug) is Goods.UNKNOWN and state.slug not in statuses.ENDED
    }


# -- the class of lines that carry no tax of the store's own ---------------------------------------


def find_untaxed(client: Client) -> Untaxed:
    """The store's own zero class, else ours, made where there is none. Raises nothing but what a
    store raises that cannot be reached at all."""
    try:
        told = listed(client.get("taxes/classes"))
    except StoreRefused:
        return Untaxed("")
    classes = boundary.each(told, lambda each: boundary.read(_Class, each), str)[0]
    further = [each for each in classes if each.slug and each.slug != _STANDARD]
    named = [each for each in further if _ZERO.search(f"{each.slug} {each.name}")]
    for each in named:
        if _bears_no_tax(client, each.slug):
            return Untaxed(each.slug)
    made = _made(client)
    if made:
        return Untaxed(made, made=True)
    others = (each for each in further if each not in named)
    return Untaxed(next((each.slug for each in others if _bears_no_tax(client, each.slug)), ""))


def _bears_no_tax(client: Client, slug: str) -> bool:
    """Whether none of its rates is more than nothing. Where the store does not tell its rates,
    the class is taken for what its name says."""
    asked: dict[str, Any] = {"class": slug}
    try:
        told = list(client.pages("taxes", **asked))
    except (StoreRefused, StoreBusy):
        return bool(_ZERO.search(slug))
    rates = boundary.each(told, lambda each: boundary.read(_Rate, each), str)[0]
    return not any(each.rate for each in rates)


def _made(client: Client) -> str:
    try:
        told: Any = client.post("taxes/classes", {"name": OWN_CLASS})
        return boundary.read(_Class, told).slug
    except (StoreError, boundary.Unreadable):
        return ""
