"""*What you receive*: what this merchant shares with the vendor, and how later changes come.

A made-up order goes through the same mask as every real one, so the page cannot tell anything else
than what happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, render_template
from flask_babel import gettext as _

from orderflow.db import db
from orderflow.mask import privacy
from orderflow.mask.cargo import merchant_card
from orderflow.mask.glimpse import KEY, REFERENCE
from orderflow.mask.privacy import Contact, MerchantCard
from orderflow.models import Vendor
from orderflow.rules import settings
from orderflow.rules.settings import Settings
from portal import scope
from stores.base import Address, SeenOrder

pages = Blueprint("portal_receiving", __name__, url_prefix="/portal/what-you-receive")


@dataclass(frozen=True, slots=True)
class Field:
    """What the buyer typed, and what the vendor gets of it: *shared*, *replaced* or *left_out*;
    what no buyer types is *added*."""

    label: str
    typed: str
    received: str

    @property
    def how(self) -> str:
        if not self.received:
            return "left_out"
        if not self.typed:
            return "added"
        return "shared" if self.received == self.typed else "replaced"


@pages.get("")
def show() -> str:
    vendor = scope.current().vendor
    values = settings.effective(db.session(), vendor.merchant_id, vendor.id).values
    return render_template(
        "portal/receiving.html",
        here=scope.current(),
        fields=fields(values, merchant_card(vendor.merchant)),
        shares_buyer=privacy.shares_buyer(values),
        changes=changes(values),
        kept_days=values.keep_personal_days,
        connected=_is_connected(vendor),
    )


def fields(values: Settings, card: MerchantCard) -> list[Field]:
    order = _order()
    seen = privacy.contact(order, values, card, KEY, reference=REFERENCE)
    typed = Contact(
        order.email,
        order.phone,
        order.note,
        order.attributes,
        order.shipping_address,
        order.billing_address,
        order.accepts_marketing,
    )
    return [
        Field(label, before, after)
        for (label, before), (_label, after) in zip(_told(typed), _told(seen), strict=True)
    ]


def _told(contact: Contact) -> list[tuple[str, str]]:
    delivery = contact.shipping_address or Address()
    return [
        (_("Name and company on the parcel"), _who(delivery)),
        (_("Street, city, postcode, country"), _where(delivery)),
        (_("Phone on the parcel"), delivery.phone),
        (_("E-mail"), contact.email),
        (_("Phone"), contact.phone),
        (_("Billing address"), _whole(contact.billing_address)),
        (_("Note"), contact.note),
        (_("Extra details"), ", ".join(f"{name}: {value}" for name, value in contact.attributes)),
        (_("Marketing consent"), str(_("Yes")) if contact.accepts_marketing else ""),
        (_("Payment's reference"), contact.payment_reference),
    ]


def _who(address: Address) -> str:
    name = f"{address.first_name} {address.last_name}".strip()
    return ", ".join(filter(None, (name, address.company)))


def _where(address: Address) -> str:
    city = f"{address.zip} {address.city}".strip()
    return ", ".join(filter(None, (address.address1, address.address2, city, address.country)))


def _whole(address: Address | None) -> str:
    if address is None:
        return ""
    return ", ".join(filter(None, (_who(address), _where(address), address.phone)))


def _order() -> SeenOrder:
    """Somebody who does not exist has bought."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    home = Address(
        first_name="Robin",
        last_name="Example",
        company="Example & Co",
        address1="1 Example Street",
        city="Ottawa",
        zip="K1A 0A1",
        province="ON",
        country="CA",
        phone="+1 613 555 0142",
    )
    return SeenOrder(
        id="1",
        name="#1001",
        updated_at=moment,
        placed_at=moment,
        currency="CAD",
        total=0,
        shipping=0,
        shipping_tax=0,
        payment="paid",
        lines=(),
        note=_("Please ring twice. Robin"),
        email="robin@example.com",
        phone="+1 613 555 0142",
        attributes=((_("Engraving"), _("For Mum")),),
        shipping_address=home,
        billing_address=home,
        accepts_marketing=True,
    )


def changes(values: Settings) -> list[tuple[str, str]]:
    """(what happens at the merchant's, how the vendor learns of it)."""
    return [
        (_("The shop edits an order"), _edited(values)),
        (_("The shop cancels an order"), _cancelled(values)),
        (
            _("The shop refunds items"),
            _(
                "Refunded items that were not sent yet are left out. Of items that were sent "
                "already the shop tells you itself; no money moves in your store."
            ),
        ),
    ]


def _edited(values: Settings) -> str:
    if values.line_edits == "apply":
        return str(
            _(
                "The order in your store is edited where your platform can and nothing has "
                "shipped; else you are told what to change."
            )
        )
    return str(
        _(
            "What was not sent yet is sent as it stands then. An order that was sent is not "
            "changed in your store; the shop tells you what to change."
        )
    )


def _cancelled(values: Settings) -> str:
    if values.restock_on_cancel:
        return str(_("The order in your store is cancelled, and its goods go back into stock."))
    return str(_("The order in your store is cancelled; its goods are not put back into stock."))


def _is_connected(vendor: Vendor) -> bool:
    return any(each.disconnected_at is None for each in vendor.connections)
