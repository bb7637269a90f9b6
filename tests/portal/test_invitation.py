"""From the mail to the portal: a link that works once, for seven days, for its address alone."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from orderflow.models import Invitation, Merchant, Vendor
from tests.house import STRANGER
from tests.mail.postbox import ALFA_MAIL
from tests.portal.visitor import PASSWORD, Portal


def test_the_invited_vendor_chooses_a_password_and_is_in(portal: Portal) -> None:
    link, vendor = portal.invites(), portal.visitor()
    assert vendor.get(link).status_code == 200
    assert f"{ALFA_MAIL} is invited to see the orders of Alfa" in vendor.text
    vendor.post(link, password=PASSWORD)
    assert (vendor.page.status_code, vendor.title) == (200, "Home")
    assert portal.memberships(ALFA_MAIL) == [("Alfa", "owner", True)]
    again = portal.visitor()
    again.log_in()
    assert again.title == "Home"


def test_a_link_works_once(portal: Portal) -> None:
    link, first, second = portal.invites(), portal.visitor(), portal.visitor()
    first.post(link, password=PASSWORD)
    assert second.get(link).status_code == 404
    assert second.post(link, password="another password").status_code == 404
    assert not second.is_in()
    with portal.house.look() as session:
        row = session.scalars(select(Invitation)).one()
        assert row.accepted_at is not None
        assert row.sealed_token is None


def test_a_link_works_for_seven_days(portal: Portal) -> None:
    link, late = portal.invites(), portal.visitor()
    portal.house.clock.advance(timedelta(days=7).total_seconds() - 1)
    assert late.get(link).status_code == 200
    portal.house.clock.advance(1)
    assert late.get(link).status_code == 404
    assert late.post(link, password=PASSWORD).status_code == 404


def test_an_earlier_link_and_a_made_up_one_open_nothing(portal: Portal) -> None:
    first = portal.invites()
    portal.invites()
    visitor = portal.visitor()
    assert visitor.get(first).status_code == 404
    assert visitor.get("/portal/invitation/made-up").status_code == 404


def test_who_has_a_login_already_needs_its_password(portal: Portal) -> None:
    """The link alone must not open an account that others trust too."""
    portal.somebody(vendor="Bravo")
    link, visitor = portal.invites(), portal.visitor()
    assert "You have a login with this address already" in visitor.get(link).text
    visitor.post(link, password="a password of the thief")
    assert visitor.title == "Log in"
    assert portal.memberships(ALFA_MAIL) == [("Bravo", "owner", True)]
    visitor.post("/portal/login", email=ALFA_MAIL, password=PASSWORD, next=link)
    assert visitor.title == "Your invitation"
    visitor.post(link)
    assert "Alfa" in visitor.text
    assert portal.memberships(ALFA_MAIL) == [("Bravo", "owner", True), ("Alfa", "owner", True)]


def test_somebody_else_cannot_take_it(portal: Portal) -> None:
    other = portal.logged_in("bravo@bravo.example.com", vendor="Bravo")
    link = portal.invites()
    assert "the invitation is for somebody else" in other.get(link).text
    portal.somebody()
    other.post(link)
    assert portal.memberships("bravo@bravo.example.com") == [("Bravo", "owner", True)]


def test_one_person_switches_between_vendors_of_two_merchants(portal: Portal) -> None:
    portal.house.merchant(STRANGER)
    portal.house.vendor("Zulu", STRANGER)
    portal.somebody()
    both = portal.logged_in(vendor="Zulu", shop=STRANGER)
    assert "<strong>Alfa</strong>" in both.text
    (other,) = [part.split('"')[0] for part in both.text.split('action="/portal/vendors/')[1:]]
    both.post(f"/portal/vendors/{other}")
    assert "<strong>Zulu</strong>" in both.text
    assert "<strong>Zulu</strong>" in both.get("/portal/people").text


def test_a_weak_password_is_told_at_the_field(portal: Portal) -> None:
    link, visitor = portal.invites(), portal.visitor()
    for weak, words in (
        ("short", "At least 8 characters"),
        ("Password123", "Too many people use this password"),
        (ALFA_MAIL.upper(), "This is your address"),
        ("x" * 201, "At most 200 characters"),
    ):
        visitor.get(link)
        assert visitor.post(link, password=weak).status_code == 422
        assert words in visitor.text
    assert visitor.post(link, password="y" * 64).status_code == 200


def test_an_invitation_of_a_shop_that_left_is_void(portal: Portal) -> None:
    link = portal.invites()
    with portal.house.unit() as session:
        portal.house.one(
            session, Merchant, shop=portal.stage.harbour.domain
        ).uninstalled_at = portal.house.clock()
    assert portal.visitor().get(link).status_code == 404


def test_a_vendor_who_reads_french_is_asked_in_french(portal: Portal) -> None:
    with portal.house.unit() as session:
        session.scalars(select(Vendor).where(Vendor.name == "Alfa")).one().language = "fr"
    link = portal.invites()
    visitor = portal.visitor(**{"Accept-Language": "fr-FR,fr;q=0.9"})
    assert "Votre invitation" in visitor.get(link).text
    visitor.post(link, password=PASSWORD)
    assert visitor.title == "Accueil"
    assert portal.visitor().get(link).status_code == 404
