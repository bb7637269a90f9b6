"""The second step of the login: codes of an app, each good once, and recovery codes."""

from __future__ import annotations

import re

import pyotp

from tests.mail.postbox import ALFA_MAIL
from tests.portal.visitor import PASSWORD, Portal, Visitor

PAGE = "/portal/settings/two-step"


class Phone:
    """An authenticator app that has scanned the QR code."""

    def __init__(self, portal: Portal, secret: str) -> None:
        self.portal, self.totp = portal, pyotp.TOTP(secret)

    def code(self, later: int = 0) -> str:
        """``later``: seconds by which its clock is off."""
        return self.totp.at(int(self.portal.house.clock().timestamp()) + later)


def set_up(portal: Portal, visitor: Visitor) -> tuple[Phone, list[str]]:
    visitor.get(PAGE)
    visitor.post(f"{PAGE}/offer", current=PASSWORD)
    assert "<svg" in visitor.text
    found = re.search(r"<code>([A-Z2-7]{32})</code>", visitor.text)
    assert found
    phone = Phone(portal, found[1])
    visitor.post(f"{PAGE}/confirm", code=phone.code())
    assert visitor.title == "Your recovery codes"
    codes = re.findall(r"<li><code>([\w-]+)</code>", visitor.text)
    portal.house.clock.advance(60)
    return phone, codes


def half_in(portal: Portal) -> Visitor:
    """Somebody whose password was right."""
    visitor = portal.visitor()
    visitor.log_in()
    assert visitor.title == "Your code"
    return visitor


def test_the_password_alone_opens_nothing_any_more(portal: Portal) -> None:
    phone, _ = set_up(portal, portal.logged_in())
    visitor = half_in(portal)
    assert not visitor.is_in()
    visitor = half_in(portal)
    visitor.post("/portal/login/code", code="000000")
    assert visitor.page.status_code == 422
    visitor.post("/portal/login/code", code=f" {phone.code()[:3]} {phone.code()[3:]} ")
    assert visitor.title == "Home"


def test_a_code_works_once_and_its_clock_may_be_a_little_off(portal: Portal) -> None:
    phone, _ = set_up(portal, portal.logged_in())
    code = phone.code(-30)
    assert half_in(portal).post("/portal/login/code", code=code).status_code == 200
    assert half_in(portal).post("/portal/login/code", code=code).status_code == 422
    assert half_in(portal).post("/portal/login/code", code=phone.code(-90)).status_code == 422
    assert half_in(portal).post("/portal/login/code", code=phone.code(30)).status_code == 200


def test_a_recovery_code_works_once_however_it_is_written(portal: Portal) -> None:
    _, codes = set_up(portal, portal.logged_in())
    assert len(set(codes)) == 10
    written = codes[0].upper().replace("-", " ")
    assert half_in(portal).post("/portal/login/code", code=written).status_code == 200
    assert half_in(portal).post("/portal/login/code", code=codes[0]).status_code == 422
    assert half_in(portal).post("/portal/login/code", code=codes[1]).status_code == 200


def test_ten_wrong_codes_lock_and_tell(portal: Portal) -> None:
    phone, _ = set_up(portal, portal.logged_in())
    visitor = half_in(portal)
    for _ in range(10):
        visitor.post("/portal/login/code", code="123456")
    visitor.post("/portal/login/code", code=phone.code())
    assert visitor.page.status_code == 429
    assert not visitor.is_in()
    portal.house.turn()
    assert portal.postbox.only(ALFA_MAIL)["subject"] == "Your login is locked for half an hour"


def test_the_code_has_to_follow_the_password_soon(portal: Portal) -> None:
    phone, _ = set_up(portal, portal.logged_in())
    visitor = half_in(portal)
    portal.house.clock.advance(600)
    visitor.post("/portal/login/code", code=phone.code())
    assert visitor.title == "Log in"
    assert not visitor.is_in()
    stranger = portal.visitor()
    stranger.post("/portal/login/code", code=phone.code())
    assert not stranger.is_in()


def test_nothing_is_set_up_or_switched_off_without_the_password(portal: Portal) -> None:
    visitor = portal.logged_in()
    visitor.get(PAGE)
    assert visitor.post(f"{PAGE}/offer", current="not mine").status_code == 422
    set_up(portal, visitor)
    for action in ("off", "recovery"):
        visitor.get(PAGE)
        assert visitor.post(f"{PAGE}/{action}", current="not mine").status_code == 422
    assert half_in(portal)
    visitor.get(PAGE)
    visitor.post(f"{PAGE}/off", current=PASSWORD)
    assert portal.visitor().log_in().status_code == 200


def test_a_wrong_code_at_first_switches_nothing_on_and_shows_no_secret(portal: Portal) -> None:
    visitor = portal.logged_in()
    visitor.get(PAGE)
    visitor.post(f"{PAGE}/offer", current=PASSWORD)
    visitor.post(f"{PAGE}/confirm", code="000000")
    assert visitor.page.status_code == 422
    assert "<svg" not in visitor.text
    assert not re.search(r"<code>[A-Z2-7]{32}</code>", visitor.text)
    again = portal.visitor()
    again.log_in()
    assert again.title == "Home"


def test_new_recovery_codes_void_the_old_ones(portal: Portal) -> None:
    visitor = portal.logged_in()
    _, codes = set_up(portal, visitor)
    visitor.get(PAGE)
    visitor.post(f"{PAGE}/recovery", current=PASSWORD)
    assert visitor.title == "Your recovery codes"
    assert half_in(portal).post("/portal/login/code", code=codes[0]).status_code == 422


def test_a_stolen_database_shows_no_secret_and_no_code(portal: Portal) -> None:
    phone, codes = set_up(portal, portal.logged_in())
    with portal.house.look() as session:
        (row,) = session.connection().exec_driver_sql("SELECT * FROM person").all()
    kept = repr([bytes(each) if isinstance(each, memoryview) else each for each in row])
    assert phone.totp.secret not in kept
    assert PASSWORD not in kept
    assert not [code for code in codes if code in kept]
    assert "$argon2id$" in kept
