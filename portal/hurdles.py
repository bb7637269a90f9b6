"""Why a store could not be connected, and what to do about it; what it is asked for, and what it
cannot do. Codes of ``stores.handshake`` as sentences for its owner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

import stores
from orderflow import clock
from orderflow.access import store_health
from orderflow.models import StoreAccess
from stores import troubles
from stores.errors import Trouble
from stores.troubles import Told

AUTHORIZATION_LINE = 'SetEnvIf Authorization "(.*)" HTTP_AUTHORIZATION=$1'
"""For .htaccess; https://httpd.apache.org/docs/2.4/mod/core.html#cgipassauth tells why."""


def sentence(code: str, platform: str, names: Sequence[str] = ()) -> str:
    """What stands in the way, and what to do."""
    told = {
        "platform": stores.capabilities(platform).title,
        "example": stores.handshake(platform).MANNER.example,
        "names": ", ".join(names),
    }
    return str((_of_address(told) | _of_site(told) | _of_access(told))[code])


def _of_address(told: dict[str, str]) -> dict[str, str]:
    return {
        "address": _(
            "This is not the address of a store. Write it as in %(example)s, in lower case and "
            "without anything behind it.",
            **told,
        ),
        "address_http": _(
            "Your store must answer by https. Ask the company that hosts your store for a "
            "certificate, then write the address with https:// before it."
        ),
        "address_port": _("Your store must answer at the usual port. Remove the port number."),
        "own_shop": _(
            "This is the marketplace's own shop. Write the address of the store that you ship from."
        ),
        "redirects": _("This address leads on to %(names)s. Write that one.", **told)
        if told["names"]
        else _(
            "This address leads on to another one. Open it in your browser, and copy the address "
            "that you see then."
        ),
        "wrong_path": _(
            "Your store answers at %(names)s, not at the page that you wrote. Write that address.",
            **told,
        ),
        "other_store": _(
            "The store that answers there goes by another address: %(names)s. Connect it by that "
            "one.",
            **told,
        )
        if told["names"]
        else _("Another store than yours has answered. Connect it again by its own address."),
    }


def _of_site(told: dict[str, str]) -> dict[str, str]:
    return {
        "unreachable": _(
            "Your store could not be reached. See that the address is right and that the site is "
            "open to the internet, then try again."
        ),
        "certificate": _(
            "Your store's certificate is not valid. Ask the company that hosts your store to "
            "renew it, then try again."
        ),
        "maintenance": _(
            "Your store says that it is under maintenance. Try again when it is open."
        ),
        "broken": _(
            "Your store answers with an error of its own. Open it in your browser; if it is "
            "broken there too, ask the company that hosts your store."
        ),
        "barred": _(
            "Your store turns us away before we could ask. A security plugin or the "
            "firewall of the company that hosts your store may have to let apps reach /wp-json/."
        ),
        "firewall": _(
            "A firewall or security plugin stands before your store and turns apps away. Send "
            "these words to the company that hosts your store: “Please allow GET, POST, PUT and "
            "DELETE requests to %(names)s without a captcha or challenge page, for requests that "
            "carry a %(platform)s API key.” Then try again.",
            **told,
        ),
        "unreadable": _(
            "Your store answers, but not with anything that can be read. A plugin may add text to "
            "its answers: switch off the display of PHP notices (WP_DEBUG_DISPLAY) or ask the "
            "company that hosts your store, then try again."
        ),
        "permalinks": _(
            "Your store has plain permalinks, and apps cannot log in with those. Choose another "
            "kind under Settings, Permalinks, then try again."
        ),
        "not_a_shop": _(
            "No %(platform)s store answers at this address. Copy it from your browser when your "
            "store is open.",
            **told,
        ),
        "no_plugin": _(
            "This is WordPress, but %(platform)s is not active on it. Activate it, or write the "
            "address of your store.",
            **told,
        ),
        "too_old": _("Your %(platform)s is too old for apps. Update it, then try again.", **told),
    }


def _of_access(told: dict[str, str]) -> dict[str, str]:
    return {
        "header": _(
            "Your store never saw the key: its server removes the Authorization header. Send "
            "these words to the company that hosts your store: “Please pass the Authorization "
            "header on to PHP.” On Apache, this line at the top of .htaccess does it: %(line)s "
            "Then connect again.",
            line=AUTHORIZATION_LINE,
        ),
        "read_only": _(
            "The key that your store has sent may only read. Connect again, and let it read and "
            "write."
        ),
        "rights": _(
            "Rights are missing that are needed: %(names)s. Connect again, and grant all that is "
            "asked for.",
            **told,
        ),
        "locked": _(
            "Your store did not accept the key that it had just made. Connect again, logged in "
            "there as an administrator or shop manager."
        ),
        "denied": _("You did not agree in your store, so nothing was connected."),
        "taken": _(
            "This store cannot be connected here: it is in use already. If it is yours, ask the "
            "shop that you sell on."
        ),
    }


def rights(codes: Iterable[str]) -> list[str]:
    """What the store's owner is asked to grant."""
    said = {
        "read_products": _("See your products, to find yours by their SKU"),
        "write_orders": _("See orders and create new ones, as they are sold on the marketplace"),
        "write_order_edits": _("Change those orders when the buyer's order is changed"),
        "read_fulfillments": _("See what you have shipped, with its tracking"),
        "read_write": _(
            "Read and write everything of the shop: it knows no smaller right. Used are products "
            "(read), orders (read and create) and webhooks; customers and coupons never are."
        ),
    }
    return [str(said[code]) for code in codes]


def limits(codes: Iterable[str]) -> list[str]:
    """What this one store cannot do as it is set up, and what would help."""
    said = {
        "no_tracking": _(
            "Your store has no place for tracking numbers. Orders that you complete are told as "
            "shipped without one; with a plugin for shipment tracking they come along."
        ),
        "slow_look_up": _(
            "This version finds an order of ours only by looking through the recent ones. An "
            "update makes that quicker."
        ),
        "old_storage": _(
            "Orders are still kept among the posts, which makes large stores slow. Your store "
            "offers high-performance order storage in its settings."
        ),
        "no_tls": _("Your store is called without https, as the operator allows."),
    }
    return [str(said[code]) for code in codes if code in said]


def cannot_read(access: StoreAccess) -> Told | None:
    """Why the store could not be read for some minutes, and what helps; None where it can be."""
    trouble = store_health.trouble(access, clock.now())
    if trouble is None:
        return None
    can = stores.capabilities(access.platform)
    return troubles.for_vendor(trouble, can, access.address, _)


def trouble(outcome: str, access: StoreAccess) -> str:
    """The last call that went wrong, as its owner would put it; while reading fails, for the reason
    that it fails for."""
    if outcome == "busy" and access.failing_since is not None:
        can = stores.capabilities(access.platform)
        return troubles.for_vendor(Trouble(access.failing_code), can, access.address, _).happened
    said = {
        "busy": _("The store did not answer as it should. We ask again automatically."),
        "refused": _("The store did not take what was sent. The marketplace sees why."),
        "locked": _("The store denied us access."),
        "unknown": _("The store's answer was lost. We look up what became of it automatically."),
    }
    return str(said[outcome])
