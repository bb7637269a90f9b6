"""What a flag asks of a person, and the fields of an order by name, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _later

from orderflow.book import flags
from orderflow.models import Conflict, Flag
from orderflow.read.story import PartStory
from orderflow.upkeep import conflict
from stores.texts import Counted, _n
from webapp import telling
from webapp.filters import amount, money, quoted
from webapp.language import counted

FIELDS: Mapping[str, str] = {
    "email": _later("e-mail"),
    "phone": _later("phone"),
    "note": _later("note"),
    "tags": _later("tags"),
    "attributes": _later("extra details"),
    "shipping_address": _later("delivery address"),
    "accepts_marketing": _later("marketing consent"),
}

FLAGS: Mapping[str, str | Counted] = {
    "change_by_hand": _later(
        "Change %(title)s (%(sku)s) in %(number)s by hand, there and in what is packed: from "
        "%(was)s to %(now)s."
    ),
    "price_by_hand": _later(
        "You changed what %(title)s (%(sku)s) costs: in %(number)s it still costs %(was)s instead "
        "of %(now)s. Ask the vendor to change it, or agree on the amount."
    ),
    "vendor_changed_lines": _n(
        "The vendor's store has %(now)s piece of %(title)s (%(sku)s); you sent %(was)s. Ask the "
        "vendor whether that is meant; then edit your order, or have theirs corrected.",
        "The vendor's store has %(now)s pieces of %(title)s (%(sku)s); you sent %(was)s. Ask the "
        "vendor whether that is meant; then edit your order, or have theirs corrected.",
        by="now",
    ),
    "fields_by_hand": _later(
        "The vendor's store refused your edit. Ask the vendor to change %(fields)s in %(number)s "
        "by hand."
    ),
    "address_after_shipping": _later(
        "You changed the delivery address after everything had left. Call the vendor or the "
        "carrier."
    ),
    "conflict": _later(
        "You and the vendor both changed this: %(field)s. Choose whose value is kept."
    ),
    "not_passed_on": _later(
        "Your edits are not passed on to the vendor's order while order sync or the vendor is "
        "switched off, or the store disconnected."
    ),
    "cancelled_too_late": _n(
        "The cancellation of %(number)s came too late: %(count)s piece had left. Call the vendor "
        "or the carrier if it should come back.",
        "The cancellation of %(number)s came too late: %(count)s pieces had left. Call the vendor "
        "or the carrier if they should come back.",
    ),
    "cancel_by_hand": _later(
        "The vendor's store did not cancel %(number)s. Ask the vendor to cancel it by hand."
    ),
    "vendor_cancelled": _later(
        "The vendor cancelled or deleted %(number)s in their store. Ask them why; then cancel or "
        "refund your order, or send it again."
    ),
    "edited_after_vendor_cancelled": _later(
        "You edited this order after the vendor had cancelled or deleted %(number)s in their "
        "store. Tell the vendor, or send it again."
    ),
    "vendor_refunded": _later(
        "The vendor gave all the money of %(number)s back in their store before anything was "
        "shipped. Ask them why; then cancel or refund your order, or send it again."
    ),
    "refunded_after_shipping": _later(
        "The vendor gave all the money of %(number)s back in their store, though goods are under "
        "way. Ask them why; refund the buyer too, or agree with the vendor on the amount."
    ),
    "status_unknown": _later(
        "%(number)s has a tracking number and the status “%(status)s” in the vendor's store. If "
        "that status means shipped, add it to the statuses of the store on the vendor's page; the "
        "buyer is told then."
    ),
    "refund_the_buyer": _later(
        "The vendor cancelled or deleted %(number)s, and so this shipment is cancelled. Give the "
        "buyer the money back in your shop."
    ),
    "lives_again": _later(
        "%(number)s was cancelled, but is open again in the vendor's store. Ask the vendor to "
        "cancel it."
    ),
    "shipped_after_cancel": _n(
        "The vendor shipped %(count)s piece of %(number)s after it was cancelled. Agree with them "
        "on what happens to the parcel.",
        "The vendor shipped %(count)s pieces of %(number)s after it was cancelled. Agree with them "
        "on what happens to the parcel.",
    ),
    "refund_by_hand": _later(
        "You gave the buyer money back (%(amount)s). Agree with the vendor on what of it goes off "
        "%(number)s; it is not refunded there."
    ),
    "payment_by_hand": _later(
        "The buyer has paid since %(number)s was sent, and the vendor's store did not take the "
        "note about it. Tell the vendor, or try again."
    ),
    "sent_elsewhere": _n(
        "%(count)s piece that the vendor was sent was fulfilled in your shop or by another app. "
        "Tell the vendor not to ship it again.",
        "%(count)s pieces that the vendor was sent were fulfilled in your shop or by another app. "
        "Tell the vendor not to ship them again.",
    ),
    "waits_for_release": _n(
        "The vendor shipped %(count)s piece that your shop has on hold. Release it in your shop: "
        "the buyer is told then.",
        "The vendor shipped %(count)s pieces that your shop has on hold. Release them in your "
        "shop: the buyer is told then.",
    ),
    "store_total": _later(
        "The vendor's store made the total of %(number)s %(got)s; you sent %(asked)s. Agree with "
        "the vendor on the amount."
    ),
    "store_tax": _later(
        "The vendor's store made the tax of %(number)s %(got)s; you sent %(asked)s. Ask the vendor "
        "to check the tax settings of their store."
    ),
    "store_currency": _later(
        "The vendor's store keeps %(number)s in %(got)s; you sent it in %(asked)s. Agree with the "
        "vendor on the amount."
    ),
    "store_quantity": _n(
        "The vendor's store has %(got)s piece of %(title)s in %(number)s; you sent %(asked)s. Ask "
        "the vendor to correct it.",
        "The vendor's store has %(got)s pieces of %(title)s in %(number)s; you sent %(asked)s. Ask "
        "the vendor to correct it.",
        by="got",
    ),
    "store_pieces": _n(
        "The vendor's store has %(got)s piece in %(number)s; you sent %(asked)s. Ask the vendor "
        "to correct it.",
        "The vendor's store has %(got)s pieces in %(number)s; you sent %(asked)s. Ask the vendor "
        "to correct it.",
        by="got",
    ),
    "store_address": _later(
        "The delivery address of %(number)s in the vendor's store is not the one that you sent. "
        "Ask the vendor to check it before they ship."
    ),
    "store_refund": _later(
        "The vendor's store refunded %(got)s in %(number)s; %(asked)s were to be refunded. Agree "
        "with the vendor on the difference."
    ),
    "shipped_twice": _n(
        "The vendor shipped %(count)s piece more than your order still had open. Your shop was not "
        "told of it. Agree with the vendor on what happens to the parcel.",
        "The vendor shipped %(count)s pieces more than your order still had open. Your shop was "
        "not told of them. Agree with the vendor on what happens to the parcel.",
    ),
}
"""By a flag's code: what is to be done, with exactly what to change."""


