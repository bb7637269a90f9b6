"""Who is at the vendor's door, and for which vendor; every page of the portal stands behind this.

The browser's cookie holds a token, the database says whose it is. A session that was revoked and a
person who was removed are out at the next request.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from flask import Flask, abort, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.db import db, unit_of_work
from orderflow.members import people, sessions
from orderflow.models import Membership, Person, PortalSession, Vendor
from portal import origin

log = structlog.get_logger()
CHOSEN = "vendor"
"""In the cookie: the membership that the person looks through."""


class Visitor(UserMixin):  # type: ignore[misc]
    """A browser that is logged in, as Flask-Login knows it."""

    def __init__(self, token: str, row: PortalSession) -> None:
        self.token, self.row = token, row

    def get_id(self) -> str:
        return self.token


@dataclass(frozen=True, slots=True)
class Scope:
    """What a page may show: this vendor's, to this person. ``others`` are the person's further
    memberships."""

    person: Person
    session: PortalSession
    membership: Membership
    others: tuple[Membership, ...]

    @property
    def vendor(self) -> Vendor:
        return self.membership.vendor

    @property
    def is_owner(self) -> bool:
        return self.membership.role == Membership.OWNER


def current() -> Scope:
    """Of this request; only pages behind the door have one."""
    scope: Scope = g.scope
    return scope


def know_visitors(app: Flask) -> None:
    doorkeeper = LoginManager()
    doorkeeper.session_protection = None  # an address that changes is a phone on its way
    doorkeeper.init_app(app, add_context_processor=False)
    doorkeeper.user_loader(_visitor)


def _visitor(token: str) -> Visitor | None:
    row = sessions.find(db.session(), token, clock.now())
    return Visitor(token, row) if row else None


def visitor() -> Visitor | None:
    """Who is logged in, on pages that are open to everybody too."""
    return current_user if current_user.is_authenticated else None


def require() -> Response | None:
    """Before every page behind the door: set ``g.scope`` and ``g.vendor``, or ask to log in."""
    known = visitor()
    if known is None:
        back = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("portal_login.show", next=back), 303)
    if sessions.is_to_be_noted(known.row, clock.now()):
        with unit_of_work() as work:
            sessions.note(work, known.row, origin.origin(), clock.now())
    standing = people.memberships(db.session(), known.row.person)
    if not standing:
        abort(404)
    chosen = next((m for m in standing if m.public_id == session.get(CHOSEN)), standing[0])
    others = tuple(each for each in standing if each is not chosen)
    g.scope = Scope(known.row.person, known.row, chosen, others)
    g.vendor = chosen.vendor
    return None


def look_through(membership: Membership) -> None:
    """From the next request on; ``membership`` is one of this person's."""
    session[CHOSEN] = membership.public_id


def require_owner() -> Scope:
    """Staff finds nothing there."""
    if not current().is_owner:
        abort(404)
    return current()


def enter(person: Person, membership: Membership | None = None) -> None:
    """A fresh session for this browser; the one from before ends, and nothing of it is kept."""
    leave()
    log.info("logged_in", person=person.id)
    with unit_of_work() as work:
        token = sessions.start(work, person, origin.origin(), clock.now())
    session.permanent = True
    if membership is not None:
        look_through(membership)
    row = sessions.find(db.session(), token, clock.now())
    if row is not None:
        login_user(Visitor(token, row))


def leave() -> None:
    known = visitor()
    if known is not None:
        with unit_of_work() as work:
            person, public_id = known.row.person, known.row.public_id
            sessions.revoke(work, person, clock.now(), public_id=public_id)
        logout_user()
    session.clear()
