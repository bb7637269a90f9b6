"""A Shipment that the merchant or the vendor types in, told home like one seen in a store.

Goods count once, whoever tells of them first: what has shipped already is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import life, timeline
from orderflow.book.shipments import left_to_ship, settle, shipped_pieces
from orderflow.models import OrderLine, Shipment, VendorOrder, public_id
from orderflow.rules.judge import judge, lock
from orderflow.tracking_files import cells, numbers
from orderflow.tracking_files.rows import Tracked
from orderflow.traffic import carriers, track
from stores.boundary import link

LONGEST = 200
MOST_NUMBERS = 20


@dataclass(frozen=True, slots=True)
class Typist:
    """``who`` types, and for which side: a shipment's source, *merchant* or *vendor*."""

    who: str
    side: str = Shipment.MERCHANT

    @property
    def may_change(self) -> tuple[str, ...]:
        """The sources of shipments that this side may correct and withdraw."""
        return Shipment.BY_HAND if self.side == Shipment.MERCHANT else (self.side,)


class ShipmentWrong(ValueError):
    """Not as typed. ``errors``: a code for each field: ``line:<id>``, lines, carrier, numbers,
    link, or part."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed: pieces by our line ids, the carrier, one number or several, a link.
    ``listed``: the carrier is one of ours. Without any, a number may tell which it is.
    ``tracked``: for each of the numbers a carrier and a link of its own, instead."""

    lines: Mapping[str, int]
    carrier: str = ""
    numbers: Sequence[str] = field(default=())
    link: str = ""
    listed: bool = False
    tracked: Sequence[Tracked] = field(default=())

    def tracking(self) -> list[dict[str, str]]:
        """As it is kept in a Shipment."""
        if self.tracked:
            return [{"company": t.carrier, "number": t.number, "url": t.link} for t in self.tracked]
        numbers = self.numbers or ([""] if self.carrier or self.link else [])
        return [
            {"company": self.carrier or carriers.guess(n), "number": n, "url": self.link}
            for n in numbers
        ]


def read(part: VendorOrder, form: Mapping[str, str], *, listed: bool = False) -> Typed:
    """A form as it was filled in, with ``line:<id>`` for the pieces and a number a line; what is no
    number of pieces is less than none, and so wrong."""
    lines = {each.remote_id: _pieces(form.get(f"line:{each.remote_id}", "")) for each in part.lines}
    return Typed(
        lines,
        form.get("carrier", "").strip(),
        _numbers(form.get("numbers", "")),
        form.get("link", "").strip(),
        listed,
    )


def _numbers(typed: str) -> list[str]:
    """One a line or several, cleaned as in files; what cannot be understood stays as typed."""
    found: list[str] = []
    for line in typed.splitlines():
        told = numbers.read(cells.shown(line).text)
        found += told.numbers if told.numbers and not told.problem else [line.strip()]
    return [number for number in found if number]


def _lost(number: str) -> str:
    """The code of what is wrong with a number as such; "" for none."""
    if number.startswith("="):
        return "number_formula"
    problem = numbers.read(number).problem
    return problem.value if problem else ""


def _pieces(typed: str) -> int:
    text = typed.strip()
    return int(text) if text.isdecimal() and len(text) < 7 else -1 if text else 0


def as_form(shipment: Shipment | None, left: Mapping[str, int]) -> dict[str, str]:
    """The fields as they stand before anybody types: of a new shipment, all that is left."""
    tracking = shipment.tracking if shipment else []
    pieces = shipment.lines if shipment else left
    return {
        **{f"line:{line}": str(pieces.get(line, "")) for line in left},
        "carrier": tracking[0]["company"] if tracking else "",
        "link": tracking[0]["url"] if tracking else "",
        "numbers": "\n".join(each["number"] for each in tracking),
    }


def left(
    session: Session, part: VendorOrder, typist: Typist, shipment: Shipment | None = None
) -> dict[str, int]:
    """Pieces by line that may be put into a shipment; those already in ``shipment`` count."""
    lines = _shippable(part, typist)
    if shipment is None:
        shipped = shipped_pieces(session, part.id)
        return {
            line.remote_id: left_to_ship(line.quantity, line.fulfillable, shipped[line.remote_id])
            for line in lines
        }
    others = shipped_pieces(session, part.id, except_id=shipment.id)
    return {line.remote_id: max(line.quantity - others[line.remote_id], 0) for line in lines}


def _shippable(part: VendorOrder, typist: Typist) -> list[OrderLine]:
    """What the vendor declined, the merchant may still ship."""
    return [
        line
        for line in part.lines
        if line.requires_shipping
        and line.quantity > 0
        and not (line.declined and typist.side == Shipment.VENDOR)
    ]


def may_ship(part: VendorOrder, typist: Typist) -> bool:
    """Not while a create is on its way: the vendor would ship the same goods again. And a vendor
    ships nothing of what is over for it."""
    if typist.side == Shipment.VENDOR and part.stage == VendorOrder.OVER:
        return False
    return _may_change(part)


def _may_change(part: VendorOrder) -> bool:
    return part.state in (*life.BY_HAND, *life.IN_STORE)


