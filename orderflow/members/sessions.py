"""Browsers that are logged in to the portal: a row each, so that one can be sent away.

The browser has a token; the database has its hash only. A session ends when it was not used for
two weeks, after two months, when it is revoked, and when the password changes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from orderflow.db import rows_hit
from orderflow.models import Person, PortalSession
from orderflow.secrets import fingerprint

IDLE = timedelta(days=14)
LONGEST = timedelta(days=60)
NOTED_EVERY = timedelta(minutes=5)
"""``seen_at`` is not written at every request."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where somebody comes from: the network, and the browser as it calls itself."""

    network: str
    device: str


def start(session: Session, person: Person, origin: Origin, now: datetime) -> str:
    """A new session, never an earlier one made better; the token is told once."""
    token = secrets.token_urlsafe(32)
    session.add(
        PortalSession(
            token_hash=fingerprint(token),
            person_id=person.id,
            created_at=now,
            seen_at=now,
            network=origin.network,
            device=origin.device,
        )
    )
    return token


def find(session: Session, token: str, now: datetime) -> PortalSession | None:
    """The session of that token, while it lasts."""
    return session.scalars(
        select(PortalSession)
        .where(PortalSession.token_hash == fingerprint(token), *_living(now))
        .options(joinedload(PortalSession.person))
    ).one_or_none()


def is_to_be_noted(row: PortalSession, now: datetime) -> bool:
    return row.seen_at <= now - NOTED_EVERY


def note(session: Session, row: PortalSession, origin: Origin, now: datetime) -> None:
    """It was used just now, and from there."""
    session.execute(
        update(PortalSession)
        .where(PortalSession.id == row.id)
        .values(seen_at=now, network=origin.network, device=origin.device)
    )


def of(session: Session, person: Person, now: datetime) -> list[PortalSession]:
    """All that last, the latest used first."""
    mine = PortalSession.person_id == person.id
    return list(
        session.scalars(
            select(PortalSession)
            .where(mine, *_living(now))
            .order_by(PortalSession.seen_at.desc(), PortalSession.id.desc())
        )
    )


def revoke(
    session: Session,
    person: Person,
    now: datetime,
    *,
    public_id: str | None = None,
    but: int | None = None,
) -> int:
    """End the one of that ``public_id``, else all of the person's ``but`` one; how many ended."""
    which = [PortalSession.person_id == person.id, PortalSession.revoked_at.is_(None)]
    if public_id is not None:
        which.append(PortalSession.public_id == public_id)
    if but is not None:
        which.append(PortalSession.id != but)
    return rows_hit(session.execute(update(PortalSession).where(*which).values(revoked_at=now)))


def forget(session: Session, now: datetime) -> None:
    """Rows of sessions that ended go after two weeks."""
    session.execute(delete(PortalSession).where(PortalSession.revoked_at < now - IDLE))
    session.execute(delete(PortalSession).where(PortalSession.seen_at < now - 2 * IDLE))
    session.execute(delete(PortalSession).where(PortalSession.created_at < now - LONGEST - IDLE))


def _living(now: datetime) -> tuple[Any, ...]:
    return (
        PortalSession.revoked_at.is_(None),
        PortalSession.seen_at > now - IDLE,
        PortalSession.created_at > now - LONGEST,
    )
