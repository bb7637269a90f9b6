"""Addresses as Shopify tells them, by webhook or by GraphQL, in the terms of the contract."""

from __future__ import annotations

from stores.base import Address
from stores.shopify.answers import Place
from stores.shopify.bodies import Address as BodyAddress
from stores.shopify.countries import country_code


def address_of(told: Place | BodyAddress | None) -> Address | None:
    """A country or province without its code goes by its name."""
    if told is None:
        return None
    return Address(
        first_name=told.first_name,
        last_name=told.last_name,
        company=told.company,
        address1=told.address1,
        address2=told.address2,
        city=told.city,
        zip=told.zip,
        province=told.province_code or told.province,
        country=country_code(told.country_code, told.country),
        phone=told.phone,
    )
