"""A store that nobody uses any more is given up: its webhooks end, then our access."""

from __future__ import annotations

import structlog

import stores
from orderflow import clock, outbox
from orderflow.access import store_access
from orderflow.access.calls import STORE
from orderflow.db import unit_of_work
from orderflow.models import StoreAccess
from stores.base import StoreBusy, StoreError
from workers import gear
from workers.gear import Job

log = structlog.get_logger()


def leave(job: Job) -> None:
    """A store that is connected again meanwhile is kept; one that cannot be reached for two days,
    or will not let us undo what we did, is left as it is, and we forget our way in all the same."""
    access_id = job.there.access_id
    with unit_of_work() as session:
        if store_access.is_used(session, access_id):
            outbox.done(session, job.message)
            return
        hooks = gear.hooks_address(job.config, session.get_one(StoreAccess, access_id))
    try:
        store, access = job.store(), job.there.access(job.called)
        handshake = stores.handshake(access.platform)
        job.call("leave", store, lambda: handshake.give_up(access, hooks), STORE)
    except StoreError as error:
        if isinstance(error, StoreBusy) and not outbox.worn_out(job.message, clock.now()):
            raise
        log.warning("store_left_as_it_is", access=access_id, error=type(error).__name__)
    with job.unit() as session:
        if not store_access.is_used(session, access_id):
            store_access.close(session, access_id, clock.now())
        outbox.done(session, job.message)
