"""Whatever an order looks like, its parts add up, and so does what leaves for the stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow.mask.compose import Cargo, compose, in_part, worth
from orderflow.mask.privacy import MerchantCard
from orderflow.money import share
from orderflow.rules.settings import Settings
from orderflow.rules.split import Owners, fold, split
from orderflow.upkeep.worth import NOTHING, less
from stores.base import SeenLine, SeenOrder

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CARD = MerchantCard("Harbour", "owner@example.com", "", "CA")
AMOUNT = st.integers(0, 10**7)
VENDORS = ("Alfa", "Bravo", "Charlie", "")


@st.composite
def lines(draw: st.DrawFn, number: int) -> SeenLine:
    quantity, price = draw(st.integers(0, 9)), draw(AMOUNT)
    subtotal = quantity * price
    return SeenLine(
        id=str(number),
        title="Thing",
        quantity=quantity,
        unit_price=price,
        subtotal=subtotal,
        discount=draw(st.integers(0, subtotal)),
        tax=draw(st.integers(0, subtotal // 4)),
        vendor=draw(st.sampled_from(VENDORS)),
        fulfillable=quantity,
    )


@st.composite
def orders(draw: st.DrawFn) -> SeenOrder:
    """Of any currency: amounts are whole numbers of its smallest coin."""
    goods = tuple(draw(lines(number)) for number in range(draw(st.integers(0, 6))))
    included, shipping = draw(st.booleans()), draw(AMOUNT)
    shipping_tax, odd = draw(st.integers(0, shipping // 4)), draw(st.integers(-5, 500))
    taxes = 0 if included else sum(line.tax for line in goods) + shipping_tax
    return SeenOrder(
        id="1",
        name="#1",
        updated_at=NOW,
        placed_at=NOW,
        currency=draw(st.sampled_from(("USD", "JPY", "KWD"))),
        total=sum(line.subtotal - line.discount for line in goods) + shipping + taxes + odd,
        shipping=shipping,
        shipping_tax=shipping_tax,
        payment="paid",
        lines=goods,
        taxes_included=included,
    )


OWNERS = Owners({}, {"alfa": 1, "bravo": 2, "charlie": 3})


@given(orders())
def test_the_parts_of_an_order_are_its_total(order: SeenOrder) -> None:
    parts = split(order, OWNERS)
    assert sum(part.share for part in parts) == order.total
    assert sorted(line.id for part in parts for line in part.lines) == [x.id for x in order.lines]
    if order.lines:
        assert sum(part.shipping for part in parts) == order.shipping
        assert sum(part.shipping_tax for part in parts) == order.shipping_tax


@given(orders(), st.data())
def test_what_leaves_for_all_stores_of_a_vendor_is_that_vendors_part(
    order: SeenOrder, data: st.DataObject
) -> None:
    for part in split(order, OWNERS):
        wanted = [line for line in part.lines if line.quantity]
        if part.vendor_id is None or not wanted:
            continue
        legs: dict[int, dict[str, int]] = {}
        for line in wanted:
            legs.setdefault(data.draw(st.integers(1, 3)), {})[line.id] = line.quantity
        composed = [_composed(order, part, [x.id for x in wanted], leg) for leg in legs.values()]
        assert sum(each.total for each in composed) == part.share


def _composed(order: SeenOrder, part: Any, ids: list[str], pieces: dict[str, int]) -> Any:
    cargo = Cargo(ids, pieces, part.shipping, part.shipping_tax, {})
    return compose(order, cargo, Settings(), CARD, "SL-1", paid=True)


@given(orders(), st.data())
def test_what_vendors_have_already_keeps_its_shipping_whatever_changes(
    order: SeenOrder, data: st.DataObject
) -> None:
    first = {part.vendor_id: part for part in split(order, OWNERS)}
    sent = data.draw(st.sets(st.sampled_from([1, 2, 3])))
    agreed = {
        vendor: (part.shipping, part.shipping_tax)
        for vendor, part in first.items()
        if vendor is not None and vendor in sent
    }
    fewer = replace(order, lines=tuple(_less(data, line) for line in order.lines))
    after = split(fewer, OWNERS, agreed)
    assert sum(part.share for part in after) == order.total
    for part in after:
        if part.vendor_id in agreed:
            assert (part.shipping, part.shipping_tax) == agreed[part.vendor_id]
    if any(part.vendor_id not in agreed and part.lines for part in after):
        assert sum(part.shipping for part in after) == order.shipping


def _less(data: st.DataObject, line: SeenLine) -> SeenLine:
    """Some of its pieces were taken off."""
    left = data.draw(st.integers(0, line.quantity))
    return replace(
        line,
        quantity=left,
        subtotal=line.unit_price * left,
        discount=line.discount * left // max(line.quantity, 1),
        tax=line.tax * left // max(line.quantity, 1),
    )


@given(lines(1), st.booleans(), st.data())
def test_net_and_tax_of_a_line_are_what_it_costs(
    line: SeenLine, included: bool, data: st.DataObject
) -> None:
    whole = worth(line, line.quantity, included=included)
    if line.quantity:
        cost = line.subtotal - line.discount + (0 if included else line.tax)
        assert (whole.gross, whole.tax) == (cost, line.tax)
    pieces = data.draw(st.integers(0, line.quantity))
    part, rest = in_part(whole, pieces, line.quantity), less(whole, NOTHING)
    assert rest.gross == max(whole.net, 0) + whole.tax
    assert abs(part.tax * max(line.quantity, 1) - whole.tax * pieces) < max(line.quantity, 1)


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=9))
def test_shares_add_up_and_none_is_a_coin_off(amount: int, weights: list[int]) -> None:
    parts = share(amount, weights)
    assert sum(parts) == amount
    used = weights if any(weights) else [1] * len(weights)
    for part, weight in zip(parts, used, strict=True):
        assert abs(part * sum(used) - amount * weight) < sum(used)


def test_nothing_is_shared_among_nobody() -> None:
    assert share(0, []) == []
    with pytest.raises(ValueError, match="^an amount cannot be shared among nobody$"):
        share(1, [])
    with pytest.raises(ValueError, match="^a weight is negative$"):
        share(1, [1, -1])


@pytest.mark.parametrize(
    ("written", "folded"),
    [("  Alfa  Ltd ", "alfa ltd"), ("STRASSE", fold("Straße")), ("\tAlfa\n", "alfa"), ("", "")],
)
def test_names_are_compared_without_case_and_space(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_a_mapping_comes_before_a_name() -> None:
    owners = Owners({"v1": 2, "": 9}, {"alfa": 1})
    line = SeenLine("1", "Thing", 1, 1, 1, 0, 0, vendor="ALFA")
    assert owners.of(line) == 1
    assert owners.of(SeenLine("1", "Thing", 1, 1, 1, 0, 0, variant_id="v1", vendor="Alfa")) == 2
    assert owners.of(SeenLine("1", "Thing", 1, 1, 1, 0, 0, vendor="Nobody")) is None
