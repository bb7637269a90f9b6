"""The owner of a store in a browser of its own: logs in there, agrees, and is sent back to us; and
a count of every call that leaves the house."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from orderflow.models import ConnectAttempt, Connection, StoreAccess, Vendor
from stores import http
from tests.house import House
from tests.portal.visitor import Portal, Visitor
from tests.wsgi_adapter import WsgiAdapter

CHARLIE, SITE = "charlie.myshopify.com", "charlie.example.com"
SHOPIFY, WOO = "/portal/connect/shopify", "/portal/connect/woocommerce"
ADMIN = {"username": "admin", "password": "password"}


class Counting(WsgiAdapter):
    """``sent``: the address of every call of ours."""

    def __init__(self, house: House) -> None:
        super().__init__(house.world)
        self.sent: list[str] = []

    def send(self, request: Any, *args: Any, **options: Any) -> Any:
        self.sent.append(request.url)
        return super().send(request, *args, **options)


class Outside:
    """``calls`` since the last look."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.house = portal, portal.house
        self.wire = Counting(portal.house)
        http.use_adapter(self.wire)
        self.browser = Client(portal.house.world.wsgi)

    def calls(self) -> list[str]:
        sent, self.wire.sent = self.wire.sent, []
        return sent

    # -- in the portal ----------------------------------------------------------------------------

    def begins(self, owner: Visitor, path: str, address: str) -> str:
        """The address of the store's own page, behind *Go to …*."""
        owner.get(path)
        owner.post(path, address=address)
        assert owner.page.status_code == 200, owner.text
        return self.link(owner)

    @staticmethod
    def link(owner: Visitor) -> str:
        found = re.search(r'class="button primary" href="(https?://[^"]+)"', owner.page.text)
        assert found, owner.text
        return unescape(found[1])

    # -- at the store ----------------------------------------------------------------------------

    def visit(self, url: str, **form: str) -> TestResponse:
        """A page of a store, or a form sent to it."""
        parts = urlsplit(url)
        return self.browser.open(
            f"{parts.path}?{parts.query}",
            base_url=f"{parts.scheme}://{parts.netloc}",
            method="POST" if form else "GET",
            data=form or None,
        )

    def agrees_in_shop(self, url: str) -> str:
        """On the grant page of a shop; the path by which the browser comes back."""
        page = self.visit(url)
        allow = re.search(r"<a id=allow href='([^']+)'", page.text)
        assert allow, page.text
        parts = urlsplit(url)
        answer = self.visit(f"https://{parts.netloc}{parts.path}{unescape(allow[1])}")
        return self.path(answer.headers["Location"])

    def agrees_on_site(self, url: str) -> str:
        """On the approval page of a site, after logging in there."""
        return self.clicks(url, "approve")

    def approve_link(self, url: str, button: str = "approve") -> str:
        """Behind a button of the approval page, logged in there."""
        login = self.visit(url).headers.get("Location")
        if login is not None:
            self.visit(login, **ADMIN)
        found = re.search(rf'href="([^"]+)" class="[^"]*wc-auth-{button}', self.visit(url).text)
        assert found
        return unescape(found[1])

    def clicks(self, url: str, button: str) -> str:
        target = self.approve_link(url, button)
        if button == "deny":
            return self.path(target)
        return self.path(self.visit(target).headers.get("Location", ""))

    @staticmethod
    def path(url: str) -> str:
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}"

    # -- what came of it ---------------------------------------------------------------------------

    def stores(self, vendor: str = "Alfa") -> dict[str, str]:
        """The vendor's connected stores: address and state."""
        with self.house.look() as session:
            rows = session.execute(
                select(StoreAccess.address, StoreAccess.state)
                .join(Connection, Connection.access_id == StoreAccess.id)
                .join(Vendor, Vendor.id == Connection.vendor_id)
                .where(Vendor.name == vendor, Connection.disconnected_at.is_(None))
            )
            return {row.address: row.state for row in rows}

    def tries(self) -> list[ConnectAttempt]:
        with self.house.look() as session:
            return list(session.scalars(select(ConnectAttempt).order_by(ConnectAttempt.id)))
