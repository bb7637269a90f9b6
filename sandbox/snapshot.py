"""The state of a store as plain JSON, the same shape for both platforms."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.shopify.money import rest_amount
from sandbox.woocommerce.order_view import order_view
from sandbox.woocommerce.totals import total_of
from sandbox.woocommerce.trackings import BY_SLUG, entries

if TYPE_CHECKING:
    from sandbox.shopify.fulfilment import Fulfillment
    from sandbox.shopify.order import Order
    from sandbox.shopify.shop import Shop
    from sandbox.woocommerce import WooStore
    from sandbox.woocommerce.models import Order as WooOrder
    from sandbox.woocommerce.tracking_plugins import Parcel
    from sandbox.world import World

Json = dict[str, Any]


def of_host(world: World, host: str) -> Json | None:
    """Everything to be seen at a host: ``orders`` with ``lines``, ``address`` and ``parcels``.

    ``worth`` is what an order costs now less what was given back, ``shipping`` what is charged for
    that, ``rounded`` how many of its amounts the store rounds by itself; ``returned`` are the
    reasons of its refunds."""
    shop, site = world.shops.get(host), world.sites.get(host)
    if shop:
        with shop.lock:
            return _head(shop, host, "shopify", [_order(shop, each) for each in _newest(shop)])
    if site:
        with site.lock:
            return _head(site, host, "woocommerce", [_woo(site, each) for each in _newest(site)])
    return None


def _newest(store: Shop | WooStore) -> list[Any]:
    return sorted(store.orders.values(), key=lambda each: each.id, reverse=True)


def _head(store: Shop | WooStore, host: str, platform: str, orders: list[Json]) -> Json:
    return {
        "host": host,
        "platform": platform,
        "decimals": getattr(store, "decimals", None),
        "name": store.name,
        "currency": store.currency,
        "orders": orders,
    }


def _order(shop: Shop, order: Order) -> Json:
    return {
        "id": order.id,
        "name": order.name,
        "status": "cancelled" if order.cancelled_at else "open",
        "payment": order.financial_status.lower(),
        "fulfilment": order.fulfillment_status.lower(),
        "total": rest_amount(order.price, order.currency),
        "current_total": rest_amount(order.current_price, order.currency),
        "worth": rest_amount(_worth(order), order.currency),
        "shipping": rest_amount(_shipping(order), order.currency),
        "rounded": sum(
            bool(line.tax_lines) for line in order.lines if line.current_quantity < line.quantity
        ),
        "returned": [each.note for each in order.refunds],
        "currency": order.currency,
        "placed_at": order.created_at.isoformat(),
        "updated_at": order.updated_at.isoformat(),
        "source_identifier": order.source_identifier,
        "email": order.email,
        "note": order.note,
        "tags": order.tags,
        "test": order.test,
        "delivery": order.delivery.lower(),
        "attributes": dict(order.attributes),
        "address": {key: value for key, value in (order.shipping_address or {}).items() if value},
        "lines": [
            {
                "id": line.id,
                "sku": line.sku,
                "title": line.name,
                "vendor": line.vendor,
                "quantity": line.quantity,
                "current_quantity": line.current_quantity,
                "fulfilled": line.fulfilled,
                "price": rest_amount(line.price, order.currency),
                "properties": dict(line.properties),
            }
            for line in order.lines
        ],
        "parcels": [_parcel(each) for each in order.fulfillments],
    }


def _worth(order: Order) -> Decimal:
    if order.received and order.given_back >= order.received:
        return Decimal()  # with all pieces the shipping went back too, which stays in the price
    return order.current_price - sum(each.amount for each in order.refunds if not each.lines)


def _shipping(order: Order) -> Decimal:
    """With its tax."""
    taxes = () if order.taxes_included else order.shipping_lines
    return order.shipping + sum(tax.price for each in taxes for tax in each.tax_lines)


def _parcel(fulfillment: Fulfillment) -> Json:
    pieces: Counter[str] = Counter()  # those of one line may be of several fulfilment orders
    for each in fulfillment.lines:
        pieces[str(each.line.id)] += each.quantity
    return {
        "id": fulfillment.id,
        "status": fulfillment.status.lower(),
        "lines": dict(pieces),
        "tracking": [vars(each) for each in fulfillment.tracking],
    }


def _woo(site: WooStore, order: WooOrder) -> Json:
    """``meta_data`` and line items are as REST shows them."""
    seen = order_view(site, order)
    shipped = order.status == "completed"
    back: Counter[str] = Counter()
    for refund in order.refunds:
        for item in refund.items:
            back[str(item.meta.get("_refunded_item_id"))] -= item.quantity
    return {
        "id": order.id,
        "name": f"#{order.id}",
        "status": order.status,
        "payment": "paid" if order.paid else "pending",
        "fulfilment": "fulfilled" if shipped else "unfulfilled",
        "total": seen["total"],
        "worth": str(total_of(site, order) - order.refunded),
        "shipping": str(sum(fee.total for fee in order.of("fee") if fee.name == "Shipping")),
        "rounded": len(order.items),
        "returned": [each.reason for each in order.refunds],
        "currency": seen["currency"],
        "placed_at": order.created.isoformat(),
        "updated_at": order.modified.isoformat(),
        "email": order.billing.get("email", ""),
        "note": order.customer_note,
        "tags": [],
        "attributes": {each["key"]: each["value"] for each in seen["meta_data"]},
        "address": {key: value for key, value in order.shipping.items() if value},
        "lines": [
            {
                "id": line["id"],
                "sku": line["sku"],
                "title": line["name"],
                "quantity": line["quantity"],
                "current_quantity": line["quantity"] - back[str(line["id"])],
                "price": str(line["price"]),
                "properties": {each["key"]: each["value"] for each in line["meta_data"]},
            }
            for line in seen["line_items"]
        ],
        "parcels": [_woo_fulfillment(each) for each in order.fulfillments]
        + [_woo_tracking(each) for each in entries(order)]
        + [_woo_parcel(each) for each in order.parcels],
    }


def _woo_fulfillment(each: Any) -> Json:
    tracking = {
        "number": each.meta.get("_tracking_number"),
        "company": each.meta.get("_provider_name") or each.meta.get("_shipment_provider"),
        "url": each.meta.get("_tracking_url"),
    }
    pieces = {str(piece["item_id"]): piece["qty"] for piece in each.meta.get("_items", [])}
    return {"id": each.id, "status": each.status, "lines": pieces, "tracking": [tracking]}


def _woo_tracking(each: Json) -> Json:
    known, _ = BY_SLUG.get(each.get("tracking_provider", ""), ("", ""))
    tracking = {
        "number": each.get("tracking_number"),
        "company": known or each.get("custom_tracking_provider"),
        "url": each.get("custom_tracking_link"),
    }
    return {"id": each["tracking_id"], "status": "shipped", "lines": {}, "tracking": [tracking]}


def _woo_parcel(each: Parcel) -> Json:
    tracking = {"number": each.number, "company": each.company, "url": each.url}
    pieces = {str(item): quantity for item, quantity in each.lines.items()}
    return {"id": each.id, "status": "shipped", "lines": pieces, "tracking": [tracking]}
