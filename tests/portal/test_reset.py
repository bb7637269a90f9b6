"""A forgotten password: one answer for everybody, a link for the one person."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from orderflow.models import Mail, Message, ResetToken
from tests.mail.postbox import ALFA_MAIL
from tests.portal.test_login import NOBODY, without_what_was_typed
from tests.portal.visitor import PASSWORD, Portal, Visitor

NEW = "another lamp for another ship"


def asked(portal: Portal, email: str = ALFA_MAIL) -> Visitor:
    visitor = portal.visitor()
    visitor.get("/portal/forgotten")
    visitor.post("/portal/forgotten", email=email)
    return visitor


def test_the_link_gives_a_new_password_once(portal: Portal) -> None:
    portal.somebody()
    asked(portal)
    link, visitor = portal.link(ALFA_MAIL), portal.visitor()
    assert ALFA_MAIL in visitor.get(link).text
    visitor.post(link, password=NEW)
    assert "Your new password is kept" in visitor.text
    assert visitor.log_in(password=PASSWORD).status_code == 422
    assert visitor.log_in(password=NEW).status_code == 200
    late = portal.visitor()
    assert late.get(link).status_code == 404
    assert late.post(link, password="a third password").status_code == 404


def test_somebody_and_nobody_are_answered_alike_and_written_down_alike(portal: Portal) -> None:
    """The same rows are written while the visitor waits, so the time tells nothing either."""
    portal.somebody()

    def rows() -> tuple[int, ...]:
        with portal.house.look() as session:
            kinds = (Mail, Message, ResetToken)
            return tuple(session.scalars(select(func.count(kind.id))).one() for kind in kinds)

    pages, growth = [], []
    for email in (ALFA_MAIL, NOBODY):
        before = rows()
        visitor = asked(portal, email)
        pages.append((visitor.page.status_code, without_what_was_typed(visitor.text)))
        growth.append([after - was for after, was in zip(rows(), before, strict=True)])
    assert pages[0] == pages[1]
    assert growth[0] == growth[1] == [1, 1, 0]
    portal.house.turn()
    assert [mail["to"] for mail in portal.postbox.mails()] == [ALFA_MAIL]
    assert {row.recipient for row in portal.postbox.rows()} == {ALFA_MAIL, ""}


def test_the_link_works_for_an_hour(portal: Portal) -> None:
    portal.somebody()
    asked(portal)
    link = portal.link(ALFA_MAIL)
    portal.house.clock.advance(3600)
    assert portal.visitor().get(link).status_code == 404
    assert portal.visitor().post(link, password=NEW).status_code == 404


def test_a_new_password_ends_every_session_and_every_link_and_is_told(portal: Portal) -> None:
    desk, phone = portal.logged_in(), portal.logged_in()
    asked(portal)
    asked(portal)
    portal.house.turn()
    links = [portal.link(ALFA_MAIL)]
    visitor = portal.visitor()
    visitor.get(links[0])
    visitor.post(links[0], password=NEW)
    assert not desk.is_in()
    assert not phone.is_in()
    portal.house.turn()
    assert portal.postbox.mails(ALFA_MAIL)[-1]["subject"] == "Your password was changed"
    with portal.house.look() as session:
        assert session.scalars(select(ResetToken)).all() == []


def test_it_lifts_the_lock_that_wrong_passwords_made(portal: Portal) -> None:
    portal.somebody()
    for _ in range(20):
        portal.visitor().log_in(password="wrong password")
    portal.house.turn()
    asked(portal)
    link, visitor = portal.link(ALFA_MAIL), portal.visitor()
    visitor.get(link)
    visitor.post(link, password=NEW)
    assert visitor.log_in(password=NEW).status_code == 200


def test_a_weak_password_uses_nothing_up(portal: Portal) -> None:
    portal.somebody()
    asked(portal)
    link, visitor = portal.link(ALFA_MAIL), portal.visitor()
    visitor.get(link)
    assert visitor.post(link, password="12345678").status_code == 422
    assert "Too many people use this password" in visitor.text
    assert visitor.post(link, password=NEW).status_code == 200


def test_a_mailbox_is_not_flooded(portal: Portal) -> None:
    portal.somebody()
    for _ in range(12):
        assert asked(portal).page.status_code == 200
    portal.house.turn()
    assert len(portal.postbox.mails(ALFA_MAIL)) == 5


def test_the_mail_speaks_the_person_s_language(portal: Portal) -> None:
    french = portal.logged_in()
    french.get("/portal/settings")
    french.post("/portal/settings", language="fr", timezone="Europe/Paris")
    asked(portal)
    portal.house.turn()
    assert portal.postbox.only()["subject"] == "Choisir un nouveau mot de passe"


@pytest.mark.parametrize("email", ["", "nonsense", "a@b", "x" * 300 + "@alfa.example.com"])
def test_what_is_no_address_is_told_at_the_field(portal: Portal, email: str) -> None:
    visitor = asked(portal, email)
    assert visitor.page.status_code == 422
    assert 'aria-invalid="true"' in visitor.text
