"""The second half of the score: webhooks, wc-auth, wrong keys, bad days."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from tests.sandbox.woocommerce_replay import Recording, Replay, Site, recording
from tests.sandbox.woocommerce_stage import ADA, create, play_all


def errors(replay: Replay, a: Site) -> None:
    group = "e0-errors"
    replay.clock.moment = datetime(2026, 11, 23, 10, 1, 54, tzinfo=UTC)
    keys = {
        "basic-unknown-key": "unknown",
        "basic-wrong-secret": "wrong_secret",
        "oauth-unknown-key": "unknown",
        "oauth-wrong-secret": "wrong_secret",
        "read-key-writes": "read",
        "write-key-reads": "write",
        "customer-role-key-creates-order": "customer",
        "customer-role-key-lists-orders": "customer",
        "customer-role-key-system_status": "customer",
        "manager-role-key-system_status": "manager",
    }
    for name, key in keys.items():
        replay.play(a, f"{group}/{name}", key=key)
    replay.play(a, f"{group}/basic-over-plain-http", https=False)
    replay.play(a, f"{group}/query-string-keys-over-http", https=False)
    replay.play(a, f"{group}/oauth-other-hostname", signed_host="http://localhost:8070")
    replay.play(a, f"{group}/store-url-double-slash")
    replay.play(a, f"{group}/oauth-old-timestamp", signed_at=-3600)
    a.store.webhooks.clear()
    replay.play(a, f"{group}/manager-role-key-webhooks", key="manager")
    play_all(
        replay,
        a,
        group,
        "no-auth no-auth-create query-string-keys-over-https bad-namespace "
        "basic-other-hostname legacy-api malformed-json method-not-allowed no-route "
        "per_page-string wrong-content-type form-encoded trailing-slash store-url-with-wp-json "
        "url-with-wrong-path-first-hop burst-60-requests-last html-entities-in-message",
    )


def bad_days(replay: Replay, a: Site) -> None:
    group = "e0-errors"
    a.store.delete(91)
    a.store.delete(93)
    switches: dict[str, str] = {
        "maintenance-503": "maintenance",
        "maintenance-503-html": "maintenance",
        "database-down": "database_down",
        "php-down-502": "php_down",
        "php-down-502-post": "php_down",
    }
    for name, switch in switches.items():
        setattr(a.store, switch, True)
        replay.play(a, f"{group}/{name}")
        setattr(a.store, switch, False)
    replay.play(a, f"{group}/back-up")


def webhooks(replay: Replay, a: Site) -> None:
    group = "90-webhooks"
    play_all(
        replay,
        a,
        group,
        "create-order.updated create-order.created create-order.deleted create-order.restored "
        "create-product.updated create-action-note create-no-secret create-https-url "
        "create-unreachable-url create-fail-url create-bad-topic create-bad-url create-no-topic "
        "create-no-url",
    )
    replay.play(a, f"{group}/read-key-create", key="read")
    play_all(replay, a, group, "get list")


def webhooks_later(replay: Replay, a: Site) -> None:
    group = "90-webhooks"
    play_all(replay, a, group, "pause resume")
    _subscribe(replay, a, 11, "http://127.0.0.1:9071/redirect/x")
    _change(replay, a)
    play_all(replay, a, group, "after-redirect-answer")
    _subscribe(replay, a, 12, "http://127.0.0.1:9071/fail/x")
    for _ in range(7):
        _change(replay, a)
    play_all(replay, a, group, "disabled-after-failures re-activate delete delete-no-force")
    a.store.blocks_local = True
    play_all(replay, a, group, "create-plain-wordpress-odd-port")
    a.store.blocks_local = False


def _subscribe(replay: Replay, a: Site, webhook_id: int, url: str) -> None:
    a.store.ids.skip_to("webhook", webhook_id)
    request = {
        "method": "POST",
        "path": "/wp-json/wc/v3/webhooks",
        "headers": {"content-type": "application/json"},
        "body": {"topic": "order.updated", "delivery_url": url},
    }
    replay.send(a, Recording("", request, {}), auth="basic")


def _change(replay: Replay, a: Site) -> None:
    a.store.set_status(66, "on-hold")
    replay.world.tick()


def deliveries(replay: Replay, a: Site) -> None:
    """Order 79 comes, changes and goes; 80 is gone before the queue runs; 81 to 85 stay."""
    group = "90-webhooks/delivery"
    replay.check_post(f"{group}-ping-on-create", "/ok/updated")
    for failing in (9, 10):
        a.store.webhooks.pop(failing)
    replay.posted.clear()
    a.store.products[11].stock, a.store.products[11].sales = 90, 11
    create(replay, a, 79, set_paid=True, payment_method="ordersync", billing=ADA)
    replay.world.tick()
    for name, topic in {
        "order.created": "created",
        "order.updated-at-creation": "updated",
        "product.updated-stock": "product",
        "action-note": "note",
    }.items():
        replay.check_post(f"{group}-{name}", f"/ok/{topic}")
    _put(replay, a, 79, recording_body(f"{group}-order.updated"))
    replay.check_post(f"{group}-order.updated", "/ok/updated")
    a.store.trash(79)
    replay.world.tick()
    replay.check_post(f"{group}-order.deleted", "/ok/deleted")
    a.store.delete(79)
    create(replay, a, 80)
    a.store.delete(80)
    replay.world.tick()
    replay.check_post(f"{group}-of-an-order-already-deleted", "/ok/created")
    for order_id in (81, 82, 83, 84, 85):
        create(replay, a, order_id, set_paid=True, payment_method="ordersync")
    replay.world.tick()


def recording_body(name: str) -> dict[str, Any]:
    """The change that led to a delivery."""
    sent = recording(name).request["body"]
    sent = json.loads(sent) if isinstance(sent, str) else sent
    return {"billing": {"email": sent["billing"]["email"]}, "customer_note": sent["customer_note"]}


def _put(replay: Replay, a: Site, order_id: int, body: dict[str, Any]) -> None:
    replay.posted.clear()
    request = {
        "method": "PUT",
        "path": f"/wp-json/wc/v3/orders/{order_id}",
        "headers": {"content-type": "application/json"},
        "body": body,
    }
    replay.send(a, Recording("", request, {}), auth="basic")
    replay.world.tick()


def connecting(replay: Replay, a: Site) -> None:
    """wc-auth: the browser of an administrator, a customer and a shop manager."""
    group, store = "d0-wc-auth", a.store
    store.add_user("admin", "lab-admin-a", "administrator")
    store.add_user("customer", "c", "customer")
    store.add_user("manager", "m", "shop_manager")
    play_all(
        replay,
        a,
        group,
        "1-authorize-not-logged-in 2-login-page 2b-login-wrong-password authorize-bad-scope "
        "authorize-callback-http authorize-missing-user_id authorize-return-http 3-login-post",
    )
    page = replay.play(a, f"{group}/4-approval-page")
    nonce = {"wc_auth_nonce": re.findall(r"wc_auth_nonce=(\w+)", page.text)[0]}
    replay.posted.clear()
    replay.play(a, f"{group}/5-access-granted", params=nonce)
    replay.check_post(f"{group}/6-callback-post", "/ok/wc-auth")
    a.keys["granted"] = (store.keys[-1].key, store.keys[-1].secret)
    replay.play(a, f"{group}/7-key-works", key="granted")
    play_all(
        replay,
        a,
        group,
        "8-approve-again 9-callback-302 9-callback-500 9-callback-refused e-odd-user_id-granted "
        "f-callback-with-query g-return-with-query",
        params=nonce,
    )
    store.blocks_local = True
    play_all(replay, a, group, "9-callback-port-not-allowed 9-callback-private-ip", params=nonce)
    store.blocks_local = False
    play_all(replay, a, group, "d-approval-page-read e-odd-user_id")
    _log_in(replay, a, "customer", "c")
    replay.play(a, f"{group}/a-customer-account")
    _log_in(replay, a, "manager", "m")
    page = replay.play(a, f"{group}/b-shop-manager-approval")
    nonce = {"wc_auth_nonce": re.findall(r"wc_auth_nonce=(\w+)", page.text)[0]}
    replay.play(a, f"{group}/c-shop-manager-granted", params=nonce)


def _log_in(replay: Replay, a: Site, name: str, password: str) -> None:
    login = recording("d0-wc-auth/3-login-post")
    login.request["body"] = f"username={name}&password={password}"
    assert replay.send(a, login).status_code == 302
