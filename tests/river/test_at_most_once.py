"""However a create goes wrong, one order stands in the vendor's store at the end."""

from __future__ import annotations

from typing import Any

import pytest

from orderflow import leases
from tests.house import ALFA, HARBOUR, House
from tests.river.stage import Stage, VendorSide, creates, reads
from workers import lanes

ALL_LOOKS = 5 + 30 + 120 + 600
CLAIM = 151


def test_a_lost_answer_leaves_one_order(stage: Stage, side: VendorSide) -> None:
    stage.faults.add("lost_answer", side.host, creates)
    stage.sells_unheard((side.item, 1))
    assert stage.house.part().state == "unknown"
    stage.house.later(5)
    assert len(side.orders()) == 1
    assert stage.house.part().state == "pushed"
    assert stage.house.pushes()[0].remote_id == str(side.orders()[0].id)


def test_an_error_after_the_order_was_made_leaves_one_order(stage: Stage, side: VendorSide) -> None:
    stage.faults.add("error_after", side.host, creates)
    stage.sells_unheard((side.item, 1))
    stage.house.later(5)
    assert len(side.orders()) == 1
    assert stage.house.part().state == "pushed"


@pytest.mark.parametrize("nothing_made", ["html", "error_before"])
def test_an_answer_that_is_no_answer_is_looked_up_and_then_sent_again(
    stage: Stage, side: VendorSide, nothing_made: Any
) -> None:
    stage.faults.add(nothing_made, side.host, creates)
    stage.sells_on((side.item, 1))
    assert stage.house.part().state == "unknown"
    assert side.orders() == []
    stage.all_looks()
    assert len(side.orders()) == 1
    assert stage.house.part().state == "pushed"
    assert stage.house.events().count("looked_in_vain") == 1


def test_every_lost_answer_in_a_row_is_looked_up_before_more_is_sent(
    stage: Stage, side: VendorSide
) -> None:
    """The look-ups fail too, and as long as nobody can look, nothing is sent."""
    stage.faults.add("lost_answer", side.host, creates)
    stage.faults.add("lost_answer", side.host, reads, times=3)
    stage.sells_unheard((side.item, 1))
    stage.house.let_pass(1200, step=120)
    assert len(side.orders()) == 1
    assert stage.house.part().state == "pushed"


def test_a_create_that_lands_between_two_looks_is_found(stage: Stage, side: VendorSide) -> None:
    stage.faults.add("late", side.host, creates, seconds=90)
    stage.sells_unheard((side.item, 1))
    stage.all_looks()
    assert len(side.orders()) == 1
    assert stage.house.part().state == "pushed"


def test_a_create_that_lands_after_the_last_look_does_not_stay(
    stage: Stage, side: VendorSide
) -> None:
    """The store itself refuses the twin, or the audit cancels it."""
    stage.faults.add("late", side.host, creates, seconds=ALL_LOOKS + 120)
    stage.sells_on((side.item, 1))
    stage.all_looks()
    assert stage.house.part().state == "pushed"
    stage.house.let_pass(1200, step=300)
    assert len(side.live()) == 1
    assert stage.house.pushes()[0].remote_id == str(side.live()[0].id)


@pytest.mark.parametrize("webhooks_arrive", [True, False], ids=["webhook", "poll"])
def test_a_create_that_lands_hours_later_does_not_stay(stage: Stage, webhooks_arrive: bool) -> None:
    """Where the store knows no unique key, our own key in the order gives the twin away."""
    side = stage.side("woocommerce")
    stage.faults.add("late", side.host, creates, seconds=4 * 3600)
    stage.sells_on((side.item, 1))
    stage.all_looks()
    stage.house.world.deliveries.drop = 0.0 if webhooks_arrive else 1.0
    stage.house.let_pass(5 * 3600, step=1200)
    assert len(side.orders()) == 2
    assert len(side.live()) == 1
    assert "surplus_cancelled" in stage.house.events()


def test_a_store_without_unique_keys_is_audited_too(house: House) -> None:
    stage = Stage(house, alfa={"unique_metafields": False, "search_lag": 300.0})
    side = stage.side("shopify")
    stage.faults.add("late", side.host, creates, seconds=ALL_LOOKS + 120)
    stage.sells_on((side.item, 1))
    stage.all_looks()
    house.let_pass(1800, step=300)
    assert len(side.orders()) == 2
    assert len(side.live()) == 1


