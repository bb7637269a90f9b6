"""The merchant changed what a line costs and not its pieces: a discount given later, another price
or tax. The vendor's order is to cost the same again; where its store, or a setting, does not let us
write prices, both sides are told of each line.

Prices are compared with those in ``Push.sent``, as they were agreed on last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from orderflow.book import flags, snapshot
from orderflow.mask import compose
from orderflow.models import Push
from stores.base import ComposedLine, ComposedOrder
from stores.differences import told
from stores.money import Gross

BY_HAND = "price_by_hand"
COIN = 1
"""Minor units by which a line may differ: roundings of taxes are shared anew with each edit."""


@dataclass(frozen=True, slots=True)
class Repriced:
    """Line ``key`` of an order in ``currency`` costs ``now`` with its tax, ``was`` as agreed on."""

    key: str
    title: str
    sku: str
    was: Gross
    now: Gross
    currency: str

    def details(self) -> dict[str, Any]:
        """For a flag and for the timeline."""
        amounts = {"was": told(self.was, self.currency), "now": told(self.now, self.currency)}
        return {"title": self.title, "sku": self.sku, **amounts}


def changed(session: Session, push: Push) -> dict[str, Repriced]:
    """By line, of those whose pieces are as agreed on."""
    if push.sent is None or push.vendor_order.order.cancelled_at is not None:
        return {}
    sent = snapshot.composed_from_json(push.sent)
    seen = {line.id: line for line in snapshot.from_json(push.vendor_order.order.snapshot).lines}
    lines = {line.remote_id: line for line in push.vendor_order.lines if line.push_id == push.id}
    found = {}
    for agreed in sent.lines:
        line, wanted = lines.get(agreed.key), seen.get(agreed.key)
        if line is None or wanted is None or not agreed.quantity:
            continue
        as_agreed = line.pushed_pieces == agreed.quantity and line.pushed_quantity == line.quantity
        if not as_agreed or wanted.quantity < agreed.quantity:
            continue
        now = compose.worth(wanted, agreed.quantity, included=sent.taxes_included).gross
        if abs(now - agreed.gross) > COIN:
            found[agreed.key] = Repriced(
                agreed.key, line.title, line.sku, agreed.gross, now, sent.currency
            )
    return found


def unsettled(session: Session, push: Push) -> dict[str, Repriced]:
    """Of ``changed``: those that nobody was told of as they are now."""
    part, found = push.vendor_order, changed(session, push)
    for key in list(found):
        flag = flags.open_flag(session, part, BY_HAND, key) or flags.seen_to(
            session, part, BY_HAND, key
        )
        if flag is not None and flag.details.get("now") == found[key].details()["now"]:
            del found[key]
    return found


def leave_to_people(
    session: Session, push: Push, lines: Iterable[Repriced], now: datetime, *, words: str = ""
) -> None:
    """``words``: the store's, if it was asked."""
    number = push.remote_name
    for each in lines:
        flags.raise_once(
            session,
            push.vendor_order,
            BY_HAND,
            now,
            subject=each.key,
            push_id=push.id,
            **each.details(),
            number=number,
            words=words,
        )


def settle(session: Session, push: Push, now: datetime) -> None:
    """What is flagged and costs again what was agreed on needs nobody any more."""
    standing = [
        flag
        for flag in flags.open_of(session, push.vendor_order, (BY_HAND,))
        if flag.push_id == push.id
    ]
    found = changed(session, push) if standing else {}
    for flag in standing:
        if flag.subject not in found:
            flags.settle(session, push.vendor_order, BY_HAND, now, subject=flag.subject)


def with_kept(
    session: Session, push: Push, order: ComposedOrder, written: Iterable[str]
) -> tuple[ComposedLine, ...]:
    """The lines of ``order``, as composed now; those whose price was not ``written`` as they cost
    in the vendor's order still."""
    agreed = snapshot.composed_from_json(push.sent).lines if push.sent is not None else ()
    kept = changed(session, push).keys() - set(written)
    before = {line.key: line for line in agreed if line.key in kept}
    return tuple(before.get(line.key, line) for line in order.lines)
