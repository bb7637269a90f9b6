"""Whose shop it is, the same for a vendor's store and a marketplace."""

from __future__ import annotations

from stores.base import Identity
from stores.shopify import documents
from stores.shopify.answers import (
    ShopAddress,
    WhoAnswers,
)
from stores.shopify.client import Client


def identify(client: Client) -> Identity:
    answer = client.read(documents.IDENTIFY, WhoAnswers)
    shop = answer.shop
    place = shop.shop_address or ShopAddress()
    return Identity(
        id=shop.number,
        name=shop.name,
        address=shop.myshopify_domain,
        currency=shop.currency_code,
        email=shop.email,
        phone=place.phone,
        country=place.country_code_v2,
        timezone=shop.iana_timezone,
        scopes=tuple(scope.handle for scope in answer.current_app_installation.access_scopes),
        notes=tuple(sorted(client.notes)),
    )
