"""Models of the answers to our GraphQL documents (Shopify Admin API 2026-10): what they share.

``vendor_answers`` holds those about orders in a vendor's store, ``market_answers`` those about
orders of a marketplace, ``bodies`` those of webhook bodies.

Each model is named after what it holds, and its fields are those that the documents ask for. A
field that the schema promises has no default here: an answer without it is broken, which is neither
"there is none" nor "refused".
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from stores.boundary import (
    Amount,
    Flag,
    Id,
    Listing,
    LongText,
    Loose,
    Moment,
    MomentOrNone,
    Pieces,
    Text,
    Told,
    Unreadable,
    Whole,
    entries,
    text,
)

LONGEST_VALUE = 200_000
"""Characters of a value that is written back as it was read."""


def _given(value: Any) -> Any:
    if value is None or value == "":
        raise Unreadable("nothing was told")
    return value


def _wide(value: Any) -> str:
    return text(value, LONGEST_VALUE)


Given = BeforeValidator(_given)
Key = Annotated[Id, Field(min_length=1)]
Count = Annotated[Pieces, Given]
"""A number of pieces that must be told."""
Price = Annotated[Amount, Given]
Wide = Annotated[str, BeforeValidator(_wide)]
Nodes = Annotated[list[Any], BeforeValidator(lambda value: entries(_given(value)))]
Currency = Annotated[Text, Field(pattern=r"^[A-Z]{3}$")]


class Answer(Told):
    """A GraphQL object: ``some_field`` here is ``someField`` there."""

    model_config = ConfigDict(alias_generator=to_camel)


class Ref(Answer):
    """An object with a global id (``gid://shopify/Order/1``)."""

    id: Key

    @property
    def number(self) -> str:
        """The last part of the global id."""
        return self.id.partition("?")[0].rpartition("/")[2]


class PageInfo(Answer):
    has_next_page: Flag
    end_cursor: Annotated[str, BeforeValidator(lambda value: text(value, 2_000))] = ""


class Page(Answer):
    """A page of a connection. Its nodes are read one by one, so that one may be nonsense."""

    nodes: Nodes
    page_info: PageInfo


class Changed(Ref):
    """What every node of a list of changed orders tells, whatever else it holds."""

    updated_at: Moment


class Money(Answer):
    amount: Price


class Bag(Answer):
    """A MoneyBag, of which we use the shop's currency and never the buyer's."""

    shop_money: Money

    @property
    def amount(self) -> Decimal:
        return self.shop_money.amount


class Attribute(Answer):
    key: Text = ""
    value: LongText = ""


class WholeAttribute(Answer):
    """An attribute that is written back: not cut."""

    key: Wide = ""
    value: Wide = ""


class Place(Answer):
    """A MailingAddress."""

    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    address1: Text = ""
    address2: Text = ""
    city: Text = ""
    zip: Text = ""
    province: Text = ""
    province_code: Text = ""
    country: Text = ""
    country_code: Text = Field(default="", alias="countryCodeV2")
    phone: Text = ""


class TaxLine(Answer):
    price_set: Bag


# -- mutations -------------------------------------------------------------------------------------


class UserError(Answer):
    message: Text = ""
    field: Loose[Text] = Field(default_factory=list)
    code: Text = ""


class Payload(Answer):
    """What every mutation answers."""

    user_errors: Listing[UserError]


class CancelPayload(Payload):
    user_errors: Listing[UserError] = Field(alias="orderCancelUserErrors")
    job: Ref | None = None


class CreatedOrder(Ref):
    """What is only compared with what was asked has a default: an order stands in any case."""

    name: Text
    cancelled_at: MomentOrNone = None
    currency_code: Text = ""
    current_subtotal_line_items_quantity: Pieces | None = None
    current_total_price_set: Bag | None = None
    current_total_tax_set: Bag | None = None
    shipping_address: Place | None = None


class CreatePayload(Payload):
    order: CreatedOrder | None = None


class FulfilPayload(Payload):
    fulfillment: Ref | None = None


class EventPayload(Payload):
    fulfillment_event: Ref | None = None


class WrittenOrder(Ref):
    """What a write made of an order, to be compared with what was asked."""

    currency_code: Text = ""
    display_financial_status: Text = ""
    current_subtotal_line_items_quantity: Pieces | None = None
    current_total_price_set: Bag | None = None
    shipping_address: Place | None = None


class OrderPayload(Payload):
    """Of orderUpdate, orderEditCommit and orderMarkAsPaid."""

    order: WrittenOrder | None = None


class MadeRefund(Ref):
    note: LongText = ""
    total_refunded_set: Bag


class RefundPayload(Payload):
    refund: MadeRefund | None = None


class AppPayload(Payload):
    app: Ref | None = None


class DefinitionPayload(Payload):
    """Of metafieldDefinitionCreate, which tells by a code that the definition is there already."""


# -- identity, catalogue ---------------------------------------------------------------------------


class ShopAddress(Answer):
    country_code_v2: Text = ""
    phone: Text = ""


class ShopNode(Ref):
    name: Text
    myshopify_domain: Text
    email: Text = ""
    currency_code: Currency
    iana_timezone: Text = ""
    shop_address: ShopAddress | None = None


class Scope(Answer):
    handle: Text


class AppInstallation(Answer):
    access_scopes: Listing[Scope]


class WhoAnswers(Answer):
    shop: ShopNode
    current_app_installation: AppInstallation


class ProductNode(Ref):
    title: Text = ""


class InventoryItem(Answer):
    tracked: Flag = False


class VariantNode(Ref):
    sku: Text = ""
    title: Text = ""
    barcode: Text = ""
    inventory_quantity: Whole = 0
    product: ProductNode
    inventory_item: InventoryItem


def bare(node: Ref | None) -> str:
    """The number of a node, ``""`` for none."""
    return node.number if node else ""


def name_of(node: Any) -> str:
    """The number of a node that was not read yet, for the list of those that cannot be."""
    return str(node["id"]).partition("?")[0].rpartition("/")[2]
