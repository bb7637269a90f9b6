"""Paging, sorting and date filters that all collections share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from sandbox.woocommerce import schema
from sandbox.woocommerce.answers import Answer
from sandbox.woocommerce.call import Call
from sandbox.woocommerce.php import leading_int, parse_date, split_pairs, truth

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

T = TypeVar("T")
PER_PAGE = 10
COLLECTION: dict[str, schema.Check] = {
    "page": schema.between(1, None),
    "per_page": schema.between(1, 100),
    "offset": schema.integer,
    "order": schema.one_of("asc", "desc"),
    "dates_are_gmt": schema.boolean,
    "after": schema.date,
    "before": schema.date,
    "modified_after": schema.date,
    "modified_before": schema.date,
}


def page_of(
    call: Call, found: Sequence[T], show: Callable[[T], Any], extra: Sequence[tuple[str, str]] = ()
) -> Answer:
    """One page with X-WP-Total, X-WP-TotalPages and Link. Past the end: 200 and []."""
    size, page = call.number("per_page", PER_PAGE), call.number("page", 1)
    start = call.number("offset", (page - 1) * size)
    pages = ceil(len(found) / size)
    headers = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)}
    around = [("prev", page - 1)] if page > 1 else []
    around += [("next", page + 1)] if page < pages else []
    if around:
        made = (f'<{_page_url(call, at, extra)}>; rel="{name}"' for name, at in around)
        headers["Link"] = ", ".join(made)
    return Answer([show(each) for each in found[start : start + size]], headers=headers)


def _page_url(call: Call, page: int, extra: Sequence[tuple[str, str]]) -> str:
    """All parameters are repeated: a signature, and over https even the consumer secret."""
    pairs = [pair for pair in split_pairs(call.query_string) if pair[0] != "page"]
    query = urlencode([*pairs, *extra, ("context", "view"), ("page", str(page))])
    return f"{call.store.home}{call.path}?{query}"


def without_paging(call: Call) -> Call:
    """The same call for lists that ignore ``per_page`` (notes)."""
    return replace(call, params={**call.params, "per_page": 10_000, "page": 1})


def moment(store: WooStore, text: str, dates_are_gmt: bool) -> datetime:
    """What a date parameter means, as aware UTC.

    Naive is site time, or UTC with ``dates_are_gmt``. With an offset it is converted to site
    time; ``dates_are_gmt`` then takes that site time for UTC, which is wrong by the site's
    offset (10.5.0).
    """
    parsed = parse_date(text)
    if parsed is None:
        raise ValueError(f"not a date: {text}")
    if parsed.tzinfo is not None:
        parsed = parsed.astimezone(store.zone).replace(tzinfo=None)
    return parsed.replace(tzinfo=UTC if dates_are_gmt else store.zone).astimezone(UTC)


def in_dates(call: Call, created: datetime, modified: datetime) -> bool:
    """after and before exclude their own second; stored times have whole seconds."""
    gmt = truth(call.params.get("dates_are_gmt", False))
    for name, value in (("", created), ("modified_", modified)):
        after, before = call.params.get(f"{name}after"), call.params.get(f"{name}before")
        if after and not value > moment(call.store, after, gmt):
            return False
        if before and not value < moment(call.store, before, gmt):
            return False
    return True


def id_list(call: Call, name: str) -> list[int]:
    value = call.params.get(name)
    return [leading_int(each) for each in schema.parts(value)] if value else []


def in_id_lists(call: Call, own: int) -> bool:
    include, exclude = id_list(call, "include"), id_list(call, "exclude")
    return (not include or own in include) and own not in exclude


def sort(
    call: Call, found: list[T], keys: dict[str, Callable[[T], Any]], own: str = "date"
) -> None:
    """Newest first by default; equal times by id, in the same direction."""
    order_by = call.params.get("orderby", own)
    include = id_list(call, "include")
    if order_by == "include" and include:
        found.sort(key=lambda each: include.index(keys["id"](each)))
        return
    key = keys.get(order_by, keys["id"])
    descending = call.params.get("order", "desc") == "desc"
    found.sort(key=lambda each: (key(each), keys["id"](each)), reverse=descending)
