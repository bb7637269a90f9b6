"""A vendor's Shopify store: orders go in, what shipped comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from stores import boundary
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
    StoreBusy,
    StoreOrder,
    StoreRefused,
    StoreSetup,
    Tracking,
    Variant,
)
from stores.boundary import Unreadable
from stores.cursor import Place, pack, unpack
from stores.errors import Trouble
from stores.shopify import (
    amending,
    comparing,
    compose,
    creating,
    documents,
    documents_after,
    editing,
    refunding,
)
from stores.shopify.answers import (
    CancelPayload,
    Changed,
    CreatedOrder,
    DefinitionPayload,
    Page,
    VariantNode,
    name_of,
)
from stores.shopify.client import Client, endless
from stores.shopify.identity import identify
from stores.shopify.ids import gid
from stores.shopify.standing import GONE, LineKeys, content, lines_of
from stores.shopify.vendor_answers import (
    ChangedNode,
    FulfilmentNode,
    JobNode,
    OrderNode,
    ParcelItem,
    PlacedNode,
)
from stores.texts import _

CAPABILITIES = Capabilities(
    platform="shopify",
    title="Shopify",
    find_by_key_at_once=False,
    key_is_unique=False,
    parallel_calls=8,
    edit_lines=True,
    edit_prices=False,
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
    hosted=True,
    status_page="https://www.shopifystatus.com",
    limits=(
        _("Trial and development stores take five new orders a minute."),
        _("Orders older than 60 days cannot be read."),
        _("At most 20 parcels of one order are seen."),
        _("An item added to an order later costs the store's own price where that is lower."),
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

    def missing_orders(self, order_ids: Sequence[str]) -> tuple[str, ...]:
        """A shop can delete only what was cancelled or archived before, and tells of that."""
        return ()

    def read_setup(self) -> StoreSetup:
        """Nothing of a shop's settings changes how it is called."""
        return StoreSetup()

    def identify(self) -> Identity:
        return identify(self._client)

    def variants(self, skus: Sequence[str]) -> list[Variant]:
        """Shopify's search is tokenised and ignores case, so the SKU is compared again here."""
        wanted = {sku for sku in skus if sku}
        if not wanted:
            return []
        query = " OR ".join(f"sku:{quoted(sku)}" for sku in sorted(wanted))
        found = self._client.pages(
            documents.VARIANTS_BY_SKU, ("productVariants",), VariantNode, query=query
        )
        return [_variant(node) for node in found if node.sku in wanted]

    def create_order(self, order: ComposedOrder) -> PlacedOrder:
        return self._compared(order, creating.create_order(self._client, order))

    def compare_order(self, order_id: str, order: ComposedOrder) -> PlacedOrder | None:
        made = creating.created_order(self._client, order_id)
        return None if made is None else self._compared(order, made)

    def _compared(self, order: ComposedOrder, made: CreatedOrder) -> PlacedOrder:
        placed = self._placed(
            PlacedNode(
                id=made.id,
                name=made.name,
                source_identifier=order.key,
                cancelled_at=made.cancelled_at,
            )
        )
        return replace(placed, differences=tuple(comparing.created(order, made)))

    def find_orders(self, key: str, since: datetime) -> list[PlacedOrder]:
        """By our unique metafield, then through the search, which may lag behind by minutes."""
        recent = f"tag:'{compose.TAG}' created_at:>='{(since - _OVERLAP).isoformat()}'"
        named = [*self._by_metafield(key), *self._search(f"source_identifier:{quoted(key)}")]
        found = named or self._search(recent)
        same = {node.id: self._placed(node) for node in found if node.source_identifier == key}
        return list(same.values())

    def read_order(self, order_id: str) -> StoreOrder | None:
        node = self._node(gid("Order", order_id))
        if node is None:
            return None
        return replace(self._store_order(node), content=content(node, lines_of(self._client, node)))

    def _node(self, number: str) -> OrderNode | None:
        return self._client.find(documents.STORE_ORDER, "order", OrderNode, id=number)

    def amend_order(self, order_id: str, amendment: Amendment) -> Amended:
        return amending.amend(self._client, order_id, amendment)

    def edit_lines(self, order_id: str, edits: LineEdits) -> EditedLines:
        return editing.edit_lines(self._client, order_id, edits)

    def refund_order(self, order_id: str, refund: Refund) -> Refunded:
        return refunding.refund_order(self._client, order_id, refund)

    def mark_paid(self, order_id: str) -> None:
        amending.mark_paid(self._client, order_id)

    def note(self, order_id: str, text: str) -> None:
        amending.note(self._client, order_id, text)

    def cancel_order(self, order_id: str, reason: str, *, restock: bool) -> Cancellation:
        """Shopify does it a moment later, if at all: the job ends without saying which."""
        try:
            job = self._client.mutate(
                documents.CANCEL_ORDER,
                CancelPayload,
                orderId=gid("Order", order_id),
                reason="OTHER",
                restock=restock,
                staffNote=reason[:255],
            ).job
        except StoreRefused as refused:
            return self._cancelled(order_id, refused)
        if job is None:
            raise OutcomeUnknown(_("Shopify did not name the job of the cancellation."))
        return Cancellation("requested", ticket=job.number)

    def cancel_outcome(self, order_id: str, ticket: str) -> Cancellation:
        job = self._client.find(documents_after.JOB, "job", JobNode, id=gid("Job", ticket))
        over = StoreRefused(
            _("Shopify ended the cancellation without cancelling, and gave no reason.")
        )
        told = self._cancelled(order_id, None if job and not job.done else over)
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
        page = self._client.page(
            documents.STORE_ORDERS_CHANGED,
            "orders",
            query=f"tag:'{compose.TAG}' updated_at:>='{since}'",
            after=place.page or None,
        )
        orders, unread = boundary.each(page.nodes, self._changed, name_of)
        more = page.page_info.has_next_page
        return Changes(tuple(orders), pack(following(place, page, now)), more, unread)

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
        payload = self._client.try_to(
            documents.DEFINE_KEY, DefinitionPayload, definition=definition
        )
        if any(error.code != "TAKEN" for error in payload.user_errors):
            raise StoreRefused(
                boundary.words("; ".join(error.message for error in payload.user_errors))
            )

    def _by_metafield(self, key: str) -> list[PlacedNode]:
        """Nothing too where the metafield is not defined yet: then no order can carry it."""
        with suppress(StoreRefused):
            node = self._client.find(
                documents.ORDER_BY_KEY,
                "orderByIdentifier",
                PlacedNode,
                namespace=compose.NAMESPACE,
                key=compose.KEY,
                value=key,
            )
            return [node.model_copy(update={"source_identifier": key})] if node else []
        return []

    def _search(self, query: str) -> list[PlacedNode]:
        return list(
            self._client.pages(documents.ORDERS_BY_SEARCH, ("orders",), PlacedNode, query=query)
        )

    def _changed(self, told: Any) -> StoreOrder:
        """The list shows the first few parcels; an order with more is read by itself."""
        node = boundary.read(ChangedNode, told)
        with unreadable_alone():
            if len(node.fulfillments) == 3 or any(_is_cut(each) for each in node.fulfillments):
                return self._store_order(self._node(node.id) or node)
            return self._store_order(node)

    def _store_order(self, node: ChangedNode) -> StoreOrder:
        keys = LineKeys(node)
        parcels = tuple(self._parcel(parcel, keys) for parcel in node.fulfillments)
        return StoreOrder(
            self._placed(node),
            node.updated_at,
            parcels,
            refunded=node.display_financial_status == "REFUNDED",
        )

    def _parcel(self, node: FulfilmentNode, keys: LineKeys) -> Parcel:
        lines: dict[str, int] = {}
        for item in parcel_items(self._client, node):
            if line := keys.of(item.line_item):
                lines[line] = lines.get(line, 0) + item.quantity
        return Parcel(
            id=node.number,
            lines=lines,
            tracking=tracking(node),
            shipped_at=node.created_at,
            withdrawn=is_withdrawn(node),
            delivered_at=node.delivered_at,
        )

    def _placed(self, node: PlacedNode) -> PlacedOrder:
        return PlacedOrder(
            id=node.number,
            name=node.name,
            key=node.source_identifier,
            live=node.cancelled_at is None,
            url=f"https://{self._client.domain}/admin/orders/{node.number}",
            created_at=node.created_at,
        )


