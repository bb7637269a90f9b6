"""Webhooks on their way: shape, signature, retries, and a wire that misbehaves."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from sandbox.deliveries import DROPPED, Delivery, Sent
from sandbox.people import People
from sandbox.shopify import App, Shop
from sandbox.shopify.catalogue import Variant
from sandbox.shopify.webhooks import PAUSES
from sandbox.world import World
from tests.sandbox.conftest import DOMAIN, Receiver, Talk, order_of

SAMPLES = Path(__file__).parent / "samples"
SUBSCRIBE = """mutation($topic: WebhookSubscriptionTopic!, $input: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $input) {
    webhookSubscription { id topic uri } userErrors { field message } } }"""
LIST = "{ webhookSubscriptions(first: 10) { nodes { id topic uri } } }"

PassTime = Callable[[float], None]


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text())


def bodies(receiver: Receiver, topic: str) -> list[Any]:
    return [
        json.loads(body) for _, headers, body in receiver.got if headers["X-Shopify-Topic"] == topic
    ]


def test_every_change_is_told_with_its_topics(
    talk: Talk, people: People, receiver: Receiver, pass_time: PassTime
) -> None:
    order = people.customer.buys(DOMAIN, [("SHIRT-1", 2)])
    pass_time(0)
    assert receiver.topics == ["orders/create", "orders/paid", "orders/updated"]
    events = {headers["X-Shopify-Event-Id"] for _, headers, _ in receiver.got}
    ids = {headers["X-Shopify-Webhook-Id"] for _, headers, _ in receiver.got}
    assert (len(events), len(ids)) == (1, 3)
    receiver.got.clear()
    people.vendor.ships(DOMAIN, order.id, number="1Z")
    people.vendor.corrects_tracking(DOMAIN, order.id, number="2Z")
    pass_time(0)
    assert receiver.topics == [
        "fulfillments/create",
        "orders/updated",
        "fulfillments/update",
        "orders/updated",
    ]
    assert bodies(receiver, "fulfillments/update")[0]["tracking_numbers"] == ["2Z"]
    assert bodies(receiver, "orders/updated")[0]["fulfillment_status"] == "fulfilled"


def test_a_delivery_is_signed_over_its_raw_bytes(
    talk: Talk, shop: Shop, app: App, receiver: Receiver, pass_time: PassTime, shirt: Variant
) -> None:
    talk.create(order_of(shirt, note="Grüße"))
    pass_time(0)
    url, headers, body = receiver.got[0]
    digest = hmac.new(app.client_secret.encode(), body, hashlib.sha256).digest()
    assert headers["X-Shopify-Hmac-Sha256"] == base64.b64encode(digest).decode()
    assert headers["X-Shopify-Shop-Domain"] == DOMAIN
    assert headers["X-Shopify-API-Version"] == "2026-10"
    assert url == app.webhook_url


def test_a_given_body_is_sent_as_it_is_or_forged(
    talk: Talk, shop: Shop, app: App, receiver: Receiver, pass_time: PassTime
) -> None:
    raw = (SAMPLES / "orders_updated.rest_2026-07.json").read_bytes()
    shop.send_webhook(app, "orders/updated", raw, webhook_id="w-1", event_id="e-1")
    shop.send_webhook(app, "orders/updated", raw, secret="guessed")
    pass_time(0)
    (_, honest, body), (_, forged, _) = receiver.got
    assert body == raw
    assert (honest["X-Shopify-Webhook-Id"], honest["X-Shopify-Event-Id"]) == ("w-1", "e-1")
    assert honest["X-Shopify-Hmac-Sha256"] != forged["X-Shopify-Hmac-Sha256"]


def keys(body: Any, *path: str) -> set[str]:
    for each in path:
        body = body[each][0] if isinstance(body[each], list) else body[each]
    return set(body)


def test_bodies_have_the_keys_of_real_ones(
    talk: Talk, people: People, receiver: Receiver, pass_time: PassTime
) -> None:
    order = people.customer.buys(
        DOMAIN, [("SHIRT-1", 3)], tax_rate="0.1", shipping="4.00", discount="1.00"
    )
    people.vendor.ships(DOMAIN, order.id, lines={"SHIRT-1": 1}, number="1Z")
    people.merchant.refunds(DOMAIN, order.id, lines={"SHIRT-1": 1})
    people.merchant.edits(DOMAIN, order.id, lines={"SHIRT-1": 1})
    pass_time(0)
    ours, real = bodies(receiver, "orders/updated")[-1], sample("orders_updated.rest_2026-07")
    delivered = sample("orders_create.dev_store_2025-01")
    assert keys(ours) == keys(delivered)
    assert keys(ours) >= keys(real)
    for path in (
        ("line_items",),
        ("line_items", "tax_lines"),
        ("line_items", "discount_allocations"),
        ("shipping_address",),
        ("fulfillments",),
        ("discount_codes",),
        ("discount_applications",),
        ("total_price_set", "shop_money"),
    ):
        assert keys(ours, *path) == keys(real, *path), path
    assert keys(ours, "shipping_lines") == keys(delivered, "shipping_lines")
    shipped = bodies(receiver, "fulfillments/create")[0]
    assert keys(shipped) == keys(sample("fulfillments_create.rest_2026-07"))
    refunded = bodies(receiver, "refunds/create")[0]
    assert keys(refunded) == keys(sample("refunds_create.rest_2026-07"))
    edited = bodies(receiver, "orders/edited")[0]
    wanted = keys(sample("orders_edited.docs_sample_2023"), "order_edit") | {"committed_at"}
    assert keys(edited, "order_edit") == wanted
    assert edited["order_edit"]["line_items"]["removals"][0]["delta"] == 1


def test_ids_are_too_big_for_a_float(
    talk: Talk, receiver: Receiver, pass_time: PassTime, shirt: Variant
) -> None:
    talk.create(order_of(shirt))
    pass_time(0)
    number = bodies(receiver, "orders/create")[0]["id"]
    assert number > 2**53


def test_a_failed_delivery_is_tried_eight_more_times_with_the_same_body(
    talk: Talk, shop: Shop, receiver: Receiver, pass_time: PassTime, app: App
) -> None:
    receiver.status = 500
    shop.send_webhook(app, "orders/updated", b'{"id": 1}')
    pass_time(0)
    for pause in PAUSES:
        pass_time(pause)
    pass_time(100_000)
    assert len(receiver.got) == 9
    assert {(h["X-Shopify-Webhook-Id"], body) for _, h, body in receiver.got} == {
        (receiver.got[0][1]["X-Shopify-Webhook-Id"], b'{"id": 1}')
    }
    assert sum(PAUSES) == 4 * 3600


def subscribe(talk: Talk, topic: str = "ORDERS_CREATE", **given: Any) -> Any:
    wanted = {"uri": "https://app.example.com/own", **given}
    return talk.ask(SUBSCRIBE, topic=topic, input=wanted)["webhookSubscriptionCreate"]


def test_a_subscription_made_by_api_dies_of_eight_failures_and_tomls_do_not(
    talk: Talk, receiver: Receiver, pass_time: PassTime, shirt: Variant
) -> None:
    assert subscribe(talk)["webhookSubscription"]["topic"] == "ORDERS_CREATE"
    assert len(talk.ask(LIST)["webhookSubscriptions"]["nodes"]) == 1, "TOML's are not listed"
    receiver.status = 404
    talk.create(order_of(shirt))
    pass_time(0)
    for pause in PAUSES:
        pass_time(pause)
    assert talk.ask(LIST)["webhookSubscriptions"]["nodes"] == []
    receiver.status = 200
    receiver.got.clear()
    talk.create(order_of(shirt))
    pass_time(0)
    assert {url for url, _, _ in receiver.got} == {"https://app.example.com/hooks"}


def test_the_same_address_for_the_same_topic_is_taken(talk: Talk) -> None:
    subscribe(talk)
    assert subscribe(talk)["userErrors"]
    assert subscribe(talk, uri="http://app.example.com/own")["userErrors"]


def test_filters_and_included_fields_shape_a_delivery(
    talk: Talk, receiver: Receiver, pass_time: PassTime, shirt: Variant
) -> None:
    subscribe(talk, filter="test:true", includeFields=["id", "updated_at"])
    talk.create(order_of(shirt))
    talk.create(order_of(shirt, test=True))
    pass_time(0)
    own = [json.loads(body) for url, _, body in receiver.got if url.endswith("/own")]
    assert [set(each) for each in own] == [{"id", "updated_at"}]


def test_a_topic_without_its_scope_is_not_delivered(
    talk: Talk, shop: Shop, app: App, people: People, receiver: Receiver, pass_time: PassTime
) -> None:
    shop.install(app, ["write_orders"])
    order = people.customer.buys(DOMAIN, [("SHIRT-1", 1)])
    people.vendor.ships(DOMAIN, order.id)
    pass_time(0)
    assert "fulfillments/create" not in receiver.topics
    assert "orders/updated" in receiver.topics
    assert subscribe(talk, "FULFILLMENTS_CREATE")["userErrors"][0]["field"] == ["topic"]


def test_uninstalling_is_told_and_redaction_follows_unless_reinstalled(
    talk: Talk, shop: Shop, app: App, receiver: Receiver, pass_time: PassTime
) -> None:
    shop.uninstall(app)
    pass_time(0)
    assert receiver.topics == ["app/uninstalled"]
    shop.install(app)
    pass_time(49 * 3600)
    assert receiver.topics == ["app/uninstalled"]
    shop.uninstall(app)
    pass_time(49 * 3600)
    assert receiver.topics == ["app/uninstalled", "app/uninstalled", "shop/redact"]


@pytest.mark.parametrize(("drop", "duplicate", "sent"), [(1.0, 0.0, 0), (0.0, 1.0, 8)])
def test_the_wire_may_drop_or_repeat(
    world: World,
    talk: Talk,
    receiver: Receiver,
    pass_time: PassTime,
    shirt: Variant,
    drop: float,
    duplicate: float,
    sent: int,
) -> None:
    world.deliveries.drop, world.deliveries.duplicate = drop, duplicate
    for _ in range(2):
        talk.create(order_of(shirt))
    pass_time(0)
    assert len(receiver.got) == sent
    assert all(each.status == DROPPED for each in world.deliveries.log) == bool(drop)


def test_the_wire_may_mix_up_the_order_the_same_way_for_the_same_seed(
    world: World, talk: Talk, receiver: Receiver, pass_time: PassTime, shirt: Variant
) -> None:
    world.deliveries.shuffle = True
    world.random.seed(3)
    for _ in range(5):
        talk.create(order_of(shirt))
    pass_time(0)
    assert receiver.topics != ["orders/create", "orders/updated"] * 5
    assert sorted(receiver.topics) == sorted(["orders/create", "orders/updated"] * 5)


def test_what_was_sent_can_be_read_while_more_is_sent(world: World) -> None:
    log = world.deliveries.log

    class SentWhileRead(datetime):
        """Another delivery goes out as soon as this one's time is read."""

        def isoformat(self, *_: str) -> str:
            log.append(log[0])
            return "2026-11-23T12:00:00"

    delivery = Delivery("https://app.example.com/", {}, b"{}", "orders/create", world.now())
    for _ in range(2):
        log.append(Sent(delivery, 200, SentWhileRead(2026, 11, 23)))
    answer = Client(world.wsgi).get("/deliveries", base_url="http://127.0.0.1")
    assert (answer.status_code, len(answer.get_json()["sent"])) == (200, 2)
    assert len(log) == 4
