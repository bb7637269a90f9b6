"""What both sides agreed on is so: the book and each vendor's store have the same pieces."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

import stores
from orderflow.models import Push, StoreAccess
from stores.base import Access, OrderFields, Store, StoreOrder
from tests.house import House


def store_of(session: Session, push: Push) -> Store:
    row: StoreAccess = push.connection.access
    return stores.open_store(Access(row.platform, row.address, row.secrets, row.expires_at))


def standing(house: House, push_id: int) -> StoreOrder:
    """The vendor's order as its store tells it, through the real adapter."""
    with house.look() as session:
        push = session.get_one(Push, push_id)
        order = store_of(session, push).read_order(push.remote_id)
    assert order is not None
    return order


def tops(house: House) -> list[OrderFields]:
    """Of each placed push."""
    with house.look() as session:
        ids = session.scalars(select(Push.id).where(Push.state == Push.PLACED).order_by(Push.id))
        found = [standing(house, push_id).content for push_id in ids]
    return [content.fields for content in found if content]


def pieces(house: House) -> list[dict[str, int]]:
    """By SKU, of each placed push."""
    with house.look() as session:
        pushes = session.scalars(select(Push).where(Push.state == Push.PLACED).order_by(Push.id))
        skus = {
            line.remote_id: line.sku for push in pushes for line in push.vendor_order.order.lines
        }
        ids = [
            push.id
            for push in session.scalars(
                select(Push).where(Push.state == Push.PLACED).order_by(Push.id)
            )
        ]
    found = []
    for push_id in ids:
        content = standing(house, push_id).content
        assert content is not None
        found.append({skus.get(line.key, line.key): line.quantity for line in content.lines})
    return found
