"""Codes as sentences in the reader's language: states, what a rule says, why something cannot be
done. The rules' own sentences stand in ``orderflow.rules.reasons`` and are only translated here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _later

import stores
from orderflow.book import life
from orderflow.rules import reasons
from orderflow.rules.decide import Reason, Verdict
from stores.texts import Counted
from webapp.filters import moment
from webapp.language import counted

STATES: Mapping[str, tuple[str, str]] = {
    life.NEW: ("skip", _later("New")),
    life.WAITING: ("wait", _later("Waiting")),
    life.HELD: ("hold", _later("Held")),
    life.SKIPPED: ("skip", _later("Not pushed")),
    life.QUEUED: ("wait", _later("On its way")),
    life.UNKNOWN: ("stop", _later("Outcome unknown")),
    life.REFUSED: ("stop", _later("Refused")),
    life.PUSHED: ("go", _later("Pushed")),
    life.PARTLY_SHIPPED: ("go", _later("Partly shipped")),
    life.SHIPPED: ("go", _later("Shipped")),
    life.CANCELLED: ("skip", _later("Cancelled")),
}
"""For each state of a vendor's part: how its badge looks, and what it says."""

PAYMENTS: dict[str, str] = {
    "paid": _later("paid"),
    "partially_refunded": _later("partially refunded"),
    "pending": _later("pending"),
    "authorized": _later("authorized"),
    "partially_paid": _later("partially paid"),
    "voided": _later("voided"),
    "expired": _later("expired"),
    "refunded": _later("refunded"),
}

FULFILMENTS: dict[str, str] = {
    "partial": _later("partly fulfilled"),
    "fulfilled": _later("fulfilled"),
}

RISKS: dict[str, str] = {
    "none": _later("none"),
    "low": _later("low"),
    "medium": _later("medium"),
}

OBSTACLES: Mapping[str, str] = {
    "order_sync_off": _later("Order sync is off"),
    "vendor_sync_off": _later("Vendor Store Sync is off"),
    "add_on_inactive": _later("Add-on not active"),
    "not_connected": _later("No store connected"),
    "access_lost": _later("Access to the store lost"),
    "disconnected": _later("Store disconnected"),
    "not_paid": _later("Not paid"),
    "unmapped_lines": _later("Items not mapped"),
    "cancelled": _later("Order cancelled"),
    "refunded": _later("Order refunded"),
    "already_fulfilled": _later("Fulfilled already"),
    "buyer_forgotten": _later("Buyer's data removed"),
    "nothing_to_ship": _later("Needs no shipping"),
    "nothing_left_to_ship": _later("Nothing left to ship"),
    "test_order": _later("Test order"),
    "delayed": _later("Delay before push"),
    "next_round": _later("Next round of pushes"),
    "risk_not_read": _later("Risk not known yet"),
    "risk_pending": _later("Fraud analysis runs"),
    "high_risk": _later("High risk"),
    "on_hold": _later("On hold in the shop"),
    "reference_not_read": _later("Payment's reference not known yet"),
    "pickup_held": _later("Local pickup"),
    "local_held": _later("Local delivery"),
    "no_address": _later("No shipping address"),
    "declined": _later("Declined by the vendor"),
    "forbidden": _later("Not to be pushed"),
}
"""A few words for each obstacle, for lists and filters."""

IMPOSSIBLE: Mapping[str, str] = {
    "is_forbidden": _later("Somebody decided that it is not to be pushed. Take that back first."),
    "waits_for_no_time": _later("It does not wait for a time."),
    "nothing_failed": _later("Nothing has failed."),
    "on_its_way": _later("It is on its way to the vendor's store right now."),
    "is_over": _later("It is shipped or cancelled."),
    "not_held": _later("It is not on hold."),
    "is_in_store": _later("It is in the vendor's store already."),
    "not_forbidden": _later("Nobody has forbidden it."),
    "never_placed": _later("It has not been sent yet."),
    "may_live_still": _later(
        "The earlier order may still stand in the vendor's store. Look there first, then confirm "
        "that it is to be sent a second time."
    ),
    "why_is_missing": _later("Write down why."),
    "nothing_chosen": _later("Choose at least one order."),
    "changed_meanwhile": _later("Something has changed meanwhile. Look again, then confirm."),
    "cannot_ship_now": _later(
        "It cannot be shipped by hand now: it is on its way to the vendor's store, or cancelled."
    ),
}

