"""orderCreate: every rule of Shopify 2026-10 that an app can run into."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from graphql import GraphQLResolveInfo

from sandbox.shopify.fulfilment import Refusal
from sandbox.shopify.graph.base import Args, Call, bad_request, decimal_of, user_errors
from sandbox.shopify.graph.orders import stored_address
from sandbox.shopify.ids import number_of
from sandbox.shopify.lifecycle import claim
from sandbox.shopify.money import NOTHING, allocate, rounded, taxed
from sandbox.shopify.order import (
    DiscountCode,
    Line,
    Order,
    ShippingLine,
    TaxLine,
    Transaction,
)

if TYPE_CHECKING:
    from sandbox.shopify.app import App
    from sandbox.shopify.shop import Shop

Given = Mapping[str, Any]
Path = tuple[str, ...]

MAX_ITEMS = 250
"""Items of an array in an input; Shopify 2026-10."""
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def invalid(message: str, *path: str) -> Refusal:
    return Refusal(message, ("order", *path), "INVALID")


@user_errors("order")
def order_create(_: Any, info: GraphQLResolveInfo, args: Args) -> Order:
    """Nothing is kept unless everything is right."""
    call: Call = info.context
    given, options = args["order"], args.get("options") or {}
    if call.token.online:
        raise bad_request("orderCreate needs an offline token", "ACCESS_DENIED")
    _check(given)
    order = Draft(call.shop, call.app, given).order()
    order.metafields = call.shop.metafields.read(call.app, given.get("metafields") or ())
    if not call.shop.may_create_order():
        raise bad_request("Too many attempts. Please try again later.", "THROTTLED")
    behaviour = options.get("inventoryBehaviour") or "BYPASS"
    if behaviour != "BYPASS":
        variants = [(line.variant, line.quantity) for line in order.lines if line.variant]
        claim(variants, obey=behaviour == "DECREMENT_OBEYING_POLICY")
    order.number = call.shop.next_number()
    order.name = given.get("name") or f"#{order.number}"
    call.shop.metafields.keep(order)
    return call.shop.lifecycle.place(order)


def _check(given: Given) -> None:
    for key in ("lineItems", "tags", "metafields", "shippingLines", "customAttributes"):
        if len(given.get(key) or ()) > MAX_ITEMS:
            raise bad_request(
                f"The input array size of {len(given[key])} is greater than the maximum "
                f"allowed of {MAX_ITEMS}.",
                "MAX_INPUT_SIZE_EXCEEDED",
            )
    if not given.get("lineItems"):
        raise invalid("Line items must have at least one line item", "lineItems")
    if given.get("email") and not EMAIL.fullmatch(given["email"]):
        raise invalid("Email is invalid", "email")
    if given.get("customer") or given.get("fulfillment"):
        raise bad_request("orderCreate's customer and fulfillment are not in the sandbox")
    if given.get("taxLines") and any(each.get("taxLines") for each in given["lineItems"]):
        raise invalid("Tax lines must be specified on either the order or its items", "taxLines")


class Draft:
    """An OrderCreateOrderInput on its way to an order; ``app`` None for a checkout."""

    def __init__(self, shop: Shop, app: App | None, given: Given) -> None:
        self.shop = shop
        self.app = app
        self.given = given
        self.currency: str = given.get("currency") or shop.currency
        if self.currency != shop.currency:
            raise bad_request("orders in a second currency are not in the sandbox")

    def order(self) -> Order:
        given, now = self.given, self.shop.now()
        lines = [self._line(each, at) for at, each in enumerate(given["lineItems"])]
        shipping = [
            self._shipping(each, at) for at, each in enumerate(given.get("shippingLines") or ())
        ]
        order = Order(
            id=next(self.shop.world.ids),
            number=0,
            name="",
            currency=self.currency,
            created_at=now,
            updated_at=now,
            processed_at=min(_moment(given.get("processedAt")) or now, now),
            lines=lines,
            token=self.shop.webhooks.new_uuid().replace("-", ""),
            shipping_lines=shipping,
            app=self.app,
            **self._plain(),
        )
        self._discount(order)
        self._tax(order)
        order.order_taxes = self._taxes(given, order.subtotal, ())
        order.financial_status = given.get("financialStatus") or self._paid(order.price)
        order.transactions = self._transactions(order)
        return order

    def _transactions(self, order: Order) -> list[Transaction]:
        """As given; a checkout that was paid has one for all of it."""
        given = [
            (each.get("gateway") or "", decimal_of(each["amountSet"])) for each in self._sales()
        ]
        if not given and self.app is None and order.financial_status == "PAID":
            given = [("manual", order.price)]
        ids, now = self.shop.world.ids, self.shop.now()
        return [Transaction(next(ids), "SALE", name, amount, now) for name, amount in given]

    def _sales(self) -> list[Given]:
        return [
            each
            for each in self.given.get("transactions") or ()
            if each.get("kind") in (None, "SALE", "CAPTURE")
            and each.get("status") in (None, "SUCCESS")
        ]

    def _plain(self) -> dict[str, Any]:
        given = self.given
        return {
            "taxes_included": bool(given.get("taxesIncluded")),
            "tags": clean_tags(given.get("tags") or ()),
            "note": given.get("note"),
            "email": given.get("email"),
            "phone": given.get("phone"),
            "po_number": given.get("poNumber"),
            "attributes": [(e["key"], e["value"]) for e in given.get("customAttributes") or ()],
            "shipping_address": stored_address(given.get("shippingAddress")),
            "billing_address": stored_address(given.get("billingAddress")),
            "source_identifier": given.get("sourceIdentifier"),
            "source_name": given.get("sourceName") or (str(self.app.id) if self.app else "web"),
            "source_url": given.get("sourceUrl"),
            "test": bool(given.get("test")),
            "accepts_marketing": bool(given.get("buyerAcceptsMarketing")),
            "closed_at": _moment(given.get("closedAt")),
        }

    def _line(self, given: Given, at: int) -> Line:
        here = ("lineItems", str(at))
        if given["quantity"] < 1:
            raise invalid("Quantity must be greater than 0", *here, "quantity")
        if given.get("variantId"):
            return self._variant_line(given, here)
        return self._custom(given, here)

    def _variant_line(self, given: Given, here: Path) -> Line:
        variant = self.shop.variants.get(number_of(given["variantId"], "ProductVariant"))
        if variant is None:
            raise invalid("Variant is invalid", *here, "variantId")
        shown = "" if variant.title == "Default Title" else variant.title
        return replace(
            self._bare(given, here, variant.price),
            title=given.get("title") or variant.product.title,
            location=self.shop.location_of(variant),
            variant=variant,
            product=variant.product,
            variant_title=given.get("variantTitle") or shown,
            sku=given.get("sku") or variant.sku,
            vendor=given.get("vendor") or variant.product.vendor,
        )

    def _custom(self, given: Given, here: Path) -> Line:
        if not (given.get("title") or "").strip():
            raise invalid("Title can't be blank", *here, "title")
        if not given.get("priceSet"):
            raise invalid("Price can't be blank", *here, "priceSet")
        return self._bare(given, here, NOTHING)

    def _bare(self, given: Given, here: Path, price: Decimal) -> Line:
        """What a line says of itself; ``requiresShipping`` is false unless it says so."""
        product = self.shop.products.get(number_of(given.get("productId") or "", "Product"))
        return Line(
            id=next(self.shop.world.ids),
            title=given.get("title") or "",
            quantity=given["quantity"],
            price=self._amount(given["priceSet"], *here) if given.get("priceSet") else price,
            location=self.shop.default_location,
            product=product,
            variant_title=given.get("variantTitle") or "",
            sku=given.get("sku") or "",
            vendor=given.get("vendor"),
            requires_shipping=bool(given.get("requiresShipping")),
            taxable=given.get("taxable") is not False,
            gift_card=bool(given.get("giftCard")),
            properties=[(each["name"], each["value"]) for each in given.get("properties") or ()],
        )

    def _amount(self, bag: dict[str, Any], *here: str) -> Decimal:
        if bag["shopMoney"]["currencyCode"] != self.currency:
            raise invalid("Currency must be the shop's currency", *here, "priceSet")
        amount = decimal_of(bag)
        if amount < 0:
            raise invalid("Price must be greater than or equal to 0", *here, "priceSet")
        return rounded(amount, self.currency)

    def _shipping(self, given: Given, at: int) -> ShippingLine:
        price = self._amount(given["priceSet"], "shippingLines", str(at))
        code, source = given.get("code") or "", given.get("source") or ""
        return ShippingLine(next(self.shop.world.ids), given["title"], price, code, source)

    def _tax(self, order: Order) -> None:
        """On what is left after discounts."""
        given = self.given["lineItems"]
        for at, (line, each) in enumerate(zip(order.lines, given, strict=True)):
            line.tax_lines = self._taxes(each, line.discounted_total, ("lineItems", str(at)))
        given = self.given.get("shippingLines") or ()
        for at, (shipping, each) in enumerate(zip(order.shipping_lines, given, strict=True)):
            base = shipping.price - shipping.discount
            shipping.tax_lines = self._taxes(each, base, ("shippingLines", str(at)))

    def _taxes(self, given: Given, base: Decimal, here: Path) -> list[TaxLine]:
        taxes = []
        for at, each in enumerate(given.get("taxLines") or ()):
            if str(each.get("rate") or "") == "":
                path = ("order", *here, "taxLines", str(at), "rate")
                raise Refusal("Tax line rate is missing", path, "TAX_LINE_RATE_MISSING")
            rate = Decimal(str(each["rate"]))
            bag = each.get("priceSet")
            included = bool(self.given.get("taxesIncluded"))
            price = self._amount(bag, *here) if bag else taxed(base, rate, self.currency, included)
            taxes.append(TaxLine(each["title"], rate, price))
        return taxes

    def _discount(self, order: Order) -> None:
        """One code for the whole order, spread over the lines by their price."""
        given = self.given.get("discountCode") or {}
        whole = order.line_items_price
        if fixed := given.get("itemFixedDiscountCode"):
            value = decimal_of(fixed["amountSet"])
            self._spread(
                order, DiscountCode(fixed["code"], "fixed_amount", value, min(value, whole))
            )
        elif part := given.get("itemPercentageDiscountCode"):
            value = Decimal(str(part["percentage"]))
            amount = whole * value / 100
            self._spread(order, DiscountCode(part["code"], "percentage", value, amount))
        elif free := given.get("freeShippingDiscountCode"):
            self._free_shipping(order, free["code"])

    def _spread(self, order: Order, discount: DiscountCode) -> None:
        amount = rounded(discount.amount, self.currency)
        shares = allocate(amount, [line.original_total for line in order.lines], self.currency)
        for line, share in zip(order.lines, shares, strict=True):
            line.discount = share
        order.discount_codes = [replace(discount, amount=amount)]

    def _free_shipping(self, order: Order, code: str) -> None:
        for each in order.shipping_lines:
            each.discount = each.price
        order.discount_codes = [DiscountCode(code, "shipping", Decimal(100), order.discounts)]

    def _paid(self, price: Decimal) -> str:
        """The status that the transactions add up to."""
        received = sum(decimal_of(each["amountSet"]) for each in self._sales())
        if not received:
            return "PENDING"
        return "PAID" if received >= price else "PARTIALLY_PAID"


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Tags as Shopify keeps them: split at commas, trimmed, once each whatever the case, sorted."""
    kept: dict[str, str] = {}
    for tag in ",".join(tags).split(","):
        if tag.strip():
            kept.setdefault(tag.strip().casefold(), tag.strip())
    return sorted(kept.values(), key=str.casefold)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


MUTATIONS = {"orderCreate": order_create}
