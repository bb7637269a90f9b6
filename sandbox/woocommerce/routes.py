"""The table of REST routes, and the rights each one asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.woocommerce import (
    fulfillments,
    notes,
    orders,
    products,
    refunds,
    site,
    taxes,
    trackings,
    webhooks,
)
from sandbox.woocommerce.answers import RestError, no_route
from sandbox.woocommerce.call import Endpoint
from sandbox.woocommerce.models import Key

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

EDITING = ("POST", "PUT", "PATCH")
SHOP_ROLES = ("administrator", "shop_manager")
WORDS = {
    "view": ("woocommerce_rest_cannot_view", "Sorry, you cannot list resources."),
    "view_one": ("woocommerce_rest_cannot_view", "Sorry, you cannot view this resource."),
    "create": (
        "woocommerce_rest_cannot_create",
        "Sorry, you are not allowed to create resources.",
    ),
    "edit": ("woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource."),
    "delete": (
        "woocommerce_rest_cannot_delete",
        "Sorry, you are not allowed to delete this resource.",
    ),
}
OPEN = ""
"""The right of routes that need no key."""


@dataclass(frozen=True)
class Route:
    pattern: str
    methods: tuple[str, ...]
    endpoint: Endpoint
    right: str

    @property
    def shown(self) -> str:
        """As the index names it."""
        return "/" + self.pattern


NUMBER, ORDER = r"(?P<id>[\d]+)", r"(?P<order_id>[\d]+)"


def _collection(path: str, listed: Endpoint, create: Endpoint | None) -> Iterable[Route]:
    yield Route(path, ("GET",), listed, "view")
    if create:
        yield Route(path, ("POST",), create, "create")


def _single(
    path: str, get: Endpoint, update: Endpoint | None = None, delete: Endpoint | None = None
) -> Iterable[Route]:
    yield Route(path, ("GET",), get, "view_one")
    if update:
        yield Route(path, EDITING, update, "edit")
    if delete:
        yield Route(path, ("DELETE",), delete, "delete")


def _core() -> Iterable[Route]:
    v3 = "wc/v3"
    yield Route(v3, ("GET",), site.namespace_index, OPEN)
    yield Route(f"{v3}/orders/batch", EDITING, orders.batch, "edit")
    yield from _collection(f"{v3}/orders", orders.listed, orders.create)
    yield from _single(f"{v3}/orders/{NUMBER}", orders.get, orders.update, orders.delete)
    of = f"{v3}/orders/{ORDER}"
    yield from _collection(f"{of}/notes", notes.listed, notes.create)
    yield from _single(f"{of}/notes/{NUMBER}", notes.get, None, notes.delete)
    yield from _collection(f"{of}/refunds", refunds.listed, refunds.create)
    yield from _single(f"{of}/refunds/{NUMBER}", refunds.get, None, refunds.delete)
    yield from _shelf(v3)
    yield from _collection(f"{v3}/webhooks", webhooks.listed, webhooks.create)
    yield from _single(f"{v3}/webhooks/{NUMBER}", webhooks.get, webhooks.update, webhooks.delete)
    yield from _collection(f"{v3}/taxes/classes", taxes.listed, taxes.create)
    yield from _about(v3)


def _shelf(v3: str) -> Iterable[Route]:
    yield Route(f"{v3}/products/batch", EDITING, products.batch, "edit")
    yield from _collection(f"{v3}/products", products.listed, products.create)
    yield from _single(f"{v3}/products/{NUMBER}", products.get, products.update, products.delete)
    of = rf"{v3}/products/(?P<product_id>[\d]+)/variations"
    yield from _collection(of, products.list_variations, products.create_variation)
    yield from _single(f"{of}/{NUMBER}", products.get_variation, products.update_variation)


def _about(v3: str) -> Iterable[Route]:
    pages = {
        "system_status": site.system_status,
        "settings/general": site.general_settings,
        "settings/tax": site.tax_settings,
        "reports/orders/totals": site.order_totals,
        "payment_gateways": site.gateways,
        "data/currencies/current": site.current_currency,
    }
    for path, endpoint in pages.items():
        yield Route(f"{v3}/{path}", ("GET",), endpoint, "view")


def _fulfillments() -> Iterable[Route]:
    of = f"wc/v3/orders/{ORDER}/fulfillments"
    one = rf"{of}/(?P<fulfillment_id>[\d]+)"
    yield Route(f"{of}/lookup", ("GET",), fulfillments.lookup, "view")
    yield from _collection(of, fulfillments.listed, fulfillments.create)
    yield from _single(one, fulfillments.get, fulfillments.update, fulfillments.delete)
    yield Route(f"{one}/metadata", ("GET",), fulfillments.metadata, "view")


def _trackings(namespace: str) -> Iterable[Route]:
    of = f"{namespace}/orders/{ORDER}/shipment-trackings"
    yield Route(f"{of}/providers", ("GET",), trackings.providers, "view")
    yield from _collection(of, trackings.listed, trackings.create)
    yield from _single(rf"{of}/(?P<id>[a-fA-F0-9]+)", trackings.get, None, trackings.delete)


class Routes:
    """The routes of one store: core's, and those of its plugins."""

    def __init__(self, store: WooStore) -> None:
        plugins = store.plugins
        found = [Route("", ("GET",), site.root, OPEN), *_core()]
        if store.at_least(9, 0):
            found += _collection("wc/v3/refunds", refunds.all_refunds, None)
        if fulfillments.PLUGIN in plugins:
            found += _fulfillments()
        for plugin, namespace in site.OWN_NAMESPACES.items():
            if plugin in plugins:
                found.append(Route(namespace, ("GET",), site.namespace_index, OPEN))
                found += _trackings(namespace)
        if trackings.PAID_V2 in plugins:
            found += [*_trackings("wc/v1"), *_trackings("wc/v2")]
        if trackings.ADVANCED in plugins or trackings.PRO in plugins:
            found += _trackings("wc/v3")
        self.all = found
        self._compiled = [(re.compile(each.pattern), each) for each in found]

    def find(self, path: str, method: str) -> tuple[Route, tuple[str, ...]]:
        """``path`` is what follows /wp-json/. A wrong method is no route either: 404."""
        asked = "GET" if method == "HEAD" else method
        for pattern, route in self._compiled:
            match = pattern.fullmatch(path)
            if match and asked in route.methods:
                return route, match.groups()
        raise no_route()

    def index(self, namespace: str) -> dict[str, list[str]]:
        shown: dict[str, list[str]] = {}
        for route in self.all:
            if route.pattern.startswith(namespace):
                shown.setdefault(route.shown, []).extend(route.methods)
        return shown


def check_right(route: Route, key: Key | None) -> None:
    """Nobody gets 401; somebody without the role 403."""
    if route.right == OPEN or (key and key.role in SHOP_ROLES):
        return
    code, message = WORDS[route.right]
    raise RestError(code, message, 403 if key else 401)
