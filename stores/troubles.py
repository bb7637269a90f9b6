"""Why a store cannot be read, and what its owner can do: sentences for both doors, in English.

``%(place)s`` stands for the address at which the store is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stores.errors import Trouble
from stores.texts import _


@dataclass(frozen=True, slots=True)
class Advice:
    """``happened`` says what is wrong, ``to_do`` what helps."""

    happened: str
    to_do: str


SITE = _("See that its site is open to the internet. If it is, ask its host.")
ANSWERS = _(
    "A plugin or an update may have changed the answers of %(place)s. Ask the store's host."
)

ADVICE: Mapping[Trouble, Advice] = {
    Trouble.UNREACHABLE: Advice(_("The store cannot be reached."), SITE),
    Trouble.CERTIFICATE: Advice(
        _("The store's certificate is not valid."), _("Ask the store's host to renew it.")
    ),
    Trouble.FIREWALL: Advice(
        _("A firewall or a security plugin in front of the store turned our call away."),
        _(
            "Ask the store's host to allow GET, POST, PUT and DELETE to %(place)s for requests "
            "that carry an API key."
        ),
    ),
    Trouble.UNREADABLE: Advice(_("The store's answers cannot be understood."), ANSWERS),
    Trouble.CACHED: Advice(
        _("The store's answers come from a cache, so new orders and shipments would be missed."),
        _("Exclude %(place)s from the cache, in the caching plugin and at the store's host."),
    ),
    Trouble.ENDLESS: Advice(_("The store's list of orders does not end."), ANSWERS),
    Trouble.THROTTLED: Advice(
        _("The store takes fewer calls than we need to make."),
        _("Nothing is lost. If this goes on for hours, ask the store's host to allow more."),
    ),
    Trouble.MAINTENANCE: Advice(
        _("The store is closed or under maintenance."),
        _("Open it again; everything goes on by itself then."),
    ),
    Trouble.SERVER_ERROR: Advice(
        _("The store answers with an error of its own."),
        _("Open it in a browser. If it is broken there too, ask its host."),
    ),
}
