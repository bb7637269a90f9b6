"""Earlier orders are read from the merchant's shop, a page each time (``intake.backfill``)."""

from __future__ import annotations

from orderflow import clock, outbox
from orderflow.access.calls import HOME
from orderflow.db import unit_of_work
from orderflow.intake import backfill
from stores.base import SeenPage
from stores.boundary import Unreadable
from workers.failures import POISON
from workers.gear import Job
from workers.intake import leave_unread


def carry_on(job: Job) -> None:
    """The next page; then the message comes again at once, behind whatever else is due."""
    row_id = job.about("backfill")
    with unit_of_work() as session:
        step = backfill.next_step(session, row_id, clock.now())
        if step is None:
            outbox.done(session, job.message)
            return
    market = job.marketplace()
    page = job.call(
        "orders_placed",
        market,
        lambda: market.orders_placed(step.since, step.until, step.page),
        HOME,
    )
    if step.takes:
        _take(job, row_id, page)
    goes_on = page.more and page.cursor != step.page  # or the list would never end
    following, now = page.cursor if goes_on else "", clock.now()
    with job.unit() as session:
        if step.takes:
            count = len(page.orders) + len(page.unread)
            more = backfill.passed(session, row_id, count, following, now)
        else:
            more = backfill.looked(session, row_id, page.orders, following, now)
        if more:
            outbox.put_off(session, job.message, now=now, delay=0, fresh=True)
        else:
            outbox.done(session, job.message)


def _take(job: Job, row_id: int, page: SeenPage) -> None:
    """Each order by itself: one that nobody can read stands in no other's way."""
    for order_id in page.unread:
        leave_unread(job, order_id, Unreadable("in the list of past orders"))
    for seen in page.orders:
        try:
            with unit_of_work() as session:
                if not backfill.take(session, row_id, seen, clock.now()):
                    return
        except POISON as poison:
            leave_unread(job, seen.id, poison)
