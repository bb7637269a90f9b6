"""What a WooCommerce site says, as typed values (REST v3; recorded on 8.2.2, 10.5.0 and 10.9.2).

Every field passes ``stores.boundary``. Lists whose entries decide what an order is (items, fees,
refunds) must be readable whole; marks that plugins add (``meta_data``) are read entry by entry.
Amounts are decimals in the order's currency, without tax where the name does not say otherwise.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import field_validator

from stores import boundary
from stores.base import KEY_ATTRIBUTE
from stores.boundary import Told

KEY = KEY_ATTRIBUTE
LINE = "_sluice_line"
"""Meta keys of an order and of its items. A leading underscore hides an order's from people; an
item's is hidden from them where its value is no text or number."""


class Meta(Told):
    """A named value that the store or a plugin keeps; ``value`` has whatever shape it was given."""

    key: boundary.Text = ""
    value: Any = None


class Marked(Told):
    """Anything that carries meta."""

    meta_data: boundary.Loose[Meta] = []

    def raw_meta(self, key: str) -> Any:
        """The value as the site keeps it, None without it: read it by a model or by ``entries``."""
        return next((each.value for each in self.meta_data if each.key == key), None)

    def meta(self, key: str) -> str:
        """The value of a text, ``""`` without it or for anything that is no text."""
        value = self.raw_meta(key)
        return boundary.text(value, boundary.LONG) if isinstance(value, str | int) else ""


class Charged(Marked):
    """What costs something in an order; in a refund, its amounts are negative."""

    id: boundary.Whole
    total: boundary.Amount = boundary.NOTHING
    total_tax: boundary.Amount = boundary.NOTHING


class Item(Charged):
    """A line of an order or of a refund; in a refund, quantities are negative too."""

    name: boundary.Text = ""
    sku: boundary.Text = ""
    product_id: boundary.Whole = 0
    variation_id: boundary.Whole = 0
    quantity: boundary.Whole = 0
    tax_class: boundary.Text = ""
    subtotal: boundary.Amount = boundary.NOTHING

    @property
    def key(self) -> str:
        """Our key of this line, ``""`` for a line that the vendor added. Orders from before hold
        it as text; now it is the only entry of a list (see ``compose``)."""
        value = self.raw_meta(LINE)
        if isinstance(value, list | dict):
            value = next(iter(boundary.entries(value)), "")
        return boundary.text(value, boundary.LONG) if isinstance(value, str | int) else ""


class Fee(Charged):
    name: boundary.Text = ""


class ShippingLine(Charged):
    method_title: boundary.Text = ""


class Contact(Told):
    """``billing`` or ``shipping`` of an order."""

    first_name: boundary.Text = ""
    last_name: boundary.Text = ""
    company: boundary.Text = ""
    address_1: boundary.Text = ""
    address_2: boundary.Text = ""
    city: boundary.Text = ""
    state: boundary.Text = ""
    postcode: boundary.Text = ""
    country: boundary.Text = ""
    phone: boundary.Text = ""
    email: boundary.Text = ""


class RefundTotal(Told):
    """A refund as its order tells it: the sum only, negative."""

    id: boundary.Whole
    total: boundary.Amount = boundary.NOTHING


class Refund(Told):
    """``amount`` is positive; the totals of its items are negative."""

    id: boundary.Id
    amount: boundary.Amount = boundary.NOTHING
    reason: boundary.Text = ""
    line_items: boundary.Listing[Item] = []
    fee_lines: boundary.Listing[Fee] = []

    @property
    def is_ours(self) -> bool:
        """Whether we made it: our refunds bear the key of the change that they carry out."""
        return self.reason.endswith("]") and "[SC-" in self.reason


class OrderHead(Marked):
    """The fields of an order by which it is known again. Asked for with ``_fields=HEAD``."""

    id: boundary.Whole
    number: boundary.Text = ""
    status: boundary.Text = ""
    created_via: boundary.Text = ""
    date_created_gmt: boundary.MomentOrNone = None

    def is_ours(self, key: str) -> bool:
        """Whether it is the order that was created under ``key``, by the mark of ours or, where
        a plugin hides marks, by what created it (kept from WooCommerce 9.9 on)."""
        return self.meta(KEY) == key or self.created_via.lower() == key.lower()


HEAD = "id,number,status,created_via,date_created_gmt,meta_data"


class ShipmentItem(Told):
    order_item_id: boundary.Whole = 0
    quantity: boundary.Pieces = 0


class Shipment(Told):
    """A parcel in the order's own field of the plugin Shiptastic (since 2019; tried by its code,
    https://github.com/vendidero/shiptastic-for-woocommerce)."""

    id: boundary.Id = ""
    status: boundary.Text = ""
    type: boundary.Text = ""
    tracking_id: boundary.Text = ""
    tracking_url: boundary.Text = ""
    shipping_provider: boundary.Text = ""
    shipping_provider_title: boundary.Text = ""
    date_sent_gmt: boundary.MomentOrNone = None
    items: boundary.Loose[ShipmentItem] = []


class Order(OrderHead):
    currency: boundary.Text = ""
    prices_include_tax: boundary.Flag = False
    total: boundary.Amount = boundary.NOTHING
    total_tax: boundary.Amount = boundary.NOTHING
    customer_note: boundary.LongText = ""
    payment_method: boundary.Text = ""
    date_modified: boundary.MomentOrNone = None
    date_modified_gmt: boundary.Moment
    date_completed_gmt: boundary.MomentOrNone = None
    billing: Contact = Contact()
    shipping: Contact = Contact()
    line_items: boundary.Listing[Item]
    fee_lines: boundary.Listing[Fee] = []
    shipping_lines: boundary.Listing[ShippingLine] = []
    refunds: boundary.Listing[RefundTotal] = []
    shipments: boundary.Loose[Shipment] = []

    @field_validator("line_items", mode="before")
    @classmethod
    def _items_are_told(cls, told: Any) -> Any:
        """An order whose items are left out is not one without items."""
        if told is None or told == "":
            raise boundary.Unreadable("items are not told")
        return told

    def in_utc(self, told: datetime) -> datetime:
        """``told``, a time of the site's own clock, in UTC: the order's two clocks give the
        site's offset away. Without them it is taken for UTC."""
        if self.date_modified is None:
            return told
        return told - (self.date_modified - self.date_modified_gmt)


class Changed(Told):
    """Of an order in a list of changes: enough to know where in the list we are."""

    id: boundary.Whole
    date_modified_gmt: boundary.Moment


class Fulfilment(Marked):
    """A core fulfilment of an order (a feature since WooCommerce 10.1, off by default)."""

    id: boundary.Id
    is_fulfilled: boundary.Flag = False


class Note(Told):
    id: boundary.Whole
    note: boundary.LongText = ""


class Product(Told):
    """A variation is listed as a product of its own whose ``parent_id`` is the product."""

    id: boundary.Whole
    parent_id: boundary.Whole = 0
    type: boundary.Text = ""
    sku: boundary.Text = ""
    name: boundary.Text = ""
    global_unique_id: boundary.Text = ""
    manage_stock: boundary.Flag = False
    stock_quantity: boundary.Amount = boundary.NOTHING


class Webhook(Told):
    id: boundary.Whole
    name: boundary.Text = ""
    status: boundary.Text = ""
    topic: boundary.Text = ""
    delivery_url: boundary.Text = ""
