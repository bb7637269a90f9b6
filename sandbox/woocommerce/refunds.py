"""REST: refunds of an order. No gateway here pays back; ``api_refund`` must be false."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.woocommerce import mails, schema, status, stock, totals, versions
from sandbox.woocommerce.answers import Answer, RestError, links
from sandbox.woocommerce.call import Call
from sandbox.woocommerce.lists import page_of
from sandbox.woocommerce.models import JSON, Item, MetaList, Order, Refund, sum_of
from sandbox.woocommerce.order_view import line_view, meta_view
from sandbox.woocommerce.orders import parent_order
from sandbox.woocommerce.php import decimal_of, leading_int, money, text_of

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

GATEWAYS = ("bacs", "cheque", "cod")


def refund_view(
    store: WooStore, refund: Refund, dp: int | None = None, *, with_parent: bool = False
) -> JSON:
    places = store.decimals if dp is None else dp
    order = store.url(f"wc/v3/orders/{refund.order_id}")
    return {
        "id": refund.id,
        **({"parent_id": refund.order_id} if with_parent else {}),
        "date_created": store.site_time(refund.created),
        "date_created_gmt": store.gmt(refund.created),
        "amount": money(refund.amount, places),
        "reason": refund.reason,
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": meta_view(refund.meta),
        "line_items": [line_view(store, each, places) for each in refund.items],
        "shipping_lines": [],
        "tax_lines": [],
        "fee_lines": [],
        "_links": links(f"{order}/refunds/{refund.id}", "GET DELETE", order),
    }


def listed(call: Call) -> Answer:
    found = sorted(parent_order(call).refunds, key=lambda each: -each.id)
    return page_of(call, found, lambda each: refund_view(call.store, each, call.dp))


def all_refunds(call: Call) -> Answer:
    """/refunds across orders, since WooCommerce 9."""
    found = [each for order in call.store.orders.values() for each in order.refunds]
    found.sort(key=lambda each: -each.id)
    return page_of(
        call, found, lambda each: refund_view(call.store, each, call.dp, with_parent=True)
    )


def get(call: Call) -> Answer:
    return Answer(refund_view(call.store, _refund(call, parent_order(call)), call.dp))


def delete(call: Call) -> Answer:
    """The order keeps its status."""
    order = parent_order(call)
    refund = _refund(call, order)
    if not call.flag("force"):
        text = "Refunds do not support trashing."
        raise RestError("woocommerce_rest_trash_not_supported", text, 501)
    order.refunds.remove(refund)
    return Answer(refund_view(call.store, refund, call.dp))


def _refund(call: Call, order: Order) -> Refund:
    found = next((each for each in order.refunds if each.id == int(call.ids[1])), None)
    if found is None:
        text = "Invalid order refund ID."
        raise RestError("woocommerce_rest_invalid_order_refund_id", text, 404)
    return found


def create(call: Call) -> Answer:
    schema.check_params(call.params, schema.REFUND_SCHEMA)
    store, order = call.store, parent_order(call)
    amount = _amount(call.params)
    if amount < 0 or amount > totals.remaining(store, order):
        raise _failed("Invalid refund amount.")
    if call.flag("api_refund", default=True):
        store.ids.take("post")  # the refund is made first and deleted again
        raise _failed(_gateway_words(order))
    refund = record(
        store,
        order,
        amount,
        text_of(call.params.get("reason")),
        call.params.get("line_items") or [],
        restock=call.flag("api_restock", default=True),
    )
    pattern = rf"wc/v3/orders/(?P<order_id>[\d]+)/refunds/{refund.id}"  # so it says, unfilled
    return Answer(refund_view(store, refund, call.dp), 201, {"Location": store.url(pattern)})


def record(
    store: WooStore, order: Order, amount: Decimal, reason: str, lines: list[JSON], *, restock: bool
) -> Refund:
    """When nothing is left the order becomes ``refunded``."""
    refund = Refund(
        id=store.ids.take("post"),
        order_id=order.id,
        amount=amount,
        reason=reason,
        created=store.now(),
        meta=MetaList(store.ids),
    )
    order.refunds.append(refund)
    whole = totals.remaining(store, order) == 0
    if store.at_least(*versions.REFUND_KIND):
        refund.meta.put("_refund_type", "full" if whole else "partial")
    for posted in lines:
        _refund_line(store, order, refund, posted, restock=restock)
    mails.refunded(store, order)
    if whole:
        status.move(store, order, "refunded")
    order.modified = store.now()
    store.emit("order.updated", order.id)
    return refund


def _failed(message: str) -> RestError:
    """500, and ``data`` is the bare number 500."""
    return RestError("woocommerce_rest_cannot_create_order_refund", message, 500, bare=500)


def _gateway_words(order: Order) -> str:
    if order.payment_method in GATEWAYS:
        return "The payment gateway for this order does not support automatic refunds."
    return "The payment gateway for this order does not exist."


def _amount(body: JSON) -> Decimal:
    if body.get("amount") is not None:
        return decimal_of(body["amount"])
    lines = body.get("line_items") or []
    totals_of = (decimal_of(text_of(each.get("refund_total", 0))) for each in lines)
    return sum_of(totals_of) + sum_of(_tax(each) for each in lines)


def _tax(posted: JSON) -> Decimal:
    """``refund_tax``: [{id, refund_total}], one for each rate."""
    rates = posted.get("refund_tax") or []
    return sum_of(decimal_of(text_of(each.get("refund_total", 0))) for each in rates)


def _refund_line(
    store: WooStore, order: Order, refund: Refund, posted: JSON, *, restock: bool
) -> None:
    item = order.item(leading_int(posted.get("id")))
    if item is None:
        return
    quantity = leading_int(posted.get("quantity", 0))
    total = -decimal_of(text_of(posted.get("refund_total", 0)))
    mirror = Item(
        store.ids.take("item"),
        "line",
        MetaList(store.ids),
        name=item.name,
        product_id=item.product_id,
        variation_id=item.variation_id,
        quantity=-quantity,
        tax_class=item.tax_class,
        subtotal=total,
        total=total,
    )
    mirror.tax = mirror.subtotal_tax = -_tax(posted)
    mirror.taxed = bool(mirror.tax)
    mirror.meta.put("_refunded_item_id", str(item.id))
    refund.items.append(mirror)
    if restock:
        stock.restock_refunded(store, order, item, quantity)
