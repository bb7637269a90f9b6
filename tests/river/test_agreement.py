"""The comparison that ends every test sees what differs, but for what somebody was told of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from orderflow import clock
from orderflow.book import flags
from orderflow.models import OrderLine, Push
from tests import agreement
from tests.river.stage import Stage


def agreed(stage: Stage, sku: str, **numbers: int) -> None:
    """Somebody writes into the book by hand."""
    with stage.house.unit() as session:
        line = session.scalars(select(OrderLine).where(OrderLine.sku == sku)).one()
        for name, number in numbers.items():
            setattr(line, name, number)


def test_a_line_that_differs_is_told_with_its_three_numbers(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 2), (stage.mug, 3))
    assert agreement.differences(stage.house) == []
    agreed(stage, "LAMP", pushed_pieces=1)
    agreed(stage, "MUG", pushed_quantity=2)
    told = " ".join(agreement.differences(stage.house))
    assert "LAMP wanted 2, agreed on 1, in the store 2" in told
    assert "MUG wanted 3, agreed on 2" in told
    _flag(stage, raised=True)
    assert agreement.differences(stage.house) == []
    _flag(stage, raised=False)
    agreed(stage, "LAMP", pushed_pieces=2)
    agreed(stage, "MUG", pushed_quantity=3)


def test_shipping_that_costs_something_else_there_is_told(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 1), (stage.mug, 1), shipping="10.00")
    (theirs,), (mugs,) = stage.alfa.orders.values(), stage.bravo.orders.values()
    charged = theirs.shipping_lines.pop()
    told = " ".join(agreement.differences(stage.house))
    assert "shipping agreed on 706, in the store 0" in told
    theirs.shipping_lines.append(charged)
    (fee,) = mugs.of("fee")
    fee.total += 1
    assert "shipping agreed on 294, in the store 394" in " ".join(
        agreement.differences(stage.house)
    )
    fee.total -= 1


def test_what_was_agreed_on_must_be_worth_the_share(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 2))
    with stage.house.unit() as session:
        (push,) = session.scalars(select(Push)).all()
        sent, push.sent = push.sent, {**(push.sent or {}), "total": 3000}
    told = agreement.not_worth_the_share(stage.house)
    assert told == ["#1001, Alfa: share 6000, agreed on 3000"]
    with stage.house.unit() as session:
        session.scalars(select(Push)).one().sent = sent
    assert agreement.not_worth_the_share(stage.house) == []


def _flag(stage: Stage, *, raised: bool) -> None:
    """Each part says that a person must look."""
    with stage.house.unit() as session:
        for push in session.scalars(select(Push)):
            told: dict[str, Any] = {"subject": "by hand"}
            act = flags.raise_once if raised else flags.settle
            act(session, push.vendor_order, flags.VENDOR_CHANGED, clock.now(), **told)
