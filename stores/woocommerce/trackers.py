"""Where plugins keep a vendor's parcels: one reader for each place, in one table.

Each reader gets an order and returns the parcels that it finds, with pieces by item where the
plugin names them. A new plugin is a row of ``READERS``, a function, and a test against the
sandbox. Places, shapes and sources: docs/sandbox-woocommerce.md, *Where tracking plugins keep
their parcels*.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote

from stores import boundary
from stores.base import Tracking
from stores.boundary import Told
from stores.woocommerce import carriers
from stores.woocommerce.answers import Item, Order

Model = TypeVar("Model", bound=Told)

MOST = 250
"""Parcels of one order that are read in one place."""
_COUNTED = re.compile(" x")
_FAR_FUTURE = 4_102_444_800
"""2100 in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Found:
    """A parcel as a plugin keeps it. ``pieces`` by item id, empty where the plugin names none.
    ``whole``: all of the order is in it, whatever its status says."""

    id: str
    tracking: Tracking
    pieces: Mapping[int, int] = field(default_factory=dict)
    sent_at: datetime | None = None
    delivered: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """``plugins``: slugs by which a store's list of active plugins shows it."""

    name: str
    since: str
    plugins: tuple[str, ...]
    read: Callable[[Order], Iterator[Found]]


def found(order: Order) -> list[Found]:
    """All parcels of all plugins. A number that several keep counts once, where its pieces are
    named if anywhere."""
    every = [each for reader in READERS for each in reader.read(order)]
    named = {each.tracking.number for each in every if each.pieces}
    kept: dict[str, Found] = {}
    for each in every:
        number = each.tracking.number
        if each.pieces or number not in named:
            kept.setdefault(each.id if each.pieces else number or each.id, each)
    return list(kept.values())


# -- Advanced Shipment Tracking, WooCommerce Shipment Tracking -------------------------------------


class _Product(Told):
    item_id: boundary.Whole = 0
    qty: boundary.Pieces = 0


class _ShipmentTracking(Told):
    """``tracking_provider`` is a slug, or empty beside a name that somebody typed."""

    tracking_id: boundary.Text = ""
    tracking_provider: boundary.Text = ""
    custom_tracking_provider: boundary.Text = ""
    tracking_number: boundary.Text = ""
    custom_tracking_link: boundary.Text = ""
    date_shipped: boundary.Text = ""
    products_list: boundary.Loose[_Product] = []


def _shipment_tracking(order: Order) -> Iterator[Found]:
    for each in _entries(_ShipmentTracking, order.raw_meta("_wc_shipment_tracking_items")):
        company = carriers.company(each.tracking_provider, each.custom_tracking_provider)
        tracking = _tracking(order, company, each.tracking_number, each.custom_tracking_link)
        if tracking != Tracking():
            pieces = Counter[int]()
            for product in each.products_list:
                pieces[product.item_id] += product.qty
            name = f"ast:{each.tracking_id or tracking.number}"
            yield Found(name, tracking, dict(+pieces), _unix(each.date_shipped))


# -- Orders Tracking for WooCommerce (VillaTheme) --------------------------------------------------


class _ItemTracking(Told):
    tracking_number: boundary.Text = ""
    carrier_slug: boundary.Text = ""
    carrier_name: boundary.Text = ""
    carrier_url: boundary.Text = ""
    time: boundary.Text = ""


def _orders_tracking(order: Order) -> Iterator[Found]:
    """By line: the last entry is for its first piece, or for all; a second list has one entry
    for each further piece."""
    pieces: dict[str, Counter[int]] = {}
    told: dict[str, _ItemTracking] = {}
    for item in order.line_items:
        for entry, count in _of_item(item):
            told.setdefault(entry.tracking_number, entry)
            pieces.setdefault(entry.tracking_number, Counter())[item.id] += count
    for number, entry in told.items():
        yield Found(
            f"wot:{number}", _by_item(order, entry), dict(pieces[number]), _unix(entry.time)
        )
    number = order.meta("_wot_tracking_number")
    if number:
        company = carriers.named(order.meta("_wot_tracking_carrier"))
        yield Found(f"wot:{number}", _tracking(order, company, number))


def _of_item(item: Item) -> Iterator[tuple[_ItemTracking, int]]:
    place = "_vi_wot_order_item_tracking_data"
    first = _entries(_ItemTracking, item.raw_meta(place))[-1:]
    further = _entries(_ItemTracking, item.raw_meta(f"{place}_by_quantity"))
    further = [each for each in further if each.tracking_number][: max(item.quantity - 1, 0)]
    for each in first:
        if each.tracking_number:
            yield each, 1 if further else item.quantity
    for each in further:
        yield each, 1


