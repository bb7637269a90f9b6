"""From a change in the store to a delivery: the queue, WP-Cron, signatures, failures.

Several changes before the queue runs are one delivery, and its body is the state at delivery.
Nothing is sent twice: the 7th failure in a row disables the webhook (10.5.0).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sandbox.deliveries import Delivery
from sandbox.woocommerce.models import Webhook
from sandbox.woocommerce.order_view import order_view
from sandbox.woocommerce.php import to_json
from sandbox.woocommerce.product_view import product_view
from sandbox.woocommerce.versions import as_shown, wordpress

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

TOPICS = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
    "order.restored": ["untrashed_post", "woocommerce_untrash_order"],
    "product.created": [
        "woocommerce_process_product_meta",
        "woocommerce_new_product",
        "woocommerce_new_product_variation",
    ],
    "product.updated": [
        "woocommerce_process_product_meta",
        "woocommerce_update_product",
        "woocommerce_update_product_variation",
    ],
    "product.deleted": ["wp_trash_post"],
    "product.restored": ["untrashed_post"],
}
FAILURES_ALLOWED = 6
CRON_PAUSE = 60.0
OPEN_PORTS = (80, 443, 8080)
"""Plain WordPress calls no other port, and no private address."""


@dataclass(frozen=True)
class Job:
    """One delivery waiting for the queue to run."""

    webhook_id: int
    topic: str
    resource_id: int


class Queue:
    """Action Scheduler. ``plain`` WP-Cron runs when somebody visits, at most once a minute."""

    def __init__(self, store: WooStore) -> None:
        self.store = store
        self.waiting: dict[Job, None] = {}  # a set that keeps its order
        self._woken: list[Job] = []
        self._last_run: float | None = None

    def add(self, topic: str, resource_id: int) -> None:
        for webhook in self.store.webhooks.values():
            job = Job(webhook.id, topic, resource_id)
            if webhook.topic == topic and webhook.status == "active":
                self.waiting[job] = None

    def visited(self) -> None:
        """A request came in: WP-Cron starts what was waiting before it, if a minute has passed."""
        now = self.store.now().timestamp()
        if self._last_run is None or now - self._last_run >= CRON_PAUSE:
            self._last_run = now
            self._woken += self.waiting
            self.waiting = {}

    def take(self) -> list[Job]:
        if self.store.cron == "prompt":
            self._woken += self.waiting
            self.waiting = {}
        jobs, self._woken = self._woken, []
        return jobs


def run(store: WooStore, jobs: list[Job]) -> None:
    for job in jobs:
        webhook = store.webhooks.get(job.webhook_id)
        if webhook and webhook.status == "active":
            _deliver(store, webhook, job)


def _deliver(store: WooStore, webhook: Webhook, job: Job) -> None:
    body = to_json(as_shown(store, _payload(store, job))).encode()
    body = store.world.told(store.host, webhook.topic, body)
    delivery = Delivery(
        url=webhook.delivery_url,
        headers=_headers(store, webhook, body),
        body=body,
        topic=webhook.topic,
        due=store.now(),
        on_result=partial(_delivered, store, webhook),
    )
    if store.blocks_local and not may_call(webhook.delivery_url):
        _delivered(store, webhook, delivery, 0)
    else:
        store.world.deliveries.add(delivery)


def _payload(store: WooStore, job: Job) -> Any:
    """The order as GET shows it; a signed error when it is gone by now."""
    resource, _, event = job.topic.partition(".")
    if resource == "action":
        return {"action": event, "arg": job.resource_id}
    if event == "deleted":
        return {"id": job.resource_id}
    if resource == "order" and job.resource_id in store.orders:
        return order_view(store, store.orders[job.resource_id])
    if resource == "product" and job.resource_id in store.products:
        return product_view(store, store.products[job.resource_id])
    code = f"woocommerce_rest_{'shop_order' if resource == 'order' else resource}_invalid_id"
    return {"code": code, "message": "Invalid ID.", "data": {"status": 404}}


def signature(secret: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _headers(store: WooStore, webhook: Webhook, body: bytes) -> dict[str, str]:
    """The Delivery-ID hashes webhook and second: not unique."""
    seed = f"{webhook.id}{int(store.now().timestamp())}".encode()
    resource, _, event = webhook.topic.partition(".")
    return {
        "User-Agent": agent(store),
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": f"{store.home}/",
        "X-WC-Webhook-Topic": webhook.topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": signature(webhook.secret, body),
        "X-WC-Webhook-ID": str(webhook.id),
        "X-WC-Webhook-Delivery-ID": hashlib.md5(seed, usedforsecurity=False).hexdigest(),
    }


def agent(store: WooStore) -> str:
    return f"WooCommerce/{store.version} Hookshot (WordPress/{wordpress(store)})"


def _delivered(store: WooStore, webhook: Webhook, delivery: Delivery, status: int) -> None:
    """200 to 302 is success; a redirect is not followed."""
    with store.lock:
        if 200 <= status <= 302:
            webhook.failures = 0
            return
        webhook.failures += 1
        if webhook.failures > FAILURES_ALLOWED:
            webhook.status = "disabled"
        saved(store, webhook)
    store.send_pings()


def saved(store: WooStore, webhook: Webhook) -> None:
    """Every save repeats a ping that was never answered 200."""
    webhook.modified = store.now()
    if webhook.ping_due and webhook.status == "active":
        ping(store, webhook)


def ping(store: WooStore, webhook: Webhook) -> None:
    """Goes out when the store's lock is free again, before the answer to the request."""
    store.pings.append(webhook)


def send_ping(store: WooStore, webhook: Webhook) -> None:
    """``webhook_id=N`` as a form, without a signature. Its failure refuses nothing."""
    headers = {
        "User-Agent": agent(store),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = f"webhook_id={webhook.id}".encode()
    blocked = store.blocks_local and not may_call(webhook.delivery_url)
    if not blocked and arrived(store.world.post(webhook.delivery_url, headers, body)):
        webhook.ping_due = False
        webhook.modified = store.now()


def arrived(status: int) -> bool:
    """For pings and keys only a 200 counts, but WordPress follows redirects to get it.

    ``World.post`` tells the status and not the Location: the end of a redirect counts as 200.
    """
    return status in (200, 301, 302, 303, 307, 308)


def may_call(url: str) -> bool:
    """What ``wp_safe_remote_post`` lets through."""
    target = urlsplit(url)
    port = target.port or (443 if target.scheme == "https" else 80)
    try:
        private = not ipaddress.ip_address(target.hostname or "").is_global
    except ValueError:
        private = target.hostname == "localhost"
    return port in OPEN_PORTS and not private
