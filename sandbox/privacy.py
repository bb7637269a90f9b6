"""What a merchant asks of every app for a customer: a copy of the record, or its end.

Bodies as documented for Shopify 2026-10; the functions answer the one that was sent. A customer
is known by e-mail or, without one, by phone; customers/redact is sent at once here, where Shopify
waits for days or months.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.shopify import endpoint

if TYPE_CHECKING:
    from sandbox.shopify.order import Order
    from sandbox.shopify.shop import Shop

Body = dict[str, Any]


def request_customer_record(shop: Shop, order: Order) -> Body:
    with shop.lock:
        body = {
            **_head(shop, order),
            "orders_requested": _orders(shop, order),
            "data_request": {"id": next(shop.world.ids)},
        }
        return _send(shop, "customers/data_request", body)


def redact_customer(shop: Shop, order: Order) -> Body:
    with shop.lock:
        body = {**_head(shop, order), "orders_to_redact": _orders(shop, order)}
        return _send(shop, "customers/redact", body)


def _send(shop: Shop, topic: str, body: Body) -> Body:
    raw = endpoint.as_json(body)
    apps = [each.app for each in shop.grants.installations.values()]
    for each in apps:
        if each.compliance_url or each.webhook_url:
            shop.send_webhook(each, topic, raw)
    return body


def _key(order: Order) -> str:
    key = order.email or order.phone
    if not key:
        raise LookupError(f"{order.name} has no customer")
    return key


def _head(shop: Shop, order: Order) -> Body:
    key = _key(order)
    number = shop.customers.get(key) or next(shop.world.ids)
    shop.customers[key] = number
    return {
        "shop_id": shop.id,
        "shop_domain": shop.domain,
        "customer": {"id": number, "email": order.email, "phone": order.phone},
    }


def _orders(shop: Shop, order: Order) -> list[int]:
    key = _key(order)
    return [each.id for each in shop.orders.values() if key in (each.email, each.phone)]
