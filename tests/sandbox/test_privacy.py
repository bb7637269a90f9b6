"""What a merchant asks of apps for a customer, as Shopify documents it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import Client

from sandbox.people import People
from sandbox.shopify import App, Shop
from sandbox.shopify.catalogue import Variant
from sandbox.shopify.webhooks import signature
from sandbox.world import World
from tests.sandbox.conftest import DOMAIN, Receiver

HERE = "http://127.0.0.1:8900"


@pytest.mark.parametrize(
    ("verb", "topic", "orders"),
    [
        ("requests_customer_record", "customers/data_request", "orders_requested"),
        ("redacts_customer", "customers/redact", "orders_to_redact"),
    ],
)
def test_every_app_is_asked_about_all_orders_of_the_customer(
    world: World, people: People, shop: Shop, app: App, shirt: Variant, receiver: Receiver,
    pass_time: Any,
    verb: str, topic: str, orders: str,
) -> None:  # fmt: skip
    app.topics, app.compliance_url = (), "https://app.example.com/privacy"
    shop.install(app)
    mine = [people.customer.buys(shop, [(shirt, 1)], email="ada@example.com") for _ in range(2)]
    people.customer.buys(shop, [(shirt, 1)], email="bob@example.com")
    given = {"shop": DOMAIN, "order": mine[0].id}
    done: Any = Client(world).post(f"/people/merchant.{verb}", base_url=HERE, json=given).json
    pass_time(0)
    [(url, headers, raw)] = receiver.got
    assert (url, headers["X-Shopify-Topic"]) == (app.compliance_url, topic)
    assert headers["X-Shopify-Hmac-Sha256"] == signature(app.client_secret, raw)
    body = json.loads(raw)
    assert done["result"] == body
    assert (body["shop_id"], body["shop_domain"]) == (shop.id, DOMAIN)
    assert body["customer"]["email"] == "ada@example.com"
    assert body[orders] == [each.id for each in mine]
    assert ("data_request" in body) == (topic == "customers/data_request")


def test_a_customer_keeps_their_number(
    people: People, shop: Shop, app: App, shirt: Variant, receiver: Receiver, pass_time: Any
) -> None:
    shop.install(app)
    order = people.customer.buys(shop, [(shirt, 1)])
    people.merchant.requests_customer_record(shop, order)
    people.merchant.redacts_customer(shop, order)
    pass_time(0)
    bodies = [json.loads(body) for _, headers, body in receiver.got
              if headers["X-Shopify-Topic"].startswith("customers/")]  # fmt: skip
    assert len({each["customer"]["id"] for each in bodies}) == 1
    assert len(bodies) == 2
