"""REST: /products and /products/ID/variations."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.woocommerce import schema
from sandbox.woocommerce.answers import Answer, RestError
from sandbox.woocommerce.call import Call
from sandbox.woocommerce.lists import COLLECTION, in_dates, in_id_lists, page_of, sort
from sandbox.woocommerce.models import JSON, Product
from sandbox.woocommerce.php import decimal_of, leading_int, text_of, truth
from sandbox.woocommerce.product_view import (
    edited_variation_view,
    edited_view,
    product_view,
    variation_view,
)

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

KEYS: dict[str, Callable[[Product], Any]] = {
    "id": lambda product: product.id,
    "date": lambda product: product.created,
    "modified": lambda product: product.modified,
    "title": lambda product: product.name.lower(),
}
FORM: dict[str, schema.Check] = {
    "name": schema.string,
    "type": schema.one_of("simple", "grouped", "external", "variable"),
    "sale_price": schema.string,
    "virtual": schema.boolean,
    "sku": schema.string,
    "status": schema.string,
    "regular_price": schema.string,
    "stock_quantity": schema.integer,
    "manage_stock": schema.boolean,
    "meta_data": schema.META,
}


def product_of(store: WooStore, product_id: int, status: int = 404) -> Product:
    product = store.products.get(product_id)
    if product is None:
        raise RestError("woocommerce_rest_product_invalid_id", "Invalid ID.", status)
    return product


def get(call: Call) -> Answer:
    return Answer(product_view(call.store, product_of(call.store, call.id)))


def update(call: Call) -> Answer:
    product = product_of(call.store, call.id, 400)
    _write(call.store, product, call.params)
    return Answer(edited_view(call.store, product))


def _write(store: WooStore, product: Product, body: JSON) -> None:
    schema.check_params(body, FORM)
    if body.get("sku") not in (None, product.sku):
        _refuse_taken(store, text_of(body["sku"]))
        product.sku = text_of(body["sku"])
    if body.get("stock_quantity") is not None:
        product.stock = int(body["stock_quantity"])
    if body.get("regular_price") is not None:
        product.price = decimal_of(body["regular_price"])
    if body.get("sale_price") is not None:
        product.sale_price = decimal_of(body["sale_price"]) if body["sale_price"] else None
    product.weight = text_of(body.get("weight", product.weight))
    product.virtual = truth(body.get("virtual", product.virtual))
    product.name = re.sub(r"&(?!#?\w+;)", "&amp;", body.get("name", product.name))
    product.status = body.get("status", product.status)
    store.touch_product(product)


def _refuse_taken(store: WooStore, sku: str) -> None:
    taken = store.product_by_sku(sku) if sku else None
    if taken:
        raise RestError(
            "product_invalid_sku",
            "Invalid or duplicated SKU.",
            resource_id=taken.id,
            unique_sku=f"{sku}-1",
        )


def create(call: Call) -> Answer:
    schema.check_params(call.params, FORM)
    store, sku = call.store, text_of(call.params.get("sku"))
    _refuse_taken(store, sku)
    options = _options(call.params) if call.params.get("type") == "variable" else None
    product = store.add_product(
        sku,
        call.params.get("name", "Product"),
        call.params.get("regular_price", "0"),
        call.params.get("stock_quantity"),
        options=options,
    )
    product.positions = False
    _write(store, product, {**call.params, "sku": None})
    place = store.url(f"wc/v3/products/{product.id}")
    return Answer(edited_view(store, product), 201, {"Location": place})


def _options(body: JSON) -> dict[str, list[str]]:
    return {each["name"]: list(each["options"]) for each in body.get("attributes") or []}


def create_variation(call: Call) -> Answer:
    """An id in the address that is no product makes a 404."""
    schema.check_params(call.params, FORM)
    store, body = call.store, call.params
    parent, sku = product_of(store, call.id), text_of(body.get("sku"))
    _refuse_taken(store, sku)
    options = {each["name"]: each["option"] for each in body.get("attributes") or []}
    price, stock = body.get("regular_price", "0"), body.get("stock_quantity")
    variation = store.add_variation(parent.id, sku, price, stock, options)
    place = store.url(f"wc/v3/products/{parent.id}/variations/{variation.id}")
    return Answer(edited_variation_view(store, variation), 201, {"Location": place})


def delete(call: Call) -> Answer:
    """To the trash, or for good with ``force``; the body is the product as it was."""
    store, product = call.store, product_of(call.store, call.id)
    before = edited_view(store, product)
    if call.flag("force"):
        del store.products[product.id]
    elif product.status == "trash":
        text = "The product has already been deleted."
        raise RestError("woocommerce_rest_already_trashed", text, 410)
    else:
        product.meta.put("_wp_trash_meta_status", product.status)
        product.meta.put("_wp_trash_meta_time", str(int(store.now().timestamp())))
        product.meta.put("_wp_desired_post_slug", before["slug"])
        product.status = "trash"
        store.touch_product(product)
    store.emit("product.deleted", product.id)
    return Answer(before)


def batch(call: Call) -> Answer:
    """Only updates: the part that stock keeping uses."""
    return Answer({"update": [_job(call.store, each) for each in call.params.get("update") or []]})


def _job(store: WooStore, body: JSON) -> JSON:
    product_id = leading_int(body.get("id"))
    try:
        product = product_of(store, product_id, 400)
        _write(store, product, body)
    except RestError as error:
        return {"id": product_id, "error": error.body}
    return product_view(store, product)


def listed(call: Call) -> Answer:
    """Variations come up only in a search for SKUs."""
    schema.check_params(call.params, COLLECTION)
    found = [each for each in call.store.products.values() if _matches(call, each)]
    sort(call, found, KEYS)
    return page_of(call, found, lambda each: product_view(call.store, each))


def _matches(call: Call, product: Product) -> bool:
    by_sku = call.params.get("sku") or call.params.get("search_sku")
    return (
        (bool(by_sku) or product.kind != "variation")
        and _has_sku(call, product)
        and text_of(call.params.get("search")).lower() in product.name.lower()
        and _in_status(call, product)
        and call.params.get("type", product.kind) == product.kind
        and in_id_lists(call, product.id)
        and in_dates(call, product.created, product.modified)
    )


def _in_status(call: Call, product: Product) -> bool:
    wanted = call.params.get("status", "any")
    return wanted == product.status or (wanted == "any" and product.status != "trash")


def _has_sku(call: Call, product: Product) -> bool:
    """``sku`` is a comma list compared without case; ``search_sku`` finds parts."""
    part = text_of(call.params.get("search_sku")).lower()
    wanted = [each.strip().lower() for each in text_of(call.params.get("sku")).split(",")]
    return part in product.sku.lower() and (wanted == [""] or product.sku.lower() in wanted)


def list_variations(call: Call) -> Answer:
    schema.check_params(call.params, COLLECTION)
    product_of(call.store, call.id)
    found = [each for each in call.store.variations(call.id) if in_id_lists(call, each.id)]
    sort(call, found, KEYS)
    return page_of(call, found, lambda each: variation_view(call.store, each))


def get_variation(call: Call) -> Answer:
    return Answer(variation_view(call.store, _variation(call, 404)))


def update_variation(call: Call) -> Answer:
    variation = _variation(call, 400)
    _write(call.store, variation, call.params)
    return Answer(edited_variation_view(call.store, variation))


def _variation(call: Call, status: int) -> Product:
    variation = call.store.products.get(int(call.ids[1]))
    if variation is None or variation.parent_id != call.id:
        raise RestError("woocommerce_rest_product_variation_invalid_id", "Invalid ID.", status)
    return variation
