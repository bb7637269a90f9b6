"""Other people's stores. Ask here by a platform's name; the adapter is loaded when first used.

A platform is a folder of this package with the files ``client``, ``connect``, ``store`` and
``webhooks``, and with ``marketplace`` where merchants' shops live on it. ``base`` is the contract.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from types import ModuleType
from typing import cast

from stores.base import (
    Access,
    AppKeys,
    Capabilities,
    Marketplace,
    SeenOrder,
    Store,
    StoreLocked,
    Webhooks,
)
from stores.handshake import Handshake
from stores.texts import _

_PLATFORMS = ("shopify", "woocommerce")
_MARKETPLACES = ("shopify",)


def platforms() -> tuple[str, ...]:
    return _PLATFORMS


def open_store(access: Access) -> Store:
    """The vendor's store behind ``access``. Makes no call. ValueError for an unknown platform,
    StoreLocked where we have given our access up."""
    adapter = _part(access.platform, "store")
    _must_have_secrets(access)
    return cast(Store, adapter.open_store(access))


def open_marketplace(access: Access) -> Marketplace:
    """The merchant's shop behind ``access``. Makes no call."""
    if access.platform not in _MARKETPLACES:
        raise ValueError(f"{access.platform!r} hosts no marketplace.")
    _must_have_secrets(access)
    return cast(Marketplace, _part(access.platform, "marketplace").open_marketplace(access))


def capabilities(platform: str) -> Capabilities:
    return cast(Capabilities, _part(platform, "store").CAPABILITIES)


def all_capabilities() -> dict[str, Capabilities]:
    return {platform: capabilities(platform) for platform in _PLATFORMS}


def seen_from_webhook(platform: str, topic: str, body: bytes, address: str) -> SeenOrder | None:
    """The marketplace order that a delivery holds; None where it only speaks of one.

    ``stores.boundary.Unreadable`` for an order that cannot be understood.
    """
    if platform not in _MARKETPLACES:
        return None
    market = _part(platform, "marketplace")
    if topic not in market.ORDER_TOPICS:
        return None
    return cast(SeenOrder, market.seen_from_webhook(body, address))


def order_name(platform: str, body: bytes) -> str:
    """What the marketplace calls the order in a delivery that cannot be read; "" if not even that
    can be read."""
    return cast(str, _part(platform, "marketplace").name_in(body))


def fulfilment_order_in(platform: str, body: bytes) -> str:
    """The id of the fulfilment order that a delivery names instead of its order; "" for none."""
    if platform not in _MARKETPLACES:
        return ""
    return cast(str, _part(platform, "webhooks").fulfilment_order_in(body))


def order_page(platform: str, address: str, order_id: str) -> str:
    """Where a merchant finds an order in the admin of the shop at ``address``."""
    return cast(str, _part(platform, "marketplace").order_page(address, order_id))


def order_history_days(platform: str) -> int:
    """So far back a marketplace shows us orders."""
    return cast(int, _part(platform, "marketplace").ORDER_HISTORY_DAYS)


def webhooks(platform: str) -> Webhooks:
    return cast(Webhooks, _part(platform, "webhooks"))


def handshake(platform: str) -> Handshake:
    """How the owner of a store lets us in."""
    return cast(Handshake, _part(platform, "connect"))


def renew(access: Access, app: AppKeys, now: datetime) -> Access:
    """Fresh secrets for an access that expires; the same access where it never does.

    Store what comes back before using it. StoreLocked: the owner must open the app again.
    """
    adapter = _part(access.platform, "connect")
    _must_have_secrets(access)
    return cast(Access, adapter.renew(access, app, now))


def app_page(platform: str, address: str, app: AppKeys) -> str:
    """Where a merchant finds this app in the admin of the shop at ``address``."""
    if platform not in _MARKETPLACES:
        raise ValueError(f"{platform!r} hosts no marketplace.")
    return cast(str, _part(platform, "connect").app_page(address, app))


def _must_have_secrets(access: Access) -> None:
    if not access.secrets:
        raise StoreLocked(_("Our access to this store has ended; connect it again."))


def _part(platform: str, name: str) -> ModuleType:
    if platform not in _PLATFORMS:
        raise ValueError(f"There is no platform {platform!r}.")
    return import_module(f"stores.{platform}.{name}")
