"""After every test: the book and each vendor's store agree, or somebody was told that they do not.

A difference is allowed where a person is asked to settle it (a flag, a conflict), where something
about it is still to be done (a message, a parked one too, or news that nobody has read yet), and
where a store lets nobody in. There is no switch: a test that writes into the book by hand puts it
right again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import stores
from orderflow.book import pieces as in_order
from orderflow.book.snapshot import composed_from_json
from orderflow.models import Change, Conflict, Flag, Message, Push, StoreAccess, VendorOrder
from sandbox import snapshot
from stores.base import Access, OrderContent, OrderFields, StoreError, StoreOrder
from stores.money import exponent, rounded_to_minor, to_minor
from tests.house import House

Json = dict[str, Any]


class States:
    """What stands in each pretend store, as the sandbox tells of itself; asked once a host.
    Shipping and what was given back are looked up here, since an adapter need not tell them."""

    def __init__(self, of_host: Callable[[str], Mapping[str, Any] | None]) -> None:
        self._of_host = of_host
        self._known: dict[str, Mapping[str, Any]] = {}
        self._orders: dict[str, dict[str, Json]] = {}

    def host(self, host: str) -> Mapping[str, Any]:
        if host not in self._known:
            self._known[host] = self._of_host(host) or {"orders": []}
        return self._known[host]

    def orders(self, host: str) -> dict[str, Json]:
        """By their ids."""
        if host not in self._orders:
            self._orders[host] = {str(each["id"]): each for each in self.host(host)["orders"]}
        return self._orders[host]

    def of(self, push: Push) -> Json:
        return self.orders(host_of(push))[push.remote_id]


def host_of(push: Push) -> str:
    return push.connection.access.address.removeprefix("https://").partition("/")[0]


def differences(house: House) -> list[str]:
    """Of the whole house, at the end of a test."""
    house.world.faults.planned.clear()
    with house.look() as session:
        return among(session, States(lambda host: snapshot.of_host(house.world, host)))


def among(session: Session, states: States) -> list[str]:
    """Each with its order, line and the three numbers: wanted, agreed on, in the store; and each
    part whose orders are not worth its share."""
    stood = select(Push).where(Push.state.in_((Push.PLACED, Push.CANCELLED))).order_by(Push.id)
    differ = [each for push in session.scalars(stood) for each in _of_push(session, states, push)]
    return [*differ, *money(session, states)]


def _of_push(session: Session, states: States, push: Push) -> Iterator[str]:
    if not _reachable(push) or is_excused(session, push):
        return
    name = f"{push.vendor_order.order.name} in {push.remote_name}"
    yield from _not_wanted(session, push, name)
    try:
        order = _read(session, push)
    except StoreError:
        return
    if push.state == Push.CANCELLED:
        if order is not None and order.placed.live and not order.refunded:
            yield f"{name}: cancelled in the book, alive in the store"
    elif order is not None and _was_heard_of(push, order):
        yield from _not_there(push, order, name)
        yield from _not_charged(states, push, name)


def money(session: Session, states: States) -> list[str]:
    """Each part whose orders are not worth what the book says it is. A part is looked at when all
    that is wanted of it stands in its vendor's stores and nobody is asked to settle anything."""
    parts = session.scalars(select(VendorOrder).order_by(VendorOrder.id))
    return [each for part in parts for each in _of_part(session, states, part)]


def _of_part(session: Session, states: States, part: VendorOrder) -> Iterator[str]:
    rows = select(Push).where(Push.vendor_order_id == part.id, Push.state == Push.PLACED)
    pushes = list(session.scalars(rows.order_by(Push.id)))
    over = part.order.cancelled_at is not None
    if over or not pushes or any(not _reachable(push) for push in pushes):
        return
    if any(is_excused(session, push) for push in pushes) or not _stands_whole(part, pushes):
        return
    with_pieces = sum(_worth(states, push) for push in pushes)
    refunds = [row for row in _refunds(session, pushes) if row.state == Change.DONE]
    if any(_was_given_back_by_vendor(states, push) for push in pushes):
        return
    wanted = part.share - sum(row.about.get("beyond", 0) for row in refunds)
    if abs(with_pieces - wanted) > sum(_coins(states, push) for push in pushes):
        yield f"{part.order.name}, {part.vendor.name}: share {wanted}, in the stores {with_pieces}"


def not_worth_the_share(house: House) -> list[str]:
    """Each part, with all that is wanted of it placed and nobody asked to settle anything, whose
    orders as agreed on do not add up to its share. For tests in which nothing is settled by hand:
    what was agreed on stays as it was then."""
    with house.look() as session:
        parts = session.scalars(select(VendorOrder).order_by(VendorOrder.id))
        return [each for part in parts for each in _agreed_on(session, part)]


def _agreed_on(session: Session, part: VendorOrder) -> Iterator[str]:
    rows = select(Push).where(Push.vendor_order_id == part.id, Push.state == Push.PLACED)
    pushes = list(session.scalars(rows))
    told = [push.sent for push in pushes if push.sent is not None]
    excused = any(is_excused(session, push) for push in pushes)
    whole = pushes and len(told) == len(pushes) and _stands_whole(part, pushes)
    if excused or not whole or part.order.cancelled_at is not None:
        return
    refunds = [row for row in _refunds(session, pushes) if row.state == Change.DONE]
    wanted = part.share - sum(row.about.get("beyond", 0) for row in refunds)
    agreed = sum(composed_from_json(sent).total for sent in told)
    if agreed != wanted:
        yield f"{part.order.name}, {part.vendor.name}: share {wanted}, agreed on {agreed}"


