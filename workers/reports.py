"""Reports go home: what a vendor shipped becomes fulfilments of the marketplace order."""

from __future__ import annotations

from contextlib import suppress

from orderflow import clock, outbox
from orderflow.access.calls import About
from orderflow.db import unit_of_work
from orderflow.traffic import on_hold, report
from orderflow.traffic.report import Plan, Sending, Telling
from stores.base import Marketplace, StoreBusy, StoreRefused
from workers.gear import Job

TRIES = 4
"""So often what is open in the shop is compared anew for one message."""


def tell(job: Job) -> None:
    """Make the marketplace know one shipment as it is now. Doing it again changes nothing."""
    with unit_of_work() as session:
        telling = report.begin(session, job.about("shipment"))
    try:
        plan = _carry_out(job, telling)
    except StoreRefused as no:
        with job.unit() as session:
            report.stuck(session, telling.shipment_id, no.words, clock.now())
            outbox.done(session, job.message)
        return
    with job.unit() as session:
        if plan.held:
            on_hold.wait(session, telling.shipment_id, plan.short, clock.now())
        else:
            report.finished(session, telling, plan.short, clock.now())
        outbox.done(session, job.message)


def tell_held(job: Job) -> None:
    """What the shop had on hold is told now, if it is held no more."""
    with job.unit() as session:
        on_hold.tell(session, job.about("order"), clock.now())
        outbox.done(session, job.message)


def _carry_out(job: Job, telling: Telling) -> Plan:
    """Compare and act. What the shop moved, split, merged or held between our look and our write
    it refuses; then it is compared again. StoreRefused where nothing there has changed, StoreBusy
    where it changes all the time."""
    market = job.marketplace()
    refused: tuple[Sending, StoreRefused] | None = None
    for _ in range(TRIES):
        telling, plan = _prepare(job, market, telling)
        if refused is not None and refused[0] in plan.fulfil:
            raise refused[1]
        refused = _fulfil_all(job, market, telling, plan)
        if refused is None:
            return plan
        telling = _again(telling)
    raise StoreBusy("What is open in the shop changed before each of our writes.")


def _again(telling: Telling) -> Telling:
    with unit_of_work() as session:
        return report.begin(session, telling.shipment_id)


def _prepare(job: Job, market: Marketplace, telling: Telling) -> tuple[Telling, Plan]:
    """All but what is to be fulfilled is done; pieces that had to be freed first are free."""
    plan = _compare(job, market, telling)
    _write_recognised(job, plan)
    _withdraw(job, market, plan, telling)
    _correct(job, market, plan, telling)
    for told in plan.arrived:
        _arrived(job, market, telling, told.id)
    if not (plan.withdraw and telling.lines):
        return telling, plan
    telling = _again(telling)
    return telling, _compare(job, market, telling)


def _fulfil_all(
    job: Job, market: Marketplace, telling: Telling, plan: Plan
) -> tuple[Sending, StoreRefused] | None:
    """The first that was refused, if any."""
    for sending in plan.fulfil:
        try:
            _fulfil(job, market, telling, sending)
        except StoreRefused as no:
            return sending, no
    return None


def _compare(job: Job, market: Marketplace, telling: Telling) -> Plan:
    about = About("shipment", telling.shipment_id)
    state = job.call("fulfilments", market, lambda: market.fulfilments(telling.order_id), about)
    return report.plan(telling, state)


def _write_recognised(job: Job, plan: Plan) -> None:
    with job.unit() as session:
        for report_id, fulfilment in plan.adopt:
            report.landed(session, report_id, fulfilment, clock.now())
        for report_id in plan.drop:
            report.dropped(session, report_id)


def _withdraw(job: Job, market: Marketplace, plan: Plan, telling: Telling) -> None:
    about = About("shipment", telling.shipment_id)
    for told in plan.withdraw:
        job.call("withdraw", market, lambda told=told: market.withdraw(told.id), about)  # type: ignore[misc]
        with job.unit() as session:
            report.withdrawn(session, told.report_id, clock.now())


def _correct(job: Job, market: Marketplace, plan: Plan, telling: Telling) -> None:
    about = About("shipment", telling.shipment_id)
    for wrong in plan.correct:
        job.call(
            "correct_tracking",
            market,
            lambda wrong=wrong: market.correct_tracking(  # type: ignore[misc]
                wrong.told.id, wrong.tracking, notify=telling.notify
            ),
            about,
        )
        with job.unit() as session:
            report.corrected(session, wrong.told.report_id, wrong.tracking, clock.now())


def _arrived(job: Job, market: Marketplace, telling: Telling, fulfilment_id: str) -> None:
    """It is at the buyer's door. A shop that does not want to know of it need not."""
    at = telling.delivered_at
    if at is not None:
        about = About("shipment", telling.shipment_id)
        with suppress(StoreRefused):
            job.call("deliver", market, lambda: market.deliver(fulfilment_id, at), about)


def _fulfil(job: Job, market: Marketplace, telling: Telling, sending: Sending) -> None:
    with unit_of_work() as session:
        report_id = report.sending(session, telling, sending, clock.now())
    try:
        fulfilment = job.call(
            "fulfil",
            market,
            lambda: market.fulfil(sending.part, sending.tracking, notify=telling.notify),
            About("shipment", telling.shipment_id),
        )
    except StoreRefused:
        with job.unit() as session:
            report.dropped(session, report_id)
        raise
    with job.unit() as session:
        report.landed(session, report_id, fulfilment, clock.now())
    _arrived(job, market, telling, fulfilment.id)
