"""Orders before the vendor's people: sold, opened, and said to have shipped, as a browser does."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.test import TestResponse

from orderflow.models import VendorOrder
from sandbox.shopify.order import Order
from tests.portal.visitor import Portal, Visitor

BUYER: dict[str, Any] = {
    "email": "canarina@canary.example.com",
    "note": "Ring twice, says Canarina",
    "customAttributes": [{"key": "engraving", "value": "for Canarina"}],
    "address": {
        "firstName": "Canarina",
        "lastName": "Canarsson",
        "company": "Canary Co",
        "address1": "7 Quay Street",
        "city": "Halifax",
        "provinceCode": "NS",
        "zip": "B3H 1A1",
        "countryCode": "CA",
        "phone": "+1 902 555 0177",
    },
}
WHO = ("Canarina", "Canarsson", "Canary Co", "canary.example.com", "555 0177")
"""What tells who the buyer is; the street does not."""


class Counter:
    """Alfa's owner, logged in, and the latest order of the shop."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.stage, self.house = portal, portal.stage, portal.house
        self.owner: Visitor = portal.logged_in()

    def sells(self, *what: Any, **more: Any) -> Order:
        order = self.stage.sells_on(*(what or ((self.stage.lamp, 3),)), **more)
        self.house.clock.advance(1)
        return order

    def part(self, vendor: str = "Alfa") -> VendorOrder:
        return next(p for p in reversed(self.house.parts()) if p.vendor.name == vendor)

    def path(self, vendor: str = "Alfa") -> str:
        return f"/portal/orders/{self.part(vendor).public_id}"

    def line(self) -> str:
        return self.part().lines[0].remote_id

    def opens(self, what: str = "") -> str:
        """The order's page, or one below it, as text."""
        self.owner.get(f"{self.path()}{what}")
        return self.owner.text

    def ships(self, pieces: object = 3, **form: Any) -> TestResponse:
        typed = {"carrier": "UPS", "numbers": "1Z1", "link": "", "other_carrier": "", **form}
        return self.posts("/ship", **{f"line:{self.line()}": str(pieces)}, **typed)

    def posts(self, what: str, **form: Any) -> TestResponse:
        answer = self.owner.post(f"{self.path()}{what}", **form)
        self.house.turn()
        return answer

    def declines(self, why: str = "Sold out") -> TestResponse:
        return self.posts("/decline", line=self.line(), why=why)

    def shipment(self) -> str:
        """The path below the order's of the latest one that can be corrected."""
        return re.findall(r"/shipments/\w+(?=\")", self.opens())[-1]

    def queue(self, stage: str) -> list[str]:
        """The numbers in it, as they stand."""
        return self.found(f"stage={stage}")

    def found(self, asked: str) -> list[str]:
        self.owner.get(f"/portal/orders?{asked}")
        return re.findall(r'<th scope="row"><a [^>]+><bdi>(.*?)</bdi>', self.owner.text)
