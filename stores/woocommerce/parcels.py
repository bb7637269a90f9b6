"""What of an order has shipped: from core's fulfilments, from plugins, and from its status.

Parcels whose pieces are named go home by themselves. Numbers without pieces, and the status, are
one parcel of all the rest (``WHOLE``), which has left once the status says so. What an order does
not tell now (a status nobody knows, a route that fails) is named in ``untold``: it takes nothing
back that was told before.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from stores import boundary
from stores.base import EVERY_PARCEL, Parcel, StoreBusy, StoreRefused, Tracking
from stores.boundary import Told
from stores.errors import Trouble
from stores.texts import _
from stores.woocommerce import carriers, statuses, trackers
from stores.woocommerce.answers import KEY, Fulfilment, Order
from stores.woocommerce.client import Client, listed
from stores.woocommerce.statuses import Goods
from stores.woocommerce.trackers import Found

_STATUS = "_fulfillment_status"
_FULFILLED = ("fulfilled", "partially_fulfilled")
WHOLE = "order"
"""Id of the one parcel whose pieces the store does not name."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """``doubt``: the status under which numbers stand that nobody knows to mean *shipped*."""

    parcels: tuple[Parcel, ...]
    untold: frozenset[str] = frozenset()
    doubt: str = ""


def must_be_seen(order: Order, seen: Shipped) -> None:
    """StoreRefused where parcels of ``order`` may exist that the store does not show: where a
    plugin hides all meta data, ours and that in which tracking plugins keep parcels, and where
    core's fulfilments cannot be read although the order says that it has some."""
    is_hidden = not order.meta(KEY)
    if is_hidden or (EVERY_PARCEL in seen.untold and order.meta(_STATUS) in _FULFILLED):
        raise StoreRefused(
            _(
                "The store does not show what of the order has shipped, because a plugin hides it "
                "or breaks it. Change or cancel the order by hand, if nothing has left yet."
            )
        )


class _Piece(Told):
    """An item of a core fulfilment; the store checks neither its number nor its quantity."""

    item_id: boundary.Whole
    qty: boundary.Whole


class _Pieces(Told):
    items: boundary.Loose[_Piece] = []


class _Left:
    """Pieces of an order that no parcel names yet."""

    def __init__(self, order: Order) -> None:
        self._pieces = {item.id: item.quantity for item in order.line_items}
        self._keys = {item.id: item.key for item in order.line_items}

    def take(self, item_id: int, wanted: int, lines: dict[str, int]) -> None:
        """Stores take "5 of 3", so pieces are cut to what there is."""
        pieces, key = min(wanted, self._pieces.get(item_id, 0)), self._keys.get(item_id, "")
        if pieces > 0 and key:
            self._pieces[item_id] -= pieces
            lines[key] = lines.get(key, 0) + pieces

    def rest(self) -> dict[str, int]:
        lines: dict[str, int] = {}
        for item_id, pieces in list(self._pieces.items()):
            self.take(item_id, pieces, lines)
        return lines


def fetch_fulfilments(client: Client, order: Order) -> Sequence[Fulfilment] | None:
    """Core's fulfilments of an order, none where they were never used on it. OFF where the feature
    was switched off again: what left has left all the same. None where their route fails by itself
    (a widely used plugin makes it answer 500,
    https://github.com/woocommerce/woocommerce/issues/63469): the order itself tells the rest."""
    if order.raw_meta(_STATUS) is None:
        return []
    try:
        told = listed(client.get(f"orders/{order.id}/fulfillments"))
    except StoreRefused as refused:
        return OFF if "rest_no_route" in refused.fields else None
    except StoreBusy as busy:
        if busy.code not in _OF_THE_ROUTE:
            raise
        return None
    told = told[: trackers.MOST]
    return boundary.each(told, lambda each: boundary.read(Fulfilment, each), str)[0]


OFF: Sequence[Fulfilment] = []
"""Told apart from other lists by being this very one."""
_OF_THE_ROUTE = (Trouble.SERVER_ERROR, Trouble.UNREADABLE, Trouble.FIREWALL)
"""Troubles of one route. Others are the whole store's: it is asked again later."""