def ship(
    session: Session, part: VendorOrder, typed: Typed, typist: Typist, now: datetime
) -> Shipment:
    """Goods that have left. Raises ShipmentWrong."""
    lock(session, part.order_id)
    session.refresh(part)
    _check(session, part, typed, typist, None)
    shipment = Shipment(
        vendor_order_id=part.id,
        source=typist.side,
        remote_id=public_id(),
        lines=_wanted(typed),
        tracking=typed.tracking(),
        seen=typist.side,
        shipped_at=now,
        first_seen_at=now,
    )
    session.add(shipment)
    session.flush()
    mine = typist.side == Shipment.MERCHANT
    code = "shipped_by_merchant" if mine else "shipped_by_vendor"
    timeline.tell(session, part, code, now, who=typist.who, lines=shipment.lines)
    _tell_home(session, part, shipment, now)
    return shipment


def correct(
    session: Session,
    part: VendorOrder,
    shipment: Shipment,
    typed: Typed,
    typist: Typist,
    now: datetime,
) -> None:
    """Other goods or numbers than were typed first. Raises ShipmentWrong."""
    _lock_both(session, part, shipment)
    _check(session, part, typed, typist, shipment)
    shipment.lines, shipment.tracking = _wanted(typed), typed.tracking()
    shipment.state, shipment.words = Shipment.NEW, ""
    timeline.tell(session, part, "shipment_corrected", now, who=typist.who, lines=shipment.lines)
    _tell_home(session, part, shipment, now)


def withdraw(
    session: Session, part: VendorOrder, shipment: Shipment, typist: Typist, now: datetime
) -> None:
    """It was a mistake; the buyer's fulfilment is taken back too. Again: nothing happens."""
    _lock_both(session, part, shipment)
    if shipment.state == Shipment.WITHDRAWN:
        return
    shipment.state, shipment.words = Shipment.WITHDRAWN, ""
    timeline.tell(session, part, "shipment_withdrawn", now, who=typist.who)
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


def _check(
    session: Session,
    part: VendorOrder,
    typed: Typed,
    typist: Typist,
    shipment: Shipment | None,
) -> None:
    errors = wrong(session, part, typed, typist, shipment)
    if errors:
        raise ShipmentWrong(errors)


def wrong(
    session: Session,
    part: VendorOrder,
    typed: Typed,
    typist: Typist,
    shipment: Shipment | None = None,
) -> dict[str, str]:
    """What stands in the way of a shipment, as ShipmentWrong has it."""
    there = left(session, part, typist, shipment)
    gone = shipped_pieces(session, part.id, except_id=shipment.id if shipment else None)
    errors = {**_wrong_lines(there, gone, typed), **_wrong_tracking(typed)}
    possible = _may_change(part) if shipment else may_ship(part, typist)
    if not possible or (shipment and shipment.state == Shipment.WITHDRAWN):
        errors["part"] = "cannot_ship_now"
    if "numbers" not in errors and _known_numbers(session, part, shipment) & set(typed.numbers):
        errors["numbers"] = "number_known"
    return errors


def _wrong_lines(there: Mapping[str, int], gone: Mapping[str, int], typed: Typed) -> dict[str, str]:
    errors = {}
    for line, pieces in typed.lines.items():
        if pieces < 0:
            errors[f"line:{line}"] = "pieces_negative"
        elif pieces > there.get(line, 0):
            over = gone.get(line, 0) and not there.get(line, 0)
            errors[f"line:{line}"] = "pieces_shipped" if over else "pieces_too_many"
    if not errors and not _wanted(typed):
        errors["lines"] = "no_pieces"
    return errors


def _wrong_tracking(typed: Typed) -> dict[str, str]:
    errors = {}
    lost = next(filter(None, map(_lost, typed.numbers)), "")
    if lost:
        errors["numbers"] = lost
    if len(set(typed.numbers)) < len(typed.numbers):
        errors["numbers"] = "number_twice"
    if len(typed.numbers) > MOST_NUMBERS or any(len(n) > LONGEST for n in typed.numbers):
        errors["numbers"] = "numbers_too_long"
    if len(typed.carrier) > LONGEST:
        errors["carrier"] = "carrier_too_long"
    elif typed.listed and typed.carrier and typed.carrier not in carriers.CARRIERS:
        errors["carrier"] = "carrier_unknown"
    if typed.link and link(typed.link) != typed.link:
        errors["link"] = "no_link"
    elif typed.link and len(typed.numbers) > 1:
        errors["link"] = "one_link_many_numbers"
    return errors


def _known_numbers(session: Session, part: VendorOrder, shipment: Shipment | None) -> set[str]:
    """Numbers of the order's other shipments."""
    rows = session.execute(
        select(Shipment.id, Shipment.tracking)
        .join(VendorOrder, VendorOrder.id == Shipment.vendor_order_id)
        .where(VendorOrder.order_id == part.order_id, Shipment.state != Shipment.WITHDRAWN)
    )
    mine = shipment.id if shipment else None
    return {t["number"] for row_id, all_ in rows for t in all_ if row_id != mine and t["number"]}


def find(session: Session, part: VendorOrder, number: str, typist: Typist) -> Shipment | None:
    """A shipment that was typed in and that this side may change, by its public id."""
    return session.scalars(
        select(Shipment).where(
            Shipment.vendor_order_id == part.id,
            Shipment.source.in_(typist.may_change),
            Shipment.remote_id == number,
        )
    ).one_or_none()
