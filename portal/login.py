"""Logging in: the password, then a code for those who asked for a second step; and logging out."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.limits import Locked
from orderflow.members import logins, second_step
from orderflow.members.logins import Wrong
from orderflow.models import Person
from portal import forms, origin, scope

pages = Blueprint(
    "portal_login",
    __name__,
    url_prefix="/portal",
    template_folder="templates",
    static_folder="static",
)
HALF = "half"
"""In the cookie: whose password was right, until when the code may follow."""
CODE_WITHIN = 600


@pages.get("/login")
def show() -> str | Response:
    if scope.visitor():
        return redirect(url_for("portal_home.show"), 303)
    return _form(forms.Login())


@pages.post("/login")
def come() -> str | Response | tuple[str, int]:
    form = forms.typed(forms.Login)
    if not form.validate():
        return _form(form), 422
    try:
        person = logins.by_password(
            form.email.data, form.password.data, origin.limited(), clock.now()
        )
    except Wrong:
        form.password.errors = [_("The address and the password do not fit.")]
        return _form(form), 422
    except Locked as locked:
        form.password.errors = [too_often(locked, clock.now())]
        return _form(form), 429
    if second_step.is_on(person):
        scope.leave()
        session[HALF] = [person.id, clock.now().timestamp() + CODE_WITHIN]
        return redirect(url_for(".code", next=_next()), 303)
    return _welcome(person)


@pages.get("/login/code")
def code() -> str | Response:
    if _half() is None:
        return redirect(url_for(".show", next=_next()), 303)
    return render_template("portal/code.html", form=forms.Code(), next=_next())


@pages.post("/login/code")
def prove() -> str | Response | tuple[str, int]:
    half, form = _half(), forms.typed(forms.Code)
    if half is None:
        flash(_("That took too long. Please log in again."))
        return redirect(url_for(".show", next=_next()), 303)
    if not form.validate():
        return render_template("portal/code.html", form=form, next=_next()), 422
    try:
        return _welcome(logins.by_code(half, form.code.data, clock.now()))
    except Wrong:
        form.code.errors = [_("This code is not right, or was used already.")]
        return render_template("portal/code.html", form=form, next=_next()), 422
    except Locked as locked:
        form.code.errors = [too_often(locked, clock.now())]
        return render_template("portal/code.html", form=form, next=_next()), 429


@pages.post("/logout")
def leave() -> Response:
    scope.leave()
    flash(_("You are logged out."))
    return redirect(url_for(".show", next=_next()), 303)


@pages.get("/<path:rest>")
def nothing(rest: str) -> str:
    """An address of the portal that leads nowhere looks like the portal too."""
    abort(404)


def too_often(locked: Locked, now: datetime) -> str:
    minutes = max(1, -int((now - locked.until).total_seconds() // 60))
    return str(
        ngettext(
            "Too many tries. Wait a minute, or ask for a new password.",
            "Too many tries. Wait %(num)d minutes, or ask for a new password.",
            minutes,
        )
    )


def _welcome(person: Person) -> Response:
    after = _next()
    scope.enter(person)
    return redirect(after or url_for("portal_home.show"), 303)


def _half() -> int | None:
    """Whose code is awaited."""
    person_id, until = session.get(HALF) or (None, 0)
    return person_id if until > clock.now().timestamp() else None


def _next() -> str | None:
    """Where somebody wanted to go: a page of the portal, never another site."""
    wanted = request.values.get("next", "")
    plain = wanted.isprintable() and "\\" not in wanted and "//" not in wanted
    return wanted if plain and wanted.startswith("/portal/") else None


def _form(form: forms.Login) -> str:
    return render_template("portal/login.html", form=form, next=_next())