def test_the_stores_own_webhook_counts_as_the_answer(stage: Stage, side: VendorSide) -> None:
    """The answer is lost, and no look-up works: the webhook of the new order carries our key."""
    stage.faults.add("lost_answer", side.host, creates)
    stage.sells_on((side.item, 1))
    assert stage.house.part().state == "pushed"
    assert len(side.orders()) == 1


def test_a_worker_that_dies_before_the_call_sends_nothing_twice(
    stage: Stage, side: VendorSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        dies(patch, "workers.gear.Job.store")
        stage.sells_on((side.item, 1))
    assert stage.house.pushes()[0].state == "sending"
    assert side.orders() == []
    stage.house.later(CLAIM)
    stage.all_looks()
    assert len(side.orders()) == 1
    assert stage.house.part().state == "pushed"


def test_a_worker_that_dies_after_the_call_leaves_one_order(
    stage: Stage, side: VendorSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        dies(patch, "orderflow.traffic.push.placed")
        stage.sells_unheard((side.item, 1))
    assert stage.house.pushes()[0].state == "sending"
    assert len(side.orders()) == 1
    stage.house.later(CLAIM)
    assert len(side.orders()) == 1
    assert stage.house.part().state == "pushed"


def test_two_workers_with_one_message_make_one_order(stage: Stage, side: VendorSide) -> None:
    """The first is so slow that its claim lapses; a second one takes the message meanwhile."""
    house = stage.house
    stage.faults.add("slow", side.host, creates, seconds=1)
    second: list[bool] = []

    def meanwhile(_seconds: float) -> None:
        house.clock.advance(CLAIM)
        lanes.Drainer(house.app).run([house.messages("push")[0].lane], seconds=5)
        second.append(True)

    house.world.sleep = meanwhile
    stage.sells_on((side.item, 1))
    stage.all_looks()
    house.let_pass(1200, step=300)
    assert second
    assert len(side.live()) == 1
    assert stage.house.part().state == "pushed"


def test_a_refused_connection_is_no_unknown_outcome(stage: Stage, side: VendorSide) -> None:
    """Nothing left us, so nothing need be looked for: it is simply sent again."""
    stage.faults.add("refused", side.host, creates)
    stage.sells_on((side.item, 1))
    assert stage.house.part().state == "queued"
    stage.house.let_pass(120, step=40)
    assert len(side.orders()) == 1
    assert "outcome_unknown" not in stage.house.events()


def test_an_order_cancelled_while_its_outcome_is_unknown_is_not_sent_again(
    stage: Stage, side: VendorSide
) -> None:
    stage.faults.add("error_before", side.host, creates)
    order = stage.sells_on((side.item, 1))
    stage.people.merchant.cancels(HARBOUR, order)
    stage.all_looks()
    assert side.orders() == []
    assert stage.house.part().state == "skipped"


def test_a_key_goes_with_one_push_for_ever(stage: Stage) -> None:
    """Refused, put right and pushed again: the store may still recognise a straggler."""
    stage.faults.add("error_before", ALFA, creates)
    stage.sells_on((stage.lamp, 1))
    before = stage.house.pushes()[0].key
    stage.all_looks()
    assert [each.key for each in stage.house.pushes()] == [before]
    assert stage.only(stage.alfa.orders.values()).source_identifier == before


def dies(patch: pytest.MonkeyPatch, where: str) -> None:
    """Whoever comes to ``where`` is gone, and so is all that it would have written down after."""

    def killed(*_: Any, **__: Any) -> None:
        raise SystemExit("killed")

    patch.setattr(where, killed)
    patch.setattr(lanes, "put_back", lambda *_: None)
    patch.setattr(leases, "release", lambda *_: None)


def test_what_goes_after_a_surplus_order_was_cancelled_is_no_order_of_before(
    stage: Stage, side: VendorSide
) -> None:
    """The create lands hours after all looks said no and the push was stopped; it is cancelled.
    The next push is an order of its own, and nobody is told that the vendor cancelled."""
    stage.faults.add("late", side.host, creates, seconds=4 * 3600)
    stage.sells_on((side.item, 1))
    stage.house.set(order_sync=False)
    stage.all_looks()
    assert side.orders() == []
    stage.house.let_pass(5 * 3600, step=1200)
    assert (len(side.orders()), side.live()) == (1, [])
    stage.house.set(order_sync=True)
    stage.house.turn()
    assert (len(side.orders()), len(side.live())) == (2, 1)
    (placed,) = (push for push in stage.house.pushes() if push.state == "placed")
    assert placed.remote_id == str(side.live()[0].id)
    stage.house.let_pass(3600, step=1200)
    assert stage.house.part().state == "pushed"
    assert [flag.code for flag in stage.house.flags()] == []


def test_an_order_that_the_vendor_cancelled_before_we_knew_of_it_is_not_taken_up(
    stage: Stage,
) -> None:
    """It landed after all looks, when the push was stopped, and died before we heard of it."""
    stage.faults.add("late", ALFA, creates, seconds=4 * 3600)
    stage.sells_on((stage.lamp, 1))
    stage.house.set(order_sync=False)
    stage.all_looks()
    stage.house.world.deliveries.drop = 1.0
    stage.house.clock.advance(5 * 3600)
    stage.house.world.tick()
    (landed,) = stage.alfa.orders.values()
    stage.people.vendor.cancels(stage.alfa, landed)
    stage.house.let_pass(3600, step=1200)
    assert "surplus_cancelled" not in stage.house.events()
    stage.house.set(order_sync=True)
    stage.house.turn()
    assert len(stage.side("shopify").live()) == 1
    assert stage.house.flags() == []


# -- a firewall answers in the store's place -------------------------------------------------------


def test_an_order_made_behind_a_firewalls_refusal_is_found_and_not_made_again(
    stage: Stage, side: VendorSide
) -> None:
    stage.faults.add("turned_away", side.host, creates)
    stage.sells_unheard((side.item, 1))
    stage.house.later(5)
    assert len(side.orders()) == 1
    assert stage.house.part().state == "pushed"


def test_an_order_that_lands_late_behind_a_firewalls_refusal_does_not_stay_twice(
    stage: Stage, side: VendorSide
) -> None:
    """The firewall turns every write away at first, so nobody blames this order for it."""
    stage.faults.add("turned_away", side.host, creates, seconds=60)
    if side.host != ALFA:
        stage.faults.add("turned_away", side.host, lambda asked: asked.path.endswith("/batch"))
    stage.sells_unheard((side.item, 1))
    assert stage.house.part().state == "unknown"
    stage.all_looks()
    stage.house.let_pass(1200, step=300)
    assert len(side.orders()) == 1
    assert stage.house.part().state == "pushed"


def test_an_order_that_landed_although_it_was_refused_is_found_before_it_is_sent_again(
    stage: Stage,
) -> None:
    side = stage.side("woocommerce")
    stage.faults.add("turned_away", side.host, creates, seconds=60)
    order = stage.sells_unheard((side.item, 1))
    assert stage.house.part().state == "refused"
    stage.house.later(61)
    stage.people.merchant.changes(HARBOUR, order, note="Please hurry")
    stage.house.hear_of_orders()
    assert stage.house.part().state == "pushed"
    assert len(side.orders()) == 1


def test_an_order_that_landed_although_it_was_refused_is_cancelled_and_sent_under_a_new_key(
    stage: Stage,
) -> None:
    side = stage.side("woocommerce")
    stage.faults.add("turned_away", side.host, creates, seconds=60)
    order = stage.sells_unheard((side.item, 1))
    key = stage.house.pushes()[0].key
    stage.house.let_pass(1200, step=300)
    assert side.live() == []
    assert "surplus_cancelled" in stage.house.events()
    stage.people.merchant.changes(HARBOUR, order, note="Please hurry")
    stage.house.hear_of_orders()
    assert stage.house.part().state == "pushed"
    assert len(side.live()) == 1
    assert stage.house.pushes()[-1].key != key
    assert stage.house.flags() == []


def test_a_create_that_is_never_answered_is_sent_ever_less_often_and_then_told(
    stage: Stage,
) -> None:
    side = stage.side("woocommerce")
    stage.faults.add("error_before", side.host, creates, times=10_000)
    stage.sells_unheard((side.item, 1))
    stage.house.let_pass(2 * 24 * 3600 + 12 * 3600, step=3 * 3600)
    sent = [each for each in stage.faults.fired if each.kind == "error_before"]
    assert stage.house.part().state == "refused"
    assert "given_up" in stage.house.events()
    assert 3 < len(sent) < 25


def test_an_order_that_was_found_is_compared_like_one_that_was_answered(
    stage: Stage, side: VendorSide
) -> None:
    stage.house.world.liar(side.host).tell("other_total")
    stage.faults.add("lost_answer", side.host, creates)
    stage.sells_unheard((side.item, 2))
    stage.house.later(5)
    stage.house.turn()
    assert [flag.code for flag in stage.house.flags()] == ["store_total"]
    assert "order_compared" in stage.house.events()
