"""The merchant in the shop's admin: opens the app in its frame, changes settings on its page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import requests

from demo.pretend import Sandbox
from demo.stack import CLIENT_ID

TAB = "/settings/vendor-shop-sync/order-sync"
CONFIRM = "confirm"


class PageRefused(RuntimeError):
    """A page did not answer as it should; the message says which one, and how."""


class Merchant:
    """``url`` is the app's. What a browser's App Bridge does, with the admin's own ID tokens."""

    def __init__(self, sandbox: Sandbox, url: str, shop: str) -> None:
        self._sandbox, self._url, self.shop = sandbox, url, shop
        self._session = requests.Session()
        self._session.trust_env = False

    @property
    def admin(self) -> str:
        """Where a browser finds the app: browsers lead every name under localhost to us."""
        return f"http://{self.shop}.localhost:{urlsplit(self._sandbox.url).port}{self._place}"

    @property
    def _place(self) -> str:
        return f"/admin/apps/{CLIENT_ID}"

    def install(self) -> None:
        """Agree in the admin, then open the app: its first page exchanges the token it is given."""
        agreed = self._session.post(
            f"{self._sandbox.url}/admin/oauth/install",
            data={"client_id": CLIENT_ID},
            headers={"Host": self.shop},
            allow_redirects=False,
            timeout=30,
        )
        _need(agreed, 303)
        opened = f"{self._sandbox.url}/open/{self.shop}/{CLIENT_ID}"
        framed = self._session.get(opened, allow_redirects=False, timeout=30)
        _need(framed, 302)
        _need(self._session.get(framed.headers["Location"], timeout=30), 200)

    def open(self, path: str) -> str:
        """A page of the app."""
        return self._fetch("GET", path, 200).text

    def save(self, **ticked: bool) -> int:
        """Tick boxes of *Order sync* and save. How many held orders the page said, and was told,
        would be pushed; 0 when it did not ask."""
        form = read_form(self._fetch("GET", TAB, 200))
        for name, on in ticked.items():
            form.pop(name, None)
            form |= {name: "true"} if on else {}
        answer = self._fetch("POST", TAB, 200, 409, form=form)
        if answer.status_code == 200:
            return 0
        asked = read_form(answer)
        self._fetch("POST", TAB, 200, form=asked)
        return int(asked[CONFIRM])

    def invites(self, vendor: str) -> None:
        """Press *Invite* on the vendor's page."""
        listed = self._fetch("GET", "/vendors", 200).text
        found = re.search(rf'href="(/vendors/[\w-]+)"[^>]*>\s*(?:<bdi>)?{vendor}', listed)
        if found is None:
            raise PageRefused(f"/vendors does not list {vendor}.")
        self._fetch("POST", f"{found[1]}/invitation", 200)

    def _fetch(
        self, method: str, path: str, *wanted: int, form: dict[str, str] | None = None
    ) -> requests.Response:
        token = self._sandbox.get(f"/id-token/{self.shop}/{CLIENT_ID}")["id_token"]
        headers = {"Authorization": f"Bearer {token}", "HX-Request": "true"}
        address = self._url + path
        answer = self._session.request(method, address, data=form, headers=headers, timeout=30)
        return _need(answer, *wanted)


def _need(answer: requests.Response, *wanted: int) -> requests.Response:
    if answer.status_code not in wanted:
        place = urlsplit(answer.url).path
        raise PageRefused(f"{place} answered {answer.status_code}: {answer.text[:200]}")
    return answer


def read_form(answer: requests.Response) -> dict[str, str]:
    """What a browser would send of the page's form as it stands, its button *confirm* included."""
    reader = FormReader()
    reader.feed(answer.text)
    return reader.fields


class FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.fields[self._select] = value
        elif name == CONFIRM or (tag == "input" and name and _is_sent(given)):
            self.fields[name] = value


def _is_sent(given: dict[str, str]) -> bool:
    return given.get("type") != "checkbox" or "checked" in given
