"""Once a day, for each merchant: what is old goes, buyers are forgotten, days are counted.
What logins to the portal leave behind goes along."""

from __future__ import annotations

from orderflow import clock, outbox
from orderflow.access import calls, connecting
from orderflow.db import empty_log, unit_of_work
from orderflow.forget import forgetting, keeping
from orderflow.intake import reference
from orderflow.models import Merchant
from orderflow.read import figures
from workers.gear import Job

EVERY = 24 * 3600.0


def tidy(job: Job) -> None:
    """A batch; the next one follows at once while there is more to delete."""
    moment = clock.now()
    with unit_of_work() as session:
        merchant = session.get(Merchant, job.about("merchant"))
        if merchant is None:
            outbox.done(session, job.message)
            return
        figures.keep_days(session, merchant, moment)
        connecting.forget(session, merchant.id, moment)
        keeping.let_go_of_logins(session, moment)
        more = [
            calls.forget(session, merchant.id, moment),
            keeping.let_go(session, merchant, moment),
            reference.let_go(session, merchant),
            forgetting.forget_in_time(session, merchant, moment),
        ]
        delay = 0.0 if any(more) else EVERY
        outbox.put_off(session, job.message, now=moment, delay=delay, fresh=True)
    if delay:
        empty_log()
