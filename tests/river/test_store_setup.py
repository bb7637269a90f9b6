"""A vendor's store is asked what it is set up like: at once, once a day, and what it is told."""

from __future__ import annotations

import pytest

from orderflow.access import store_access
from orderflow.models import StoreAccess
from orderflow.rules.judge import BURST
from tests.house import BRAVO, HARBOUR, House
from tests.river.stage import Stage
from tests.river.test_tracking import AST, ship, told
from tests.river.test_woocommerce_statuses import flags, its_order, moves

HOUR = 3600.0
DAY = 24 * HOUR


def access(house: House, host: str = BRAVO) -> StoreAccess:
    with house.look() as session:
        rows = session.query(StoreAccess).filter(StoreAccess.address.contains(host))
        return rows.one()


@pytest.mark.parametrize("language", ["en_US", "fr_FR"])
def test_a_shop_in_any_language_gets_its_orders(house: House, language: str) -> None:
    stage = Stage(house, bravo={"language": language, "tax_rate": "20", "taxes_everybody": True})
    stage.sells_on((stage.mug, 2))
    assert stage.states() == {"Bravo": "pushed"}
    (line,) = its_order(stage).of("line")
    assert line.tax_class == {"en_US": "zero-rate", "fr_FR": "taux-zero"}[language]
    assert access(house).setup["values"]["untaxed"] == line.tax_class


def test_what_a_store_is_set_up_like_is_read_once_a_day(house: House) -> None:
    stage = Stage(house)
    first = access(house).setup_read_at
    assert first is not None
    stage.bravo.tax_classes = {}
    stage.house.let_pass(DAY / 2, step=DAY / 8)
    assert access(house).setup_read_at == first
    stage.house.let_pass(DAY, step=DAY / 8)
    assert access(house).setup["values"]["untaxed"] == "sluice-untaxed"


def test_a_status_that_the_vendor_names_is_told_and_its_flag_goes(house: House) -> None:
    stage = Stage(house, bravo={"plugins": [AST], "statuses": {"wc-im-lkw": "Im LKW"}})
    order = stage.sells_on((stage.mug, 2))
    ship(stage, BRAVO, "1Z1", company="UPS", lines={"B-MUG": 1})
    moves(stage, "im-lkw")
    assert flags(stage) == [("status_unknown", "im-lkw")]
    with house.unit() as session:
        row = session.query(StoreAccess).filter(StoreAccess.address.contains(BRAVO)).one()
        store_access.choose_statuses(session, row, " Im LKW, ,Im LKW", house.clock())
        assert row.shipped_statuses == ["Im LKW"]
    stage.house.turn()
    assert told(order) == [({"MUG": 2}, ["1Z1"])]
    assert flags(stage) == []


def test_webhooks_that_were_switched_off_are_back_after_the_next_poll_with_news(
    house: House,
) -> None:
    stage = Stage(house, bravo={"plugins": [AST]})
    order = stage.sells_on((stage.mug, 2))
    for hook in stage.bravo.webhooks.values():
        hook.status = "disabled"
    stage.house.clock.advance(5)
    ship(stage, BRAVO, "1Z1", company="UPS")
    stage.house.later(stage.house.config.poll_every)
    stage.house.turn()
    assert told(order) == [({"MUG": 2}, ["1Z1"])]
    assert {hook.status for hook in stage.bravo.webhooks.values()} == {"active"}


def test_a_line_that_is_added_later_bears_the_class_of_the_others(house: House) -> None:
    stage = Stage(house, bravo={"language": "fr_FR"})
    order = stage.sells_on((stage.mug, 1))
    plate = stage.harbour.sells("PLATE", "Plate", "5.00", vendor="Bravo")
    theirs = stage.bravo.add_product("B-PLATE", "Plate", "4.00", stock=9)
    house.map(plate, BRAVO, str(theirs.id), str(theirs.id))
    stage.people.merchant.edits(HARBOUR, order, adds=[(plate, 1)])
    stage.house.turn()
    stage.house.later(BURST)
    lines = its_order(stage).of("line")
    assert {line.tax_class for line in lines} == {"taux-zero"}
    assert len(lines) == 2


def test_what_a_store_cannot_do_as_it_is_set_up_is_kept(house: House) -> None:
    Stage(house, bravo={"language": "fr_FR", "decimals": 0})
    setup = access(house).setup
    assert ["untaxed_class", ""] in setup["facts"]
    assert "few_decimals" in setup["limits"]


def test_an_order_that_the_vendor_deleted_for_good_is_noticed_by_itself(house: House) -> None:
    stage = Stage(house)
    stage.sells_on((stage.mug, 2))
    stage.sells_on((stage.mug, 1))
    first, second = stage.bravo.orders
    stage.house.let_pass(2 * HOUR, step=HOUR / 2)
    assert flags(stage) == []
    stage.bravo.delete(first)
    stage.house.let_pass(2 * HOUR, step=HOUR / 2)
    assert flags(stage) == [("vendor_cancelled", "")]
    assert list(stage.bravo.orders) == [second]
