"""Entries of the history in the reader's language: what was changed, from what, to what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _later

import stores
from orderflow.book import history
from orderflow.models import AddOn, HistoryEntry, PrivacyRequest
from webapp import telling

FIELDS = {
    "name": _later("Name"),
    "email": _later("E-mail"),
    "language": _later("Language"),
    "aliases": _later("Other names"),
    "push_enabled": _later("Vendor Store Sync"),
}
"""Of a vendor's card."""
STANDINGS = {
    "added": _later("Added"),
    "asked": _later("Asked"),
    "done": _later("Done"),
    "fetched": _later("Copy downloaded"),
    "installed": _later("Installed"),
    "removed": _later("Removed"),
    "sent": _later("Sent"),
    "withdrawn": _later("Withdrawn"),
    "accepted": _later("Accepted"),
    history.CONNECTED: _later("Connected"),
    history.DISCONNECTED: _later("Disconnected"),
    history.LOST: _later("Access lost"),
}
LANGUAGES = {"en": _later("English"), "fr": _later("French")}


def what(entry: HistoryEntry) -> str:
    """What was changed."""
    name = entry.name
    told: dict[str, Callable[[], Any]] = {
        history.SETTING: lambda: telling.label(name),
        history.CARD: lambda: FIELDS[name],
        history.NEW_VENDOR: lambda: _("Vendor %(name)s", name=name),
        history.INVITATION: lambda: _("Invitation of %(email)s", email=name),
        history.APP: lambda: _("The app in your shop"),
        history.ADD_ON: lambda: _add_on(*name.split(" ")),
        history.STORE: lambda: _("Store %(address)s", address=name),
        history.MAPPING: lambda: _("Mapping of %(item)s", item=name or _("an item")),
        history.PRIVACY: lambda: _privacy(*name.split(" ", 1)),
    }
    return str(told[entry.what]())


def _add_on(kind: str, platform: str) -> str:
    title = stores.capabilities(platform).title
    if kind == AddOn.ORDER_PUSH:
        return str(_("Order Push for %(platform)s", platform=title))
    if kind == AddOn.INVENTORY:
        return str(_("Inventory for %(platform)s", platform=title))
    return str(_("Locations for %(platform)s", platform=title))


def _privacy(kind: str, number: str) -> str:
    if kind == PrivacyRequest.EXPORT:
        return str(_("Privacy request %(number)s: tell what is kept", number=number))
    return str(_("Privacy request %(number)s: remove what is kept", number=number))


def value(entry: HistoryEntry, stored: Any) -> str:
    """What it was, or what it became."""
    if entry.what == history.SETTING:
        return telling.value(entry.name, stored)
    if entry.what == history.CARD:
        return _of_card(entry.name, stored)
    if entry.what == history.MAPPING:
        return str(stored or _("Not mapped"))
    if entry.what == history.ADD_ON:
        return str(_("Active") if stored else _("Not active"))
    return str(STANDINGS.get(stored, stored)) if stored else "–"


def _of_card(name: str, stored: Any) -> str:
    if isinstance(stored, bool):
        return str(_("On") if stored else _("Off"))
    if name == "language":
        return str(LANGUAGES.get(stored, stored))
    return (", ".join(stored) if isinstance(stored, list) else stored) or str(_("Empty"))
