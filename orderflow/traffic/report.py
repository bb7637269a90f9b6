"""Telling the marketplace what is under way: one fulfilment a shipment, location and carrier, once.

The marketplace takes no key of ours with a fulfilment, so after an answer was lost the one that
landed is recognised by its goods and numbers before anything is sent again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import flags, timeline
from orderflow.models import Merchant, Report, Shipment
from orderflow.rules.judge import lock
from orderflow.rules.settings import effective
from orderflow.traffic import by_carrier
from stores.base import Fulfilment, FulfilmentHold, FulfilmentPart, FulfilmentState, Tracking

TWICE = "shipped_twice"
WAITS_FOR_RELEASE = "waits_for_release"


@dataclass(frozen=True, slots=True)
class Told:
    """A fulfilment of ours in the marketplace, or one that may be there (``id`` empty)."""

    report_id: int
    id: str
    location: str
    lines: Mapping[str, int]
    tracking: tuple[Tracking, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """A Shipment as it should be known in the marketplace; ``lines`` empty: withdrawn."""

    shipment_id: int
    access_id: int
    order_id: str
    lines: Mapping[str, int]
    tracking: tuple[Tracking, ...]
    told: tuple[Told, ...]
    others: frozenset[str]
    notify: bool
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """One fulfilment to be made: goods of one location, with the numbers of one carrier."""

    part: FulfilmentPart
    tracking: tuple[Tracking, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """A fulfilment that stands with other numbers than these."""

    told: Told
    tracking: tuple[Tracking, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done in the marketplace. ``short`` are pieces that it will not take, and
    ``waiting`` those that it does not take for now, because it has them on hold; ``held`` says
    why."""

    adopt: tuple[tuple[int, Fulfilment], ...] = ()
    drop: tuple[int, ...] = ()
    withdraw: tuple[Told, ...] = ()
    correct: tuple[Correction, ...] = ()
    arrived: tuple[Told, ...] = ()
    fulfil: tuple[Sending, ...] = ()
    short: Mapping[str, int] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    held: str = ""


def begin(session: Session, shipment_id: int) -> Telling:
    """The shipment with what was told of it so far."""
    shipment = session.get_one(Shipment, shipment_id)
    part = shipment.vendor_order
    merchant = session.get_one(Merchant, part.merchant_id)
    settings = effective(session, part.merchant_id, part.vendor_id).values
    gone = shipment.state == Shipment.WITHDRAWN
    return Telling(
        shipment_id=shipment.id,
        access_id=merchant.access_id,
        order_id=part.order.remote_id,
        lines={} if gone else dict(shipment.lines),
        tracking=tuple(Tracking(**tracking) for tracking in shipment.tracking),
        told=tuple(_told(report) for report in shipment.reports if not report.withdrawn_at),
        others=_other_reports(session, shipment),
        notify=settings.notify_buyer,
        delivered_at=shipment.delivered_at,
    )


def is_on_its_way(session: Session, shipment_id: int) -> bool:
    """Whether the marketplace was being told of it when it was heard of last."""
    unanswered = select(Report.id).where(Report.shipment_id == shipment_id, Report.remote_id == "")
    return session.scalar(unanswered.limit(1)) is not None


def _told(report: Report) -> Told:
    tracking = tuple(Tracking(**tracking) for tracking in report.tracking)
    return Told(report.id, report.remote_id, report.location, report.lines, tracking)


def _other_reports(session: Session, shipment: Shipment) -> frozenset[str]:
    """Fulfilments of the same order that tell of other shipments."""
    order_id = shipment.vendor_order.order_id
    siblings = select(Shipment.id).where(
        Shipment.vendor_order.has(order_id=order_id), Shipment.id != shipment.id
    )
    return frozenset(
        session.scalars(
            select(Report.remote_id).where(Report.shipment_id.in_(siblings), Report.remote_id != "")
        )
    )


def plan(telling: Telling, state: FulfilmentState) -> Plan:
    """Compare what should be known with what is. Pure."""
    there = {done.id: done for done in state.done if not done.cancelled}
    adopt = _recognised(telling, there)
    adopted = dict(adopt)
    unanswered = [told for told in telling.told if not told.id]
    standing = [told for told in telling.told if told.id in there]
    standing += [
        replace(told, id=adopted[told.report_id].id, tracking=adopted[told.report_id].tracking)
        for told in unanswered
        if told.report_id in adopted
    ]
    drop = tuple(t.report_id for t in unanswered if t.report_id not in adopted)
    wanted = Counter(telling.lines)
    right, wrong, left = _sorted(standing, wanted)
    numbers, untold = by_carrier.share(telling.tracking, [told.tracking for told in right], +left)
    sendings, missing = _allot(by_carrier.cut(+left, untold), state.open, wrong)
    waiting, held = _on_hold(missing, state.held)
    return Plan(
        adopt=tuple(adopt),
        drop=drop,
        withdraw=tuple(wrong),
        correct=tuple(
            Correction(told, wants)
            for told, wants in zip(right, numbers, strict=True)
            if told.tracking != wants
        ),
        arrived=tuple(t for t in right if telling.delivered_at and not there[t.id].delivered),
        fulfil=tuple(sendings),
        short=dict(missing - waiting),
        waiting=dict(waiting),
        held=held,
    )


def _on_hold(missing: Counter[str], holds: Sequence[FulfilmentHold]) -> tuple[Counter[str], str]:
    """Which of the missing pieces are on hold, and why; a hold of other goods says nothing."""
    there: Counter[str] = Counter()
    for hold in holds:
        there.update(hold.lines)
    waiting = missing & there
    reasons = [hold.reason for hold in holds if any(waiting[line] for line in hold.lines)]
    return waiting, ", ".join(dict.fromkeys(reasons))


