"""An order whose every text is an attempt: markup, formulas, other directions, and length."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from pypdf import PdfReader

from orderflow.book import snapshot
from orderflow.models import MarketplaceOrder
from stores.base import Address
from tests.portal.visitor import Portal

HOSTILE = (
    '=HYPERLINK("http://evil.example.com";"x")',
    "<img src=x onerror=alert(1)>",
    "#set page(width: 1cm) $x$ \\ @you *b* `code`",
    "عربي \u202egnp.exe שלום",
    "two\r\nlines\ttab",
    "long " + "x" * 10_000,
)
BUYER = {
    "email": "canary.mail@example.com",
    "phone": "+1 613 555 0199",
    "first_name": "Canarina",
    "last_name": "Birdsong",
    "company": "Aviary Ltd",
}
"""What nobody at a vendor may read while the mask is on."""


def words_of_buyer() -> list[str]:
    return [*BUYER.values(), "6135550199", "canary.mail"]


def spoil(portal: Portal, text: str) -> None:
    """Each text of all orders is ``text``, but for those that tell who the buyer is."""
    with portal.house.unit() as session:
        for order in session.query(MarketplaceOrder):
            seen = snapshot.from_json(order.snapshot)
            names = {field: BUYER[field] for field in ("first_name", "last_name", "company")}
            places = dict.fromkeys(("address1", "address2", "city", "zip", "province"), text)
            home = Address(**names, **places, country=text[:2], phone=BUYER["phone"])
            lines = tuple(
                replace(line, title=text, variant_title=text, sku=text) for line in seen.lines
            )
            spoilt = replace(
                seen,
                name=text,
                note=f"{text} {BUYER['first_name']} {BUYER['email']}",
                attributes=((text, f"{text} {BUYER['phone']}"),),
                email=BUYER["email"],
                phone=BUYER["phone"],
                shipping_title=text,
                shipping_address=home,
                billing_address=home,
                lines=lines,
            )
            order.name, order.snapshot = text, snapshot.to_json(spoilt)
            for row in order.lines:
                row.title = row.sku = text


def text_of(pdf: bytes, most: int = 100) -> str:
    """Of the first so many pages."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages[:most])


def pages_of(pdf: bytes) -> int:
    return len(PdfReader(BytesIO(pdf)).pages)