def parcel_items(client: Client, node: FulfilmentNode) -> Iterator[ParcelItem]:
    """All items of a fulfilment, from the page in hand onward."""
    return client.pages(
        documents.PARCEL_LINES,
        ("fulfillment", "fulfillmentLineItems"),
        ParcelItem,
        node.fulfillment_line_items,
        id=node.id,
    )


def is_withdrawn(node: FulfilmentNode) -> bool:
    return node.status in ("CANCELLED", "ERROR", "FAILURE")


@contextmanager
def unreadable_alone() -> Iterator[None]:
    """What is read besides the list for one of its orders, and cannot be read, makes that order
    unreadable and not the list."""
    try:
        yield
    except StoreBusy as busy:
        if busy.code not in (Trouble.UNREADABLE, Trouble.SERVER_ERROR, Trouble.ENDLESS):
            raise
        why = busy.__cause__ if isinstance(busy.__cause__, Unreadable) else busy
        raise Unreadable(str(why)) from None


def quoted(value: str) -> str:
    """A value inside Shopify's search syntax."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def following(place: Place, page: Page, now: datetime) -> Place:
    """Where the next call goes on, after a page sorted by ``updatedAt``. A cursor that stands
    still raises StoreBusy."""
    moments, _unread = boundary.each(page.nodes, _changed_at, name_of)
    newest = min(max(moments), now) if moments else None
    if not page.page_info.has_next_page:
        return replace(place, page="").finished(newest)
    if page.page_info.end_cursor in ("", place.page):
        raise endless()
    return place.turned(page.page_info.end_cursor, newest)


def _changed_at(node: Any) -> datetime:
    return boundary.read(Changed, node).updated_at


def tracking(fulfillment: FulfilmentNode) -> tuple[Tracking, ...]:
    return tuple(
        Tracking(info.company, info.number, info.url) for info in fulfillment.tracking_info
    )


def _is_cut(parcel: FulfilmentNode) -> bool:
    return parcel.fulfillment_line_items.page_info.has_next_page


def _variant(node: VariantNode) -> Variant:
    tracked = node.inventory_item.tracked
    return Variant(
        id=node.number,
        product_id=node.product.number,
        sku=node.sku,
        title=_title(node.product.title, node.title),
        barcode=node.barcode,
        tracked=tracked,
        available=node.inventory_quantity if tracked else None,
    )


def _title(product: str, variant: str) -> str:
    """A product without options has one variant, of a name that says nothing."""
    return product if variant == "Default Title" else f"{product} · {variant}"
