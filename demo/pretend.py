"""Talks to the sandbox's own door: what its people do, and what stands in its stores."""

from __future__ import annotations

from typing import Any

import requests


class SandboxRefused(RuntimeError):
    """The sandbox could not do what it was asked; the message holds its words."""


class Sandbox:
    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Accept"] = "application/json"

    def get(self, path: str) -> dict[str, Any]:
        return self._content(self._session.get(self.url + path, timeout=30))

    def post(self, path: str, **content: Any) -> dict[str, Any]:
        return self._content(self._session.post(self.url + path, json=content, timeout=30))

    def act(self, verb: str, **more: Any) -> dict[str, Any]:
        """``act("vendor.ships", host=…, order=…)``; what came of it, by ids."""
        result: dict[str, Any] = self.post(f"/people/{verb}", **more)["result"]
        return result

    def orders(self, host: str) -> list[dict[str, Any]]:
        """Newest first, with ``lines``, ``address``, ``attributes`` and ``parcels``."""
        found: list[dict[str, Any]] = self.get(f"/state/{host}")["orders"]
        return found

    def order(self, host: str, order_id: int | str) -> dict[str, Any]:
        return next(each for each in self.orders(host) if str(each["id"]) == str(order_id))

    def mails(self) -> list[dict[str, Any]]:
        """Everything that was mailed, in the order in which it came."""
        caught: list[dict[str, Any]] = self.get("/mail")["mail"]
        return caught

    def _content(self, answer: requests.Response) -> dict[str, Any]:
        content: dict[str, Any] = answer.json()
        if not answer.ok:
            raise SandboxRefused(f"{answer.url}: {content.get('error', answer.status_code)}")
        return content
