"""A canary buys; whoever looks through the database can say whether it still sings."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, select

from orderflow.forget.erasure import owned
from orderflow.models import Base, Merchant, PrivacyRequest
from sandbox import privacy
from sandbox.shopify.order import Order
from sandbox.shopify.shop import Shop
from tests.house import HARBOUR, STRANGER, TOPICS, House
from tests.river.stage import Stage

CANARY = "canar"
BUYER: dict[str, Any] = {
    "email": "canarina@canary.example.com",
    "note": "Ring twice, says Canarina of 7 Canary Wharf",
    "customAttributes": [{"key": "engraving", "value": "for Canarina"}],
    "address": {
        "firstName": "Canarina",
        "lastName": "Canarsson",
        "company": "Canary Co",
        "address1": "7 Canary Wharf",
        "city": "Canarvon",
        "provinceCode": "ON",
        "zip": "K1C 4N4",
        "countryCode": "CA",
        "phone": "+1 555 0177",
    },
}
TELLS = ("app/uninstalled", "app/scopes_update", "shop/update")


class Cage(Stage):
    def __init__(self, house: House) -> None:
        self._listen(house)
        super().__init__(house)
        self._listen(house)  # a stage that is put up again brings an app that listens to less

    @staticmethod
    def _listen(house: House) -> None:
        house.sluice.topics = (*TOPICS, *TELLS)
        house.sluice.compliance_url = "https://sluice.example.com/webhooks/shopify/compliance"

    def canary_buys(self, shop: Shop | None = None, **more: Any) -> Order:
        """A lamp, with everything of the buyer shared with the vendor."""
        lamp = self.lamp if shop is None else shop.sells("LAMP", "Lamp", "30.00", vendor="Zulu")
        given = {**BUYER, **more}
        order = self.people.customer.buys(shop or HARBOUR, [(lamp, 1)], **given)
        self.house.turn()
        return order

    def stranger(self) -> Shop:
        """Another merchant, with a vendor and an order of the same buyer."""
        shop = self.house.merchant(STRANGER)
        self.house.vendor("Zulu", STRANGER)
        self.canary_buys(shop)
        return shop

    def redact(self, order: Order, shop: Shop | None = None) -> None:
        privacy.redact_customer(shop or self.harbour, order)
        self.house.turn()

    def request(self, order: Order) -> None:
        privacy.request_customer_record(self.harbour, order)
        self.house.turn()

    def requests(self) -> list[PrivacyRequest]:
        with self.house.look() as session:
            return list(session.scalars(select(PrivacyRequest).order_by(PrivacyRequest.id)))

    def merchant(self, shop: str = HARBOUR) -> Merchant:
        with self.house.look() as session:
            row: Merchant = self.house.one(session, Merchant, shop=shop)
            session.refresh(row, ["access"])
            return row

    # -- looking through the database --------------------------------------------------------------

    def dump(self, *, besides: str = "") -> dict[str, str]:
        """Every table as text, sealed values opened, nothing cut off (a row as text is);
        ``besides`` leaves a shop's rows out."""
        with self.house.look() as session:
            merchant = session.scalar(select(Merchant.id).where(Merchant.shop == besides))
            return {
                table.name: "\n".join(
                    str(tuple(row)) for row in session.execute(_rows(table, merchant))
                )
                for table in Base.metadata.sorted_tables
            }

    def sings_in(self, **kept: str) -> list[str]:
        """The tables that still know something of the canary."""
        words = (CANARY, "5550177", "555 0177", "k1c 4n4")
        return [
            name
            for name, text in self.dump(**kept).items()
            if any(word in text.lower() for word in words)
        ]


def _rows(table: Table, merchant: int | None) -> Any:
    rows = select(table)
    whose = None if merchant is None else owned(table, merchant)
    return rows if whose is None else rows.where(~whose)
