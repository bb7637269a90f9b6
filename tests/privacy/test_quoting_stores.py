"""Whatever a store quotes of a buyer, in whatever answer: nobody but the merchant whose order it is
sees it, no log has it, and nothing of it is left after a redaction."""

from __future__ import annotations

import re

import pytest

from orderflow.models import Connection, StoreAccess
from stores.base import Access
from tests.house import ALFA, BRAVO, HARBOUR, STRANGER, House
from tests.privacy.cage import BUYER, Cage
from tests.river.test_secrecy import logged, raw
from tests.webapp.door import Door

QUOTED = ("canarina", "canarsson", "canary wharf", "canary.example.com", "5550177", "555 0177")
LIES = (
    "quotes_buyer_401",
    "quotes_buyer_403",
    "quotes_buyer_429",
    "quotes_buyer_500",
    "quotes_buyer_503",
    "refusal_quotes_buyer",
    "titles_quote_buyer",
    "links_quote_buyer",
)


def quoted_in(text: str) -> list[str]:
    return [word for word in QUOTED if word in re.sub(r"\s+", " ", text.lower())]


class Aviary(Cage):
    """Two merchants sell for the same two stores; every buyer field goes to the vendors."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        house.set(replace_customer=False)
        self.other = Door(house, house.merchant(STRANGER))
        house.alfa(STRANGER)
        with house.look() as session:
            of_bravo = StoreAccess.address.contains(BRAVO)
            row = session.query(StoreAccess).filter(of_bravo).one()
            access = Access(row.platform, row.address, row.secrets)
        house.connect("Bravo", access, STRANGER)
        house.turn()

    def goes_through_everything(self, lie: str, host: str) -> None:
        """An order is created, read, changed, refunded and cancelled while ``host`` lies, and its
        stores are polled and asked for webhooks."""
        liar = self.house.world.liar(host)
        merchant = self.people.merchant
        wanted = [(self.lamp, 2), (self.mug, 2)]
        before = self.people.customer.buys(HARBOUR, wanted, **BUYER)
        self.house.turn()
        liar.tell(lie)
        order = self.people.customer.buys(HARBOUR, wanted, **BUYER)
        self.house.let_pass(600, step=300)
        for told in (before, order):
            merchant.changes(HARBOUR, told, note="Canarina of 7 Canary Wharf asks again")
            merchant.edits(HARBOUR, told, lines={"LAMP": 3})
        self.house.let_pass(600, step=300)
        merchant.cancels(HARBOUR, before)
        self.house.let_pass(7 * 3600, step=3600 * 3.5)
        liar.stop()
        self.house.let_pass(1200, step=600)

    def pages_of_the_other(self) -> str:
        """Of the second merchant of the same two stores."""
        with self.house.look() as session:
            vendors = [
                each.vendor.public_id
                for each in session.query(Connection)
                if each.merchant.shop == STRANGER
            ]
        paths = ["/", "/vendors", "/log", "/orders", *(f"/vendors/{each}" for each in vendors)]
        return "\n".join(self.other.get(path).text for path in paths)


@pytest.fixture
def aviary(house: House) -> Aviary:
    return Aviary(house)


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("host", [ALFA, BRAVO, HARBOUR])
def test_a_buyer_whom_stores_quote_is_told_to_nobody_and_forgotten(
    aviary: Aviary, host: str, lie: str
) -> None:
    with logged() as lines:
        aviary.goes_through_everything(lie, host)
    assert quoted_in(lines.getvalue()) == []
    assert quoted_in(raw(aviary.house)) == []
    assert quoted_in(aviary.pages_of_the_other()) == []
    for order in list(aviary.harbour.orders.values()):
        aviary.redact(order)
    assert [name for name, text in aviary.dump().items() if quoted_in(text)] == []
    assert quoted_in(raw(aviary.house)) == []
