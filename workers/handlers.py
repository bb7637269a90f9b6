"""Which function takes which kind of message."""

from __future__ import annotations

from collections.abc import Callable

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
    "reconsider": intake.reconsider,
    "reconsider_all": intake.reconsider_all,
    "fetch": intake.fetch,
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
