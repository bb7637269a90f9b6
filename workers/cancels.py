"""A vendor's order is cancelled, and the truth about it told."""

from __future__ import annotations

from orderflow import outbox
from workers.gear import Job


def carry_on(job: Job) -> None:
    with job.unit() as session:
        outbox.done(session, job.message)
