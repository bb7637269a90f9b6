"""A cache before a store that keeps answers to GETs for a week and ignores request headers. It
names itself in a header, unless the option ``quiet`` is set."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from werkzeug.wrappers import Response

from sandbox.liar.lie import WOOCOMMERCE, Telling, answers

WEEK = timedelta(days=7)


def _address(telling: Telling) -> str:
    return telling.request.full_path


def _cached(
    telling: Telling,
    address: str,
    keeps: Callable[[Response], bool] = lambda fresh: fresh.status_code == 200,
) -> Response | None:
    """What the cache kept under ``address``; a fresh answer is kept, and is no lie."""
    if telling.method != "GET":
        return None
    kept = telling.liar.memory.setdefault("cache", {})
    now = telling.liar.world.now()
    if address in kept and now - kept[address][0] < WEEK:
        body, status, headers = kept[address][1]
        answer = Response(body, status, headers=headers)
        if not telling.option("quiet", False):
            answer.headers["X-LiteSpeed-Cache"] = "hit"
        return answer
    fresh = telling.truth
    if keeps(fresh):
        made = (fresh.get_data(), fresh.status_code, fresh.headers.to_wsgi_list())
        kept[address] = (now, made)
    return None


@answers(platforms=WOOCOMMERCE)
def cached_reads(telling: Telling) -> Response | None:
    """Every GET is kept for a week by its full address."""
    return _cached(telling, _address(telling))


@answers(platforms=WOOCOMMERCE)
def cached_reads_without_underscore(telling: Telling) -> Response | None:
    """As `cached_reads`, but a parameter `_` in the address makes no difference."""
    return _cached(telling, re.sub(r"(?<=[?&])_=[^&]*&?", "", _address(telling)).rstrip("?&"))


@answers(platforms=WOOCOMMERCE)
def cached_reads_without_jsonp(telling: Telling) -> Response | None:
    """As `cached_reads`, but a parameter `_jsonp` in the address makes no difference: a kept
    answer comes back without the call around it, or with that of another."""
    return _cached(telling, re.sub(r"(?<=[?&])_jsonp=[^&]*&?", "", _address(telling)).rstrip("?&"))


@answers(platforms=WOOCOMMERCE)
def cached_reads_by_path(telling: Telling) -> Response | None:
    """As `cached_reads`, but the whole query makes no difference: every page and every search of
    a list is the first that was asked for."""
    return _cached(telling, telling.path)


@answers(platforms=WOOCOMMERCE)
def cached_not_found(telling: Telling) -> Response | None:
    """Only what was not found (404, or an empty list) is kept for a week."""
    return _cached(
        telling, _address(telling), lambda fresh: fresh.status_code == 404 or fresh.data == b"[]"
    )
