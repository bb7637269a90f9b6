"""What a merchant may activate, by platform. Free for now; the gate is the same when it is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.access import register
from orderflow.models import AddOn, Merchant
from orderflow.rules import preview
from orderflow.rules.facts import Facts
from orderflow.rules.preview import Unconfirmed
from stores.base import Capabilities

READY = frozenset({AddOn.ORDER_PUSH})
"""Kinds that do something already; the others are told, and cannot be activated yet."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One add-on for one platform, as it stands for a merchant."""

    kind: str
    can: Capabilities
    active: bool

    @property
    def ready(self) -> bool:
        return self.kind in READY


def offers(session: Session, merchant: Merchant, platforms: Iterable[Capabilities]) -> list[Offer]:
    """Every add-on there is, platform by platform."""
    active = {(row.platform, row.kind) for row in _rows(session, merchant) if row.active}
    return [
        Offer(kind, can, (can.platform, kind) in active)
        for can in platforms
        for kind in (AddOn.ORDER_PUSH, AddOn.INVENTORY, AddOn.LOCATIONS)
        if kind != AddOn.LOCATIONS or can.locations
    ]


def active_platforms(session: Session, merchant: Merchant) -> set[str]:
    """Those whose orders may be pushed (P12)."""
    return {
        row.platform
        for row in _rows(session, merchant)
        if row.active and row.kind == AddOn.ORDER_PUSH
    }


def _rows(session: Session, merchant: Merchant) -> list[AddOn]:
    return list(session.scalars(select(AddOn).where(AddOn.merchant_id == merchant.id)))


def activate(
    session: Session,
    merchant: Merchant,
    platform: str,
    now: datetime,
    *,
    by: str,
    confirmed: int | None,
) -> None:
    """Orders for vendors on ``platform`` may be pushed. Raises Unconfirmed when held orders would
    go at once and ``confirmed`` is not their number."""
    if platform in active_platforms(session, merchant):
        return

    def opened(facts: Facts) -> Facts:
        stores = (
            replace(store, add_on=store.add_on or store.platform == platform)
            for store in facts.stores
        )
        return replace(facts, stores=tuple(stores))

    release = preview.opening(session, merchant, opened, now)
    if not release.agreed(confirmed):
        raise Unconfirmed(release)
    register.activate_add_on(session, merchant, platform, active=True, now=now, by=by)


def deactivate(
    session: Session, merchant: Merchant, platform: str, now: datetime, *, by: str
) -> None:
    """Nothing more is pushed there; what stands in stores stays, and its tracking comes back."""
    register.activate_add_on(session, merchant, platform, active=False, now=now, by=by)
