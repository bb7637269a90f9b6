"""The people of vendors: who they are, for whom they act, and as what.

A person acts for a vendor through a membership. Owners invite and remove people; each vendor that
has people keeps an owner. Whoever belongs to no vendor any more has nothing here.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from orderflow.members import notices, sessions
from orderflow.models import Membership, Merchant, Person, PortalSession, ResetToken, Vendor

ROLES = (Membership.OWNER, Membership.STAFF)
PERSON = "person:"


class LastOwner(ValueError):
    """The vendor would be left without an owner."""


def fold(email: str) -> str:
    """As addresses are compared."""
    return email.strip().lower()


def signature(person: Person) -> str:
    """Who it was, in a merchant's records: a number that tells nobody a name."""
    return f"{PERSON}{person.public_id}"


def known(session: Session, email: str) -> Person | None:
    return session.scalars(select(Person).where(Person.email == fold(email))).one_or_none()


def add(session: Session, email: str, kept: str, language: str, now: datetime) -> Person:
    """``kept`` is what ``passwords.keep`` made. That nobody has this address yet is for the caller
    to know."""
    person = Person(
        email=fold(email),
        password=kept,
        language=language,
        created_at=now,
    )
    session.add(person)
    session.flush()
    return person


def change_password(
    session: Session, person: Person, kept: str, now: datetime, *, stay: int | None = None
) -> None:
    """``kept`` is what ``passwords.keep`` made. Every session but ``stay`` ends, links to reset it
    work no more, and a mail tells of it."""
    person.password = kept
    sessions.revoke(session, person, now, but=stay)
    session.execute(delete(ResetToken).where(ResetToken.person_id == person.id))
    notices.tell_person(session, notices.PASSWORD_CHANGED, person.email, now)


# -- for whom ------------------------------------------------------------------------------------


def memberships(session: Session, person: Person) -> list[Membership]:
    """The vendors the person acts for, of merchants that are still here."""
    return list(
        session.scalars(
            select(Membership)
            .join(Vendor, Vendor.id == Membership.vendor_id)
            .join(Merchant, Merchant.id == Vendor.merchant_id)
            .where(
                Membership.person_id == person.id,
                Membership.removed_at.is_(None),
                Merchant.uninstalled_at.is_(None),
            )
            .options(joinedload(Membership.vendor).joinedload(Vendor.merchant))
            .order_by(Vendor.name, Merchant.name, Membership.id)
        )
    )


def of_vendor(session: Session, vendor: Vendor) -> list[Membership]:
    """Everybody who acts for this vendor."""
    return list(
        session.scalars(
            select(Membership)
            .join(Person, Person.id == Membership.person_id)
            .where(Membership.vendor_id == vendor.id, Membership.removed_at.is_(None))
            .options(joinedload(Membership.person))
            .order_by(Membership.role, Person.email)
        )
    )


def member(session: Session, vendor: Vendor, public_id: str) -> Membership | None:
    """That one of this vendor's people."""
    return session.scalars(
        select(Membership).where(
            Membership.vendor_id == vendor.id,
            Membership.public_id == public_id,
            Membership.removed_at.is_(None),
        )
    ).one_or_none()


def join(session: Session, person: Person, vendor: Vendor, role: str, now: datetime) -> Membership:
    """From now on the person acts for the vendor. Who does already loses no right by it."""
    found = session.scalars(
        select(Membership).where(
            Membership.person_id == person.id, Membership.vendor_id == vendor.id
        )
    ).one_or_none()
    if found is None:
        found = Membership(person_id=person.id, vendor_id=vendor.id, role=role, joined_at=now)
        session.add(found)
    elif found.removed_at is not None:
        found.role, found.joined_at, found.removed_at = role, now, None
    elif role == Membership.OWNER:
        found.role = role
    session.flush()
    return found


def give_role(session: Session, membership: Membership, role: str) -> None:
    """Raises LastOwner."""
    if role != Membership.OWNER:
        _keep_an_owner(session, membership)
    membership.role = role


def remove(session: Session, membership: Membership, now: datetime) -> None:
    """The person no longer acts for the vendor, from the next request on. Raises LastOwner."""
    _keep_an_owner(session, membership)
    membership.removed_at = now


def _keep_an_owner(session: Session, membership: Membership) -> None:
    """The vendor's row is locked, so that two owners cannot remove each other at once."""
    session.scalars(select(Vendor).where(Vendor.id == membership.vendor_id).with_for_update()).one()
    other = select(Membership.id).where(
        Membership.vendor_id == membership.vendor_id,
        Membership.id != membership.id,
        Membership.role == Membership.OWNER,
        Membership.removed_at.is_(None),
    )
    if membership.role == Membership.OWNER and session.scalar(other.limit(1)) is None:
        raise LastOwner("a vendor keeps an owner")


def forget_strangers(session: Session) -> None:
    """Those who have no vendor left, not even one that they were removed from, are nobody here."""
    strangers = select(Person.id).where(
        ~select(Membership.id).where(Membership.person_id == Person.id).exists()
    )
    for model in (PortalSession, ResetToken):
        session.execute(delete(model).where(model.person_id.in_(strangers)))
    session.execute(delete(Person).where(Person.id.in_(strangers)))
