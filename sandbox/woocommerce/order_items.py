"""Lines, shipping and fees of a request, put into an order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sandbox.woocommerce import stock, totals
from sandbox.woocommerce.answers import RestError
from sandbox.woocommerce.meta import write_meta
from sandbox.woocommerce.models import JSON, Item, MetaList, Order, Product
from sandbox.woocommerce.php import decimal_of, leading_int, text_of

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

KINDS = {"line_items": "line", "shipping_lines": "shipping", "fee_lines": "fee"}
ITEM_CODES = {"line": "product", "fee": "fee"}
"""What WooCommerce calls the items that have a tax class of their own."""
NULLING = ("product_id", "method_id", "method_title", "name", "code")
CONTROLLER = (
    "wp/wp-content/plugins/woocommerce/includes/rest-api/Controllers/Version3/"
    "class-wc-rest-orders-controller.php"
)


def write_items(store: WooStore, order: Order, body: JSON) -> None:
    """An item without an id is added (a repeated PUT adds it again); quantity 0 removes it."""
    for kind, posted in _posted(body):
        if _is_removal(posted):
            _remove(store, order, posted)
        else:
            _write(store, order, kind, posted)


def check_items(store: WooStore, order: Order, body: JSON) -> None:
    """Raises for the first item that is wrong, before anything of the request is kept."""
    for kind, posted in _posted(body):
        if posted.get("id"):
            _existing(order, posted)
        elif _is_removal(posted):
            if store.at_least(9, 9):
                raise _fatal(store)
        elif kind == "line":
            _product(store, posted, new=True)
        if kind in ITEM_CODES:
            _check_tax_class(store, kind, text_of(posted.get("tax_class")))


def _posted(body: JSON) -> Iterator[tuple[str, JSON]]:
    for name, kind in KINDS.items():
        for posted in body.get(name) or []:
            yield kind, posted


def _is_removal(posted: JSON) -> bool:
    nulled = any(key in posted and posted[key] is None for key in NULLING)
    return nulled or posted.get("quantity") in (0, "0")


def _remove(store: WooStore, order: Order, posted: JSON) -> None:
    if posted.get("id") is None:
        return
    item = _existing(order, posted)
    if order.stock_reduced and stock.follows_edits(store):
        stock.give_back(store, item)
    order.items.remove(item)


def _fatal(store: WooStore) -> RestError:
    """quantity 0 without an id: a PHP fatal error on 10.5.0, silently nothing on 8.6.1."""
    details = {} if store.at_least(10, 6) else {"error": _trace()}
    error = RestError(
        "internal_server_error",
        "<p>There has been a critical error on this website.</p><p><a href="
        '"https://wordpress.org/documentation/article/faq-troubleshooting/">'
        "Learn more about troubleshooting WordPress.</a></p>",
        500,
        **details,
    )
    error.body["additional_errors"] = []
    return error


def _trace() -> JSON:
    where = f"{CONTROLLER} on line 287 and defined in {CONTROLLER}:437"
    return {
        "type": 1,
        "message": "Uncaught TypeError: WC_REST_Orders_Controller::remove_item(): Argument #3 "
        f"($item_id) must be of type int, null given, called in {where}",
        "file": CONTROLLER,
        "line": 437,
    }


def _existing(order: Order, posted: JSON) -> Item:
    item = order.item(leading_int(posted["id"]))
    if item is None:
        raise RestError(
            "woocommerce_rest_invalid_item_id",
            "Order item ID provided is not associated with order.",
        )
    return item


def _write(store: WooStore, order: Order, kind: str, posted: JSON) -> None:
    new = not posted.get("id")
    item = Item(0, kind, MetaList(store.ids)) if new else _existing(order, posted)
    WRITERS[kind](store, item, posted, new)
    if new:
        item.id = store.ids.take("item")
        order.items.append(item)
    write_meta(item.meta, posted.get("meta_data"))
    if kind == "line":
        stock.follow_quantity(store, order, item)


def _write_line(store: WooStore, item: Item, posted: JSON, new: bool) -> None:
    product = _product(store, posted, new)
    quantity = int(posted.get("quantity", 1 if new else item.quantity))
    if product:
        _set_product(store, item, product)
        if new:
            item.total = item.subtotal = totals.net_price(store, product, quantity)
    item.quantity = quantity
    item.name = text_of(posted["name"]) if "name" in posted else item.name
    item.tax_class = text_of(posted.get("tax_class", item.tax_class))
    _write_amounts(item, posted)


def _check_tax_class(store: WooStore, kind: str, slug: str) -> None:
    """The slug of one of the store's classes; "" is the standard rate, "standard" is unknown."""
    if slug and slug not in store.tax_classes:
        code = f"order_item_{ITEM_CODES[kind]}_invalid_tax_class"
        raise RestError(code, "Invalid tax class")


def _product(store: WooStore, posted: JSON, new: bool) -> Product | None:
    """The sku wins over ids. None makes a line without a product: no error and no stock."""
    if posted.get("sku"):
        return store.product_by_sku(text_of(posted["sku"]))
    wanted = leading_int(posted.get("variation_id")) or leading_int(posted.get("product_id"))
    if new and not wanted:
        raise RestError(
            "woocommerce_rest_required_product_reference", "Product ID or SKU is required."
        )
    return store.products.get(wanted)


def _set_product(store: WooStore, item: Item, product: Product) -> None:
    item.name = store.full_name(product)
    item.product_id = product.parent_id or product.id
    item.variation_id = product.id if product.parent_id else 0
    if product.parent_id:
        for label, value in product.attributes.items():
            item.meta.put(label.lower(), value, label)


def _write_amounts(item: Item, posted: JSON) -> None:
    if "total" in posted:
        item.total = decimal_of(posted["total"])
    if "subtotal" in posted:
        item.subtotal = decimal_of(posted["subtotal"])
    if item.kind == "line" and item.subtotal < item.total:
        item.subtotal = item.total


def _write_shipping(store: WooStore, item: Item, posted: JSON, new: bool) -> None:
    item.name = text_of(posted.get("method_title", item.name))
    item.method_id = text_of(posted.get("method_id", item.method_id))
    item.instance_id = text_of(posted.get("instance_id", item.instance_id))
    _write_amounts(item, posted)


def _write_fee(store: WooStore, item: Item, posted: JSON, new: bool) -> None:
    item.name = text_of(posted.get("name", item.name))
    item.tax_class = text_of(posted.get("tax_class", item.tax_class))
    item.tax_status = posted.get("tax_status", item.tax_status)
    _write_amounts(item, posted)


WRITERS: dict[str, Callable[[WooStore, Item, JSON, bool], None]] = {
    "line": _write_line,
    "shipping": _write_shipping,
    "fee": _write_fee,
}
