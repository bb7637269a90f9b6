"""The merchant ships for a vendor: a Shipment typed in, told home like one seen in a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import life, timeline, track
from orderflow.judge import judge, lock
from orderflow.models import OrderLine, Shipment, VendorOrder, public_id
from orderflow.shipments import left_to_ship, settle, shipped_pieces

MERCHANT = "merchant"
LONGEST = 200
MOST_NUMBERS = 20


class ShipmentWrong(ValueError):
    """Not as typed. ``errors``: a code for each field: ``line:<id>``, lines, carrier, numbers,
    link, or part."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed: pieces by our line ids, the carrier, one number or several, a link."""

    lines: Mapping[str, int]
    carrier: str = ""
    numbers: Sequence[str] = field(default=())
    link: str = ""

    def tracking(self) -> list[dict[str, str]]:
        numbers = self.numbers or ([""] if self.carrier or self.link else [])
        return [{"company": self.carrier, "number": n, "url": self.link} for n in numbers]


def left(session: Session, part: VendorOrder, shipment: Shipment | None = None) -> dict[str, int]:
    """Pieces by line that may be put into a shipment; those already in ``shipment`` count."""
    if shipment is None:
        shipped = shipped_pieces(session, part.id)
        return {
            line.remote_id: left_to_ship(line.quantity, line.fulfillable, shipped[line.remote_id])
            for line in _shippable(part)
        }
    others = shipped_pieces(session, part.id, except_id=shipment.id)
    return {
        line.remote_id: max(line.quantity - others[line.remote_id], 0) for line in _shippable(part)
    }


def _shippable(part: VendorOrder) -> list[OrderLine]:
    return [line for line in part.lines if line.requires_shipping and line.quantity > 0]


def may_ship(part: VendorOrder) -> bool:
    """Not while a create is on its way: the vendor would ship the same goods again."""
    return part.state in (*life.BY_HAND, *life.IN_STORE)


def ship(session: Session, part: VendorOrder, typed: Typed, who: str, now: datetime) -> Shipment:
    """Goods that the merchant has sent for the vendor. Raises ShipmentWrong."""
    lock(session, part.order_id)
    session.refresh(part)
    _check(session, part, typed, None)
    shipment = Shipment(
        vendor_order_id=part.id,
        source=MERCHANT,
        remote_id=public_id(),
        lines=_wanted(typed),
        tracking=typed.tracking(),
        seen=MERCHANT,
        shipped_at=now,
        first_seen_at=now,
    )
    session.add(shipment)
    session.flush()
    timeline.tell(session, part, "shipped_by_merchant", now, who=who, lines=shipment.lines)
    _tell_home(session, part, shipment, now)
    return shipment


def correct(
    session: Session, part: VendorOrder, shipment: Shipment, typed: Typed, who: str, now: datetime
) -> None:
    """Other goods or numbers than were typed first. Raises ShipmentWrong."""
    _lock_both(session, part, shipment)
    _check(session, part, typed, shipment)
    shipment.lines, shipment.tracking = _wanted(typed), typed.tracking()
    shipment.state, shipment.words = Shipment.NEW, ""
    timeline.tell(session, part, "shipment_corrected", now, who=who, lines=shipment.lines)
    _tell_home(session, part, shipment, now)


def withdraw(
    session: Session, part: VendorOrder, shipment: Shipment, who: str, now: datetime
) -> None:
    """It was a mistake; the buyer's fulfilment is taken back too. Again: nothing happens."""
    _lock_both(session, part, shipment)
    if shipment.state == Shipment.WITHDRAWN:
        return
    shipment.state, shipment.words = Shipment.WITHDRAWN, ""
    timeline.tell(session, part, "shipment_withdrawn", now, who=who)
    _tell_home(session, part, shipment, now)


def _lock_both(session: Session, part: VendorOrder, shipment: Shipment) -> None:
    lock(session, part.order_id)
    session.refresh(part)
    session.refresh(shipment)


def _tell_home(session: Session, part: VendorOrder, shipment: Shipment, now: datetime) -> None:
    session.flush()
    settle(session, part, now)
    judge(session, part, now)
    track.ask_for_report(session, shipment, now)


def _wanted(typed: Typed) -> dict[str, int]:
    return {line: pieces for line, pieces in typed.lines.items() if pieces > 0}


def _check(session: Session, part: VendorOrder, typed: Typed, shipment: Shipment | None) -> None:
    errors = {**_wrong_lines(session, part, typed, shipment), **_wrong_tracking(typed)}
    if not may_ship(part) or (shipment and shipment.state == Shipment.WITHDRAWN):
        errors["part"] = "cannot_ship_now"
    if "numbers" not in errors and _known_numbers(session, part, shipment) & set(typed.numbers):
        errors["numbers"] = "number_known"
    if errors:
        raise ShipmentWrong(errors)


def _wrong_lines(
    session: Session, part: VendorOrder, typed: Typed, shipment: Shipment | None
) -> dict[str, str]:
    there = left(session, part, shipment)
    errors = {}
    for line, pieces in typed.lines.items():
        if pieces < 0:
            errors[f"line:{line}"] = "pieces_negative"
        elif pieces > there.get(line, 0):
            errors[f"line:{line}"] = "pieces_too_many"
    if not errors and not _wanted(typed):
        errors["lines"] = "no_pieces"
    return errors


def _wrong_tracking(typed: Typed) -> dict[str, str]:
    errors = {}
    if len(set(typed.numbers)) < len(typed.numbers):
        errors["numbers"] = "number_twice"
    if len(typed.numbers) > MOST_NUMBERS or any(len(n) > LONGEST for n in typed.numbers):
        errors["numbers"] = "numbers_too_long"
    if len(typed.carrier) > LONGEST:
        errors["carrier"] = "carrier_too_long"
    if typed.link and not _is_link(typed.link):
        errors["link"] = "no_link"
    elif typed.link and len(typed.numbers) > 1:
        errors["link"] = "one_link_many_numbers"
    return errors


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and len(text) <= 2000


def _known_numbers(session: Session, part: VendorOrder, shipment: Shipment | None) -> set[str]:
    """Numbers of the order's other shipments."""
    rows = session.execute(
        select(Shipment.id, Shipment.tracking)
        .join(VendorOrder, VendorOrder.id == Shipment.vendor_order_id)
        .where(VendorOrder.order_id == part.order_id, Shipment.state != Shipment.WITHDRAWN)
    )
    mine = shipment.id if shipment else None
    return {t["number"] for row_id, all_ in rows for t in all_ if row_id != mine and t["number"]}


def find(session: Session, part: VendorOrder, number: str) -> Shipment | None:
    """A shipment that the merchant typed in, by its public id."""
    return session.scalars(
        select(Shipment).where(
            Shipment.vendor_order_id == part.id,
            Shipment.source == MERCHANT,
            Shipment.remote_id == number,
        )
    ).one_or_none()
