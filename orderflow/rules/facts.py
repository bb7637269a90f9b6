"""What the rules look at: plain values without personal data. Gathered here, judged elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.models import (
    AddOn,
    Connection,
    Merchant,
    StoreAccess,
    VariantMapping,
    VendorOrder,
)


@dataclass(frozen=True, slots=True)
class LineFacts:
    """``store`` is the connection its mapping names, else the vendor's default; None: no store.

    ``taken``: a push has taken it along already. ``shipped``: pieces under way already.
    ``declined``: the vendor said that it will not be delivered. ``delivery`` is a
    ``stores.seen.DeliveryMethod``, "" for what is shipped."""

    id: str
    quantity: int
    fulfillable: int
    requires_shipping: bool
    mapped: bool
    store: int | None
    taken: bool = False
    shipped: int = 0
    declined: bool = False
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class StoreFacts:
    id: int
    platform: str
    state: str
    add_on: bool
    takes_tests: bool
    takes_custom_lines: bool


@dataclass(frozen=True, slots=True)
class Facts:
    payment: str
    cancelled: bool
    test: bool
    fulfilment: str
    push_enabled: bool
    lines: tuple[LineFacts, ...]
    stores: tuple[StoreFacts, ...]
    since: str = ""
    """When the order came into the book, in ISO 8601; ``paid_since``: when we saw it paid."""
    paid_since: str = ""
    risk: str | None = None
    """*none*, *low*, *medium*, *high* or *pending*; None: the shop has not been asked."""
    on_hold: bool | None = None
    reference_read: bool = False
    """The shop has told the reference of the payment as it stands, or that there is none."""
    released: bool = False
    """Somebody let it go before its delay was over."""
    overridden: bool = False
    """Somebody had it pushed although it was held."""
    forbidden: bool = False
    """Somebody said that it must not be pushed."""
    forgotten: bool = False
    """Where the buyer lives is not known any more."""
    addressed: bool = True
    """There is an address to ship to."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Facts:
        plain = dict(stored)
        plain["lines"] = tuple(LineFacts(**line) for line in stored["lines"])
        plain["stores"] = tuple(StoreFacts(**store) for store in stored["stores"])
        return cls(**plain)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the rules must know of a platform; filled from its Capabilities by the doors."""

    test_orders: bool
    custom_lines: bool
    edit_lines: bool


_abilities: dict[str, Abilities] = {}


def know_platform(platform: str, abilities: Abilities) -> None:
    """Said once for each platform when a door opens; rules may then ask."""
    _abilities[platform] = abilities


def abilities(platform: str) -> Abilities:
    return _abilities[platform]


def gather(
    session: Session, part: VendorOrder, shipped: Mapping[str, int], push_id: int | None = None
) -> Facts:
    """The facts of ``part`` as they are in the database now. ``shipped``: pieces by line id;
    lines that ``push_id`` has taken along count as still here."""
    connections = _connections(session, part.vendor_id)
    default = next((c.id for c in connections if c.is_default), None)
    mapped = _mapped(session, part)
    lines = tuple(
        LineFacts(
            id=line.remote_id,
            quantity=line.quantity,
            fulfillable=line.fulfillable,
            requires_shipping=line.requires_shipping,
            mapped=line.variant_id in mapped,
            store=mapped.get(line.variant_id, default),
            taken=line.push_id not in (None, push_id),
            shipped=shipped.get(line.remote_id, 0),
            declined=line.declined is not None,
            delivery=line.delivery,
        )
        for line in part.lines
    )
    order = part.order
    return Facts(
        payment=order.payment,
        cancelled=order.cancelled_at is not None,
        test=order.test,
        fulfilment=order.fulfilment,
        push_enabled=part.vendor.push_enabled,
        lines=lines,
        stores=_stores(session, order.merchant, connections),
        since=part.order.recorded_at.isoformat(),
        paid_since=part.order.paid_at.isoformat() if part.order.paid_at else "",
        risk=part.order.risk,
        on_hold=part.order.on_hold,
        reference_read=order.referenced == order.payment,
        released=part.released_at is not None,
        overridden=part.override is not None,
        forbidden=part.forbidden is not None,
        forgotten=order.forgotten_at is not None,
        addressed=order.addressed,
    )


def _connections(session: Session, vendor_id: int) -> list[Connection]:
    return list(
        session.scalars(
            select(Connection).where(Connection.vendor_id == vendor_id).order_by(Connection.id)
        )
    )


def _mapped(session: Session, part: VendorOrder) -> dict[str, int]:
    variants = [line.variant_id for line in part.lines if line.variant_id]
    rows = session.execute(
        select(VariantMapping.variant_id, VariantMapping.connection_id).where(
            VariantMapping.merchant_id == part.merchant_id, VariantMapping.variant_id.in_(variants)
        )
    )
    return {row.variant_id: row.connection_id for row in rows}


def _stores(
    session: Session, merchant: Merchant, connections: Iterable[Connection]
) -> tuple[StoreFacts, ...]:
    """A merchant that has uninstalled the app reaches none of its vendors' stores."""
    active = set(
        session.scalars(
            select(AddOn.platform).where(
                AddOn.merchant_id == merchant.id,
                AddOn.kind == AddOn.ORDER_PUSH,
                AddOn.active.is_(True),
            )
        )
    )
    gone = merchant.uninstalled_at is not None
    return tuple(_store(connection, active, gone) for connection in connections)


def _store(connection: Connection, active: set[str], gone: bool) -> StoreFacts:
    access: StoreAccess = connection.access
    able = abilities(access.platform)
    state = StoreAccess.CLOSED if gone or connection.disconnected_at else access.state
    return StoreFacts(
        id=connection.id,
        platform=access.platform,
        state=state,
        add_on=access.platform in active,
        takes_tests=able.test_orders,
        takes_custom_lines=able.custom_lines,
    )
