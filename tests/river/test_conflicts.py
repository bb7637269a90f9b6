"""Merchant and vendor changed the same: the setting decides, and nothing is forgotten (P58)."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from werkzeug.wrappers import Request

from orderflow import clock
from orderflow.models import Conflict
from orderflow.rules.judge import BURST
from orderflow.upkeep import conflict
from sandbox.shopify.order import Order
from tests import agreement
from tests.house import HARBOUR
from tests.river.stage import Stage


def both_change(stage: Stage) -> Order:
    """The merchant's note and lamps, and the vendors', after a first edit that both agree on."""
    order = stage.sells_on((stage.lamp, 3), (stage.mug, 3), note="Ring once")
    stage.people.merchant.changes(HARBOUR, order, note="Ring twice")
    carry_over(stage)
    (lamps,), (mugs,) = stage.alfa.orders.values(), stage.bravo.orders.values()
    stage.house.clock.advance(5)
    stage.people.merchant.changes(stage.alfa, lamps, note="Packed by Ann")
    stage.people.merchant.edits(stage.alfa, lamps, lines={str(lamps.lines[0].id): 1})
    stage.bravo.orders[mugs.id].customer_note = "Packed by Ann"
    stage.people.merchant.changes(HARBOUR, order, note="Ring thrice")
    stage.people.merchant.edits(HARBOUR, order, lines={"LAMP": 2})
    carry_over(stage)
    return order


def carry_over(stage: Stage) -> None:
    stage.house.turn()
    stage.house.later(BURST)


def kept(stage: Stage) -> list[Conflict]:
    with stage.house.look() as session:
        return list(session.scalars(select(Conflict).order_by(Conflict.id)))


def notes(stage: Stage) -> list[str]:
    return [top.note for top in agreement.tops(stage.house)]


def lamps(stage: Stage) -> int:
    return agreement.pieces(stage.house)[0]["LAMP"]


@pytest.mark.parametrize(
    ("setting", "note", "count"),
    [("merchant", "Ring thrice", 2), ("vendor", "Packed by Ann", 1), ("ask", "Packed by Ann", 1)],
)
def test_the_setting_decides_and_both_values_are_kept(
    stage: Stage, setting: str, note: str, count: int
) -> None:
    stage.house.set(conflicts=setting)
    order = both_change(stage)
    assert (notes(stage), lamps(stage)) == ([note, note], count)
    rows = [row for row in kept(stage) if row.field == "note"]
    assert [(row.base, row.mine, row.theirs) for row in rows] == [
        ("Ring twice", "Ring thrice", "Packed by Ann")
    ] * 2
    assert {row.verdict for row in kept(stage)} == {"" if setting == "ask" else setting}
    asked = {flag.subject for flag in stage.house.flags() if flag.code == "conflict"}
    lines = {row.field for row in kept(stage)}
    assert asked == (lines if setting == "ask" else set())
    before = len(kept(stage))
    stage.people.merchant.changes(HARBOUR, order, tags=["late"])
    carry_over(stage)
    stage.house.let_pass(1800, step=600)
    assert (notes(stage), lamps(stage), len(kept(stage))) == ([note, note], count, before)


@pytest.mark.parametrize(
    ("verdict", "note", "count"),
    [(Conflict.MERCHANT, "Ring thrice", 2), (Conflict.VENDOR, "Packed by Ann", 1)],
)
def test_a_person_is_asked_and_decides(stage: Stage, verdict: str, note: str, count: int) -> None:
    stage.house.set(conflicts="ask")
    both_change(stage)
    for row in kept(stage):
        with stage.house.unit() as session:
            assert conflict.decide(session, row.id, verdict, "staff", clock.now())
            assert not conflict.decide(session, row.id, verdict, "staff", clock.now())
    carry_over(stage)
    assert (notes(stage), lamps(stage)) == ([note, note], count)
    assert [flag for flag in stage.house.flags() if flag.code == "conflict"] == []
    assert {(row.verdict, row.settled_by) for row in kept(stage)} == {(verdict, "staff")}


def test_both_writing_the_same_is_no_conflict(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1), note="Ring once")
    for site in (stage.alfa, HARBOUR):
        found = order if site == HARBOUR else stage.only(stage.alfa.orders.values())
        stage.people.merchant.changes(site, found, note="Ring twice")
    stage.only(stage.bravo.orders.values()).customer_note = "Ring twice"
    carry_over(stage)
    assert notes(stage) == ["Ring twice"] * 2
    assert kept(stage) == []


def test_how_a_store_writes_what_it_gets_is_no_change_of_the_vendor(stage: Stage) -> None:
    """A plugin of the vendor's marks each note as soon as it is written."""
    stage.house.set(conflicts="ask")
    order = stage.sells_on((stage.mug, 1), note="Ring once")
    (mugs,) = stage.bravo.orders.values()

    def mark(asked: Request) -> bool:
        if asked.method == "GET" and mugs.customer_note == "Ring twice":
            mugs.customer_note = "VIP: Ring twice"
        return False

    stage.faults.add("slow", match=mark)
    for note in ("Ring twice", "Ring thrice"):
        stage.people.merchant.changes(HARBOUR, order, note=note)
        carry_over(stage)
    assert notes(stage) == ["Ring thrice"]
    assert kept(stage) == []
