"""*People*: an owner invites and removes; a vendor keeps an owner; a removed person is out."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from orderflow.models import HistoryEntry
from tests.mail.postbox import ALFA_MAIL
from tests.portal.visitor import PASSWORD, Portal, Visitor

STAFF = "staff@alfa.example.com"
PEOPLE = "/portal/people"


def button(visitor: Visitor, email: str, action: str) -> str:
    """Where that button beside that person leads."""
    visitor.get(PEOPLE)
    (row,) = [row for row in visitor.text.split("<li>") if f"<strong>{email}</strong>" in row]
    found = re.search(rf'action="(/portal/people/[^"]+/{action})"', row)
    assert found, row
    return found[1]


def invited(portal: Portal, owner: Visitor, email: str = STAFF) -> str:
    owner.get(PEOPLE)
    owner.post(f"{PEOPLE}/invitations", email=email)
    assert "The invitation is on its way" in owner.text
    return portal.link(email)


def test_an_owner_invites_staff_who_is_no_owner(portal: Portal) -> None:
    owner, staff = portal.logged_in(), portal.visitor()
    link = invited(portal, owner)
    mail = portal.postbox.only(STAFF)
    assert mail["subject"] == f"Alfa invites you to its orders from {portal.stage.harbour.name}"
    staff.get(link)
    staff.post(link, password=PASSWORD)
    assert portal.memberships(STAFF) == [("Alfa", "staff", True)]
    staff.get(PEOPLE)
    assert "Invite somebody" not in staff.text
    for path in (f"{PEOPLE}/invitations", button(owner, STAFF, "role")):
        assert staff.post(path, email="x@alfa.example.com", role="owner").status_code == 404


def test_the_merchant_learns_nothing_of_the_vendor_s_people(portal: Portal) -> None:
    """P84 the other way round: whom a vendor employs is not the merchant's to read."""
    portal.visitor().post(invited(portal, portal.logged_in()), password=PASSWORD)
    assert portal.memberships(STAFF) == [("Alfa", "staff", True)]
    with portal.house.look() as session:
        assert not any(STAFF in row.name for row in session.scalars(select(HistoryEntry)))
    rows = [row for row in portal.postbox.rows() if row.recipient == STAFF]
    assert [row.merchant_id for row in rows] == [None]


def test_a_withdrawn_invitation_opens_nothing(portal: Portal) -> None:
    owner = portal.logged_in()
    link = invited(portal, owner)
    owner.post(button(owner, STAFF, "withdraw"))
    assert "The invitation no longer works" in owner.text
    assert portal.visitor().get(link).status_code == 404


def test_inviting_staff_leaves_the_merchant_s_invitation_standing(portal: Portal) -> None:
    portal.somebody("first@alfa.example.com")
    merchants = portal.invites()
    invited(portal, portal.logged_in("first@alfa.example.com"))
    assert portal.visitor().get(merchants).status_code == 200


def test_a_removed_person_finds_nothing_from_the_next_request_on(portal: Portal) -> None:
    owner, staff = portal.logged_in(), portal.logged_in(STAFF, role="staff")
    owner.post(button(owner, STAFF, "remove"))
    assert staff.get(PEOPLE).status_code == 404
    assert staff.get("/portal/").status_code == 404
    assert "Alfa" not in staff.text
    again = portal.visitor()
    again.log_in(STAFF)
    assert again.page.status_code == 404
    assert portal.memberships(STAFF) == [("Alfa", "staff", False)]


def test_who_was_removed_may_be_invited_again(portal: Portal) -> None:
    owner, staff = portal.logged_in(), portal.logged_in(STAFF, role="staff")
    owner.post(button(owner, STAFF, "remove"))
    link = invited(portal, owner)
    staff.get(link)
    staff.post(link)
    assert staff.is_in()


def test_the_last_owner_stays(portal: Portal) -> None:
    owner = portal.logged_in()
    portal.somebody(STAFF, role="staff")
    for action in ("remove", "role"):
        owner.post(button(owner, ALFA_MAIL, action), role="staff")
        assert owner.page.status_code == 422
        assert "Somebody has to be the owner" in owner.text
    owner.post(button(owner, STAFF, "role"), role="owner")
    owner.post(button(owner, ALFA_MAIL, "remove"))
    assert portal.memberships(ALFA_MAIL) == [("Alfa", "owner", False)]
    assert portal.memberships(STAFF) == [("Alfa", "owner", True)]


def test_staff_may_leave_and_send_nobody_away(portal: Portal) -> None:
    owner, staff = portal.logged_in(), portal.logged_in(STAFF, role="staff")
    others = button(owner, ALFA_MAIL, "remove")
    staff.get(PEOPLE)
    assert staff.post(others).status_code == 404
    staff.post(button(staff, STAFF, "remove"))
    assert portal.memberships(STAFF) == [("Alfa", "staff", False)]


@pytest.mark.parametrize("email", ["", "nonsense", ALFA_MAIL.upper()])
def test_an_address_that_cannot_be_invited_is_told_at_the_field(portal: Portal, email: str) -> None:
    owner = portal.logged_in()
    owner.get(PEOPLE)
    assert owner.post(f"{PEOPLE}/invitations", email=email).status_code == 422
    assert 'aria-invalid="true"' in owner.text
