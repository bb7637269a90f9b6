"""Routes beside the orders that fail, and reading that changes things."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.wrappers import Response

from sandbox.liar.firewalls import html
from sandbox.liar.lie import (
    WOOCOMMERCE,
    Telling,
    add_answer,
    answers,
    contents,
    dump,
    parsed,
    refusal,
    with_body,
)

SIDE = re.compile(
    r"/orders/\d+/(fulfillments|refunds|notes|shipment-trackings)\b"
    r"|/system_status|/settings|/reports|/data/|/payment_gateways|/products/\d+/variations"
)
FULFILLMENTS = re.compile(r"/orders/\d+/fulfillments\b")


def _fails(routes: re.Pattern[str], as_page: bool) -> Any:
    def tell(telling: Telling) -> Response | None:
        if not routes.search(telling.path):
            return None
        status = int(telling.option("status", 500))
        words = "There has been a critical error on this website."
        return html("Error", status, words) if as_page else refusal(
            telling, status, words, "internal_server_error"
        )  # fmt: skip

    return tell


add_answer(
    "fulfillments_route_fails",
    "`orders/N/fulfillments` answers 500 (option `status`), as with a widely installed plugin"
    " (woocommerce/woocommerce#63469).",
    _fails(FULFILLMENTS, as_page=False),
    WOOCOMMERCE,
)
add_answer(
    "side_routes_fail",
    "Fulfilments, refunds, notes, system status, settings and reports answer 500 (option"
    " `status`); the orders themselves are served.",
    _fails(SIDE, as_page=False),
    WOOCOMMERCE,
)
add_answer(
    "side_routes_are_pages",
    "As `side_routes_fail`, with a page instead of JSON.",
    _fails(SIDE, as_page=True),
    WOOCOMMERCE,
)


@contents(webhooks=True)
def webhooks_say_nothing(body: bytes, telling: Telling) -> bytes | None:
    """Each webhook is `{}`, signed as it should be."""
    return b"{}" if telling.topic else None


@answers(platforms=WOOCOMMERCE)
def reading_fires_updates(telling: Telling) -> Response | None:
    """Each order that is read fires `order.updated` (stores in compatibility mode;
    woocommerce/woocommerce#62492)."""
    if telling.method != "GET" or "/orders" not in telling.path:
        return None
    truth = telling.truth
    told = parsed(truth.get_data())
    orders = told if isinstance(told, list) else [told]
    read = [each["id"] for each in orders if isinstance(each, dict) and "line_items" in each]
    site = telling.liar.world.sites[telling.liar.host]
    with site.lock:
        for order_id in read:
            site.queue.add("order.updated", order_id)
    return truth if read else None


@answers(platforms=WOOCOMMERCE)
def status_kept(telling: Telling) -> Response | None:
    """A new status of an order is taken with 200 and not kept (a plugin puts the old one back)."""
    found = re.search(r"/orders/(\d+)$", telling.path)
    if telling.method not in ("PUT", "POST") or not found or '"status"' not in telling.asked:
        return None
    site = telling.liar.world.sites[telling.liar.host]
    before = site.orders[int(found[1])].status if int(found[1]) in site.orders else ""
    truth = telling.truth
    if truth.status_code != 200 or not before:
        return None
    site.set_status(int(found[1]), before)
    return with_body(truth, dump({**(parsed(truth.get_data()) or {}), "status": before}))
