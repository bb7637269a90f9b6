"""The door itself: what opens it, what does not, and what can be learned by trying."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial
from statistics import median

import pytest

from orderflow import clock, limits
from orderflow.db import unit_of_work
from orderflow.members import logins, passwords
from tests.mail.postbox import ALFA_MAIL
from tests.portal.visitor import PASSWORD, Portal, Visitor
from webapp import create_app

NOBODY = "nobody@alfa.example.com"
WRONG = "not the password"


def fails(visitor: Visitor, email: str = ALFA_MAIL, password: str = WRONG) -> int:
    visitor.log_in(email, password)
    status: int = visitor.page.status_code
    return status


def without_what_was_typed(text: str) -> str:
    return re.sub(r'value="[^"]*"', "", text)


def test_the_address_is_known_in_any_spelling_and_the_password_in_one(portal: Portal) -> None:
    portal.somebody(password="Größe 1234")
    assert fails(portal.visitor(), password="größe 1234") == 422
    visitor = portal.visitor()
    visitor.log_in(f"  {ALFA_MAIL.upper()} ", "Größe 1234")  # as a Mac types it
    assert visitor.title == "Home"


def test_a_wrong_password_and_a_wrong_address_answer_alike(portal: Portal) -> None:
    portal.somebody()
    known, unknown = portal.visitor(), portal.visitor()
    assert fails(known) == fails(unknown, NOBODY) == 422
    assert "do not fit" in known.text
    assert without_what_was_typed(known.text) == without_what_was_typed(unknown.text)


def test_both_take_as_long(portal: Portal) -> None:
    """In work of the machine, so that a busy one does not matter: without a dummy an unknown
    address would save a whole hash."""
    portal.somebody()
    passwords.fits(None, "the dummy is made")
    hashing = median(took(lambda: passwords.fits(None, WRONG)) for _ in range(7))
    with portal.house.app.app_context():
        known = median(took(partial(_try, ALFA_MAIL)) for _ in range(7))
        unknown = median(took(partial(_try, NOBODY)) for _ in range(7))
    assert abs(known - unknown) < hashing / 2


def took(act: Callable[[], object]) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started


def _try(email: str) -> None:
    with pytest.raises(logins.Wrong):
        logins.by_password(email, WRONG, "192.0.2.1/32", clock.now())


@pytest.mark.parametrize("email", [ALFA_MAIL, NOBODY])
def test_twenty_wrong_passwords_lock_for_half_an_hour(portal: Portal, email: str) -> None:
    """Also an address that is nobody's, or the lock would tell who is somebody."""
    portal.somebody()
    visitor = portal.visitor()
    assert {fails(visitor, email) for _ in range(20)} == {422}
    assert fails(visitor, email, PASSWORD) == 429
    assert "Wait 30 minutes" in visitor.text
    portal.house.clock.advance(30 * 60 - 1)
    assert fails(portal.visitor(), email, PASSWORD) == 429
    portal.house.clock.advance(1)
    assert fails(portal.visitor(), email, PASSWORD) == (200 if email == ALFA_MAIL else 422)


def test_the_lock_is_told_by_mail_once_and_to_nobody_else(portal: Portal) -> None:
    portal.somebody()
    for email in (ALFA_MAIL, NOBODY):
        for _ in range(25):
            fails(portal.visitor(), email)
    portal.house.turn()
    assert portal.postbox.only()["to"] == ALFA_MAIL
    assert portal.postbox.only()["subject"] == "Your login is locked for half an hour"
    recipients = {row.recipient for row in portal.postbox.rows()}
    assert recipients == {ALFA_MAIL, ""}


def test_the_right_password_forgets_the_wrong_ones(portal: Portal) -> None:
    portal.somebody()
    for _ in range(3):
        for _ in range(15):
            fails(portal.visitor())
        portal.visitor().log_in()
    visitor = portal.visitor()
    visitor.log_in()
    assert visitor.title == "Home"


