"""Who may come in: the password, then the code where there is one; a forgotten password.

Nothing that is answered, and no time that it takes, tells whether somebody has an account. A
password is compared with no transaction open, because that is meant to take long.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from orderflow import limits
from orderflow.db import reading, unit_of_work
from orderflow.limits import Limit, Locked
from orderflow.members import notices, passwords, people, second_step
from orderflow.models import Person, ResetToken
from orderflow.secrets import fingerprint

log = structlog.get_logger()
ACCOUNT = Limit("account", 20)
NETWORK = Limit("network", 200)
CODE = Limit("code", 10)
RESET = Limit("reset", 5)
RESETS_OF_NETWORK = Limit("resets", 50)
LINK_GOOD_FOR = timedelta(hours=1)


class Wrong(ValueError):
    """The address and the password, or the code, do not fit."""


def by_password(email: str, password: str, network: str, now: datetime) -> Person:
    """The person who has that address and that password. Raises Wrong and Locked."""
    who = people.fold(email)
    with unit_of_work() as session:
        last = limits.take(session, ACCOUNT, who, now)
        limits.take(session, NETWORK, network, now)
        person = people.known(session, who)
    if not passwords.fits(person.password if person else None, password) or person is None:
        log.warning("login_refused", person=person.id if person else None, last=last)
        if last:
            _tell_of_lock(who, now)
        raise Wrong
    with unit_of_work() as session:
        limits.clear(session, ACCOUNT, who)
        limits.give_back(session, NETWORK, network, now)
        if passwords.is_dated(person.password):
            session.get_one(Person, person.id).password = passwords.renewed(password)
    return person


def by_code(person_id: int, code: str, now: datetime) -> Person:
    """The person, whose password was right, has shown a code too. Raises Wrong and Locked."""
    with unit_of_work() as session:
        last = limits.take(session, CODE, str(person_id), now)
        person = session.get_one(Person, person_id)
    with unit_of_work() as session:
        row = session.get_one(Person, person_id, with_for_update=True)
        if second_step.passes(row, code, now):
            limits.clear(session, CODE, str(person_id))
            return row
    log.warning("code_refused", person=person_id, last=last)
    if last:
        _tell_of_lock(person.email, now)
    raise Wrong


def _tell_of_lock(email: str, now: datetime) -> None:
    """Written for everybody, sent to those who are somebody here."""
    with unit_of_work() as session:
        notices.tell_person(session, notices.LOCKED, email, now)


# -- a forgotten password --------------------------------------------------------------------------


def ask_for_reset(email: str, network: str, now: datetime) -> None:
    """A link is mailed, if there is such a person; the worker looks. Raises Locked for a network
    that asks too often; for an account the mail is left out without a word."""
    who = people.fold(email)
    with unit_of_work() as session:
        limits.take(session, RESETS_OF_NETWORK, network, now)
        try:
            limits.take(session, RESET, who, now)
        except Locked:
            return
        notices.tell_person(session, notices.RESET, who, now)


def reset_link(session: Session, person: Person, now: datetime) -> str:
    """The path of a page where the person chooses a new password."""
    token = secrets.token_urlsafe(32)
    session.add(
        ResetToken(
            token_hash=fingerprint(token), person_id=person.id, expires_at=now + LINK_GOOD_FOR
        )
    )
    return f"/portal/reset/{token}"


def may_reset(token: str, now: datetime) -> str:
    """Whose link that is, while it is good; else empty."""
    with reading() as session:
        found = _standing(session, token, now)
        return found.person.email if found else ""


def reset(token: str, password: str, now: datetime) -> bool:
    """The link is used up: the password is new, and locks that wrong ones made are lifted. False:
    the link is not good any more. Raises WeakPassword."""
    kept = passwords.keep(password, may_reset(token, now))
    with unit_of_work() as session:
        found = _standing(session, token, now)
        if found is None:
            return False
        person = found.person
        people.change_password(session, person, kept, now)
        limits.clear(session, ACCOUNT, person.email)
    return True


def forget(session: Session, now: datetime) -> None:
    """What no longer opens anything, or counts, goes."""
    limits.forget(session, now)
    session.execute(delete(ResetToken).where(ResetToken.expires_at < now))


def _standing(session: Session, token: str, now: datetime) -> ResetToken | None:
    return session.scalars(
        select(ResetToken)
        .where(
            ResetToken.token_hash == fingerprint(token),
            ResetToken.expires_at > now,
        )
        .with_for_update()
    ).one_or_none()
