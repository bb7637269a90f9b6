"""*Help*: what the rules mean, in the order in which they are told."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext as _

from orderflow.rules import options
from orderflow.rules.options import Option

pages = Blueprint("helping", __name__)


@pages.get("/help")
def show() -> str:
    groups: dict[str, list[tuple[str, Option]]] = {}
    for name, option in options.OPTIONS.items():
        groups.setdefault(option.group, []).append((name, option))
    return render_template(
        "help.html",
        rules=rules(),
        groups=groups,
        titles=options.GROUPS,
    )


def rules() -> list[tuple[str, str, str]]:
    """(anchor, title, what it asks) in the order in which an order is judged."""
    return [
        ("rule-order-sync", _("Order sync"), _("Is Enable order sync on?")),
        ("rule-vendor", _("Vendor Store Sync"), _("Is it on for this vendor?")),
        ("rule-add-on", _("Add-on"), _("Is the Order Push add-on of the store's platform active?")),
        ("rule-store", _("Store"), _("Is the vendor's store connected, and does our access work?")),
        (
            "rule-paid",
            _("Payment"),
            _(
                "Is the order paid? Paid and partially refunded count. Cash on delivery and "
                "manual payments wait until somebody marks the order as paid; then it goes by "
                "itself."
            ),
        ),
        (
            "rule-mapped",
            _("Products"),
            _(
                "Are its items mapped to the vendor's products, or may they go without? Items "
                "that are held follow when they are mapped."
            ),
        ),
        (
            "rule-wanted",
            _("Still open"),
            _(
                "Orders that are cancelled, fully refunded or fulfilled, and items that need no "
                "shipping, are not pushed."
            ),
        ),
        ("rule-time", _("Time"), _("Is the delay over, and is it time for the next round?")),
        ("rule-fraud", _("Risk"), _("Is the order on hold, or its risk high?")),
        ("rule-test", _("Test orders"), _("They go as test orders where the store has such.")),
    ]
