"""The mask: what a vendor gets instead of the buyer (P30 to P34). Pure.

Street, city, postcode and country pass, because parcels must arrive; who the buyer is does not,
unless the merchant shares it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from orderflow.mask.scrubbing import LEAST_DIGITS, Scrubber, digits_of
from orderflow.rules.settings import Settings
from stores.base import KEY_ATTRIBUTE, Address, ComposedOrder, SeenOrder

Order = TypeVar("Order", SeenOrder, ComposedOrder)

WHO = ("email", "phone", "name")
"""The fields that tell who the buyer is, wherever they are quoted."""
COMMON_BOXES = {"contact", "hello", "info", "mail", "office", "order", "orders", "shop", "store"}
"""Before the @ of an address they tell nothing of its owner, and are words of every store."""


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
    accepts_marketing: bool = False
    tags: tuple[str, ...] = ()
    payment_reference: str = ""


def contact(
    order: SeenOrder,
    settings: Settings,
    card: MerchantCard,
    key: str,
    former: Sequence[SeenOrder] = (),
    reference: str = "",
) -> Contact:
    """The buyer fields that may leave for the vendor whose push has ``key``. Whatever a note says
    of a field that is not shared is removed from it, also as it was before an edit (``former``).
    A payment's ``reference`` goes along only where the merchant has switched that on."""
    told = {word for each in (order, *former) for word in _hidden_words(each, settings)}
    hidden = Scrubber.of(told)
    keeps_note = settings.mode("note") != "leave_out"
    attributes = [pair for pair in order.attributes if pair[0] != KEY_ATTRIBUTE]
    return Contact(
        email=_email(order, settings, card, key),
        phone=_phone(order.phone, settings, card),
        note=hidden.scrub(order.note) if keeps_note else "",
        attributes=tuple(
            (hidden.scrub(name), hidden.scrub(value)) for name, value in attributes if keeps_note
        ),
        shipping_address=_delivery(order.shipping_address, settings, card),
        billing_address=_billing(order.billing_address, settings, card),
        accepts_marketing=_consents(order, settings),
        tags=tuple(hidden.scrub(tag) for tag in order.tags if keeps_note),
        payment_reference=reference if settings.share_transaction_reference else "",
    )


def _email(order: SeenOrder, settings: Settings, card: MerchantCard, key: str) -> str:
    instead = unique_address(settings.contact_email or card.email, key)
    return {"share": order.email, "replace": instead, "leave_out": ""}[settings.mode("email")]


def _phone(phone: str, settings: Settings, card: MerchantCard) -> str:
    return {"share": phone, "replace": card.phone, "leave_out": ""}[settings.mode("phone")]


def _consents(order: SeenOrder, settings: Settings) -> bool:
    """A consent means one address: it goes along only where the buyer's own does."""
    shared = settings.mode("consent") == settings.mode("email") == "share"
    return shared and order.accepts_marketing


def unique_address(contact: str, key: str) -> str:
    """The merchant's address made unique by ``key``, after a plus or, for ``*@domain``, instead
    of the star: stores merge customers by e-mail, and would rename earlier orders (P32)."""
    local, at, domain = contact.partition("@")
    if not at:
        return ""
    name = "" if local == "*" else f"{local.partition('+')[0]}+"
    return f"{name}{key.lower()}@{domain}"


def _delivery(address: Address | None, settings: Settings, card: MerchantCard) -> Address | None:
    """Street, city, postcode and country as they are, because parcels must arrive (P31)."""
    if address is None:
        return None
    named = address if settings.keep_recipient_name else _named(address, settings, card)
    company = address.company if settings.mode("name") == "share" else ""
    return replace(named, company=company, phone=_phone(address.phone, settings, card))


def _named(address: Address, settings: Settings, card: MerchantCard) -> Address:
    if settings.mode("name") == "share":
        return address
    last = card.name if settings.mode("name") == "replace" else ""
    return replace(address, first_name="", last_name=last, company="")


def _billing(address: Address | None, settings: Settings, card: MerchantCard) -> Address | None:
    """Where the billing address is shared and the name is not, the name is masked in it too."""
    if settings.mode("billing") == "replace":
        return Address(company=card.name, phone=card.phone, country=card.country)
    if settings.mode("billing") == "leave_out" or address is None:
        return None
    named = _named(address, settings, card)
    return replace(named, phone=_phone(address.phone, settings, card))


