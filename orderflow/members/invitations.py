"""A vendor, or somebody of its staff, is invited into the portal: a link that works once, for
seven days.

The merchant invites an owner, an owner invites staff. Neither sees the other's invitations."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import history
from orderflow.members import notices, people
from orderflow.models import Invitation, Membership, Merchant, Person, Vendor
from orderflow.secrets import fingerprint

GOOD_FOR = timedelta(days=7)


class NoAddress(ValueError):
    """The vendor has no e-mail address to be invited at."""


def invite(session: Session, vendor: Vendor, *, by: str, now: datetime) -> Invitation:
    """A new invitation, mailed to the vendor; earlier ones no longer work. Raises NoAddress."""
    if not vendor.email:
        raise NoAddress("A vendor is invited by e-mail, and this one has no address.")
    for earlier in _open(session, vendor, now):
        _end(earlier, now)
    invitation = _add(session, vendor, vendor.email, Membership.OWNER, by, now)
    _note(session, invitation, by, now, None, "sent")
    about = {"invitation": invitation.id}
    notices.tell(session, vendor.merchant, notices.INVITATION, about, now, vendor)
    return invitation


def invite_staff(
    session: Session, vendor: Vendor, email: str, by: Person, now: datetime
) -> Invitation:
    """As ``invite``, by an owner; earlier ones to the same address no longer work."""
    address = people.fold(email)
    for earlier in staff_invited(session, vendor, now):
        if earlier.email == address:
            _end(earlier, now)
    invitation = _add(session, vendor, address, Membership.STAFF, by.public_id, now)
    notices.tell_person(
        session, notices.STAFF_INVITATION, address, now, {"invitation": invitation.id}
    )
    return invitation


def _add(
    session: Session, vendor: Vendor, email: str, role: str, by: str, now: datetime
) -> Invitation:
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        merchant_id=vendor.merchant_id,
        vendor_id=vendor.id,
        email=email,
        role=role,
        token_hash=fingerprint(token),
        sealed_token=token,
        created_at=now,
        created_by=by,
        expires_at=now + GOOD_FOR,
    )
    session.add(invitation)
    session.flush()
    return invitation


def withdraw(session: Session, vendor: Vendor, now: datetime, *, by: str = history.ITSELF) -> bool:
    """The link no longer works. False: there was none."""
    standing = _open(session, vendor, now)
    if standing:
        _note(session, standing[0], by, now, "sent", "withdrawn")
    for invitation in standing:
        _end(invitation, now)
    return bool(standing)


def _note(
    session: Session, invitation: Invitation, by: str, now: datetime, was: str | None, became: str
) -> None:
    history.note(
        session,
        invitation.merchant_id,
        history.INVITATION,
        by=by,
        now=now,
        name=invitation.email,
        was=was,
        became=became,
        vendor_id=invitation.vendor_id,
    )


def pending(session: Session, vendor: Vendor, now: datetime) -> Invitation | None:
    """The invitation that is still good, if there is one."""
    return next(iter(_open(session, vendor, now)), None)


def staff_invited(session: Session, vendor: Vendor, now: datetime) -> list[Invitation]:
    """Those that an owner invited and who have not come yet, the latest first."""
    return _open(session, vendor, now, Membership.STAFF)


def withdraw_staff(session: Session, vendor: Vendor, public_id: str, now: datetime) -> bool:
    """That link no longer works. False: there is none."""
    standing = [each for each in staff_invited(session, vendor, now) if each.public_id == public_id]
    for invitation in standing:
        _end(invitation, now)
    return bool(standing)


def find(session: Session, token: str, now: datetime, *, lock: bool = False) -> Invitation | None:
    """The invitation behind a link, while it is good. Whoever accepts it locks it."""
    wanted = (
        select(Invitation)
        .join(Merchant, Merchant.id == Invitation.merchant_id)
        .where(
            Invitation.token_hash == fingerprint(token),
            *_good(now),
            Merchant.uninstalled_at.is_(None),
        )
    )
    return session.scalars(wanted.with_for_update(of=Invitation) if lock else wanted).one_or_none()


def accept(session: Session, invitation: Invitation, person: Person, now: datetime) -> Membership:
    """The person, whose address is the invited one, acts for the vendor. The link is used up. The
    merchant's history tells of whom the merchant has invited, and of nobody else."""
    if person.email != people.fold(invitation.email):
        raise ValueError("an invitation is good for its own address")
    invitation.accepted_at, invitation.sealed_token = now, None
    if invitation.role == Membership.OWNER:
        _note(session, invitation, people.signature(person), now, "sent", "accepted")
    return people.join(session, person, invitation.vendor, invitation.role, now)


def path(invitation: Invitation) -> str:
    """Where the portal takes the invited vendor in."""
    return f"/portal/invitation/{invitation.sealed_token}"


def _open(
    session: Session, vendor: Vendor, now: datetime, role: str = Membership.OWNER
) -> list[Invitation]:
    return list(
        session.scalars(
            select(Invitation)
            .where(Invitation.vendor_id == vendor.id, Invitation.role == role, *_good(now))
            .order_by(Invitation.id.desc())
        )
    )


def _good(now: datetime) -> tuple[Any, ...]:
    return (
        Invitation.expires_at > now,
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
    )


def _end(invitation: Invitation, now: datetime) -> None:
    invitation.withdrawn_at, invitation.sealed_token = now, None
