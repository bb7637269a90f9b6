"""The payment's reference reaches vendors whose merchant shares it, and nobody else (P35)."""

from __future__ import annotations

from sqlalchemy import select
from werkzeug.wrappers import Request

from orderflow import clock
from orderflow.forget import forgetting
from orderflow.intake import reference
from orderflow.mask.compose import PAYMENT_REFERENCE
from orderflow.models import MarketplaceOrder, Merchant, Vendor
from orderflow.rules import settings, watching
from orderflow.rules.judge import BURST, reconsider_all
from sandbox.shopify.order import Order
from tests import agreement
from tests.house import HARBOUR
from tests.river.stage import PLATFORMS, Stage
from tests.river.test_edits import writes


def asks(request: Request) -> bool:
    """Whether a shop is asked for the payments of an order."""
    return "paymentId" in request.get_data(as_text=True)


def count_asking(stage: Stage) -> None:
    """From now on ``asked`` knows how often."""
    stage.faults.add("slow", "*", asks, times=1000)


def asked(stage: Stage) -> int:
    return sum(fired.kind == "slow" for fired in stage.faults.fired)


def share(stage: Stage, vendor: str = "", *, on: bool = True, **more: settings.Value) -> None:
    """For all vendors, or one."""
    with stage.house.unit() as session:
        merchant = session.scalars(select(Merchant).where(Merchant.shop == HARBOUR)).one()
        whose = session.scalars(select(Vendor).where(Vendor.name == vendor)).one_or_none()
        values = {reference.SETTING: on, **more}
        settings.change(session, merchant, values, by="test", now=clock.now(), vendor=whose)
        reconsider_all(session, merchant, clock.now())
    stage.house.turn()


def of(order: Order) -> str:
    return ", ".join(str(paid.payment_id) for paid in order.transactions)


def received(stage: Stage) -> list[str | None]:
    """By placed push."""
    return [top.attributes.get(PAYMENT_REFERENCE) for top in agreement.tops(stage.house)]


def kept(stage: Stage) -> list[str | None]:
    return [order.payment_reference for order in stage.house.orders()]


def test_vendors_of_both_platforms_receive_it_and_the_shop_is_asked_once(stage: Stage) -> None:
    share(stage)
    count_asking(stage)
    spoofed = [{"key": PAYMENT_REFERENCE, "value": "mine"}, {"key": "Gift", "value": "yes"}]
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1), customAttributes=spoofed)
    assert received(stage) == [of(order)] * len(PLATFORMS)
    assert asked(stage) == 1
    assert stage.house.messages("watch") == []
    stage.people.merchant.changes(HARBOUR, order, note="Ring", attributes=[("Gift", "no")])
    stage.house.let_pass(1800, step=600)
    tops = agreement.tops(stage.house)
    assert [top.attributes for top in tops] == [{"Gift": "no", PAYMENT_REFERENCE: of(order)}] * 2
    assert writes(stage) == 2
    assert asked(stage) == 1


def test_where_it_is_not_shared_nobody_asks_and_nothing_is_kept(stage: Stage) -> None:
    count_asking(stage)
    stage.sells_on((stage.lamp, 1))
    assert (received(stage), kept(stage), asked(stage)) == ([None], [None], 0)
    share(stage, "Bravo")
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    stage.sells_on((stage.lamp, 1))
    assert received(stage) == [None, None, of(order), None]
    assert (kept(stage), asked(stage)) == ([None, of(order), None], 1)


def test_the_order_waits_until_the_shop_has_told(stage: Stage) -> None:
    share(stage)
    stage.faults.add("throttled", HARBOUR, asks, times=3)
    order = stage.sells_on((stage.lamp, 1))
    assert stage.states() == {"Alfa": "waiting"}
    assert stage.obstacles() == {"reference_not_read"}
    stage.house.let_pass(3600, step=300)
    assert received(stage) == [of(order)]
    assert stage.house.messages("watch") == []


def test_risk_and_reference_are_waited_for_together(stage: Stage) -> None:
    share(stage, fraud_hold=True)
    count_asking(stage)
    order = stage.buys((stage.lamp, 1))
    stage.people.merchant.assesses(HARBOUR, order, "HIGH")
    stage.house.turn()
    stage.house.later(watching.ASK_SOON)
    assert stage.obstacles() == {"high_risk"}
    stage.people.merchant.assesses(HARBOUR, order, "LOW")
    stage.house.later(watching.WATCH_EVERY)
    assert (received(stage), asked(stage)) == ([of(order)], 1)


