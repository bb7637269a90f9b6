"""Where an obstacle is put right: the page behind each remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app, url_for

from orderflow.read.story import PartStory
from orderflow.rules.decide import Reason
from orderflow.rules.options import OPTIONS

PAGES: Mapping[str, str] = {
    "enable_vendor_sync": "vendors.show",
    "activate_add_on": "addons.show",
    "connect_store": "vendors.show",
    "reconnect_store": "vendors.show",
    "map_products": "products.show",
}


def of(reason: Reason, told: PartStory) -> str:
    """The address of the page on which ``reason``'s obstacle is removed; empty: there is none."""
    if reason.remedy in PAGES:
        endpoint = PAGES[reason.remedy]
        about = {"public_id": told.part.vendor.public_id} if endpoint == "vendors.show" else {}
        return address(endpoint, about)
    return setting(reason.setting)


def setting(name: str) -> str:
    """The tab on which a setting stands, at that setting."""
    if name not in OPTIONS:
        return ""
    return url_for("settings.tab", tab=OPTIONS[name].tab, _anchor=name)


def address(endpoint: str, about: Mapping[str, Any] | None = None) -> str:
    """Empty where that page is not a part of this house."""
    return url_for(endpoint, **(about or {})) if endpoint in current_app.view_functions else ""
