"""What a vendor's order is worth: line by line as agreed on, and what has been refunded of it.

``Push.sent`` holds the lines as they were agreed on last, with their exact amounts. A refund takes
off what its pieces were worth then, less what the rest is worth now; so all refunds and what is
left add up to what was sent, to the smallest coin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import snapshot
from orderflow.mask import compose
from orderflow.models import Change, Push
from stores.base import ComposedLine, ComposedOrder, SeenLine, Worth
from stores.money import Gross, Net, Tax, gross, gross_sum

NOTHING = Worth(Net(0), Tax(0))


def less(whole: Worth, part: Worth) -> Worth:
    """What is left of ``whole``, never less than nothing."""
    return Worth(Net(max(whole.net - part.net, 0)), Tax(max(whole.tax - part.tax, 0)))


class Ledger:
    """The lines of one push as agreed on, less the refunds that are on their way to its store."""

    def __init__(self, session: Session, push: Push) -> None:
        self._sent = snapshot.composed_from_json(push.sent)
        self.pieces: dict[str, int] = {}
        self._worth: dict[str, Worth] = {}
        agreed = {x.remote_id: x.pushed_pieces for x in push.vendor_order.lines}
        for line in self._sent.lines:
            stands = agreed.get(line.key)
            count = line.quantity if stands is None else min(stands, line.quantity)
            self.pieces[line.key] = count
            self._worth[line.key] = compose.in_part(
                Worth(line.total, line.tax), count, line.quantity
            )
        freight = gross(self._sent.shipping, self._sent.shipping_tax)
        self._beyond = Gross(freight - beyond(session, push, (*Change.OPEN, Change.DONE)))
        for change in refunds(session, push, Change.OPEN):
            for key, count in change.about["lines"].items():
                self._take(key, count, of_change(change).get(key, NOTHING))

    def left(self) -> Gross:
        """All money that has not gone back yet."""
        return gross_sum([*(each.gross for each in self._worth.values()), self._beyond])

    def off(self, counts: Mapping[str, int], seen: Iterable[SeenLine]) -> dict[str, Worth]:
        """What the store has to give back for these pieces, by line; ``seen`` is the marketplace's
        order as it is now, without them."""
        now = {line.id: line for line in seen}
        return {key: self._off(key, count, now.get(key)) for key, count in counts.items()}

    def _off(self, key: str, count: int, now: SeenLine | None) -> Worth:
        """Where the marketplace has fewer pieces than would be left, more of them are to go off."""
        agreed, pieces = self._worth.get(key, NOTHING), self.pieces.get(key, 0)
        rest = max(pieces - count, 0)
        if now is not None and rest <= now.quantity:
            after = compose.worth(now, rest, included=self._sent.taxes_included)
        else:
            after = compose.in_part(agreed, rest, pieces)
        return less(agreed, after)

    def _take(self, key: str, count: int, worth: Worth) -> None:
        self.pieces[key] = max(self.pieces.get(key, 0) - count, 0)
        self._worth[key] = less(self._worth.get(key, NOTHING), worth)


def refunds(session: Session, push: Push, states: Iterable[str]) -> list[Change]:
    rows = select(Change).where(Change.push_id == push.id, Change.kind == Change.REFUND)
    return list(session.scalars(rows.where(Change.state.in_(states)).order_by(Change.id)))


def of_change(change: Change) -> dict[str, Worth]:
    """By line: what a refund takes off."""
    told: Mapping[str, Any] = change.about.get("worth", {})
    return {key: Worth(Net(net), Tax(tax)) for key, (net, tax) in told.items()}


def beyond(session: Session, push: Push, states: Iterable[str]) -> Gross:
    """Money that went back without pieces, shipping with it."""
    return Gross(sum(each.about.get("beyond", 0) for each in refunds(session, push, states)))


def total(session: Session, push: Push, order: ComposedOrder) -> Gross:
    """What ``order`` of ``push`` is worth in the store, all refunds taken off."""
    freight = gross(order.shipping, order.shipping_tax)
    gone = beyond(session, push, (Change.DONE,))
    return Gross(gross_sum([*(line.gross for line in order.lines), freight]) - gone)


def take_off(session: Session, push: Push, change: Change) -> None:
    """The refund stands in the store: the lines as agreed on are without its pieces."""
    if push.sent is None:
        return
    order = snapshot.composed_from_json(push.sent)
    off, counts = of_change(change), change.about["lines"]
    lines = tuple(
        rest
        for line in order.lines
        if (rest := _without(line, counts.get(line.key, 0), off.get(line.key, NOTHING))).quantity
    )
    order = replace(order, lines=lines)
    order = replace(order, total=total(session, push, order))
    push.sent = snapshot.composed_to_json(order)


def _without(line: ComposedLine, count: int, off: Worth) -> ComposedLine:
    rest = less(Worth(line.total, line.tax), off)
    return replace(line, quantity=max(line.quantity - count, 0), total=rest.net, tax=rest.tax)