def test_an_order_without_one_goes_without(stage: Stage) -> None:
    share(stage, only_if_paid=False)
    count_asking(stage)
    cash = {"gateway": "cash", "amountSet": {"shopMoney": {"amount": "30", "currencyCode": "USD"}}}
    spoofed = {"key": PAYMENT_REFERENCE, "value": "mine"}
    stage.sells_on((stage.lamp, 1), transactions=[cash], customAttributes=[spoofed])
    assert (received(stage), kept(stage), asked(stage)) == ([None], [""], 1)
    unpaid = stage.sells_on((stage.lamp, 1), paid=False)
    assert (received(stage), kept(stage), asked(stage)) == ([None] * 2, ["", None], 1)
    stage.people.customer.pays(HARBOUR, unpaid)
    stage.house.later(BURST)
    assert (received(stage), asked(stage)) == ([None] * 2, 1)


def test_a_line_that_follows_brings_the_reference_of_what_was_paid_for_it(stage: Stage) -> None:
    """The setting was switched on after the push; then the buyer takes more, and pays it."""
    order = stage.sells_on((stage.lamp, 1))
    share(stage)
    assert kept(stage) == [None]
    vase = stage.harbour.sells("VASE", "Vase", "9.00", vendor="Alfa")
    stage.house.set(unsynced_products=True)
    stage.people.merchant.changes(HARBOUR, order, financial_status="PARTIALLY_PAID")
    stage.people.merchant.edits(HARBOUR, order, adds=[(vase, 1)])
    stage.house.later(BURST)
    assert kept(stage) == [None]
    stage.people.customer.pays(HARBOUR, order)
    stage.house.let_pass(60, step=BURST)
    assert len(order.transactions) == 2
    assert received(stage) == [of(order)]


def test_another_payment_is_asked_for_where_somebody_still_waits(stage: Stage) -> None:
    share(stage, "Alfa", only_if_paid=False)
    share(stage, "Bravo")
    count_asking(stage)
    part = {"gateway": "bogus", "amountSet": {"shopMoney": {"amount": "5", "currencyCode": "USD"}}}
    order = stage.sells_on(
        (stage.lamp, 1), (stage.mug, 1), financialStatus="PARTIALLY_PAID", transactions=[part]
    )
    first = of(order)
    assert (received(stage), stage.states()["Bravo"]) == ([first], "waiting")
    stage.people.customer.pays(HARBOUR, order)
    stage.house.later(BURST)
    assert received(stage) == [first, of(order)]
    assert (first != of(order), asked(stage)) == (True, 2)


def test_switched_off_it_is_let_go_at_once_but_for_those_who_still_get_it(stage: Stage) -> None:
    share(stage)
    both = stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    stage.sells_on((stage.lamp, 1))
    share(stage, "Bravo")
    share(stage, on=False)
    assert kept(stage) == [of(both), None]
    share(stage, "Bravo", on=False)
    assert kept(stage) == [None, None]
    assert received(stage)[0] == of(both)


def test_of_a_forgotten_buyer_nothing_more_is_asked(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1))
    vase = stage.harbour.sells("VASE", "Vase", "9.00", vendor="Alfa")
    stage.house.set(unsynced_products=True)
    stage.faults.add("throttled", HARBOUR, asks, times=3)
    share(stage)
    stage.people.merchant.edits(HARBOUR, order, adds=[(vase, 1)])
    stage.house.turn()
    with stage.house.unit() as session:
        row = session.scalars(select(MarketplaceOrder)).one()
        forgetting.forget(session, row.id, clock.now(), cause=forgetting.REQUEST)
    stage.house.let_pass(3600, step=600)
    assert kept(stage) == [None]


def test_a_shop_that_refuses_to_tell_holds_up_nothing(stage: Stage) -> None:
    stage.faults.add("rejected", HARBOUR, asks, times=9)
    share(stage)
    stage.sells_on((stage.lamp, 1))
    stage.house.let_pass(60, step=20)
    assert stage.states() == {"Alfa": "pushed"}
    assert received(stage) == [None]
