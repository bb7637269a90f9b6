"""Whatever a signed webhook says: no 500, no lost order, no error that a worker did not expect."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from orderflow.models import MarketplaceOrder, StoreAccess, Webhook
from orderflow.outbox import Claimed
from sandbox.shopify.bodies import order_body
from stores.base import StoreError
from tests.fuzz import fuzzed
from tests.fuzz.mutations import Change, changes
from tests.house import ALFA, BRAVO, HARBOUR, SECRET, House
from tests.river.stage import Stage
from workers import lanes
from workers.failures import put_back

BODIES = Path(__file__).parent.parent / "bodies" / "shopify"
RECORDED = sorted(path for path in BODIES.glob("*.json"))
ACCEPTED = (200, 400, 401)
"""Kept, kept as unreadable, or of another shop than it says."""
ORDER_TOPICS = ("orders/create", "orders/updated", "orders/cancelled", "orders/edited")


class Listener:
    """A house whose workers' unexpected errors are collected."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        self.house, self.stage = house, Stage(house)
        self.errors: list[BaseException] = []
        monkeypatch.setattr(lanes, "put_back", self._note)
        self.bought = self.stage.sells_on((self.stage.lamp, 1), (self.stage.mug, 1))
        house.world.deliveries.drop = 1.0

    def _note(self, message: Claimed, error: BaseException, shore: Any) -> None:
        if not isinstance(error, StoreError):
            self.errors.append(error)
        put_back(message, error, shore)

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        return self.house.web.test_client().post(path, data=body, headers=headers).status_code

    def from_shop(self, shop: str, topic: str, body: bytes) -> int:
        headers = {
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": signature(body, SECRET),
            "X-Shopify-Shop-Domain": shop,
            "X-Shopify-Webhook-Id": str(uuid.uuid4()),
        }
        return self.post("/webhooks/shopify", body, headers)

    def from_site(self, body: bytes) -> int:
        with self.house.look() as session:
            known = select(StoreAccess).where(StoreAccess.address == f"https://{BRAVO}")
            access = session.scalars(known).one()
        headers = {
            "X-WC-Webhook-Topic": "order.updated",
            "X-WC-Webhook-Signature": signature(body, access.webhook_secret["secret"]),
            "X-WC-Webhook-Source": f"https://{BRAVO}/",
        }
        return self.post(f"/webhooks/woocommerce/{access.public_id}", body, headers)

    def settle(self) -> None:
        """All is handled: nothing failed unexpectedly, and no delivery is left unread."""
        self.house.later(1)
        assert self.errors == []
        with self.house.look() as session:
            assert session.scalars(select(Webhook).where(Webhook.state == Webhook.NEW)).all() == []

    def recorded(self) -> set[str]:
        with self.house.look() as session:
            return set(session.scalars(select(MarketplaceOrder.remote_id)))


def signature(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


@pytest.fixture(scope="module")
def listener(folder: Path) -> Iterator[Listener]:
    for left in folder.glob("fuzz.db*"):
        left.unlink()
    house = House(f"sqlite:///{folder / 'fuzz.db'}")
    with pytest.MonkeyPatch.context() as patch:
        yield Listener(house, patch)
    house.close()


@fuzzed(0.15)
@given(topic=some.sampled_from(ORDER_TOPICS), change=changes)
def test_the_marketplace_may_say_anything_of_an_order(
    listener: Listener, topic: str, change: Change
) -> None:
    """The order stands in the shop: whatever was said of it, it is recorded in the end."""
    stage = listener.stage
    order = stage.buys((stage.lamp, 1))
    truth = json.dumps(dict(order_body(order, HARBOUR, stage.harbour.id))).encode()
    body = change(truth)
    status = listener.from_shop(HARBOUR, topic, body)
    assert status in ACCEPTED
    listener.settle()
    if status == 200 and named(body) == str(order.id):
        assert str(order.id) in listener.recorded()


def named(body: bytes) -> str:
    """The id of the order that a body speaks of; "" where it names none that an order may have."""
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    return str(told.get("id", "")) if isinstance(told, dict) else ""


@fuzzed(0.05)
@given(path=some.sampled_from(RECORDED), topic=some.sampled_from(ORDER_TOPICS), change=changes)
def test_bodies_that_were_sent_once_may_be_changed_in_any_way(
    listener: Listener, path: Path, topic: str, change: Change
) -> None:
    assert listener.from_shop(HARBOUR, topic, change(path.read_bytes())) in ACCEPTED
    listener.settle()


@fuzzed(0.05)
@given(change=changes)
def test_a_vendors_shop_may_say_anything_of_an_order(listener: Listener, change: Change) -> None:
    (theirs, *_) = listener.stage.alfa.orders.values()
    truth = json.dumps(dict(order_body(theirs, ALFA, listener.stage.alfa.id))).encode()
    assert listener.from_shop(ALFA, "orders/updated", change(truth)) in ACCEPTED
    listener.settle()


@fuzzed(0.05)
@given(change=changes)
def test_a_vendors_site_may_say_anything_of_an_order(listener: Listener, change: Change) -> None:
    (theirs, *_) = listener.stage.bravo.orders.values()
    truth = json.dumps({"id": theirs.id, "status": "processing", **META}).encode()
    assert listener.from_site(change(truth)) in ACCEPTED
    listener.settle()


META: dict[str, Any] = {
    "number": "2",
    "date_modified_gmt": "2026-11-28T12:00:00",
    "total": "9.00",
    "currency": "USD",
    "line_items": [{"id": 1, "name": "Mug", "quantity": 1, "total": "9.00", "meta_data": []}],
    "meta_data": [{"id": 1, "key": "_sluice_key", "value": "no-key-of-ours"}],
}
