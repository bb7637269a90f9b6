"""The words of each mail: one letter, in two shapes.

The sentences stand here once and are translated by a catalogue, like those of the pages: a set of
templates for each language would have each layout in as many copies, in text and in HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.dates import format_date
from babel.support import NullTranslations
from jinja2 import Environment, FileSystemLoader, select_autoescape

import stores
from orderflow import translations
from orderflow.members.mails import Notice

HERE = Path(__file__).parent
CATALOGUES = HERE / "translations"


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says; ``rows`` are (text, link) of a list, ``button`` (label, link)."""

    subject: str
    paragraphs: tuple[str, ...]
    rows: tuple[tuple[str, str], ...] = ()
    after: tuple[str, ...] = ()
    button: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """Ready to be sent."""

    subject: str
    text: str
    html: str


def write(notice: Notice, portal_url: str, link: str) -> Letter:
    """``link`` is where the reader goes from the letter."""
    tongue = translations.read((CATALOGUES,), notice.language, "mail")
    words = WRITERS[notice.kind](notice, tongue, portal_url, link)
    told = {
        "words": words,
        "language": notice.language,
        "footer": _footer(notice, tongue),
    }
    text, html = (
        _paper().get_template(f"letter.{shape}").render(told) for shape in ("txt", "html")
    )
    return Letter(words.subject, text, html)


def _footer(notice: Notice, tongue: NullTranslations) -> str:
    if not notice.shop:
        return tongue.gettext("Sent by Sluice.")
    return tongue.gettext("Sent by Sluice for %(shop)s.") % {"shop": notice.shop}


@cache
def _paper() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates" / "mail"),
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


Tongue = NullTranslations


def _order(notice: Notice, tongue: Tongue, portal_url: str, link: str) -> Words:
    told = {"number": notice.values["number"], "shop": notice.shop}
    rows = [
        (f"{quantity} × {title}" + (f" ({sku})" if sku else ""), "")
        for quantity, title, sku in notice.values["lines"]
    ]
    return Words(
        tongue.gettext("New order %(number)s from %(shop)s") % told,
        (tongue.gettext("%(shop)s has a new order for you: %(number)s.") % told,),
        (*rows, *_more(notice, tongue)),
        (tongue.gettext("What you need to ship it stands in the portal."),),
        (tongue.gettext("Open the order"), link),
    )


def _digest(notice: Notice, tongue: Tongue, portal_url: str, link: str) -> Words:
    orders = notice.values["orders"]
    count = len(orders) + notice.values["more"]
    told = {"shop": notice.shop, "count": count}
    rows = [
        (
            tongue.ngettext("%(number)s, %(pieces)s piece", "%(number)s, %(pieces)s pieces", pieces)
            % {"number": number, "pieces": pieces},
            f"{portal_url}{path}",
        )
        for number, pieces, path in orders
    ]
    return Words(
        tongue.ngettext(
            "%(count)s new order from %(shop)s", "%(count)s new orders from %(shop)s", count
        )
        % told,
        (tongue.gettext("These orders came in since the last digest:"),),
        (*rows, *_more(notice, tongue)),
        (),
        (tongue.gettext("See all orders"), link),
    )


def _more(notice: Notice, tongue: Tongue) -> list[tuple[str, str]]:
    count = notice.values["more"]
    return [(tongue.gettext("and %(count)s more") % {"count": count}, "")] if count else []


def _reconnect(notice: Notice, tongue: Tongue, portal_url: str, link: str) -> Words:
    platform = stores.capabilities(notice.values["platform"]).title
    told = {"shop": notice.shop, "store": notice.values["store"], "platform": platform}
    return Words(
        tongue.gettext("Please connect your store to %(shop)s again") % told,
        (
            tongue.gettext(
                "%(shop)s can no longer send orders to your store %(store)s (%(platform)s): it "
                "no longer accepts our access."
            )
            % told,
            tongue.gettext(
                "Your orders wait until you connect it again. Nothing is lost, and nothing is sent "
                "twice."
            ),
        ),
        button=(tongue.gettext("Connect again"), link),
    )


def _invitation(notice: Notice, tongue: Tongue, portal_url: str, link: str) -> Words:
    until = format_date(notice.values["until"], "long", locale=notice.language)
    told = {"shop": notice.shop, "date": until}
    return Words(
        tongue.gettext("%(shop)s invites you to its vendor portal") % told,
        (
            tongue.gettext(
                "%(shop)s sells your goods. In the portal you see your orders, say what you have "
                "shipped, and may connect your own store."
            )
            % told,
            tongue.gettext("The link works once, until %(date)s.") % told,
        ),
        after=(tongue.gettext("If you do not know %(shop)s, ignore this mail.") % told,),
        button=(tongue.gettext("Accept the invitation"), link),
    )