def test_one_address_that_tries_many_accounts_is_stopped(portal: Portal) -> None:
    portal.somebody()
    attacker = portal.visitor(**{"X-Forwarded-For": "203.0.113.9"})
    for _ in range(logins.NETWORK.most):
        with portal.house.app.app_context(), unit_of_work() as session:
            limits.take(session, logins.NETWORK, "203.0.113.9/32", portal.house.clock())
    assert fails(attacker, "somebody@else.example.com") == 429
    assert fails(portal.visitor(**{"X-Forwarded-For": "203.0.113.10"}), password=PASSWORD) == 200


def test_made_up_addresses_before_the_proxy_s_own_change_nothing(portal: Portal) -> None:
    """Else an attacker has a fresh address for every try."""
    portal.somebody()
    visitor = portal.visitor(**{"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    visitor.log_in()
    visitor.get("/portal/settings")
    assert "203.0.113.0/24" in visitor.text
    assert "198.51.100" not in visitor.text


@pytest.mark.parametrize("peer", ["198.51.100.7", "10.0.0.7", "not an address"])
def test_what_somebody_else_than_a_proxy_says_of_its_address_is_not_believed(
    portal: Portal, peer: str
) -> None:
    portal.somebody()
    visitor = portal.visitor(**{"X-Forwarded-For": "203.0.113.9"})
    visitor.client.environ_base["REMOTE_ADDR"] = peer
    visitor.log_in()
    visitor.get("/portal/settings")
    assert visitor.title
    assert "203.0.113" not in visitor.text
    assert peer.rpartition(".")[0] in visitor.text


def test_limits_are_kept_in_the_database(portal: Portal) -> None:
    """There is no Redis in this house at all, and a new process knows of earlier tries."""
    portal.somebody()
    for _ in range(20):
        fails(portal.visitor())
    fresh = portal.visitor()
    fresh.client = create_app(portal.house.config).test_client()
    assert fails(fresh, password=PASSWORD) == 429


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example.com/", "https://evil.example.com", "/portal/\\evil", "/portal//x", "/orders"],
)
def test_nobody_is_sent_to_another_site_after_the_login(portal: Portal, wanted: str) -> None:
    portal.somebody()
    visitor = portal.visitor()
    visitor.get("/portal/login")
    answer = visitor.client.post(
        "/portal/login",
        data={
            "csrf_token": visitor.token(),
            "email": ALFA_MAIL,
            "password": PASSWORD,
            "next": wanted,
        },
    )
    assert (answer.status_code, answer.location) == (303, "/portal/")


def test_who_was_on_the_way_to_a_page_arrives_there(portal: Portal) -> None:
    portal.somebody()
    visitor = portal.visitor()
    visitor.get("/portal/people?x=1")
    assert visitor.title == "Log in"
    wanted = re.search(r'name="next" value="([^"]+)"', visitor.text)
    assert wanted
    visitor.post("/portal/login", email=ALFA_MAIL, password=PASSWORD, next=wanted[1])
    assert visitor.title == "People"


def test_the_cookie_is_another_one_after_the_login(portal: Portal) -> None:
    """A session that somebody planted before is worth nothing."""
    portal.somebody()
    visitor = portal.visitor()
    visitor.get("/portal/login")
    planted = visitor.cookie().value
    visitor.log_in()
    assert visitor.cookie().value != planted
    thief = portal.visitor()
    thief.client.set_cookie(visitor.cookie().key, planted)
    assert not thief.is_in()


def test_logging_in_again_ends_the_session_from_before(portal: Portal) -> None:
    first = portal.logged_in()
    before, key = first.cookie().value, first.cookie().key
    first.post("/portal/login", email=ALFA_MAIL, password=PASSWORD)
    thief = portal.visitor()
    thief.client.set_cookie(key, before)
    assert not thief.is_in()
    assert first.is_in()


def test_logging_out_ends_the_session_and_not_only_the_cookie(portal: Portal) -> None:
    visitor = portal.logged_in()
    kept, key = visitor.cookie().value, visitor.cookie().key
    visitor.post("/portal/logout")
    assert visitor.title == "Log in"
    thief = portal.visitor()
    thief.client.set_cookie(key, kept)
    assert not thief.is_in()
