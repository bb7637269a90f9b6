"""What became of what was asked of a vendor's order: written, refused, unknown, not sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.book import flags, pieces, snapshot, timeline
from orderflow.mask import cargo
from orderflow.models import Change, Flag, OrderLine, Push
from orderflow.rules.judge import follow_soon, judge, lock_change, lock_push
from orderflow.upkeep import answers, change, conflict, differ, edits, prices, worth
from stores.base import SHIPPING, Amended, EditedLines, Freight, StoreOrder, What

FIELDS_BY_HAND = "fields_by_hand"
CHECKED = {
    Change.FIELDS: (What.ADDRESS,),
    Change.LINES: (What.TOTAL,),
}
"""What adapters compare with all that was sent, after a change of that kind: a difference that is
gone then is over. The total after new fields is compared with the one before them alone."""


def _settled(session: Session, change_id: int, state: str, now: datetime) -> Change:
    row = lock_change(session, change_id)
    row.state, row.ended_at = state, now
    return row


def written(session: Session, change_id: int, done: Amended | EditedLines, now: datetime) -> None:
    """It stands there as it was asked, but for what was left out: fields that the platform does not
    keep, or ``shipping`` where its price stayed as it was."""
    row = _settled(session, change_id, Change.DONE, now)
    part, left_out = row.push.vendor_order, done.left_out
    answers.compared(session, row.push, done.differences, CHECKED[row.kind], now)
    if row.kind == Change.FIELDS:
        edits.agree(row.push, (row.values or {}).get("mine", {}))
        kept = [name for name in row.about["fields"] if name not in left_out]
        flags.settle(session, part, FIELDS_BY_HAND, now)
        if kept:
            timeline.tell(session, part, "fields_written", now, fields=kept)
        if left_out:
            timeline.tell(session, part, "fields_left_out", now, fields=list(left_out))
    else:
        _lines_written(session, row, SHIPPING not in left_out, now)
        notes = list(done.notes) if isinstance(done, EditedLines) else []
        for code, about in (("lines_written", "lines"), ("prices_written", "prices")):
            if told := list(row.about.get(about, {}).values()):
                timeline.tell(session, part, code, now, changes=told, notes=notes)
    row.values = None


def _lines_written(session: Session, row: Change, with_freight: bool, now: datetime) -> None:
    for line_id, told in row.about["lines"].items():
        line = _line(row.push, line_id)
        if line is not None:
            pieces.agree(line, told["quantity"], told["now"])
        flags.settle(session, row.push.vendor_order, flags.CHANGE_BY_HAND, now, subject=line_id)
    asked = snapshot.edits_from_json(row.values) if row.values and with_freight else None
    written = [*row.about["lines"], *row.about.get("prices", {})]
    _keep_lines(session, row.push, asked.freight if asked else None, written)
    prices.settle(session, row.push, now)


def _keep_lines(
    session: Session, push: Push, freight: Freight | None, written: Iterable[str]
) -> None:
    """The copy of what the vendor got has the lines, and the price of shipping, as they stand there
    now; ``written`` are the lines that were written."""
    if push.sent is None:
        return
    order = cargo.composed(session, push, cargo.agreed_of(push))
    lines = prices.with_kept(session, push, order, written)
    sent = snapshot.composed_from_json(push.sent)
    if freight is not None:
        sent = replace(sent, shipping=freight.now, shipping_tax=freight.now_tax)
    sent = replace(sent, lines=lines)
    total = worth.total(session, push, sent)
    push.sent = snapshot.composed_to_json(replace(sent, total=total))


def _line(push: Push, line_id: str) -> OrderLine | None:
    lines = (line for line in push.vendor_order.lines if line.push_id == push.id)
    return next((line for line in lines if line.remote_id == line_id), None)


def refused(
    session: Session, change_id: int, words: str, order: StoreOrder | None, now: datetime
) -> None:
    """The store said no. Lines that were to come go into an order of their own; what else was to
    change is left to people. ``order`` is what was read before."""
    row = _settled(session, change_id, Change.REFUSED, now)
    part = row.push.vendor_order
    row.words = words
    row.values = None
    timeline.tell(session, part, "change_refused", now, words=row.words)
    if row.kind == Change.FIELDS:
        fields = row.about["fields"]
        flags.raise_once(
            session,
            part,
            FIELDS_BY_HAND,
            now,
            push_id=row.push_id,
            change_id=row.id,
            fields=fields,
            number=row.push.remote_name,
            words=row.words,
        )
    elif any(told["base"] == 0 for told in row.about["lines"].values()):
        _go_elsewhere(session, row, now)
    elif order is not None and order.content is not None:
        unwritten = prices.changed(session, row.push)
        repriced = [unwritten[key] for key in row.about.get("prices", {}) if key in unwritten]
        prices.leave_to_people(session, row.push, repriced, now, words=words)
        names = set(row.about["lines"])
        lines = [each for each in pieces.of(session, row.push) if each.line.remote_id in names]
        edits.leave_to_people(session, row.push, lines, order.content, now, words=row.words)


def _go_elsewhere(session: Session, row: Change, now: datetime) -> None:
    """The order takes no more lines: they are decided again, and the others tried without them."""
    push = row.push
    push.takes_more = False
    for line_id, told in row.about["lines"].items():
        line = _line(push, line_id) if told["base"] == 0 else None
        if line is not None:
            line.push_id = line.pushed_quantity = line.pushed_pieces = None
    push.line_ids = [line.remote_id for line in push.vendor_order.lines if line.push_id == push.id]
    session.flush()
    judge(session, push.vendor_order, now)
    follow_soon(session, push, "change", {"push": push.id}, now)


def unknown(session: Session, change_id: int, words: str, now: datetime) -> bool:
    """Nobody knows; it is asked again as it was. True: that has been so for two days."""
    row = _settled(session, change_id, Change.UNKNOWN, now)
    part = row.push.vendor_order
    row.ended_at, row.words = None, words
    timeline.tell(session, part, "change_unknown", now, words=row.words)
    return now - row.asked_at >= outbox.GIVE_UP


def not_sent(session: Session, change_id: int, now: datetime) -> None:
    """Nothing was done; when it is tried again, it is by what is wanted then."""
    _settled(session, change_id, Change.WAITING, now).ended_at = None


def given_up(session: Session, push_id: int, words: str, now: datetime) -> None:
    """Tried for two days; its message waits for a person."""
    push = lock_push(session, push_id)
    timeline.tell(session, push.vendor_order, "change_given_up", now, words=words)


def stands(session: Session, push_id: int, order: StoreOrder, now: datetime) -> None:
    """The order as it was read right after our last write: what differs from this later, the
    vendor has changed. Where the vendor's value was kept it differs still."""
    push = lock_push(session, push_id)
    tops = change.tops_of(session, push)
    if order.content is None or tops is None:
        return
    base, mine = tops
    rest = conflict.resting(session, push)
    left = [
        name
        for name in differ.changed(base, mine)
        if (name, conflict.fingerprint(push, mine.get(name))) in rest
    ]
    before = base if push.stood is None else push.stood
    push.stood = differ.merged(differ.flat(order.content.fields), before, left)
    pieces.heard(session, push, order.content, now)


# -- the vendor is told --------------------------------------------------------------------------


def untold(session: Session, push_id: int) -> list[Flag]:
    """Lines that the vendor has to change by hand, or to leave after all, and was not told of."""
    part_id = session.get_one(Push, push_id).vendor_order_id
    asked_for = Flag.vendor_order_id == part_id, Flag.code == flags.CHANGE_BY_HAND
    rows = session.scalars(
        select(Flag).where(*asked_for, Flag.push_id == push_id).order_by(Flag.id)
    )
    return [flag for flag in rows if not flag.details["told"] and _is_news(flag)]


def _is_news(flag: Flag) -> bool:
    return flag.done_at is None or flag.details["was"] == flag.details["now"]


def told(session: Session, flag_id: int, push_id: int) -> None:
    lock_push(session, push_id)
    flag = session.get_one(Flag, flag_id)
    flag.details = {**flag.details, "told": True}
