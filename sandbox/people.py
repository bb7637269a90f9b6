"""People who use the stores: a customer who buys, a merchant who runs a shop, vendors who ship.

Stores are named by host and orders by id, so that the same verbs work from Python and as JSON;
from Python a Shop or an Order will do as well.
Pieces are named by SKU or by line id; None means all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox import privacy
from sandbox.shopify.catalogue import Variant
from sandbox.shopify.fulfilment import Fulfillment, FulfillmentOrder, Tracking
from sandbox.shopify.graph.order_create import Draft
from sandbox.shopify.ids import number_of
from sandbox.shopify.lifecycle import Edit, claim
from sandbox.shopify.order import Line, Order, Refund
from sandbox.shopify.refunds import suggested

if TYPE_CHECKING:
    from sandbox.shopify.shop import Shop
    from sandbox.woocommerce import WooStore
    from sandbox.world import World

Wanted = Iterable[tuple[Variant | str, int]]
Pieces = Mapping[str, int] | None
OrderId = int | str | Order
"""An id, a gid, a name, or the order itself."""
ParcelId = int | str

ADDRESS = {
    "firstName": "Robin",
    "lastName": "Example",
    "address1": "1 Sample Street",
    "city": "Ottawa",
    "provinceCode": "ON",
    "zip": "K1A 0A1",
    "countryCode": "CA",
    "phone": "+1 555 0100",
}


class People:
    """``call("vendor.ships", {...})`` is ``vendor.ships(...)`` by name."""

    def __init__(self, world: World) -> None:
        self.customer = Customer(world)
        self.merchant = Merchant(world)
        self.vendor = Vendor(world)

    def call(self, verb: str, given: Mapping[str, Any]) -> Any:
        who, _, what = verb.partition(".")
        person = {"customer": self.customer, "merchant": self.merchant, "vendor": self.vendor}
        act: Callable[..., Any] | None = getattr(person.get(who), what, None)
        if act is None or what.startswith("_"):
            raise LookupError(f"nobody knows how to {verb!r}")
        return act(**given)


class Customer:
    def __init__(self, world: World) -> None:
        self._world = world

    def buys(
        self,
        shop: str | Shop,
        lines: Wanted,
        *,
        paid: bool = True,
        address: Mapping[str, Any] | None = None,
        email: str = "robin@example.com",
        discount: str = "",
        shipping: str = "",
        tax_rate: str = "",
        **more: Any,
    ) -> Order:
        """Check out. ``discount`` is "10%" or an amount; ``more`` are OrderCreateOrderInput's
        fields, such as note or customAttributes."""
        at = _shop(self._world, shop)
        where = dict(ADDRESS if address is None else address)
        given = {
            "lineItems": [_bought(find_variant(at, what), n, tax_rate) for what, n in lines],
            "financialStatus": "PAID" if paid else "PENDING",
            "shippingAddress": where,
            "billingAddress": where,
            "email": email,
            "taxesIncluded": at.taxes_included,
            "discountCode": _discount(discount, at.currency),
            "shippingLines": _shipping(shipping, at.currency),
            **more,
        }
        with at.lock:
            order = Draft(at, None, given).order()
            claim(
                [(each.variant, each.quantity) for each in order.lines if each.variant], obey=False
            )
            order.number = at.next_number()
            order.name = f"#{order.number}"
            return at.lifecycle.place(order)

    def pays(self, shop: str | Shop, order: OrderId) -> Order:
        return Merchant(self._world).marks_paid(shop, order)


class Merchant:
    """Whoever runs a Shopify shop, by hand in its admin."""

    def __init__(self, world: World) -> None:
        self._world = world

    def _find(self, shop: str | Shop, order: OrderId) -> tuple[Shop, Order]:
        at = _shop(self._world, shop)
        return at, find_order(at, order)

    def marks_paid(self, shop: str | Shop, order: OrderId) -> Order:
        at, found = self._find(shop, order)
        with at.lock:
            at.lifecycle.mark_paid(found)
        return found

    def assesses(self, shop: str | Shop, order: OrderId, risk: str) -> Order:
        """The shop's fraud analysis comes to a RiskAssessmentResult. No webhook tells of it."""
        at, found = self._find(shop, order)
        with at.lock:
            found.risk = risk
        return found

    def cancels(self, shop: str | Shop, order: OrderId, *, restock: bool = True) -> Order:
        at, found = self._find(shop, order)
        with at.lock:
            at.lifecycle.cancel(found, "CUSTOMER", restock=restock)
        return found

    def edits(
        self,
        shop: str | Shop,
        order: OrderId,
        *,
        lines: Pieces = None,
        adds: Wanted = (),
        note: str = "",
    ) -> Order:
        """New quantities for lines, and variants to add."""
        at, found = self._find(shop, order)
        items = [_bought(find_variant(at, what), n, "") for what, n in adds]
        with at.lock:
            added = Draft(at, None, {"lineItems": items}).order().lines
            wanted = {find_line(found, key): n for key, n in (lines or {}).items()}
            at.lifecycle.edit(found, Edit(wanted, added, note))
        return found

    def refunds(
        self, shop: str | Shop, order: OrderId, *, lines: Pieces = None, restock: bool = True
    ) -> Refund:
        at, found = self._find(shop, order)
        pieces = (
            {each: each.current_quantity for each in found.lines if each.current_quantity}
            if lines is None
            else {find_line(found, key): n for key, n in lines.items()}
        )
        with at.lock:
            return at.lifecycle.refund(found, suggested(pieces, restock=restock))

    def archives(self, shop: str | Shop, order: OrderId) -> Order:
        at, found = self._find(shop, order)
        with at.lock:
            at.lifecycle.close(found)
        return found

    def changes(self, shop: str | Shop, order: OrderId, **changes: Any) -> Order:
        """Note, tags, address or any other attribute of an order."""
        at, found = self._find(shop, order)
        with at.lock:
            at.lifecycle.update(found, **changes)
        return found

    def holds(self, shop: str | Shop, order: OrderId) -> Order:
        at, found = self._find(shop, order)
        with at.lock:
            for each in [each for each in found.fulfillment_orders if each.status == "OPEN"]:
                at.lifecycle.hold(each)
        return found

    def releases(self, shop: str | Shop, order: OrderId) -> Order:
        at, found = self._find(shop, order)
        with at.lock:
            for each in [each for each in found.fulfillment_orders if each.status == "ON_HOLD"]:
                at.lifecycle.release(each)
        return found

    def moves(self, shop: str | Shop, order: OrderId, *, location: str) -> Order:
        """All that is open goes to the location of that name."""
        at, found = self._find(shop, order)
        to = next(each for each in at.locations.values() if each.name == location)
        with at.lock:
            for each in [each for each in found.fulfillment_orders if each.status == "OPEN"]:
                at.lifecycle.move(each, to)
        return found

    def requests_customer_record(self, shop: str | Shop, order: OrderId) -> dict[str, Any]:
        """For whoever placed that order: customers/data_request to every app."""
        return privacy.request_customer_record(*self._find(shop, order))

    def redacts_customer(self, shop: str | Shop, order: OrderId) -> dict[str, Any]:
        """For whoever placed that order: customers/redact to every app."""
        return privacy.redact_customer(*self._find(shop, order))


