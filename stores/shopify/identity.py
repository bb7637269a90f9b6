"""Whose shop it is, the same for a vendor's store and a marketplace."""

from __future__ import annotations

from stores.base import Identity
from stores.shopify import documents
from stores.shopify.client import Client
from stores.shopify.ids import bare


def identify(client: Client) -> Identity:
    answer = client.execute(documents.IDENTIFY)
    shop = answer["shop"]
    return Identity(
        id=bare(shop),
        name=shop["name"],
        address=shop["myshopifyDomain"],
        currency=shop["currencyCode"],
        email=shop["email"] or "",
        phone=shop["shopAddress"]["phone"] or "",
        country=shop["shopAddress"]["countryCodeV2"] or "",
        scopes=tuple(s["handle"] for s in answer["currentAppInstallation"]["accessScopes"]),
        notes=tuple(sorted(client.notes)),
    )
