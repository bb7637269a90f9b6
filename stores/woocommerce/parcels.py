"""What has shipped, from the three places where WooCommerce stores keep it.

Core order fulfillments (a feature of 10.x) name pieces. Advanced Shipment Tracking and WooCommerce
Shipment Tracking keep numbers without pieces in one meta. Everywhere else a completed order is all
that can be known.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from stores.base import Parcel, Tracking
from stores.woocommerce import carriers
from stores.woocommerce.words import LINE, meta, raw_meta, site_time

ITEMS = "_wc_shipment_tracking_items"
WHOLE = "order"
"""Id of the one parcel whose pieces the store does not name."""


def names_pieces(order: dict[str, Any]) -> bool:
    """Whether core fulfillments were ever used on this order."""
    return raw_meta(order, "_fulfillment_status") is not None


def parcels(order: dict[str, Any], fulfillments: Iterable[dict[str, Any]]) -> tuple[Parcel, ...]:
    """``fulfillments``: the order's core fulfillments, empty where the feature is off."""
    left = {item["id"]: item["quantity"] for item in order["line_items"]}
    keys = {item["id"]: meta(item, LINE) for item in order["line_items"]}
    named = [_named(order, one, left, keys) for one in fulfillments if one.get("is_fulfilled")]
    return (*named, *_unnamed(order, left, keys))


def _named(
    order: dict[str, Any], one: dict[str, Any], left: dict[int, int], keys: dict[int, str]
) -> Parcel:
    """The store checks neither item nor quantity ("5 of 3" is taken), so both are cut to fit."""
    lines: dict[str, int] = {}
    for item in raw_meta(one, "_items") or ():
        number, pieces = (
            int(item["item_id"]),
            min(int(item["qty"]), left.get(int(item["item_id"]), 0)),
        )
        if pieces > 0 and keys[number]:
            left[number] -= pieces
            lines[keys[number]] = lines.get(keys[number], 0) + pieces
    shipped = meta(one, "_date_fulfilled")
    return Parcel(
        id=str(one["id"]),
        lines=lines,
        tracking=_core_tracking(one),
        shipped_at=site_time(order, shipped) if shipped else None,
    )


def _core_tracking(one: dict[str, Any]) -> tuple[Tracking, ...]:
    found = Tracking(
        company=carriers.named(meta(one, "_shipment_provider")),
        number=meta(one, "_tracking_number"),
        url=meta(one, "_tracking_url"),
    )
    return (found,) if found != Tracking() else ()


def _unnamed(order: dict[str, Any], left: dict[int, int], keys: dict[int, str]) -> list[Parcel]:
    """One parcel for all that no other names, once the order is completed or has a number."""
    items = raw_meta(order, ITEMS)
    tracked = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    complete = order["status"] == "completed"
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


def _plugin_tracking(item: dict[str, Any]) -> Tracking:
    """``tracking_provider`` is a slug (``dhl-express``), or empty beside a name of their own."""
    slug = str(item.get("tracking_provider") or "")
    return Tracking(
        company=str(item.get("custom_tracking_provider") or carriers.named(slug)),
        number=str(item.get("tracking_number") or ""),
        url=str(item.get("custom_tracking_link") or ""),
    )


def _shipped_at(items: list[dict[str, Any]]) -> datetime | None:
    """``date_shipped`` is in seconds since 1970, as number or text."""
    stamps = [str(item.get("date_shipped") or "") for item in items]
    known = [int(stamp) for stamp in stamps if stamp.isdigit()]
    return datetime.fromtimestamp(min(known), UTC) if known else None
