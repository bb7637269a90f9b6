"""What the merchants' shops, the book and the vendors' stores say of each order, compared.

``tests.agreement`` compares the book with what stands in the vendors' stores. Here it is asked
whether each order of the shop is in the book as it is, whether nothing stands in a store that
nobody wanted, whether the buyer was told of each parcel with its numbers, and whether the state of
each part is what all that amounts to. A difference is allowed where a person is asked to settle it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import life
from orderflow.models import (
    Change,
    Connection,
    Flag,
    MarketplaceOrder,
    Merchant,
    Message,
    Push,
    Shipment,
    StoreAccess,
    UnreadOrder,
    VendorOrder,
    Webhook,
)
from stores.base import KEY_ATTRIBUTE
from stores.money import rounded_to_minor
from tests.agreement import States, host_of, is_excused

Json = Mapping[str, Any]
GONE = ("cancelled", "refunded", "trash")
UNSETTLED = (life.NEW, life.QUEUED, life.UNKNOWN)
NOT_IN_STORE = (life.WAITING, life.HELD, life.REFUSED)


@dataclass(frozen=True)
class Difference:
    """``order`` is the marketplace's id, "" where it is about no order."""

    shop: str
    order: str
    what: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.shop, self.what)))


def differences(session: Session, states: States) -> list[Difference]:
    """Everything has come to rest, and every store tells the truth."""
    found = [each for owner in session.scalars(select(Merchant)) for each in _of(owner, states)]
    found += [each for host in _vendor_hosts(session) for each in _surplus(session, states, host)]
    return [*found, *_left_over(session)]


def flagged(session: Session) -> Counter[str]:
    """How many of each flag are open."""
    codes = session.scalars(select(Flag.code).where(Flag.done_at.is_(None)))
    return Counter(codes)


def part_states(session: Session) -> Counter[str]:
    """How many parts are in each state."""
    return Counter(session.scalars(select(VendorOrder.state)))


def _of(merchant: Merchant, states: States) -> Iterator[Difference]:
    session = Session.object_session(merchant)
    assert session is not None
    rows = select(MarketplaceOrder).where(MarketplaceOrder.merchant_id == merchant.id)
    known = {row.remote_id: row for row in session.scalars(rows)}
    unread = select(UnreadOrder.remote_id).where(UnreadOrder.merchant_id == merchant.id)
    shown = set(session.scalars(unread))
    there = states.orders(merchant.shop)
    for remote_id, order in there.items():
        if remote_id in known:
            for what in _of_order(session, states, known[remote_id], order):
                yield Difference(merchant.shop, remote_id, f"{order['name']} {what}")
        elif remote_id not in shown:
            yield Difference(merchant.shop, remote_id, f"{order['name']} is not in the book")
    for remote_id in known.keys() - there.keys():
        yield Difference(merchant.shop, remote_id, "an order that the shop does not have")


def _of_order(
    session: Session, states: States, row: MarketplaceOrder, order: Json
) -> Iterator[str]:
    over = order["status"] == "cancelled"
    if over != (row.cancelled_at is not None):
        yield f"is {order['status']} in the shop, cancelled_at {row.cancelled_at} in the book"
    if row.payment != order["payment"]:
        yield f"is {order['payment']} in the shop, {row.payment} in the book"
    wanted = {str(line["id"]): line["current_quantity"] for line in order["lines"]}
    booked = {line.remote_id: line.quantity for line in row.lines}
    if not over and wanted != {**dict.fromkeys(wanted, 0), **booked}:
        yield f"has pieces {wanted} in the shop, {booked} in the book"
    total = rounded_to_minor(order["current_total"], order["currency"])
    if not over and row.total != total:
        yield f"costs {total} in the shop, {row.total} in the book"
    for part in row.vendor_orders:
        for what in _of_part(session, states, part, order):
            yield f"{part.vendor.name}: {what}"


def _of_part(session: Session, states: States, part: VendorOrder, order: Json) -> Iterator[str]:
    pushes = list(
        session.scalars(select(Push).where(Push.vendor_order_id == part.id).order_by(Push.id))
    )
    ours = {line.remote_id for line in part.lines}
    left = _parcels_there(states, pushes)
    told = _told_home(order, ours)
    open_flags = _open_flags(session, part)
    if "shipped_twice" in open_flags and left == told:
        yield f"is flagged as shipped twice, though {_shown(left)} was shipped and told home"
    if "cancelled_too_late" in open_flags and not left:
        yield "is flagged as cancelled too late, though nothing was shipped"
    if open_flags or any(is_excused(session, push) for push in pushes):
        return
    if left != told:
        yield f"shipped {_shown(left)} by the vendor, told home {_shown(told)}"
    wanted = sum(line["current_quantity"] for line in order["lines"] if str(line["id"]) in ours) * (
        order["status"] != "cancelled"
    )
    allowed = _states(wanted, left.total(), stands=_stands(states, pushes))
    if part.order.payment == "refunded":
        allowed = (*allowed, life.SKIPPED)
    if part.state not in allowed:
        yield (
            f"is {part.state}, with {wanted} pieces wanted and {left.total()} shipped, "
            f"which should be {' or '.join(allowed)}"
        )


