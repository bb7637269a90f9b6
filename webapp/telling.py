"""Settings and those who change them, in the reader's language."""

from __future__ import annotations

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from orderflow.book import history
from orderflow.members.people import PERSON
from orderflow.rules import settings
from orderflow.rules.options import OPTIONS
from orderflow.rules.preview import Preview
from orderflow.rules.settings import SettingError


def label(name: str) -> str:
    return str(_(OPTIONS[name].label)) if name in OPTIONS else name


def value(name: str, stored: bool | int | str | None) -> str:
    """A setting's value as its page words it."""
    if stored is None:
        return str(_("As set for all vendors"))
    if isinstance(stored, bool):
        return str(_("On") if stored else _("Off"))
    words = OPTIONS[name].words.get(str(stored)) if name in OPTIONS else None
    return str(_(words)) if words else str(stored) or str(_("Empty"))


def who(by: str) -> str:
    """Only the number of a staff member is known; the admin does not tell names."""
    if by.isdecimal():
        return str(_("Staff member %(number)s", number=by))
    if by.startswith(PERSON):
        return str(_("The vendor"))
    known = {
        history.ITSELF: _("Automatic"),
        history.OPERATOR: _("Operator"),
        history.VENDOR: _("The vendor"),
    }
    return str(known.get(by, by.capitalize()))


def error(wrong: SettingError) -> str:
    """What is wrong with a field, and what would be right."""
    if wrong.wanted == "number":
        least, largest = settings.limits(wrong.name)
        return str(
            _(
                "Write a whole number from %(least)s to %(largest)s.",
                least=least,
                largest=largest,
            )
        )
    if wrong.wanted == "text":
        return str(_("Write an e-mail address without a plus, or *@ and a domain of yours."))
    return str(_("Choose one of the answers."))


def release(preview: Preview) -> str:
    """What saving would push: orders first, for they are what people count."""
    if not preview.count:
        return str(_("No held order would be pushed."))
    shipments = shipments_of(preview.orders, preview.count)
    told = {"count": format_decimal(preview.orders), "shipments": shipments}
    if preview.more:
        return str(
            ngettext(
                "At least %(count)s held order%(shipments)s would be pushed.",
                "At least %(count)s held orders%(shipments)s would be pushed.",
                preview.orders,
                **told,
            )
        )
    return str(
        ngettext(
            "%(count)s held order%(shipments)s would be pushed.",
            "%(count)s held orders%(shipments)s would be pushed.",
            preview.orders,
            **told,
        )
    )


def how_many(orders: int, shipments: int) -> str:
    """``13 orders (18 vendor shipments)``."""
    told = ngettext("%(count)s order", "%(count)s orders", orders, count=format_decimal(orders))
    return f"{told}{shipments_of(orders, shipments)}"


def shipments_of(orders: int, shipments: int) -> str:
    """`` (18 vendor shipments)``, behind a number of orders; "" where each has one shipment."""
    if orders == shipments:
        return ""
    told = ngettext(
        "%(count)s vendor shipment",
        "%(count)s vendor shipments",
        shipments,
        count=format_decimal(shipments),
    )
    return f" ({told})"
