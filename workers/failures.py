"""A handler failed: its message comes again later, or a person is told. Nothing is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from orderflow import clock, logs, outbox
from orderflow.access import store_access
from orderflow.db import unit_of_work
from orderflow.members import mails
from orderflow.outbox import Claimed
from orderflow.traffic import push, report
from orderflow.upkeep import cancelled, edited, paid_later, repaid
from stores.base import StoreBusy, StoreError, StoreLocked, StoreRefused
from workers.gear import Shore

SET_ASIDE = 60
"""Seconds until an order that could not be read is read again; each time it fails, the next
pause is longer (``outbox.PAUSES``)."""
TRIES = 6
"""So often a message is tried whose handler fails by itself; no time will mend that."""

POISON = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    DataError,
    IntegrityError,
)
"""What one order of many may break with; a store or a database that is away is no order's fault."""

AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""The database did not answer."""
AFTER_OUTAGE = 5.0
"""Seconds until a message comes again that the database was away from, for each of its tries; a
minute at the most."""

log = structlog.get_logger()


class KillsWorkers(RuntimeError):
    """Every worker that had this message died before the message was settled."""


def put_back(message: Claimed, error: BaseException, shore: Shore | None) -> None:
    """Put ``message`` off with growing pauses. After two days, or after TRIES where the fault is in
    the handler and in no store, park it and show that it needs attention.

    A refusal may quote what it refuses, so its words are not kept here."""
    moment = clock.now()
    quotes = isinstance(error, StoreRefused) or not isinstance(error, StoreError)
    words = type(error).__name__ if quotes else str(error)
    after = outbox.finite(error.retry_after) if isinstance(error, StoreBusy) else None
    _log(message, error, words)
    with unit_of_work() as session:
        if isinstance(error, StoreLocked) and shore is not None:
            store_access.lock(session, shore.access_id, words, moment)
        if outbox.worn_out(message, moment) or _hopeless(message, error):
            _give_up(session, message, words)
            return
        delay, counted = outbox.pause(message.tries, after), True
        if isinstance(error, StoreBusy) and error.throttled:
            delay, counted = max(after or 1.0, 0.2), False
        elif isinstance(error, AWAY):
            delay = min(AFTER_OUTAGE * message.tries, 60.0)
        outbox.put_off(session, message, now=moment, delay=delay, words=words, counted=counted)


def _hopeless(message: Claimed, error: BaseException) -> bool:
    if message.standing:
        return False
    return isinstance(error, KillsWorkers) or (isinstance(error, POISON) and message.tries >= TRIES)


def park_as_it_is(message: Claimed, error: BaseException, failed_with: BaseException) -> None:
    """``put_back`` failed too: keep the message for a person, and say so on its order.

    Only the errors' names are written, because their words may be what cannot be written. A
    standing message (a poll) is put off instead: nobody would start it again."""
    words, moment = type(error).__name__, clock.now()
    log.error(
        "message_could_not_be_put_back",
        lane=message.lane,
        kind=message.kind,
        message=message.id,
        error=words,
        failed_with=type(failed_with).__name__,
        where=logs.trail(failed_with),
    )
    with unit_of_work() as session:
        if message.standing:
            pause = outbox.pause(message.tries)
            outbox.put_off(session, message, now=moment, delay=pause, words=words)
        else:
            _give_up(session, message, words)


def park_alone(message: Claimed, error: BaseException) -> None:
    """Park the message and touch nothing else: its order cannot even be marked."""
    with unit_of_work() as session:
        outbox.park(session, message, now=clock.now(), words=type(error).__name__)


def set_aside(
    message: Claimed,
    kind: str,
    about: Mapping[str, str],
    error: BaseException,
    lane: str = "",
) -> None:
    """One order of many could not be read: it is read again by itself, in the lane of its store
    (the message's own unless ``lane`` names it), and the others go on.

    The later message is there once, however often the order is met, so that its pauses grow."""
    subject, lane = f"{kind}:{about['order']}", lane or message.lane
    _log(message, error, "")
    with unit_of_work() as session:
        if not outbox.is_waiting(session, lane, subject):
            outbox.put(session, lane, kind, subject, about, now=clock.now(), delay=SET_ASIDE)


def _give_up(session: Session, message: Claimed, words: str) -> None:
    """Parked messages stay; the order they are about says that it needs attention."""
    moment = clock.now()
    outbox.park(session, message, now=moment, words=words)
    log.error("given_up", message=message.id, lane=message.lane, kind=message.kind, words=words)
    if message.kind == "push":
        push.given_up(session, int(message.about["push"]), words, moment)
    elif message.kind == "change":
        edited.given_up(session, int(message.about["push"]), words, moment)
    elif message.kind == "cancel":
        cancelled.given_up(session, int(message.about["change"]), words, moment)
    elif message.kind == "repay":
        repaid.given_up(session, int(message.about["change"]), words, moment)
    elif message.kind == "payment":
        paid_later.refused(session, int(message.about["change"]), words, moment)
    elif message.kind == "report":
        report.stuck(session, int(message.about["shipment"]), words, moment)
    elif message.kind == "mail":
        mails.refused(session, int(message.about["mail"]), words, moment)


def _log(message: Claimed, error: BaseException, words: str) -> None:
    fields: dict[str, Any] = {"lane": message.lane, "kind": message.kind, "tries": message.tries}
    if isinstance(error, StoreError):
        log.warning("store_error", words=words, error=type(error).__name__, **fields)
        return
    log.error("handler_failed", error=type(error).__name__, where=logs.trail(error), **fields)
