"""*People*: who acts for the vendor. An owner invites, removes, and says who is an owner."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.db import db, unit_of_work
from orderflow.members import invitations, people
from orderflow.models import Membership, Person, Vendor
from portal import forms, scope

pages = Blueprint("portal_staff", __name__, url_prefix="/portal/people")


@pages.get("")
def show() -> str:
    return _page(forms.Address())


@pages.post("/invitations")
def invite() -> str | Response | tuple[str, int]:
    here, form = scope.require_owner(), forms.typed(forms.Address)
    if not form.validate():
        return _page(form), 422
    members = people.of_vendor(db.session(), here.vendor)
    if people.fold(form.email.data) in {each.person.email for each in members}:
        form.email.errors = [_("This person is here already.")]
        return _page(form), 422
    with unit_of_work() as session:
        vendor = session.get_one(Vendor, here.vendor.id)
        by = session.get_one(Person, here.person.id)
        invitations.invite_staff(session, vendor, form.email.data, by, clock.now())
    return _done(_("The invitation is on its way."))


@pages.post("/invitations/<public_id>/withdraw")
def withdraw(public_id: str) -> Response:
    here = scope.require_owner()
    with unit_of_work() as session:
        vendor = session.get_one(Vendor, here.vendor.id)
        if not invitations.withdraw_staff(session, vendor, public_id, clock.now()):
            abort(404)
    return _done(_("The invitation no longer works."))


@pages.post("/<public_id>/role")
def give_role(public_id: str) -> str | Response | tuple[str, int]:
    scope.require_owner()
    role = request.form.get("role", "")
    if role not in people.ROLES:
        abort(400)
    try:
        with unit_of_work() as session:
            people.give_role(session, _member(session, public_id), role)
    except people.LastOwner:
        return _refused()
    return _done(_("Changed."))


@pages.post("/<public_id>/remove")
def remove(public_id: str) -> str | Response | tuple[str, int]:
    """Anybody may go; an owner may send others away."""
    here = scope.current()
    if here.membership.public_id != public_id:
        scope.require_owner()
    try:
        with unit_of_work() as session:
            people.remove(session, _member(session, public_id), clock.now())
    except people.LastOwner:
        return _refused()
    return _done(_("Removed."))


def _member(session: Session, public_id: str) -> Membership:
    """One of this vendor's people; 404 for anybody else's."""
    vendor = session.get_one(Vendor, scope.current().vendor.id)
    return people.member(session, vendor, public_id) or abort(404)


def _done(words: str) -> Response:
    flash(words)
    return redirect(url_for(".show"), 303)


def _refused() -> tuple[str, int]:
    wrong = _("Somebody has to be the owner. Make somebody else an owner first.")
    return _page(forms.Address(), wrong), 422


def _page(form: forms.Address, wrong: str = "") -> str:
    here = scope.current()
    invited = invitations.staff_invited(db.session(), here.vendor, clock.now())
    return render_template(
        "portal/people.html",
        here=here,
        members=people.of_vendor(db.session(), here.vendor),
        invited=invited if here.is_owner else [],
        form=form,
        wrong=wrong,
    )
