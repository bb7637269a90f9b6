"""Webhooks, as every platform's are read. Part of the contract in ``stores.base``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook after its signature was proved. ``about`` is the store's id of the order, ``""``
    when it is about none; ``sender`` the address that the store gives itself, ``claims`` the one
    that the body names, if it does. Two deliveries with one ``id`` are the same."""

    id: str
    topic: str
    about: str
    key: str = ""
    sender: str = ""
    claims: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """A person whom a store asks us to tell of, or to forget: known by the ids of orders, by
    e-mail, or by phone. ``reference`` is the store's number of the request."""

    email: str = ""
    phone: str = ""
    order_ids: tuple[str, ...] = ()
    reference: str = ""


ORDER, OTHER = "order", "other"
UNINSTALLED, SCOPES, SHOP = "uninstalled", "scopes", "shop"
EXPORT_BUYER, REDACT_BUYER, REDACT_SHOP = "export_customer", "redact_customer", "redact_shop"
"""What a delivery is about: an order; our access, our rights or the shop itself; a buyer of whom
all is to be told or forgotten; the whole shop that is to be forgotten; none of these."""
ABOUT_US = (UNINSTALLED, SCOPES, SHOP)
PRIVACY = (EXPORT_BUYER, REDACT_BUYER, REDACT_SHOP)


class Webhooks(Protocol):
    """The ``webhooks`` module of a platform. Names of headers are in lower case."""

    def kind_of(self, topic: str) -> str:
        """What deliveries of ``topic`` are about, ORDER … OTHER."""

    def buyer(self, body: bytes) -> Buyer:
        """Whom an EXPORT_BUYER or REDACT_BUYER is about. ValueError for another body."""

    def is_signed(self, headers: Mapping[str, str]) -> bool:
        """Whether the headers hold a signature at all, be it right or wrong: known before the body
        is read."""

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
        """Whether ``body``, byte for byte, was signed with one of ``secrets``."""

    def read(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        """Only after ``verify``. ValueError for a body that is no JSON object."""

    def is_greeting(self, headers: Mapping[str, str], body: bytes) -> bool:
        """An unsigned ping that wants a 200 and means nothing."""
