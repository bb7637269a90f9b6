"""How a WooCommerce store tells of changes, and when it stops."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from tests.sandbox.woo_cast import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_creating_a_webhook_pings_its_address_unsigned(scene: Scene) -> None:
    body = {"topic": "order.created", "delivery_url": "https://app.example.com/x"}
    webhook = scene.ask("POST", "webhooks", body).get_json()
    ((url, headers, sent),) = scene.posts
    assert (url, sent) == ("https://app.example.com/x", f"webhook_id={webhook['id']}".encode())
    assert not [name for name in headers if name.startswith("X-WC")]
    assert "secret" not in webhook


def test_a_failed_ping_refuses_nothing(scene: Scene) -> None:
    scene.answers = 0
    assert scene.store.webhooks[scene.subscribe()].status == "active"


def test_a_delivery_is_signed_over_its_bytes(scene: Scene) -> None:
    scene.subscribe(secret='a & <b> "c"')
    scene.create(customer_note="ü/🎁")
    scene.world.tick()
    ((_, headers, body),) = scene.posts
    digest = hmac.new(b'a & <b> "c"', body, hashlib.sha256).digest()
    assert headers["X-WC-Webhook-Signature"] == base64.b64encode(digest).decode()
    assert b"\\u00fc\\/" in body


def test_three_changes_are_one_delivery_with_the_state_at_delivery(scene: Scene) -> None:
    order = scene.create()
    scene.subscribe()
    for note in ("one", "two", "three"):
        scene.ask("PUT", f"orders/{order['id']}", {"customer_note": note})
    scene.world.tick()
    ((_, _, body),) = scene.posts
    assert json.loads(body)["customer_note"] == "three"


def test_an_order_gone_by_then_is_a_signed_error(scene: Scene) -> None:
    scene.subscribe("order.created")
    scene.store.delete(scene.create()["id"])
    scene.world.tick()
    assert json.loads(scene.posts[0][2])["code"] == "woocommerce_rest_shop_order_invalid_id"


def test_the_seventh_failure_in_a_row_ends_it_silently(scene: Scene) -> None:
    webhook_id = scene.subscribe()
    scene.answers = 500
    for change in range(1, 9):
        scene.create()
        scene.world.tick()
        active = scene.store.webhooks[webhook_id].status == "active"
        assert active == (change < 7)
    assert len(scene.posts) == 7


def test_one_success_forgives_all_failures(scene: Scene) -> None:
    webhook_id = scene.subscribe()
    for status in [500] * 6 + [302] + [500] * 6:
        scene.answers = status
        scene.create()
        scene.world.tick()
    assert scene.store.webhooks[webhook_id].status == "active"


def test_a_disabled_webhook_is_revived_by_its_status(scene: Scene) -> None:
    webhook_id = scene.subscribe()
    scene.answers = 500
    for _ in range(7):
        scene.create()
        scene.world.tick()
    scene.ask("PUT", f"webhooks/{webhook_id}", {"status": "active"})
    scene.create()
    scene.posts.clear()
    scene.world.tick()
    assert len(scene.posts) == 1


def test_a_failed_delivery_is_not_sent_again(scene: Scene) -> None:
    scene.subscribe()
    scene.answers = 500
    scene.create()
    scene.world.tick()
    scene.clock.advance(86_400)
    scene.world.tick()
    assert len(scene.posts) == 1


def test_plain_wordpress_fails_to_call_an_odd_port(scene: Scene) -> None:
    webhook_id = scene.subscribe()
    scene.store.blocks_local = True
    scene.store.webhooks[webhook_id].delivery_url = "https://app.example.com:8443/x"
    scene.create()
    scene.world.tick()
    assert scene.posts == []
    assert scene.store.webhooks[webhook_id].failures == 1


def test_a_pinged_app_may_call_the_store_back() -> None:
    scene = Scene()
    seen: list[int] = []

    def call_back(*_: object) -> int:
        seen.append(scene.ask("GET", "orders").status_code)
        return 200

    scene.world.post = call_back
    scene.subscribe()
    assert seen == [200]
