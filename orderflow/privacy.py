"""The mask: what a vendor gets instead of the buyer (P30 to P33). Pure.

Street, city, postcode and country pass, because parcels must arrive; who the buyer is does not,
unless the merchant shares it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from orderflow.settings import Settings
from stores.base import KEY_ATTRIBUTE, Address, SeenOrder

LEAST_DIGITS = 7
"""Of a phone number: fewer may be anything."""


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
    """Who the buyer is, in every spelling that is known; phones are scrubbed by their digits."""
    words = {order.email}
    for address in _addresses(order):
        first, last = address.first_name, address.last_name
        words |= {first, last, f"{first} {last}", f"{last} {first}", f"{last}, {first}"}
        words.add(address.company)
    return _longest_first(words) + _phones(order)


def personal_words(order: SeenOrder) -> tuple[str, ...]:
    """All that the buyer told of themselves, the streets too: a store's words may quote it."""
    told = {order.note, *(value for _, value in order.attributes)}
    for address in _addresses(order):
        told |= {address.address1, address.address2, address.city, address.zip}
        told |= {address.province, address.country} if len(address.country) > 2 else set()
    return _longest_first(told) + _buyer_words(order)


def _addresses(order: SeenOrder) -> tuple[Address, ...]:
    both = (order.shipping_address, order.billing_address)
    return tuple(address for address in both if address is not None)


def _phones(order: SeenOrder) -> tuple[str, ...]:
    told = {order.phone, *(address.phone for address in _addresses(order))}
    return tuple(sorted(phone for phone in told if len(_digits(phone)) >= LEAST_DIGITS))


def _longest_first(words: set[str]) -> tuple[str, ...]:
    known = {word.strip() for word in words if len(word.strip(" ,")) > 1}
    return tuple(sorted(known, key=lambda word: (-len(word), word)))


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)


def scrub(text: str, hidden: tuple[str, ...]) -> str:
    """``text`` without any of the ``hidden`` words, whatever their case; a phone number goes in
    every way of writing it, by its last seven digits."""
    for word in hidden:
        text = re.sub(_pattern(word), "…", text, flags=re.IGNORECASE)
    return text


def _pattern(word: str) -> str:
    digits = _digits(word)
    if len(digits) >= LEAST_DIGITS and not re.search(r"[^\W\d]", word):
        apart = r"[\s().\-/]*"
        before = r"(?<![\w+])\+?(?:[\d(][\d\s().\-/]*)?"
        return rf"{before}{apart.join(digits[-LEAST_DIGITS:])}(?!\d)"
    return rf"(?<![^\W_]){re.escape(word)}(?![^\W_])"
