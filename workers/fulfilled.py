"""The shop is asked for fulfilments of an order that are not ours."""

from __future__ import annotations

from orderflow import clock, outbox
from orderflow.access.calls import STORE
from orderflow.db import reading, unit_of_work
from orderflow.intake import elsewhere
from orderflow.models import MarketplaceOrder
from workers.gear import Job


def look(job: Job) -> None:
    """Take in what is fulfilled as it is now. News while it is asked comes after us."""
    with unit_of_work() as session:
        outbox.unname(session, job.message)
    with reading() as session:
        order = session.get_one(MarketplaceOrder, job.about("order"))
    market = job.marketplace()
    state = job.call("fulfilments", market, lambda: market.fulfilments(order.remote_id), STORE)
    with job.unit() as session:
        elsewhere.seen(session, order.id, state.done, clock.now())
        outbox.done(session, job.message)
