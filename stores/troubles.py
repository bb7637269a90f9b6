"""Why a store cannot be read, and who can do what about it: sentences for people, in English.

The merchant cannot mend a vendor's store and does not know who hosts it, so the merchant is told
what to ask the vendor; the vendor is told what to do or whom to ask. A store whose platform runs it
has no host. Filled in are ``%(vendor)s``, the vendor's name, ``%(place)s``, the address at which
the store is called, ``%(platform)s``, and ``%(status)s``, where the platform tells of outages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stores.base import Capabilities
from stores.errors import Trouble
from stores.texts import _

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Advice:
    """``happened`` says what is wrong; ``merchant`` and ``vendor`` what each of them does about it;
    ``words`` is what the company that hosts the store is to be sent, "" where it need not be asked.
    """

    happened: str
    merchant: str
    vendor: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """An ``Advice`` for one reader, in their language."""

    happened: str
    to_do: str
    words: str = ""


_CHANGED_ANSWERS = _(
    "The answers of %(place)s are not what %(platform)s sends: a plugin may add text to them, for "
    "example PHP notices. Please switch off what writes into these answers (WP_DEBUG_DISPLAY must "
    "be off)."
)

OF_A_SITE: Mapping[Trouble, Advice] = {
    Trouble.UNREACHABLE: Advice(
        _("The store cannot be reached."),
        _(
            "Ask %(vendor)s whether their site is open to the internet. If it is, ask them to ask "
            "the company that hosts their store why it does not answer us."
        ),
        _(
            "Open your store in a browser. If it opens there, ask the company that hosts your "
            "store why it does not answer us."
        ),
        _("Please allow HTTPS requests of the app Sluice to %(place)s; they get no answer."),
    ),
    Trouble.CERTIFICATE: Advice(
        _("The store's certificate is not valid."),
        _("Ask %(vendor)s to have the company that hosts their store renew it."),
        _("Ask the company that hosts your store to renew it."),
    ),
    Trouble.FIREWALL: Advice(
        _("A firewall or a security plugin in front of the store turned our call away."),
        _(
            "Ask %(vendor)s to ask the company that hosts their store to allow GET, POST, PUT and "
            "DELETE requests to %(place)s. The words to send stand on the vendor's page, and in "
            "their portal."
        ),
        _(
            "Ask the company that hosts your store to allow our calls, or allow them in your "
            "security plugin. You can send these words."
        ),
        _(
            "Please allow GET, POST, PUT and DELETE requests to %(place)s (above all POST to "
            "%(place)sorders) from the app Sluice, without a captcha or challenge page. They carry "
            "an API key of the store."
        ),
    ),
    Trouble.UNREADABLE: Advice(
        _("The store's answers cannot be understood."),
        _(
            "A plugin or an update may have changed them. Ask %(vendor)s what was changed last. "
            "Words for the company that hosts their store stand on the vendor's page, and in their "
            "portal."
        ),
        _(
            "A plugin or an update may have changed them. Undo what was changed last, or send "
            "these words to the company that hosts your store."
        ),
        _CHANGED_ANSWERS,
    ),
    Trouble.CACHED: Advice(
        _("The store's answers come from a cache, so new orders and shipments would be missed."),
        _(
            "Ask %(vendor)s to exclude %(place)s from the cache, in their caching plugin and at "
            "the company that hosts their store."
        ),
        _(
            "Exclude %(place)s from the cache in your caching plugin, and ask the company that "
            "hosts your store to do the same."
        ),
        _("Please do not cache anything under %(place)s, for any kind of request."),
    ),
    Trouble.ENDLESS: Advice(
        _("The store's list of orders does not end."),
        _(
            "A plugin or an update may have changed it. Ask %(vendor)s what was changed last. "
            "Words for the company that hosts their store stand on the vendor's page, and in their "
            "portal."
        ),
        _(
            "A plugin or an update may have changed it. Undo what was changed last, or send these "
            "words to the company that hosts your store."
        ),
        _("%(place)sorders ignores the parameters page and after: each page of it is full."),
    ),
    Trouble.THROTTLED: Advice(
        _("The store takes fewer calls than we need to make."),
        _(
            "Nothing is lost. If this goes on for hours, ask %(vendor)s to have the company that "
            "hosts their store allow more."
        ),
        _(
            "Nothing is lost. If this goes on for hours, ask the company that hosts your store to "
            "allow more."
        ),
        _("Please allow more requests a minute to %(place)s from the app Sluice."),
    ),
    Trouble.MAINTENANCE: Advice(
        _("The store is closed or under maintenance."),
        _("Ask %(vendor)s when it opens again; everything goes on automatically then."),
        _("Open it again; everything goes on automatically then."),
    ),
    Trouble.SERVER_ERROR: Advice(
        _("The store answers with an error of its own."),
        _("Ask %(vendor)s whether their site works, and to ask the company that hosts it if not."),
        _(
            "Open your store in a browser. If it is broken there too, ask the company that hosts "
            "your store."
        ),
    ),
}
"""For stores on a site of the vendor's own."""