def _open_flags(session: Session, part: VendorOrder) -> set[str]:
    found = select(Flag.code).where(Flag.vendor_order_id == part.id, Flag.done_at.is_(None))
    return set(session.scalars(found))


Pieces = Counter[tuple[str, tuple[str, ...]]]
"""By SKU and the parcel's numbers."""


def _parcels_there(states: States, pushes: Iterable[Push]) -> Pieces:
    found: Pieces = Counter()
    for push in pushes:
        order = states.orders(host_of(push)).get(push.remote_id)
        if order is not None:
            skus = {str(line["id"]): line["sku"] for line in order["lines"]}
            found += _pieces(order["parcels"], skus)
    return found


def _told_home(order: Json, lines: set[str]) -> Pieces:
    skus = {str(line["id"]): line["sku"] for line in order["lines"] if str(line["id"]) in lines}
    return _pieces(order["parcels"], skus)


def _pieces(parcels: Iterable[Json], skus: Mapping[str, str]) -> Pieces:
    found: Pieces = Counter()
    for parcel in parcels:
        if parcel["status"] not in ("success", "fulfilled", "shipped"):
            continue
        numbers = tuple(sorted(filter(None, (each["number"] for each in parcel["tracking"]))))
        for line, count in parcel["lines"].items():
            if line in skus:
                found[skus[line], numbers] += count
    return found


def _shown(pieces: Pieces) -> str:
    told = (f"{n} {sku} ({', '.join(numbers)})" for (sku, numbers), n in sorted(pieces.items()))
    return " + ".join(told) or "nothing"


def _stands(states: States, pushes: Iterable[Push]) -> bool:
    """Whether an order of the part lives in a vendor's store."""
    found = (states.orders(host_of(push)).get(push.remote_id) for push in pushes)
    return any(order is not None and order["status"] not in GONE for order in found)


def _states(wanted: int, shipped: int, *, stands: bool) -> tuple[str, ...]:
    if shipped:
        return (life.SHIPPED,) if shipped >= wanted else (life.PARTLY_SHIPPED,)
    if not wanted:
        return (life.CANCELLED, life.SKIPPED)
    return (life.PUSHED,) if stands else NOT_IN_STORE


def _vendor_hosts(session: Session) -> list[str]:
    rows = select(StoreAccess.address).join(Connection, Connection.access_id == StoreAccess.id)
    return sorted({address.removeprefix("https://") for address in session.scalars(rows)})


def _surplus(session: Session, states: States, host: str) -> Iterator[Difference]:
    """Orders of ours that live in a store and are not the one order of a push, and those that were
    made more than once, though one was cancelled again."""
    known = {push.key: push for push in session.scalars(select(Push))}
    made: Counter[str] = Counter()
    for remote_id, order in states.orders(host).items():
        key = order["attributes"].get(KEY_ATTRIBUTE)
        if not key:
            continue
        made[key] += 1
        push = known.get(key)
        if order["status"] not in GONE and (push is None or push.remote_id != remote_id):
            instead = f"instead of {push.remote_name}" if push else "of no push"
            yield Difference(*_whose(push, host), f"{order['name']} {instead} lives at {host}")
    for key, count in made.items():
        if count > 1:
            yield Difference(*_whose(known.get(key), host), f"was made {count} times at {host}")


def _whose(push: Push | None, host: str) -> tuple[str, str]:
    order = push.vendor_order.order if push else None
    return (order.merchant.shop, order.remote_id) if order else (host, "")


def _left_over(session: Session) -> Iterator[Difference]:
    """What is under way although everything is at rest, and what was parked."""
    for part in session.scalars(select(VendorOrder).where(VendorOrder.state.in_(UNSETTLED))):
        order = part.order
        told = f"{order.name} {part.vendor.name}: is still {part.state}"
        yield Difference(order.merchant.shop, order.remote_id, told)
    for change in session.scalars(select(Change).where(Change.state.in_(Change.OPEN))):
        order = change.vendor_order.order
        told = f"{order.name}: a change ({change.kind}) is still {change.state}"
        yield Difference(order.merchant.shop, order.remote_id, told)
    waiting = select(Shipment).where(Shipment.state.in_((Shipment.NEW, Shipment.STUCK)))
    for shipment in session.scalars(waiting):
        if not _open_flags(session, shipment.vendor_order):
            order = shipment.vendor_order.order
            told = f"{order.name}: a parcel is still {shipment.state}, and no flag says so"
            yield Difference(order.merchant.shop, order.remote_id, told)
    for message in session.scalars(select(Message).where(Message.parked_at.is_not(None))):
        told = f"a message ({message.kind}, {message.subject}) was parked: {message.words}"
        yield Difference("", "", told)
    for webhook in session.scalars(select(Webhook).where(Webhook.state == Webhook.NEW)):
        yield Difference("", "", f"a webhook ({webhook.topic}) has not been read")
