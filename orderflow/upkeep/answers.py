"""A store's answer to a write is compared with what was asked: what differs is noted on the
timeline and flagged. The flag is settled when a later write is answered as it was asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from orderflow.book import flags, timeline
from orderflow.models import Push
from stores.base import Difference, What

CODES = {what: f"store_{what.value}" for what in What}
"""The flag for each kind of difference."""


def compared(
    session: Session,
    push: Push,
    differences: Iterable[Difference],
    checked: Iterable[What],
    now: datetime,
) -> None:
    """The order is locked; ``checked``: what was compared. What a store rounds to its own decimals
    is noted, and nobody has to do anything about it."""
    part, number = push.vendor_order, push.remote_name
    raised = set()
    for each in differences:
        told: dict[str, Any] = {"number": number, "title": each.title}
        told |= {"asked": each.asked, "got": each.got}
        if each.rounding:
            timeline.tell(session, part, "answer_rounded", now, what=each.what.value, **told)
            continue
        code, subject = CODES[each.what], f"{push.id}:{each.title}"
        raised.add((code, subject))
        flags.raise_once(session, part, code, now, subject=subject, push_id=push.id, **told)
    for flag in flags.open_of(session, part, [CODES[what] for what in checked]):
        if flag.push_id == push.id and (flag.code, flag.subject) not in raised:
            flags.settle(session, part, flag.code, now, subject=flag.subject)
