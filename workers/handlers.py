"""Which function handles which kind of message, and how much of a store's time it may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stores import http
from workers import (
    backfill,
    cancels,
    changes,
    fulfilled,
    intake,
    leaving,
    mail,
    payments,
    privacy,
    pushes,
    repayments,
    reports,
    tidying,
    tracking,
    trials,
    visits,
)
from workers.gear import Job

HANDLERS: dict[str, Callable[[Job], None]] = {
    "webhook": intake.webhook,
    "heard": intake.heard,
    "reconsider": intake.reconsider,
    "reconsider_all": intake.reconsider_all,
    "fetch": intake.fetch,
    "whose": intake.whose,
    "reconcile": intake.reconcile,
    "watch": intake.watch,
    "backfill": backfill.carry_on,
    "push": pushes.send,
    "audit": pushes.audit,
    "change": changes.carry_on,
    "cancel": cancels.carry_on,
    "repay": repayments.carry_on,
    "payment": payments.carry_on,
    "read": tracking.read,
    "poll": tracking.poll,
    "subscribe": tracking.subscribe,
    "report": reports.tell,
    "held": reports.tell_held,
    "leave": leaving.leave,
    "fulfilled": fulfilled.look,
    "trial": trials.carry_on,
    "tidy": tidying.tidy,
    "visit": visits.visit,
    "mail": mail.send,
    "digest": mail.digest,
    "alert": mail.alert,
    "collect": privacy.collect,
    "erase": privacy.erase,
}


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most HTTP calls to a store, and seconds, that handling one message may take."""

    calls: int
    seconds: float


ONE_ORDER = Ceiling(60, 120)
MANY_ORDERS = Ceiling(300, 600)
BULK = frozenset({"backfill", "reconcile", "poll", "subscribe", "leave"})
"""Kinds that ask a store for many records."""


def ceiling(kind: str) -> Ceiling:
    return MANY_ORDERS if kind in BULK else ONE_ORDER


def handle(job: Job) -> None:
    """Handle the message of ``job`` under its ceiling. LookupError: nobody knows its kind."""
    most = ceiling(job.message.kind)
    handler = HANDLERS[job.message.kind]
    with http.budget(most.calls, most.seconds):
        handler(job)
