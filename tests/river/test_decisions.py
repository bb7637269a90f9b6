"""What is pushed, what waits, what is held and what is skipped, and whose word it was."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orderflow import clock
from orderflow.access import register, store_access
from orderflow.models import Merchant, StoreAccess, Vendor
from orderflow.rules import reasons, settings
from orderflow.rules.decide import Verdict
from orderflow.rules.explain import order as explained
from orderflow.rules.explain import stored_reasons
from tests.house import ALFA, HARBOUR, House
from tests.river.stage import Stage


def unmapped(stage: Stage, vendor: str = "Alfa", sku: str = "RUG") -> Any:
    return stage.harbour.sells(sku, "Rug", "7.00", vendor=vendor)


def test_by_default_only_the_mapped_lines_are_pushed(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 1), (unmapped(stage), 2))
    (order,) = stage.alfa.orders.values()
    assert [line.variant for line in order.lines] == [stage.alfas_lamp]
    assert stage.states() == {"Alfa": "pushed"}
    assert stage.obstacles() == {"unmapped_lines"}


def test_with_unsynced_products_on_unmapped_lines_go_as_they_are(stage: Stage) -> None:
    stage.house.set(unsynced_products=True)
    stage.sells_on((stage.lamp, 1), (unmapped(stage), 2), (unmapped(stage, "Bravo", "JUG"), 1))
    (alfas,), (bravos,) = stage.alfa.orders.values(), stage.bravo.orders.values()
    rug = next(line for line in alfas.lines if line.sku == "RUG")
    assert (rug.title, rug.quantity, str(rug.price), rug.variant) == ("Rug", 2, "7.00", None)
    (jug,) = bravos.of("line")
    assert (jug.name, jug.quantity, jug.stock_id) == ("Rug", 1, 0)
    assert stage.states() == {"Alfa": "pushed", "Bravo": "pushed"}


def test_a_merchant_may_hold_the_whole_order_until_all_of_it_is_mapped(stage: Stage) -> None:
    stage.house.set(hold_whole_order=True)
    stage.sells_on((stage.lamp, 1), (unmapped(stage), 2), (stage.mug, 1))
    assert stage.states() == {"Alfa": "held", "Bravo": "pushed"}
    assert not stage.alfa.orders


def test_lines_of_nobody_are_the_merchants_own(stage: Stage) -> None:
    own = stage.harbour.sells("OWN", "Own", "5.00", vendor="Harbour itself")
    stage.sells_on((stage.lamp, 1), (own, 2), shipping="4.00")
    (order,) = stage.house.orders()
    assert stage.states() == {"Alfa": "pushed"}
    assert order.own_share == 1000 + 100
    assert stage.house.part().share == 3000 + 300


@pytest.mark.parametrize("written", ["ALFA", "  alfa ", "Älfa  GmbH"])
def test_a_vendor_is_known_by_name_or_alias_however_it_is_written(
    stage: Stage, written: str
) -> None:
    with stage.house.unit() as session:
        vendor = stage.house.one(session, Vendor, name="Alfa")
        register.add_alias(session, vendor, "älfa gmbh", clock.now())
    stage.sells_on((unmapped(stage, written), 1))
    assert stage.states() == {"Alfa": "held"}


def test_a_mapping_outweighs_the_name(stage: Stage) -> None:
    odd = stage.harbour.sells("ODD", "Odd", vendor="Bravo")
    stage.house.map(odd, ALFA, str(stage.alfas_lamp.id))
    stage.sells_on((odd, 1))
    assert stage.states() == {"Alfa": "pushed"}


def test_a_mapped_line_goes_to_the_store_that_its_mapping_names(stage: Stage) -> None:
    """Two stores of one vendor: what is unmapped goes to the default one."""
    stage.house.set(unsynced_products=True)
    second = stage.house.alfa(domain="second-alfa.myshopify.com")
    vase = stage.harbour.sells("VASE", "Vase", "9.99", vendor="Alfa")
    theirs = second.sells("A-VASE", "Vase", "9.00")
    stage.house.map(vase, "second-alfa", str(theirs.id))
    stage.sells_on((stage.lamp, 1), (vase, 3), (unmapped(stage), 1), shipping="10.00")
    (first,), (other,) = stage.alfa.orders.values(), second.orders.values()
    assert {line.sku for line in first.lines} == {"LAMP", "RUG"}
    assert {line.variant for line in other.lines} == {theirs}
    assert stage.states() == {"Alfa": "pushed"}
    assert int((first.price + other.price) * 100) == stage.house.part().share


def test_a_test_order_is_a_test_order_there_too_or_is_not_sent(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 1), (stage.mug, 1), test=True)
    assert stage.states() == {"Alfa": "pushed", "Bravo": "skipped"}
    assert stage.only(stage.alfa.orders.values()).test
    assert not stage.bravo.orders
    assert stage.obstacles("Bravo") == {"test_order"}


def test_a_cancelled_order_is_skipped(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), paid=False)
    stage.house.clock.advance(60)
    stage.people.merchant.cancels(HARBOUR, order)
    stage.house.turn()
    assert stage.states() == {"Alfa": "skipped"}
    assert "cancelled" in stage.obstacles()


def test_a_refunded_order_is_skipped(stage: Stage) -> None:
    stage.house.set(order_sync=False)
    order = stage.sells_on((stage.lamp, 1))
    stage.house.clock.advance(60)
    stage.people.merchant.refunds(HARBOUR, order)
    stage.house.turn()
    stage.house.set(order_sync=True)
    stage.house.turn()
    assert stage.states() == {"Alfa": "skipped"}
    assert "refunded" in stage.obstacles()


def test_an_order_that_is_fulfilled_already_is_skipped(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), paid=False)
    stage.house.clock.advance(60)
    stage.people.vendor.ships(HARBOUR, order)
    stage.house.turn()
    stage.house.clock.advance(60)
    stage.people.customer.pays(HARBOUR, order)
    stage.house.turn()
    assert stage.states() == {"Alfa": "skipped"}
    assert "already_fulfilled" in stage.obstacles()
    assert not stage.alfa.orders


def test_only_what_is_not_fulfilled_yet_is_pushed(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 3), paid=False)
    stage.house.clock.advance(60)
    stage.people.vendor.ships(HARBOUR, order, lines={"LAMP": 1})
    stage.people.customer.pays(HARBOUR, order)
    stage.house.turn()
    (line,) = stage.only(stage.alfa.orders.values()).lines
    assert line.quantity == 2


def test_what_needs_no_shipping_is_skipped(stage: Stage) -> None:
    code = stage.harbour.sells("CODE", "Code", vendor="Alfa", requires_shipping=False)
    stage.house.map(code, ALFA, str(stage.alfas_lamp.id))
    stage.sells_on((code, 1))
    assert stage.states() == {"Alfa": "skipped"}
    assert stage.obstacles() == {"nothing_to_ship"}


def test_every_obstacle_is_told_at_once_with_its_setting_and_whose_it_was(stage: Stage) -> None:
    with stage.house.unit() as session:
        merchant = stage.house.one(session, Merchant, shop=HARBOUR)
        vendor = stage.house.one(session, Vendor, name="Alfa")
        vendor.push_enabled = False
        settings.change(
            session, merchant, {"only_if_paid": True}, by="test", now=clock.now(), vendor=vendor
        )
        register.activate_add_on(session, merchant, "shopify", active=False, now=clock.now())
        access = stage.house.one(session, StoreAccess, address=ALFA)
        store_access.lock(session, access.id, "The key is gone.", clock.now())
    stage.house.set(order_sync=False)
    stage.sells_on((stage.lamp, 1), (unmapped(stage), 1), paid=False)
    told = {r.code: r for r in stored_reasons(stage.house.part()) if r.verdict is not Verdict.PUSH}
    assert set(told) == {
        "order_sync_off",
        "vendor_sync_off",
        "add_on_inactive",
        "access_lost",
        "not_paid",
        "unmapped_lines",
    }
    assert (told["not_paid"].setting, told["not_paid"].whose) == ("only_if_paid", "vendor")
    assert told["unmapped_lines"].whose == "merchant"
    assert all(reason.remedy and reasons.sentence(reason) for reason in told.values())


def test_why_is_told_in_sentences(stage: Stage) -> None:
    stage.house.set(order_sync=False)
    stage.sells_on((stage.lamp, 1))
    with stage.house.look() as session:
        merchant = stage.house.one(session, Merchant, shop=HARBOUR)
        lines = "\n".join(explained(session, merchant, stage.house.orders()[0].name))
    assert "Order sync is off. Switch on Enable order sync." in lines


def test_a_vendor_may_have_a_setting_of_its_own(stage: Stage) -> None:
    with stage.house.unit() as session:
        merchant = stage.house.one(session, Merchant, shop=HARBOUR)
        vendor = stage.house.one(session, Vendor, name="Bravo")
        settings.change(
            session, merchant, {"only_if_paid": False}, by="test", now=clock.now(), vendor=vendor
        )
    stage.sells_on((stage.lamp, 1), (stage.mug, 1), paid=False)
    assert stage.states() == {"Alfa": "waiting", "Bravo": "pushed"}
    assert stage.only(stage.bravo.orders.values()).status == "pending"


def test_an_unpaid_order_is_unpaid_there_too(stage: Stage) -> None:
    stage.house.set(only_if_paid=False)
    stage.sells_on((stage.lamp, 1), paid=False)
    assert stage.only(stage.alfa.orders.values()).financial_status == "PENDING"


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
@pytest.mark.parametrize("included", [False, True])
def test_the_parts_and_what_stands_in_the_stores_add_up(
    database_url: str, currency: str, included: bool
) -> None:
    """Discount, tax and shipping, to the smallest coin."""
    house = House(database_url)
    try:
        shop = {"currency": currency, "taxes_included": included}
        stage = Stage(
            house,
            harbour=shop,
            alfa={"currency": currency},
            bravo={"currency": currency},
        )
        order = stage.sells_on(
            (stage.lamp, 3), (stage.mug, 7), discount="10%", tax_rate="0.19", shipping="11"
        )
        (recorded,) = house.orders()
        digits = {"USD": 100, "JPY": 1, "KWD": 1000}[currency]
        parts = {part.vendor.name: part.share for part in house.parts()}
        assert sum(parts.values()) + recorded.own_share == recorded.total
        assert recorded.total == order.current_price * digits
        assert stage.only(stage.alfa.orders.values()).price * digits == parts["Alfa"]
        assert total_of(stage.only(stage.bravo.orders.values())) * digits == parts["Bravo"]
    finally:
        house.close()


def test_a_variant_mapped_elsewhere_before_it_was_sent_goes_there(stage: Stage) -> None:
    """The push was decided, its store busy; then the mapping moves to the other vendor."""
    stage.faults.add("refused", ALFA, "orderCreate")
    stage.sells_on((stage.lamp, 1))
    assert stage.states() == {"Alfa": "queued"}
    stage.house.map(stage.lamp, "bravo", str(stage.bravos_mug.id))
    stage.house.turn()
    stage.house.let_pass(240, step=60)
    assert not stage.alfa.orders
    assert len(stage.bravo.orders) == 1
    assert stage.states()["Bravo"] == "pushed"


def total_of(order: Any) -> Decimal:
    return sum((each.total for each in order.of("line", "shipping", "fee")), Decimal())
