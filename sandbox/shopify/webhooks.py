"""Webhooks of one shop: who listens, how a delivery is signed, when it is tried again.

Shopify 2026-10: any 2xx is success; eight retries over four hours with the original payload;
after eight failures in a row a subscription made through the API is deleted, one from the app's
TOML stays.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.deliveries import Delivery
from sandbox.shopify.app import COMPLIANCE_TOPICS, SCOPE_OF_TOPIC, App, may_hear
from sandbox.shopify.bodies import without_personal_fields
from sandbox.shopify.ids import gid, stamp
from sandbox.shopify.search import matches, parse

if TYPE_CHECKING:
    from sandbox.shopify.shop import Shop

PAUSES = (10, 30, 90, 270, 810, 2430, 3600, 7160)
"""Seconds before each retry; together four hours."""
FAILURES_ALLOWED = len(PAUSES)
RESOURCES = (*SCOPE_OF_TOPIC, "app", "shop", "customers", "draft_orders", "carts", "checkouts")

MakeBody = Callable[[], dict[str, Any]]


@dataclass(eq=False)
class Subscription:
    """``id`` 0: app-specific, from the TOML; it cannot be listed or deleted through the API."""

    app: App
    topic: str
    uri: str
    id: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None
    name: str | None = None
    filter: str = ""
    include_fields: list[str] = field(default_factory=list)
    failures: int = 0

    @property
    def gid(self) -> str:
        return gid("WebhookSubscription", self.id)

    @property
    def topic_enum(self) -> str:
        return self.topic.replace("/", "_").upper()


def topic_of(enum: str) -> str:
    """ORDERS_CREATE -> orders/create."""
    word = enum.lower()
    known = [each for each in RESOURCES if word.startswith(each + "_")]
    resource = max(known, key=len, default=word.partition("_")[0])
    return f"{resource}/{word[len(resource) + 1 :]}"


def signature(secret: str, body: bytes) -> str:
    """X-Shopify-Hmac-Sha256 for the raw bytes of a body."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class Webhooks:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.made: dict[int, Subscription] = {}

    def listeners(self, topic: str) -> Iterator[Subscription]:
        """Everyone to be told of a topic, with the scope for it."""
        for installation in self.shop.grants.installations.values():
            if not may_hear(topic, installation.scopes):
                continue
            app = installation.app
            if topic in app.topics and app.webhook_url:
                yield installation.subscription(topic)
            for each in list(self.made.values()):
                if each.app is app and each.topic == topic:
                    yield each

    def emit(self, topic: str, make_body: MakeBody, event_id: str) -> None:
        body: dict[str, Any] | None = None
        for listener in self.listeners(topic):
            body = body or make_body()
            self._queue(listener, body, event_id)

    def _queue(self, listener: Subscription, body: dict[str, Any], event_id: str) -> None:
        if listener.filter and not _passes(body, listener.filter):
            return
        if not listener.app.sees_personal_fields:
            body = without_personal_fields(body)
        if listener.include_fields:
            body = {key: body[key] for key in listener.include_fields if key in body}
        told = json.dumps(body, ensure_ascii=False).encode()
        told = self.shop.world.told(self.shop.domain, listener.topic, told)
        self.send(listener, told, event_id=event_id)

    def send(
        self,
        listener: Subscription,
        body: bytes,
        *,
        event_id: str | None = None,
        webhook_id: str | None = None,
        secret: str | None = None,
    ) -> Delivery:
        """Queue one delivery; ``secret`` other than the app's forges it."""
        world, app = self.shop.world, listener.app
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": listener.topic,
            "X-Shopify-Hmac-Sha256": signature(secret or app.client_secret, body),
            "X-Shopify-Shop-Domain": self.shop.domain,
            "X-Shopify-API-Version": app.api_version,
            "X-Shopify-Webhook-Id": webhook_id or self.new_uuid(),
            "X-Shopify-Event-Id": event_id or self.new_uuid(),
            "X-Shopify-Triggered-At": stamp(world.now()),
        }
        if listener.name:
            headers["X-Shopify-Name"] = listener.name
        delivery = Delivery(
            listener.uri, headers, body, listener.topic, world.now(), self._judge(listener)
        )
        world.deliveries.add(delivery)
        return delivery

    def new_uuid(self) -> str:
        return str(uuid.UUID(int=self.shop.world.random.getrandbits(128), version=4))

    def _judge(self, listener: Subscription) -> Callable[[Delivery, int], None]:
        """What happens with the status of an attempt."""

        def judge(delivery: Delivery, status: int) -> None:
            if 200 <= status < 300:
                listener.failures = 0
                return
            listener.failures += 1
            if listener.failures >= FAILURES_ALLOWED:
                self.made.pop(listener.id, None)
            if delivery.tries <= len(PAUSES):
                pause = timedelta(seconds=PAUSES[delivery.tries - 1])
                self.shop.world.deliveries.retry(delivery, self.shop.world.now() + pause)

        return judge

    def app_specific(self, app: App, topic: str) -> Subscription:
        compliance = topic in COMPLIANCE_TOPICS
        uri = (app.compliance_url if compliance else "") or app.webhook_url
        return Subscription(app, topic, uri)


def _passes(body: dict[str, Any], condition: str) -> bool:
    """A subscription's filter: search syntax over the payload's own fields; ``id:*`` is any."""
    flat = {key: str(value) for key, value in body.items() if value is not None}
    terms = [
        [each for each in alternative if not (each.value == "*" and each.field in flat)]
        for alternative in parse(condition)
    ]
    return matches(flat, terms)
