"""The merchant's edits reach the vendor's order: what differs is found here, and asked of the store
once. A burst of edits is one change, and one that was written already is none.

    ask ──► message ──► begin ──► the store's order is read ──► plan ──► the store ──► changed
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from orderflow.book import flags, pieces, snapshot
from orderflow.mask import cargo
from orderflow.mask.privacy import sent_without_buyer
from orderflow.models import Change, Push
from orderflow.rules.judge import edit_soon, follow_soon, lock_push
from orderflow.rules.settings import effective
from orderflow.upkeep import conflict, differ, prices
from stores.base import Amendment, LineEdits

NOT_PASSED_ON = "not_passed_on"
MINE = (Change.FIELDS, Change.LINES)
FIRST = (Change.CANCEL, Change.REFUND)
"""What must be over before anything is edited."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to ask of the store: ``amendment`` or ``edits``."""

    change_id: int
    push_id: int
    remote_id: str
    amendment: Amendment | None = None
    edits: LineEdits | None = None


@dataclass(frozen=True, slots=True)
class Looking:
    """Read the order ``remote_id``, after asking ``again`` what nobody knows the outcome of."""

    push_id: int
    remote_id: str
    again: tuple[Asked, ...]


def ask(session: Session, push: Push, now: datetime, *, edited: bool = False) -> None:
    """Have the order of ``push`` changed, if something of it is wanted otherwise now. ``edited``:
    the top of the marketplace's order may have changed too."""
    if push.gone_at is not None:
        return
    prices.settle(session, push, now)
    if _take_back(session, push, now):
        edit_soon(session, push, now)
    if _differs(session, push, edited=edited) and not _is_held_back(session, push, now):
        edit_soon(session, push, now)


def _take_back(session: Session, push: Push, now: datetime) -> bool:
    """Lines that a person was to change, and that are wanted again as they stand, are left alone.
    True: the vendor's people were told to change one, and are to be told not to."""
    asked_for, tell = pieces.by_hand(session, push), False
    for each in pieces.of(session, push) if asked_for else ():
        flag = asked_for.get(each.line.remote_id)
        if flag is None or each.edited:
            continue
        flags.settle(session, push.vendor_order, flag.code, now, subject=flag.subject)
        if flag.details["told"]:
            flag.details = {**flag.details, "now": flag.details["was"], "told": False}
            tell = True
    return tell


def _is_held_back(session: Session, push: Push, now: datetime) -> bool:
    """Whether it is not to be passed on now: then somebody is told."""
    part, why = push.vendor_order, hindrance(session, push)
    if why:
        flags.raise_once(session, part, NOT_PASSED_ON, now, push_id=push.id, reason=why)
    else:
        flags.settle(session, part, NOT_PASSED_ON, now)
    return bool(why)


def _differs(session: Session, push: Push, *, edited: bool) -> bool:
    if _lines_differ(session, push):
        return True
    return edited and _fields_differ(session, push)


def _lines_differ(session: Session, push: Push) -> bool:
    """Those that a person was told of, as they are wanted now, wait for that person."""
    wanted = pieces.of(session, push)
    edited = [each for each in wanted if each.edited]
    repriced = prices.unsettled(session, push)
    if not (edited or repriced) or not may_edit(session, push) or pieces.emptied(wanted):
        return False
    if repriced:
        return True
    told = pieces.by_hand(session, push)
    rest = conflict.resting(session, push)
    for each in edited:
        line = each.line.remote_id
        known = told[line].details.get("quantity") if line in told else None
        met = (conflict.LINE + line, conflict.fingerprint(push, each.mine))
        if known != each.line.quantity and met not in rest:
            return True
    return False


def _fields_differ(session: Session, push: Push) -> bool:
    over = push.vendor_order.order.cancelled_at is not None
    tops = None if over else tops_of(session, push)
    if tops is None:
        return False
    base, mine = tops
    rest = conflict.resting(session, push)
    return any(
        (name, conflict.fingerprint(push, mine.get(name))) not in rest
        for name in differ.changed(base, mine)
    )


