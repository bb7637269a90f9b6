"""One pretend Shopify shop: what it has, who may enter, and the door requests come through."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from sandbox.deliveries import Delivery
from sandbox.shopify import endpoint, oauth
from sandbox.shopify.app import App
from sandbox.shopify.bucket import Bucket
from sandbox.shopify.catalogue import Location, Product, Variant
from sandbox.shopify.fulfilment import Fulfillment, FulfillmentOrder
from sandbox.shopify.grants import Grant, Grants
from sandbox.shopify.lifecycle import Job, Lifecycle
from sandbox.shopify.metafields import Metafields
from sandbox.shopify.order import Order
from sandbox.shopify.search import OrderIndex
from sandbox.shopify.webhooks import Webhooks

if TYPE_CHECKING:
    from sandbox.shopify.editing import EditSession
    from sandbox.world import World

STATES = {
    "frozen": 402,
    "forbidden": 403,
    "closed": 404,
    "locked": 423,
    "security": 430,
    "down": 503,
}
"""``shop.state`` -> the status every request gets; "active" lets them through."""
CANCEL_TAKES = timedelta(seconds=1)
"""How long a cancellation stays a job; ``shop.cancels_fail``: it then ends for nothing."""
DEVELOPMENT_LIMIT = 5
LINE_LIMIT = 500
"""A stand-in."""
ORDERS_VISIBLE = timedelta(days=60)
REDACT_AFTER = timedelta(hours=48)


class Shop:
    """``search_lag``: seconds the order search is behind. ``orders_per_minute``: what orderCreate
    allows (5 on a development or trial plan, None without limit). ``unique_metafields``: whether
    a second order with the same value of an ``id`` metafield is refused.

    ``tax_rates``: the shop's own taxes, by country code, by "CC-PROVINCE" or "*", as title and
    rate. From 2026-10 an address that is written with orderUpdate recalculates the taxes of a
    wholly unfulfilled order from it (https://shopify.dev/changelog, 30 July 2026); None leaves
    them, an empty table takes all taxes off. ``holds_update_orders``: whether holding a
    fulfilment order emits orders/updated too. ``line_limit``: lines with pieces that an edited
    order may have; Shopify has such a limit since 5 December 2025 and does not name it
    (https://shopify.dev/changelog/order-editing-new-validations-and-handled-usererrors)."""

    def __init__(
        self,
        world: World,
        domain: str,
        *,
        name: str = "",
        currency: str = "USD",
        plan: str = "standard",
        restore_rate: float = 100.0,
        capacity: float = 2000.0,
        search_lag: float = 0.0,
        orders_per_minute: int | None = None,
        taxes_included: bool = False,
        timezone: str = "America/New_York",
        country: str = "CA",
        phone: str = "+1 555 0199",
        unique_metafields: bool = True,
    ) -> None:
        self.world = world
        self.domain = domain
        self.id = next(world.ids)
        self.name = name or domain.partition(".")[0]
        self.email = f"owner@{self.name.lower().replace(' ', '-')}.example.com"
        self.currency = currency
        self.plan = plan
        self.timezone = timezone
        self.country, self.phone = country, phone
        self.taxes_included = taxes_included
        self.restore_rate = restore_rate
        self.capacity = capacity
        limited = plan in ("development", "trial")
        self.orders_per_minute = orders_per_minute or (DEVELOPMENT_LIMIT if limited else None)
        self.state = "active"
        self.staff_locale = "en"
        self.cancel_takes = CANCEL_TAKES
        self.cancels_fail = False
        self.tax_rates: Mapping[str, tuple[str, str]] | None = None
        self.holds_update_orders = True
        self.line_limit = LINE_LIMIT
        self.customers: dict[str, int] = {}
        self.lock = threading.RLock()
        self.locations: dict[int, Location] = {}
        self.products: dict[int, Product] = {}
        self.variants: dict[int, Variant] = {}
        self.orders: dict[int, Order] = {}
        self.fulfillment_orders: dict[int, FulfillmentOrder] = {}
        self.fulfillments: dict[int, Fulfillment] = {}
        self.jobs: dict[str, Job] = {}
        self.idempotent: dict[str, tuple[str, Any]] = {}
        self.edits: dict[int, EditSession] = {}
        self.grants = Grants(self)
        self.index = OrderIndex(world.now, search_lag)
        self.metafields = Metafields(self, enforce_unique=unique_metafields)
        self.webhooks = Webhooks(self)
        self.lifecycle = Lifecycle(self)
        self._number = 1000
        self._later: list[tuple[datetime, Callable[[], None]]] = []
        self._recent_creates: deque[datetime] = deque()
        self.add_location("Main")
        world.shops[domain] = self

    # -- what is in it --------------------------------------------------------------------------

    def now(self) -> datetime:
        """Orders carry whole seconds."""
        return self.world.now().replace(microsecond=0)

    @property
    def default_location(self) -> Location:
        return next(iter(self.locations.values()))

    def add_location(self, name: str, **address: str) -> Location:
        location = Location(next(self.world.ids), name, **address)  # type: ignore[arg-type]
        self.locations[location.id] = location
        return location

    def add_product(self, title: str, vendor: str = "", status: str = "ACTIVE") -> Product:
        product = Product(next(self.world.ids), title, vendor or self.name, self.now(), status)
        self.products[product.id] = product
        return product

    def add_variant(
        self,
        product: Product,
        sku: str,
        price: str | Decimal = "10.00",
        *,
        title: str = "Default Title",
        stock: int = 100,
        location: Location | None = None,
        **more: Any,
    ) -> Variant:
        ids, home = self.world.ids, (location or self.default_location).id
        variant = Variant(
            next(ids), next(ids), product, title, sku, Decimal(price), stock={home: stock}, **more
        )
        product.variants.append(variant)
        self.variants[variant.id] = variant
        return variant

    def sells(
        self, sku: str, title: str, price: str | Decimal = "10.00", *, vendor: str = "", **more: Any
    ) -> Variant:
        """A product with one variant."""
        return self.add_variant(self.add_product(title, vendor), sku, price, **more)

    def location_of(self, variant: Variant | None) -> Location:
        """Where a line is shipped from."""
        if variant is None:
            return self.default_location
        return self.locations[next(iter(variant.stock), self.default_location.id)]

    def next_number(self) -> int:
        self._number += 1
        return self._number

    def visible(self, order: Order | None, scopes: frozenset[str]) -> Order | None:
        """None for an order older than 60 days, unless the app may read all orders."""
        if order is None or "read_all_orders" in scopes:
            return order
        return order if order.created_at >= self.world.now() - ORDERS_VISIBLE else None

    def may_create_order(self) -> bool:
        """Count a new order against the limit of development and trial stores."""
        if self.orders_per_minute is None:
            return True
        now = self.world.now()
        while self._recent_creates and self._recent_creates[0] <= now - timedelta(minutes=1):
            self._recent_creates.popleft()
        if len(self._recent_creates) >= self.orders_per_minute:
            return False
        self._recent_creates.append(now)
        return True

    # -- apps -----------------------------------------------------------------------------------

    def new_bucket(self) -> Bucket:
        return Bucket(self.world.now, self.capacity, self.restore_rate)

    def install(
        self, app: App, scopes: Iterable[str] | None = None, *, expiring: bool = False
    ) -> Grant:
        """The merchant installs the app; an offline token (with ``expiring``: a pair)."""
        with self.lock:
            return self.grants.issue(self.grants.install(app, scopes), expiring=expiring)

    def uninstall(self, app: App) -> None:
        """Tokens die, then app/uninstalled; shop/redact follows 48 h later."""
        with self.lock:
            listener = self.webhooks.app_specific(app, "app/uninstalled")
            self.grants.uninstall(app)
            made = self.webhooks.made
            self.webhooks.made = {k: v for k, v in made.items() if v.app is not app}
            if "app/uninstalled" in app.topics:
                self.webhooks.send(listener, endpoint.as_json(self.body()))
            self.later(REDACT_AFTER, lambda: self._redact(app))

    def _redact(self, app: App) -> None:
        if app.client_id not in self.grants.installations:
            body = endpoint.as_json({"shop_id": self.id, "shop_domain": self.domain})
            self.send_webhook(app, "shop/redact", body)

    def body(self) -> Mapping[str, Any]:
        """The shop as app/uninstalled and shop/update carry it."""
        return {
            "id": self.id,
            "name": self.name,
            "email": self.email,
            "customer_email": self.email,
            "domain": self.domain,
            "myshopify_domain": self.domain,
            "currency": self.currency,
            "iana_timezone": self.timezone,
            "taxes_included": self.taxes_included,
            "plan_name": self.plan,
            "plan_display_name": self.plan.title(),
            "primary_location_id": self.default_location.id,
            "updated_at": self.now().isoformat(),
        }

    def id_token(self, app: App, user: int = 1, **claims: Any) -> str:
        """The JWT that App Bridge would hand the app's page; good for a minute."""
        return oauth.id_token(self, app, user, claims)

    def app_page(self, app: App, user: int = 1) -> str:
        """The URL that the admin loads into its frame when the merchant opens the app."""
        return oauth.app_page(self, app, user)

    def send_webhook(
        self,
        app: App,
        topic: str,
        body: bytes,
        *,
        webhook_id: str | None = None,
        event_id: str | None = None,
        secret: str | None = None,
    ) -> Delivery:
        """Deliver any body as if the shop had made it; ``secret`` other than the app's forges."""
        listener = self.webhooks.app_specific(app, topic)
        return self.webhooks.send(
            listener, body, webhook_id=webhook_id, event_id=event_id, secret=secret
        )

    # -- time and the door ----------------------------------------------------------------------

    def later(self, pause: timedelta, action: Callable[[], None]) -> None:
        self._later.append((self.world.now() + pause, action))

    def run_due(self) -> None:
        """Background jobs that fell due."""
        if not self._later:
            return
        with self.lock:
            now = self.world.now()
            due = [action for moment, action in self._later if moment <= now]
            self._later = [each for each in self._later if each[0] > now]
            for action in due:
                action()

    def handle(self, request: Request) -> Response:
        if self.state in STATES:
            status = STATES[self.state]
            return endpoint.refuse(status, f"Unavailable Shop: {self.state}")
        if request.path.startswith("/admin/oauth/"):
            with self.lock:
                return oauth.handle(self, request)
        return endpoint.handle(self, request)

    def throttled(self) -> Response:
        return endpoint.throttled_by_hand(self.capacity, self.restore_rate)

    def unauthorized(self) -> Response:
        return endpoint.unauthorized()
