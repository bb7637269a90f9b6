"""Creating an order in a vendor's shop, and reading one back whose create was not answered."""

from __future__ import annotations

from stores.base import ComposedOrder, OutcomeUnknown, StoreBusy, StoreRefused
from stores.errors import Trouble
from stores.shopify import compose, documents
from stores.shopify.answers import CreatedOrder, CreatePayload
from stores.shopify.client import Client
from stores.shopify.ids import gid
from stores.texts import _


def create_order(client: Client, order: ComposedOrder) -> CreatedOrder:
    """The order as Shopify tells it.

    A refusal by something in front of Shopify proves nothing: it may have looked at the answer
    only. So the outcome is unknown then, as it is where an order with this key exists already."""
    try:
        made = client.mutate(
            documents.CREATE_ORDER,
            CreatePayload,
            order=compose.order_input(order),
            options=compose.OPTIONS,
        ).order
    except StoreRefused as refused:
        if _key_taken(refused):
            raise OutcomeUnknown(_("An order with this key stands already.")) from refused
        raise
    except StoreBusy as busy:
        if busy.code is Trouble.FIREWALL:
            raise OutcomeUnknown(busy.words, code=Trouble.FIREWALL) from busy
        raise
    if made is None:
        raise OutcomeUnknown(_("Shopify did not name the order it created."))
    return made


def created_order(client: Client, order_id: str) -> CreatedOrder | None:
    """The order as it is now, with what is compared after a create; None for no such order."""
    number = gid("Order", order_id)
    return client.find(documents.CREATED_ORDER, "order", CreatedOrder, id=number)


def _key_taken(refused: StoreRefused) -> bool:
    """Two orders may not carry one value of a metafield of type ``id``."""
    return any("metafields" in field for field in refused.fields) and any(
        word in refused.words.lower() for word in ("taken", "unique", "already", "in use")
    )
