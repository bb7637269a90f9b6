"""How fast the pages of a store's list of changes are asked for, and when the list is endless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from orderflow import clock, outbox
from stores.base import StoreBusy
from stores.errors import Trouble
from stores.texts import _
from workers.gear import Job

BEGINS = "begins"
FREE_PAGES = 5
"""Full pages in a row that are asked for without a pause."""
MOST_PAGES = 500
STUCK_PAGES = 10
"""Full pages in a row that tell of nothing newer than the pages before them."""
LONGEST_PAUSE = 60.0
SELDOM = 4
"""Whichever of ``outbox.PAUSES`` is the longest between two looks at a list without end."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pages:
    """``full`` pages came in a row; the last ``stuck`` of them told of no change later than
    ``newest`` (ISO 8601, ``""`` for none) and of no other orders."""

    full: int = 0
    stuck: int = 0
    newest: str = ""

    @classmethod
    def kept(cls, about: Mapping[str, Any]) -> Pages:
        """As a standing poll remembers them."""
        return cls(
            int(about.get("full", 0)), int(about.get("stuck", 0)), str(about.get("newest", ""))
        )

    def keep(self) -> dict[str, Any]:
        return {"full": self.full, "stuck": self.stuck, "newest": self.newest}

    def after(self, changed: Sequence[datetime], *, more: bool) -> Pages:
        """With one page more, whose orders changed at these times. Raises StoreBusy with
        ``Trouble.ENDLESS`` where it must end here."""
        if not more:
            return Pages()
        latest = max((moment.isoformat() for moment in changed), default="")
        stuck = self.stuck + 1 if changed and latest <= self.newest else 0
        told = Pages(self.full + 1, stuck, max(latest, self.newest))
        if told.full >= MOST_PAGES or told.stuck >= STUCK_PAGES:
            raise StoreBusy(
                _("The store's list of changed orders has no end."), code=Trouble.ENDLESS
            )
        return told

    def left(self) -> Pages:
        """After an endless list: its first page ends it again unless that tells something newer."""
        return Pages(0, STUCK_PAGES - 1, self.newest)

    def pause(self) -> float:
        """Seconds until the next page may be asked for."""
        if self.stuck:
            return min(2.0 ** (self.stuck - 1), LONGEST_PAUSE)
        return 0.0 if self.full <= FREE_PAGES else 1.0 + self.full // 100


def begins(job: Job, otherwise: datetime) -> datetime:
    """From when a list without a cursor is read: since the last one without end was left, else
    ``otherwise``. From the moment of the question all would be lost that happened while the store
    did not answer."""
    left = job.message.about.get(BEGINS)
    return datetime.fromisoformat(left) if left else otherwise


def go_on(session: Session, job: Job, pages: Pages, every: float, *, more: bool) -> None:
    """The standing message comes again: for the next page, or ``every`` seconds later."""
    delay, about = pages.pause() if more else every, {**job.message.about, **pages.keep()}
    outbox.put_off(session, job.message, now=clock.now(), delay=delay, fresh=True, about=about)


def leave_endless(session: Session, job: Job, busy: StoreBusy, pages: Pages, every: float) -> None:
    """The standing message comes again seldom, as long as its list has no end."""
    log.warning("list_without_end", lane=job.message.lane)
    delay = outbox.pause(min(job.message.tries, SELDOM), every)
    about = {**job.message.about, **pages.left().keep(), BEGINS: clock.now().isoformat()}
    outbox.put_off(
        session, job.message, now=clock.now(), delay=delay, words=busy.words, about=about
    )
