"""Whatever is edited, refunded and cancelled, in any order: what stands in each vendor's store,
less what was refunded there, is that vendor's share of the marketplace's order, to the coin."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from orderflow.rules.judge import BURST
from sandbox.shopify.catalogue import Variant
from sandbox.shopify.order import Order
from tests import agreement
from tests.conftest import empty_file
from tests.house import ALFA, BRAVO, HARBOUR, House
from tests.river.stage import Stage

PRICES = {
    "EUR": ("0.01", "3.33", "12.50", "99.99"),
    "JPY": ("1", "333", "1250", "9999"),
    "KWD": ("0.001", "3.333", "12.505", "99.999"),
}
DECIMALS = {"EUR": 2, "JPY": 0, "KWD": 3}
SHIPPING = {"EUR": "4.99", "JPY": "499", "KWD": "4.995"}

Act = tuple[str, int, int]
ACTS = some.lists(
    some.tuples(
        some.sampled_from(["edit", "edit", "refund", "refund", "refund", "all", "cancel"]),
        some.integers(0, 3),
        some.integers(0, 4),
    ),
    min_size=2,
    max_size=4,
)


@dataclass(frozen=True)
class Sale:
    """What is bought, of four goods, two of each vendor; ``prices`` point into ``PRICES``."""

    currency: str = "EUR"
    included: bool = True
    prices: tuple[int, ...] = (1, 2, 2, 1)
    pieces: tuple[int, ...] = (3, 2, 3, 1)
    tax: str = "0.21"
    discount: str = "10%"
    shipping: bool = True


SALES = some.builds(
    Sale,
    currency=some.sampled_from(sorted(PRICES)),
    included=some.booleans(),
    prices=some.tuples(*[some.integers(0, 3)] * 4),
    pieces=some.tuples(*[some.integers(1, 4)] * 4),
    tax=some.sampled_from(["", "0.055", "0.21"]),
    discount=some.sampled_from(["", "10%", "33%"]),
    shipping=some.booleans(),
)


class Play:
    """A platform of the marketplace's kind adds pieces at its own price and tax: what that makes of
    the total cannot be mended there, and is told."""

    def __init__(self, house: House, sale: Sale) -> None:
        currency = sale.currency
        shop = {"currency": currency, "taxes_included": sale.included}
        site = {"currency": currency, "decimals": DECIMALS[currency]}
        self.stage = Stage(house, harbour=shop, alfa={"currency": currency}, bravo=site)
        self.house, self.merchant = house, house.people.merchant
        self.may_be_flagged: set[str] = set()
        self.goods = [self._good(at, price, currency) for at, price in enumerate(sale.prices)]
        self.order: Order = self.stage.sells_on(
            *zip(self.goods, sale.pieces, strict=True),
            tax_rate=sale.tax,
            discount=sale.discount,
            shipping=SHIPPING[currency] if sale.shipping else "",
        )

    def _good(self, at: int, price: int, currency: str) -> Variant:
        stage, vendor = self.stage, ("Alfa", "Bravo")[at % 2]
        told = PRICES[currency][price]
        good = stage.harbour.sells(f"GOOD{at}", f"Good {at}", told, vendor=vendor)
        if vendor == "Alfa":
            theirs = stage.alfa.sells(f"A{at}", f"Good {at}", told)
            self.house.map(good, ALFA, str(theirs.id), str(theirs.product.id))
        else:
            product = stage.bravo.add_product(f"B{at}", f"Good {at}", told, stock=50)
            self.house.map(good, BRAVO, str(product.id), str(product.id))
        return good

    def acts(self, act: Act) -> None:
        kind, at, count = act
        line = self.order.lines[at]
        if kind == "edit" and at % 2 == 0 and count > line.current_quantity:
            self.may_be_flagged.add("store_total")
        if self.order.cancelled_at is not None:
            return
        if kind == "edit":
            self.merchant.edits(HARBOUR, self.order, lines={str(line.id): count})
        elif kind == "refund" and 0 < count <= line.current_quantity:
            self.merchant.refunds(HARBOUR, self.order, lines={str(line.id): count})
        elif kind == "all" and any(each.current_quantity for each in self.order.lines):
            self.merchant.refunds(HARBOUR, self.order)
        elif kind == "cancel":
            self.merchant.cancels(HARBOUR, self.order)
        self.house.turn()
        for _ in range(3):
            self.house.later(BURST)


@seed(20261128)
@hypothesis_settings(
    max_examples=6,
    deadline=None,
    derandomize=False,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(sale=SALES, acts=ACTS)
@example(
    Sale(pieces=(3, 4, 3, 1)),
    [("refund", 1, 1), ("refund", 1, 1), ("edit", 1, 1), ("refund", 0, 1)],
)
@example(Sale(included=False), [("refund", 1, 1), ("edit", 1, 1), ("refund", 3, 1), ("all", 0, 0)])
def test_the_share_stands_in_every_store_after_every_act(
    folder: Path, furnished_file: Path, sale: Sale, acts: list[Act]
) -> None:
    with closing(House(empty_file(folder, furnished_file))) as house:
        play = Play(house, sale)
        assert agreement.differences(house) == []
        for act in acts:
            play.acts(act)
            told: Any = (sale, acts, act)
            assert agreement.differences(house) == [], told
            assert agreement.not_worth_the_share(house) == [], told
            assert {flag.code for flag in house.flags()} <= play.may_be_flagged, told
