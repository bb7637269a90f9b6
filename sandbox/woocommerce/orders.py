"""REST: /orders and what can be asked of it. Unknown parameters are ignored without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.woocommerce import order_form, schema
from sandbox.woocommerce.answers import Answer, RestError
from sandbox.woocommerce.call import Call
from sandbox.woocommerce.lists import COLLECTION, in_dates, in_id_lists, page_of, sort
from sandbox.woocommerce.models import JSON, Order
from sandbox.woocommerce.order_view import order_view
from sandbox.woocommerce.php import leading_int, text_of

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

BATCH_LIMIT = 100
HIDDEN = ("trash", "auto-draft")
ORDER_BY = ("date", "id", "include", "title", "slug", "modified")


def invalid_id(status: int) -> RestError:
    return RestError("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", status)


def order_of(store: WooStore, order_id: int, status: int = 404) -> Order:
    if order_id not in store.orders:
        raise invalid_id(status)
    return store.orders[order_id]


def parent_order(call: Call) -> Order:
    """The order in ``orders/ID/notes`` and the like, which have an error code of their own."""
    if call.id not in call.store.orders:
        raise RestError("woocommerce_rest_order_invalid_id", "Invalid order ID.", 404)
    return call.store.orders[call.id]


def get(call: Call) -> Answer:
    order = order_of(call.store, call.id)
    read(call.store, order)
    return Answer(order_view(call.store, order, call.dp))


def read(store: WooStore, order: Order) -> None:
    """Compatibility mode before 10.7: what is read is written, and the write is told.

    https://github.com/woocommerce/woocommerce/issues/62492 and 62507; sync-on-read is off
    since 10.7.
    """
    if store.hpos_sync and not store.at_least(10, 7):
        store.emit("order.updated", order.id)


def create(call: Call) -> Answer:
    """Nothing is unique and nothing is idempotent: the same request makes a second order."""
    store = call.store
    schema.check_params(call.params, schema.order_schema(list(store.statuses)))
    if call.params.get("id"):
        text = "Cannot create existing shop_order."
        raise RestError("woocommerce_rest_shop_order_exists", text)
    order = order_form.create(store, call.params)
    place = {"Location": store.url(f"wc/v3/orders/{order.id}")}
    return Answer(order_view(store, order, call.dp), 201, place)


def update(call: Call) -> Answer:
    return Answer(_updated(call.store, call.id, call.params, call.dp))


def _updated(store: WooStore, order_id: int, body: JSON, dp: int | None) -> JSON:
    schema.check_params(body, schema.order_schema(list(store.statuses)))
    order = order_of(store, order_id, 400)
    order_form.update(store, order, body)
    return order_view(store, order, dp)


def delete(call: Call) -> Answer:
    """To the trash, or for good with ``force``; the body is the order as it was."""
    store, order = call.store, order_of(call.store, call.id)
    before = order_view(store, order, call.dp)
    if call.flag("force"):
        del store.orders[order.id]
    elif order.status == "trash":
        text = "The shop_order has already been deleted."
        raise RestError("woocommerce_rest_already_trashed", text, 410)
    else:
        trash(store, order)
    return Answer(before)


def trash(store: WooStore, order: Order) -> None:
    """Stock is not given back; ``order.deleted`` fires, ``order.updated`` does not."""
    order.meta.put("_wp_trash_meta_status", f"wc-{order.status}")
    order.meta.put("_wp_trash_meta_time", str(int(store.now().timestamp())))
    order.status = "trash"
    order.modified = store.now()
    store.emit("order.deleted", order.id)


def batch(call: Call) -> Answer:
    """200 even if items fail; those carry their own error. Not atomic."""
    jobs = {name: call.params.get(name) or [] for name in ("create", "update", "delete")}
    if sum(len(each) for each in jobs.values()) > BATCH_LIMIT:
        text = f"Unable to accept more than {BATCH_LIMIT} items for this request."
        raise RestError("woocommerce_rest_request_entity_too_large", text, 413)
    done = {name: [_job(call, name, each) for each in each_of] for name, each_of in jobs.items()}
    return Answer({name: each for name, each in done.items() if each} or [])


def _job(call: Call, name: str, body: Any) -> JSON:
    order_id = leading_int(body.get("id") if isinstance(body, dict) else body)
    if name == "create":
        order_id = 0  # a failed one has no other, whatever was sent
    try:
        if name == "create":
            return _one(call, (), body, create)
        if name == "update":
            return _updated(call.store, order_id, body, call.dp)
        return _one(call, (str(order_id),), {"force": True}, delete)
    except RestError as error:
        return {"id": order_id, "error": error.body}


def _one(call: Call, ids: tuple[str, ...], body: JSON, endpoint: Any) -> JSON:
    single = Call(call.store, call.method, call.path, "", body, ids, call.key)
    answer: JSON = endpoint(single).body
    return answer


def listed(call: Call) -> Answer:
    store = call.store
    known = {
        **COLLECTION,
        "orderby": schema.one_of(*ORDER_BY),
        "dp": schema.integer,
        "status": schema.some_of("any", "trash", "auto-draft", *store.statuses),
    }
    schema.check_params(call.params, known)
    found = [each for each in store.orders.values() if _matches(call, each)]
    sort(
        call,
        found,
        {
            "id": lambda order: order.id,
            "date": lambda order: order.created,
            "modified": lambda order: order.modified,
        },
    )
    extra = [("status[0]", "any"), ("dp", str(store.decimals))]
    return page_of(call, found, lambda order: _listed(call, order), extra)


def _listed(call: Call, order: Order) -> JSON:
    read(call.store, order)
    return order_view(call.store, order, call.dp)


def _matches(call: Call, order: Order) -> bool:
    search = text_of(call.params.get("search")).strip().lower()
    return (
        _in_status(call, order)
        and in_id_lists(call, order.id)
        and in_dates(call, order.created, order.modified)
        and _created_via(call, order)
        and _has_product(call, order)
        and (not search or _searched(call.store, order, search))
    )


def _in_status(call: Call, order: Order) -> bool:
    wanted = schema.parts(call.params.get("status") or "any")
    return order.status in wanted or ("any" in wanted and order.status not in HIDDEN)


def _created_via(call: Call, order: Order) -> bool:
    """A comma list, compared without case; the parameter exists since WooCommerce 9.9."""
    wanted = call.params.get("created_via")
    if not wanted or not call.store.at_least(9, 9):
        return True
    names = [each.lower() for each in schema.parts(wanted)]
    return order.created_via.lower() in names


def _has_product(call: Call, order: Order) -> bool:
    wanted = leading_int(call.params.get("product"))
    return not wanted or any(wanted in (each.product_id, each.variation_id) for each in order.items)


def _searched(store: WooStore, order: Order, term: str) -> bool:
    """The id itself, or a part of an address, an e-mail, an item's name, the transaction id.

    Not meta, notes, created_via; 8.6.1 does not look at the transaction id either.
    """
    places = [" ".join(order.billing.values()), " ".join(order.shipping.values())]
    places += [item.name for item in order.of("line", "shipping", "fee")]
    if store.at_least(9, 9):
        places.append(order.transaction_id)
    return term == str(order.id) or any(term in place.lower() for place in places)
