"""A product or variation as REST v3 shows it. Fields this store never fills come from a file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sandbox.woocommerce import versions
from sandbox.woocommerce.answers import links
from sandbox.woocommerce.models import JSON, Product
from sandbox.woocommerce.order_view import ALL_METHODS, meta_view
from sandbox.woocommerce.php import slug_of

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore


def fixed(name: str) -> Any:
    """An answer, or the frame of one, that does not depend on what the store holds."""
    return json.loads((Path(__file__).parent / "fixed" / f"{name}.json").read_text())


_PRODUCT: JSON = fixed("product")
_VARIATION: JSON = fixed("variation")


def product_view(store: WooStore, product: Product) -> JSON:
    """An entry of /products; a variation has the product's fields there."""
    price, slug = str(store.price_of(product)), _slug(product.name)
    slug += "__trashed" if product.status == "trash" else ""
    if product.kind == "variable" and not store.variations(product.id):
        price = ""
    kind = product.kind
    url = store.url(f"wc/v3/products/{product.id}")
    up = store.url(f"wc/v3/products/{product.parent_id}") if product.parent_id else ""
    return {
        **_PRODUCT,
        **_shared(store, product),
        "name": store.full_name(product),
        "slug": slug,
        "related_ids": _related(store, product),
        "type": kind,
        "price": price,
        **_prices(product),
        "total_sales": str(product.sales) if kind == "variation" else product.sales,
        "reviews_allowed": kind != "variation",
        "categories": [] if kind == "variation" else _PRODUCT["categories"],
        "attributes": _attributes(product),
        "variations": [each.id for each in reversed(store.variations(product.id))],
        "price_html": _PRODUCT["price_html"].replace("12.50", price),
        "has_options": kind == "variable",
        "purchasable": bool(price),
        "shipping_required": not product.virtual,
        "shipping_taxable": not product.virtual,
        "parent_id": product.parent_id,
        "_links": links(url, ALL_METHODS, up),
    }


def variation_view(store: WooStore, product: Product) -> JSON:
    """An entry of /products/ID/variations; 8.2.2 told less of one."""
    view = _variation_view(store, product)
    if not store.at_least(9, 0):
        for name in ("name", "type", "parent_id"):
            del view[name]
    if not store.at_least(*versions.GALLERY):
        del view["gallery_image_ids"]
    return view


def _variation_view(store: WooStore, product: Product) -> JSON:
    parent = store.url(f"wc/v3/products/{product.parent_id}")
    price = str(store.price_of(product))
    return {
        **_VARIATION,
        **_shared(store, product),
        "price": price,
        **_prices(product),
        "attributes": _attributes(product),
        "name": ", ".join(str(each) for each in product.attributes.values()),
        "parent_id": product.parent_id,
        "_links": links(f"{parent}/variations/{product.id}", ALL_METHODS, parent),
    }


def _prices(product: Product) -> JSON:
    """As the merchant typed them, whatever decimals the store shows."""
    on_sale = product.sale_price is not None
    return {
        "regular_price": "" if product.kind == "variable" else str(product.price),
        "sale_price": str(product.sale_price) if on_sale else "",
        "on_sale": on_sale,
    }


def _shared(store: WooStore, product: Product) -> JSON:
    return {
        "id": product.id,
        "permalink": _permalink(store, product),
        "date_created": store.site_time(product.created),
        "date_created_gmt": store.gmt(product.created),
        "date_modified": store.site_time(product.modified),
        "date_modified_gmt": store.gmt(product.modified),
        "status": product.status,
        "sku": product.sku,
        "virtual": product.virtual,
        "downloadable": product.downloadable,
        "manage_stock": product.stock is not None,
        "stock_quantity": product.stock,
        "stock_status": "instock" if _in_stock(store, product) else "outofstock",
        "backorders": product.backorders,
        "backorders_allowed": product.backorders != "no",
        "backordered": product.backorders != "no" and (product.stock or 0) < 0,
        "weight": product.weight,
        "meta_data": meta_view(product.meta),
    }


def _in_stock(store: WooStore, product: Product) -> bool:
    """A variable product is in stock when one of its variations is."""
    parts = store.variations(product.id) if product.kind == "variable" else [product]
    return any(each.in_stock for each in parts)


def edited_view(store: WooStore, product: Product) -> JSON:
    """The answer to a PUT, in the "edit" context."""
    return {
        **product_view(store, product),
        "average_rating": "0",
        "permalink_template": f"{store.home}/product/%pagename%/",
        "generated_slug": _slug(product.name),
    }


def edited_variation_view(store: WooStore, variation: Product) -> JSON:
    """The answer to a POST or PUT, in the "edit" context."""
    tax_class = "parent" if store.at_least(9, 0) else ""
    return {**variation_view(store, variation), "tax_class": tax_class}


def _slug(name: str) -> str:
    return slug_of(re.sub(r"<[^>]*>|&\w+;", "", name).replace("–", "-"))


def _related(store: WooStore, product: Product) -> list[int]:
    """Five others on sale; WooCommerce draws them by category."""
    others = (each for each in store.products.values() if each.kind != "variation")
    ids = [each.id for each in others if each.status == "publish" and each is not product]
    return [] if product.kind == "variation" else ids[:5]


def _permalink(store: WooStore, product: Product) -> str:
    parent = store.products.get(product.parent_id)
    slug = _slug((parent or product).name)
    query = urlencode(
        {f"attribute_{name.lower()}": each for name, each in product.attributes.items()}
    )
    return f"{store.home}/product/{slug}/" + (f"?{query}" if parent else "")


def _attributes(product: Product) -> list[JSON]:
    if product.kind == "variation":
        return [
            {"id": 0, "name": name, "slug": name.lower(), "option": option}
            for name, option in product.attributes.items()
        ]
    return [
        {
            "id": 0,
            "name": name,
            "slug": name,
            "position": at if product.positions else 0,
            "visible": True,
            "variation": product.kind == "variable",
            "options": options,
        }
        for at, (name, options) in enumerate(product.attributes.items())
    ]
