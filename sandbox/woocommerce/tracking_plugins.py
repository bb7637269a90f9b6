"""Where further tracking plugins keep a vendor's parcels, each in the shape that it writes.

None of them has a route for parcels: what they keep shows in the order itself. The facts, with
their sources, stand in docs/sandbox-woocommerce.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.woocommerce.models import JSON, Item, Order
from sandbox.woocommerce.php import slug_of, to_json

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

ORDERS_TRACKING, PARCELPANEL = "woo-orders-tracking", "parcelpanel"
AFTERSHIP, YITH = "aftership-woocommerce-tracking", "yith-woocommerce-order-tracking"
SHIPTASTIC, WOO_SHIPPING = "shiptastic-for-woocommerce", "woocommerce-shipping"
SENDCLOUD = "sendcloud-connected-shipping"
ORDERS_TRACKING_WHOLE = "woocommerce-orders-tracking"
"""Orders Tracking Premium, set to track whole orders instead of items."""
MYPARCEL, SHIPPING_AND_TAX = "woocommerce-myparcel", "woocommerce-services"
OWN_FIELDS = "own-tracking-fields"
"""No plugin: fields that an ERP or the theme writes."""

WOT_ITEM = "_vi_wot_order_item_tracking_data"
WOT_FURTHER_PIECES = "_vi_wot_order_item_tracking_data_by_quantity"
PARCELPANEL_META = "_parcelpanel_shipping_numbers"
AFTERSHIP_META = "_aftership_tracking_items"
LABELS_META, OLD_LABELS_META = "wcshipping_labels", "wc_connect_labels"
MYPARCEL_META = "_myparcel_shipments"
CARRIER_PAGES = {
    "ups": "https://www.ups.com/track?tracknum={tracking_number}",
    "dhl": "https://www.dhl.com/en/express/tracking.html?AWB={tracking_number}",
    "postnl": "https://postnl.nl/tracktrace/?B={tracking_number}&P={postal_code}",
}
"""Templates as Orders Tracking stores them: the number and the postcode are not filled in."""


@dataclass(frozen=True)
class Parcel:
    """What the vendor typed in; ``lines`` is item id -> pieces."""

    id: str
    lines: dict[int, int]
    number: str
    company: str
    url: str
    sent: datetime

    @property
    def slug(self) -> str:
        return slug_of(self.company)

    @property
    def unix(self) -> int:
        return int(self.sent.timestamp())


def in_use(store: WooStore) -> str:
    """The plugin of this kind that the store has, "" without one."""
    return next((each for each in store.plugins if each in WRITERS), "")


def add(
    store: WooStore, order: Order, lines: dict[int, int], number: str, company: str, url: str
) -> str:
    parcel = Parcel(str(store.ids.take("parcel")), lines, number, company, url, store.now())
    order.parcels.append(parcel)
    if in_use(store) == SENDCLOUD:
        _sendcloud_note(store, order, parcel)
    write(store, order)
    return parcel.id


def correct(
    store: WooStore, order: Order, place: int, *, number: str, company: str, url: str
) -> None:
    order.parcels[place] = replace(order.parcels[place], number=number, company=company, url=url)
    write(store, order)


def write(store: WooStore, order: Order) -> None:
    """Let the plugin keep the order's parcels as they are now."""
    WRITERS[in_use(store)](store, order)
    order.modified = store.now()
    store.emit("order.updated", order.id)


def _orders_tracking(store: WooStore, order: Order) -> None:
    """Per line: the newest entry of a JSON list counts for its first piece, or for all of it.

    Where a line went in several parcels, each further piece has an entry in a second list.
    """
    for item in order.of("line"):
        pieces = [each for each in order.parcels for _ in range(each.lines.get(item.id, 0))]
        numbers = {each.id for each in pieces}
        whole = len(numbers) == 1 and len(pieces) >= item.quantity
        further = [] if whole else pieces[1:]
        item.meta.put(WOT_ITEM, _json_list([_wot_entry(each) for each in pieces[:1]]))
        item.meta.put(WOT_FURTHER_PIECES, _json_list([_wot_entry(each) for each in further]))


def _json_list(entries: list[JSON]) -> str | None:
    return to_json(entries) if entries else None


