"""Bodies as Shopify sent them, from 2023 to 2026-07, each read as what it says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stores import webhooks
from stores.base import Address, SeenOrder
from stores.shopify.marketplace import seen_from_webhook

BODIES = Path(__file__).parent.parent / "bodies" / "shopify"
ORDERS = sorted(path.name for path in BODIES.glob("orders_*.json") if "edited" not in path.name)
WHOLE = [name for name in ORDERS if "delete" not in name]

RESOURCES = ("orders_", "fulfillments_", "refunds_", "order_transactions_")
ABOUT_ORDERS = sorted(p.name for p in BODIES.glob("*.json") if p.name.startswith(RESOURCES))


def seen(name: str) -> SeenOrder:
    return seen_from_webhook((BODIES / name).read_bytes())


@pytest.mark.parametrize("name", WHOLE)
def test_every_shape_of_an_order_is_read(name: str) -> None:
    order = seen(name)
    assert order.id.isdigit()
    assert order.lines
    assert order.updated_at.tzinfo is UTC
    assert all(line.subtotal == line.unit_price * line.quantity for line in order.lines)


def test_an_order_of_2025_adds_up_with_its_discounts() -> None:
    order = seen("orders_create.dev_store_2025-01.json")
    goods = sum(line.subtotal - line.discount for line in order.lines)
    assert (order.currency, order.total, order.shipping, goods) == ("HKD", 18690, 2200, 16490)
    assert order.placed_at == datetime(2025, 1, 24, 4, 10, 14, tzinfo=UTC)
    assert order.shipping_address is None


def test_an_order_of_2023_is_read_without_current_quantities() -> None:
    order = seen("orders_create_updated.docs_sample_2023.json")
    assert [line.quantity for line in order.lines] == [1, 1]
    assert order.lines[0].id == "866550311766439020"
    assert order.payment == "voided"


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b"x", b'{"id": 1, "currency": "EUR"}'])
def test_a_body_that_is_no_order_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own words differ
        seen_from_webhook(body)


def test_refunded_pieces_are_not_wanted_in_any_shape() -> None:
    newest = json.loads((BODIES / "orders_updated.rest_2026-07.json").read_bytes())
    expected = [line.quantity for line in seen_from_webhook(newest).lines]
    for line in newest["line_items"]:
        del line["current_quantity"]
    assert [line.quantity for line in seen_from_webhook(newest).lines] == expected


def test_an_address_is_read_by_its_codes() -> None:
    address = seen("orders_updated.rest_2026-07.json").shipping_address
    assert isinstance(address, Address)
    assert (address.city, address.province, address.country) == ("Louisville", "KY", "US")


def test_a_link_leads_into_the_admin_and_never_to_the_buyers_own_page() -> None:
    body = (BODIES / "orders_create.dev_store_2025-01.json").read_bytes()
    order = seen_from_webhook(body, "alfa.myshopify.com")
    assert order.url == "https://alfa.myshopify.com/admin/orders/6200407294252"


def headers(body: bytes, key: str = "s3cret", **more: str) -> dict[str, str]:
    digest = hmac.new(key.encode(), body, hashlib.sha256).digest()
    return {"x-shopify-hmac-sha256": base64.b64encode(digest).decode(), **more}


@pytest.mark.parametrize("name", ABOUT_ORDERS)
def test_every_topic_tells_which_order_it_is_about(name: str) -> None:
    body = (BODIES / name).read_bytes()
    topic = name.partition(".")[0].replace("_", "/", 1)
    sent = headers(body, **{"x-shopify-topic": topic, "x-shopify-webhook-id": "w1"})
    delivery = webhooks("shopify").read(sent, body)
    assert delivery.about.isdigit()
    assert delivery.id == "w1"


def test_a_signature_of_the_old_or_the_new_secret_is_good() -> None:
    body = b'{"id": 1}'
    for secret in ("new", "old"):
        assert webhooks("shopify").verify(headers(body, secret), body, ["new", "old"])


@pytest.mark.parametrize("platform", ["shopify", "woocommerce"])
@pytest.mark.parametrize("name", ["x-shopify-hmac-sha256", "x-wc-webhook-signature"])
def test_a_forged_or_missing_signature_is_refused(platform: str, name: str) -> None:
    verify = webhooks(platform).verify
    assert not verify({}, b"{}", ["s3cret"])
    assert not verify({name: "AAAA"}, b"{}", ["s3cret"])
    assert not verify({name: "ä"}, b"{}", ["s3cret"])
    assert not verify(headers(b"{}"), b"{ }", ["s3cret"])
    assert not verify(headers(b"{}"), b"{}", [])


def test_one_change_told_twice_is_one_delivery_and_two_changes_are_two() -> None:
    """The store itself gives both the same delivery id when they leave in one second."""
    sent = {"x-wc-webhook-topic": "order.updated", "x-wc-webhook-delivery-id": "same"}
    read = webhooks("woocommerce").read
    one, again = read(sent, b'{"id": 79}'), read(sent, b'{"id": 79}')
    other = read(sent, b'{"id": 80}')
    assert one.id == again.id != other.id
    assert (one.about, other.about) == ("79", "80")


def test_a_greeting_is_told_apart_from_a_forgery() -> None:
    module = webhooks("woocommerce")
    assert module.is_greeting({}, b"webhook_id=12")
    assert not module.is_greeting({}, b'{"id": 79}')
    assert not module.is_greeting({"x-wc-webhook-signature": "x"}, b"webhook_id=12")
