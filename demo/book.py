"""What the app has written down, read from its database with its own models. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from orderflow.db import reading
from orderflow.models import (
    MarketplaceOrder,
    Push,
    Report,
    Shipment,
    TimelineEvent,
    VendorOrder,
    Webhook,
)
from orderflow.rules import explain, reasons
from orderflow.rules.decide import Verdict
from stores.money import to_text


@dataclass(frozen=True)
class Placed:
    """A push; ``id`` and ``name`` are the store's, empty while nothing is known to stand there."""

    key: str
    host: str
    platform: str
    state: str
    id: str
    name: str


@dataclass(frozen=True)
class Part:
    """One vendor's share of an order. ``obstacles`` are sentences; amounts are text."""

    vendor: str
    state: str
    share: str
    obstacles: tuple[str, ...]
    pushes: tuple[Placed, ...]


@dataclass(frozen=True)
class Order:
    id: str
    name: str
    payment: str
    currency: str
    total: str
    own_share: str
    own_lines: tuple[str, ...]
    parts: tuple[Part, ...]
    events: tuple[str, ...]

    def part(self, vendor: str) -> Part:
        return next(part for part in self.parts if part.vendor == vendor)


class Book:
    def __init__(self, app: Flask) -> None:
        self._app = app

    def orders(self) -> list[Order]:
        with self._app.app_context(), reading() as session:
            rows = session.scalars(select(MarketplaceOrder).order_by(MarketplaceOrder.id))
            return [_order(session, row) for row in rows]

    def order(self, remote_id: int | str) -> Order | None:
        """The order with the marketplace's ``remote_id``; None until it is recorded."""
        return next((each for each in self.orders() if each.id == str(remote_id)), None)

    def webhooks(self) -> dict[str, int]:
        """How many deliveries are in each state."""
        with self._app.app_context(), reading() as session:
            found = session.execute(select(Webhook.state, func.count()).group_by(Webhook.state))
            return {row[0]: row[1] for row in found}

    def shipments(self) -> tuple[int, int]:
        """Shipments, and reports of them that stand in the marketplace."""
        with self._app.app_context(), reading() as session:
            seen = session.scalar(select(func.count()).select_from(Shipment))
            standing = (Report.remote_id != "") & Report.withdrawn_at.is_(None)
            told = session.scalar(select(func.count()).select_from(Report).where(standing))
            return seen or 0, told or 0


def _order(session: Session, row: MarketplaceOrder) -> Order:
    codes = select(TimelineEvent.code).where(TimelineEvent.order_id == row.id)
    return Order(
        id=row.remote_id,
        name=row.name,
        payment=row.payment,
        currency=row.currency,
        total=to_text(row.total, row.currency),
        own_share=to_text(row.own_share, row.currency),
        own_lines=tuple(line.title for line in row.lines if line.vendor_order_id is None),
        parts=tuple(_part(session, part, row.currency) for part in row.vendor_orders),
        events=tuple(session.scalars(codes.order_by(TimelineEvent.id))),
    )


def _part(session: Session, part: VendorOrder, currency: str) -> Part:
    pushes = session.scalars(select(Push).where(Push.vendor_order_id == part.id))
    told = explain.stored_reasons(part)
    return Part(
        vendor=part.vendor.name,
        state=part.state,
        share=to_text(part.share, currency),
        obstacles=tuple(reasons.sentence(r) for r in told if r.verdict is not Verdict.PUSH),
        pushes=tuple(_placed(push) for push in pushes),
    )


def _placed(push: Push) -> Placed:
    access = push.connection.access
    host = access.address.removeprefix("https://")
    return Placed(push.key, host, access.platform, push.state, push.remote_id, push.remote_name)