def _wot_entry(parcel: Parcel) -> JSON:
    return {
        "tracking_number": parcel.number,
        "carrier_slug": parcel.slug,
        "carrier_url": CARRIER_PAGES.get(parcel.slug, parcel.url),
        "carrier_name": parcel.company,
        "carrier_type": "service-carrier" if parcel.slug in CARRIER_PAGES else "custom-carrier",
        "time": parcel.unix,
        "status": "",
        "last_update": parcel.unix,
    }


def _parcelpanel(store: WooStore, order: Order) -> None:
    """One JSON text: an object by tracking number, ``[]`` when empty; pieces only as words."""
    kept = {
        each.number: {
            "order_id": order.id,
            "tracking_number": each.number,
            "courier_code": each.slug,
            "fulfilled_at": each.unix,
            "items": ", ".join(f"{_item(order, item).name} x{qty}" for item, qty in _pieces(each)),
        }
        for each in order.parcels
    }
    order.meta.put(PARCELPANEL_META, to_json(kept or []))


def _pieces(parcel: Parcel) -> list[tuple[int, int]]:
    return sorted(parcel.lines.items())


def _item(order: Order, item_id: int) -> Item:
    item = order.item(item_id)
    if item is None:
        raise LookupError(f"order {order.id} has no line {item_id}")
    return item


def _aftership(store: WooStore, order: Order) -> None:
    entries = [_aftership_entry(each) for each in order.parcels]
    first = entries[0] if entries else {}
    order.meta.put(AFTERSHIP_META, entries)
    order.meta.put("_aftership_tracking_number", first.get("tracking_number", ""))
    order.meta.put("_aftership_tracking_provider_name", first.get("slug", ""))


def _aftership_entry(parcel: Parcel) -> JSON:
    seed = f"{parcel.slug}-{parcel.number}".encode()
    stamp = parcel.sent.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "slug": parcel.slug,
        "tracking_number": parcel.number,
        "tracking_id": hashlib.md5(seed, usedforsecurity=False).hexdigest(),
        "additional_fields": {},
        "line_items": [{"id": item, "quantity": qty} for item, qty in _pieces(parcel)],
        "metrics": {"created_at": stamp, "updated_at": stamp},
    }


def _yith(store: WooStore, order: Order) -> None:
    """One parcel an order: a second one overwrites the first. The keys have no underscore."""
    last = order.parcels[-1] if order.parcels else None
    order.meta.put("ywot_tracking_code", last.number if last else "")
    order.meta.put("ywot_carrier_name", last.company if last else "")
    order.meta.put("ywot_carrier_url", last.url if last else "")
    order.meta.put("ywot_pick_up_date", last.sent.strftime("%Y-%m-%d") if last else "")
    order.meta.put("ywot_picked_up", "yes" if last else "")


def _labels(store: WooStore, order: Order) -> None:
    """Newest first. ``product_ids`` names products, not lines, one entry for each piece."""
    order.meta.put(LABELS_META, [_label(order, each) for each in reversed(order.parcels)] or None)


def _label(order: Order, parcel: Parcel) -> JSON:
    items = [(_item(order, item), qty) for item, qty in _pieces(parcel)]
    return {
        "label_id": int(parcel.id),
        "tracking": parcel.number,
        "carrier_id": parcel.slug,
        "service_name": f"{parcel.company} - Ground",
        "status": "PURCHASED",
        "package_name": "Small box",
        "is_letter": False,
        "created": parcel.unix * 1000,
        "product_names": [item.name for item, qty in items for _ in range(qty)],
        "product_ids": [item.stock_id for item, qty in items for _ in range(qty)],
        "id": "0",
    }


def _sendcloud_note(store: WooStore, order: Order, parcel: Parcel) -> None:
    """Sendcloud keeps nothing that can be read but this note; its words are not recorded."""
    words = f"Your parcel {parcel.number} is on its way with {parcel.company}. {parcel.url}"
    store.add_note(order, words.strip())


def _orders_tracking_whole(store: WooStore, order: Order) -> None:
    """One parcel an order, without a link."""
    last = order.parcels[-1] if order.parcels else None
    order.meta.put("_wot_tracking_number", last.number if last else "")
    order.meta.put("_wot_tracking_carrier", last.slug if last else "")
    order.meta.put("_wot_tracking_status", "")


def _myparcel(store: WooStore, order: Order) -> None:
    """An object by shipment id; a shipment without a number is only planned."""
    kept = {
        each.id: {"shipment_id": int(each.id), "tracktrace": each.number} for each in order.parcels
    }
    order.meta.put(MYPARCEL_META, kept or None)