def flag(code: str, details: Mapping[str, Any]) -> str:
    """A code that came with a newer version of the app is shown as it is."""
    text = FLAGS.get(code)
    told = counted(text, details) % _Told(details) if text else code
    words = details.get("words")
    return f"{told} {_('The store said: “%(words)s”', words=quoted(words))}" if words else told


def place(row: Flag, told: PartStory) -> tuple[str, str] | None:
    """(address, label) of the page on which what is flagged is put right; None where there is
    none."""
    pushes = {push.id: push for push in told.pushes}
    if row.code != "status_unknown" or row.push_id not in pushes:
        return None
    anchor = f"statuses-{pushes[row.push_id].connection.public_id}"
    address = url_for("vendors.show", public_id=told.part.vendor.public_id, _anchor=anchor)
    return address, str(_("Statuses of this store"))


class _Told(dict[str, str]):
    """Details as words; one that is missing is a dash."""

    def __init__(self, details: Mapping[str, Any]) -> None:
        super().__init__({name: _word(name, value) for name, value in details.items()})
        if "fields" in details:
            self["fields"] = fields(details["fields"])
        if "currency" in details:
            self["amount"] = money(details["amount"], details["currency"])
        if "field" in details:
            self["field"] = field(details["field"])

    def __missing__(self, name: str) -> str:
        return "–"


def _word(name: str, value: Any) -> str:
    text = str(value)
    return (amount(text) if name in ("asked", "got") else text) or "–"


def fields(names: Iterable[str]) -> str:
    return ", ".join(field(name) for name in names)


def field(name: str) -> str:
    """A field as a ``Conflict`` or an ``Amendment`` names it."""
    group, _dot, own = name.partition(".")
    if name.startswith("line:"):
        return str(_("the number of pieces"))
    if group == "attributes" and own:
        return str(_("extra detail %(name)s", name=quoted(own)))
    if group == "tags" and own:
        return str(_("tag %(name)s", name=quoted(own)))
    return str(FIELDS.get(name, name))


def verdict(row: Conflict) -> str:
    """Whose value is kept, and who said so."""
    if row.settled_by == flags.BY_ITSELF:
        return str(_("overtaken by a later edit"))
    whose = _("yours is kept") if row.verdict == Conflict.MERCHANT else _("the vendor's is kept")
    if row.settled_by == conflict.SETTING:
        return str(_("%(whose)s, as set", whose=whose))
    return str(_("%(whose)s, says %(who)s", whose=whose, who=telling.who(row.settled_by)))