def _attention(notice: Notice, tongue: Tongue, portal_url: str, link: str) -> Words:
    values = notice.values
    refused, unknown = values["refused"], values["unknown"]
    flagged, parked = values["flagged"], values["parked"]
    counted = (
        (
            refused,
            tongue.ngettext(
                "%(count)s order was refused by a vendor's store",
                "%(count)s orders were refused by a vendor's store",
                refused,
            ),
        ),
        (
            unknown,
            tongue.ngettext(
                "%(count)s order was sent to a vendor's store and no answer came; we look for it",
                "%(count)s orders were sent to a vendor's store and no answer came; we look for "
                "them",
                unknown,
            ),
        ),
        (
            flagged,
            tongue.ngettext(
                "%(count)s thing is to be done by hand",
                "%(count)s things are to be done by hand",
                flagged,
            ),
        ),
        (
            parked,
            tongue.ngettext(
                "%(count)s other task was given up", "%(count)s other tasks were given up", parked
            ),
        ),
    )
    rows = [(text % {"count": count}, "") for count, text in counted if count]
    named = (
        (
            values["stuck"],
            tongue.gettext("Orders with parcels that your shop did not take: %(names)s"),
        ),
        (
            values["declined"],
            tongue.gettext("Orders with items that a vendor will not deliver: %(names)s"),
        ),
        (values["lost"], tongue.gettext("Vendors whose store we can no longer access: %(names)s")),
    )
    rows += [(text % {"names": ", ".join(names)}, "") for names, text in named if names]
    return Words(
        tongue.gettext("Orders of %(shop)s need your attention") % {"shop": notice.shop},
        (tongue.gettext("Something waits for you:"),),
        tuple(rows),
        (tongue.gettext("You are told once a day while this is so."),),
        (tongue.gettext("See what to do"), link),
    )


def _export(notice: Notice, tongue: Tongue, portal_url: str, link: str) -> Words:
    told = {"reference": notice.values["reference"], "count": notice.values["orders"]}
    return Words(
        tongue.gettext("A customer's data is ready for you to download"),
        (
            tongue.ngettext(
                "A customer of yours asked what is kept of them (request %(reference)s). All that "
                "Sluice keeps is collected, from %(count)s order.",
                "A customer of yours asked what is kept of them (request %(reference)s). All that "
                "Sluice keeps is collected, from %(count)s orders.",
                told["count"],
            )
            % told,
            tongue.gettext(
                "Download it in the app, under Privacy requests, within 30 days, and pass it on."
            ),
        ),
        button=(tongue.gettext("Open the app"), link),
    )


def _disconnected(notice: Notice, tongue: Tongue, portal_url: str, link: str) -> Words:
    told = {"vendor": notice.values["vendor"], "store": notice.values["store"]}
    return Words(
        tongue.gettext("%(vendor)s has disconnected its store") % told,
        (
            tongue.gettext(
                "%(vendor)s has disconnected its store %(store)s. Nothing is sent there any more, "
                "and what it still ships there is no longer followed."
            )
            % told,
            tongue.gettext(
                "Its orders wait until a store is connected again; until then %(vendor)s ships by "
                "hand in the portal, or you do it for it."
            )
            % told,
        ),
        button=(tongue.gettext("Open the app"), link),
    )


# -- to people of the portal -----------------------------------------------------------------------


def _staff_invitation(notice: Notice, tongue: Tongue, portal_url: str, link: str) -> Words:
    until = format_date(notice.values["until"], "long", locale=notice.language)
    told = {"shop": notice.shop, "vendor": notice.values["vendor"], "date": until}
    return Words(
        tongue.gettext("%(vendor)s invites you to its orders from %(shop)s") % told,
        (
            tongue.gettext("In the portal you see what %(vendor)s has to ship for %(shop)s.")
            % told,
            tongue.gettext("The link works once, until %(date)s.") % told,
        ),
        after=(tongue.gettext("If you do not know %(vendor)s, ignore this mail.") % told,),
        button=(tongue.gettext("Accept the invitation"), link),
    )


def _reset(notice: Notice, tongue: Tongue, portal_url: str, link: str) -> Words:
    return Words(
        tongue.gettext("Choose a new password"),
        (
            tongue.gettext("Somebody asked for a new password for your login to the portal."),
            tongue.gettext("The link works once, for an hour."),
        ),
        after=(tongue.gettext("If it was not you, ignore this mail: nothing has changed."),),
        button=(tongue.gettext("Choose a new password"), link),
    )


def _password_changed(notice: Notice, tongue: Tongue, portal_url: str, link: str) -> Words:
    return Words(
        tongue.gettext("Your password was changed"),
        (
            tongue.gettext(
                "Your login to the portal has a new password, and every other browser was logged "
                "out."
            ),
        ),
        after=(tongue.gettext("If it was not you, choose another password at once."),),
        button=(tongue.gettext("Choose a new password"), link),
    )


def _locked(notice: Notice, tongue: Tongue, portal_url: str, link: str) -> Words:
    return Words(
        tongue.gettext("Your login is locked for half an hour"),
        (
            tongue.gettext(
                "Somebody tried many wrong passwords or codes for your login to the portal. "
                "Nobody can log in to it for half an hour; browsers that are logged in stay so."
            ),
        ),
        after=(tongue.gettext("If it was you and you forgot the password, choose a new one."),),
        button=(tongue.gettext("Choose a new password"), link),
    )


WRITERS: Mapping[str, Callable[[Notice, Tongue, str, str], Words]] = {
    "order": _order,
    "digest": _digest,
    "reconnect": _reconnect,
    "invitation": _invitation,
    "attention": _attention,
    "export": _export,
    "disconnected": _disconnected,
    "staff_invitation": _staff_invitation,
    "reset": _reset,
    "password_changed": _password_changed,
    "locked": _locked,
}