def _labels_as_text(store: WooStore, order: Order) -> None:
    """As the predecessor of WooCommerce Shipping kept them."""
    labels = [_label(order, each) for each in reversed(order.parcels)]
    order.meta.put(OLD_LABELS_META, _json_list(labels))


def _own_fields(store: WooStore, order: Order) -> None:
    last = order.parcels[-1] if order.parcels else None
    order.meta.put("_tracking_number", last.number if last else None)
    order.meta.put("_tracking_provider", last.company if last else None)
    order.meta.put("_tracking_url", last.url if last else None)


def _nothing(store: WooStore, order: Order) -> None:
    """Kept in tables of the plugin's own; see ``extra_fields``."""


WRITERS: dict[str, Callable[[WooStore, Order], None]] = {
    ORDERS_TRACKING: _orders_tracking,
    PARCELPANEL: _parcelpanel,
    AFTERSHIP: _aftership,
    YITH: _yith,
    SHIPTASTIC: _nothing,
    WOO_SHIPPING: _labels,
    SENDCLOUD: _nothing,
    ORDERS_TRACKING_WHOLE: _orders_tracking_whole,
    MYPARCEL: _myparcel,
    SHIPPING_AND_TAX: _labels_as_text,
    OWN_FIELDS: _own_fields,
}
TITLES = {
    ORDERS_TRACKING: ("Orders Tracking for WooCommerce", "1.2.7"),
    PARCELPANEL: ("ParcelPanel Order Tracking for WooCommerce", "4.4.4"),
    AFTERSHIP: ("AfterShip Tracking", "1.17.17"),
    YITH: ("YITH WooCommerce Order & Shipment Tracking", "2.23.0"),
    SHIPTASTIC: ("Shiptastic for WooCommerce", "5.1.4"),
    WOO_SHIPPING: ("WooCommerce Shipping", "1.8.2"),
    SENDCLOUD: ("Sendcloud | Connected Shipping", "1.0.32"),
    ORDERS_TRACKING_WHOLE: ("WooCommerce Orders Tracking", "1.1"),
    MYPARCEL: ("WooCommerce MyParcel", "4.9"),
    SHIPPING_AND_TAX: ("WooCommerce Shipping & Tax", "2.0"),
}
"""As system status names them; the version of a plugin whose code was not read is made up."""


def extra_fields(store: WooStore, order: Order) -> JSON:
    """What a plugin adds to the order's own JSON: Shiptastic tells its shipments there."""
    if SHIPTASTIC not in store.plugins:
        return {}
    sent = dict.fromkeys((each.id for each in order.of("line")), 0)
    for each in order.parcels:
        for item, quantity in each.lines.items():
            sent[item] = sent.get(item, 0) + quantity
    whole = all(sent[each.id] >= each.quantity for each in order.of("line"))
    word = "shipped" if whole else "partially-shipped"
    return {
        "shipments": [_shipment(store, order, each) for each in order.parcels],
        "shipping_status": word if order.parcels else "not-shipped",
        "return_status": "no-return-needed",
        "shipping_provider": order.parcels[-1].slug if order.parcels else "",
        "pickup_location_code": "",
        "pickup_location_customer_number": "",
    }


def _shipment(store: WooStore, order: Order, parcel: Parcel) -> JSON:
    """The fields of a shipment that tell of the parcel; sizes and addresses are left out."""
    stamps: dict[str, Any] = {
        "date_created": store.site_time(parcel.sent),
        "date_created_gmt": store.gmt(parcel.sent),
        "date_sent": store.site_time(parcel.sent),
        "date_sent_gmt": store.gmt(parcel.sent),
    }
    return {
        "id": int(parcel.id),
        "shipment_number": parcel.id,
        **stamps,
        "order_id": order.id,
        "order_number": str(order.id),
        "status": "shipped",
        "type": "simple",
        "tracking_id": parcel.number,
        "tracking_url": parcel.url,
        "tracking_instruction": "",
        "shipping_provider": parcel.slug,
        "shipping_provider_title": parcel.company,
        "items": [_shipment_item(order, item, qty) for item, qty in _pieces(parcel)],
        "meta_data": [],
    }


def _shipment_item(order: Order, item_id: int, quantity: int) -> JSON:
    item = _item(order, item_id)
    return {
        "id": item_id + 1000,
        "name": item.name,
        "order_item_id": item_id,
        "product_id": item.stock_id,
        "quantity": quantity,
    }
