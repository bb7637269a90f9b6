"""Who answers at a site, and what it cannot do as it is set up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stores import boundary
from stores.base import Identity, StoreRefused
from stores.boundary import Told
from stores.money import exponent
from stores.texts import _
from stores.woocommerce.client import Client, listed
from stores.woocommerce.trackers import READERS

_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})[\w.+-]{0,20}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
FINDS_BY_NAME = (9, 9)
"""The first version that filters orders by ``created_via``."""
LINES_MOVE_STOCK = (9, 4)
"""The first version in which a change of an order's lines by REST moves stock (in the source of
9.4.3 and 9.5.1, not of 8.9.5)."""
LONGEST = 253
_COUNTRY_OPTION = "woocommerce_default_country"


class _Environment(Told):
    home_url: boundary.Text
    version: boundary.Text


class _Settings(Told):
    currency: boundary.Text
    number_of_decimals: Any = None
    enabled_features: boundary.Loose[boundary.Text] = []
    HPOS_enabled: Any = None


class _Plugin(Told):
    plugin: boundary.Text


class _Told(Told):
    environment: _Environment
    settings: _Settings
    active_plugins: boundary.Loose[_Plugin] = []


class _Option(Told):
    id: boundary.Text = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Status:
    """``system_status`` of a store. ``numbers``: its version, to be compared; ``decimals``: of its
    prices, ``usual_decimals``: of its currency; ``plugins``: the active ones, by file."""

    home: str
    version: str
    numbers: tuple[int, int]
    currency: str
    decimals: int | None
    usual_decimals: int
    plugins: Sequence[str]
    features: Sequence[str]
    has_new_storage: bool


def version_numbers(version: str) -> tuple[int, int] | None:
    found = _VERSION.fullmatch(version)
    return (int(found[1]), int(found[2])) if found else None


def read_status(client: Client) -> Status:
    """StoreRefused: this is no answer of WooCommerce's."""
    asked = client.get("system_status", _fields="environment,settings,active_plugins")
    try:
        told = boundary.read(_Told, asked)
    except boundary.Unreadable:
        raise _not_understood() from None
    home, version = told.environment.home_url, told.environment.version
    currency = told.settings.currency
    numbers = version_numbers(version)
    if numbers is None or not _CURRENCY.fullmatch(currency) or not 0 < len(home) <= LONGEST:
        raise _not_understood()
    decimals = told.settings.number_of_decimals
    return Status(
        home=home,
        version=version,
        numbers=numbers,
        currency=currency,
        decimals=decimals if isinstance(decimals, int) and 0 <= decimals <= 8 else None,
        usual_decimals=exponent(currency),
        plugins=[each.plugin for each in told.active_plugins],
        features=told.settings.enabled_features,
        has_new_storage=told.settings.HPOS_enabled is True,
    )


def identify(client: Client) -> Identity:
    """StoreRefused: this is no answer of WooCommerce's."""
    status = read_status(client)
    general, _unread = boundary.each(
        listed(client.get("settings/general")), lambda each: boundary.read(_Option, each), str
    )
    country = next((each.value for each in general if each.id == _COUNTRY_OPTION), "")
    code = boundary.text(country).partition(":")[0]
    return Identity(
        id=status.home,
        name=status.home.partition("://")[2],
        address=client.url,
        currency=status.currency,
        country=code if _COUNTRY.fullmatch(code) else "",
        notes=(f"WooCommerce {status.version}",),
        limits=tuple(_limits(client.url, status)),
    )


def _not_understood() -> StoreRefused:
    return StoreRefused(_("The store's answers cannot be understood."))


def _limits(url: str, status: Status) -> list[str]:
    tracked = "fulfillments" in status.features or any(
        slug in plugin for reader in READERS for slug in reader.plugins for plugin in status.plugins
    )
    found = {
        "no_tracking": not tracked,
        "slow_look_up": status.numbers < FINDS_BY_NAME,
        "old_storage": not status.has_new_storage,
        "no_tls": not url.startswith("https:"),
    }
    return [code for code, holds in found.items() if holds]
