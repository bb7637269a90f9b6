"""What a vendor does in wp-admin: ships, corrects, withdraws, cancels, trashes, deletes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.woocommerce import (
    fulfillments,
    orders,
    refunds,
    status,
    totals,
    tracking_plugins,
    trackings,
)
from sandbox.woocommerce.models import JSON, Fulfillment, Order
from sandbox.woocommerce.php import slug_of

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore


def ship(
    store: WooStore,
    order: Order,
    lines: dict[int, int] | None,
    number: str,
    company: str,
    url: str,
) -> str | None:
    """Write the parcel where the store's plugin keeps it; its id, None where there is no place."""
    if fulfillments.PLUGIN in store.plugins:
        meta = {fulfillments.ITEMS: _pieces(order, lines), **_tracking(number, company, url)}
        return str(fulfillments.add(store, order, meta).id)
    pieces = _unshipped(order) if lines is None else lines
    parcel_id = None
    if store.tracking:
        form = _form(number, company, url)
        if store.tracking == trackings.PRO:
            form["products_list"] = _products_list(order, pieces)
        parcel_id = str(trackings.add(store, order, form)["tracking_id"])
    elif tracking_plugins.in_use(store):
        parcel_id = tracking_plugins.add(store, order, pieces, number, company, url)
    if lines is None or not _unshipped(order):
        set_status(store, order, "completed")
    elif store.tracking == trackings.PRO:
        set_status(store, order, trackings.PARTIAL)
    return parcel_id


def _pieces(order: Order, lines: dict[int, int] | None) -> list[JSON]:
    wanted = _unshipped(order) if lines is None else lines
    return [{"item_id": item, "qty": quantity} for item, quantity in wanted.items()]


def _products_list(order: Order, pieces: dict[int, int]) -> list[JSON]:
    """Everything in it is text."""
    found = [(order.item(item), quantity) for item, quantity in pieces.items()]
    return [
        {"product": str(item.stock_id), "item_id": str(item.id), "qty": str(quantity)}
        for item, quantity in found
        if item
    ]


def _unshipped(order: Order) -> dict[int, int]:
    """Pieces left by item, as far as the store knows which pieces went."""
    left = {item.id: item.quantity for item in order.of("line")}
    for item, quantity in _shipped(order):
        left[item] = left.get(item, 0) - quantity
    return {item: quantity for item, quantity in left.items() if quantity > 0}


def _shipped(order: Order) -> Iterator[tuple[int, int]]:
    for fulfillment in order.fulfillments:
        for piece in fulfillment.meta.get(fulfillments.ITEMS, []):
            yield piece["item_id"], int(piece["qty"])
    for parcel in order.parcels:
        yield from parcel.lines.items()
    for entry in trackings.entries(order):
        for piece in entry.get("products_list", []):
            yield int(piece["item_id"]), int(piece["qty"])


def _tracking(number: str, company: str, url: str) -> JSON:
    """As core's form keeps it: a carrier that is not on its list is "other", and its name typed."""
    slug = slug_of(company)
    typed = bool(slug) and slug not in fulfillments.PROVIDERS
    return {
        fulfillments.NUMBER: number,
        fulfillments.PROVIDER: "other" if typed else slug,
        fulfillments.PROVIDER_NAME: company if typed else None,
        fulfillments.URL: url,
    }


def _form(number: str, company: str, url: str) -> JSON:
    known = slug_of(company) in trackings.BY_SLUG
    carrier = {"tracking_provider" if known else "custom_tracking_provider": company}
    return {**carrier, "tracking_number": number, "custom_tracking_link": "" if known else url}


def correct_tracking(
    store: WooStore, order: Order, number: str, company: str, url: str, shipment: str | None
) -> None:
    """Of the named parcel, else of the last one."""
    if fulfillments.PLUGIN in store.plugins:
        parcel = _fulfillment(order, shipment)
        for key, value in _tracking(number, company, url).items():
            parcel.meta.put(key, value)
        parcel.updated = store.now()
        fulfillments.mark(store, order)
        return
    if order.parcels:
        place = _parcel(order, shipment)
        tracking_plugins.correct(store, order, place, number=number, company=company, url=url)
        return
    kept, place = trackings.entries(order), _place(order, shipment)
    form = _form(number, company, url)
    slug = slug_of(form.pop("tracking_provider", ""))
    kept[place] = {**kept[place], "tracking_provider": slug, **form}
    trackings.write(store, order, kept)


def withdraw(store: WooStore, order: Order, shipment: str | None) -> None:
    """The parcel did not go after all."""
    if fulfillments.PLUGIN in store.plugins:
        order.fulfillments.remove(_fulfillment(order, shipment))
        fulfillments.mark(store, order)
        return
    kept = trackings.entries(order)
    if order.parcels:
        del order.parcels[_parcel(order, shipment)]
        tracking_plugins.write(store, order)
    elif kept:
        del kept[_place(order, shipment)]
        trackings.write(store, order, kept)
    if order.status in ("completed", trackings.PARTIAL):
        set_status(store, order, "processing")


def _fulfillment(order: Order, shipment: str | None) -> Fulfillment:
    named = [each for each in order.fulfillments if shipment in (None, str(each.id))]
    if not named:
        raise LookupError(f"order {order.id} has no parcel {shipment or ''}")
    return named[-1]


def _place(order: Order, shipment: str | None) -> int:
    return _index(order, [each["tracking_id"] for each in trackings.entries(order)], shipment)


def _parcel(order: Order, shipment: str | None) -> int:
    return _index(order, [each.id for each in order.parcels], shipment)


def _index(order: Order, ids: list[str], shipment: str | None) -> int:
    if not ids or (shipment and shipment not in ids):
        raise LookupError(f"order {order.id} has no parcel {shipment or ''}")
    return ids.index(shipment) if shipment else len(ids) - 1


def set_status(store: WooStore, order: Order, new: str) -> None:
    was_trashed = order.status == "trash"
    status.move(store, order, new)
    order.modified = store.now()
    if not was_trashed:
        store.emit("order.updated", order.id)


def refund(
    store: WooStore, order: Order, amount: Decimal | None, lines: dict[int, int], *, restock: bool
) -> None:
    """Through the refund button of the order's page."""
    wanted = totals.remaining(store, order) if amount is None else amount
    refunds.record(store, order, wanted, "", _refund_lines(order, lines), restock=restock)


def _refund_lines(order: Order, lines: dict[int, int]) -> list[JSON]:
    found = [(order.item(item), quantity) for item, quantity in lines.items()]
    return [
        {
            "id": item.id,
            "quantity": quantity,
            "refund_total": str(item.total * quantity / item.quantity),
        }
        for item, quantity in found
        if item
    ]


def trash(store: WooStore, order: Order) -> None:
    orders.trash(store, order)
