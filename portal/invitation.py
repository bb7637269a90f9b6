"""Accepting an invitation: with a password of one's own, or with the login one has already."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.db import db, unit_of_work
from orderflow.members import invitations, passwords, people
from orderflow.members.passwords import WeakPassword
from orderflow.models import Invitation, Membership, Person
from portal import forms, scope

pages = Blueprint("portal_invitation", __name__, url_prefix="/portal/invitation/<token>")


@pages.get("")
def show(token: str) -> str:
    return _page(_find(token), forms.NewPassword())


@pages.post("")
def accept(token: str) -> str | Response | tuple[str, int]:
    """Who has a login uses it; nobody gets into an account by a link alone."""
    found = _find(token)
    if people.known(db.session(), found.email):
        return _join(token, found)
    form = forms.typed(forms.NewPassword)
    if not form.validate():
        return _page(found, form), 422
    try:
        kept = passwords.keep(form.password.data, people.fold(found.email))
    except WeakPassword as weak:
        form.password.errors = [forms.told(weak)]
        return _page(found, form), 422
    with unit_of_work() as session:
        invitation = invitations.find(session, token, clock.now(), lock=True) or abort(404)
        if people.known(session, invitation.email):
            abort(404)
        person = people.add(session, invitation.email, kept, g.locale, clock.now())
        membership = invitations.accept(session, invitation, person, clock.now())
    return _welcome(person, membership)


def _join(token: str, found: Invitation) -> Response:
    known = scope.visitor()
    if known is None or known.row.person.email != people.fold(found.email):
        return redirect(url_for("portal_login.show", next=request.path), 303)
    person_id = known.row.person_id
    with unit_of_work() as session:
        invitation = invitations.find(session, token, clock.now(), lock=True) or abort(404)
        person = session.get_one(Person, person_id)
        membership = invitations.accept(session, invitation, person, clock.now())
    return _welcome(person, membership)


def _welcome(person: Person, membership: Membership) -> Response:
    scope.enter(person, membership)
    flash(_("Welcome. This is your portal."))
    return redirect(url_for("portal_home.show"), 303)


def _find(token: str) -> Invitation:
    return invitations.find(db.session(), token, clock.now()) or abort(404)


def _page(found: Invitation, form: forms.NewPassword) -> str:
    known = scope.visitor()
    return render_template(
        "portal/invitation.html",
        invitation=found,
        form=form,
        has_login=people.known(db.session(), found.email) is not None,
        as_somebody=known.row.person.email if known else "",
        fits=known is not None and known.row.person.email == people.fold(found.email),
    )