def tops_of(session: Session, push: Push) -> tuple[differ.Flat, differ.Flat] | None:
    """The top as agreed on, and as it is composed now. None: the buyer was forgotten here or
    there, or it left before copies were kept; nothing may be made of that."""
    if push.sent is None or push.vendor_order.order.forgotten_at is not None:
        return None
    sent = snapshot.composed_from_json(push.sent)
    if sent == sent_without_buyer(sent):
        return None
    now = cargo.composed(session, push, cargo.agreed_of(push))
    return differ.flat(sent), differ.flat(now)


def may_edit(session: Session, push: Push) -> bool:
    """Not before it was tried to cancel or refund it; of a cancelled order, only what is left
    once that was too late."""
    if pieces.busy(session, push, *Change.OPEN, kinds=FIRST):
        return False
    if push.vendor_order.order.cancelled_at is None:
        return True
    return pieces.busy(session, push, Change.TOO_LATE, kinds=(Change.CANCEL,))


def hindrance(session: Session, push: Push) -> str:
    """Why the vendor's order is left alone; empty: it is not."""
    part = push.vendor_order
    if push.connection.disconnected_at is not None or part.order.merchant.uninstalled_at:
        return "disconnected"
    if not effective(session, part.merchant_id, part.vendor_id).values.order_sync:
        return "order_sync_off"
    return "" if part.vendor.push_enabled else "vendor_sync_off"


def begin(session: Session, push_id: int, now: datetime) -> Looking | None:
    """What is to be done with the order of the push now; None: nothing."""
    push = lock_push(session, push_id)
    if push.state != Push.PLACED or push.gone_at is not None:
        return None
    if _differs(session, push, edited=True) and _is_held_back(session, push, now):
        return None
    again = [row for row in rows(session, push, (Change.SENDING, Change.UNKNOWN)) if row.values]
    if not again and not may_edit(session, push):
        return None
    return Looking(push.id, push.remote_id, tuple(asked(row) for row in again))


def is_on_its_way(session: Session, push_id: int) -> bool:
    """Whether an edit was being asked of the store when it was heard of last."""
    sending = select(Change.id).where(Change.push_id == push_id, Change.kind.in_(MINE))
    return session.scalar(sending.where(Change.state == Change.SENDING).limit(1)) is not None


def new(
    session: Session,
    push: Push,
    kind: str,
    now: datetime,
    *,
    origin: str = "",
    about: Mapping[str, Any] | None = None,
) -> Change:
    """A change of that kind, with a key of its own, that waits to be asked of the store."""
    row = Change(
        merchant_id=push.merchant_id,
        vendor_order_id=push.vendor_order_id,
        push=push,
        kind=kind,
        key=f"SC-{secrets.token_hex(10)}",
        origin=origin,
        about=dict(about or {}),
        asked_at=now,
    )
    session.add(row)
    session.flush()
    return row


def again(session: Session, row: Change, kind: str, now: datetime) -> None:
    """Have it asked once more, by a message of ``kind``, under the same key: if it was done all
    the same, it counts once."""
    row.state, row.ended_at, row.words = Change.WAITING, None, ""
    follow_soon(session, row.push, kind, {"change": row.id}, now)


def drop_waiting(session: Session, push_id: int, now: datetime) -> None:
    """An edit was carried through: what of it still waits to be asked is not needed any more. It
    was never asked, so nothing can come of it."""
    session.execute(
        update(Change)
        .where(Change.push_id == push_id, Change.kind.in_(MINE), Change.state == Change.WAITING)
        .values(state=Change.DROPPED, ended_at=now, values=None)
    )


def rows(session: Session, push: Push, states: Iterable[str]) -> list[Change]:
    rows = select(Change).where(Change.push_id == push.id, Change.kind.in_(MINE))
    return list(session.scalars(rows.where(Change.state.in_(states)).order_by(Change.id)))


def asked(row: Change) -> Asked:
    """Exactly what the store is, or was, asked."""
    of = (row.id, row.push_id, row.push.remote_id)
    if row.kind == Change.FIELDS:
        return Asked(*of, amendment=snapshot.amendment_from_json((row.values or {})["amendment"]))
    return Asked(*of, edits=snapshot.edits_from_json(row.values))
