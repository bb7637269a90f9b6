"""A vendor's WooCommerce store: orders go in, what shipped comes out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from stores import reading
from stores.base import (
    Access,
    Amended,
    Amendment,
    Cancellation,
    Capabilities,
    Changes,
    ComposedOrder,
    EditedLines,
    Identity,
    LineEdits,
    Parcel,
    PlacedOrder,
    Refund,
    Refunded,
    Spend,
    StoreOrder,
    StoreRefused,
    Variant,
)
from stores.texts import _
from stores.woocommerce import amending, changes, compose, editing, refunding, standing
from stores.woocommerce.client import Client
from stores.woocommerce.identity import identify
from stores.woocommerce.parcels import names_pieces, parcels
from stores.woocommerce.words import KEY, meta, naive, utc

CAPABILITIES = Capabilities(
    platform="woocommerce",
    title="WooCommerce",
    find_by_key_at_once=True,
    key_is_unique=False,
    parallel_calls=4,
    edit_lines=True,
    cancel=True,
    refund=True,
    custom_lines=True,
    test_orders=False,
    partial_shipments=True,
    tracking_webhooks=True,
    locations=False,
    suppress_mail=False,
    webhooks_signed_by_app=False,
    amends=amending.AMENDS,
    restock_choice=False,
    private_notes=True,
    limits=(
        _("The store mails the billing address when an order is paid, completed or cancelled."),
        _("Webhooks leave a quiet store only when somebody visits it."),
        _(
            "Tracking plugins name numbers, not pieces: "
            "a part shipped counts when all is completed."
        ),
        _("What is taken off an order, or cancelled, always goes back into stock."),
    ),
)

_NOT_FOR_SALE = ("variable", "grouped")
"""A variable product is a name for its variations; an order takes it and lowers no stock."""

_TOPICS = ("order.created", "order.updated", "order.deleted")
_STATUSES = ("any", "trash")
"""``any`` leaves the trash out."""

_MARGIN = timedelta(minutes=15)
"""How far a store's clock may be off ours when looking for an order."""


def open_store(access: Access) -> WooStore:
    return WooStore(Client(access))


