"""Long lists a page at a time, newest first: the hundredth page costs what the first does."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

PAGE = 50
Row = TypeVar("Row")


def newest_first(
    session: Session, asked: Select[Row], number: InstrumentedAttribute[int], before: int | None
) -> tuple[list[Row], int | None]:
    """A page of what is ``asked``, older than the row with that ``number``, and from where the
    next one goes on."""
    asked = asked.order_by(number.desc()).limit(PAGE + 1)
    if before is not None:
        asked = asked.where(number < before)
    rows = list(session.scalars(asked))
    return rows[:PAGE], getattr(rows[PAGE - 1], number.key) if len(rows) > PAGE else None
