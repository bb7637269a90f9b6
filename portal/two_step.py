"""A second step for the login: set up with a QR code, recovery codes, switched off again."""

from __future__ import annotations

import segno
from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.db import unit_of_work
from orderflow.members import second_step
from orderflow.models import Person
from portal import account, forms, scope

pages = Blueprint("portal_two_step", __name__, url_prefix="/portal/settings/two-step")


@pages.get("")
def show() -> str:
    return _page()


@pages.post("/offer")
def offer() -> str | tuple[str, int]:
    """A secret for the app, after the password: it is what a stolen session would like to have."""
    proof = forms.typed(forms.Confirm)
    if second_step.is_on(scope.current().person) or not _proved(proof):
        return _page(proof=proof), 422
    with unit_of_work() as session:
        person = session.get_one(Person, scope.current().person.id, with_for_update=True)
        address = second_step.offer(person)
        secret = person.totp_offered
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=4, dark="#000")
    return render_template(
        "portal/two_step_offer.html",
        form=forms.Code(),
        qr=Markup(drawn),  # noqa: S704
        secret=secret,
    )


@pages.post("/confirm")
def confirm() -> str | tuple[str, int]:
    """A wrong code does not show the secret again: that would take no password."""
    form = forms.typed(forms.Code)
    if not form.validate():
        return render_template("portal/two_step_offer.html", form=form), 422
    with unit_of_work() as session:
        person = session.get_one(Person, scope.current().person.id, with_for_update=True)
        codes = second_step.confirm(person, form.code.data, clock.now())
    if not codes:
        form.code.errors = [_("This code is not right. Is the clock of your phone right?")]
        return render_template("portal/two_step_offer.html", form=form), 422
    return render_template("portal/recovery.html", here=scope.current(), codes=codes)


@pages.post("/recovery")
def renew() -> str | tuple[str, int]:
    proof = forms.typed(forms.Confirm)
    if not second_step.is_on(scope.current().person) or not _proved(proof):
        return _page(proof=proof), 422
    with unit_of_work() as session:
        person = session.get_one(Person, scope.current().person.id)
        codes = second_step.recovery_codes(person)
    return render_template("portal/recovery.html", here=scope.current(), codes=codes)


@pages.post("/off")
def switch_off() -> str | Response | tuple[str, int]:
    proof = forms.typed(forms.Confirm)
    if not _proved(proof):
        return _page(proof=proof), 422
    with unit_of_work() as session:
        second_step.switch_off(session.get_one(Person, scope.current().person.id))
    flash(_("The second step is off."))
    return redirect(url_for("portal_account.show"), 303)


def _proved(proof: forms.Confirm) -> bool:
    return bool(proof.validate()) and account.proves(proof)


def _page(proof: forms.Confirm | None = None) -> str:
    person = scope.current().person
    return render_template(
        "portal/two_step.html",
        proof=proof or forms.Confirm(),
        on=second_step.is_on(person),
        left=len(person.recovery_codes),
    )