class WooStore:
    can = CAPABILITIES

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def spend(self) -> Spend:
        return self._client.spend

    def identify(self) -> Identity:
        return identify(self._client)

    def variants(self, skus: Sequence[str]) -> list[Variant]:
        wanted = {sku for sku in skus if sku}
        plain = sorted(sku for sku in wanted if "," not in sku)
        lists = [",".join(plain[i : i + 50]) for i in range(0, len(plain), 50)]
        return [
            _variant(product)
            for skus_text in lists
            for product in self._client.pages("products", sku=skus_text, status="any")
            if product["sku"] in wanted and product["type"] not in _NOT_FOR_SALE
        ]

    def create_order(self, order: ComposedOrder) -> PlacedOrder:
        created = self._client.post("orders", compose.order_body(order))
        return replace(self._placed(created), key=order.key, notes=_differences(order, created))

    def find_orders(self, key: str, since: datetime) -> list[PlacedOrder]:
        """By ``created_via``, else by time. Filters that a version does not know are ignored and
        any order of the store comes back, so each is compared here."""
        named, honoured = self._by_name(key)
        if named and honoured:
            return named
        filters = {"after": naive(since - _MARGIN), "dates_are_gmt": "true", "_fields": _PLACED}
        return [
            self._placed(order)
            for status in _STATUSES
            for order in self._client.pages("orders", status=status, **filters)
            if meta(order, KEY) == key
        ]

    def _by_name(self, key: str) -> tuple[list[PlacedOrder], bool]:
        """Our orders on the first page, and whether the store (9.9 and later) filtered at all."""
        asked: dict[str, str | int] = {
            "created_via": key,
            "per_page": 100,
            "_fields": f"{_PLACED},created_via",
        }
        pages = [self._client.get("orders", status=status, **asked) for status in _STATUSES]
        orders = [order for page in pages for order in page]
        ours = [self._placed(order) for order in orders if meta(order, KEY) == key]
        return ours, all(order["created_via"].lower() == key.lower() for order in orders)

    def read_order(self, order_id: str) -> StoreOrder | None:
        order = standing.read(self._client, order_id)
        return self._whole(order) if order else None

    def amend_order(self, order_id: str, amendment: Amendment) -> Amended:
        return amending.amend(self._client, order_id, amendment)

    def edit_lines(self, order_id: str, edits: LineEdits) -> EditedLines:
        order = standing.must_stand(self._client, order_id)
        back = standing.returned(self._client, order)
        return editing.edit_lines(self._client, order, back, self._parcels(order), edits)

    def refund_order(self, order_id: str, refund: Refund) -> Refunded:
        return refunding.refund_order(self._client, order_id, refund)

    def note(self, order_id: str, text: str) -> None:
        amending.note(self._client, order_id, text)

    def cancel_order(self, order_id: str, reason: str, *, restock: bool) -> Cancellation:
        """The store would cancel what has shipped as well, and puts the stock back by itself."""
        order = standing.read(self._client, order_id)
        if order is None:
            raise StoreRefused(_("The order is no longer in the store."))
        if order["status"] in standing.GONE:
            return Cancellation("done")
        seen = self._store_order(order)
        if seen.parcels:
            return Cancellation("too_late", words=_("It has shipped."), shipped=seen.shipped)
        self._client.put(f"orders/{order['id']}", {"status": "cancelled"})
        return Cancellation("done", words="" if restock else _("The goods went back into stock."))

    def cancel_outcome(self, order_id: str, ticket: str) -> Cancellation:
        order = standing.read(self._client, order_id)
        if order is None or order["status"] not in standing.GONE:
            raise StoreRefused(_("The order is not cancelled."))
        return Cancellation("done")

    def fetch_changes(self, cursor: str, now: datetime) -> Changes:
        streams = changes.unpack_streams(cursor, now)
        orders: dict[str, StoreOrder] = {}
        unread: tuple[str, ...] = ()
        more = False
        for status, place in streams.items():
            page = self._client.get("orders", status=status, **changes.query(place))
            streams[status] = changes.following(place, page)
            more = more or changes.is_full(page)
            ours = [one for one in page if meta(one, KEY)]
            read, bad = reading.each(ours, self._store_order, lambda one: str(one["id"]))
            orders |= {order.placed.id: order for order in read}
            unread += bad
        return Changes(tuple(orders.values()), changes.pack_streams(streams), more, unread)

    def subscribe(self, address: str, secret: str) -> None:
        """A webhook dies silently after seven failures in a row, and never shows its secret: a
        fingerprint in its name tells whether it still has ours."""
        standing = {
            hook["topic"]: hook
            for hook in self._client.pages("webhooks")
            if hook["delivery_url"] == address
        }
        name = f"Sluice {hashlib.sha256(secret.encode()).hexdigest()[:8]}"
        wanted = {"name": name, "status": "active", "delivery_url": address, "secret": secret}
        for topic in _TOPICS:
            hook = standing.get(topic)
            if hook is None:
                self._client.post("webhooks", {**wanted, "topic": topic})
            elif (hook["name"], hook["status"]) != (name, "active"):
                self._client.put(f"webhooks/{hook['id']}", wanted)

    def _whole(self, order: dict[str, Any]) -> StoreOrder:
        seen = self._store_order(order)
        back = standing.returned(self._client, order)
        return replace(seen, content=standing.content(order, back, seen.parcels))

    def _store_order(self, order: dict[str, Any]) -> StoreOrder:
        return StoreOrder(
            placed=self._placed(order),
            updated_at=utc(order["date_modified_gmt"]),
            parcels=self._parcels(order),
        )

    def _parcels(self, order: dict[str, Any]) -> tuple[Parcel, ...]:
        return parcels(order, self._fulfillments(order["id"]) if names_pieces(order) else ())

    def _fulfillments(self, number: int) -> Iterator[dict[str, Any]]:
        """None where the feature was switched off again: its route is gone then."""
        try:
            yield from self._client.get(f"orders/{number}/fulfillments")
        except StoreRefused as refused:
            if "rest_no_route" not in refused.fields:
                raise

    def _placed(self, order: dict[str, Any]) -> PlacedOrder:
        number = order["id"]
        return PlacedOrder(
            id=str(number),
            name=f"#{order['number']}",
            key=meta(order, KEY),
            live=order["status"] not in standing.GONE,
            url=f"{self._client.url}/wp-admin/post.php?post={number}&action=edit",
            created_at=utc(order["date_created_gmt"]),
        )


_PLACED = "id,number,status,date_created_gmt,meta_data"


def _differences(order: ComposedOrder, created: dict[str, Any]) -> tuple[str, ...]:
    """A product that is gone makes a line without product, and no error."""
    wanted = sum(1 for line in order.lines if line.variant_id)
    mapped = sum(1 for line in created["line_items"] if line["product_id"])
    missing = wanted - mapped
    return (f"{missing} products no longer exist; their stock is not lowered.",) if missing else ()


def _variant(product: dict[str, Any]) -> Variant:
    """A variation is listed as a product of its own whose ``parent_id`` is the product."""
    tracked = bool(product["manage_stock"])
    return Variant(
        id=str(product["id"]),
        product_id=str(product.get("parent_id") or product["id"]),
        sku=product["sku"],
        title=product["name"],
        barcode=product.get("global_unique_id") or "",
        tracked=tracked,
        available=product["stock_quantity"] if tracked else None,
    )
