"""An order that left unpaid becomes in the vendor's store, when it is paid, what it would be if it
had left paid; and the vendor is told, once."""

from __future__ import annotations

from typing import Any

from tests.house import HARBOUR
from tests.river.stage import Stage


def notes(stage: Stage) -> list[list[str]]:
    """By vendor's store, what its people read of a payment."""
    (alfas,), (bravos,) = stage.alfa.orders.values(), stage.bravo.orders.values()
    texts = "\n".join(value for _name, value in alfas.attributes).split("\n")
    read: list[Any] = [texts, [note.text for note in bravos.notes]]
    return [[text for text in each if "has been paid" in text] for each in read]


def test_what_is_paid_after_an_unpaid_push_is_told_once_in_both_stores(stage: Stage) -> None:
    stage.house.set(only_if_paid=False)
    order = stage.sells_on((stage.lamp, 2), (stage.mug, 1), paid=False)
    assert notes(stage) == [[], []]
    stage.faults.add("lost_answer", match="orderUpdate")
    stage.people.merchant.marks_paid(HARBOUR, order)
    stage.house.turn()
    stage.all_looks()
    stage.people.merchant.changes(HARBOUR, order, tags=["gift"])
    stage.house.let_pass(900, step=150)
    assert notes(stage) == [[f"Marketplace order {order.name} has been paid."]] * 2
    (alfas,), (bravos,) = stage.alfa.orders.values(), stage.bravo.orders.values()
    assert (alfas.financial_status, bravos.status) == ("PAID", "processing")
    assert stage.bravos_mug.stock == 49, "as if it had left paid"
    assert stage.house.events().count("payment_told") == 2
    assert stage.house.flags() == []


def test_what_left_paid_is_no_news(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    stage.people.merchant.changes(HARBOUR, order, tags=["gift"])
    stage.house.let_pass(60, step=15)
    assert notes(stage) == [[], []]
    assert "payment_told" not in stage.house.events()