SHIPMENT_ERRORS: Mapping[str, str] = {
    "pieces_negative": _later("Write a whole number, 0 or more."),
    "pieces_too_many": _later("That is more than is left to ship."),
    "pieces_shipped": _later("All of it has shipped already; see the shipments of the order."),
    "no_pieces": _later("Write for at least one item how many pieces are in the parcel."),
    "number_twice": _later("The same number stands here twice."),
    "number_known": _later("Another shipment of this order has that number already."),
    "number_formula": _later("This is a formula. Write the number itself."),
    "number_rounded": _later(
        "A spreadsheet has rounded this number, and its digits are lost. Take it from the label."
    ),
    "number_is_link": _later("This is a link. Write the number here, and the link below."),
    "numbers_too_long": _later("At most 20 numbers of 200 characters each."),
    "carrier_too_long": _later("At most 200 characters."),
    "no_link": _later("Write a whole address that begins with https://."),
    "one_link_many_numbers": _later("One link fits one number. Leave it empty with several."),
    "cannot_ship_now": IMPOSSIBLE["cannot_ship_now"],
}


@dataclass(frozen=True, slots=True)
class Check:
    """One rule's word as it stands on a page. ``remedy``: what would remove the obstacle."""

    reason: Reason
    said: str
    remedy: str

    @property
    def passes(self) -> bool:
        return self.reason.verdict is Verdict.PUSH and not self.reason.overridden


def check(reason: Reason) -> Check:
    remedy = str(_(reasons.REMEDIES[reason.remedy])) if reason.remedy else ""
    return Check(reason, said(reason), remedy)


def said(reason: Reason) -> str:
    """What the rule says, without what would remove the obstacle."""
    text = reasons.SENTENCES[reason.code]
    told = {
        "detail": word(reason.detail),
        "count": len(reason.lines),
        "until": moment(datetime.fromisoformat(reason.until)) if reason.until else "",
    }
    return (counted(text, told) if isinstance(text, Counted) else str(_(text))).format(**told)


def word(detail: str) -> str:
    """A state of payment, of fulfilment or of risk, or a platform; anything else as it is."""
    if detail in stores.platforms():
        return stores.capabilities(detail).title
    return str((PAYMENTS | FULFILMENTS | RISKS).get(detail, detail))


def state(code: str) -> str:
    return str(STATES[code][1]) if code in STATES else code


def obstacle(code: str) -> str:
    return str(OBSTACLES.get(code, code))


def obstacles(codes: Iterable[str]) -> str:
    return ", ".join(map(obstacle, codes))


def impossible(code: str) -> str:
    """Why an action is not possible (any more); the code may be an obstacle's too."""
    if code in IMPOSSIBLE:
        return str(IMPOSSIBLE[code])
    return str(_("Not possible: %(reason)s.", reason=obstacle(code)))


ACTIONS: Mapping[str, str] = {
    "push_now": _later("Push now"),
    "try_again": _later("Try again"),
    "push_although_held": _later("Send anyway"),
    "do_not_push": _later("Do not push"),
    "allow_push": _later("Allow the push again"),
    "send_again": _later("Send again"),
}
"""What a person may do with a vendor's part, in the order of the buttons."""

DONE: Mapping[str, str] = {
    "push_now": _later("Released"),
    "try_again": _later("Trying again"),
    "push_although_held": _later("On its way"),
    "do_not_push": _later("Will not be pushed"),
    "allow_push": _later("May be pushed again"),
    "send_again": _later("Being sent again"),
}


def action(code: str) -> str:
    return str(ACTIONS[code])


ATTEMPTS: Mapping[str, str] = {"create": _later("Create"), "look": _later("Look for it")}

OUTCOMES: Mapping[str, str] = {
    "": _later("no answer yet"),
    "placed": _later("it is there"),
    "unknown": _later("unknown"),
    "not found": _later("not there"),
    "refused": _later("refused"),
    "busy": _later("busy"),
    "locked": _later("access denied"),
}
"""What became of an attempt."""


def attempt(kind: str) -> str:
    return str(ATTEMPTS.get(kind, kind))


def outcome(code: str) -> str:
    return str(OUTCOMES.get(code, code))
