"""A vendor in the portal: comes by the invitation in the mail, ships by hand what was ordered."""

from __future__ import annotations

import re
from html import unescape

import requests

from demo.merchant import PageRefused, read_form

PASSWORD = "a vase for every window"  # noqa: S105 - of somebody who is made up
LINKED = re.compile(r'href="(/portal/orders/[\w-]+)"')
SHIP = re.compile(r'href="(/portal/orders/[\w-]+/ship)"')


class Vendor:
    """A browser with cookies; ``url`` is the portal's host, ``email`` whom the mail is for."""

    def __init__(self, url: str, email: str) -> None:
        self.url, self.email = url, email
        self._session = requests.Session()
        self._session.trust_env = False

    @property
    def portal(self) -> str:
        return f"{self.url}/portal/"

    def accept(self, mail: str) -> None:
        """The link of the invitation, and a password."""
        found = re.search(r"/portal/invitation/[\w-]+", mail)
        if found is None:
            raise PageRefused("The invitation has no link.")
        self._send(found[0], password=PASSWORD)

    def new_orders(self) -> list[str]:
        """The paths of the orders that nobody has opened yet."""
        page = self._read("/portal/orders")
        return list(dict.fromkeys(LINKED.findall(page.text)))

    def ships(self, order: str, carrier: str, number: str) -> None:
        """All that is left of it."""
        form = SHIP.search(self._read(order).text)
        if form is None:
            raise PageRefused(f"{order} has nothing left to ship.")
        self._send(form[1], carrier=carrier, numbers=number)

    def _send(self, path: str, **typed: str) -> None:
        form = {**read_form(self._read(path)), **typed}
        sent = self._session.post(self.url + path, data=form, timeout=30)
        if not sent.ok:
            raise PageRefused(f"{path} answered {sent.status_code}: {unescape(sent.text)[:200]}")

    def _read(self, path: str) -> requests.Response:
        page = self._session.get(self.url + path, timeout=30)
        if not page.ok:
            raise PageRefused(f"{path} answered {page.status_code}.")
        return page
