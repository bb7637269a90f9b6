"""A vendor order goes the ways that are allowed, and no other."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import cast

import pytest
from sqlalchemy.orm import Session

from orderflow.book import life
from orderflow.models import TimelineEvent, VendorOrder

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WAYS = list(product(life.ALLOWED, repeat=2))


class Book:
    """Takes what a session takes, and keeps it in a list."""

    def __init__(self) -> None:
        self.added: list[TimelineEvent] = []

    def add(self, row: TimelineEvent) -> None:
        self.added.append(row)


@pytest.mark.parametrize(("was", "to"), WAYS)
def test_a_way_is_gone_if_it_is_allowed_and_raises_if_not(was: str, to: str) -> None:
    book, part = Book(), VendorOrder(id=1, order_id=2, state=was)
    if to == was:
        life.move(cast(Session, book), part, to, NOW)
        assert (part.state, book.added) == (was, [])
    elif to in life.ALLOWED[was]:
        life.move(cast(Session, book), part, to, NOW)
        assert (part.state, part.state_since) == (to, NOW)
        assert [event.details for event in book.added] == [{"was": was, "now": to}]
    else:
        with pytest.raises(life.NoSuchWay):
            life.move(cast(Session, book), part, to, NOW)
        assert part.state == was


def test_every_state_can_be_reached() -> None:
    reached = {life.NEW}
    for _ in life.ALLOWED:
        reached |= {to for state in reached for to in life.ALLOWED[state]}
    assert reached == set(life.ALLOWED)
