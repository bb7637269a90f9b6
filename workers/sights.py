"""An order of a vendor's store is looked at while something is being done to it."""

from __future__ import annotations

from orderflow import clock
from orderflow.access.calls import About
from orderflow.traffic import track
from stores.base import StoreOrder
from workers.gear import Job


def living(job: Job, push_id: int, remote_id: str) -> StoreOrder | None:
    """The order as it is now; None where it lives no more, which is written down."""
    store, about = job.store(), About("push", push_id)
    order = job.call("read_order", store, lambda: store.read_order(remote_id), about)
    if order is not None and order.placed.live:
        return order
    with job.unit() as session:
        if order is None:
            track.missing(session, job.there.access_id, remote_id, clock.now())
        else:
            track.seen(session, job.there.access_id, order, clock.now())
    return None
