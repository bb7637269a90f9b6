"""What arrived by mail, and those who can be written to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import Any

from orderflow.models import Mail, Merchant, Vendor
from sandbox.mail import MailServer
from tests.house import HARBOUR, House

ALFA_MAIL, OWNER_MAIL = "orders@alfa.example.com", "owner@harbour.example.com"


@contextmanager
def with_mail(house: House) -> Iterator[Postbox]:
    """The workers send mail, and it is caught."""
    with MailServer(house.world) as server:
        house.config = house.config.model_copy(
            update={"mail_url": f"smtp://127.0.0.1:{server.port}"}
        )
        house.app.extensions["sluice_config"] = house.config
        yield Postbox(house)


class Postbox:
    def __init__(self, house: House) -> None:
        self.house = house

    def knows(self, vendor: str, email: str = ALFA_MAIL, language: str = "en") -> None:
        """That vendor can be written to."""
        with self.house.unit() as session:
            row = self.house.one(session, Vendor, name=vendor)
            row.email, row.language = email, language

    def knows_owner(
        self, email: str = OWNER_MAIL, language: str = "en", shop: str = HARBOUR
    ) -> None:
        with self.house.unit() as session:
            row = self.house.one(session, Merchant, shop=shop)
            row.email, row.language = email, language

    def mails(self, to: str = "") -> list[dict[str, str]]:
        return [mail for mail in self.house.world.mail if to in mail["to"]]

    def only(self, to: str = "") -> dict[str, str]:
        (mail,) = self.mails(to)
        return mail

    def headers(self, mail: dict[str, str]) -> Any:
        message: Any = message_from_string(mail["raw"], EmailMessage, policy=default)
        return message

    def rows(self) -> list[Mail]:
        with self.house.look() as session:
            return list(session.query(Mail).order_by(Mail.id))
