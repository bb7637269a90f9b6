"""A forgotten password: a link by mail, and the page behind it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.limits import Locked
from orderflow.members import logins
from orderflow.members.passwords import WeakPassword
from portal import forms, origin, scope

pages = Blueprint("portal_forgotten", __name__, url_prefix="/portal")


@pages.get("/forgotten")
def show() -> str:
    return render_template("portal/forgotten.html", form=forms.Address(), sent=False)


@pages.post("/forgotten")
def ask() -> str | tuple[str, int]:
    """The same answer for everybody, in the same time."""
    form = forms.typed(forms.Address)
    if not form.validate():
        return render_template("portal/forgotten.html", form=form, sent=False), 422
    try:
        logins.ask_for_reset(form.email.data, origin.limited(), clock.now())
    except Locked:
        form.email.errors = [_("Too many requests. Please come back in half an hour.")]
        return render_template("portal/forgotten.html", form=form, sent=False), 429
    return render_template("portal/forgotten.html", form=form, sent=True)


@pages.get("/reset/<token>")
def choose(token: str) -> str:
    return _page(token, forms.NewPassword())


@pages.post("/reset/<token>")
def change(token: str) -> str | Response | tuple[str, int]:
    form = forms.typed(forms.NewPassword)
    if not form.validate():
        return _page(token, form), 422
    try:
        if not logins.reset(token, form.password.data, clock.now()):
            abort(404)
    except WeakPassword as weak:
        form.password.errors = [forms.told(weak)]
        return _page(token, form), 422
    scope.leave()
    flash(_("Your new password is kept. Log in with it."))
    return redirect(url_for("portal_login.show"), 303)


def _page(token: str, form: forms.NewPassword) -> str:
    email = logins.may_reset(token, clock.now())
    if not email:
        abort(404)
    return render_template("portal/reset.html", form=form, email=email)