def _by_item(order: Order, entry: _ItemTracking) -> Tracking:
    company = carriers.company(entry.carrier_slug, "")
    if company == entry.carrier_slug:
        company = carriers.named(entry.carrier_name) or company
    return _tracking(order, company, entry.tracking_number, entry.carrier_url)


# -- ParcelPanel -----------------------------------------------------------------------------------


class _ParcelPanel(Told):
    tracking_number: boundary.Text = ""
    courier_code: boundary.Text = ""
    fulfilled_at: boundary.Text = ""
    items: boundary.Text = ""


def _parcelpanel(order: Order) -> Iterator[Found]:
    ids = _ids_by_name(order)
    for each in _entries(_ParcelPanel, order.raw_meta("_parcelpanel_shipping_numbers")):
        if each.tracking_number:
            company = carriers.named(each.courier_code)
            tracking = _tracking(order, company, each.tracking_number)
            pieces = _by_words(ids, each.items)
            yield Found(f"pp:{each.tracking_number}", tracking, pieces, _unix(each.fulfilled_at))


def _ids_by_name(order: Order) -> dict[str, int]:
    names = Counter(item.name for item in order.line_items)
    return {item.name: item.id for item in order.line_items if names[item.name] == 1}


def _by_words(ids: Mapping[str, int], words: str) -> dict[int, int]:
    """``Mug x2, Plate x1`` as pieces of items; nothing where a name is not that of one item."""
    pieces = Counter[int]()
    rest = words
    while rest:
        ends = (each.start() for each in _COUNTED.finditer(rest))
        name = max((rest[:end] for end in ends if rest[:end] in ids), key=len, default=None)
        if name is None:
            return {}
        count, _, rest = rest[len(name) + 2 :].partition(",")
        if not (count.strip().isascii() and count.strip().isdigit() and len(count) < 8):
            return {}
        pieces[ids[name]] += int(count)
        rest = rest.strip()
    return dict(+pieces)


# -- AfterShip -------------------------------------------------------------------------------------


class _AfterShipItem(Told):
    id: boundary.Whole = 0
    quantity: boundary.Pieces = 0


class _AfterShipMoments(Told):
    created_at: boundary.Text = ""


class _AfterShip(Told):
    slug: boundary.Text = ""
    tracking_id: boundary.Text = ""
    tracking_number: boundary.Text = ""
    line_items: boundary.Loose[_AfterShipItem] = []
    metrics: Any = None


def _aftership(order: Order) -> Iterator[Found]:
    kept = _entries(_AfterShip, order.raw_meta("_aftership_tracking_items"))
    for each in kept:
        if each.tracking_number:
            tracking = _tracking(order, carriers.named(each.slug), each.tracking_number)
            pieces = Counter[int]()
            for item in each.line_items:
                pieces[item.id] += item.quantity
            name = f"aftership:{each.tracking_id or each.tracking_number}"
            yield Found(name, tracking, dict(+pieces), _created(each.metrics))
    number = order.meta("_aftership_tracking_number")
    if number and not kept:
        company = carriers.named(order.meta("_aftership_tracking_provider_name"))
        yield Found(f"aftership:{number}", _tracking(order, company, number))


def _created(metrics: Any) -> datetime | None:
    try:
        return boundary.moment(boundary.read(_AfterShipMoments, metrics).created_at)
    except boundary.Unreadable:
        return None


# -- YITH, MyParcel, and plain fields --------------------------------------------------------------


def _yith(order: Order) -> Iterator[Found]:
    """One parcel an order; *picked up* is set once it left."""
    number = order.meta("ywot_tracking_code")
    if number:
        company = order.meta("ywot_carrier_name") or order.meta("ywot_carrier_id")
        link = order.meta("ywot_carrier_url")
        left = order.meta("ywot_picked_up").lower() not in ("", "0", "no", "off")
        tracking = _tracking(order, carriers.named(company), number, link)
        yield Found(f"yith:{number}", tracking, whole=left)


class _MyParcel(Told):
    tracktrace: boundary.Text = ""


def _myparcel(order: Order) -> Iterator[Found]:
    for each in _entries(_MyParcel, order.raw_meta("_myparcel_shipments")):
        if each.tracktrace:
            yield Found(f"myparcel:{each.tracktrace}", _tracking(order, "", each.tracktrace))


def _plain_fields(order: Order) -> Iterator[Found]:
    number = order.meta("_tracking_number")
    if number:
        names = ("_tracking_provider", "_tracking_company", "_tracking_carrier")
        company = next(filter(None, map(order.meta, names)), "")
        links = ("_tracking_url", "_tracking_link")
        link = next(filter(None, map(order.meta, links)), "")
        yield Found(f"plain:{number}", _tracking(order, carriers.named(company), number, link))


