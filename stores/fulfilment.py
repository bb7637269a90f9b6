"""Fulfilment of a marketplace order: what is done, what may be, and what is on hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stores.standing import Tracking


@dataclass(frozen=True, slots=True)
class FulfilmentPart:
    """Pieces of one marketplace order that may be fulfilled in one call (one location).

    ``lines`` maps a ``SeenLine.id`` to pieces.
    """

    location: str
    lines: Mapping[str, int]
    handle: Mapping[str, str] = field(repr=False, default_factory=dict)
    """Opaque; keep it beside the part. ``replace(part, lines=…)`` with fewer pieces is fine."""


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """What the buyer sees: goods of the marketplace order under way."""

    id: str
    lines: Mapping[str, int]
    tracking: tuple[Tracking, ...] = ()
    cancelled: bool = False
    reference: str = ""
    delivered: bool = False


@dataclass(frozen=True, slots=True)
class FulfilmentHold:
    """Goods that the marketplace has on hold: why, in words, and the pieces by line."""

    reason: str
    lines: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class FulfilmentState:
    """What may still be fulfilled, location by location, what has been, and what is on hold."""

    open: tuple[FulfilmentPart, ...]
    done: tuple[Fulfilment, ...]
    held: tuple[FulfilmentHold, ...] = ()