class Vendor:
    """Whoever packs parcels, in a Shopify shop or a WooCommerce store."""

    def __init__(self, world: World) -> None:
        self._world = world

    def ships(
        self,
        host: str | Shop,
        order: OrderId,
        *,
        lines: Pieces = None,
        number: str = "",
        company: str = "",
        url: str = "",
    ) -> Any:
        """One parcel; on Shopify one for each location that has a part of it."""
        site = self._site(host)
        if site:
            return site.ship(
                _number(order), _items(site, _number(order), lines), number, company, url
            )
        at = _shop(self._world, host)
        with at.lock:
            return _ship(at, find_order(at, order), lines, _tracking(number, company, url))

    def corrects_tracking(
        self,
        host: str | Shop,
        order: OrderId,
        parcel: ParcelId | None = None,
        *,
        number: str,
        company: str = "",
        url: str = "",
    ) -> Any:
        """``parcel`` None: the last one."""
        site = self._site(host)
        if site:
            return site.correct_tracking(_number(order), number, company, url, _text(parcel))
        at = _shop(self._world, host)
        with at.lock:
            found = _parcel(find_order(at, order), parcel)
            at.lifecycle.track(found, _tracking(number, company, url))
        return found

    def withdraws(self, host: str | Shop, order: OrderId, parcel: ParcelId | None = None) -> Any:
        site = self._site(host)
        if site:
            return site.withdraw(_number(order), _text(parcel))
        at = _shop(self._world, host)
        with at.lock:
            found = _parcel(find_order(at, order), parcel)
            at.lifecycle.withdraw(found)
        return found

    def cancels(self, host: str | Shop, order: OrderId) -> Any:
        site = self._site(host)
        if site:
            return site.set_status(_number(order), "cancelled")
        return Merchant(self._world).cancels(host, order)

    def _site(self, host: str | Shop) -> WooStore | None:
        return self._world.sites.get(host) if isinstance(host, str) else None


