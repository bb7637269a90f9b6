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
from sandbox.woocommerce.php import leading_int, slug_of, text_of, truth

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

ADVANCED, PAID = "advanced-shipment-tracking", "woocommerce-shipment-tracking"
PAID_V2 = "woocommerce-shipment-tracking-v2"
"""An old release of ``PAID``, whose routes are in wc/v1 and wc/v2 alone (seen beside 8.2.2)."""
PRO = "ast-pro"
"""Advanced Shipment Tracking's paid edition: it also keeps which pieces are in a parcel."""
BY_ZOREM = (ADVANCED, PRO)
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
OLDER_PROVIDERS = {
    "DHL Intraship (DE)": "http://nolp.dhl.de/nextt-online-public/set_identcodes.do?lang=de"
    "&idc=%number%&rfn=&extendedSearch=true"
}
BY_SLUG = {
    slug_of(name): (name, url)
    for group in [*PROVIDERS.values(), OLDER_PROVIDERS]
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
    name, url = call.store.carriers.get(entry.get("tracking_provider", ""), ("", ""))
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
    """A carrier that AST does not know is kept by its slug, and shown with an empty name."""
    name = text_of(body.get("tracking_provider"))
    slug = slug_of(name)
    advanced = _is_advanced(store)
    entry: JSON = {
        "tracking_provider": slug,
        "custom_tracking_provider": ""
        if advanced
        else text_of(body.get("custom_tracking_provider")),
        "custom_tracking_link": text_of(body.get("custom_tracking_link")),
        "tracking_number": text_of(body["tracking_number"]),
        "date_shipped": _shipped(store, body.get("date_shipped")),
        "tracking_id": f"{store.world.random.getrandbits(128):032x}",
    }
    if store.tracking == PAID_V2:
        for key in ("custom_tracking_provider", "custom_tracking_link"):
            entry[key] = body.get(key)
    if advanced:
        entry |= _advanced_fields(body)
        shown = store.carriers.get(slug, ("", ""))[0]
        text = f"Order was shipped with {shown} and tracking number is: {entry['tracking_number']}"
        store.add_note(order, text)
    if body.get("products_list"):
        entry["products_list"] = body["products_list"]
    write(store, order, [*entries(order), entry])
    return entry


def _is_advanced(store: WooStore) -> bool:
    return store.tracking in BY_ZOREM


def _advanced_fields(body: JSON) -> JSON:
    return {
        "tracking_product_code": "",
        "source": "REST_API",
        "status_shipped": text_of(body.get("status_shipped", "")),
        "user_id": 1,
    }


def _shipped(store: WooStore, sent: Any) -> int | str:
    """AST replaces the date by now until the merchant has saved the plugin's settings.

    The old release of WooCommerce Shipment Tracking keeps a date that was sent as text, in UTC.
    """
    if sent and store.tracking == PAID_V2:
        return str(int(datetime.fromisoformat(text_of(sent)).replace(tzinfo=UTC).timestamp()))
    if sent and (store.tracking in (PAID, PAID_V2) or store.tracking_settings_saved):
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