# -- Shiptastic (Germanized Shipments) -------------------------------------------------------------


def _shiptastic(order: Order) -> Iterator[Found]:
    for each in order.shipments:
        if each.type in ("", "simple") and each.status in ("shipped", "delivered"):
            company = carriers.company(each.shipping_provider, "")
            if company == each.shipping_provider:
                company = carriers.named(each.shipping_provider_title) or company
            pieces = Counter[int]()
            for item in each.items:
                pieces[item.order_item_id] += item.quantity
            yield Found(
                f"shiptastic:{each.id}",
                _tracking(order, company, each.tracking_id, each.tracking_url),
                dict(+pieces),
                each.date_sent_gmt,
                delivered=each.status == "delivered",
            )


# -- WooCommerce Shipping --------------------------------------------------------------------------


class _Label(Told):
    label_id: boundary.Id = ""
    tracking: boundary.Text = ""
    carrier_id: boundary.Text = ""
    status: boundary.Text = ""
    refund: Any = None
    created: boundary.Text = ""
    product_ids: boundary.Loose[boundary.Whole] = []


def _labels(order: Order) -> Iterator[Found]:
    for place in ("wcshipping_labels", "wc_connect_labels"):
        for each in _entries(_Label, order.raw_meta(place)):
            if each.tracking and not each.refund and each.status in ("", "PURCHASED"):
                tracking = _tracking(order, carriers.named(each.carrier_id), each.tracking)
                sent = _unix(each.created[:-3])
                pieces = _of_products(order, each.product_ids)
                yield Found(f"label:{each.label_id or each.tracking}", tracking, pieces, sent)


def _of_products(order: Order, products: list[int]) -> dict[int, int]:
    """One entry for each piece, by product or variation; nothing where one fits no item."""
    left = {item.id: item.quantity for item in order.line_items}
    fits: dict[int, deque[int]] = defaultdict(deque)
    for item in order.line_items:
        for product in {item.variation_id or item.product_id, item.product_id}:
            fits[product].append(item.id)
    pieces = Counter[int]()
    for product in products:
        items = fits[product]
        while items and left[items[0]] <= 0:
            items.popleft()
        if not items:
            return {}
        left[items[0]] -= 1
        pieces[items[0]] += 1
    return dict(pieces)


# -- what they share -------------------------------------------------------------------------------


def _entries(model: type[Model], value: Any) -> list[Model]:
    """The readable entries of a list, an object used as one, or either as JSON text."""
    if isinstance(value, str):
        value = boundary.decode(value.encode(errors="replace"))
    try:
        told = boundary.entries(value)
    except boundary.Unreadable:
        return []
    return boundary.each(told[:MOST], lambda each: boundary.read(model, each), str)[0]


def _tracking(order: Order, company: str, number: str, link: str = "") -> Tracking:
    """``link`` may have places for the number and the postcode to be filled in."""
    number = number.strip()
    filled = link.strip()
    for place in ("{tracking_number}", "%number%", "[TRACK_CODE]"):
        filled = filled.replace(place, quote(number, safe=""))
    for place in ("{postal_code}", "%postal_code%", "[TRACK_POSTCODE]"):
        filled = filled.replace(place, quote(order.shipping.postcode, safe=""))
    return Tracking(company.strip(), number, boundary.link(filled))


def _unix(told: str) -> datetime | None:
    """Seconds since 1970, as text."""
    if not (told.isascii() and told.isdigit() and 0 < int(told[:12]) < _FAR_FUTURE):
        return None
    return datetime.fromtimestamp(int(told[:12]), UTC)


READERS = (
    Reader(
        "Shipment Tracking",
        "AST 1.0; products_list AST Pro",
        ("advanced-shipment-tracking", "ast-pro", "woocommerce-shipment-tracking"),
        _shipment_tracking,
    ),
    Reader("Shiptastic", "2019-09", ("shiptastic", "germanized"), _shiptastic),
    Reader("AfterShip", "1.17", ("aftership-woocommerce-tracking",), _aftership),
    Reader(
        "Orders Tracking",
        "1.0",
        ("woo-orders-tracking", "woocommerce-orders-tracking"),
        _orders_tracking,
    ),
    Reader("ParcelPanel", "4.4", ("parcelpanel",), _parcelpanel),
    Reader(
        "WooCommerce Shipping", "1.0", ("woocommerce-shipping", "woocommerce-services"), _labels
    ),
    Reader("YITH Order Tracking", "1.0", ("yith-woocommerce-order-tracking",), _yith),
    Reader("MyParcel", "4.0", ("myparcel",), _myparcel),
    Reader("_tracking_number", "", (), _plain_fields),
)