def _number(order: OrderId) -> int:
    """WooCommerce orders are known by their number alone."""
    return order.id if isinstance(order, Order) else int(order)


def _text(parcel: ParcelId | None) -> str | None:
    return None if parcel is None else str(parcel)


def _items(site: WooStore, order: int, lines: Pieces) -> dict[int, int] | None:
    """Pieces by item id, from item ids or SKUs."""
    if lines is None:
        return None
    ids = {str(item.id): item.id for item in site.orders[order].of("line")}
    for item in site.orders[order].of("line"):
        product = site.products.get(item.stock_id)
        if product:
            ids.setdefault(product.sku, item.id)
    return {ids[str(key)]: quantity for key, quantity in lines.items()}


def _shop(world: World, domain: str | Shop) -> Shop:
    if not isinstance(domain, str):
        return domain
    if domain not in world.shops:
        raise LookupError(f"no shop {domain!r}")
    return world.shops[domain]


def find_order(shop: Shop, order: OrderId) -> Order:
    if isinstance(order, Order):
        return order
    text = str(order)
    number = number_of(text, "Order") or (int(text) if text.isdecimal() else 0)
    found = shop.orders.get(number)
    found = found or next((each for each in shop.orders.values() if each.name == text), None)
    if found is None:
        raise LookupError(f"no order {order!r} in {shop.domain}")
    return found


def find_line(order: Order, key: str) -> Line:
    """By line id, gid or SKU."""
    for line in order.lines:
        if str(key) in (str(line.id), line.gid, line.sku):
            return line
    raise LookupError(f"no line {key!r} in {order.name}")


def find_variant(shop: Shop, what: Variant | str) -> Variant:
    if isinstance(what, Variant):
        return what
    for variant in shop.variants.values():
        if what in (variant.sku, variant.gid):
            return variant
    raise LookupError(f"{shop.domain} does not sell {what!r}")


def _bought(variant: Variant, quantity: int, tax_rate: str) -> dict[str, Any]:
    return {
        "variantId": variant.gid,
        "quantity": quantity,
        "requiresShipping": variant.requires_shipping,
        "taxLines": [{"title": "Tax", "rate": tax_rate}] if tax_rate else [],
    }


def _bag(amount: str, currency: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": Decimal(amount), "currencyCode": currency}}


def _discount(discount: str, currency: str) -> dict[str, Any] | None:
    if not discount:
        return None
    if discount.endswith("%"):
        return {"itemPercentageDiscountCode": {"code": "SAVE", "percentage": discount[:-1]}}
    return {"itemFixedDiscountCode": {"code": "SAVE", "amountSet": _bag(discount, currency)}}


def _shipping(price: str, currency: str) -> list[dict[str, Any]]:
    return [{"title": "Standard", "priceSet": _bag(price, currency)}] if price else []


def _tracking(number: str, company: str, url: str) -> list[Tracking]:
    if not (number or company or url):
        return []
    return [Tracking(number or None, company or None, url or None)]


def _parcel(order: Order, parcel: ParcelId | None) -> Fulfillment:
    if not order.fulfillments:
        raise LookupError(f"nothing of {order.name} has shipped")
    if parcel is None:
        return order.fulfillments[-1]
    for each in order.fulfillments:
        if str(parcel) in (str(each.id), each.gid):
            return each
    raise LookupError(f"no parcel {parcel!r} in {order.name}")


def _ship(shop: Shop, order: Order, lines: Pieces, tracking: list[Tracking]) -> list[Fulfillment]:
    left = None if lines is None else {find_line(order, key): n for key, n in lines.items()}
    by_location: dict[int, list[tuple[FulfillmentOrder, dict[str, int]]]] = {}
    for each in order.fulfillment_orders:
        pieces = _take(each, left) if "CREATE_FULFILLMENT" in each.actions else {}
        if pieces:
            by_location.setdefault(each.location.id, []).append((each, pieces))
    if not by_location or (left and any(left.values())):
        raise LookupError(f"not that much of {order.name} is left to ship")
    return [shop.lifecycle.fulfil(wanted, tracking) for wanted in by_location.values()]


def _take(fulfillment_order: FulfillmentOrder, left: dict[Line, int] | None) -> dict[str, int]:
    """Pieces of this fulfilment order that go into the parcel; counts ``left`` down."""
    taken = {}
    for each in fulfillment_order.lines:
        wanted = each.remaining if left is None else min(left.get(each.line, 0), each.remaining)
        if wanted:
            taken[each.gid] = wanted
        if left and wanted:
            left[each.line] -= wanted
    return taken
