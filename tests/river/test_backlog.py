"""After a backlog nothing is sent by what is known to be old: the newest unread news decide."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from orderflow import clock, leases, outbox
from orderflow.models import Webhook
from orderflow.traffic import unread_news
from sandbox.shopify.order import Order
from tests.house import HARBOUR, House
from tests.river.stage import Stage, VendorSide, creates
from workers import lanes

SECOND = timedelta(seconds=1)
WAIT = 5
"""Seconds after which a create that was throttled comes again."""


def about_to_be_sent(stage: Stage, side: VendorSide, **more: object) -> Order:
    """An order that was read, and whose push comes again in some seconds."""
    stage.faults.add("throttled", side.host, creates)
    order = stage.sells_on((side.item, 2), **more)
    assert side.orders() == []
    return order


@contextmanager
def behind(stage: Stage, lane: str) -> Iterator[None]:
    """Whoever holds ``lane`` has much to do and does not come to what arrives now."""
    stage.house.world.tick()
    with stage.house.unit() as session:
        held = leases.take(session, lane, now=clock.now(), seconds=3600)
    assert held
    yield
    with stage.house.unit() as session:
        leases.release(session, lane, held, {})


def orders_lane(stage: Stage) -> str:
    with stage.house.look() as session:
        order = stage.house.orders()[0]
        session.add(order)
        return order.merchant.orders_lane


def drain(house: House) -> None:
    house.clock.advance(WAIT)
    with house.app.app_context():
        lanes.Drainer(house.app).run([], seconds=60)


def test_an_order_whose_cancellation_lies_unread_is_not_sent(
    stage: Stage, side: VendorSide
) -> None:
    order = about_to_be_sent(stage, side)
    stage.people.merchant.cancels(HARBOUR, order)
    with behind(stage, orders_lane(stage)):
        drain(stage.house)
        assert side.orders() == []
        assert stage.house.part().state == "skipped"
        assert stage.house.messages("push") == []
    stage.house.turn()
    assert side.orders() == []
    assert "new" not in {row.state for row in webhooks(stage)}


def webhooks(stage: Stage) -> list[Webhook]:
    with stage.house.look() as session:
        return session.query(Webhook).order_by(Webhook.id).all()


def test_what_was_changed_last_decides_and_not_what_came_last(
    stage: Stage, side: VendorSide
) -> None:
    order = about_to_be_sent(stage, side)
    first = len(webhooks(stage))
    stage.people.merchant.changes(HARBOUR, order, note="Ring twice")
    stage.house.clock.advance(1)
    stage.people.merchant.cancels(HARBOUR, order)
    with behind(stage, orders_lane(stage)):
        with stage.house.unit() as session:
            came = session.query(Webhook).order_by(Webhook.id).all()[first:]
            bodies = [row.body for row in came]
            for row, body in zip(came, reversed(bodies), strict=True):
                row.body = body
        assert len(came) >= 2
        drain(stage.house)
    assert side.orders() == []
    assert stage.house.part().state == "skipped"


def test_an_order_that_was_edited_unread_goes_as_it_is_now(stage: Stage, side: VendorSide) -> None:
    order = about_to_be_sent(stage, side)
    stage.people.merchant.edits(HARBOUR, order, lines={side.item.sku: 1})
    with behind(stage, orders_lane(stage)):
        drain(stage.house)  # the news of the edit tell no lines: the shop is asked
        drain(stage.house)
        (push,) = stage.house.pushes()
        assert push.state == "placed"
        assert push.sent
        assert [line["quantity"] for line in push.sent["lines"]] == [1]


def test_a_push_waits_while_the_shop_is_about_to_be_asked_and_not_for_ever(
    stage: Stage, side: VendorSide
) -> None:
    order = about_to_be_sent(stage, side)
    with stage.house.unit() as session:
        access = session.query(Webhook).first().access_id
        about = {"order": str(order.id)}
        outbox.put(session, f"store:{access}", "fetch", f"fetch:{order.id}", about, now=clock.now())
    with behind(stage, f"store:{access}"):
        drain(stage.house)
        assert side.orders() == []
        (waiting,) = stage.house.messages("push")
        assert waiting.due_at <= clock.now().replace(microsecond=0) + 2 * SECOND
        assert waiting.tries == 0
        stage.house.clock.advance(unread_news.WAITS_FOR.total_seconds())
        for _ in range(3):
            drain(stage.house)
        assert len(side.orders()) == 1


def test_news_that_cannot_be_read_ahead_hold_the_push_until_their_turn(
    stage: Stage, side: VendorSide
) -> None:
    """Somebody else is reading the delivery just now."""
    order = about_to_be_sent(stage, side)
    stage.people.merchant.cancels(HARBOUR, order)
    lane = orders_lane(stage)
    stage.house.world.tick()
    with stage.house.unit() as session:
        held = leases.take(session, lane, now=clock.now(), seconds=3600)
        assert outbox.claim(session, lane, held or 0, 9, now=clock.now(), seconds=3600)
    drain(stage.house)
    assert side.orders() == []
    assert len(stage.house.messages("push")) == 1
    with stage.house.unit() as session:
        leases.release(session, lane, held or 0, {})
    stage.house.later(WAIT)
    stage.house.later(WAIT)
    assert side.orders() == []
    assert stage.house.part().state == "skipped"
