"""A change that was written down is asked of the store: what its kinds have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from orderflow import clock, outbox
from orderflow.db import unit_of_work
from stores.base import OutcomeUnknown, StoreRefused
from workers.gear import Job

Work = TypeVar("Work")
Said = TypeVar("Said")
Words = Callable[[Session, int, str, datetime], None]
"""Writes down what became of a change, with the store's words."""


def begin(job: Job, begin_: Callable[[Session, int], Work | None]) -> Work | None:
    """What is to be asked; None: it is over, and so is the message."""
    with unit_of_work() as session:
        work = begin_(session, job.about("change"))
        if work is None:
            outbox.done(session, job.message)
    return work


def ask(job: Job, act: Callable[[], Said], *, unknown: Words, refused: Words) -> Said | None:
    """The store's answer. None: it gave none or said no, and that is written down."""
    try:
        return act()
    except OutcomeUnknown as lost:
        with job.unit() as session:
            unknown(session, job.about("change"), lost.words, clock.now())
            job.look_later(session)
    except StoreRefused as no:
        with job.unit() as session:
            refused(session, job.about("change"), no.words, clock.now())
            outbox.done(session, job.message)
    return None
