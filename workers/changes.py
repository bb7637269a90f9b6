"""Edits of the merchant's are written into the vendor's order."""

from __future__ import annotations

from orderflow import outbox
from workers.gear import Job


def carry_on(job: Job) -> None:
    with job.unit() as session:
        outbox.done(session, job.message)
