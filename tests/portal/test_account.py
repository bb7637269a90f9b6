"""*Your settings*: the browsers that are logged in, the password, language and time."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from tests.mail.postbox import ALFA_MAIL
from tests.portal.visitor import PASSWORD, Portal, Visitor

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
SETTINGS = "/portal/settings"


def buttons(visitor: Visitor) -> list[str]:
    """Where the buttons lead that log another browser out."""
    visitor.get(SETTINGS)
    return re.findall(r'action="(/portal/settings/sessions/[^"]+/revoke)"', visitor.text)


def two(portal: Portal) -> tuple[Visitor, Visitor]:
    portal.somebody()
    desk = portal.visitor(**{"User-Agent": FIREFOX, "X-Forwarded-For": "203.0.113.77"})
    phone = portal.visitor(**{"User-Agent": PHONE, "X-Forwarded-For": "2001:db8:7:8:9::1"})
    for each in (desk, phone):
        each.log_in()
    return desk, phone


def test_every_browser_is_listed_without_its_whole_address(portal: Portal) -> None:
    desk, _ = two(portal)
    desk.get(SETTINGS)
    for told in ("Firefox · Linux", "203.0.113.0/24", "Safari · iPhone", "2001:db8:7::/48"):
        assert told in desk.text
    assert "203.0.113.77" not in desk.text


def test_a_revoked_browser_is_out_at_its_next_request(portal: Portal) -> None:
    desk, phone = two(portal)
    assert phone.is_in()
    (button,) = buttons(desk)
    desk.post(button)
    assert "That browser is logged out" in desk.text
    assert not phone.is_in()
    assert desk.is_in()


def test_everywhere_means_here_too(portal: Portal) -> None:
    desk, phone = two(portal)
    desk.get(SETTINGS)
    desk.post("/portal/settings/sessions/everywhere")
    assert desk.title == "Log in"
    assert not phone.is_in()
    assert not desk.is_in()


def test_nobody_logs_another_person_out(portal: Portal) -> None:
    desk, phone = two(portal)
    (button,) = buttons(desk)
    other = portal.logged_in("staff@alfa.example.com", role="staff")
    assert other.post(button).status_code == 404
    assert phone.is_in()


def test_a_session_ends_after_two_weeks_of_silence_and_after_two_months(portal: Portal) -> None:
    idle, busy = two(portal)
    day = 24 * 3600
    for _ in range(13):
        portal.house.clock.advance(day)
        assert busy.is_in()
    portal.house.clock.advance(day)
    assert not idle.is_in()
    for _ in range(45):
        portal.house.clock.advance(day)
        assert busy.is_in()
    portal.house.clock.advance(day)
    assert not busy.is_in()


def test_a_new_password_needs_the_old_one_and_ends_all_other_sessions(portal: Portal) -> None:
    desk, phone = two(portal)
    desk.get(SETTINGS)
    desk.post("/portal/settings/password", current="not mine", password="a new long one")
    assert (desk.page.status_code, "This is not your password" in desk.text) == (422, True)
    desk.post("/portal/settings/password", current=PASSWORD, password="12345678")
    assert (desk.page.status_code, "Too many people" in desk.text) == (422, True)
    assert phone.is_in()
    before, key = desk.cookie().value, desk.cookie().key
    desk.post("/portal/settings/password", current=PASSWORD, password="a new long one")
    assert "Your new password is kept" in desk.text
    assert desk.is_in()
    assert not phone.is_in()
    thief = portal.visitor()
    thief.client.set_cookie(key, before)
    assert not thief.is_in()
    portal.house.turn()
    assert portal.postbox.only(ALFA_MAIL)["subject"] == "Your password was changed"
    assert portal.visitor().log_in(password=PASSWORD).status_code == 422


def test_a_stolen_session_cannot_try_passwords_for_ever(portal: Portal) -> None:
    thief = portal.logged_in()
    for _ in range(20):
        thief.get(SETTINGS)
        thief.post("/portal/settings/password", current="wrong one", password="a new long one")
    thief.post("/portal/settings/password", current=PASSWORD, password="a new long one")
    assert "Too many tries" in thief.text


def test_pages_speak_the_person_s_language_and_clock(portal: Portal) -> None:
    visitor = portal.logged_in()
    visitor.get(SETTINGS)
    visitor.post(SETTINGS, language="fr", timezone="Pacific/Auckland")
    assert visitor.title == "Vos paramètres"
    assert 'lang="fr"' in visitor.text
    there = portal.house.clock().astimezone(ZoneInfo("Pacific/Auckland"))
    assert f"{there:%H:%M}" in visitor.text
    assert visitor.post(SETTINGS, language="xx", timezone="Nowhere/City").status_code == 422
