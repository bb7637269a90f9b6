"""A merchant's browser at the door, without a browser: documents and fetches with ID tokens."""

from __future__ import annotations

import time
from typing import Any

from werkzeug.test import TestResponse

from sandbox.shopify.shop import Shop
from tests.house import House


class Door:
    """``open`` is a document in the admin's frame, ``get`` and ``post`` are fetches of the page."""

    def __init__(self, house: House, shop: Shop, user: int = 1, locale: str = "en") -> None:
        self.house, self.shop, self.user, self.locale = house, shop, user, locale
        self.client = house.web.test_client()

    def token(self, **claims: Any) -> str:
        """Good by the machine's clock, which the app goes by, and by a house's that is behind."""
        now = int(time.time())
        since = min(now, int(self.house.clock().timestamp()))
        fresh = {"iat": since, "nbf": since, "exp": now + 60}
        return self.shop.id_token(self.house.sluice, self.user, **(fresh | claims))

    def open(self, path: str = "/", **query: str) -> TestResponse:
        asked = {"shop": self.shop.domain, "locale": self.locale, "id_token": self.token()}
        return self.client.get(path, query_string=asked | query)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, headers=self.headers(), **more)

    def post(self, path: str, **form: Any) -> TestResponse:
        return self.client.post(path, headers=self.headers(), data=form)

    def headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token()}",
            "HX-Request": "true",
            "X-Locale": self.locale,
        }
