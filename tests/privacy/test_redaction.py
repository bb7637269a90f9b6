"""A customer is forgotten at the shop's request: nowhere in any table, while the order stays."""

from __future__ import annotations

import json

import pytest

from orderflow import clock, outbox
from orderflow.book import timeline
from orderflow.forget import forgetting
from orderflow.models import MarketplaceOrder, Push, StoreCall, Webhook
from orderflow.rules.judge import BURST
from tests.house import HARBOUR, STRANGER
from tests.privacy.cage import BUYER, CANARY, Cage
from tests.river.test_webhooks import post


def test_a_redacted_customer_is_nowhere_in_any_table(cage: Cage) -> None:
    cage.house.set(replace_customer=False)
    order = cage.canary_buys()
    assert {"marketplace_order", "push"} <= set(cage.sings_in())
    cage.redact(order)
    assert cage.sings_in() == []
    assert "buyer_forgotten" in cage.house.events()


def test_the_reference_of_the_payment_goes_with_the_buyer(cage: Cage) -> None:
    cage.house.set(share_transaction_reference=True)
    order = cage.canary_buys()
    reference = str(order.transactions[0].payment_id)
    with cage.house.unit() as session:
        (push,) = session.query(Push).all()
        push.words = f"Payment {reference} is not ours"
    cage.request(order)
    knowing = {name for name, text in cage.dump().items() if reference in text}
    assert knowing == {"marketplace_order", "push", "privacy_request"}
    cage.redact(order)
    cage.people.merchant.edits(cage.harbour, order, note="Canarina called again")
    cage.house.turn()
    assert [name for name, text in cage.dump().items() if reference in text] == []


def test_totals_lines_and_history_stay(cage: Cage) -> None:
    order = cage.canary_buys()
    before = cage.house.part()
    cage.redact(order)
    after = cage.house.part()
    assert (after.share, after.state, len(after.lines)) == (before.share, "pushed", 1)
    assert after.order.total == before.order.total
    (push,) = cage.house.pushes()
    sent = push.sent or {}
    assert sent["total"] == 3000
    assert sent["shipping_address"] == {"country": "CA"}
    assert "placed" in cage.house.events()


def test_what_stores_and_people_said_is_searched_for_the_buyer(cage: Cage) -> None:
    order = cage.canary_buys()
    with cage.house.unit() as session:
        row = cage.house.one(session, MarketplaceOrder)
        (push,) = session.query(Push).all()
        push.words = "billing e-mail canarina@canary.example.com is not valid"
        for call in session.query(StoreCall).filter_by(order_id=row.id):
            call.words = "No such street: 7 Canary Wharf"
        row.vendor_orders[0].forbidden = {"who": "7", "why": "Canarina called"}
        timeline.tell(session, row, "refused", clock.now(), words="Phone 15550177 is bad")
    assert {"push", "vendor_order", "timeline_event"} <= set(cage.sings_in())
    cage.redact(order)
    assert cage.sings_in() == []
    (push,) = cage.house.pushes()
    assert push.words == "billing e-mail … is not valid"


def test_a_later_sight_of_the_order_brings_nobody_back(cage: Cage) -> None:
    order = cage.canary_buys()
    cage.redact(order)
    cage.people.merchant.edits(cage.harbour, order, note="Canarina called again")
    cage.house.turn()
    cage.house.hear_of_orders()
    assert cage.sings_in() == []


def test_an_order_whose_buyer_is_forgotten_is_not_pushed(cage: Cage) -> None:
    order = cage.canary_buys(paid=False)
    cage.redact(order)
    cage.people.merchant.marks_paid(cage.harbour, order)
    cage.house.turn()
    assert cage.alfa.orders == {}
    assert "buyer_forgotten" in cage.obstacles()


def test_orders_that_the_request_does_not_name_are_found_by_the_address(cage: Cage) -> None:
    first, second = cage.canary_buys(), cage.canary_buys(email="CANARINA@canary.example.com")
    other = cage.canary_buys(email="somebody@else.example.com")
    body = {
        "shop_domain": cage.harbour.domain,
        "customer": {"id": 1, "email": BUYER["email"], "phone": None},
        "orders_to_redact": [first.id],
    }
    assert post(cage.house, body, topic="customers/redact").status_code == 200
    cage.house.turn()
    forgotten = {o.remote_id for o in cage.house.orders() if o.forgotten_at is not None}
    assert forgotten == {str(first.id), str(second.id)}
    assert str(other.id) not in forgotten