def _sorted(
    standing: Sequence[Told], wanted: Counter[str]
) -> tuple[list[Told], list[Told], Counter[str]]:
    """Right ones, which together tell no more than is wanted; wrong ones; pieces still untold."""
    right: list[Told] = []
    wrong: list[Told] = []
    left = Counter(wanted)
    for told in standing:
        fits = all(left[line] >= pieces for line, pieces in told.lines.items())
        (right if fits else wrong).append(told)
        if fits:
            left.subtract(told.lines)
    return right, wrong, left


def _recognised(telling: Telling, there: Mapping[str, Fulfilment]) -> list[tuple[int, Fulfilment]]:
    """Unanswered reports that did land: same goods, same numbers, nobody else's."""
    taken = telling.others | {told.id for told in telling.told}
    found: list[tuple[int, Fulfilment]] = []
    for told in telling.told:
        if told.id:
            continue
        for fulfilment in there.values():
            if fulfilment.id not in taken and _same(told, fulfilment):
                found.append((told.report_id, fulfilment))
                taken |= {fulfilment.id}
                break
    return found


def _same(told: Told, fulfilment: Fulfilment) -> bool:
    numbers = {tracking.number for tracking in told.tracking if tracking.number}
    theirs = {tracking.number for tracking in fulfilment.tracking if tracking.number}
    return dict(told.lines) == dict(fulfilment.lines) and numbers == theirs


def is_same(report: Report, fulfilment: Fulfilment) -> bool:
    """Whether ``fulfilment`` may be what a report without an answer made."""
    return _same(_told(report), fulfilment)


def _allot(
    goods: Sequence[tuple[Mapping[str, int], tuple[Tracking, ...]]],
    open_parts: Sequence[FulfilmentPart],
    freed: Sequence[Told],
) -> tuple[list[Sending], Counter[str]]:
    """Cut the goods of each carrier by location, as the marketplace takes them. While wrong
    fulfilments must first be withdrawn, nothing is allotted: their pieces are not open yet."""
    if freed:
        return [], Counter()
    sendings: list[Sending] = []
    short: Counter[str] = Counter()
    still_open = [Counter(part.lines) for part in open_parts]
    for lines, tracking in goods:
        rest = Counter(lines)
        for part, there in zip(open_parts, still_open, strict=True):
            taken = {i: min(n, rest[i]) for i, n in there.items() if min(n, rest[i]) > 0}
            if taken:
                cut = FulfilmentPart(part.location, taken, part.handle)
                sendings.append(Sending(cut, tracking))
                rest.subtract(taken)
                there.subtract(taken)
        short += rest
    return sendings, short


# -- writing it down -------------------------------------------------------------------------------


def sending(session: Session, telling: Telling, made: Sending, now: datetime) -> int:
    """About to be told; the Report has no id until the marketplace answers."""
    report = Report(
        shipment_id=telling.shipment_id,
        location=made.part.location,
        lines=dict(made.part.lines),
        tracking=[_plain(tracking) for tracking in made.tracking],
        sent_at=now,
    )
    session.add(report)
    session.flush()
    return report.id


def _plain(tracking: Tracking) -> dict[str, str]:
    return {"company": tracking.company, "number": tracking.number, "url": tracking.url}


def landed(session: Session, report_id: int, fulfilment: Fulfilment, now: datetime) -> None:
    report = session.get_one(Report, report_id)
    report.remote_id = fulfilment.id
    report.tracking = [_plain(tracking) for tracking in fulfilment.tracking]
    part = report.shipment.vendor_order
    timeline.tell(session, part, "reported", now, fulfilment=fulfilment.id)


def dropped(session: Session, report_id: int) -> None:
    """It never landed."""
    session.delete(session.get_one(Report, report_id))


def withdrawn(session: Session, report_id: int, now: datetime) -> None:
    report = session.get_one(Report, report_id)
    report.withdrawn_at = now
    part = report.shipment.vendor_order
    timeline.tell(session, part, "report_withdrawn", now, fulfilment=report.remote_id)


def corrected(
    session: Session, report_id: int, tracking: Sequence[Tracking], now: datetime
) -> None:
    report = session.get_one(Report, report_id)
    report.tracking = [_plain(t) for t in tracking]
    part = report.shipment.vendor_order
    timeline.tell(session, part, "report_corrected", now, fulfilment=report.remote_id)


def finished(session: Session, telling: Telling, short: Mapping[str, int], now: datetime) -> None:
    """All that the marketplace takes has been told; what it did not take is said plainly."""
    shipment = session.get_one(Shipment, telling.shipment_id)
    lock(session, shipment.vendor_order.order_id)
    session.refresh(shipment)
    part = shipment.vendor_order
    flags.settle(session, part, WAITS_FOR_RELEASE, now, subject=str(shipment.id))
    if short:
        count = sum(short.values())
        timeline.tell(session, part, "fulfilled_elsewhere", now, lines=dict(short))
        if part.order.cancelled_at is None:
            flags.raise_once(session, part, TWICE, now, subject=str(shipment.id), count=count)
    if shipment.state == Shipment.NEW:
        shipment.state = Shipment.REPORTED


def stuck(session: Session, shipment_id: int, words: str, now: datetime) -> None:
    """The marketplace refused, in these words."""
    shipment = session.get_one(Shipment, shipment_id)
    part = shipment.vendor_order
    lock(session, part.order_id)
    shipment.state, shipment.words = Shipment.STUCK, words
    flags.settle(session, part, WAITS_FOR_RELEASE, now, subject=str(shipment.id))
    timeline.tell(session, shipment.vendor_order, "report_refused", now, words=words)
