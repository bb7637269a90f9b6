"""A vendor's WooCommerce store: orders go in, what shipped comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from stores import boundary
from stores.base import (
    EVERY_PARCEL,
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
    OrderContent,
    OutcomeUnknown,
    Parcel,
    PlacedOrder,
    Refund,
    Refunded,
    Spend,
    StoreError,
    StoreOrder,
    StoreRefused,
    Variant,
)
from stores.cursor import pack_all
from stores.errors import Trouble
from stores.setup import SHIPPED_STATUSES, StoreSetup
from stores.standing import shipped_pieces
from stores.texts import _
from stores.woocommerce import (
    amending,
    answers,
    changes,
    comparing,
    creating,
    editing,
    refunding,
    setup,
    standing,
    statuses,
    subscribing,
)
from stores.woocommerce.answers import KEY, Order, OrderHead, Product
from stores.woocommerce.client import PAGE, Client, TurnedAway, listed, not_understood
from stores.woocommerce.identity import identify
from stores.woocommerce.parcels import OFF, Shipped, fetch_fulfilments, must_be_seen, shipped
from stores.woocommerce.words import naive

CAPABILITIES = Capabilities(
    platform="woocommerce",
    title="WooCommerce",
    find_by_key_at_once=True,
    key_is_unique=False,
    parallel_calls=4,
    edit_lines=True,
    edit_prices=True,
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
    api_path="/wp-json/wc/v3/",
    limits=(
        _(
            "The store mails the billing address when an order is processing, on hold, completed, "
            "failed or refunded, and each note to the customer; nothing when it is cancelled or "
            "its items are edited."
        ),
        _("Webhooks leave a quiet store only when somebody visits it."),
        _("With tracking plugins that name no pieces, a shipment counts when all is completed."),
        _("What is taken off an order, or cancelled, always goes back into stock."),
    ),
)

_NOT_FOR_SALE = ("variable", "grouped")
"""A variable product is a name for its variations; an order takes it and lowers no stock."""

_STATUSES = ("any", "trash")
"""``any`` leaves the trash out."""

_MARGIN = timedelta(minutes=15)
"""How far a store's clock may be off ours when looking for an order."""


def open_store(access: Access) -> WooStore:
    return WooStore(Client(access), access.setup)


