"""*Your settings*: language and time zone, the password, and the browsers that are logged in."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.db import db, unit_of_work
from orderflow.limits import Locked
from orderflow.members import logins, passwords, people, second_step, sessions
from orderflow.members.logins import Wrong
from orderflow.members.passwords import WeakPassword
from orderflow.models import Person
from portal import forms, login, origin, scope

pages = Blueprint("portal_account", __name__, url_prefix="/portal/settings")


@pages.get("")
def show() -> str:
    return _page()


@pages.post("")
def save() -> Response | tuple[str, int]:
    form = forms.typed(forms.Profile)
    if not form.validate():
        return _page(profile=form), 422
    with unit_of_work() as session:
        person = session.get_one(Person, scope.current().person.id)
        person.language, person.timezone = form.language.data, form.timezone.data
    flash(_("Saved."))
    return redirect(url_for(".show"), 303)


@pages.post("/password")
def change_password() -> Response | tuple[str, int]:
    form, here = forms.typed(forms.ChangePassword), scope.current()
    if not form.validate() or not proves(form):
        return _page(password=form), 422
    try:
        kept = passwords.keep(form.password.data, here.person.email)
    except WeakPassword as weak:
        form.password.errors = [forms.told(weak)]
        return _page(password=form), 422
    with unit_of_work() as session:
        person = session.get_one(Person, here.person.id)
        people.change_password(session, person, kept, clock.now())
    scope.enter(here.person, here.membership)
    flash(_("Your new password is kept. All other browsers are logged out."))
    return redirect(url_for(".show"), 303)


@pages.post("/sessions/<public_id>/revoke")
def revoke(public_id: str) -> Response:
    with unit_of_work() as session:
        if not sessions.revoke(session, scope.current().person, clock.now(), public_id=public_id):
            abort(404)
    flash(_("That browser is logged out."))
    return redirect(url_for(".show"), 303)


@pages.post("/sessions/everywhere")
def revoke_all() -> Response:
    """This one too."""
    with unit_of_work() as session:
        sessions.revoke(session, scope.current().person, clock.now())
    scope.leave()
    flash(_("You are logged out everywhere."))
    return redirect(url_for("portal_login.show"), 303)


def proves(form: forms.ChangePassword | forms.Confirm) -> bool:
    """Whether the form's current password is right: an open session alone changes no keys. It
    counts as a try to log in."""
    email, typed = scope.current().person.email, form.current.data or ""
    try:
        logins.by_password(email, typed, origin.limited(), clock.now())
    except Wrong:
        form.current.errors = [_("This is not your password.")]
    except Locked as locked:
        form.current.errors = [login.too_often(locked, clock.now())]
    else:
        return True
    return False


def _page(
    profile: forms.Profile | None = None, password: forms.ChangePassword | None = None
) -> str:
    here = scope.current()
    shown = {"language": here.person.language, "timezone": here.person.timezone}
    at_first = forms.Profile(data=shown)
    return render_template(
        "portal/account.html",
        here=here,
        profile=profile or at_first,
        password=password or forms.ChangePassword(),
        second_step_on=second_step.is_on(here.person),
        sessions=sessions.of(db.session(), here.person, clock.now()),
    )
