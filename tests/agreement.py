"""After every test: the book and each vendor's store agree, or somebody was told that they do not.

A difference is allowed where a person is asked to settle it (a flag, a conflict), where something
about it is still to be done (a message, a parked one too, or news that nobody has read yet), and
where a store lets nobody in. There is no switch: a test that writes into the book by hand puts it
right again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

import stores
from orderflow.book import pieces as in_order
from orderflow.book import snapshot
from orderflow.models import Change, Conflict, Flag, Message, Push, StoreAccess, VendorOrder
from sandbox.woocommerce.totals import total_of
from stores.base import Access, ComposedOrder, OrderContent, OrderFields, StoreError, StoreOrder
from stores.money import exponent, rounded_to_minor, to_minor
from tests.house import House


def differences(house: House) -> list[str]:
    """Each with its order, line and the three numbers: wanted, agreed on, in the store; and each
    part whose orders are not worth its share. What shipping costs is looked up inside the sandbox,
    since an adapter need not tell it."""
    house.world.faults.planned.clear()
    with house.look() as session:
        pushes = session.scalars(
            select(Push).where(Push.state.in_((Push.PLACED, Push.CANCELLED))).order_by(Push.id)
        )
        differ = [each for push in pushes for each in _of_push(house, session, push)]
    return [*differ, *money(house)]


def _of_push(house: House, session: Session, push: Push) -> Iterator[str]:
    if not _reachable(push) or _is_excused(session, push):
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
        yield from _not_charged(house, push, name)


def money(house: House) -> list[str]:
    """Each part whose orders are not worth what the book says it is. A part is looked at when all
    that is wanted of it stands in its vendor's stores and nobody is asked to settle anything."""
    with house.look() as session:
        parts = session.scalars(select(VendorOrder).order_by(VendorOrder.id))
        return [each for part in parts for each in _of_part(house, session, part)]


def _of_part(house: House, session: Session, part: VendorOrder) -> Iterator[str]:
    rows = select(Push).where(Push.vendor_order_id == part.id, Push.state == Push.PLACED)
    pushes = list(session.scalars(rows.order_by(Push.id)))
    over = part.order.cancelled_at is not None
    if over or not pushes or any(not _reachable(push) for push in pushes):
        return
    if any(_is_excused(session, push) for push in pushes) or not _stands_whole(part, pushes):
        return
    with_pieces = sum(_worth(house, push) for push in pushes)
    refunds = [row for row in _refunds(session, pushes) if row.state == Change.DONE]
    if any(_was_given_back_by_vendor(house, push) for push in pushes):
        return
    wanted = part.share - sum(row.about.get("beyond", 0) for row in refunds)
    if abs(with_pieces - wanted) > sum(_coins(house, push) for push in pushes):
        yield f"{part.order.name}, {part.vendor.name}: share {wanted}, in the stores {with_pieces}"


def _was_given_back_by_vendor(house: House, push: Push) -> bool:
    """Whether a site's owner refunded something: our own refunds end with their key."""
    host, number = _place(push)
    if host not in house.world.sites:
        return False
    made = house.world.sites[host].orders[number].refunds
    return any(not each.reason.endswith("]") for each in made)


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


def _worth(house: House, push: Push) -> int:
    """What the order costs in the store less what was refunded, looked up inside the sandbox."""
    host, number = _place(push)
    if host in house.world.shops:
        order = house.world.shops[host].orders[number]
        if order.received and order.given_back >= order.received:
            return 0  # with all pieces the shipping went back too, which stays in the price
        alone = sum(each.amount for each in order.refunds if not each.lines)
        return to_minor(order.current_price - alone, order.currency)
    site = house.world.sites[host]
    there = site.orders[number]
    return rounded_to_minor(total_of(site, there) - there.refunded, there.currency)


def _coins(house: House, push: Push) -> int:
    """A shop prorates the tax of lines that have lost pieces in its own way: a coin for each. A
    site of fewer decimals than the currency rounds each amount to its own."""
    host, number = _place(push)
    if host in house.world.sites:
        site = house.world.sites[host]
        there = site.orders[number]
        step = 10 ** max(exponent(there.currency) - site.decimals, 0)
        return step * len(there.items) // 2 if step > 1 else 0
    order = house.world.shops[host].orders[number]
    fewer = (line for line in order.lines if line.current_quantity < line.quantity)
    return sum(1 for line in fewer if line.tax_lines)


def _place(push: Push) -> tuple[str, int]:
    address = push.connection.access.address
    return address.removeprefix("https://").partition("/")[0], int(push.remote_id)


def _reachable(push: Push) -> bool:
    return (
        push.gone_at is None
        and push.connection.access.state == StoreAccess.OPEN
        and push.connection.disconnected_at is None
        and push.vendor_order.order.merchant.uninstalled_at is None
    )


def _is_excused(session: Session, push: Push) -> bool:
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


def _not_charged(house: House, push: Push, name: str) -> Iterator[str]:
    if push.sent is None:
        return
    sent = snapshot.composed_from_json(push.sent)
    agreed, there = _freight(house, push, sent)
    if agreed != there:
        yield f"{name}: shipping agreed on {agreed}, in the store {there}"


def _freight(house: House, push: Push, sent: ComposedOrder) -> tuple[int, int]:
    """As agreed on and as charged: with its tax in a shop, without in a site, which has one fee for
    all taxes."""
    host, number = _place(push)
    if host in house.world.shops:
        order = house.world.shops[host].orders[number]
        taxes = () if order.taxes_included else order.shipping_lines
        charged = order.shipping + sum(tax.price for each in taxes for tax in each.tax_lines)
        return sent.shipping + sent.shipping_tax, to_minor(charged, sent.currency)
    fees = house.world.sites[host].orders[number].of("fee")
    paid = sum(fee.total for fee in fees if fee.name == "Shipping")
    return sent.shipping, to_minor(Decimal(paid), sent.currency)


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
