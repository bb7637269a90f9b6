"""REST: /orders/ID/notes. Notes move no ``date_modified`` and cannot be edited."""

from __future__ import annotations

from sandbox.woocommerce.answers import Answer, RestError, links
from sandbox.woocommerce.call import Call
from sandbox.woocommerce.models import JSON, Note, Order
from sandbox.woocommerce.orders import parent_order
from sandbox.woocommerce.php import text_of


def _view(call: Call, note: Note) -> JSON:
    store = call.store
    order = store.url(f"wc/v3/orders/{note.order_id}")
    return {
        "id": note.id,
        "author": note.author,
        "date_created": store.site_time(note.created),
        "date_created_gmt": store.gmt(note.created),
        "note": note.text,
        "customer_note": note.to_customer,
        "_links": links(f"{order}/notes/{note.id}", "GET DELETE", order),
    }


def listed(call: Call) -> Answer:
    """Newest first; notes of one second in the order they were written."""
    notes = sorted(parent_order(call).notes, key=lambda note: note.created, reverse=True)
    kind = call.params.get("type", "any")
    wanted = [each for each in notes if kind == "any" or each.to_customer == (kind == "customer")]
    return Answer([_view(call, each) for each in wanted])


def create(call: Call) -> Answer:
    order = parent_order(call)
    note = call.store.add_note(
        order, text_of(call.params.get("note")), to_customer=call.flag("customer_note")
    )
    note.author = "admin" if call.flag("added_by_user") else "WooCommerce"
    place = call.store.url(f"wc/v3/orders/{order.id}/notes/{note.id}")
    return Answer(_view(call, note), 201, {"Location": place})


def get(call: Call) -> Answer:
    return Answer(_view(call, _note(call, parent_order(call))))


def delete(call: Call) -> Answer:
    order = parent_order(call)
    note = _note(call, order)
    if not call.flag("force"):
        text = "Order notes do not support trashing."
        raise RestError("woocommerce_rest_trash_not_supported", text, 501)
    order.notes.remove(note)
    return Answer(_view(call, note))


def _note(call: Call, order: Order) -> Note:
    found = next((each for each in order.notes if each.id == int(call.ids[1])), None)
    if found is None:
        raise RestError("woocommerce_rest_invalid_id", "Invalid resource ID.", 404)
    return found
