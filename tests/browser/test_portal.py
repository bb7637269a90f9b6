"""A vendor who has never heard of us, in a real browser: the mail, a password, the portal."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from portal import language
from tests.browser.devices import PHONE, OpenPage
from tests.browser.look import assert_accessible, screenshot
from tests.browser.portal import PASSWORD, accept, invite
from tests.browser.scenery import HOSTILE, buyer
from tests.house import House
from tests.mail.postbox import ALFA_MAIL
from tests.river.stage import Stage
from webapp import filters

PAGES = {
    "home": "/portal/",
    "orders": "/portal/orders",
    "slips": "/portal/slips",
    "tracking": "/portal/tracking",
    "products": "/portal/products",
    "receiving": "/portal/what-you-receive",
    "notifications": "/portal/notifications",
    "people": "/portal/people",
    "settings": "/portal/settings",
    "two-step": "/portal/settings/two-step",
}


class Quiet(WSGIRequestHandler):
    def log_request(self, *_: Any) -> None: ...


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Served on a port of this machine, which is known before the house is."""
    behind: list[Callable[..., Any]] = []
    server = ThreadedWSGIServer(
        "127.0.0.1", 0, lambda environ, start: behind[0](environ, start), handler=Quiet
    )
    built = House(
        f"sqlite:///{tmp_path / 'sluice.db'}", public_url=f"http://127.0.0.1:{server.server_port}"
    )
    behind.append(built.web)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield built
    server.shutdown()
    thread.join()
    server.server_close()
    built.close()


@pytest.fixture
def stage(house: House) -> Stage:
    return Stage(house)


@pytest.fixture
def link(house: House, stage: Stage) -> str:
    """From the invitation that the merchant's French vendor got by mail."""
    return invite(house, "Alfa", ALFA_MAIL, "fr")


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.may_complain("422")
def test_from_the_mail_to_the_portal_on_a_phone_in_french(
    page: OpenPage, house: House, link: str
) -> None:
    phone = page(PHONE, locale="fr-FR")
    phone.goto(link)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Votre invitation")
    assert_accessible(phone)
    screenshot(phone, "portal-invitation-phone")
    phone.get_by_label("Nouveau mot de passe").fill("azerty123")
    phone.get_by_role("button", name="Entrer").click()
    expect(phone.get_by_role("alert")).to_contain_text("Trop de gens")
    phone.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    phone.get_by_role("button", name="Entrer").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Accueil")
    phone.get_by_role("button", name="Se déconnecter").click()
    phone.get_by_label("E-mail").fill(ALFA_MAIL)
    phone.get_by_label("Mot de passe").fill(PASSWORD)
    phone.get_by_role("button", name="Se connecter").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Accueil")
    for name, path in PAGES.items():
        phone.goto(f"{house.config.public_url}{path}")
        assert_accessible(phone)
        assert fits(phone), path
        screenshot(phone, f"portal-{name}-phone")


def test_every_page_is_for_everybody_at_a_desk_and_by_keyboard(
    page: OpenPage, house: House, link: str
) -> None:
    desk = page()
    accept(desk, link)
    for name, path in PAGES.items():
        desk.goto(f"{house.config.public_url}{path}")
        assert_accessible(desk)
        assert fits(desk), path
        screenshot(desk, f"portal-{name}-desk")
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="To the page")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_be_focused()
    desk.locator("input[name=current]").fill(PASSWORD)
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("img", name="QR code")).to_be_visible()
    assert_accessible(desk)
    screenshot(desk, "portal-qr-desk")


