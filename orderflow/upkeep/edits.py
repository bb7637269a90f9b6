"""What to ask of a vendor's order now that it was read: field by field, line by line, three ways.
Nothing is asked that stands there already, and nothing is taken off that has left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from orderflow.book import flags, pieces, snapshot
from orderflow.book.pieces import Wanted
from orderflow.mask import cargo
from orderflow.models import Change, Conflict, OrderLine, Push
from orderflow.rules.judge import lock_push
from orderflow.rules.settings import effective
from orderflow.upkeep import change, conflict, differ, prices, worth
from orderflow.upkeep.change import Asked
from orderflow.upkeep.prices import Repriced
from stores.base import (
    Capabilities,
    ComposedLine,
    ComposedOrder,
    Freight,
    LineEdits,
    OrderContent,
    StoreOrder,
)
from stores.money import Net, Shown, Tax, tax_sum

LATE_ADDRESS = "address_after_shipping"


@dataclass(frozen=True, slots=True)
class There:
    """The vendor's order as it was just read, and what its store can do."""

    order: StoreOrder
    content: OrderContent
    can: Capabilities


def plan(
    session: Session, push_id: int, order: StoreOrder, can: Capabilities, now: datetime
) -> list[Asked]:
    """What to ask now, written down before the wire is touched."""
    push = lock_push(session, push_id)
    if order.content is None or not change.may_edit(session, push):
        return []
    there = There(order, order.content, can)
    rows = (_top(session, push, there, now), _lines(session, push, there, now))
    return [change.asked(row) for row in rows if row is not None]


def _row(session: Session, push: Push, kind: str, now: datetime) -> Change:
    """One that was never sent keeps its key."""
    rows = change.rows(session, push, (Change.WAITING,))
    row = next((each for each in rows if each.kind == kind), None) or change.new(
        session, push, kind, now
    )
    row.state, row.asked_at = Change.SENDING, now
    return row


# -- the top -------------------------------------------------------------------------------------


def _top(session: Session, push: Push, there: There, now: datetime) -> Change | None:
    tops = change.tops_of(session, push)
    if tops is None or push.vendor_order.order.cancelled_at is not None:
        return None
    base, mine = tops
    theirs = differ.flat(there.content.fields)
    told = differ.compare(base, mine, theirs, push.stood, there.can.amends)
    write, agreed = list(told.write), list(told.agreed)
    for name in told.met:
        values = (base.get(name), mine.get(name), theirs.get(name))
        verdict = conflict.meet(session, push, name, values, there.order.updated_at, now)
        if verdict == Conflict.MERCHANT:
            write.append(name)
    if "shipping_address" in write and _all_left(there.content):
        write.remove("shipping_address")
        agreed.append("shipping_address")
        flags.raise_once(session, push.vendor_order, LATE_ADDRESS, now, push_id=push.id)
    agree(push, {name: mine.get(name) for name in agreed})
    if not write:
        return None
    row = _row(session, push, Change.FIELDS, now)
    amendment = differ.amendment(mine, {**base, **theirs}, write)
    row.about = {"fields": list(amendment.names())}
    row.values = {
        "amendment": snapshot.amendment_to_json(amendment),
        "mine": {name: mine.get(name) for name in write},
    }
    session.flush()
    return row


def _all_left(content: OrderContent) -> bool:
    ours = [line for line in content.lines if line.key]
    return bool(ours) and not any(line.fulfillable for line in ours)


def agree(push: Push, told: Mapping[str, Any]) -> None:
    """Both sides have these fields so: that is what the next comparison starts from."""
    if not told:
        return
    sent = snapshot.composed_from_json(push.sent)
    base = differ.flat(sent)
    mine = {name: value for name, value in told.items() if value}
    top = differ.with_top(sent, differ.merged(base, mine, told))
    push.sent = snapshot.composed_to_json(top)
    if push.stood is not None:
        push.stood = differ.merged(push.stood, mine, told)


# -- the lines -----------------------------------------------------------------------------------


