"""Personal data is kept for a stated time after an order is done, and then goes by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow.models import MarketplaceOrder, Webhook
from tests.privacy.cage import Cage
from tests.river.test_webhooks import post

DAY = 24 * 3600


def ships(cage: Cage) -> None:
    (theirs,) = cage.alfa.orders.values()
    cage.people.vendor.ships(cage.alfa.domain, theirs, number="1Z999")
    cage.house.turn()
    cage.house.hear_of_orders()


def days(cage: Cage, count: int) -> None:
    cage.house.clock.advance((count - 1) * DAY)
    cage.house.later(DAY + 60)


def test_the_buyer_goes_sixty_days_after_the_order_was_shipped(cage: Cage) -> None:
    cage.house.set(replace_customer=False)
    cage.canary_buys()
    days(cage, 20)
    assert cage.house.orders()[0].forgotten_at is None
    ships(cage)
    days(cage, 59)
    assert cage.house.orders()[0].forgotten_at is None
    days(cage, 2)
    assert cage.sings_in() == []
    assert cage.house.part().state == "shipped"


def test_the_buyer_of_a_cancelled_order_goes_too(cage: Cage) -> None:
    order = cage.canary_buys(paid=False)
    cage.people.merchant.cancels(cage.harbour, order)
    cage.house.turn()
    days(cage, 61)
    assert cage.sings_in() == []


def brick(cage: Cage, name: str) -> None:
    with cage.house.unit() as session:
        cage.house.one(session, MarketplaceOrder, name=name).snapshot = {"id": "nonsense"}


def test_an_order_that_cannot_be_read_keeps_nobody_from_being_forgotten(cage: Cage) -> None:
    for order in [cage.canary_buys(paid=False), cage.canary_buys(paid=False)]:
        cage.people.merchant.cancels(cage.harbour, order)
    cage.house.turn()
    brick(cage, cage.house.orders()[0].name)
    days(cage, 61)
    assert all(order.forgotten_at for order in cage.house.orders())
    assert cage.sings_in() == []


@pytest.mark.parametrize(("kept", "after", "gone"), [(0, 1, True), (365, 300, False)])
def test_the_merchant_says_how_long(cage: Cage, kept: int, after: int, gone: bool) -> None:
    cage.house.set(keep_personal_days=kept)
    order = cage.canary_buys(paid=False)
    cage.people.merchant.cancels(cage.harbour, order)
    cage.house.turn()
    days(cage, after)
    assert (cage.house.orders()[0].forgotten_at is not None) is gone


def test_what_nobody_could_read_loses_its_body_after_a_week_and_goes_after_a_month(
    cage: Cage,
) -> None:
    assert post(cage.house, b"[canarina").status_code == 400
    with cage.house.look() as session:
        assert session.query(Webhook).filter_by(state="malformed").one().body
    days(cage, 8)
    with cage.house.look() as session:
        assert session.query(Webhook).filter_by(state="malformed").one().body is None
    days(cage, 25)
    with cage.house.look() as session:
        old = cage.house.clock() - timedelta(days=30)
        assert session.query(Webhook).filter(Webhook.received_at < old).count() == 0