def _was_given_back_by_vendor(states: States, push: Push) -> bool:
    """Whether a site's owner refunded something: our own refunds end with their key."""
    if states.host(host_of(push))["decimals"] is None:
        return False
    return any(not each.endswith("]") for each in states.of(push)["returned"])


def _stands_whole(part: VendorOrder, pushes: list[Push]) -> bool:
    ids = {push.id for push in pushes}
    return all(
        (line.push_id in ids and line.pushed_pieces == line.quantity) or not line.quantity
        for line in part.lines
    )


def _refunds(session: Session, pushes: list[Push]) -> list[Change]:
    ids = [push.id for push in pushes]
    rows = select(Change).where(Change.push_id.in_(ids), Change.kind == Change.REFUND)
    return list(session.scalars(rows))


def _worth(states: States, push: Push) -> int:
    """What the order costs in the store less what was refunded."""
    there = states.of(push)
    return rounded_to_minor(there["worth"], there["currency"])


def _coins(states: States, push: Push) -> int:
    """A shop prorates the tax of lines that have lost pieces in its own way: a coin for each. A
    site of fewer decimals than the currency rounds each amount to its own."""
    there, decimals = states.of(push), states.host(host_of(push))["decimals"]
    if decimals is None:
        return int(there["rounded"])
    step = 10 ** max(exponent(there["currency"]) - decimals, 0)
    return int(step * there["rounded"] // 2) if step > 1 else 0


def _reachable(push: Push) -> bool:
    return (
        push.gone_at is None
        and push.connection.access.state == StoreAccess.OPEN
        and push.connection.disconnected_at is None
        and push.vendor_order.order.merchant.uninstalled_at is None
    )


def is_excused(session: Session, push: Push) -> bool:
    flagged = select(Flag.id).where(
        Flag.vendor_order_id == push.vendor_order_id, Flag.done_at.is_(None)
    )
    subjects = (f"change:{push.id}", f"push:{push.id}", f"read:{push.remote_id}")
    to_do = select(Message.id).where(Message.subject.in_(subjects))
    met = select(Conflict.id).where(
        Conflict.push_id == push.id, Conflict.verdict != Conflict.MERCHANT
    )
    return any(session.scalar(each.limit(1)) for each in (flagged, to_do, met))


def _not_wanted(session: Session, push: Push, name: str) -> Iterator[str]:
    wanted = in_order.of(session, push)
    if push.state != Push.PLACED or in_order.emptied(wanted):
        return
    for each in wanted:
        line = each.line
        if line.quantity != line.pushed_quantity:
            yield f"{name}: {line.sku} wanted {line.quantity}, agreed on {line.pushed_quantity}"


def _was_heard_of(push: Push, order: StoreOrder) -> bool:
    """News that no webhook brought is heard of with the next poll."""
    return order.placed.live and push.seen_at is not None and order.updated_at <= push.seen_at


def _not_there(push: Push, order: StoreOrder, name: str) -> Iterator[str]:
    lines = [line for line in push.vendor_order.lines if line.push_id == push.id]
    for line in lines:
        there = order.content.line(line.remote_id) if order.content else None
        have = there.quantity if there else 0
        if have != line.pushed_pieces:
            yield (
                f"{name}: {line.sku} wanted {line.quantity}, agreed on {line.pushed_pieces}, "
                f"in the store {have}"
            )


def _not_charged(states: States, push: Push, name: str) -> Iterator[str]:
    """A shop charges shipping with its tax; a site without, where one fee has all taxes."""
    if push.sent is None:
        return
    sent, there = composed_from_json(push.sent), states.of(push)
    taxed = states.host(host_of(push))["decimals"] is None
    agreed = sent.shipping + (sent.shipping_tax if taxed else 0)
    charged = to_minor(there["shipping"], sent.currency)
    if agreed != charged:
        yield f"{name}: shipping agreed on {agreed}, in the store {charged}"


def _read(session: Session, push: Push) -> StoreOrder | None:
    row: StoreAccess = push.connection.access
    access = Access(row.platform, row.address, row.secrets, row.expires_at)
    return stores.open_store(access).read_order(push.remote_id)


# -- for tests that look themselves ----------------------------------------------------------------


def contents(house: House) -> list[tuple[Push, OrderContent]]:
    """Each placed push, and its order as the store tells it through the real adapter."""
    with house.look() as session:
        placed = select(Push).where(Push.state == Push.PLACED).order_by(Push.id)
        read = [(push, _read(session, push)) for push in session.scalars(placed)]
        return [(push, order.content) for push, order in read if order and order.content]


def tops(house: House) -> list[OrderFields]:
    """Of each placed push."""
    return [content.fields for _push, content in contents(house)]


def pieces(house: House) -> list[dict[str, int]]:
    """By the marketplace's SKU, of each placed push; several lines may be of one."""
    skus = {line.remote_id: line.sku for part in house.parts() for line in part.lines}
    return [
        counted((skus.get(line.key, line.key), line.quantity) for line in content.lines)
        for _push, content in contents(house)
    ]


def counted(pieces: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for sku, count in pieces:
        found[sku] += count
    return dict(found)
