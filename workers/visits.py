"""A shop told that it, or our access to it, has changed: see for ourselves.

The word alone is not taken: it may be hours old, and the shop have installed the app again since.
"""

from __future__ import annotations

from orderflow import clock, outbox, register
from orderflow.calls import HOME
from stores.base import REDACT_SHOP, UNINSTALLED, StoreLocked, StoreRefused
from workers import privacy
from workers.gear import Job


def visit(job: Job) -> None:
    """Who answers there now. Nobody, after the app was said to be removed: then it was.

    A shop that wants to be forgotten, and has the app again since, is not."""
    try:
        store = job.store()
        identity = job.call("identify", store, store.identify, HOME)
    except (StoreLocked, StoreRefused):
        said = job.message.about["said"]
        if said not in (UNINSTALLED, REDACT_SHOP):
            raise
        with job.unit() as session:
            register.uninstalled(session, job.there.access_id, clock.now())
            if said == REDACT_SHOP:
                privacy.forget_shop(session, job.there.access_id, clock.now())
            outbox.done(session, job.message)
        return
    with job.unit() as session:
        register.introduce(session, job.there.access_id, identity, clock.now())
        outbox.done(session, job.message)
