"""A shop told that it, or our access to it, has changed: see for ourselves.

The word alone is not taken: it may be hours old, and the shop have installed the app again since.
"""

from __future__ import annotations

from orderflow import clock, outbox
from orderflow.access import register
from orderflow.access.calls import HOME
from stores.base import (
    REDACT_SHOP,
    UNINSTALLED,
    StoreClosed,
    StoreError,
    StoreLocked,
    StoreRefused,
)
from workers import privacy
from workers.gear import Job


def visit(job: Job) -> None:
    """Who answers there now. Nobody, after the app was said to be removed: then it was.

    A shop that wants to be forgotten, and has the app again since, is not. One that stays shut
    while we ask for two days cannot have it again, and is."""
    try:
        store = job.store()
        identity = job.call("identify", store, store.identify, HOME)
    except (StoreClosed, StoreLocked, StoreRefused) as error:
        if not _is_gone(job, error):
            raise
        _take_leave(job)
        return
    with job.unit() as session:
        register.introduce(session, job.there.access_id, identity, clock.now())
        outbox.done(session, job.message)


def _is_gone(job: Job, error: StoreError) -> bool:
    patient = isinstance(error, StoreClosed) and not outbox.worn_out(job.message, clock.now())
    return job.message.about["said"] in (UNINSTALLED, REDACT_SHOP) and not patient


def _take_leave(job: Job) -> None:
    with job.unit() as session:
        register.uninstalled(session, job.there.access_id, clock.now())
        if job.message.about["said"] == REDACT_SHOP:
            privacy.forget_shop(session, job.there.access_id, clock.now())
        outbox.done(session, job.message)