def test_another_shop_s_orders_of_the_same_person_stay(cage: Cage) -> None:
    cage.stranger()
    order = cage.canary_buys()
    cage.redact(order)
    assert cage.sings_in(besides=STRANGER) == []
    assert "marketplace_order" in cage.sings_in()


def test_a_vendor_s_store_forgets_its_copy_of_what_we_sent(cage: Cage) -> None:
    cage.house.set(replace_customer=False)
    cage.canary_buys()
    (theirs,) = cage.alfa.orders.values()
    cage.redact(theirs, cage.alfa)
    assert CANARY not in str(cage.house.pushes()[0].sent).lower()
    assert cage.sings_in() == ["marketplace_order"]


def test_many_orders_are_seen_to_in_batches(cage: Cage, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [cage.canary_buys() for _ in range(5)]
    monkeypatch.setattr(forgetting, "BATCH", 2)
    cage.redact(orders[0])
    assert cage.sings_in() == []
    (request,) = cage.requests()
    assert len(request.order_ids) == 5
    assert request.done_at is not None


def test_a_forged_request_is_answered_401_and_forgets_nobody(cage: Cage) -> None:
    order = cage.canary_buys()
    body = {
        "shop_domain": cage.harbour.domain,
        "customer": {"email": BUYER["email"]},
        "orders_to_redact": [order.id],
    }
    for topic in ("customers/data_request", "customers/redact", "shop/redact"):
        assert post(cage.house, body, topic=topic, secret="wrong" * 8).status_code == 401  # noqa: S106
    cage.house.turn()
    assert "marketplace_order" in cage.sings_in()
    assert cage.requests() == []


def test_a_signed_body_of_something_else_cannot_be_replayed_as_a_request(cage: Cage) -> None:
    order = cage.canary_buys()
    signed = {"id": order.id, "customer": {"email": BUYER["email"]}}
    answer = post(cage.house, signed, topic="customers/redact")
    assert answer.status_code == 401
    other = {**signed, "shop_domain": STRANGER}
    assert post(cage.house, other, topic="customers/redact").status_code == 401
    assert cage.requests() == []


@pytest.mark.parametrize(
    ("named", "done"),
    [({"shop_domain": HARBOUR}, True), ({"shop_domain": STRANGER}, False), ({}, False)],
)
def test_a_request_that_was_kept_for_a_person_is_carried_out_if_it_names_its_shop(
    cage: Cage, named: dict[str, str], *, done: bool
) -> None:
    order = cage.canary_buys()
    body = {**named, "customer": {"email": BUYER["email"]}, "orders_to_redact": [order.id]}
    access = cage.merchant().access
    with cage.house.unit() as session:
        kept = Webhook(
            access_id=access.id,
            delivery_id="kept",
            topic="customers/redact",
            body=json.dumps(body).encode(),
            received_at=clock.now(),
            state=Webhook.KEPT,
        )
        session.add(kept)
        session.flush()
        about = {"webhook": kept.id, "order": "", "key": ""}
        outbox.put(session, access.orders_lane, "webhook", "kept", about, now=clock.now())
    cage.house.turn()
    assert len(cage.requests()) == done
    assert ("marketplace_order" not in cage.sings_in()) is done
    assert "webhook" not in cage.sings_in()


def test_a_request_of_a_shop_that_we_do_not_know_is_answered_well(cage: Cage) -> None:
    body = {"shop_id": 1, "shop_domain": "nobody.myshopify.com"}
    answer = post(cage.house, body, topic="shop/redact", shop="nobody.myshopify.com")
    assert answer.status_code == 200


def test_what_was_edited_on_both_sides_is_forgotten_too(cage: Cage) -> None:
    cage.house.set(replace_customer=False, conflicts="ask")
    order = cage.canary_buys()
    (theirs,) = cage.alfa.orders.values()
    renamed = {**(order.shipping_address or {}), "first_name": "Canaria"}
    edit = cage.people.merchant.changes
    edit(HARBOUR, order, note="Canarina rings once", shipping_address=renamed)
    cage.house.turn()
    cage.house.later(BURST)
    cage.house.clock.advance(5)
    edit(cage.alfa, theirs, note="Canarina rang")
    edit(HARBOUR, order, note="Canarina rings twice", email="ann@example.com")
    cage.house.turn()
    cage.house.later(BURST)
    assert set(cage.sings_in()) >= {"marketplace_order", "push", "conflict"}
    cage.redact(order)
    assert cage.sings_in() == []
    edit(HARBOUR, order, note="Canarina rings thrice")
    cage.house.turn()
    cage.house.later(BURST)
    assert cage.sings_in() == []
