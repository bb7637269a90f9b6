"""The timeline as sentences in the reader's language, one for each code that is ever told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _later
from flask_babel import ngettext

from orderflow.models import TimelineEvent
from stores.texts import Counted, _n
from webapp import flagged, sentences
from webapp.filters import amount, money, quoted
from webapp.language import counted

EVENTS: Mapping[str, str | Counted] = {
    "recorded": _later("Order received."),
    "older_sight_ignored": _later("An older state of the order came late and was ignored."),
    "payment_changed": _later("The payment status changed from %(was)s to %(now)s."),
    "cancelled_in_marketplace": _later("The order was cancelled in the shop."),
    "fulfilment_changed": _later("Fulfilment status in your shop: %(now)s."),
    "line_changed_after_push": _later(
        "An item (%(sku)s) was changed in the shop after it had been pushed."
    ),
    "decided": _later("Checked again."),
    "decided:push": _later("Ready to be sent."),
    "decided:wait": _later("Waiting: %(reasons)s."),
    "decided:hold": _later("On hold: %(reasons)s."),
    "decided:skip": _later("Not sent: %(reasons)s."),
    "state_changed": _later("%(was)s → %(now)s"),
    "push_stopped": _later("The push was stopped before it was sent."),
    "placed": _later("Created in the vendor's store as %(number)s."),
    "order_compared": _later("%(number)s was compared with what was sent."),
    "answer_rounded": _later(
        "The vendor's store rounded %(asked)s to %(got)s in %(number)s: it keeps fewer decimals."
    ),
    "outcome_unknown": _later(
        "It was sent and no trustworthy answer came (%(reason)s). The store is asked for it."
    ),
    "looked_in_vain": _n(
        "The store was asked %(looks)s time and has no such order, so it is sent again.",
        "The store was asked %(looks)s times and has no such order, so it is sent again.",
        by="looks",
    ),
    "store_busy": _later("The store was busy: %(words)s"),
    "store_locked": _later("The store denied us access: %(words)s"),
    "refused": _later("The store refused it: %(words)s"),
    "given_up": _later("After two days of trying it was given up: %(words)s"),
    "surplus_cancelled": _later(
        "A second order (%(number)s) stood in the vendor's store and was cancelled there."
    ),
    "vendor_order_gone": _later("%(number)s is cancelled or deleted in the vendor's store."),
    "vendor_order_back": _later("%(number)s was reopened in the vendor's store."),
    "parcel_seen": _later("The vendor shipped a parcel: %(pieces)s."),
    "parcel_changed": _later("The vendor changed a parcel: %(pieces)s."),
    "parcel_delivered": _later("The vendor's store says that a parcel arrived: %(pieces)s."),
    "parcel_withdrawn": _later("The vendor took a parcel back."),
    "reported": _later("The shop was told what has shipped."),
    "report_withdrawn": _later("The fulfilment was taken back in the shop."),
    "report_corrected": _later("The tracking was corrected in the shop."),
    "fulfilled_elsewhere": _later(
        "The shop did not take %(pieces)s: they are fulfilled already, or removed."
    ),
    "report_refused": _later("The shop refused to take the fulfilment: %(words)s"),
    "vendor_mailed": _later("Vendor notified by e-mail."),
    "mail_refused": _later("The mail to the vendor was refused."),
    "buyer_forgotten": _later("The buyer's data were removed from this order."),
    "released": _later("It was released before its time."),
    "tried_again": _later("It was tried again by hand."),
    "pushed_although_held": _later("Sent anyway, although on hold: %(reasons)s."),
    "forbidden": _later("It was decided that this vendor shipment is not to be pushed."),
    "allowed_again": _later("It may be pushed again."),
    "sent_again": _later("It was sent again by hand; before, it was %(number)s."),
    "shipped_by_merchant": _later("It was shipped on the vendor's behalf: %(pieces)s."),
    "shipped_by_vendor": _later("The vendor said in the portal what has shipped: %(pieces)s."),
    "line_declined": _later("The vendor will not deliver %(sku)s."),
    "line_taken_back": _later("The vendor delivers %(sku)s after all."),
    "shipment_corrected": _later("A shipment typed in by hand was corrected: %(pieces)s."),
    "shipment_withdrawn": _later("A shipment typed in by hand was withdrawn."),
    "lines_follow": _later("The items follow into %(number)s, which stands there already."),
    "fields_written": _later("Your edits were written into the vendor's order: %(fields)s."),
    "fields_left_out": _later(
        "The vendor's platform does not keep these fields, so they were not changed: %(fields)s."
    ),
    "lines_written": _later("The items of the vendor's order were changed: %(changes)s."),
    "prices_written": _later("The prices of the vendor's order were changed: %(changes)s."),
    "change_unknown": _later(
        "An edit was sent and no trustworthy answer came (%(reason)s). It is sent again as it was."
    ),
    "change_refused": _later("The vendor's store refused the edit: %(words)s"),
    "change_given_up": _later("After two days of trying the edit was given up: %(words)s"),
    "cancelled_there": _later("%(number)s was cancelled in the vendor's store."),
    "cancel_requested": _later(
        "The vendor's store was asked to cancel %(number)s. It does so in its own time."
    ),
    "cancel_too_late": _n(
        "%(number)s could not be cancelled any more: %(count)s piece had left.",
        "%(number)s could not be cancelled any more: %(count)s pieces had left.",
    ),
    "cancel_refused": _later("%(number)s could not be cancelled: %(words)s"),
    "cancel_unknown": _later(
        "No trustworthy answer came to the cancellation of %(number)s (%(reason)s). It is asked "
        "again."
    ),
    "refunded_there": _later("%(amount)s were refunded in %(number)s in the vendor's store."),
    "refund_refused": _later("The vendor's store did not refund %(number)s: %(words)s"),
    "refund_unknown": _later(
        "No trustworthy answer came to the refund of %(number)s (%(reason)s). It is asked again."
    ),
    "payment_told": _later("The vendor was told in %(number)s that it is paid."),
    "payment_not_told": _later(
        "The vendor could not be told in %(number)s that it is paid: %(words)s"
    ),
    "fulfilled_in_shop": _later("It was fulfilled in your shop or by another app: %(pieces)s."),
    "conflict_met": _later("You and the vendor both changed this: %(field)s."),
    "conflict_settled": _later("It was decided whose value is kept: %(field)s."),
    "flag_raised": _later("Flagged: %(flag)s"),
    "flag_changed": _later("What is flagged has changed: %(flag)s"),
    "flag_settled": _later("No longer needed: %(flag)s"),
    "flag_done": _later("Marked as done: %(flag)s"),
}


def sentence(event: TimelineEvent) -> str:
    """What happened. A code that came with a newer version of the app is shown as it is."""
    details = event.details or {}
    code = f"{event.code}:{details['verdict']}" if "verdict" in details else event.code
    text = EVENTS.get(code) or EVENTS.get(event.code)
    return counted(text, details) % _Shown(details) if text else event.code


class _Shown(dict[str, str]):
    """The details of an event as words; one that is missing is a dash."""

    def __init__(self, details: Mapping[str, Any]) -> None:
        super().__init__({name: _word(details[name], name) for name in details})
        if "currency" in details:
            self["amount"] = money(details["amount"], details["currency"])
        if "words" in details:
            self["reason"] = self["words"].removesuffix(".")
        if "flag" in details:
            self["flag"] = flagged.flag(details["flag"], details)
        for made, (name, make) in MADE.items():
            if name in details:
                self[made] = make(details[name])

    def __missing__(self, name: str) -> str:
        return "–"


def _word(value: Any, name: str) -> str:
    text = str(value)
    if name in ("was", "now"):
        return sentences.state(text) if text in sentences.STATES else sentences.word(text) or "–"
    if name in ("asked", "got"):
        text = amount(text)
    return (quoted(text) if name == "words" else text) or "–"


def _pieces(lines: Mapping[str, int]) -> str:
    count = sum(lines.values())
    return str(ngettext("%(num)s piece", "%(num)s pieces", count))


def _changes(lines: Iterable[Mapping[str, Any]]) -> str:
    told = (f"{line['title']} {line['was']} → {line['now']}" for line in lines)
    return ", ".join(told)


def _reasons(codes: Any) -> str:
    return sentences.obstacles(codes)


MADE: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "pieces": ("lines", _pieces),
    "reasons": ("obstacles", _reasons),
    "number": ("numbers", ", ".join),
    "fields": ("fields", flagged.fields),
    "field": ("field", flagged.field),
    "changes": ("changes", _changes),
}
"""Words made of a detail of another name."""
