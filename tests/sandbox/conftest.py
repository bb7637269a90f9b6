"""A pretend world with one Shopify shop, an app in it, and a client that speaks HTTP to both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.test import Client

from sandbox.clock import SettableClock
from sandbox.people import People
from sandbox.shopify import App, Shop
from sandbox.shopify.catalogue import Variant
from sandbox.world import World

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DOMAIN = "alfa.myshopify.com"
SCOPES = (
    "write_orders",
    "write_order_edits",
    "read_products",
    "read_locations",
    "read_fulfillments",
    "write_inventory",
    "write_merchant_managed_fulfillment_orders",
)
TOPICS = (
    "orders/create",
    "orders/updated",
    "orders/paid",
    "orders/cancelled",
    "orders/edited",
    "orders/delete",
    "fulfillments/create",
    "fulfillments/update",
    "refunds/create",
    "app/uninstalled",
)
ORDER_ID = "mutation($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {"
ORDER_ID += "orderCreate(order: $order, options: $options) {"
ORDER_ID += " order { id name } userErrors { field message code } } }"

Answer = dict[str, Any]


class Talk:
    """Posts GraphQL to a shop with a token, as an app does."""

    def __init__(self, world: World, domain: str, token: str) -> None:
        self.client = Client(world)
        self.domain = domain
        self.token = token

    def post(self, document: str, /, version: str = "2026-10", **variables: Any) -> Any:
        return self.client.post(
            f"/admin/api/{version}/graphql.json",
            base_url=f"https://{self.domain}",
            headers={"X-Shopify-Access-Token": self.token},
            json={"query": document, "variables": variables},
        )

    def __call__(self, document: str, /, **variables: Any) -> Answer:
        response = self.post(document, **variables)
        assert response.status_code == 200, response.text
        answer: Answer = response.json
        return answer

    def ask(self, document: str, /, **variables: Any) -> Any:
        """The data, when nothing went wrong."""
        answer = self(document, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def create(self, order: dict[str, Any], **options: Any) -> Any:
        """Payload of orderCreate."""
        return self.ask(ORDER_ID, order=order, options=options)["orderCreate"]

    def code(self, document: str, /, **variables: Any) -> str:
        """The code of the first top-level error."""
        return str(self(document, **variables)["errors"][0]["extensions"]["code"])


class Receiver:
    """The app's webhook door; answers what it is told to."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[str, dict[str, str], bytes]] = []

    def __call__(self, url: str, headers: Any, body: bytes) -> int:
        self.got.append((url, dict(headers), body))
        return self.status

    @property
    def topics(self) -> list[str]:
        return [headers["X-Shopify-Topic"] for _, headers, _ in self.got]


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(START)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def world(clock: SettableClock, receiver: Receiver) -> World:
    return World(clock, seed=7, post=receiver, sleep=lambda seconds: clock.advance(seconds))


@pytest.fixture
def app() -> App:
    return App(
        "client-1",
        "a-made-up-client-secret-of-length",
        SCOPES,
        webhook_url="https://app.example.com/hooks",
        topics=TOPICS,
        redirect_urls=["https://app.example.com/callback"],
    )


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world, DOMAIN, name="Alfa")


@pytest.fixture
def shirt(shop: Shop) -> Variant:
    return shop.sells("SHIRT-1", "Shirt", "12.50", vendor="Loom", stock=10)


@pytest.fixture
def talk(world: World, shop: Shop, app: App, shirt: Variant) -> Talk:
    return Talk(world, DOMAIN, shop.install(app).access_token)


@pytest.fixture
def people(world: World) -> People:
    return People(world)


@pytest.fixture
def pass_time(world: World, clock: SettableClock) -> Callable[[float], None]:
    def pass_time(seconds: float) -> None:
        clock.advance(seconds)
        world.tick()

    return pass_time


def order_of(variant: Variant, quantity: int = 1, **more: Any) -> dict[str, Any]:
    """The smallest OrderCreateOrderInput."""
    return {"lineItems": [{"variantId": variant.gid, "quantity": quantity}], **more}
