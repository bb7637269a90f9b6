"""The number that is asked for before saving is the number that is then pushed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from orderflow import clock
from orderflow.models import Merchant, Vendor
from orderflow.rules import preview, settings
from tests.conftest import empty_file
from tests.house import HARBOUR, House
from tests.river.stage import Stage

SWITCHES = some.fixed_dictionaries(
    {},
    optional={
        "order_sync": some.booleans(),
        "only_if_paid": some.booleans(),
        "unsynced_products": some.booleans(),
        "hold_whole_order": some.booleans(),
        "delay_minutes": some.sampled_from([0, 30]),
        "push_every": some.sampled_from([0, 60]),
        "fraud_hold": some.booleans(),
        "share_transaction_reference": some.booleans(),
    },
)
BASKETS = some.lists(
    some.tuples(
        some.sampled_from(["lamp", "mug", "both", "chair", "lamp and chair"]), some.booleans()
    ),
    min_size=1,
    max_size=4,
)
GOODS = {
    "lamp": ["lamp"],
    "mug": ["mug"],
    "both": ["lamp", "mug"],
    "chair": ["chair"],
    "lamp and chair": ["lamp", "chair"],
}


@seed(20261123)
@hypothesis_settings(max_examples=8, deadline=None)
@given(before=SWITCHES, after=SWITCHES, of_alfa=SWITCHES, baskets=BASKETS)
def test_the_preview_counts_what_is_then_really_pushed(
    folder: Path,
    furnished_file: Path,
    before: dict[str, Any],
    after: dict[str, Any],
    of_alfa: dict[str, Any],
    baskets: list[Any],
) -> None:
    with closing(House(empty_file(folder, furnished_file))) as house:
        stage = Stage(house)
        chair = stage.harbour.sells("CHAIR", "Chair", "80.00", vendor="Alfa")
        goods = {"lamp": stage.lamp, "mug": stage.mug, "chair": chair}
        of_alfa.pop("order_sync", None)
        _override(house, of_alfa)
        house.set(**before)
        for what, paid in baskets:
            stage.sells_on(*((goods[name], 1) for name in GOODS[what]), paid=paid)
        with house.look() as session:
            merchant = house.one(session, Merchant, shop=HARBOUR)
            told = preview.preview(session, merchant, after, clock.now())
        pushes = _under_way(house)
        house.set(**after)
        house.turn()
        gone = {part for part, lines in _under_way(house).items() if lines > pushes.get(part, 0)}
        assert told.count == len(gone)


def _under_way(house: House) -> dict[int, int]:
    """How many lines of each part a push has taken along."""
    return {part.id: sum(line.push_id is not None for line in part.lines) for part in house.parts()}


def _override(house: House, values: dict[str, Any]) -> None:
    with house.unit() as session:
        merchant = house.one(session, Merchant, shop=HARBOUR)
        alfa = house.one(session, Vendor, name="Alfa")
        settings.change(session, merchant, values, by="test", now=clock.now(), vendor=alfa)


def test_where_too_many_are_held_to_look_at_all_the_number_is_the_least(stage: Stage) -> None:
    stage.house.set(order_sync=False)
    for _ in range(3):
        stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    with stage.house.look() as session:
        merchant = stage.house.one(session, Merchant, shop=HARBOUR)
        on = {"order_sync": True}
        exact = preview.preview(session, merchant, on, clock.now(), look_at=6)
        assert (exact.count, exact.more) == (6, False)
        assert exact.by_vendor == (("Alfa", 3), ("Bravo", 3))
        cut = preview.preview(session, merchant, on, clock.now(), look_at=5)
        assert (cut.count, cut.more) == (5, True)
        kept = preview.preview(session, merchant, {"fraud_hold": True}, clock.now(), look_at=5)
        assert (kept.count, kept.more) == (0, True)
        assert not kept.agreed(None), "of those that were not looked at nobody knows"
        assert kept.agreed(0)


def test_a_vendors_own_setting_is_not_released_by_the_merchants(stage: Stage) -> None:
    stage.house.set(only_if_paid=True)
    _override(stage.house, {"only_if_paid": True})
    stage.sells_on((stage.lamp, 1), (stage.mug, 1), paid=False)
    with stage.house.look() as session:
        merchant = stage.house.one(session, Merchant, shop=HARBOUR)
        told = preview.preview(session, merchant, {"only_if_paid": False}, clock.now())
    assert told.by_vendor == (("Bravo", 1),)
