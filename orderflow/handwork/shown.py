"""What one vendor may see of one of its parts: the portal's pages, files and slips are made of it.

Amounts and everything about the buyer are composed as for a push (``mask.cargo``), behind the same
mask; the rest is what the vendor did. Who looks at a buyer's data is noted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import life, rounding
from orderflow.book.rounding import Rounded
from orderflow.book.shipments import place, shipped_pieces, waiting_pieces
from orderflow.mask import cargo
from orderflow.models import (
    OrderLine,
    PersonalRead,
    Push,
    Shipment,
    VendorOrder,
)
from orderflow.rules.decide import PAID
from orderflow.rules.judge import lock
from stores.base import ComposedLine, ComposedOrder

NOT_PAID, ON_HOLD, TEST, FORGOTTEN = "not_paid", "on_hold", "test", "forgotten"
ON_ITS_WAY, IN_STORE, DECLINED, LATE = "on_its_way", "in_store", "declined", "late"
FLAGS = (NOT_PAID, ON_HOLD, TEST, FORGOTTEN, ON_ITS_WAY, IN_STORE, DECLINED, LATE)
"""What a vendor should know before it ships: the shop waits for its money or holds the order, it is
a test, the buyer's data are gone, it goes to the vendor's store just now or stands there, something
is declined, it was cancelled when goods had left."""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """``key`` names the line in forms. ``shipped`` counts what the shop itself has sent too;
    ``left`` is what the vendor still has to ship. ``priced`` has the amounts of all ``wanted``
    pieces; None for a line that is wanted no more, or that is never shipped.
    ``declined``: the vendor's reason."""

    key: str
    title: str
    variant: str
    sku: str
    wanted: int
    shipped: int
    left: int
    requires_shipping: bool
    declined: str | None
    priced: ComposedLine | None


@dataclass(frozen=True, slots=True)
class ShownShipment:
    """``key`` names one that was typed in, "" else. ``who``: *store*, *merchant* or *vendor*.
    ``pieces`` by the keys of lines; ``tracking`` has company, number and url."""

    key: str
    who: str
    state: str
    at: datetime
    pieces: Mapping[str, int]
    tracking: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """``order`` is what would be created in the vendor's store: addresses, contact, note, amounts.
    ``store_number`` is its number there, "" as long as there is none; ``rounded``: amounts that
    the store keeps with fewer decimals."""

    public_id: str
    number: str
    stage: str
    flags: tuple[str, ...]
    arrived_at: datetime
    lines: tuple[ShownLine, ...]
    shipments: tuple[ShownShipment, ...]
    order: ComposedOrder
    store_number: str
    rounded: tuple[Rounded, ...] = ()

    @property
    def left(self) -> int:
        return sum(line.left for line in self.lines)

    @property
    def by_the_shop(self) -> int:
        """Pieces that the shop itself has sent, without telling of a parcel here."""
        told = Counter[str]()
        for shipment in self.shipments:
            if shipment.state != Shipment.WITHDRAWN:
                told.update(shipment.pieces)
        return sum(max(line.shipped - told[line.key], 0) for line in self.lines)

    @property
    def is_personal(self) -> bool:
        """Whether anything of the buyer is among it."""
        told = self.order
        return any(
            (
                told.shipping_address,
                told.billing_address,
                told.email,
                told.phone,
                told.note,
                told.attributes,
            )
        )


def find(session: Session, vendor_id: int, public_id: str) -> VendorOrder | None:
    """This vendor's part of that public id."""
    return session.scalars(
        select(VendorOrder).where(
            VendorOrder.vendor_id == vendor_id, VendorOrder.public_id == public_id
        )
    ).one_or_none()


def read(session: Session, part: VendorOrder, *, by: str, why: str, now: datetime) -> Shown:
    """``part`` as its vendor sees it; ``by`` whom, and ``why``, is noted."""
    told = show(session, part)
    if told.is_personal:
        session.add(
            PersonalRead(
                merchant_id=part.merchant_id, order_id=part.order_id, at=now, by=by, why=why
            )
        )
    return told


def opened(session: Session, part: VendorOrder, now: datetime) -> None:
    """Somebody of the vendor's has seen it: it is new no more."""
    if part.opened_at is None:
        lock(session, part.order_id)
        session.refresh(part)
        part.opened_at = now
        place(session, part)


def show(session: Session, part: VendorOrder) -> Shown:
    """Without a note of who looks: for what shows nothing of the buyer, or notes it itself."""
    shipped = shipped_pieces(session, part.id)
    left = waiting_pieces(part, shipped)
    pushes = session.scalars(
        select(Push).where(Push.vendor_order_id == part.id).order_by(Push.id)
    ).all()
    key = pushes[0].key if pushes else f"SL-{part.public_id[:20]}"
    order = cargo.whole(session, part, key)
    priced = {line.key: line for line in order.lines}
    placed = [each for each in pushes if each.state == Push.PLACED and each.gone_at is None]
    return Shown(
        public_id=part.public_id,
        number=part.order.name,
        stage=part.stage,
        flags=flags(part, shipped),
        arrived_at=part.order.recorded_at,
        lines=tuple(
            _line(
                line,
                max(shipped[line.remote_id], _elsewhere(part, line)),
                left[line.remote_id],
                priced.get(line.remote_id),
            )
            for line in part.lines
            if line.quantity > 0 or shipped[line.remote_id]
        ),
        shipments=tuple(_shipments(session, part)),
        order=order,
        store_number=", ".join(each.remote_name for each in placed),
        rounded=rounding.standing(session, part.order_id).get(part.id, ()),
    )


def _elsewhere(part: VendorOrder, row: OrderLine) -> int:
    """Pieces that the marketplace no longer lets be fulfilled, because they are."""
    if part.order.cancelled_at is not None or not row.requires_shipping:
        return 0
    return max(row.quantity - row.fulfillable, 0)


def _line(row: OrderLine, shipped: int, left: int, priced: ComposedLine | None) -> ShownLine:
    return ShownLine(
        key=row.remote_id,
        title=row.title,
        variant=priced.variant_title if priced else "",
        sku=priced.sku if priced else row.sku,
        wanted=row.quantity,
        shipped=shipped,
        left=left,
        requires_shipping=row.requires_shipping,
        declined=row.declined["why"] if row.declined else None,
        priced=priced,
    )


def flags(part: VendorOrder, shipped: Mapping[str, int]) -> tuple[str, ...]:
    """What is to be known before shipping; ``shipped``: pieces by line."""
    order = part.order
    there = {
        NOT_PAID: order.payment not in (*PAID, "refunded"),
        ON_HOLD: bool(order.on_hold),
        TEST: order.test,
        FORGOTTEN: order.forgotten_at is not None,
        ON_ITS_WAY: part.state in (life.QUEUED, life.UNKNOWN),
        IN_STORE: part.state in life.IN_STORE and any(line.push_id for line in part.lines),
        DECLINED: any(line.declined for line in part.lines),
        LATE: order.cancelled_at is not None and any(shipped.values()),
    }
    return tuple(flag for flag in FLAGS if there[flag])


def _shipments(session: Session, part: VendorOrder) -> Iterable[ShownShipment]:
    rows = session.scalars(
        select(Shipment).where(Shipment.vendor_order_id == part.id).order_by(Shipment.id)
    )
    for row in rows:
        yield ShownShipment(
            key=row.remote_id if row.source != Shipment.STORE else "",
            who=row.source,
            state=row.state,
            at=row.shipped_at or row.first_seen_at,
            pieces=row.lines,
            tracking=tuple(row.tracking),
        )
