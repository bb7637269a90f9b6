"""A vendor's Shopify store: orders go in, what shipped comes out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
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
    OutcomeUnknown,
    Parcel,
    PlacedOrder,
    Refund,
    Refunded,
    Spend,
    StoreOrder,
    StoreRefused,
    Tracking,
    Variant,
)
from stores.cursor import Place, pack, unpack
from stores.shopify import amending, compose, documents, documents_after, editing, refunding
from stores.shopify.client import Client
from stores.shopify.identity import identify
from stores.shopify.ids import bare, gid, moment, moment_or_none
from stores.shopify.standing import GONE, LineKeys, content, lines_of
from stores.texts import _

CAPABILITIES = Capabilities(
    platform="shopify",
    title="Shopify",
    find_by_key_at_once=False,
    key_is_unique=False,
    parallel_calls=8,
    edit_lines=True,
    cancel=True,
    refund=True,
    custom_lines=True,
    test_orders=True,
    partial_shipments=True,
    tracking_webhooks=True,
    locations=True,
    suppress_mail=True,
    webhooks_signed_by_app=True,
    amends=amending.AMENDS,
    restock_choice=True,
    private_notes=False,
    limits=(
        _("Trial and development stores take five new orders a minute."),
        _("Orders older than 60 days cannot be read."),
        _("At most 20 parcels of one order are seen."),
        _("An item added to an order later is sold at the store's own price."),
        _("An archived order takes no other items."),
    ),
)

_OVERLAP = timedelta(minutes=2)


def open_store(access: Access) -> ShopifyStore:
    return ShopifyStore(Client(access))


class ShopifyStore:
    can = CAPABILITIES

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def spend(self) -> Spend:
        return self._client.spend

    def identify(self) -> Identity:
        return identify(self._client)

    def variants(self, skus: Sequence[str]) -> list[Variant]:
        """Shopify's search is tokenised and ignores case, so the SKU is compared again here."""
        wanted = {sku for sku in skus if sku}
        if not wanted:
            return []
        query = " OR ".join(f"sku:{quoted(sku)}" for sku in sorted(wanted))
        found = self._client.pages(documents.VARIANTS_BY_SKU, ("productVariants",), query=query)
        return [_variant(node) for node in found if node["sku"] in wanted]

    def create_order(self, order: ComposedOrder) -> PlacedOrder:
        try:
            payload = self._client.mutate(
                documents.CREATE_ORDER, order=compose.order_input(order), options=compose.OPTIONS
            )
        except StoreRefused as refused:
            if _key_taken(refused):
                raise OutcomeUnknown(_("An order with this key stands already.")) from refused
            raise
        if not payload.get("order"):
            raise OutcomeUnknown(_("Shopify did not name the order it created."))
        name = payload["order"]["name"]
        return self._placed({**payload["order"], "sourceIdentifier": order.key, "name": name})

    def find_orders(self, key: str, since: datetime) -> list[PlacedOrder]:
        """By our unique metafield, then through the search, which may lag behind by minutes."""
        recent = f"tag:'{compose.TAG}' created_at:>='{(since - _OVERLAP).isoformat()}'"
        named = [*self._by_metafield(key), *self._search(f"source_identifier:{quoted(key)}")]
        found = named or self._search(recent)
        same = {node["id"]: self._placed(node) for node in found if _key(node) == key}
        return list(same.values())

    def read_order(self, order_id: str) -> StoreOrder | None:
        node = self._node(gid("Order", order_id))
        if node is None:
            return None
        return replace(self._store_order(node), content=content(node, lines_of(self._client, node)))

    def _node(self, number: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None
        found = self._client.execute(documents.STORE_ORDER, {"id": number})["order"]
        return found

    def amend_order(self, order_id: str, amendment: Amendment) -> Amended:
        return amending.amend(self._client, order_id, amendment)

    def edit_lines(self, order_id: str, edits: LineEdits) -> EditedLines:
        return editing.edit_lines(self._client, order_id, edits)

    def refund_order(self, order_id: str, refund: Refund) -> Refunded:
        return refunding.refund_order(self._client, order_id, refund)

    def note(self, order_id: str, text: str) -> None:
        amending.note(self._client, order_id, text)

    def cancel_order(self, order_id: str, reason: str, *, restock: bool) -> Cancellation:
        """Shopify does it a moment later, if at all: the job ends without saying which."""
        try:
            job = self._client.mutate(
                documents.CANCEL_ORDER,
                orderId=gid("Order", order_id),
                reason="OTHER",
                restock=restock,
                staffNote=reason[:255],
            )["job"]
        except StoreRefused as refused:
            return self._cancelled(order_id, refused)
        return Cancellation("requested", ticket=bare(job))

    def cancel_outcome(self, order_id: str, ticket: str) -> Cancellation:
        job = self._client.execute(documents_after.JOB, {"id": gid("Job", ticket)})["job"]
        over = StoreRefused(
            _("Shopify ended the cancellation without cancelling, and says no why.")
        )
        told = self._cancelled(order_id, None if job and not job["done"] else over)
        return replace(told, ticket=ticket) if told.state == "requested" else told

    def _cancelled(self, order_id: str, refused: StoreRefused | None) -> Cancellation:
        """What the order itself says; ``refused`` where it says neither cancelled nor shipped."""
        order = self.read_order(order_id)
        if order is None:
            raise StoreRefused(GONE)
        if not order.placed.live:
            return Cancellation("done")
        if refused is None:
            return Cancellation("requested")
        if order.shipped:
            return Cancellation("too_late", words=refused.words, shipped=order.shipped)
        raise refused

    def fetch_changes(self, cursor: str, now: datetime) -> Changes:
        place = unpack(cursor, _OVERLAP, now)
        since = (place.since - _OVERLAP).isoformat()
        page = self._client.execute(
            documents.STORE_ORDERS_CHANGED,
            {"query": f"tag:'{compose.TAG}' updated_at:>='{since}'", "after": place.page or None},
        )["orders"]
        orders, unread = reading.each(page["nodes"], self._changed, bare)
        more = page["pageInfo"]["hasNextPage"]
        return Changes(tuple(orders), pack(following(place, page)), more, unread)

    def subscribe(self, address: str, secret: str) -> None:
        """See that our key is defined in this shop. Webhooks are the app's own (its TOML): Shopify
        keeps them, and deletes those made by API after eight failures (Shopify 2026-10)."""
        self._define_key()

    def _define_key(self) -> None:
        definition = {
            "name": "Marketplace reference",
            "namespace": compose.NAMESPACE,
            "key": compose.KEY,
            "type": "id",
            "ownerType": "ORDER",
        }
        payload = self._client.execute(documents.DEFINE_KEY, {"definition": definition})
        errors = payload["metafieldDefinitionCreate"]["userErrors"]
        if any(error["code"] != "TAKEN" for error in errors):
            raise StoreRefused("; ".join(error["message"] for error in errors))

    def _by_metafield(self, key: str) -> list[dict[str, Any]]:
        """Nothing too where the metafield is not defined yet: then no order can carry it."""
        with suppress(StoreRefused):
            node = self._client.execute(
                documents.ORDER_BY_KEY,
                {"namespace": compose.NAMESPACE, "key": compose.KEY, "value": key},
            )["orderByIdentifier"]
            return [{**node, "sourceIdentifier": key}] if node else []
        return []

    def _search(self, query: str) -> list[dict[str, Any]]:
        return list(self._client.pages(documents.ORDERS_BY_SEARCH, ("orders",), query=query))

    def _changed(self, node: dict[str, Any]) -> StoreOrder:
        """The list shows the first few parcels; an order with more is read by itself."""
        parcels = node["fulfillments"]
        if len(parcels) == 3 or any(_is_cut(parcel) for parcel in parcels):
            return self._store_order(self._node(node["id"]) or node)
        return self._store_order(node)

    def _store_order(self, node: dict[str, Any]) -> StoreOrder:
        keys = LineKeys(node)
        parcels = tuple(self._parcel(parcel, keys) for parcel in node["fulfillments"])
        return StoreOrder(self._placed(node), moment(node["updatedAt"]), parcels)

    def _parcel(self, node: dict[str, Any], keys: LineKeys) -> Parcel:
        lines: dict[str, int] = {}
        items = self._client.pages(
            documents.PARCEL_LINES,
            ("fulfillment", "fulfillmentLineItems"),
            node["fulfillmentLineItems"],
            id=node["id"],
        )
        for item in items:
            if line := keys.of(item["lineItem"]):
                lines[line] = lines.get(line, 0) + item["quantity"]
        return Parcel(
            id=bare(node),
            lines=lines,
            tracking=tracking(node),
            shipped_at=moment(node["createdAt"]),
            withdrawn=node["status"] in ("CANCELLED", "ERROR", "FAILURE"),
            delivered_at=moment_or_none(node["deliveredAt"]),
        )

    def _placed(self, node: dict[str, Any]) -> PlacedOrder:
        return PlacedOrder(
            id=bare(node),
            name=node["name"],
            key=_key(node),
            live=not node.get("cancelledAt"),
            url=f"https://{self._client.domain}/admin/orders/{bare(node)}",
            created_at=moment_or_none(node.get("createdAt")),
        )


def quoted(value: str) -> str:
    """A value inside Shopify's search syntax."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def following(place: Place, page: dict[str, Any]) -> Place:
    """Where the next call goes on, after a page sorted by ``updatedAt``."""
    newest = max((moment(node["updatedAt"]) for node in page["nodes"]), default=None)
    if page["pageInfo"]["hasNextPage"]:
        return place.turned(page["pageInfo"]["endCursor"], newest)
    return replace(place, page="").finished(newest)


def tracking(fulfillment: dict[str, Any]) -> tuple[Tracking, ...]:
    return tuple(
        Tracking(info["company"] or "", info["number"] or "", info["url"] or "")
        for info in fulfillment["trackingInfo"]
    )


def _key(node: dict[str, Any]) -> str:
    return node.get("sourceIdentifier") or ""


def _is_cut(parcel: dict[str, Any]) -> bool:
    return bool(parcel["fulfillmentLineItems"]["pageInfo"]["hasNextPage"])


def _key_taken(refused: StoreRefused) -> bool:
    """Two orders may not carry one value of a metafield of type ``id``."""
    return any("metafields" in field for field in refused.fields) and any(
        word in refused.words.lower() for word in ("taken", "unique", "already", "in use")
    )


def _variant(node: dict[str, Any]) -> Variant:
    tracked = node["inventoryItem"]["tracked"]
    return Variant(
        id=bare(node),
        product_id=bare(node["product"]),
        sku=node["sku"],
        title=_title(node["product"]["title"], node["title"]),
        barcode=node["barcode"] or "",
        tracked=tracked,
        available=node["inventoryQuantity"] if tracked else None,
    )


def _title(product: str, variant: str) -> str:
    """A product without options has one variant, of a name that says nothing."""
    return product if variant == "Default Title" else f"{product} · {variant}"
