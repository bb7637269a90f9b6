"""Who belongs to no vendor any more, and what logins leave behind, does not stay for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from orderflow.forget import erasure, keeping
from orderflow.members import logins
from orderflow.models import (
    LoginTry,
    Mail,
    Membership,
    Merchant,
    Person,
    PortalSession,
    ResetToken,
    Vendor,
)
from tests.house import HARBOUR, STRANGER
from tests.mail.postbox import ALFA_MAIL
from tests.portal.test_reset import asked
from tests.portal.visitor import Portal


def count(portal: Portal, kind: Any) -> int:
    with portal.house.look() as session:
        return int(session.scalars(select(func.count(kind.id))).one())


def leave(portal: Portal, shop: str) -> None:
    """The shop removed the app, and asks us to forget it."""
    with portal.house.unit() as session:
        merchant = portal.house.one(session, Merchant, shop=shop)
        merchant.uninstalled_at = portal.house.clock()
    for _ in range(50):
        with portal.house.unit() as session:
            if not erasure.erase(session, merchant.id):
                return


def test_people_go_with_the_last_merchant_they_worked_for(portal: Portal) -> None:
    portal.house.merchant(STRANGER)
    portal.house.vendor("Zulu", STRANGER)
    portal.logged_in()
    both = portal.logged_in("both@both.example.com")
    portal.somebody("both@both.example.com", vendor="Zulu", shop=STRANGER)
    asked(portal)
    portal.house.turn()
    leave(portal, HARBOUR)
    with portal.house.look() as session:
        assert session.scalars(select(Person.email)).all() == ["both@both.example.com"]
    assert (count(portal, PortalSession), count(portal, ResetToken)) == (1, 0)
    assert "<strong>Zulu</strong>" in both.get("/portal/").text
    leave(portal, STRANGER)
    for kind in (Person, Membership, PortalSession, Vendor):
        assert count(portal, kind) == 0, kind.__name__
    assert both.get("/portal/").request.path == "/portal/login"


def test_a_shop_that_removed_the_app_shows_its_vendors_nothing(portal: Portal) -> None:
    visitor = portal.logged_in()
    with portal.house.unit() as session:
        merchant = portal.house.one(session, Merchant, shop=HARBOUR)
        merchant.uninstalled_at = portal.house.clock()
    assert visitor.get("/portal/people").status_code == 404


def test_what_logins_leave_behind_goes_in_time(portal: Portal) -> None:
    portal.logged_in()
    portal.visitor().log_in(password="wrong password")
    asked(portal)
    portal.house.turn()
    kinds = (LoginTry, ResetToken, PortalSession, Mail)
    assert all(count(portal, kind) for kind in kinds)
    portal.house.clock.advance(timedelta(days=91).total_seconds())
    with portal.house.unit() as session:
        keeping.let_go_of_logins(session, portal.house.clock())
    assert [count(portal, kind) for kind in kinds] == [0, 0, 0, 0]


def test_a_lock_is_not_forgotten_before_it_ends(portal: Portal) -> None:
    portal.somebody()
    for _ in range(logins.ACCOUNT.most):
        portal.visitor().log_in(password="wrong password")
    with portal.house.unit() as session:
        keeping.let_go_of_logins(session, portal.house.clock())
    assert portal.visitor().log_in(ALFA_MAIL).status_code == 429