def shipped(
    order: Order, fulfilments: Sequence[Fulfilment] | None, further: Collection[str] = ()
) -> Shipped:
    """``fulfilments``: core's, OFF where the feature is off, None where they could not be read.
    ``further``: statuses that mean *shipped* in this store."""
    left = _Left(order)
    named = [_core(order, one, left) for one in fulfilments or () if one.is_fulfilled]
    numbers = {each.number for parcel in named for each in parcel.tracking if each.number}
    loose: list[Found] = []
    for each in trackers.found(order):
        if each.tracking.number in numbers:
            continue
        parcel = _by_plugin(each, left) if each.pieces else None
        if parcel is None:
            loose.append(each)
        else:
            named.append(parcel)
    goods = statuses.goods(order.status, further)
    if any(each.whole for each in loose):
        goods = Goods.LEFT
    whole = _whole(order, loose, goods, left.rest())
    untold = {EVERY_PARCEL} if fulfilments is None or fulfilments is OFF else set()
    if goods in (Goods.UNKNOWN, Goods.PARTLY_LEFT):
        untold.add(WHOLE)
    doubt = (
        order.status
        if loose and goods is Goods.UNKNOWN and order.status not in statuses.ENDED
        else ""
    )
    return Shipped((*named, *whole), frozenset(untold), doubt)


def _core(order: Order, one: Fulfilment, left: _Left) -> Parcel:
    lines: dict[str, int] = {}
    for each in _Pieces(items=one.raw_meta("_items")).items:
        left.take(each.item_id, each.qty, lines)
    return Parcel(
        id=one.id,
        lines=lines,
        tracking=_core_tracking(one),
        shipped_at=_fulfilled_at(order, one.meta("_date_fulfilled")),
    )


def _fulfilled_at(order: Order, told: str) -> datetime | None:
    """In UTC with a ``Z`` since 10.8, in the site's own time before."""
    try:
        moment = boundary.moment(told)
    except boundary.Unreadable:
        return None
    return moment if told.endswith("Z") else order.in_utc(moment)


def _core_tracking(one: Fulfilment) -> tuple[Tracking, ...]:
    """A carrier of one's own is ``other`` with a name beside it (10.9)."""
    slug, typed = one.meta("_shipment_provider"), one.meta("_provider_name")
    found = Tracking(
        company=boundary.text(carriers.company(slug, typed if slug in ("", "other") else "")),
        number=boundary.text(one.meta("_tracking_number")),
        url=boundary.link(one.meta("_tracking_url")),
    )
    return (found,) if found != Tracking() else ()


def _by_plugin(found: Found, left: _Left) -> Parcel | None:
    """None where its pieces are none of ours, or in other parcels already."""
    lines: dict[str, int] = {}
    for item_id, pieces in found.pieces.items():
        left.take(item_id, pieces, lines)
    if not lines:
        return None
    return Parcel(
        id=found.id,
        lines=lines,
        tracking=(found.tracking,) if found.tracking != Tracking() else (),
        shipped_at=found.sent_at,
        delivered_at=found.sent_at if found.delivered else None,
    )


def _whole(order: Order, loose: list[Found], goods: Goods, rest: dict[str, int]) -> list[Parcel]:
    """One parcel for all that no other names, once all has left or a number is known."""
    complete = goods is Goods.LEFT
    if goods in (Goods.UNKNOWN, Goods.PARTLY_LEFT) or not (loose or (complete and rest)):
        return []
    sent = [each.sent_at for each in loose if each.sent_at is not None]
    return [
        Parcel(
            id=WHOLE,
            lines=rest if complete else {},
            tracking=tuple(each.tracking for each in loose if each.tracking != Tracking()),
            shipped_at=min(sent, default=None),
            complete=complete,
            completed_at=order.date_completed_gmt if complete else None,
            delivered_at=order.date_modified_gmt if statuses.is_delivered(order.status) else None,
        )
    ]
