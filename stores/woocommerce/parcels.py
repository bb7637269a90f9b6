"""What has shipped, from the three places where WooCommerce stores keep it.

Core order fulfillments (a feature of 10.x) name pieces. Advanced Shipment Tracking and WooCommerce
Shipment Tracking keep numbers without pieces in one meta. Everywhere else a completed order is all
that can be known.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from stores import boundary
from stores.base import Parcel, Tracking
from stores.boundary import Told
from stores.woocommerce import carriers
from stores.woocommerce.answers import Fulfilment, Order

ITEMS = "_wc_shipment_tracking_items"
WHOLE = "order"
"""Id of the one parcel whose pieces the store does not name."""


class _Piece(Told):
    """An item of a core fulfilment; the store checks neither its number nor its quantity."""

    item_id: boundary.Whole
    qty: boundary.Whole


class _Pieces(Told):
    items: boundary.Loose[_Piece] = []


class _PluginTracking(Told):
    """An entry of ``ITEMS``: ``tracking_provider`` is a slug (``dhl-express``), or empty beside a
    name of their own; ``date_shipped`` is in seconds since 1970."""

    tracking_provider: boundary.Text = ""
    custom_tracking_provider: boundary.Text = ""
    tracking_number: boundary.Text = ""
    custom_tracking_link: boundary.Link = ""
    date_shipped: boundary.Text = ""


class _PluginTrackings(Told):
    items: boundary.Loose[_PluginTracking] = []


def names_pieces(order: Order) -> bool:
    """Whether core fulfillments were ever used on this order."""
    return order.raw_meta("_fulfillment_status") is not None


def parcels(order: Order, fulfillments: Iterable[Fulfilment]) -> tuple[Parcel, ...]:
    """``fulfillments``: the order's core fulfillments, empty where the feature is off."""
    left = {item.id: item.quantity for item in order.line_items}
    keys = {item.id: item.key for item in order.line_items}
    named = [_named(order, one, left, keys) for one in fulfillments if one.is_fulfilled]
    return (*named, *_unnamed(order, left, keys))


def _named(order: Order, one: Fulfilment, left: dict[int, int], keys: dict[int, str]) -> Parcel:
    """The store takes "5 of 3", so pieces are cut to what there is."""
    lines: dict[str, int] = {}
    for each in _Pieces(items=one.raw_meta("_items")).items:
        pieces = min(each.qty, left.get(each.item_id, 0))
        if pieces > 0 and keys[each.item_id]:
            left[each.item_id] -= pieces
            key = keys[each.item_id]
            lines[key] = lines.get(key, 0) + pieces
    return Parcel(
        id=one.id,
        lines=lines,
        tracking=_core_tracking(one),
        shipped_at=_fulfilled_at(order, one.meta("_date_fulfilled")),
    )


def _fulfilled_at(order: Order, told: str) -> datetime | None:
    """In UTC with a ``Z`` since 10.8, in the site's own time before."""
    try:
        moment = boundary.moment(told)
    except boundary.Unreadable:
        return None
    return moment if told.endswith("Z") else order.in_utc(moment)


def _core_tracking(one: Fulfilment) -> tuple[Tracking, ...]:
    found = Tracking(
        company=carriers.named(boundary.text(one.meta("_shipment_provider"))),
        number=boundary.text(one.meta("_tracking_number")),
        url=boundary.link(one.meta("_tracking_url")),
    )
    return (found,) if found != Tracking() else ()


def _unnamed(order: Order, left: dict[int, int], keys: dict[int, str]) -> list[Parcel]:
    """One parcel for all that no other names, once the order is completed or has a number."""
    tracked = _PluginTrackings(items=order.raw_meta(ITEMS)).items
    complete = order.status == "completed"
    rest = {keys[number]: pieces for number, pieces in left.items() if pieces > 0 and keys[number]}
    if not tracked and not (complete and rest):
        return []
    return [
        Parcel(
            id=WHOLE,
            lines=rest if complete else {},
            tracking=tuple(_plugin_tracking(item) for item in tracked),
            shipped_at=_shipped_at(tracked),
            complete=complete,
        )
    ]


def _plugin_tracking(item: _PluginTracking) -> Tracking:
    return Tracking(
        company=item.custom_tracking_provider or carriers.named(item.tracking_provider),
        number=item.tracking_number,
        url=item.custom_tracking_link,
    )


def _shipped_at(items: list[_PluginTracking]) -> datetime | None:
    stamps = [item.date_shipped for item in items]
    known = [int(stamp) for stamp in stamps if stamp.isascii() and stamp.isdigit()]
    sane = [stamp for stamp in known if stamp < _FAR_FUTURE]
    return datetime.fromtimestamp(min(sane), UTC) if sane else None


_FAR_FUTURE = 4_102_444_800
"""2100 in seconds since 1970."""