@pytest.mark.may_complain("422")
def test_what_is_wrong_stands_at_its_field(page: OpenPage, house: House, link: str) -> None:
    desk = page()
    desk.goto(f"{house.config.public_url}/portal/login")
    desk.get_by_label("E-mail").fill(ALFA_MAIL)
    desk.get_by_label("Password").fill("not it")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("alert")).to_have_text("The address and the password do not fit.")
    expect(desk.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    assert_accessible(desk)


@pytest.mark.may_complain("422")
def test_an_order_is_shipped_by_keyboard_and_fits_a_phone_however_odd_it_is(
    page: OpenPage, house: House, stage: Stage, link: str
) -> None:
    house.set(order_sync=False, replace_customer=False)
    for text in HOSTILE:
        odd = stage.harbour.sells(text[:40], text, "1234567.89", vendor="Alfa")
        stage.sells_on((odd, 2), (stage.lamp, 1), **buyer(text))
    stage.sells_on((stage.lamp, 3), (odd, 1), paid=False, shipping="5.00")
    desk, orders = page(), f"{house.config.public_url}/portal/orders"
    accept(desk, link)
    look(desk, "home-busy-desk")
    desk.goto(orders)
    look(desk, "orders-desk")
    desk.get_by_role("link", name="#1005").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Order #1005")
    desk.locator("summary").first.click()
    look(desk, "order-desk")
    desk.get_by_role("link", name="Ship 4 pieces").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Ship #1005")
    desk.get_by_label("Lamp").fill("9")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("alert")).to_have_text("More than is left to ship.")
    look(desk, "ship-wrong-desk")
    desk.get_by_label("Lamp").fill("2")
    desk.get_by_label("Tracking numbers").fill("1Z999AA10123456784")
    desk.get_by_role("button", name="It has shipped").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("status")).to_contain_text("Shipped.")
    look(desk, "order-shipped-desk")
    phone = page(PHONE)
    phone.goto(f"{house.config.public_url}/portal/login")
    phone.get_by_label("E-mail").fill(ALFA_MAIL)
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_role("button", name="Log in").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Home")
    parts = [each for each in house.parts() if each.vendor.name == "Alfa"]
    phone.goto(f"{orders}?stage=new")
    look(phone, "orders-phone")
    for number, part in enumerate(parts):
        phone.goto(f"{orders}/{part.public_id}")
        look(phone, f"order-{number}-phone")
    phone.goto(f"{orders}/{parts[-2].public_id}/ship")
    look(phone, "ship-phone")
    for name in ("slips", "products"):
        phone.goto(f"{house.config.public_url}/portal/{name}")
        look(phone, f"{name}-busy-phone")
    ships_from_a_file(phone, f"{house.config.public_url}/portal/tracking")


def ships_from_a_file(phone: Page, path: str) -> None:
    """With columns that the person chooses, and a row in doubt that is ticked with the keyboard."""
    rows = ["Which,Pieces,SKU,Carrier,Box", "#1005,1,LAMP,UPS,1Z*2"]
    rows += [f'"{each}",1,"{each}",UPS,"{each}"' for each in ("<img src=x>", "x" * 150)]
    phone.goto(path)
    table = "\n".join(rows).encode()
    chosen = FilePayload(name="shipped.csv", mimeType="text/csv", buffer=table)
    phone.get_by_label("CSV file").set_input_files(chosen)
    phone.get_by_role("button", name="See what it would do").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Which column is which?")
    look(phone, "columns-phone")
    phone.get_by_label("Order").select_option("0")
    phone.get_by_label("Tracking number").select_option("4")
    phone.get_by_role("button", name="See what it would do").focus()
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_have_text("What the file would do")
    look(phone, "preview-phone")
    phone.get_by_label("Row 2 is right").focus()
    phone.keyboard.press("Space")
    phone.get_by_role("button", name="Ship the parcels that are ticked").focus()
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("status")).to_contain_text("1 parcel is shipped")
    look(phone, "report-phone")


def look(page: Page, name: str) -> None:
    assert_accessible(page)
    assert fits(page), name
    screenshot(page, f"portal-{name}")


def test_times_are_told_by_the_clock_of_the_browser_until_one_is_chosen(
    page: OpenPage, house: House, link: str
) -> None:
    desk = page(timezone_id="Asia/Tokyo")
    accept(desk, link)
    desk.goto(f"{house.config.public_url}/portal/settings")
    told = desk.locator("time").first
    expect(told).to_have_attribute("title", re.compile(r"UTC\+9|GMT\+9|JST"))
    expect(told).to_have_text(re.compile(r"^(today|yesterday), \d+:\d\d.[AP]M$"))
    desk.locator("select[name=timezone]").select_option("America/New_York")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator("time").first).to_have_attribute("title", re.compile("New York"))


def test_without_scripts_times_say_that_they_are_utc(
    page: OpenPage, house: House, link: str
) -> None:
    plain = page(java_script_enabled=False)
    accept(plain, link)
    plain.goto(f"{house.config.public_url}/portal/settings")
    expect(plain.locator("time").first).to_have_text(re.compile(r"\d:\d\d.[AP]M UTC$"))


def test_no_filter_of_one_door_takes_the_place_of_the_others() -> None:
    names = [{each.__name__ for each in door.FILTERS} for door in (filters, language)]
    assert names[0].isdisjoint(names[1])
