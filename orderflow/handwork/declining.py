"""A vendor will not deliver a line: it is not pushed any more, and the merchant sees to it.

It may be taken back as long as the merchant has not refunded, removed or shipped the line.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from orderflow.book import timeline
from orderflow.book.shipments import settle, shipped_pieces, waiting_pieces
from orderflow.handwork.actions import LONGEST_WHY, NotPossible
from orderflow.models import OrderLine, VendorOrder
from orderflow.rules.judge import judge, lock


def decline(
    session: Session, part: VendorOrder, key: str, why: str, who: str, now: datetime
) -> None:
    """The vendor will not deliver the line ``key``. Raises NotPossible."""
    line = _locked(session, part, key)
    shipped = shipped_pieces(session, part.id)
    if line.declined is not None:
        raise NotPossible("declined_already")
    if shipped[key]:
        raise NotPossible("has_shipped")
    if not waiting_pieces(part, shipped)[key] or part.stage == VendorOrder.OVER:
        raise NotPossible("nothing_left")
    said = " ".join(why.split())
    if not said:
        raise NotPossible("why_is_missing")
    if len(said) > LONGEST_WHY:
        raise NotPossible("why_too_long")
    line.declined = {"by": who, "why": said, "at": now.isoformat()}
    timeline.tell(session, part, "line_declined", now, who=who, why=said, **_named(line))
    _decide_again(session, part, now)


def take_back(session: Session, part: VendorOrder, key: str, who: str, now: datetime) -> None:
    """The vendor delivers it after all. Raises NotPossible when it is wanted no more."""
    line = _locked(session, part, key)
    if line.declined is None:
        raise NotPossible("not_declined")
    if not line.quantity or not line.fulfillable or part.order.cancelled_at is not None:
        raise NotPossible("decided_meanwhile")
    line.declined = None
    timeline.tell(session, part, "line_taken_back", now, who=who, **_named(line))
    _decide_again(session, part, now)


def _named(line: OrderLine) -> dict[str, str]:
    return {"line": line.remote_id, "sku": line.sku or line.title}


def _locked(session: Session, part: VendorOrder, key: str) -> OrderLine:
    lock(session, part.order_id)
    session.refresh(part)
    found = next((line for line in part.lines if line.remote_id == key), None)
    if found is None:
        raise NotPossible("no_such_line")
    session.refresh(found)
    return found


def _decide_again(session: Session, part: VendorOrder, now: datetime) -> None:
    session.flush()
    settle(session, part, now)
    judge(session, part, now)
