"""What a flag asks of a vendor, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask import url_for
from flask_babel import lazy_gettext as _later

from orderflow.models import Flag, Vendor
from portal.language import counted, price_told
from stores.texts import Counted, _n

BY_HAND: Mapping[str, str | Counted] = {
    "change_by_hand": _later(
        "Change %(title)s (%(sku)s) in %(number)s in your store, and in what you pack: from "
        "%(was)s to %(now)s."
    ),
    "price_by_hand": _later(
        "The shop changed what %(title)s (%(sku)s) costs from %(was)s to %(now)s, tax included. "
        "Change it in %(number)s in your store, or agree with the shop on the amount."
    ),
    "fields_by_hand": _later(
        "The shop changed this order, and your store did not take it. Change %(number)s there by "
        "hand to what stands on this page."
    ),
    "cancel_by_hand": _later(
        "The shop cancelled this order, and your store did not take it. Cancel %(number)s there by "
        "hand, and do not ship it."
    ),
    "payment_by_hand": _later(
        "The buyer has paid since this order was sent to you, and your store did not take the note "
        "about it. Write it down beside %(number)s there."
    ),
    "lives_again": _later(
        "%(number)s was cancelled, but is open again in your store. Cancel it there, and do not "
        "ship it."
    ),
    "store_quantity": _n(
        "Your store has %(got)s piece of %(title)s in %(number)s; the shop sent %(asked)s. "
        "Correct it there, and in what you pack.",
        "Your store has %(got)s pieces of %(title)s in %(number)s; the shop sent %(asked)s. "
        "Correct it there, and in what you pack.",
        by="got",
    ),
    "store_pieces": _n(
        "Your store has %(got)s piece in %(number)s; the shop sent %(asked)s. Correct it there, "
        "and in what you pack.",
        "Your store has %(got)s pieces in %(number)s; the shop sent %(asked)s. Correct it there, "
        "and in what you pack.",
        by="got",
    ),
    "store_address": _later(
        "The delivery address of %(number)s in your store is not the one that the shop sent. Use "
        "the one on this page."
    ),
    "sent_elsewhere": _n(
        "The shop has sent %(count)s piece of it itself. Do not ship it again.",
        "The shop has sent %(count)s pieces of it itself. Do not ship these again.",
    ),
}
TO_KNOW: Mapping[str, str | Counted] = {
    "status_unknown": _later(
        "%(number)s has a tracking number and the status “%(status)s” in your store. If that "
        "status means shipped, add it under Your stores; the buyer is told then."
    ),
    "cancelled_too_late": _n(
        "The shop cancelled this order when %(count)s piece of it had left. It may ask you to have "
        "it brought back.",
        "The shop cancelled this order when %(count)s pieces of it had left. It may ask you to "
        "have them brought back.",
    ),
    "address_after_shipping": _later(
        "The shop changed the delivery address after everything had left. It may ask you to call "
        "the carrier."
    ),
    "shipped_after_cancel": _later(
        "You shipped this order after the shop had cancelled it. Agree with the shop on what "
        "happens to the parcel."
    ),
    "store_total": _later(
        "Your store made the total of %(number)s %(got)s; the shop sent %(asked)s. Agree with it "
        "on the amount."
    ),
    "store_tax": _later(
        "Your store made the tax of %(number)s %(got)s; the shop sent %(asked)s. Check the tax "
        "settings of your store."
    ),
    "store_currency": _later(
        "Your store keeps %(number)s in %(got)s; the shop sent it in %(asked)s. Agree with it on "
        "the amount."
    ),
    "store_refund": _later(
        "Your store refunded %(got)s in %(number)s; the shop asked for %(asked)s. Agree with it on "
        "the difference."
    ),
    "shipped_twice": _n(
        "You shipped %(count)s piece more than the shop still had open. Agree with it on what "
        "happens to the parcel.",
        "You shipped %(count)s pieces more than the shop still had open. Agree with it on what "
        "happens to the parcel.",
    ),
}
"""Flags by code; what is not here is between the merchant and the app."""
FOR_VENDORS = frozenset({*BY_HAND, *TO_KNOW})


class _Told(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "–"


def statuses_page(flag: Flag, vendor: Vendor) -> str:
    """Where the vendor says which statuses of the store mean *shipped*."""
    connection = flag.push.connection if flag.push else None
    mine = connection is not None and connection.vendor_id == vendor.id
    anchor = f"statuses-{connection.public_id}" if connection and mine else None
    return url_for("portal_stores.show", _anchor=anchor)


def sentence(flag: Flag) -> str:
    text = BY_HAND.get(flag.code) or TO_KNOW[flag.code]
    figures = {name: price_told(str(flag.details.get(name, "–"))) for name in ("asked", "got")}
    return counted(text, flag.details) % _Told({**flag.details, **figures})
