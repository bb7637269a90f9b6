"""REST: core's order fulfillments (a feature that a merchant switches on). 10.5.0, 10.9.2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.woocommerce.answers import Answer, RestError, missing_param
from sandbox.woocommerce.call import Call
from sandbox.woocommerce.models import JSON, Fulfillment, MetaList, Order
from sandbox.woocommerce.order_view import meta_view
from sandbox.woocommerce.orders import parent_order
from sandbox.woocommerce.php import text_of
from sandbox.woocommerce.product_view import fixed

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

PLUGIN = "fulfillments"
ITEMS, NUMBER, PROVIDER = "_items", "_tracking_number", "_shipment_provider"
PROVIDER_NAME = "_provider_name"
URL, FULFILLED_AT = "_tracking_url", "_date_fulfilled"
PROVIDERS: list[str] = fixed("shipping_providers")
"""The slugs on core's list: src/Admin/Features/Fulfillments/ShippingProviders.php, 10.5 to 10.9."""
UPS = "https://www.ups.com/track?tracknum="
AMAZON = "https://www.amazon.com/progress-tracker/package/ref=ppx_yo_dt_b_track_package_o0?_="


def _view(store: WooStore, each: Fulfillment) -> JSON:
    """The order's id is text. Times are site time with a space, since 10.8 UTC with a ``Z``."""
    deleted = {"date_deleted": None} if _in_utc(store) else {}
    return {
        "id": each.id,
        "entity_type": "WC_Order",
        "entity_id": str(each.order_id),
        "is_fulfilled": each.is_fulfilled,
        "status": each.status,
        "date_updated": _stamp(store, each),
        **deleted,
        "meta_data": meta_view(each.meta),
    }


def _read_view(store: WooStore, each: Fulfillment) -> JSON:
    """As read from the database: there, since 10.8, ``is_fulfilled`` comes as text."""
    shown = _view(store, each)
    if _in_utc(store):
        shown["is_fulfilled"] = "1" if each.is_fulfilled else "0"
    return shown


def _in_utc(store: WooStore) -> bool:
    return store.at_least(10, 8)


def _stamp(store: WooStore, each: Fulfillment) -> str:
    if _in_utc(store):
        return f"{store.gmt(each.updated)}Z"
    return each.updated.astimezone(store.zone).strftime("%Y-%m-%d %H:%M:%S")


def _odd(message: str, status: int = 400) -> RestError:
    """The code is the integer 0."""
    return RestError(0, message, status)


def _order(call: Call) -> Order:
    try:
        return parent_order(call)
    except RestError as error:
        error.body["data"]["status"] = "404"  # text, here alone
        raise


def listed(call: Call) -> Answer:
    return Answer([_read_view(call.store, each) for each in _order(call).fulfillments])


def get(call: Call) -> Answer:
    return Answer(_read_view(call.store, _fulfillment(call)))


def metadata(call: Call) -> Answer:
    return Answer(meta_view(_fulfillment(call).meta))


def _fulfillment(call: Call) -> Fulfillment:
    found = (each for each in _order(call).fulfillments if each.id == int(call.ids[1]))
    fulfillment = next(found, None)
    if fulfillment is None:
        raise _odd("Fulfillment not found.")
    return fulfillment


def create(call: Call) -> Answer:
    """Neither quantities nor item ids are checked: 5 of 3 are accepted."""
    if "meta_data" not in call.params:
        raise missing_param("meta_data")
    fulfillment = add(
        call.store,
        _order(call),
        _sent_meta(call.params),
        status=text_of(call.params.get("status", "unfulfilled")),
        is_fulfilled=call.flag("is_fulfilled"),
    )
    return Answer(_view(call.store, fulfillment), 201)


def _sent_meta(body: JSON) -> JSON:
    """Entries without an id are dropped without a word; send id 0."""
    return {each["key"]: each.get("value") for each in body["meta_data"] if "id" in each}


def add(
    store: WooStore, order: Order, meta: JSON, status: str = "fulfilled", is_fulfilled: bool = True
) -> Fulfillment:
    _need_items(meta)
    fulfillment = Fulfillment(
        store.ids.take("fulfillment"), order.id, status, is_fulfilled, store.now(), _list(store)
    )
    order.fulfillments.append(fulfillment)
    _write(store, order, fulfillment, meta)
    return fulfillment


def _list(store: WooStore) -> MetaList:
    return MetaList(store.fulfillment_ids)


def _need_items(meta: JSON) -> None:
    if not meta.get(ITEMS):
        raise _odd("The fulfillment should contain at least one item.")


def _write(store: WooStore, order: Order, fulfillment: Fulfillment, meta: JSON) -> None:
    for entry in list(fulfillment.meta):
        kept = entry.key == FULFILLED_AT and not _in_utc(store)  # 10.9.2 sets it anew
        if entry.key not in meta and not kept:
            fulfillment.meta.drop(entry.key)
    for key, value in meta.items():
        fulfillment.meta.put(key, value)
    fulfillment.updated = store.now()
    if fulfillment.is_fulfilled and not fulfillment.meta.find(FULFILLED_AT):
        fulfillment.meta.put(FULFILLED_AT, _stamp(store, fulfillment))
    mark(store, order)


def update(call: Call) -> Answer:
    """``meta_data`` replaces the whole list."""
    fulfillment, body = _fulfillment(call), call.params
    fulfillment.status = text_of(body.get("status", fulfillment.status))
    fulfillment.is_fulfilled = call.flag("is_fulfilled", fulfillment.is_fulfilled)
    if "meta_data" in body:
        meta = _sent_meta(body)
    else:
        meta = {each.key: each.value for each in fulfillment.meta}
    _need_items(meta)
    _write(call.store, _order(call), fulfillment, meta)
    return Answer(_view(call.store, fulfillment))


def delete(call: Call) -> Answer:
    fulfillment, order = _fulfillment(call), _order(call)
    order.fulfillments.remove(fulfillment)
    mark(call.store, order)
    return Answer({"message": "Fulfillment deleted successfully."})


def mark(store: WooStore, order: Order) -> None:
    """The order's status stays; only its meta tells how far it is."""
    shipped: dict[int, int] = {}
    for each in order.fulfillments:
        for item in each.meta.get(ITEMS, []) if each.is_fulfilled else []:
            shipped[item["item_id"]] = shipped.get(item["item_id"], 0) + int(item["qty"])
    whole = all(shipped.get(item.id, 0) >= item.quantity for item in order.of("line"))
    word = "fulfilled" if whole else "partially_fulfilled"
    order.meta.put("_fulfillment_status", word if shipped else None)
    order.modified = store.now()
    store.emit("order.updated", order.id)


def lookup(call: Call) -> Answer:
    """The carrier guessed from a number; only UPS numbers are known here."""
    _order(call)
    number = text_of(call.params.get("tracking_number"))
    if not number.startswith("1Z"):
        raise _odd("No tracking information found for the given tracking number.", 404)
    guesses = {
        "amazon-logistics": {"url": f"{AMAZON}{number}", "ambiguity_score": 60},
        "ups": {"url": f"{UPS}{number}", "ambiguity_score": 95},
    }
    return Answer(
        {
            "tracking_number": number,
            "shipping_provider": "ups",
            "tracking_url": f"{UPS}{number}",
            "possibilities": guesses,
        }
    )