def _lines(session: Session, push: Push, there: There, now: datetime) -> Change | None:
    wanted = pieces.of(session, push, there.order.shipped)
    if pieces.emptied(wanted):
        return None
    changed = [each for each in wanted if each.edited]
    to_write = [each for each in changed if _mine_holds(session, push, each, there, now)]
    repriced = _repriced(session, push, wanted, there)
    part = push.vendor_order
    settings = effective(session, part.merchant_id, part.vendor_id).values
    by_hand = settings.line_edits == "flag" or not there.can.edit_lines
    if repriced and (by_hand or not there.can.edit_prices):
        prices.leave_to_people(session, push, repriced.values(), now)
        repriced = {}
    if not (to_write or repriced):
        return None
    if by_hand:
        leave_to_people(session, push, to_write, there.content, now)
        return None
    row = _row(session, push, Change.LINES, now)
    writing = [*to_write, *(each for each in wanted if each.line.remote_id in repriced)]
    edits = replace(
        _edits(session, push, row.key, wanted, writing), restock=settings.restock_on_cancel
    )
    if any(_have(each, there.content) != each.mine for each in wanted if each not in writing):
        # The vendor has changed other lines, which is flagged: what the order costs is theirs.
        edits = replace(edits, total=None)
    row.values = snapshot.edits_to_json(edits)
    row.about = {
        "lines": {
            each.line.remote_id: {**each.details(_have(each, there.content)), "base": each.base}
            for each in to_write
        },
        "prices": {key: each.details() for key, each in repriced.items()},
    }
    session.flush()
    return row


def _repriced(
    session: Session, push: Push, wanted: Iterable[Wanted], there: There
) -> dict[str, Repriced]:
    """Lines whose price is to be written or told; where the vendor has other pieces, that is
    settled first."""
    standing = {each.line.remote_id for each in wanted if _have(each, there.content) == each.mine}
    found = prices.unsettled(session, push)
    return {key: each for key, each in found.items() if key in standing}


def _have(each: Wanted, content: OrderContent) -> int:
    line = content.line(each.line.remote_id)
    return line.quantity if line else 0


def _mine_holds(session: Session, push: Push, each: Wanted, there: There, now: datetime) -> bool:
    """Whether the line is to be written; where it is not, what there is to agree on is agreed."""
    have, line = _have(each, there.content), each.line
    if have == each.mine:
        pieces.agree(line, line.quantity, have)
        flags.settle(session, push.vendor_order, flags.CHANGE_BY_HAND, now, subject=line.remote_id)
        return False
    if have == each.base:
        known = pieces.by_hand(session, push).get(line.remote_id)
        return known is None or known.details.get("quantity") != line.quantity
    values = (each.base, each.mine, have)
    name = conflict.LINE + line.remote_id
    verdict = conflict.meet(session, push, name, values, there.order.updated_at, now)
    if verdict == Conflict.VENDOR:
        pieces.agree(line, line.quantity, have)
    return verdict == Conflict.MERCHANT


def _edits(
    session: Session, push: Push, key: str, wanted: Iterable[Wanted], to_write: Iterable[Wanted]
) -> LineEdits:
    to_write = list(to_write)
    order = cargo.composed(session, push, {each.line.remote_id: each.mine for each in wanted})
    written = [each.line.remote_id for each in to_write]
    order = replace(order, lines=prices.with_kept(session, push, order, written))
    lines = {line.key: line for line in order.lines}
    sent = snapshot.composed_from_json(push.sent) if push.sent is not None else order
    freight = _freight(sent, order, wanted)
    return LineEdits(
        key=key,
        currency=order.currency,
        lines=tuple(lines.get(each.line.remote_id) or _gone(each.line) for each in to_write),
        tax=tax_sum([*(line.tax for line in order.lines), order.shipping_tax]),
        taxes_included=order.taxes_included,
        reason=push.vendor_order.order.name,
        freight=freight,
        total=worth.total(session, push, order),
        given_back=worth.beyond(session, push, (Change.DONE,)),
    )


def _freight(sent: ComposedOrder, order: ComposedOrder, wanted: Iterable[Wanted]) -> Freight | None:
    """The share of the shipping goes with the lines. None: it stays as it is, also where nothing is
    wanted any more: only a refund gives it back."""
    was, now = (sent.shipping, sent.shipping_tax), (order.shipping, order.shipping_tax)
    if was == now or not any(each.line.quantity for each in wanted):
        return None
    return Freight(*was, *now, order.shipping_title)


def _gone(line: OrderLine) -> ComposedLine:
    """One that the marketplace's order does not know any more."""
    return ComposedLine(line.remote_id, line.title, 0, Shown(0), Net(0), Tax(0))


def leave_to_people(
    session: Session,
    push: Push,
    lines: Iterable[Wanted],
    content: OrderContent,
    now: datetime,
    *,
    words: str = "",
) -> None:
    """Flag each line with exactly what to change; the vendor reads it in their store too.
    ``words``: the store's, if it was asked."""
    for each in lines:
        flags.raise_once(
            session,
            push.vendor_order,
            flags.CHANGE_BY_HAND,
            now,
            subject=each.line.remote_id,
            push_id=push.id,
            **each.details(_have(each, content)),
            number=push.remote_name,
            words=words,
            told=False,
        )
