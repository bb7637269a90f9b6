"""A vendor is invited into the portal: a link that works once, for seven days."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import notices
from orderflow.models import Invitation, Vendor

GOOD_FOR = timedelta(days=7)


class NoAddress(ValueError):
    """The vendor has no e-mail address to be invited at."""


def invite(session: Session, vendor: Vendor, *, by: str, now: datetime) -> Invitation:
    """A new invitation, mailed to the vendor; earlier ones no longer work. Raises NoAddress."""
    if not vendor.email:
        raise NoAddress("A vendor is invited by e-mail, and this one has no address.")
    for earlier in _open(session, vendor, now):
        _end(earlier, now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        merchant_id=vendor.merchant_id,
        vendor_id=vendor.id,
        email=vendor.email,
        token_hash=fingerprint(token),
        sealed_token=token,
        created_at=now,
        created_by=by,
        expires_at=now + GOOD_FOR,
    )
    session.add(invitation)
    session.flush()
    about = {"invitation": invitation.id}
    notices.tell(session, vendor.merchant, notices.INVITATION, about, now, vendor)
    return invitation


def withdraw(session: Session, vendor: Vendor, now: datetime) -> bool:
    """The link no longer works. False: there was none."""
    standing = _open(session, vendor, now)
    for invitation in standing:
        _end(invitation, now)
    return bool(standing)


def pending(session: Session, vendor: Vendor, now: datetime) -> Invitation | None:
    """The invitation that is still good, if there is one."""
    return next(iter(_open(session, vendor, now)), None)


def path(invitation: Invitation) -> str:
    """Where the portal takes the invited vendor in."""
    return f"/portal/invitation/{invitation.sealed_token}"


def fingerprint(token: str) -> str:
    """What is looked up: the token itself opens nothing in a stolen database."""
    return hashlib.sha256(token.encode()).hexdigest()


def _open(session: Session, vendor: Vendor, now: datetime) -> list[Invitation]:
    return list(
        session.scalars(
            select(Invitation)
            .where(
                Invitation.vendor_id == vendor.id,
                Invitation.expires_at > now,
                Invitation.accepted_at.is_(None),
                Invitation.withdrawn_at.is_(None),
            )
            .order_by(Invitation.id.desc())
        )
    )


def _end(invitation: Invitation, now: datetime) -> None:
    invitation.withdrawn_at, invitation.sealed_token = now, None
