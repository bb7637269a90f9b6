"""One WooCommerce store on one host: its state, its door, and the verbs of the people in it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request, Response

from sandbox.woocommerce import door, hooks, status, taxes, trackings, vendor
from sandbox.woocommerce.models import (
    Ids,
    Item,
    Key,
    MetaList,
    Note,
    Order,
    Product,
    User,
    Webhook,
)
from sandbox.woocommerce.routes import Routes

if TYPE_CHECKING:
    from sandbox.world import World


WIRE_TIME = "%Y-%m-%dT%H:%M:%S"


class WooStore:
    """``plugins``: fulfillments (core's feature), advanced-shipment-tracking, ast-pro,
    woocommerce-shipment-tracking, and those of ``tracking_plugins``. ``tax_rate`` is in percent,
    for buyers in ``country`` ("NL", "US:CA"). ``statuses`` are further ones, as a plugin or the
    theme registers them: {"wc-awaiting-shipment": "Awaiting shipment"}.

    ``decimals`` are those of prices (0, 2, 3), whatever an order's currency. ``tax_classes``
    (slug -> name) follow the ``language`` that the store was installed in; ``taxes_everybody``:
    the rate has no country. Without ``hpos`` orders are posts; with ``hpos_sync`` both are
    written, and before 10.7 an order that is read fires ``order.updated``.

    ``cron`` "plain" sends webhooks only when somebody visits, at most once a minute. Without
    ``pretty`` permalinks only ``?rest_route=`` addresses lead to the API, and none to wc-auth.
    ``lax``: keys are handed over http too, as no real store does, for apps on this machine.
    Switches for a bad day: ``maintenance``, ``database_down``, ``php_down``, ``ban_after``
    (requests per second), ``blocks_local`` (no webhooks to private addresses and odd ports),
    ``jsonp`` False (a plugin forbids ``?_jsonp=``), ``carriers`` {} (a tracking plugin without
    its list of carriers).
    """

    def __init__(
        self,
        world: World,
        host: str,
        *,
        name: str = "Store",
        currency: str = "USD",
        timezone: str = "UTC",
        version: str = "10.5.0",
        plugins: Iterable[str] = (),
        prices_include_tax: bool = False,
        tax_rate: Decimal | int | str | None = None,
        tax_label: str = "VAT",
        country: str = "US",
        https: bool = True,
        cron: str = "plain",
        pretty: bool = True,
        lax: bool = False,
        statuses: Mapping[str, str] | None = None,
        decimals: int = 2,
        taxes_everybody: bool = False,
        language: str = "en_US",
        tax_classes: Mapping[str, str] | None = None,
        hpos: bool = True,
        hpos_sync: bool = False,
    ) -> None:
        self.world = world
        self.host, self.name, self.currency = host, name, currency
        self.base, self.country = country, country.partition(":")[0]
        self.zone = ZoneInfo(timezone)
        self.version = version
        self.plugins = tuple(plugins)
        self.prices_include_tax = prices_include_tax
        self.tax_rate = Decimal(tax_rate) if tax_rate is not None else None
        self.tax_label = tax_label
        self.https, self.cron = https, cron
        self.pretty, self.lax = pretty, lax
        self.decimals, self.taxes_everybody, self.language = decimals, taxes_everybody, language
        self.tax_classes = dict(taxes.classes_of(language) if tax_classes is None else tax_classes)
        self.hpos, self.hpos_sync = hpos, hpos_sync
        self._open()
        self.register_statuses(statuses or {})
        world.sites[host] = self

    def _open(self) -> None:
        self.lock = threading.RLock()
        self.ids, self.fulfillment_ids = Ids(), Ids()
        self.products: dict[int, Product] = {}
        self.orders: dict[int, Order] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.keys: list[Key] = []
        self.users = {"admin": User("admin", "password", "administrator")}
        self.statuses = dict(status.STATUSES)
        if self.tracking in trackings.BY_ZOREM:
            self.register_statuses(trackings.ADVANCED_STATUSES)
        self.salt = f"{self.world.random.getrandbits(160):040x}"
        self.routes, self.queue, self.guard = Routes(self), hooks.Queue(self), door.Guard()
        self.pings: list[Webhook] = []
        self._skus: dict[str, int] = {}
        self.jsonp = True
        self.maintenance = self.database_down = self.php_down = False
        self.blocks_local = self.tracking_settings_saved = False
        self.ban_after: int | None = None
        self.carriers = dict(trackings.BY_SLUG)

    # -- the outside -------------------------------------------------------------------------

    def handle(self, request: Request) -> Response:
        """Behind a proxy that ends TLS, ``X-Forwarded-Proto: https`` stands for https."""
        if request.headers.get("X-Forwarded-Proto") == "https":
            request.scheme = "https"
        with self.lock:
            self.queue.visited()
        return door.answer(self, request)

    def run_due(self) -> None:
        """Hand webhooks whose time has come to the world's deliveries."""
        with self.lock:
            hooks.run(self, self.queue.take())
        self.send_pings()

    def send_pings(self) -> None:
        """Without the lock: whoever is pinged may call back."""
        with self.lock:
            due, self.pings = self.pings, []
        for webhook in due:
            hooks.send_ping(self, webhook)

    @property
    def home(self) -> str:
        return f"{'https' if self.https else 'http'}://{self.host}"

    def url(self, path: str) -> str:
        return f"{self.home}/wp-json/{path}"

    @property
    def tracking(self) -> str:
        """The tracking plugin, "" without one."""
        known = (trackings.ADVANCED, trackings.PRO, trackings.PAID, trackings.PAID_V2)
        return next((each for each in self.plugins if each in known), "")

    def at_least(self, *version: int) -> bool:
        return tuple(int(part) for part in self.version.split(".")) >= version

    # -- time: kept in whole seconds, as the database does -------------------------------------

    def now(self) -> datetime:
        return self.world.now().replace(microsecond=0)

    def site_time(self, moment: datetime | None) -> str | None:
        return moment.astimezone(self.zone).strftime(WIRE_TIME) if moment else None

    def gmt(self, moment: datetime | None) -> str | None:
        return moment.astimezone(UTC).strftime(WIRE_TIME) if moment else None

    # -- the shelf -----------------------------------------------------------------------------

    def add_product(
        self,
        sku: str,
        name: str,
        price: Decimal | str,
        stock: int | None = None,
        *,
        options: dict[str, list[str]] | None = None,
        status: str = "publish",
        backorders: str = "no",
        virtual: bool = False,
        downloadable: bool = False,
    ) -> Product:
        """``options`` makes it variable: {"Size": ["S", "M"]}; add_variation fills it."""
        with self.lock:
            product = Product(
                id=self.ids.take("post"),
                sku=sku,
                name=name,
                price=Decimal(str(price)),
                stock=stock,
                created=self.now(),
                meta=MetaList(self.ids),
                kind="variable" if options else "simple",
                attributes=dict(options or {}),
                status=status,
                backorders=backorders,
                virtual=virtual,
                downloadable=downloadable,
            )
            return self._shelve(product)

    def add_variation(
        self,
        parent_id: int,
        sku: str,
        price: Decimal | str,
        stock: int | None,
        options: dict[str, str],
    ) -> Product:
        """``options`` names one value per attribute: {"Size": "M"}."""
        with self.lock:
            variation = self.add_product(sku, "", price, stock)
            variation.kind, variation.parent_id = "variation", parent_id
            variation.attributes = dict(options)
            variation.name = self.full_name(variation)
            return variation

    def _shelve(self, product: Product) -> Product:
        self.products[product.id] = product
        self._skus[product.sku.lower()] = product.id
        self.emit("product.created", product.id)
        return product

    def product_by_sku(self, sku: str) -> Product | None:
        """Compared without case."""
        product = self.products.get(self._skus.get(sku.lower(), 0))
        if product and product.sku.lower() == sku.lower():
            return product
        found = (each for each in self.products.values() if each.sku.lower() == sku.lower())
        return next(found, None)

    def variations(self, parent_id: int) -> list[Product]:
        """Newest first."""
        found = [each for each in self.products.values() if each.parent_id == parent_id != 0]
        return sorted(found, key=lambda each: -each.id)

    def price_of(self, product: Product) -> Decimal:
        """A variable product costs what its cheapest variation costs."""
        prices = [self.price_of(each) for each in self.variations(product.id)]
        own = product.price if product.sale_price is None else product.sale_price
        return min(prices) if product.kind == "variable" and prices else own

    def full_name(self, product: Product) -> str:
        parent = self.products.get(product.parent_id)
        if parent is None:
            return product.name
        return f"{parent.name} - {', '.join(str(each) for each in product.attributes.values())}"

    def stocked(self, item: Item) -> Product | None:
        """The product of a line, if its stock is counted."""
        product = self.products.get(item.stock_id)
        return product if product and product.stock is not None else None

    def touch_product(self, product: Product) -> None:
        product.modified = self.now()
        self.emit("product.updated", product.id)

    # -- what changes leave behind -------------------------------------------------------------

    def emit(self, topic: str, resource_id: int) -> None:
        self.queue.add(topic, resource_id)

    def add_note(self, order: Order, text: str, *, to_customer: bool = False) -> Note:
        note = Note(self.ids.take("note"), order.id, text, self.now(), to_customer)
        order.notes.append(note)
        self.emit("action.woocommerce_order_note_added", note.id)
        return note

    def install(self, *plugins: str) -> None:
        """Plugins that the vendor adds to those that are there."""
        with self.lock:
            self.plugins = (*self.plugins, *plugins)
            self.routes = Routes(self)
            if set(plugins) & set(trackings.BY_ZOREM):
                self.register_statuses(trackings.ADVANCED_STATUSES)

    def register_statuses(self, statuses: Mapping[str, str]) -> None:
        """Slug -> name, put after "completed"; the ``wc-`` of the database never shows."""
        at = list(self.statuses).index("completed") + 1
        entries = list(self.statuses.items())
        added = [(slug.removeprefix("wc-"), name) for slug, name in statuses.items()]
        self.statuses = dict(entries[:at] + added + entries[at:])

    # -- people --------------------------------------------------------------------------------

    def issue_key(
        self, permissions: str = "read_write", role: str = "administrator"
    ) -> tuple[str, str]:
        """Consumer key and secret, as wp-admin shows them once."""
        with self.lock:
            key = self.new_key(permissions, role)
        return key.key, key.secret

    def new_key(self, permissions: str, role: str) -> Key:
        letters = self.world.random.getrandbits
        key = Key(
            id=self.ids.take("key"),
            key=f"ck_{letters(160):040x}",
            secret=f"cs_{letters(160):040x}",
            permissions=permissions,
            role=role,
        )
        self.keys.append(key)
        return key

    def revoke_key(self, consumer_key: str) -> None:
        with self.lock:
            self.keys = [each for each in self.keys if each.key != consumer_key]

    def add_user(self, name: str, password: str, role: str) -> None:
        self.users[name] = User(name, password, role)

    def ship(
        self,
        order_id: int,
        lines: dict[int, int] | None = None,
        number: str = "",
        company: str = "",
        url: str = "",
    ) -> str | None:
        """``lines`` is item id -> pieces, None for all that is left. The parcel's id, if any."""
        with self.lock:
            return vendor.ship(self, self.orders[order_id], lines, number, company, url)

    def correct_tracking(
        self,
        order_id: int,
        number: str,
        company: str = "",
        url: str = "",
        shipment: str | None = None,
    ) -> None:
        with self.lock:
            order = self.orders[order_id]
            vendor.correct_tracking(self, order, number, company, url, shipment)

    def withdraw(self, order_id: int, shipment: str | None = None) -> None:
        with self.lock:
            vendor.withdraw(self, self.orders[order_id], shipment)

    def set_status(self, order_id: int, status: str) -> None:
        with self.lock:
            vendor.set_status(self, self.orders[order_id], status)

    def refund(
        self,
        order_id: int,
        amount: Decimal | str | None = None,
        lines: dict[int, int] | None = None,
        *,
        restock: bool = False,
    ) -> None:
        """All that is left when ``amount`` is None; ``lines`` is item id -> pieces given back."""
        with self.lock:
            order = self.orders[order_id]
            whole = None if amount is None else Decimal(amount)
            vendor.refund(self, order, whole, lines or {}, restock=restock)

    def trash(self, order_id: int) -> None:
        with self.lock:
            vendor.trash(self, self.orders[order_id])

    def delete(self, order_id: int) -> None:
        """For good; no webhook tells of it."""
        with self.lock:
            del self.orders[order_id]
