"""When an order's time has come (P17): a delay, then the next round of a clock that all share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from orderflow.rules.facts import Facts
from orderflow.rules.settings import Settings

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def due_at(facts: Facts, values: Settings) -> tuple[datetime, datetime]:
    """When the delay is over, and the round in which it then goes; the same without rounds.

    The delay starts when the order came into the book, or, where it has to be paid, when it was
    first seen paid. Rounds are counted from the full hour, so they are the same for all orders.
    """
    known = [facts.since, facts.paid_since if values.only_if_paid else ""]
    started = max((datetime.fromisoformat(text) for text in known if text), default=EPOCH)
    due = started + timedelta(minutes=values.delay_minutes)
    every = timedelta(minutes=values.push_every)
    return due, EPOCH + -((EPOCH - due) // every) * every if every else due
