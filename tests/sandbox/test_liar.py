"""Lies of pretend stores: each is seen on the wire, and only while it is switched on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from sandbox.clock import SettableClock
from sandbox.liar import LIES
from sandbox.liar.__main__ import table
from sandbox.people import People
from sandbox.shopify import App, Shop
from sandbox.world import World
from tests.sandbox.conftest import DOMAIN, SCOPES, START, TOPICS, Receiver, Talk
from tests.sandbox.woo_cast import HOST, Scene

BUYER = {
    "first_name": "Quentin",
    "last_name": "Canary",
    "address_1": "7 Canary Wharf",
    "city": "Leeds",
    "country": "GB",
    "phone": "07000 000000",
}
ADDRESS = {
    "firstName": "Quentin",
    "lastName": "Canary",
    "address1": "7 Canary Wharf",
    "city": "Leeds",
    "countryCode": "GB",
    "phone": "07000 000000",
}
NOTE = "(5) 40a tyco spdt relays in sockets, as agreed by phone"
Line = tuple[int, dict[str, str], bytes]


class Wire:
    """All that was heard of a store: answers and webhooks."""

    def __init__(self) -> None:
        self.heard: list[Line] = []

    def note(self, answer: TestResponse) -> TestResponse:
        kept = {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}
        self.heard.append((answer.status_code, kept, answer.get_data()))
        return answer

    def webhook(self, url: str, headers: Any, body: bytes) -> None:
        self.heard.append((0, {"url": url}, body))


class WooStory:
    """A store in which an order is looked for, made, read, changed and shipped."""

    host = HOST

    def __init__(self) -> None:
        plugins = ["fulfillments", "advanced-shipment-tracking"]
        self.scene = Scene(plugins=plugins, tax_rate=20, country="GB")
        self.scene.subscribe("order.updated", "a-secret")
        self.world, self.wire = self.scene.world, Wire()
        self.order_id = 0

    def ask(self, method: str, path: str, body: Any = None) -> TestResponse:
        return self.wire.note(self.scene.ask(method, path, body))

    def run(self) -> None:
        self.ask("GET", "orders?search=Canary")
        wanted = {
            "line_items": [{"sku": "MUG", "quantity": 2}],
            "billing": {**BUYER, "email": "quentin@canary.example"},
            "shipping": BUYER,
            "customer_note": NOTE,
            "meta_data": [{"key": "Marketplace order", "value": "#1003"}],
            "fee_lines": [{"name": "Packing", "total": "4.90"}],
            "set_paid": True,
        }
        self.ask("POST", "orders", wanted)
        self.order_id = max(self.scene.store.orders, default=0)
        self.world.tick()
        for path in ("orders?search=Canary", "orders?search=Canary&_=2", "orders?_jsonp=a"):
            self.ask("GET", path)
        if self.order_id:
            self._go_on()
        self.world.tick()
        for url, headers, body in self.scene.posts:
            self.wire.webhook(url, headers, body)

    def _go_on(self) -> None:
        order = f"orders/{self.order_id}"
        self.ask("GET", order)
        self.ask("PUT", order, {"customer_note": "Thanks", "status": "on-hold"})
        self.ask("POST", f"{order}/refunds", {"amount": "1.00", "api_refund": False})
        self.scene.store.ship(
            self.order_id, None, "1Z999", "UPS", "https://www.ups.com/track?1Z999"
        )
        for path in (order, f"{order}/fulfillments", f"{order}/refunds", "system_status"):
            self.ask("GET", path)
        self.ask("GET", "orders?search=Canary&_=3")
        self.ask("GET", "orders?_jsonp=b")
        self.ask("GET", "orders?page=9")


ORDER = """id name createdAt note currencyCode
 totalPriceSet { shopMoney { amount currencyCode } } totalTaxSet { shopMoney { amount } }
 shippingAddress { address1 city }
 lineItems(first: 10) { nodes { id name title quantity currentQuantity }
 pageInfo { hasNextPage endCursor } }
 fulfillments(first: 10) { trackingInfo { number company url } }"""


class ShopifyStory:
    """A shop in which an order is made, read and shipped."""

    host = DOMAIN

    def __init__(self) -> None:
        receiver = Receiver()
        self.world = World(SettableClock(START), seed=7, post=receiver)
        hooks = "https://app.example.com/hooks"
        app = App("client-1", "a-made-up-secret", SCOPES, webhook_url=hooks, topics=TOPICS)
        self.shop = Shop(self.world, DOMAIN, name="Alfa")
        self.shirt = self.shop.sells("SHIRT-1", "Shirt", "12.50")
        self.talk = Talk(self.world, DOMAIN, self.shop.install(app).access_token)
        self.receiver, self.wire = receiver, Wire()

    def ask(self, document: str, **variables: Any) -> TestResponse:
        return self.wire.note(self.talk.post(document, **variables))

    def run(self) -> None:
        bag = {"shopMoney": {"amount": "12.50", "currencyCode": "USD"}}
        line = {"variantId": self.shirt.gid, "quantity": 2, "priceSet": bag}
        tax = {"title": "VAT", "rate": "0.2", "priceSet": bag}
        order = {
            "lineItems": [{**line, "taxLines": [tax]}, line],
            "shippingAddress": ADDRESS,
            "note": NOTE,
        }
        create = "mutation($order: OrderCreateOrderInput!) { orderCreate(order: $order) {"
        create += f" order {{ {ORDER} }} userErrors {{ message }} }} }}"
        self.ask(create, order=order)
        for made in list(self.shop.orders.values()):
            self.ask(f"query($id: ID!) {{ order(id: $id) {{ {ORDER} }} }}", id=made.gid)
            update = "mutation($input: OrderInput!) { orderUpdate(input: $input) {"
            update += " order { id } userErrors { message } } }"
            self.ask(update, input={"id": made.gid, "note": "Thanks"})
            link = "https://www.ups.com/track?1Z999"
            People(self.world).vendor.ships(self.shop, made.id, number="1Z999", url=link)
            self.ask(f"query($id: ID!) {{ order(id: $id) {{ {ORDER} }} }}", id=made.gid)
        self.world.tick()
        for url, headers, body in self.receiver.got:
            self.wire.webhook(url, headers, body)


STORIES: dict[str, Any] = {"woocommerce": WooStory, "shopify": ShopifyStory}
OPTIONS: dict[str, Any] = {"huge_texts": {"size": 3000}, "pages_capped": {"size": 1}}
EVERY = [(name, where) for name, lie in LIES.items() for where in lie.platforms]


@pytest.mark.parametrize(("name", "platform"), EVERY)
def test_each_lie_is_heard_and_remembered(name: str, platform: str) -> None:
    honest, lying = STORIES[platform](), STORIES[platform]()
    lying.world.liar(lying.host).tell(name, **OPTIONS.get(name, {}))
    honest.run()
    lying.run()
    told = lying.world.liar(lying.host).told
    assert told
    assert {each.name for each in told} == {name}
    assert lying.wire.heard != honest.wire.heard


@pytest.mark.parametrize("platform", STORIES)
def test_a_liar_that_is_told_nothing_tells_the_truth(platform: str) -> None:
    honest, silent = STORIES[platform](), STORIES[platform]()
    silent.world.liar(silent.host).tell("firewall_for_all", for_seconds=0)
    honest.run()
    silent.run()
    assert silent.wire.heard == honest.wire.heard
    assert silent.world.liar(silent.host).told == []


@pytest.mark.parametrize("platform", STORIES)
def test_the_same_seed_tells_the_same_lies(platform: str) -> None:
    def told_with(seed: int) -> list[Any]:
        story = STORIES[platform]()
        liar = story.world.liar(story.host)
        liar.draw(seed, dict.fromkeys(liar.names, 0.9 / len(liar.names)))
        story.run()
        return [(each.name, each.path) for each in liar.told]

    runs = [told_with(seed) for seed in range(20)]
    assert runs == [told_with(seed) for seed in range(20)]
    assert len({name for run in runs for name, _ in run}) > 15


def test_the_table_in_the_readme_is_the_table_of_the_lies() -> None:
    readme = (Path(__file__).parents[2] / "sandbox" / "README.md").read_text()
    assert table() in readme, "python -m sandbox.liar prints the table"


# -- what single lies say ----------------------------------------------------------------------


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_lie_leaves_the_true_order_in_the_store(scene: Scene) -> None:
    liar = scene.world.liar(scene.store)
    liar.tell("amounts_without_decimals")
    order = scene.create(fee_lines=[{"name": "Packing", "total": "2.40"}])
    assert order["total"] == "15"
    assert order["fee_lines"][0]["total"] == "2"
    liar.stop()
    assert scene.ask("GET", f"orders/{order['id']}").get_json()["total"] == "14.90"


def test_a_firewall_keeps_the_request_from_the_store(scene: Scene) -> None:
    scene.world.liar(HOST).tell("firewall_by_content")
    body = {"line_items": [{"sku": "MUG"}], "customer_note": NOTE}
    refused = scene.ask("POST", "orders", body)
    assert (refused.status_code, refused.mimetype) == (403, "text/html")
    assert not scene.store.orders
    assert scene.create(customer_note="hello")["id"]


def test_a_lie_ends_with_its_time_and_with_its_number(scene: Scene) -> None:
    liar = scene.world.liar(HOST)
    liar.tell("challenge_403", for_seconds=25)
    challenged = scene.ask("GET", "orders")
    assert challenged.headers["cf-mitigated"] == "challenge"
    scene.clock.advance(25)
    assert scene.ask("GET", "orders").status_code == 200
    liar.tell("byte_order_mark", times=2)
    marked = [scene.ask("GET", "orders").data.startswith(b"\xef\xbb\xbf") for _ in range(3)]
    assert marked == [True, True, False]
    assert liar.switched_on == []


def test_a_share_of_the_calls_is_lied_to(scene: Scene) -> None:
    scene.world.liar(HOST).tell("login_page", share=0.5)
    pages = [scene.ask("GET", "orders").mimetype == "text/html" for _ in range(100)]
    assert 30 < sum(pages) < 70


def test_a_cached_read_is_told_for_a_week_whatever_happened(scene: Scene) -> None:
    scene.world.liar(HOST).tell("cached_reads_without_underscore")
    order = f"orders/{scene.create()['id']}"
    assert scene.ask("GET", f"{order}?_=1").get_json()["status"] == "pending"
    scene.ask("PUT", order, {"status": "completed"})
    cached = scene.ask("GET", f"{order}?_=2")
    assert cached.get_json()["status"] == "pending"
    assert cached.headers["X-LiteSpeed-Cache"] == "hit"
    scene.clock.advance(8 * 24 * 3600)
    assert scene.ask("GET", f"{order}?_=3").get_json()["status"] == "completed"


def test_a_stripped_header_is_told_from_a_key_in_the_address(scene: Scene) -> None:
    scene.world.liar(HOST).tell("header_stripped")
    assert scene.ask("GET", "orders").get_json()["code"] == "woocommerce_rest_cannot_view"
    key, secret = scene.key
    address = f"orders?consumer_key={key}&consumer_secret={secret}"
    assert scene.ask("GET", address, auth=None).status_code == 200
    assert scene.client.get("/wp-json/", base_url=f"https://{HOST}").status_code == 200


def test_every_page_of_an_endless_list_is_full(scene: Scene) -> None:
    order = scene.create()
    scene.world.liar(HOST).tell("endless_pages")
    for page in (1, 2, 900):
        listed = scene.ask("GET", f"orders?per_page=100&page={page}").get_json()
        assert [each["id"] for each in listed] == [order["id"]] * 100


def test_a_read_fires_updates_of_all_that_was_read(scene: Scene) -> None:
    scene.subscribe("order.updated", "a-secret")
    order = scene.create()
    scene.world.tick()
    scene.posts.clear()
    scene.world.liar(HOST).tell("reading_fires_updates")
    scene.ask("GET", f"orders/{order['id']}")
    scene.world.tick()
    assert [json.loads(body)["id"] for _, _, body in scene.posts] == [order["id"]]


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_an_error_quotes_the_buyer_of_the_order_before(status: int) -> None:
    story = WooStory()
    story.run()
    story.world.liar(HOST).tell(f"quotes_buyer_{status}")
    refused = story.ask("POST", "orders", {"billing": BUYER, "line_items": [{"sku": "MUG"}]})
    assert refused.status_code == status
    for canary in ("Quentin", "7 Canary Wharf", "07000 000000"):
        assert canary in refused.get_json()["message"]
        assert canary in refused.headers["X-Debug"]


def test_webhooks_lie_before_they_are_signed() -> None:
    story = ShopifyStory()
    story.world.liar(DOMAIN).tell("hook_many_lines")
    story.run()
    created = [body for _, headers, body in story.receiver.got if _is_create(headers)]
    assert len(json.loads(created[0])["line_items"]) == 260
    assert len(next(iter(story.shop.orders.values())).lines) == 2


def _is_create(headers: dict[str, str]) -> bool:
    return headers["X-Shopify-Topic"] == "orders/create"


def test_lies_are_switched_over_http(scene: Scene) -> None:
    door = Client(scene.world)
    wanted = {"host": HOST, "name": "captcha_page", "for_seconds": 60, "status": 200}
    assert door.post("/lies", json=wanted).get_json() == {"on": ["captcha_page"]}
    assert scene.ask("GET", "orders").headers["SG-Captcha"] == "challenge"
    shown = door.get("/lies").get_json()
    assert set(shown["known"]) == set(LIES)
    (told,) = shown["hosts"][HOST]["told"]
    assert (told["name"], told["method"], told["path"]) == (
        "captcha_page",
        "GET",
        "/wp-json/wc/v3/orders",
    )
    assert door.post("/lies/stop", json={}).get_json() == {"on": []}
    assert scene.ask("GET", "orders").status_code == 200
    drawn = door.post("/lies/draw", json={"host": HOST, "seed": 3, "rates": {"login_page": 1}})
    assert drawn.get_json() == {"on": ["login_page"]}
    assert scene.ask("GET", "orders").mimetype == "text/html"
    assert "no such lie" in door.post("/lies", json={"host": HOST, "name": "?"}).get_json()["error"]


def test_an_endless_cursor_leads_to_the_first_page_again() -> None:
    story = ShopifyStory()
    story.run()
    story.world.liar(DOMAIN).tell("endless_cursor")
    ask = "query($after: String) { orders(first: 1, after: $after) { nodes { id } "
    ask += "pageInfo { hasNextPage endCursor } } }"
    first = story.ask(ask).get_json()["data"]["orders"]
    assert first["pageInfo"]["hasNextPage"]
    assert first["nodes"]
    again = story.ask(ask, after=first["pageInfo"]["endCursor"]).get_json()["data"]["orders"]
    assert again == first
