"""Where we are in a store's changed orders: one place among the living, one in the trash.

``modified_after`` is exclusive and counts whole seconds, and a page of a list that is being changed
slides; so each call starts again just before the last order seen (WooCommerce 10.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from stores import boundary
from stores.cursor import Place, latest, unpack_all
from stores.woocommerce.answers import HEAD, Changed
from stores.woocommerce.client import PAGE, Client, Page
from stores.woocommerce.words import naive

_STATUSES = ("any", "trash")
"""``any`` leaves the trash out. An order deleted for good leaves no trace at all."""

_OVERLAP = timedelta(seconds=60)
_STEP = timedelta(seconds=1)
_AHEAD = timedelta(days=1)
"""A store's clock may be ahead of ours by that much."""


def unpack_streams(cursor: str, now: datetime) -> dict[str, Place]:
    return unpack_all(cursor, _STATUSES, _OVERLAP, now)


def query(place: Place) -> dict[str, str | int]:
    since = place.since - (_STEP if place.newest else _OVERLAP)
    return {
        "modified_after": naive(since),
        "dates_are_gmt": "true",
        "orderby": "modified",
        "order": "asc",
        "per_page": PAGE,
        "page": int(place.page or 1),
    }


def has_more(place: Place, page: Page) -> bool:
    """Whether more orders changed than are on ``page``, which was asked for at ``place``."""
    return page.may_be_followed(int(place.page or 1))


def following(place: Place, page: Page, now: datetime) -> Place:
    """After a page that is not the last, on from its last order; through the pages of one second by
    number. Orders whose time cannot be read, or is yet to come, do not count: behind them nothing
    would be seen. A page without any time is turned by number."""
    read, _unread = boundary.each(page.entries, lambda one: boundary.read(Changed, one), str)
    times = (order.date_modified_gmt for order in read)
    newest = latest(*(time for time in times if time <= now + _AHEAD))
    if not has_more(place, page):
        return Place(place.since).finished(newest)
    if newest is not None and newest > place.since:
        return Place(newest, newest=newest)
    return place.turned(str(int(place.page or 1) + 1), newest)


def missing(client: Client, order_ids: Sequence[str]) -> tuple[str, ...]:
    """An order that was deleted for good leaves no trace in lists of changes (10.5)."""
    ids = order_ids[:PAGE]
    there = {
        boundary.text(head.get("id"))
        for status in _STATUSES
        for head in client.pages(
            "orders", fresh=True, status=status, include=",".join(ids), _fields=HEAD
        )
        if isinstance(head, dict)
    }
    return tuple(each for each in ids if each not in there)
