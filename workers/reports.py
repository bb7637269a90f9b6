"""Reports go home: what a vendor shipped becomes fulfilments of the marketplace order."""

from __future__ import annotations

from orderflow import clock, outbox, report
from orderflow.calls import About
from orderflow.db import unit_of_work
from orderflow.report import Plan, Telling
from stores.base import FulfilmentPart, Marketplace, StoreBusy, StoreRefused
from workers.gear import Job


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
    if plan.held:
        raise StoreBusy(f"The order is on hold in the marketplace: {plan.held}.")
    with job.unit() as session:
        report.finished(session, telling, plan.short, clock.now())
        outbox.done(session, job.message)


def _carry_out(job: Job, telling: Telling) -> Plan:
    """Compare, act, and compare again where pieces first had to be freed."""
    market = job.marketplace()
    plan = _compare(job, market, telling)
    _write_recognised(job, plan)
    _withdraw(job, market, plan, telling)
    _correct(job, market, plan, telling)
    if plan.withdraw and telling.lines:
        with unit_of_work() as session:
            telling = report.begin(session, telling.shipment_id)
        plan = _compare(job, market, telling)
    for part in plan.fulfil:
        _fulfil(job, market, telling, part)
    return plan


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
    for told in plan.correct:
        job.call(
            "correct_tracking",
            market,
            lambda told=told: market.correct_tracking(  # type: ignore[misc]
                told.id, telling.tracking, notify=telling.notify
            ),
            about,
        )
        with job.unit() as session:
            report.corrected(session, told.report_id, telling.tracking, clock.now())


def _fulfil(job: Job, market: Marketplace, telling: Telling, part: FulfilmentPart) -> None:
    with unit_of_work() as session:
        report_id = report.sending(session, telling, part, clock.now())
    fulfilment = job.call(
        "fulfil",
        market,
        lambda: market.fulfil(part, telling.tracking, notify=telling.notify),
        About("shipment", telling.shipment_id),
    )
    with job.unit() as session:
        report.landed(session, report_id, fulfilment, clock.now())
