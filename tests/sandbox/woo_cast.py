"""A store, its shelf, and a client with a key: what the tests of the pretend WooCommerce share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from werkzeug.test import Client, TestResponse

from sandbox.clock import SettableClock
from sandbox.woocommerce import WooStore
from sandbox.world import World

HOST = "shop.example.com"
NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


class Scene:
    """``posts`` keeps what the store sent out; ``answers`` is the status everybody gives."""

    def __init__(self, **store: Any) -> None:
        self.clock = SettableClock(NOON)
        self.posts: list[tuple[str, dict[str, str], bytes]] = []
        self.answers = 200
        self.world = World(self.clock, post=self._post)
        self.store = WooStore(self.world, HOST, **{"cron": "prompt", **store})
        self.mug = self.store.add_product("MUG", "Mug", "12.50", 10)
        self.key = self.store.issue_key()
        self.client = Client(self.world.wsgi)

    def _post(self, url: str, headers: Any, body: bytes) -> int:
        self.posts.append((url, dict(headers), body))
        return self.answers

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """``path`` is what follows /wp-json/wc/v3/; over https with Basic."""
        return self.client.open(
            f"/wp-json/wc/v3/{path}",
            method=method,
            base_url=f"https://{HOST}",
            json=body,
            **{"auth": self.key, **more},
        )

    def create(self, **body: Any) -> dict[str, Any]:
        answer = self.ask("POST", "orders", {"line_items": [{"sku": "MUG"}], **body})
        assert answer.status_code == 201, answer.text
        order: dict[str, Any] = answer.get_json()
        return order

    def subscribe(self, topic: str = "order.updated", secret: str = "") -> int:
        url = f"https://app.example.com/{topic}"
        body = {"topic": topic, "delivery_url": url, "secret": secret}
        webhook = self.ask("POST", "webhooks", body).get_json()
        self.posts.clear()
        return int(webhook["id"])