class WooStore:
    can = CAPABILITIES

    def __init__(self, client: Client, known: Mapping[str, Any] = MappingProxyType({})) -> None:
        self._client, self._known = client, known
        self._without_fulfilments = False

    @property
    def spend(self) -> Spend:
        return self._client.spend

    def identify(self) -> Identity:
        return identify(self._client)

    def read_setup(self) -> StoreSetup:
        return setup.read_setup(self._client)

    def variants(self, skus: Sequence[str]) -> list[Variant]:
        wanted = {sku for sku in skus if sku}
        plain = sorted(sku for sku in wanted if "," not in sku)
        lists = [",".join(plain[i : i + 50]) for i in range(0, len(plain), 50)]
        told = [
            product
            for skus_text in lists
            for product in self._client.pages("products", sku=skus_text, status="any")
        ]
        found, _unread = boundary.each(told, lambda each: boundary.read(Product, each), str)
        return [
            _variant(product)
            for product in found
            if product.sku in wanted and product.type not in _NOT_FOR_SALE
        ]

    def create_order(self, order: ComposedOrder) -> PlacedOrder:
        try:
            told = creating.post_order(self._client, order, self._known)
        except TurnedAway as away:
            return self._turned_away(order, away)
        try:
            created = boundary.read(Order, told)
        except boundary.Unreadable:
            raise not_understood(writing=True) from None
        if not created.id:
            raise not_understood(writing=True)
        return self._compared(order, created)

    def _turned_away(self, order: ComposedOrder, away: TurnedAway) -> PlacedOrder:
        """What became of a create that something in front of the store answered with a refusal.

        The store may have made the order all the same: some firewalls look at what goes out, or
        answer while the store is still at work. So the order is looked for, and where it is not
        there the outcome is unknown. Only where an empty write passes is the content of this order
        what the firewall objects to: StoreRefused, with ``Trouble.FIREWALL``, which does not
        promise that nothing was made."""
        try:
            found = self.find_orders(order.key, order.placed_at)
            if found:
                one = next((each for each in found if each.live), found[0])
                return self.compare_order(one.id, order) or one
            blocks_all = away.for_now or not self._client.lets_writes_through()
        except StoreError:
            blocks_all = True
        if blocks_all:
            raise OutcomeUnknown(away.words, code=Trouble.FIREWALL) from None
        words = _(
            "A firewall or security plugin in front of the store turned away what this order says, "
            "while it lets others pass. Ask the host to allow POST to /wp-json/wc/v3/orders, or "
            "change the note of the order, and try again."
        )
        raise StoreRefused(words, code=Trouble.FIREWALL)

    def compare_order(self, order_id: str, order: ComposedOrder) -> PlacedOrder | None:
        made = standing.read(self._client, order_id, fresh=True)
        return None if made is None else self._compared(order, made)

    def _compared(self, order: ComposedOrder, made: Order) -> PlacedOrder:
        return replace(
            self._placed(made),
            key=order.key,
            notes=comparing.missing_products(order, made),
            differences=tuple(comparing.created(order, made)),
        )

    def find_orders(self, key: str, since: datetime) -> list[PlacedOrder]:
        """By ``created_via``, else by time. Filters that a version does not know are ignored and
        any order of the store comes back, so each is compared here. An empty list is believed
        only from answers made now, in which every order could be read. The draft of a create that
        broke off is no order: nothing will ever come of it."""
        named, honoured = self._by_name(key)
        if named and honoured:
            return named
        filters = {
            "after": naive(since - _MARGIN),
            "dates_are_gmt": "true",
            "_fields": answers.HEAD,
        }
        heads = [
            head
            for status in _STATUSES
            for head in self._client.pages("orders", fresh=True, status=status, **filters)
        ]
        return self._ours(heads, key)

    def _by_name(self, key: str) -> tuple[list[PlacedOrder], bool]:
        """Our orders on the first page, and whether the store (9.9 and later) filtered at all."""
        asked: dict[str, str | int] = {
            "created_via": key,
            "per_page": 100,
            "_fields": answers.HEAD,
        }
        heads = [
            head
            for status in _STATUSES
            for head in listed(self._client.get_fresh("orders", status=status, **asked))
        ]
        honoured = all(_created_via(head).lower() == key.lower() for head in heads)
        return self._ours(heads, key) if honoured else [], honoured

    def _ours(self, told: list[Any], key: str) -> list[PlacedOrder]:
        heads, _unread = boundary.each(
            told, lambda each: boundary.read(OrderHead, each), lambda each: str(each.get("id"))
        )
        whole = (head for head in heads if head.status != standing.DRAFT)
        ours = [replace(self._placed(head), key=key) for head in whole if head.is_ours(key)]
        hidden = any(head.meta_data and not any(m.key for m in head.meta_data) for head in heads)
        if not ours and (hidden or len(heads) < len(told)):
            raise not_understood()
        return ours

    def missing_orders(self, order_ids: Sequence[str]) -> tuple[str, ...]:
        return changes.missing(self._client, order_ids)

    def read_order(self, order_id: str) -> StoreOrder | None:
        order = standing.read(self._client, order_id)
        return self._whole(order) if order and order.status != standing.DRAFT else None

    def amend_order(self, order_id: str, amendment: Amendment) -> Amended:
        return amending.amend(self._client, order_id, amendment)

    def edit_lines(self, order_id: str, edits: LineEdits) -> EditedLines:
        order = standing.must_stand(self._client, order_id)
        refunds = standing.refunds(self._client, order, fresh=True)
        seen = self._shipped(order)
        must_be_seen(order, seen)
        told = editing.edit_lines(self._client, order, refunds, seen.parcels, edits)
        return editing.with_stock_told(told, setup.lines_move_stock(self._known))

    def refund_order(self, order_id: str, refund: Refund) -> Refunded:
        return refunding.refund_order(self._client, order_id, refund)

    def mark_paid(self, order_id: str) -> None:
        """A pending order becomes a processing one: stock is lowered and the vendor is mailed."""
        order = standing.must_stand(self._client, order_id)
        if order.status == "pending":
            self._set_status(order, "processing")

    def note(self, order_id: str, text: str) -> None:
        amending.note(self._client, order_id, text)

    def cancel_order(self, order_id: str, reason: str, *, restock: bool) -> Cancellation:
        """The store would cancel what has shipped as well, and puts the stock back by itself: also
        that of goods that were refunded without it. So an order all of which was refunded is left
        alone, and one without pieces becomes ``refunded``, which moves no stock (10.9.2)."""
        order = standing.read(self._client, order_id, fresh=True)
        if order is None:
            raise StoreRefused(_("The order is no longer in the store."))
        if order.status in (*standing.GONE, "refunded"):
            return Cancellation("done")
        seen = self._shipped(order)
        if seen.parcels or seen.doubt or statuses.has_begun_to_leave(order.status):
            left = shipped_pieces(seen.parcels)
            return Cancellation("too_late", words=_("It has shipped."), shipped=left)
        must_be_seen(order, seen)
        if order.refunds and not any(line.key for line in self._content(order).lines):
            self._set_status(order, "refunded")
            return Cancellation("done")
        self._set_status(order, "cancelled")
        return Cancellation("done", words="" if restock else _("The goods went back into stock."))

    def _set_status(self, order: Order, status: str) -> None:
        """StoreRefused where the store answers with the status of before: a plugin may keep an
        order from being changed without saying no."""
        told = standing.understood(
            self._client.put(f"orders/{order.id}", {"status": status}), writing=True
        )
        if told.status == order.status:
            raise StoreRefused(_("The store took the new status of the order and did not keep it."))

    def cancel_outcome(self, order_id: str, ticket: str) -> Cancellation:
        order = standing.read(self._client, order_id)
        if order is None or order.status not in standing.GONE:
            raise StoreRefused(_("The order is not cancelled."))
        return Cancellation("done")

    def fetch_changes(self, cursor: str, now: datetime) -> Changes:
        streams = changes.unpack_streams(cursor, now)
        orders: dict[str, StoreOrder] = {}
        unread: tuple[str, ...] = ()
        unmarked: list[str] = []
        more = False
        for status, place in streams.items():
            page = self._client.page("orders", status=status, **changes.query(place))
            streams[status] = changes.following(place, page, now)
            more = more or changes.has_more(place, page)
            read, bad = boundary.each(
                page.entries[:PAGE], self._changed, lambda one: str(one["id"])
            )
            orders |= {order.placed.id: order for order in read if isinstance(order, StoreOrder)}
            unmarked += [number for number in read if isinstance(number, str) and number]
            unread += bad
        untold = [each for each in orders.values() if EVERY_PARCEL in each.untold]
        unread += () if self._without_fulfilments else tuple(each.placed.id for each in untold)
        return Changes(
            tuple(orders.values()),
            pack_all(streams),
            more,
            unread,
            tuple(unmarked),
        )

    def _changed(self, told: Any) -> StoreOrder | str:
        """An order of ours as it is now; only the id of one that carries no mark of ours, and
        nothing of a draft."""
        head = boundary.read(OrderHead, told)
        if head.status == standing.DRAFT:
            return ""
        if not head.meta(KEY):
            return str(head.id)
        return self._store_order(boundary.read(Order, told))

    def subscribe(self, address: str, secret: str) -> None:
        subscribing.subscribe(self._client, address, secret)

    def _whole(self, order: Order) -> StoreOrder:
        """Without content where something hides all marks: our lines only seem to be gone."""
        seen = self._store_order(order)
        if not order.meta(KEY) and not standing.names_ours(order):
            return seen
        return replace(seen, content=self._content(order, seen.parcels))

    def _content(self, order: Order, parcels: tuple[Parcel, ...] = ()) -> OrderContent:
        back = standing.returned(order, standing.refunds(self._client, order))
        return standing.content(order, back, parcels)

    def _store_order(self, order: Order) -> StoreOrder:
        """Plugins keep parcels in the marks: where ours is hidden, theirs may be."""
        seen = self._shipped(order)
        hidden = frozenset() if order.meta(KEY) else frozenset({EVERY_PARCEL})
        return StoreOrder(
            placed=self._placed(order),
            updated_at=order.date_modified_gmt,
            parcels=seen.parcels,
            untold=seen.untold | hidden,
            doubt=seen.doubt,
            refunded=order.status == "refunded",
        )

    def _shipped(self, order: Order) -> Shipped:
        fulfilments = fetch_fulfilments(self._client, order)
        self._without_fulfilments |= fulfilments is OFF
        further = boundary.cut_all(self._known.get(SHIPPED_STATUSES) or ())
        return shipped(order, fulfilments, further)

    def _placed(self, order: OrderHead) -> PlacedOrder:
        return PlacedOrder(
            id=str(order.id),
            name=f"#{order.number or order.id}",
            key=order.meta(KEY),
            live=order.status not in standing.GONE,
            url=f"{self._client.url}/wp-admin/post.php?post={order.id}&action=edit",
            created_at=order.date_created_gmt,
        )


def _created_via(head: Any) -> str:
    return boundary.text(head.get("created_via")) if isinstance(head, dict) else ""


def _variant(product: Product) -> Variant:
    tracked = product.manage_stock
    return Variant(
        id=str(product.id),
        product_id=str(product.parent_id or product.id),
        sku=product.sku,
        title=product.name,
        barcode=product.global_unique_id,
        tracked=tracked,
        available=int(product.stock_quantity) if tracked else None,
    )
