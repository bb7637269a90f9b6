"""REST: shipment-trackings, by Advanced Shipment Tracking 3.9.2 or WooCommerce Shipment Tracking.

Both keep their list in the order's meta ``_wc_shipment_tracking_items``, so anybody may write it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.woocommerce import status
from sandbox.woocommerce.answers import Answer, RestError, links, missing_param
from sandbox.woocommerce.call import Call
from sandbox.woocommerce.models import JSON, Order
from sandbox.woocommerce.orders import parent_order
from sandbox.woocommerce.php import leading_int, text_of, truth

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

ADVANCED, PAID = "advanced-shipment-tracking", "woocommerce-shipment-tracking"
PRO = "ast-pro"
"""Advanced Shipment Tracking's paid edition: it also keeps which pieces are in a parcel."""
PARTIAL = "partial-shipped"
ADVANCED_STATUSES = {
    PARTIAL: "Partially Shipped",
    "updated-tracking": "Updated Tracking",
    "delivered": "Delivered",
}
"""Registered by the plugin's own settings (3.9.2)."""
META = "_wc_shipment_tracking_items"
PROVIDERS = {
    "Global": {
        "DHL Express": "https://www.dhl.com/en/express/tracking.html?AWB=%number%",
        "UPS": "https://www.ups.com/track?tracknum=%number%",
    },
    "Netherlands": {"PostNL": "https://postnl.nl/tracktrace/?B=%number%&P=%postal_code%"},
    "United States (US)": {"USPS": "https://tools.usps.com/go/TrackConfirmAction?tLabels=%number%"},
}
BY_SLUG = {
    name.lower().replace(" ", "-"): (name, url)
    for group in PROVIDERS.values()
    for name, url in group.items()
}


def entries(order: Order) -> list[JSON]:
    found = order.meta.get(META)
    return list(found) if isinstance(found, list) else []


def listed(call: Call) -> Answer:
    return Answer([_view(call, each) for each in entries(parent_order(call))])


def get(call: Call) -> Answer:
    return Answer(_view(call, _entry(call)))


def providers(call: Call) -> Answer:
    return Answer(PROVIDERS)


def _entry(call: Call) -> JSON:
    for each in entries(parent_order(call)):
        if each.get("tracking_id") == call.ids[1]:
            return each
    text = "Invalid shipment tracking ID."
    raise RestError("woocommerce_rest_order_shipment_tracking_invalid_id", text, 404)


def _view(call: Call, entry: JSON) -> JSON:
    own = call.path.rstrip("/").partition("/shipment-trackings")[0]
    order = f"{call.store.home}{own}"
    name, url = BY_SLUG.get(entry.get("tracking_provider", ""), ("", ""))
    link = url.replace("%number%", entry["tracking_number"])
    shipped = datetime.fromtimestamp(leading_int(entry.get("date_shipped")), UTC)
    tracking_id = entry["tracking_id"]
    return {
        "tracking_id": tracking_id,
        "tracking_provider": name or entry.get("custom_tracking_provider", ""),
        "tracking_link": entry.get("custom_tracking_link") or link,
        "tracking_number": entry["tracking_number"],
        "date_shipped": shipped.astimezone(call.store.zone).strftime("%Y-%m-%d"),
        "_links": links(f"{order}/shipment-trackings/{tracking_id}", "GET DELETE", order),
    }


def create(call: Call) -> Answer:
    """Duplicates are not checked."""
    body, order = call.params, parent_order(call)
    if "tracking_number" not in body:
        raise missing_param("tracking_number")
    if truth(body.get("replace_tracking", 0)):
        order.meta.drop(META)
    if truth(body.get("status_shipped", 0)) and _is_advanced(call.store):
        status.move(call.store, order, "completed")
    entry = add(call.store, order, body)
    # the plugin casts the hexadecimal id to a number: the address it names is of no use
    place = f"{call.store.home}{call.path}/{leading_int(entry['tracking_id'])}"
    return Answer(_view(call, entry), 201, {"Location": place})


def add(store: WooStore, order: Order, body: JSON) -> JSON:
    """AST stores a carrier it does not know with an empty name."""
    name = text_of(body.get("tracking_provider"))
    slug = name.lower().replace(" ", "-")
    advanced = _is_advanced(store)
    entry: JSON = {
        "tracking_provider": slug if slug in BY_SLUG else "",
        "custom_tracking_provider": ""
        if advanced
        else text_of(body.get("custom_tracking_provider")),
        "custom_tracking_link": text_of(body.get("custom_tracking_link")),
        "tracking_number": text_of(body["tracking_number"]),
        "date_shipped": _shipped(store, body.get("date_shipped")),
        "tracking_id": f"{store.world.random.getrandbits(128):032x}",
    }
    if advanced:
        entry |= _advanced_fields(body)
        shown = BY_SLUG.get(slug, ("", ""))[0]
        text = f"Order was shipped with {shown} and tracking number is: {entry['tracking_number']}"
        store.add_note(order, text)
    if body.get("products_list"):
        entry["products_list"] = body["products_list"]
    write(store, order, [*entries(order), entry])
    return entry


def _is_advanced(store: WooStore) -> bool:
    return store.tracking in (ADVANCED, PRO)


def _advanced_fields(body: JSON) -> JSON:
    return {
        "tracking_product_code": "",
        "source": "REST_API",
        "status_shipped": text_of(body.get("status_shipped", "")),
        "user_id": 1,
    }


def _shipped(store: WooStore, sent: Any) -> int:
    """AST replaces the date by now until the merchant has saved the plugin's settings."""
    if sent and (store.tracking == PAID or store.tracking_settings_saved):
        day = datetime.fromisoformat(text_of(sent)).replace(tzinfo=store.zone)
        return int(day.timestamp())
    return int(store.now().timestamp())


def write(store: WooStore, order: Order, items: list[JSON]) -> None:
    order.meta.put(META, items)
    order.modified = store.now()
    store.emit("order.updated", order.id)


def delete(call: Call) -> Answer:
    entry, order = _entry(call), parent_order(call)
    write(call.store, order, [each for each in entries(order) if each is not entry])
    return Answer(_view(call, entry))
