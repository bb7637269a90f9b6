"""Faults on the wire, and the sandbox's own door."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from werkzeug.test import Client

from sandbox.clock import RunningClock
from sandbox.faults import ConnectionRefused, ConnectionTorn
from sandbox.server import Server
from sandbox.shopify import App, Shop
from sandbox.shopify.catalogue import Variant
from sandbox.wire import WsgiTransport, post_into
from sandbox.woocommerce import WooStore
from sandbox.world import World
from tests.sandbox.conftest import DOMAIN, ORDER_ID, Talk, order_of


def test_a_lost_answer_leaves_an_order_behind(
    world: World, shop: Shop, talk: Talk, shirt: Variant
) -> None:
    world.faults.add("lost_answer", match="orderCreate")
    talk.ask("{ shop { id } }")
    with pytest.raises(ConnectionTorn):
        talk.create(order_of(shirt))
    assert len(shop.orders) == 1
    assert talk.create(order_of(shirt))["order"], "the fault fires once"
    assert [each.kind for each in world.faults.fired] == ["lost_answer"]


def test_a_late_request_executes_after_the_client_gave_up(
    world: World, shop: Shop, talk: Talk, shirt: Variant, pass_time: Callable[[float], None]
) -> None:
    world.faults.add("late", match="orderCreate", seconds=45)
    with pytest.raises(ConnectionTorn):
        talk.create(order_of(shirt))
    pass_time(44)
    assert not shop.orders
    pass_time(1)
    assert len(shop.orders) == 1


@pytest.mark.parametrize(
    ("kind", "status", "orders"),
    [
        ("error_after", 502, 1),
        ("error_before", 502, 0),
        ("html", 200, 0),
        ("maintenance", 503, 0),
        ("unauthorized", 401, 0),
        ("rejected", 400, 0),
        ("redirect", 301, 0),
        ("throttled", 200, 0),
        ("slow", 200, 1),
    ],
)
def test_each_fault_answers_and_executes_as_it_says(
    world: World, shop: Shop, talk: Talk, shirt: Variant, kind: Any, status: int, orders: int
) -> None:
    world.faults.add(kind, host=DOMAIN, seconds=3)
    response = talk.post(ORDER_ID, order=order_of(shirt))
    assert (response.status_code, len(shop.orders)) == (status, orders)
    if kind == "throttled":
        assert response.json["errors"][0]["extensions"]["code"] == "THROTTLED"


def test_a_fault_minds_its_host_and_its_odds(world: World, talk: Talk) -> None:
    world.faults.add("refused", host="other.myshopify.com")
    talk.ask("{ shop { id } }")
    world.faults.clear()
    world.faults.add("refused", probability=0.5, times=1000)
    refused = 0
    for _ in range(100):
        try:
            talk.ask("{ shop { id } }")
        except ConnectionRefused:
            refused += 1
    assert 30 < refused < 70


def test_requests_sees_torn_and_refused_connections_without_a_socket(
    world: World, talk: Talk
) -> None:
    session = requests.Session()
    session.mount("https://", WsgiTransport(world))
    url = f"https://{DOMAIN}/admin/api/2026-10/graphql.json"
    headers = {"X-Shopify-Access-Token": talk.token}
    answer = session.post(url, json={"query": "{ shop { name } }"}, headers=headers)
    assert answer.json()["data"] == {"shop": {"name": "Alfa"}}
    world.faults.add("lost_answer")
    with pytest.raises(requests.ReadTimeout):
        session.post(url, json={"query": "{ shop { name } }"}, headers=headers)
    world.faults.add("refused")
    with pytest.raises(requests.ConnectionError):
        session.post(url, json={"query": "{ shop { name } }"}, headers=headers)


def test_webhooks_can_go_straight_into_a_wsgi_app(world: World) -> None:
    post = post_into(world)
    assert post("http://localhost/run-due", {"X-A": "b"}, b"{}") == 200
    assert post("http://nobody.example.com/", {}, b"") == 404


@pytest.fixture
def door(world: World, shop: Shop, talk: Talk) -> Client:
    return Client(world)


def posted(door: Client, path: str, **given: Any) -> Any:
    return door.post(path, json=given).json


def test_people_faults_and_the_clock_are_steered_over_http(door: Client, shop: Shop) -> None:
    lines = [["SHIRT-1", 2]]
    bought = posted(door, "/people/customer.buys", shop=DOMAIN, lines=lines, shipping="4.00")
    number = bought["result"]["id"]
    posted(door, "/people/vendor.ships", host=DOMAIN, order=number, number="1Z", company="UPS")
    state: Any = door.get(f"/state/{DOMAIN}").json
    order = state["orders"][0]
    assert (order["fulfilment"], order["total"]) == ("fulfilled", "29.00")
    assert order["parcels"][0]["tracking"][0]["number"] == "1Z"
    assert posted(door, "/faults", kind="html") == {"planned": 1}
    now = posted(door, "/clock/advance", seconds=60)["now"]
    assert now.startswith("2026-11-23T12:01")
    assert door.post("/people/nobody.does", json={}).status_code == 400
    assert door.post("/faults", json={"kind": "earthquake"}).status_code == 400
    assert door.get("/nowhere").status_code == 404


def test_the_pages_escape_what_customers_write(
    door: Client, world: World, talk: Talk, shirt: Variant
) -> None:
    site = WooStore(world, "woo.example.com", name="Woo <b>")
    talk.create(order_of(shirt, note="<script>alert(1)</script>"))
    page = door.get(f"/shops/{DOMAIN}").text
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "Woo &lt;b&gt;" in door.get("/").text
    assert door.get(f"/sites/{site.host}").status_code == 200


def test_a_new_shop_and_site_are_made_over_http(door: Client, world: World, app: App) -> None:
    made = posted(
        door,
        "/shops",
        domain="beta.myshopify.com",
        products=[{"sku": "A", "title": "A", "price": "1.00"}],
        installs=[app.client_id],
    )
    token = made["grants"][app.client_id]["access_token"]
    beta = Talk(world, "beta.myshopify.com", token)
    assert beta.ask("{ shop { name } }") == {"shop": {"name": "beta"}}
    site = posted(
        door,
        "/sites",
        host="woo.example.com",
        plugins=["fulfillments"],
        products=[{"sku": "B", "name": "B", "price": "2.00", "stock": 3}],
    )
    assert site["consumer_key"].startswith("ck_")
    assert "woo.example.com" in world.sites


def test_over_a_socket_a_lost_answer_closes_the_connection(shirt: Variant, world: World) -> None:
    talk = Talk(
        world, DOMAIN, world.shops[DOMAIN].install(App("c", "s", ["write_orders"])).access_token
    )
    world.clock = RunningClock()
    headers = {"Host": DOMAIN, "X-Shopify-Access-Token": talk.token}
    with Server(world) as server, requests.Session() as session:
        url = f"http://127.0.0.1:{server.port}/admin/api/2026-10/graphql.json"
        for _ in range(2):
            fine = session.post(url, json={"query": "{ shop { id } }"}, headers=headers)
            assert fine.status_code == 200
        world.faults.add("lost_answer", host=DOMAIN)
        with pytest.raises(requests.ConnectionError):
            session.post(url, json={"query": "{ shop { id } }"}, headers=headers, timeout=5)


def test_the_module_serves_what_its_config_lists(tmp_path: Path) -> None:
    config = tmp_path / "world.json"
    config.write_text('{"shops": [{"domain": "gamma.myshopify.com"}]}')
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            port = json.loads(process.stdout.readline())["port"]
            index = requests.get(f"http://127.0.0.1:{port}/", timeout=5).text
        finally:
            process.terminate()
    assert "gamma.myshopify.com" in index