def shares_buyer(settings: Settings) -> bool:
    """Whether a vendor learns who the buyer is (P37)."""
    return any(settings.mode(field) == "share" for field in ("email", "phone", "name", "billing"))


# -- words that give the buyer away ---------------------------------------------------------------


def _hidden_words(order: SeenOrder, settings: Settings) -> tuple[str, ...]:
    """What a note may not say: one that is replaced names nothing of the buyer, one that is
    shared only what is shared elsewhere too."""
    if settings.mode("note") == "replace":
        return _buyer_words(order)
    return _buyer_words(order, tuple(field for field in WHO if settings.mode(field) != "share"))


def _buyer_words(order: SeenOrder, fields: tuple[str, ...] = WHO) -> tuple[str, ...]:
    """Who the buyer is, in every spelling that is known; phones are scrubbed by their digits."""
    words = {order.email} if "email" in fields else set()
    if "name" in fields:
        words |= {word for address in _addresses(order) for word in _names(address)}
    return _longest_first(words) + (_phones(order) if "phone" in fields else ())


def personal_words(order: SeenOrder) -> tuple[str, ...]:
    """All that the buyer told of themselves, the streets too: a store's words may quote it."""
    told = _texts(order) | {order.email.partition("@")[0].lower()} - COMMON_BOXES
    for address in _addresses(order):
        told |= {address.city, address.zip, address.zip.replace(" ", "")}
        told |= {address.province, address.country} if len(address.country) > 2 else set()
    return _longest_first(told) + _buyer_words(order)


def _texts(order: SeenOrder) -> set[str]:
    """What the buyer wrote, and where they live: texts that may be quoted in part."""
    streets = {line for each in _addresses(order) for line in (each.address1, each.address2)}
    return {order.note, *(value for _, value in order.attributes), *streets}


def _addresses(order: SeenOrder) -> tuple[Address, ...]:
    both = (order.shipping_address, order.billing_address)
    return tuple(address for address in both if address is not None)


def _names(address: Address) -> set[str]:
    first, last = address.first_name, address.last_name
    both = {f"{first} {last}", f"{last} {first}", f"{last}, {first}"}
    return {first, last, address.company, *both}


def _phones(order: SeenOrder) -> tuple[str, ...]:
    told = {order.phone, *(address.phone for address in _addresses(order))}
    return tuple(sorted(phone for phone in told if len(digits_of(phone)) >= LEAST_DIGITS))


def _longest_first(words: set[str]) -> tuple[str, ...]:
    known = {word.strip() for word in words if len(word.strip(" ,")) > 1}
    return tuple(sorted(known, key=lambda word: (-len(word), word)))


def scrub(text: str, hidden: Iterable[str]) -> str:
    """``text`` without any of the ``hidden`` words, in whatever spelling."""
    return Scrubber.of(hidden).scrub(text)


def personal_scrubber(orders: Iterable[SeenOrder], references: Iterable[str] = ()) -> Scrubber:
    """Removes all that the buyers of ``orders`` told of themselves, and the references of their
    payments, from what a store says. Parts of a note or of a street go too."""
    seen = list(orders)
    words = dict.fromkeys(word for order in seen for word in personal_words(order))
    return Scrubber.of([*references, *words], [text for order in seen for text in _texts(order)])


def buyer_alone(order: SeenOrder) -> SeenOrder:
    """Who bought, and nothing else of the order."""
    return replace(order, lines=(), note="", tags=(), attributes=())


# -- forgetting ----------------------------------------------------------------------------------


def without_buyer(order: SeenOrder) -> SeenOrder:
    """What was sold, for how much and to which country; nothing of the person who bought it."""
    bare = tuple(replace(line, attributes=()) for line in order.lines)
    return _without_top(replace(order, lines=bare))


def sent_without_buyer(order: ComposedOrder) -> ComposedOrder:
    """The copy of what a vendor got, without the buyer."""
    return _without_top(order)


def _without_top(order: Order) -> Order:
    return replace(
        order,
        shipping_address=_country(order.shipping_address),
        billing_address=_country(order.billing_address),
        email="",
        phone="",
        note="",
        tags=(),
        attributes=(),
        accepts_marketing=False,
    )


def _country(address: Address | None) -> Address | None:
    return address and Address(country=address.country)
