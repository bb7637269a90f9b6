"""Who answers at a site, and what it cannot do as it is set up.

The site is a stranger's: what is kept of its answer are known fields in their known shapes.
"""

from __future__ import annotations

import re
from typing import Any

from stores.base import Identity, StoreRefused
from stores.texts import _
from stores.woocommerce.client import Client, listed

_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})[\w.+-]{0,20}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
FINDS_BY_NAME = (9, 9)
"""The first version that filters orders by ``created_via``."""
LONGEST = 253


def identify(client: Client) -> Identity:
    """StoreRefused: this is no answer of WooCommerce's."""
    status = client.get("system_status", _fields="environment,settings,active_plugins")
    general = listed(client.get("settings/general"))
    try:
        environment, settings = status["environment"], status["settings"]
        home, version = str(environment["home_url"]), str(environment["version"])
        country = next((i["value"] for i in general if i["id"] == _COUNTRY_OPTION), "")
        plugins = [str(each["plugin"]) for each in status.get("active_plugins") or ()]
        currency = str(settings["currency"])
    except (KeyError, TypeError, AttributeError):
        raise _not_understood() from None
    numbers = _VERSION.fullmatch(version)
    if numbers is None or not _CURRENCY.fullmatch(currency) or len(home) > LONGEST:
        raise _not_understood()
    code = str(country).partition(":")[0]
    return Identity(
        id=home,
        name=home.partition("://")[2],
        address=client.url,
        currency=currency,
        country=code if _COUNTRY.fullmatch(code) else "",
        notes=(f"WooCommerce {version}",),
        limits=tuple(_limits(client.url, (int(numbers[1]), int(numbers[2])), settings, plugins)),
    )


_COUNTRY_OPTION = "woocommerce_default_country"


def _not_understood() -> StoreRefused:
    return StoreRefused(_("The store's answers cannot be understood."))


def _limits(
    url: str, version: tuple[int, int], settings: dict[str, Any], plugins: list[str]
) -> list[str]:
    features = settings.get("enabled_features")
    fulfillments = isinstance(features, list) and "fulfillments" in features
    tracked = fulfillments or any("shipment-tracking" in plugin for plugin in plugins)
    found = {
        "no_tracking": not tracked,
        "slow_look_up": version < FINDS_BY_NAME,
        "old_storage": settings.get("HPOS_enabled") is not True,
        "no_tls": not url.startswith("https:"),
    }
    return [code for code, holds in found.items() if holds]
