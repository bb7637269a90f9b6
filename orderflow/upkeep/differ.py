"""Three ways, field by field: what was agreed on, what the merchant wants, what the vendor has.

The top of an order is told flat: *email*, *phone*, *note*, *shipping_address*,
*accepts_marketing*, each tag (``tags.vip``) and each attribute (``attributes.Gift``) by itself.
What is empty is not in it. All of it is pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from orderflow.mask.compose import TAG
from stores.base import Address, Amendment, ComposedOrder, OrderFields

Flat = Mapping[str, Any]
PLAIN = ("email", "phone", "note")
LEAST_DIGITS = 7
"""Of a phone number: fewer are no number yet, so they say nothing of a prefix left out."""


@dataclass(frozen=True, slots=True)
class Compared:
    """``write``: only the merchant changed it. ``agreed``: both wrote the same. ``met``: both
    changed it, and differ."""

    write: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()
    met: tuple[str, ...] = ()


def flat(order: ComposedOrder | OrderFields) -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(order, name) for name in PLAIN}
    told["accepts_marketing"] = getattr(order, "accepts_marketing", False)
    told["shipping_address"] = _without_empties(order.shipping_address)
    told |= {f"tags.{tag.casefold()}": tag for tag in order.tags if tag != TAG}
    told |= {f"attributes.{name}": value for name, value in dict(order.attributes).items()}
    return {name: value for name, value in told.items() if value}


def _without_empties(address: Address | None) -> dict[str, str]:
    return {name: value for name, value in asdict(address).items() if value} if address else {}


def changed(base: Flat, mine: Flat) -> list[str]:
    return [name for name in sorted({*base, *mine}) if base.get(name) != mine.get(name)]


def compare(
    base: Flat, mine: Flat, theirs: Flat, stood: Flat | None, amends: Iterable[str]
) -> Compared:
    """``stood`` is what the store told right after our last write, ``amends`` what it keeps at
    all. What only the vendor changed is left as it is, and not named here."""
    write, agreed, met = [], [], []
    for name in changed(base, mine):
        if name.partition(".")[0] not in amends or not _they_changed(name, base, theirs, stood):
            write.append(name)
        elif alike(name, mine.get(name), theirs.get(name)):
            agreed.append(name)
        else:
            met.append(name)
    return Compared(tuple(write), tuple(agreed), tuple(met))


def _they_changed(name: str, base: Flat, theirs: Flat, stood: Flat | None) -> bool:
    """As long as the store was never asked, an attribute that it does not tell may be one that it
    does not show."""
    if stood is None and name.startswith("attributes.") and name not in theirs:
        return False
    before = base if stood is None else stood
    return not alike(name, before.get(name), theirs.get(name))


def alike(name: str, one: Any, other: Any) -> bool:
    """The same but for how stores write it."""
    if not one or not other:
        return not one and not other
    if name == "shipping_address":
        return {*one} == {*other} and all(alike(part, one[part], other[part]) for part in one)
    if name == "phone":
        return _same_number(re.sub(r"\D", "", one), re.sub(r"\D", "", other))
    return bool(_plain(name, one) == _plain(name, other))


def _same_number(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= LEAST_DIGITS and longer.endswith(shorter))


def _plain(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = " ".join(value.split())
    return text if name == "note" or name.startswith("attributes.") else text.casefold()


def merged(base: Flat, mine: Flat, names: Iterable[str]) -> dict[str, Any]:
    """``base``, but for ``names`` what ``mine`` has of them."""
    told = dict(base)
    for name in names:
        told.pop(name, None)
        if name in mine:
            told[name] = mine[name]
    return told


def with_top(order: ComposedOrder, told: Flat) -> ComposedOrder:
    """``order`` with the top that ``told`` tells."""
    return replace(
        order,
        **{name: told.get(name, "") for name in PLAIN},
        accepts_marketing=bool(told.get("accepts_marketing")),
        shipping_address=_address(told.get("shipping_address")),
        tags=(TAG, *_under("tags.", told).values()),
        attributes=tuple(_under("attributes.", told).items()),
    )


def amendment(mine: Flat, base: Flat, names: Iterable[str]) -> Amendment:
    """What makes ``names`` as in ``mine``. An address cannot be emptied."""
    wanted = {name: mine.get(name) for name in names}
    given: dict[str, Any] = {name: wanted[name] or "" for name in PLAIN if name in wanted}
    if "accepts_marketing" in wanted:
        given["accepts_marketing"] = bool(wanted["accepts_marketing"])
    tags = _under("tags.", wanted)
    return Amendment(
        **given,
        shipping_address=_address(wanted.get("shipping_address")),
        tags_added=tuple(tag for tag in tags.values() if tag),
        tags_removed=tuple(base[f"tags.{tag}"] for tag, kept in tags.items() if not kept),
        attributes=_under("attributes.", wanted),
    )


def _address(told: Mapping[str, str] | None) -> Address | None:
    return Address(**told) if told else None


def _under(prefix: str, told: Flat) -> dict[str, Any]:
    return {name[len(prefix) :]: told[name] for name in told if name.startswith(prefix)}
