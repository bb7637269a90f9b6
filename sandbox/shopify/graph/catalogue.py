"""Products, variants, inventory items and locations."""

from __future__ import annotations

from typing import Any

from sandbox.shopify.catalogue import Product, Variant
from sandbox.shopify.graph.base import Fields, attr, constant
from sandbox.shopify.graph.pages import page
from sandbox.shopify.ids import stamp
from sandbox.shopify.money import rest_amount

PRODUCT = {
    "id": attr("gid"),
    "title": attr("title"),
    "vendor": attr("vendor"),
    "status": attr("status"),
    "tags": attr("tags"),
    "createdAt": lambda product, info, args: stamp(product.created_at),
    "updatedAt": lambda product, info, args: stamp(product.created_at),
    "totalInventory": lambda product, info, args: sum(each.available for each in product.variants),
    "variants": lambda product, info, args: page(product.variants, args),
}
VARIANT = {
    "id": attr("gid"),
    "title": attr("title"),
    "sku": attr("sku"),
    "barcode": lambda variant, info, args: variant.barcode or None,
    "taxable": attr("taxable"),
    "product": attr("product"),
    "inventoryPolicy": attr("policy"),
    "inventoryQuantity": attr("available"),
    "sellableOnlineQuantity": attr("available"),
    "inventoryItem": lambda variant, info, args: variant,
    "price": lambda variant, info, args: rest_amount(variant.price, info.context.shop.currency),
    "displayName": lambda variant, info, args: f"{variant.product.title} - {variant.title}",
    "availableForSale": lambda variant, info, args: (
        not variant.tracked or variant.policy == "CONTINUE" or variant.available > 0
    ),
}
INVENTORY_ITEM = {
    "id": attr("item_gid"),
    "sku": attr("sku"),
    "tracked": attr("tracked"),
    "requiresShipping": attr("requires_shipping"),
}
LOCATION = {
    "id": attr("gid"),
    "name": attr("name"),
    "isActive": attr("active"),
    "isFulfillmentService": attr("fulfillment_service"),
    "fulfillsOnlineOrders": constant(True),
    "shipsInventory": constant(True),
    "address": lambda location, info, args: {
        "address1": location.address1 or None,
        "city": location.city or None,
        "zip": location.zip or None,
        "countryCode": location.country_code,
    },
}
FIELDS: Fields = {
    "Product": PRODUCT,
    "ProductVariant": VARIANT,
    "InventoryItem": INVENTORY_ITEM,
    "Location": LOCATION,
}


def variant_doc(variant: Variant) -> dict[str, Any]:
    """What a search for variants knows."""
    product = variant.product
    return {
        "id": variant.id,
        "product_id": product.id,
        "sku": variant.sku,
        "barcode": variant.barcode,
        "title": [variant.title, product.title],
        "vendor": product.vendor,
        "product_status": product.status.lower(),
        "tag": tuple(product.tags),
        "inventory_quantity": variant.available,
    }


def product_doc(product: Product) -> dict[str, Any]:
    return {
        "id": product.id,
        "title": product.title,
        "vendor": product.vendor,
        "status": product.status.lower(),
        "tag": tuple(product.tags),
        "sku": [each.sku for each in product.variants],
        "created_at": product.created_at,
    }
