"""Lists that never end."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from sandbox.liar.lie import (
    SHOPIFY,
    WOOCOMMERCE,
    Telling,
    answers,
    dump,
    parsed,
    walk,
    with_body,
)

FULL = 100
SAME_CURSOR = "eyJsYXN0X2lkIjo0Mn0="


@answers(platforms=WOOCOMMERCE)
def endless_pages(telling: Telling) -> Response | None:
    """Each list has 100 records on every page (option `size`), for ever; where the true page is
    empty, the store's first records stand on it again."""
    if telling.method != "GET":
        return None
    truth = telling.truth
    records = parsed(truth.get_data())
    if truth.status_code != 200 or not isinstance(records, list):
        return None
    source = records or _first_records(telling)
    if not source:
        return None
    full = [source[at % len(source)] for at in range(int(telling.option("size", FULL)))]
    made = with_body(truth, dump(full))
    made.headers["X-WP-Total"], made.headers["X-WP-TotalPages"] = "999900", "9999"
    return made


def _first_records(telling: Telling) -> list[Any]:
    """What the store lists when it is asked without any condition."""
    asked = telling.request
    names = ("consumer_key", "consumer_secret")
    keys = {name: asked.args[name] for name in names if name in asked.args}
    environ = EnvironBuilder(
        asked.path, base_url=asked.host_url, query_string=keys, headers=list(asked.headers)
    ).get_environ()
    store = telling.liar.world.store(telling.liar.host)
    found = parsed(store.handle(Request(environ)).get_data()) if store else None
    return found if isinstance(found, list) else []


@answers(platforms=WOOCOMMERCE)
def pages_capped(telling: Telling) -> Response | None:
    """A page of a list has at most 20 records (option `size`), whatever was asked for; the headers
    tell how many pages that makes (option `headers`, true)."""
    args = telling.request.args
    size = int(telling.option("size", 20))
    if telling.method != "GET" or int(args.get("per_page", 10)) <= size:
        return None
    asked = telling.request
    query = [(name, value) for name, value in args.items(multi=True) if name != "per_page"]
    environ = {**asked.environ, "QUERY_STRING": urlencode([*query, ("per_page", size)])}
    environ.pop("werkzeug.request", None)
    made = telling.liar.world.sites[telling.liar.host].handle(Request(environ))
    if not telling.option("headers", True):
        del made.headers["X-WP-Total"], made.headers["X-WP-TotalPages"]
    return made


def _next_page_for_ever(key: str, value: Any, telling: Telling) -> Any:
    if key == "pageInfo" and isinstance(value, dict):
        return {**value, "hasNextPage": True, "endCursor": SAME_CURSOR}
    return value


@answers(platforms=SHOPIFY)
def endless_cursor(telling: Telling) -> Response | None:
    """Each connection says that there is a next page, always gives the same cursor, and answers it
    with the first page."""
    first_page = telling.asked.replace(f'"{SAME_CURSOR}"', "null")
    if first_page == telling.asked:
        truth = telling.truth
    else:
        headers = [each for each in telling.request.headers if each[0] != "Content-Length"]
        asked = EnvironBuilder(
            telling.request.path,
            base_url=telling.request.host_url,
            method="POST",
            headers=headers,
            data=first_page.encode(),
        )
        truth = telling.liar.world.shops[telling.liar.host].handle(Request(asked.get_environ()))
    told = parsed(truth.get_data())
    changed = dump(walk(told, _next_page_for_ever, telling))
    return None if changed == dump(told) else with_body(truth, changed)
