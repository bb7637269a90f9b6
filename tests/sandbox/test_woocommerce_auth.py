"""Keys, rights, doors that are shut, and how a merchant hands a key over."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from tests.sandbox.woo_cast import HOST, Scene

ASKED = {
    "app_name": "App",
    "scope": "read_write",
    "user_id": "token-1",
    "return_url": "https://app.example.com/back?x=1",
    "callback_url": "https://app.example.com/callback?state=abc",
}
HOME = f"https://{HOST}"


@pytest.fixture
def scene() -> Scene:
    return Scene()


def approve(scene: Scene) -> str:
    """Log in and come to the approval page; the address behind "Approve"."""
    scene.client.post(
        "/wc-auth/v1/login/",
        base_url=HOME,
        query_string=ASKED,
        data={"username": "admin", "password": "password"},
    )
    page = scene.client.get("/wc-auth/v1/authorize", base_url=HOME, query_string=ASKED)
    found = re.search(r'href="([^"]+)" class="[^"]*wc-auth-approve', page.text)
    assert found
    return unescape(found.group(1)).removeprefix(HOME)


def test_approving_posts_a_key_that_works_and_then_returns(scene: Scene) -> None:
    answer = scene.client.get(approve(scene), base_url=HOME)
    ((url, _, body),) = scene.posts
    handed = json.loads(body)
    assert url == ASKED["callback_url"]
    assert (handed["user_id"], handed["key_permissions"]) == ("token-1", "read_write")
    key = (handed["consumer_key"], handed["consumer_secret"])
    assert scene.ask("GET", "orders", auth=key).status_code == 200
    back = "https://app.example.com/back?x=1&success=1&user_id=token-1"
    assert (answer.status_code, answer.headers["Location"]) == (302, back)


def test_a_persons_browser_agrees_by_a_name_of_this_machine(scene: Scene) -> None:
    """Every browser takes ``….localhost`` to this machine; the links stay there."""
    local, more = f"http://{HOST}.localhost:8900", {"query_string": ASKED}
    login = scene.client.get("/wc-auth/v1/authorize", base_url=local, **more)
    assert login.headers["Location"].startswith(f"{local}/wc-auth/v1/login/?")
    form = {"username": "admin", "password": "password"}
    scene.client.post("/wc-auth/v1/login/", base_url=local, data=form, **more)
    page = scene.client.get("/wc-auth/v1/authorize", base_url=local, **more)
    assert f'href="{local}/wc-auth/v1/access_granted/' in unescape(page.text)


def test_keys_go_to_an_app_without_tls_only_where_the_store_is_lax() -> None:
    asked = ASKED | {"callback_url": "http://127.0.0.1:8000/keys"}
    for lax, status in ((False, 401), (True, 302)):
        answer = Scene(lax=lax).client.get(
            "/wc-auth/v1/authorize", base_url=HOME, query_string=asked
        )
        assert answer.status_code == status


def test_without_pretty_permalinks_there_is_no_approval_page(scene: Scene) -> None:
    scene.store.pretty = False
    answer = scene.client.get("/wc-auth/v1/authorize", base_url=HOME, query_string=ASKED)
    assert answer.status_code == 404
    assert scene.client.get("/wp-json/", base_url=HOME).status_code == 404
    plain = scene.client.get("/?rest_route=/", base_url=HOME)
    assert "wc/v3" in plain.get_json()["namespaces"]


def test_a_callback_that_fails_takes_the_key_away_again(scene: Scene) -> None:
    scene.answers = 500
    keys = len(scene.store.keys)
    answer = scene.client.get(approve(scene), base_url=HOME)
    assert answer.status_code == 401
    assert len(scene.store.keys) == keys


def test_a_callback_may_try_the_new_key_at_once(scene: Scene) -> None:
    seen: list[int] = []

    def callback(url: str, headers: object, body: bytes) -> int:
        handed = json.loads(body)
        key = (handed["consumer_key"], handed["consumer_secret"])
        seen.append(scene.ask("GET", "system_status", auth=key).status_code)
        return 200

    scene.world.post = callback
    scene.client.get(approve(scene), base_url=HOME)
    assert seen == [200]


def test_a_revoked_key_looks_like_no_key(scene: Scene) -> None:
    before = scene.ask("GET", "orders", auth=None)
    scene.store.revoke_key(scene.key[0])
    after = scene.ask("GET", "orders")
    assert (after.status_code, after.get_json()) == (401, before.get_json())


def test_a_read_key_may_not_write_and_a_customers_key_may_do_nothing(scene: Scene) -> None:
    reading, customer = scene.store.issue_key("read"), scene.store.issue_key(role="customer")
    assert scene.ask("GET", "orders", auth=reading).status_code == 200
    assert scene.ask("POST", "orders", {}, auth=reading).status_code == 401
    assert scene.ask("GET", "orders", auth=customer).status_code == 403


def test_http_is_sent_to_https(scene: Scene) -> None:
    answer = scene.client.post("/wp-json/wc/v3/orders?a=1", base_url=f"http://{HOST}", json={})
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{HOME}/wp-json/wc/v3/orders?a=1"
    assert scene.store.orders == {}


def test_the_header_of_a_proxy_stands_for_https(scene: Scene) -> None:
    answer = scene.client.get(
        "/wp-json/wc/v3/orders",
        base_url=f"http://{HOST}",
        auth=scene.key,
        headers={"X-Forwarded-Proto": "https"},
    )
    assert answer.status_code == 200


def test_a_security_plugin_bars_everybody_for_an_hour(scene: Scene) -> None:
    scene.store.ban_after = 3
    statuses = [scene.ask("GET", "orders").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 403]
    scene.clock.advance(3599)
    barred = scene.ask("GET", "orders")
    assert (barred.status_code, barred.mimetype) == (403, "text/html")
    scene.clock.advance(2)
    assert scene.ask("GET", "orders").status_code == 200


def test_there_is_no_rate_limit_otherwise(scene: Scene) -> None:
    assert {scene.ask("GET", "orders").status_code for _ in range(60)} == {200}


def test_maintenance_is_html_unless_json_is_asked_for(scene: Scene) -> None:
    scene.store.maintenance = True
    page = scene.ask("GET", "orders")
    told = scene.ask("GET", "orders", headers={"Accept": "application/json"})
    assert (page.status_code, page.mimetype) == (503, "text/html")
    assert told.get_json()["code"] == "wp_die"
    assert page.headers["Retry-After"] == told.headers["Retry-After"] == "600"
