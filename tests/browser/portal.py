"""How a vendor's people come into the portal in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from orderflow import clock
from orderflow.members import invitations
from orderflow.models import Vendor
from tests.house import House
from tests.mail.postbox import with_mail

PASSWORD = "a lamp for every ship"


def invite(house: House, vendor: str, mail: str, language: str) -> str:
    """The link in the mail that invites that vendor to a password."""
    with with_mail(house) as postbox:
        postbox.knows(vendor, mail, language)
        with house.unit() as session:
            row = house.one(session, Vendor, name=vendor)
            invitations.invite(session, row, by="1", now=clock.now())
        house.turn()
        found = re.search(r"https?://\S+", postbox.only(mail)["text"])
        assert found
        return found[0]


def accept(page: Page, link: str) -> None:
    page.goto(link)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button").click()