_PASSES = _(
    "Nothing is lost, and nothing has to be done: we keep trying. %(platform)s tells of outages at "
    "%(status)s."
)
_SUPPORT = _("Nothing is lost, we keep trying. If it lasts for hours, tell our support.")
OF_A_PLATFORM: Mapping[Trouble, Advice] = {
    Trouble.UNREACHABLE: Advice(
        _("%(platform)s does not answer for this store."), _PASSES, _PASSES
    ),
    Trouble.CERTIFICATE: Advice(_("The store's certificate is not valid."), _PASSES, _PASSES),
    Trouble.FIREWALL: Advice(
        _("Something between us and %(platform)s turned our call away."), _SUPPORT, _SUPPORT
    ),
    Trouble.UNREADABLE: Advice(
        _("What %(platform)s answers for this store cannot be understood."), _SUPPORT, _SUPPORT
    ),
    Trouble.CACHED: Advice(
        _("What %(platform)s answers for this store is not up to date."), _SUPPORT, _SUPPORT
    ),
    Trouble.ENDLESS: Advice(_("The store's list of orders does not end."), _SUPPORT, _SUPPORT),
    Trouble.THROTTLED: Advice(
        _("The store takes fewer calls than we need to make."),
        _(
            "Nothing is lost. If this goes on for hours, ask %(vendor)s whether another app uses "
            "their store heavily."
        ),
        _("Nothing is lost. If this goes on for hours, see whether another app uses it heavily."),
    ),
    Trouble.MAINTENANCE: Advice(
        _("%(platform)s keeps this store closed."),
        _("Ask %(vendor)s to open it: it may be paused, or a bill of %(platform)s unpaid."),
        _("Open it in %(platform)s: it may be paused, or a bill of theirs unpaid."),
    ),
    Trouble.SERVER_ERROR: Advice(
        _("%(platform)s answers with an error of its own."), _PASSES, _PASSES
    ),
}
"""For stores that their platform runs."""


def for_merchant(
    trouble: Trouble, can: Capabilities, address: str, vendor: str, translate: Translate
) -> Told:
    """For the merchant, of the store at ``address`` of the vendor called ``vendor``."""
    found = advice(trouble, can)
    return _told(found, found.merchant, can, {"address": address, "vendor": vendor}, translate)


def for_vendor(trouble: Trouble, can: Capabilities, address: str, translate: Translate) -> Told:
    """For the vendor, of the vendor's own store at ``address``."""
    found = advice(trouble, can)
    return _told(found, found.vendor, can, {"address": address, "vendor": ""}, translate)


def advice(trouble: Trouble, can: Capabilities) -> Advice:
    return (OF_A_PLATFORM if can.hosted else OF_A_SITE)[trouble]


def _told(
    found: Advice, to_do: str, can: Capabilities, about: Mapping[str, str], translate: Translate
) -> Told:
    filling = {
        "vendor": about["vendor"],
        "place": f"{about['address']}{can.api_path}",
        "platform": can.title,
        "status": can.status_page,
    }
    happened, doing, words = (
        translate(text) % filling if text else "" for text in (found.happened, to_do, found.words)
    )
    return Told(happened, doing, words)
