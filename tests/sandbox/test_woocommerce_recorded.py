"""The sandbox answers what real stores answered; see docs/sandbox-woocommerce.md."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.wire import WsgiTransport
from sandbox.woocommerce import WooStore
from tests.sandbox.woocommerce_replay import RECORDED, Posted, Recording, Replay, Site, recording
from tests.sandbox.woocommerce_score import perform
from tests.sandbox.woocommerce_stage import american_store, create

DOC = Path(__file__).parents[2] / "docs" / "sandbox-woocommerce.md"
RECORDINGS = 355
"""How many were made; those the sandbox cannot answer are not in this repository."""

ALONE = {
    "30-idempotency/search-where-fields",
    "90-webhooks/delivery-ids-not-unique",
    "90-webhooks/effects",
    "90-webhooks/latency-plain-wp-cron",
    "a0-fulfillments/routes",
    "a0-fulfillments/routes-feature-off",
    "e0-errors/oauth-replayed-nonce",
    "e0-errors/store-url-wp-admin",
    "e0-errors/url-with-wrong-path",
    "python-client-quirks",
}
"""Recordings that are no single request and answer: each has a test of its own below."""
FILES = sorted(str(path.relative_to(RECORDED))[:-5] for path in RECORDED.rglob("*.json"))
REPLAYED = [name for name in FILES if name not in ALONE]


def contents(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def played() -> Replay:
    return perform()


@pytest.fixture
def replay() -> Replay:
    return Replay()


@pytest.fixture
def site(replay: Replay) -> Site:
    return american_store(replay)


@pytest.mark.parametrize("name", REPLAYED)
def test_the_answer_is_the_recorded_one(played: Replay, name: str) -> None:
    assert played.differences[name] == []


def test_the_document_counts_what_is_covered() -> None:
    text = DOC.read_text()
    assert f"**{len(FILES)} of {RECORDINGS}**" in text
    rows = {
        group: int(count) for group, count in re.findall(r"^\| `(\S+)` \| (\d+) \|", text, re.M)
    }
    assert rows == Counter(name.partition("/")[0] for name in FILES)


def test_no_recording_is_played_that_is_not_kept(played: Replay) -> None:
    assert set(played.differences) == set(REPLAYED)


def test_a_nonce_is_taken_once(replay: Replay, site: Site) -> None:
    recorded = recording("e0-errors/oauth-replayed-nonce")
    query = replay.signed(recorded, site.store.home, site.keys["read_write"])
    answers = [
        replay.client.get(recorded.request["path"], base_url=site.store.home, query_string=query)
        for _ in range(2)
    ]
    assert [each.status_code for each in answers] == [200, 401]
    assert answers[1].json == recorded.response["body"]


@pytest.mark.parametrize("name", ["store-url-wp-admin", "url-with-wrong-path"])
def test_a_wrong_store_address_redirects_in_a_circle(replay: Replay, site: Site, name: str) -> None:
    path = {"store-url-wp-admin": "wp-admin", "url-with-wrong-path": "shop"}[name]
    session = requests.Session()
    session.mount("http://", WsgiTransport(replay.world.wsgi))
    with pytest.raises(requests.TooManyRedirects) as caught:
        session.get(f"{site.store.home}/{path}/wp-json/wc/v3/orders")
    assert str(caught.value) == contents(f"e0-errors/{name}")["text"]


def routes(replay: Replay, store: WooStore) -> dict[str, list[str]]:
    answer = replay.client.get("/wp-json/wc/v3", base_url=store.home)
    found: dict[str, Any] = answer.get_json()["routes"]
    return {path: each["methods"] for path, each in found.items() if "fulfillments" in path}


def test_the_index_shows_fulfillment_routes_where_the_feature_is_on(
    replay: Replay, site: Site
) -> None:
    wanted = recording("a0-fulfillments/routes").response["body"]
    found = routes(replay, site.store)
    assert found.keys() == wanted.keys()
    assert all(set(methods) <= set(wanted[path]) for path, methods in found.items())


def test_the_index_shows_none_where_it_is_off(replay: Replay) -> None:
    store = WooStore(replay.world, "off.example.com", https=False)
    assert routes(replay, store) == recording("a0-fulfillments/routes-feature-off").response["body"]


PLACES: dict[str, dict[str, Any]] = {
    "line-item-name": {"line_items": [{"sku": "NONE", "name": "xTERMx", "total": "1"}]},
    "shipping-line-title": {"shipping_lines": [{"method_title": "xTERMx", "total": "1"}]},
    "fee-name": {"fee_lines": [{"name": "xTERMx", "total": "1"}]},
    "customer_note": {"customer_note": "xTERMx"},
    "payment_method_title": {"payment_method_title": "xTERMx"},
    "shipping-address_2": {"shipping": {"address_2": "xTERMx"}},
    "billing-company": {"billing": {"company": "xTERMx"}},
    "created_via": {"created_via": "xTERMx"},
    "line-meta": {
        "line_items": [{"product_id": 11, "meta_data": [{"key": "k", "value": "xTERMx"}]}]
    },
    "billing-email-local-part": {"billing": {"email": "xTERMx@example.com"}},
}


@pytest.mark.parametrize(("store", "version"), [("a", "10.5.0"), ("c", "8.6.1")])
def test_search_looks_where_it_was_seen_to_look(
    replay: Replay, site: Site, store: str, version: str
) -> None:
    site.store.version = version
    found = {}
    for place, body in PLACES.items():
        create(replay, site, 100, **body)
        answer = replay.client.get(
            "/wp-json/wc/v3/orders?search=TERM",
            base_url="https://a.example.com",
            auth=site.keys["read"],
        )
        found[place] = bool(answer.json)
        site.store.delete(100)
    assert found == contents("30-idempotency/search-where-fields")["found"][store]


def client_answers(replay: Replay, site: Site, params: dict[str, Any]) -> dict[str, int]:
    """Statuses of the same parameters signed over http, and with Basic over https."""
    asked = Recording("", {"path": "/wp-json/wc/v3/orders", "method": "GET", "params": params}, {})
    signed = replay.signed(asked, site.store.home, site.keys["read_write"])
    plain = requests.Request("GET", "https://a.example.com/", params=params).prepare().path_url
    path = asked.request["path"]
    over_http = replay.client.get(path, base_url=site.store.home, query_string=signed)
    over_https = replay.client.get(
        path + plain.removeprefix("/"),
        base_url="https://a.example.com",
        auth=site.keys["read_write"],
    )
    return {"http_oauth": over_http.status_code, "https_basic": over_https.status_code}


def test_the_python_client_fails_where_it_was_seen_to_fail(replay: Replay, site: Site) -> None:
    quirks = contents("python-client-quirks")
    for name, case in quirks["values"].items():
        wanted = {key: case[key] for key in ("http_oauth", "https_basic")}
        assert client_answers(replay, site, {"search": case["value"]}) == wanted, name
    for name, case in quirks["parameter_shapes"].items():
        wanted = {key: case[key] for key in ("http_oauth", "https_basic")}
        assert client_answers(replay, site, ast.literal_eval(case["params"])) == wanted, name


def subscribe(site: Site, replay: Replay, topics: dict[str, str]) -> None:
    for label, topic in topics.items():
        answer = replay.client.post(
            "/wp-json/wc/v3/webhooks",
            base_url="https://a.example.com",
            auth=site.keys["read_write"],
            json={"topic": topic, "delivery_url": f"https://app.example.com/{label}"},
        )
        assert answer.status_code == 201


def labels(posts: list[Posted]) -> list[str]:
    return sorted(each.url.rpartition("/")[2] for each in posts)


def test_deliveries_of_one_second_share_their_id(replay: Replay, site: Site) -> None:
    recorded = contents("90-webhooks/delivery-ids-not-unique")["deliveries"]
    assert len({each["delivery_id"] for each in recorded}) == 2
    subscribe(site, replay, {"created": "order.created"})
    replay.posted.clear()
    for each in recorded:
        replay.clock.moment = datetime.fromtimestamp(int(each["at"]), UTC)
        create(replay, site, each["order_id"])
        replay.world.tick()
    ids = [post.headers["X-WC-Webhook-Delivery-ID"] for post in replay.posted]
    wanted = [each["delivery_id"] for each in recorded]
    assert [ids.index(each) for each in ids] == [wanted.index(each) for each in wanted]


def test_a_plain_store_sends_webhooks_only_when_somebody_visits(replay: Replay, site: Site) -> None:
    silent, visited, *crowds = contents("90-webhooks/latency-plain-wp-cron")["cases"]
    assert silent["delivered_after_s"] is None
    assert visited["delivered_after_s"] < 1
    site.store.cron = "plain"
    subscribe(site, replay, {"created": "order.created"})
    replay.posted.clear()
    create(replay, site, 100)
    assert seconds_until_posted(replay, site, visits=False) is None
    replay.client.get("/wp-json/", base_url=site.store.home)
    replay.world.tick()
    assert labels(replay.posted) == ["created"]
    for _ in crowds:
        replay.posted.clear()
        create(replay, site, 101)
        waited = seconds_until_posted(replay, site, visits=True)
        assert waited is not None
        assert 30 < waited <= 62


def seconds_until_posted(replay: Replay, site: Site, *, visits: bool) -> int | None:
    for waited in range(0, 150, 2):
        if visits:
            replay.client.get("/wp-json/", base_url=site.store.home)
        replay.world.tick()
        if replay.posted:
            return waited
        replay.clock.advance(2)
    return None


WATCHED = {
    "updated": "order.updated",
    "created": "order.created",
    "deleted": "order.deleted",
    "restored": "order.restored",
    "product": "product.updated",
    "note": "action.woocommerce_order_note_added",
    "nosecret": "order.updated",
    "https": "order.updated",
}
PAID = {"set_paid": True, "payment_method": "ordersync"}


class Changes:
    """The changes of 90-webhooks/effects, made over REST to order 100 and its successors."""

    def __init__(self, replay: Replay, site: Site) -> None:
        self.replay, self.site = replay, site
        self.steps: dict[str, Callable[[], Any]] = {
            "PUT order {} (empty body)": self.put,
            "PUT order with the same email as before": lambda: self.put(
                billing={"email": "ada@example.com"}
            ),
            "PUT order meta_data only": lambda: self.put(meta_data=[{"key": "k", "value": "v"}]),
            "PUT order status on-hold": lambda: self.put(status="on-hold"),
            "POST private note": lambda: self.ask("POST", "/100/notes", {"note": "x"}),
            "POST customer note": lambda: self.ask(
                "POST", "/100/notes", {"note": "x", "customer_note": True}
            ),
            "POST partial refund": lambda: self.ask(
                "POST", "/100/refunds", {"amount": "1.00", "api_refund": False}
            ),
            "three PUTs in a row, same order": self.put_thrice,
            "batch update of three orders": self.batch,
            "PUT order status completed (fulfillments feature on)": lambda: self.put(
                status="completed"
            ),
            "DELETE order (trash)": lambda: self.ask("DELETE", "/100"),
            "PUT status processing on a trashed order": lambda: self.put(status="processing"),
            "DELETE order force=true": lambda: self.ask("DELETE", "/100?force=true"),
            "DELETE order force=true on a live order that was never trashed": lambda: self.ask(
                "DELETE", "/110?force=true"
            ),
            "fulfillment created (store a, feature on)": self.fulfill,
            "create pending order (no set_paid)": lambda: create(replay, site, 120),
            "create order, then delete force within the same second": self.come_and_go,
        }

    def ask(self, method: str, path: str, body: Any = None) -> None:
        answer = self.replay.client.open(
            f"/wp-json/wc/v3/orders{path}",
            method=method,
            base_url="https://a.example.com",
            auth=self.site.keys["read_write"],
            json=body,
        )
        assert answer.status_code < 300, answer.text

    def put(self, **body: Any) -> None:
        self.ask("PUT", "/100", body)

    def put_thrice(self) -> None:
        for note in ("one", "two", "three"):
            self.put(customer_note=note)

    def batch(self) -> None:
        for order_id in (110, 111, 112):
            create(self.replay, self.site, order_id, **PAID)
        self.replay.world.tick()
        updates = [{"id": order_id, "customer_note": "b"} for order_id in (110, 111, 112)]
        self.ask("POST", "/batch", {"update": updates})

    def fulfill(self) -> None:
        item = self.site.store.orders[111].items[0].id
        meta = [{"id": 0, "key": "_items", "value": [{"item_id": item, "qty": 1}]}]
        body = {"status": "fulfilled", "is_fulfilled": True, "meta_data": meta}
        self.ask("POST", "/111/fulfillments", body)

    def come_and_go(self) -> None:
        create(self.replay, self.site, 130)
        self.ask("DELETE", "/130?force=true")


def test_each_change_sends_the_webhooks_it_was_seen_to_send(replay: Replay, site: Site) -> None:
    create(replay, site, 100, billing={"email": "ada@example.com"}, **PAID)
    subscribe(site, replay, WATCHED)
    changes = Changes(replay, site)
    for effect in contents("90-webhooks/effects")["effects"]:
        replay.posted.clear()
        changes.steps[effect["change"]]()
        replay.world.tick()
        assert labels(replay.posted) == effect["deliveries"], effect["change"]
