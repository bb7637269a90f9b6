"""One order whose push is queued, for tests that go on by hand, step by step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.models import Attempt, Message, OrderLine, Push, TimelineEvent, VendorOrder
from orderflow.traffic import push
from tests.house import ALFA, House
from tests.river.scenes import InFile
from tests.river.stage import Stage, creates


class Desk:
    """One order of two lamps whose push is queued; its store takes no connection."""

    def __init__(self, house: House) -> None:
        """The rows are written once and then put up again; the stores of later desks are empty."""
        self.house = house
        url = house.config.database_url
        if url in _kept:
            rows, self.start = _kept[url]
            rows.put_up(house)
            house.clock.advance((self.start - house.clock()).total_seconds())
            return
        _set(house)
        self.start = house.clock()
        _kept[url] = InFile(url), self.start

    def at(self, seconds: float) -> datetime:
        return self.start + timedelta(seconds=seconds)

    def do(self, act: Callable[[Session], Any]) -> Any:
        with self.house.unit() as session:
            return act(session)

    def begin(self, seconds: float = 0) -> push.Sending | push.Looking | None:
        found: push.Sending | push.Looking | None = self.do(
            lambda s: push.begin(s, self.id, self.at(seconds))
        )
        return found

    @staticmethod
    def row(session: Session) -> Push:
        return session.scalars(select(Push).order_by(Push.id)).all()[0]

    @property
    def id(self) -> int:
        return self.push.id

    @property
    def push(self) -> Push:
        return self.house.pushes()[0]

    @property
    def part(self) -> VendorOrder:
        return self.house.part()

    @property
    def line(self) -> OrderLine:
        (line,) = self.part.lines
        return line

    def attempts(self) -> list[tuple[str, str, str]]:
        with self.house.look() as session:
            rows = session.scalars(select(Attempt).order_by(Attempt.id))
            return [(row.kind, row.outcome, row.words) for row in rows]

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        with self.house.look() as session:
            rows = session.scalars(select(TimelineEvent).order_by(TimelineEvent.id))
            return [(row.code, row.details) for row in rows]

    def messages(self) -> list[tuple[str, str, dict[str, Any], float]]:
        with self.house.look() as session:
            rows = session.scalars(
                select(Message).where(Message.kind.in_(("push", "audit"))).order_by(Message.id)
            )
            return [
                (row.kind, row.subject, row.about, (row.due_at - self.start).total_seconds())
                for row in rows
            ]

    def set(self, **values: Any) -> None:
        def write(session: Session) -> None:
            for name, value in values.items():
                setattr(self.row(session), name, value)

        self.do(write)


_kept: dict[str, tuple[InFile, datetime]] = {}


def _set(house: House) -> None:
    stage = Stage(house)
    stage.faults.add("refused", ALFA, creates, times=99)
    stage.sells_on((stage.lamp, 2), shipping="5.00")
    with house.unit() as session:
        for message in session.scalars(select(Message).where(Message.kind != "poll")):
            session.delete(message)
        for model in (Attempt, TimelineEvent):
            for row in session.scalars(select(model)):
                session.delete(row)
        Desk.row(session).first_sent_at = None
