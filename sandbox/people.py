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
from sandbox.finding import (
    OrderId,
    ParcelId,
    find_line,
    find_order,
    find_parcel,
    find_shop,
    find_variant,
)
from sandbox.picking import Pieces, open_pieces, ship
from sandbox.shopify import holding, rerouting
from sandbox.shopify.catalogue import Variant
from sandbox.shopify.fulfilment import FulfillmentEvent, Tracking
from sandbox.shopify.fulfilment_bodies import risk_assessed
from sandbox.shopify.graph.order_create import Draft
from sandbox.shopify.lifecycle import Edit, claim
from sandbox.shopify.order import Order, Refund
from sandbox.shopify.refunds import suggested

if TYPE_CHECKING:
    from sandbox.shopify.shop import Shop
    from sandbox.woocommerce import WooStore
    from sandbox.world import World

Wanted = Iterable[tuple[Variant | str, int]]

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
        delivery: str = "SHIPPING",
        fulfillable: bool = True,
        **more: Any,
    ) -> Order:
        """Check out. ``discount`` is "10%" or an amount; ``delivery`` SHIPPING, LOCAL, or PICK_UP,
        which has no address to ship to; what is not ``fulfillable``, such as a tip, is nobody's
        to ship; ``more`` are OrderCreateOrderInput's fields, such as customAttributes."""
        at = find_shop(self._world, shop)
        where = dict(ADDRESS if address is None else address)
        given = {
            "lineItems": [_bought(find_variant(at, what), n, tax_rate) for what, n in lines],
            "financialStatus": "PAID" if paid else "PENDING",
            "shippingAddress": None if delivery == "PICK_UP" else where,
            "billingAddress": where,
            "email": email,
            "taxesIncluded": at.taxes_included,
            "discountCode": _discount(discount, at.currency),
            "shippingLines": _shipping(shipping, at, delivery),
            **more,
        }
        with at.lock:
            order = Draft(at, None, given).order()
            order.delivery = delivery
            for line in order.lines:
                line.fulfillable = fulfillable
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
        at = find_shop(self._world, shop)
        return at, find_order(at, order)

    def marks_paid(self, shop: str | Shop, order: OrderId) -> Order:
        at, found = self._find(shop, order)
        with at.lock:
            at.lifecycle.mark_paid(found)
        return found

    def assesses(self, shop: str | Shop, order: OrderId, risk: str) -> Order:
        """The shop's fraud analysis comes to a RiskAssessmentResult; orders/updated stays out."""
        at, found = self._find(shop, order)
        with at.lock:
            found.risk = risk
            about = {"orders/risk_assessment_changed": risk_assessed(found, at.now())}
            at.lifecycle.tell(found, *about, about=about)
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

    def discounts(self, shop: str | Shop, order: OrderId, *, lines: Mapping[str, str]) -> Order:
        """All pieces of these lines cost so much less, in all; nothing else of them changes."""
        at, found = self._find(shop, order)
        with at.lock:
            amounts = {find_line(found, key): Decimal(amount) for key, amount in lines.items()}
            at.lifecycle.edit(found, Edit(discounts=amounts))
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
                holding.hold(at.lifecycle, each)
        return found

    def releases(self, shop: str | Shop, order: OrderId) -> Order:
        at, found = self._find(shop, order)
        with at.lock:
            for each in [each for each in found.fulfillment_orders if each.status == "ON_HOLD"]:
                holding.release(at.lifecycle, each)
        return found

    def moves(
        self, shop: str | Shop, order: OrderId, *, location: str, lines: Pieces = None
    ) -> Order:
        """What is open goes to the location of that name."""
        at, found = self._find(shop, order)
        to = next(each for each in at.locations.values() if each.name == location)
        with at.lock:
            for each, pieces in open_pieces(found, lines):
                if each.location is not to:
                    rerouting.move(at.lifecycle, each, to, pieces)
        return found

    def splits(self, shop: str | Shop, order: OrderId, *, lines: Mapping[str, int]) -> Order:
        """These pieces wait in fulfilment orders of their own."""
        at, found = self._find(shop, order)
        with at.lock:
            for each, pieces in open_pieces(found, lines):
                rerouting.split(at.lifecycle, each, pieces)
        return found

    def merges(self, shop: str | Shop, order: OrderId) -> Order:
        """All that is open at one location waits in one fulfilment order."""
        at, found = self._find(shop, order)
        with at.lock:
            rerouting.merge(at.lifecycle, found)
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
        """One parcel; on Shopify one for each location and delivery method that has a part."""
        site = self._site(host)
        if site:
            return site.ship(
                _number(order), _items(site, _number(order), lines), number, company, url
            )
        at = find_shop(self._world, host)
        with at.lock:
            return ship(at, find_order(at, order), lines, _tracking(number, company, url))

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
        at = find_shop(self._world, host)
        with at.lock:
            found = find_parcel(find_order(at, order), parcel)
            at.lifecycle.track(found, _tracking(number, company, url))
        return found

    def delivers(
        self,
        host: str | Shop,
        order: OrderId,
        parcel: ParcelId | None = None,
        *,
        status: str = "DELIVERED",
    ) -> FulfillmentEvent:
        """The carrier tells so. A site keeps nothing of the kind."""
        at = find_shop(self._world, host)
        with at.lock:
            return at.lifecycle.carry(find_parcel(find_order(at, order), parcel), status)

    def withdraws(self, host: str | Shop, order: OrderId, parcel: ParcelId | None = None) -> Any:
        site = self._site(host)
        if site:
            return site.withdraw(_number(order), _text(parcel))
        at = find_shop(self._world, host)
        with at.lock:
            found = find_parcel(find_order(at, order), parcel)
            at.lifecycle.withdraw(found)
        return found

    def cancels(self, host: str | Shop, order: OrderId) -> Any:
        site = self._site(host)
        if site:
            return site.set_status(_number(order), "cancelled")
        return Merchant(self._world).cancels(host, order)

    def deletes(self, host: str | Shop, order: OrderId) -> None:
        """To a site's trash; a shop lets nobody delete what is neither archived nor cancelled."""
        site = self._site(host)
        if site:
            site.trash(_number(order))
            return
        at = find_shop(self._world, host)
        with at.lock:
            found = find_order(at, order)
            if found.closed_at is None:
                at.lifecycle.close(found)
            at.lifecycle.delete(found)

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


def _shipping(price: str, shop: Shop, delivery: str) -> list[dict[str, Any]]:
    """A pickup costs nothing, and is named after the place."""
    titles = {"PICK_UP": shop.default_location.name, "LOCAL": "Local delivery"}
    if not price and delivery not in titles:
        return []
    title = titles.get(delivery, "Standard")
    bag = _bag(price or "0.00", shop.currency)
    return [{"title": title, "code": title, "source": "shopify", "priceSet": bag}]


def _tracking(number: str, company: str, url: str) -> list[Tracking]:
    if not (number or company or url):
        return []
    return [Tracking(number or None, company or None, url or None)]
