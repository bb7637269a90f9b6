"""Reports go home: what a vendor shipped becomes fulfilments of the marketplace order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from orderflow import clock, outbox
from orderflow.access.calls import About
from orderflow.db import unit_of_work
from orderflow.traffic import on_hold, report
from orderflow.traffic.report import Correction, Plan, Sending, Telling, Told
from stores.base import Marketplace, StoreBusy, StoreRefused
from workers.gear import Job

Step = Told | Correction | Sending | None
"""What is asked of the shop. None: news of a delivery, which is never refused."""
TRIES = 4
"""So often what is open in the shop is compared anew for one message."""


def tell(job: Job) -> None:
    """Make the marketplace know one shipment as it is now. Doing it again changes nothing. Where a
    worker died while it told, its call may still be on its way: that is waited for."""
    with unit_of_work() as session:
        if job.was_cut_off and report.is_on_its_way(session, job.about("shipment")):
            job.let_calls_end(session)
            return
        telling = report.begin(session, job.about("shipment"))
    try:
        plan = _carry_out(job, telling)
    except StoreRefused as no:
        with job.unit() as session:
            report.stuck(session, telling.shipment_id, no.words, clock.now())
            outbox.done(session, job.message)
        return
    with job.unit() as session:
        if plan.waiting:
            on_hold.wait(session, telling.shipment_id, plan.waiting, clock.now())
        else:
            report.finished(session, telling, plan.short, clock.now())
        outbox.done(session, job.message)


def tell_held(job: Job) -> None:
    """What the shop had on hold is told now, if it is held no more."""
    with job.unit() as session:
        on_hold.tell(session, job.about("order"), clock.now())
        outbox.done(session, job.message)


def _carry_out(job: Job, telling: Telling) -> Plan:
    """Compare and act. What the shop changed between our look and our write, a withdrawal and a
    correction too, it refuses; then it is compared again. StoreRefused where the same is to be done
    once more, StoreBusy where it changes all the time."""
    market = job.marketplace()
    refused: tuple[Step, StoreRefused] | None = None
    for _ in range(TRIES):
        plan = _compare(job, market, telling)
        if refused is not None and refused[0] in (*plan.withdraw, *plan.correct, *plan.fulfil):
            raise refused[1]
        refused = _act(job, market, telling, plan)
        freed = bool(plan.withdraw and telling.lines)
        if refused is None and not freed:
            return plan
        telling = _again(telling)
    raise StoreBusy(_("What is open in the shop changed before each of our writes."))


def _again(telling: Telling) -> Telling:
    with unit_of_work() as session:
        return report.begin(session, telling.shipment_id)


def _act(
    job: Job, market: Marketplace, telling: Telling, plan: Plan
) -> tuple[Step, StoreRefused] | None:
    """The first step that was refused, if any; none is done after it. Where something is withdrawn,
    its pieces are open at the next comparison, and nothing is fulfilled before."""
    _write_recognised(job, plan)
    steps: list[tuple[Step, Callable[[], None]]] = [
        *((told, partial(_withdraw, job, market, telling, told)) for told in plan.withdraw),
        *((wrong, partial(_correct, job, market, telling, wrong)) for wrong in plan.correct),
        *((None, partial(_arrived, job, market, telling, told.id)) for told in plan.arrived),
        *((made, partial(_fulfil, job, market, telling, made)) for made in plan.fulfil),
    ]
    for step, do in steps:
        try:
            do()
        except StoreRefused as no:
            return step, no
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


def _withdraw(job: Job, market: Marketplace, telling: Telling, told: Told) -> None:
    about = About("shipment", telling.shipment_id)
    job.call("withdraw", market, lambda: market.withdraw(told.id), about)
    with job.unit() as session:
        report.withdrawn(session, told.report_id, clock.now())


def _correct(job: Job, market: Marketplace, telling: Telling, wrong: Correction) -> None:
    job.call(
        "correct_tracking",
        market,
        lambda: market.correct_tracking(wrong.told.id, wrong.tracking, notify=telling.notify),
        About("shipment", telling.shipment_id),
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
