"""The mask: what a vendor gets instead of the buyer (P30 to P33). Pure.

Street, city, postcode and country pass, because parcels must arrive; who the buyer is does not,
unless the merchant shares it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from orderflow.settings import Settings
from stores.base import KEY_ATTRIBUTE, Address, SeenOrder


@dataclass(frozen=True, slots=True)
class MerchantCard:
    """The merchant's own name and contact, which stand in for the buyer's."""

    name: str
    email: str
    phone: str
    country: str


@dataclass(frozen=True, slots=True)
class Contact:
    """All buyer fields of one vendor order, masked or shared as the settings say."""

    email: str
    phone: str
    note: str
    attributes: tuple[tuple[str, str], ...]
    shipping_address: Address | None
    billing_address: Address | None


def contact(order: SeenOrder, settings: Settings, card: MerchantCard, key: str) -> Contact:
    """The buyer fields that may leave for the vendor whose push has ``key``."""
    attributes = [pair for pair in order.attributes if pair[0] != KEY_ATTRIBUTE]
    if not settings.replace_customer:
        return Contact(
            email=order.email,
            phone=order.phone,
            note=order.note,
            attributes=tuple(attributes),
            shipping_address=order.shipping_address,
            billing_address=order.billing_address,
        )
    hidden = _buyer_words(order)
    return Contact(
        email=plus_address(card.email, key),
        phone=card.phone,
        note=scrub(order.note, hidden),
        attributes=tuple((scrub(k, hidden), scrub(v, hidden)) for k, v in attributes),
        shipping_address=_delivery(order.shipping_address, settings, card),
        billing_address=Address(company=card.name, phone=card.phone, country=card.country),
    )


def plus_address(email: str, key: str) -> str:
    """The merchant's address made unique by ``key``: stores merge customers by e-mail, and would
    rename earlier orders (P32)."""
    local, at, domain = email.partition("@")
    return f"{local.partition('+')[0]}+{key.lower()}@{domain}" if at else ""


def _delivery(address: Address | None, settings: Settings, card: MerchantCard) -> Address | None:
    if address is None:
        return None
    if settings.keep_recipient_name:
        return replace(address, company="", phone=card.phone)
    return replace(address, first_name="", last_name=card.name, company="", phone=card.phone)


def _buyer_words(order: SeenOrder) -> tuple[str, ...]:
    """Every spelling of the buyer that is known, longest first."""
    words = {order.email, order.phone, _digits(order.phone)}
    for address in (order.shipping_address, order.billing_address):
        if address is None:
            continue
        first, last = address.first_name, address.last_name
        words |= {first, last, f"{first} {last}", f"{last} {first}", f"{last}, {first}"}
        words |= {address.company, address.phone, _digits(address.phone)}
    return tuple(
        sorted({w.strip() for w in words if len(w.strip(" ,")) > 1}, key=len, reverse=True)
    )


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)


def scrub(text: str, hidden: tuple[str, ...]) -> str:
    """``text`` without any of the ``hidden`` words, whatever their case."""
    for word in hidden:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "…", text, flags=re.IGNORECASE)
    return text
