"""A browser at the vendor's door, without a browser: cookies, forms with their token, redirects."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from orderflow import clock
from orderflow.members import invitations, passwords, people
from orderflow.models import Membership, Merchant, Person, Vendor
from tests.house import HARBOUR, House
from tests.mail.postbox import ALFA_MAIL, Postbox
from tests.river.stage import Stage

PASSWORD = "a lamp for every ship"
LINK = re.compile(r"https://[\w.]+(/portal/[\w/-]+)")


@dataclass
class Visitor:
    """``page`` is the last answer. What is sent carries the token of the page it was sent from."""

    house: House
    headers: dict[str, str] = field(default_factory=dict)
    page: Any = None

    def __post_init__(self) -> None:
        self.client = self.house.web.test_client()

    def get(self, path: str) -> TestResponse:
        """Follows redirects, as browsers do."""
        self.page = self.client.get(path, headers=self.headers, follow_redirects=True)
        return self.page

    def post(self, path: str, **form: Any) -> TestResponse:
        token = self.token()
        self.page = self.client.post(
            path, data={"csrf_token": token, **form}, headers=self.headers, follow_redirects=True
        )
        return self.page

    def token(self) -> str:
        """Of the page before us, else of one that everybody may see."""
        found = self._token_in(self.page.text) if self.page is not None else ""
        return found or self._token_in(self.client.get("/portal/login").text)

    @staticmethod
    def _token_in(text: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', text)
        return found[1] if found else ""

    def log_in(self, email: str = ALFA_MAIL, password: str = PASSWORD, **more: str) -> TestResponse:
        self.get("/portal/login")
        return self.post("/portal/login", email=email, password=password, **more)

    @property
    def text(self) -> str:
        return unescape(self.page.text)

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.text)
        return found[1] if found else ""

    def is_in(self) -> bool:
        return self.get("/portal/").status_code == 200 and self.title in ("Home", "Accueil")

    def cookie(self) -> Any:
        config = self.house.web.config
        return self.client.get_cookie(config["SESSION_COOKIE_NAME"])


class Portal:
    """The stage, its post, and people who come in."""

    def __init__(self, stage: Stage, postbox: Postbox) -> None:
        self.stage, self.house, self.postbox = stage, stage.house, postbox
        postbox.knows("Alfa")

    def visitor(self, **headers: str) -> Visitor:
        return Visitor(self.house, headers)

    def somebody(
        self,
        email: str = ALFA_MAIL,
        vendor: str = "Alfa",
        role: str = Membership.OWNER,
        shop: str = HARBOUR,
        password: str = PASSWORD,
    ) -> str:
        """A person with a password, who acts for that vendor."""
        with self.house.unit() as session:
            person = people.known(session, email)
            if person is None:
                kept = passwords.keep(password, email)
                person = people.add(session, email, kept, "en", clock.now())
            people.join(session, person, self.vendor(session, vendor, shop), role, clock.now())
            return person.email

    def logged_in(self, email: str = ALFA_MAIL, **more: Any) -> Visitor:
        """The same person, in a browser of its own."""
        self.somebody(email, **more)
        come = self.visitor()
        come.log_in(email)
        assert come.title == "Home", come.text
        return come

    @staticmethod
    def vendor(session: Any, name: str, shop: str = HARBOUR) -> Vendor:
        return session.scalars(
            select(Vendor).join(Merchant).where(Vendor.name == name, Merchant.shop == shop)
        ).one()

    def invites(self, vendor: str = "Alfa", shop: str = HARBOUR) -> str:
        """The merchant invites; the path in the mail."""
        with self.house.unit() as session:
            row = self.vendor(session, vendor, shop)
            email = row.email
            invitations.invite(session, row, by="1", now=clock.now())
        return self.link(email)

    def link(self, email: str) -> str:
        """The path in the latest mail to that address."""
        self.house.turn()
        return LINK.findall(self.postbox.mails(email)[-1]["text"])[-1]

    def memberships(self, email: str) -> list[tuple[str, str, bool]]:
        """(vendor, role, whether it stands) of a person."""
        with self.house.look() as session:
            rows = session.scalars(
                select(Membership).join(Person).where(Person.email == email).order_by(Membership.id)
            )
            return [(row.vendor.name, row.role, row.removed_at is None) for row in rows]
