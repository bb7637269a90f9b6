"""Webhooks of the marketplace and of vendors' stores: doubled, forged, shuffled, broken or lost."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from orderflow.db import db
from orderflow.models import MarketplaceOrder, Message, StoreAccess, Webhook
from sandbox.shopify.bodies import order_body
from sandbox.shopify.order import Order
from tests.house import ALFA, BRAVO, HARBOUR, SECRET, STRANGER, House
from tests.river.stage import Stage


def signed(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def post(
    house: House,
    body: bytes | dict[str, Any],
    *,
    shop: str = HARBOUR,
    topic: str = "orders/create",
    secret: str = SECRET,
    delivery: str = "",
) -> TestResponse:
    """One delivery as Shopify makes it, from a client of its own: threads may call this."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": signed(content, secret),
        "X-Shopify-Shop-Domain": shop,
        "X-Shopify-Webhook-Id": delivery or str(uuid.uuid4()),
    }
    return house.web.test_client().post("/webhooks/shopify", data=content, headers=headers)


def told(stage: Stage, order: Order) -> dict[str, Any]:
    """What the shop says of an order now. Nothing is delivered by itself any more."""
    stage.house.world.deliveries.drop = 1.0
    return dict(order_body(order, HARBOUR, stage.harbour.id))


def kept(house: House) -> dict[str, int]:
    """Webhooks kept, by state."""
    with house.look() as session:
        return dict(
            session.execute(select(Webhook.state, func.count()).group_by(Webhook.state)).all()
        )


def test_a_delivery_that_comes_twice_has_one_effect(stage: Stage) -> None:
    stage.house.world.deliveries.duplicate = 1.0
    stage.sells_on((stage.lamp, 1))
    assert len(stage.alfa.orders) == 1
    assert len(stage.house.pushes()) == 1


def test_a_delivery_repeated_hours_later_is_known(stage: Stage) -> None:
    body = told(stage, stage.buys((stage.lamp, 1)))
    assert post(stage.house, body, delivery="d-1").json == {"status": "new"}
    stage.house.later(5 * 3600)
    before = kept(stage.house)
    answer = post(stage.house, body, delivery="d-1")
    assert (answer.status_code, answer.json) == (200, {"status": "again"})
    assert kept(stage.house) == before
    assert not stage.house.messages("webhook")


def test_ten_identical_deliveries_at_once_have_one_effect(stage: Stage) -> None:
    body = told(stage, stage.buys((stage.lamp, 1), (stage.mug, 1)))
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: post(stage.house, body, delivery="same"), range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert sum(answer.json == {"status": "new"} for answer in answers) == 1
    stage.house.turn()
    assert (len(stage.alfa.orders), len(stage.bravo.orders)) == (1, 1)


def test_ten_deliveries_about_one_new_order_at_once_record_it_once(stage: Stage) -> None:
    """Shopify repeats an event under new ids; create, paid and updated come together."""
    body = told(stage, stage.buys((stage.lamp, 1)))
    topics = ("orders/create", "orders/paid", "orders/updated") * 3
    with ThreadPoolExecutor(9) as pool:
        list(pool.map(lambda topic: post(stage.house, body, topic=topic), topics))
    stage.house.turn()
    assert len(stage.house.orders()) == 1
    assert len(stage.alfa.orders) == 1


@pytest.mark.parametrize("secret", ["", "another-secret", SECRET.upper()])
def test_what_the_platform_did_not_sign_changes_nothing(stage: Stage, secret: str) -> None:
    body = told(stage, stage.buys((stage.lamp, 1)))
    before = kept(stage.house)
    assert post(stage.house, body, secret=secret).status_code == 401
    assert kept(stage.house) == before


def test_a_changed_body_or_a_missing_signature_changes_nothing(stage: Stage) -> None:
    body = json.dumps(told(stage, stage.buys((stage.lamp, 1)))).encode()
    before = kept(stage.house)
    for headers in ({"X-Shopify-Hmac-Sha256": signed(body)}, {}):
        headers |= {"X-Shopify-Shop-Domain": HARBOUR, "X-Shopify-Topic": "orders/create"}
        answer = stage.house.client.post("/webhooks/shopify", data=body + b" ", headers=headers)
        assert answer.status_code == 401
    assert kept(stage.house) == before


def test_during_a_rotation_the_old_secret_counts_too(database_url: str) -> None:
    house = House(database_url, app_secrets="new-secret,a-client-secret")
    try:
        stage = Stage(house)
        body = told(stage, stage.buys((stage.lamp, 1)))
        assert post(house, body, secret="new-secret").status_code == 200
        assert post(house, body, secret="a-client-secret").status_code == 200
    finally:
        house.close()


def test_a_shop_that_never_installed_the_app_is_turned_away(stage: Stage) -> None:
    body = {**told(stage, stage.buys((stage.lamp, 1))), "myshopify_domain": ""}
    assert post(stage.house, body, shop="nobody.myshopify.com").status_code == 401
    assert post(stage.house, body, shop="").status_code == 401


def test_a_body_that_names_another_shop_is_turned_away(stage: Stage) -> None:
    stage.house.merchant(STRANGER)
    body = told(stage, stage.buys((stage.lamp, 1)))
    stage.house.turn()
    before = kept(stage.house)
    body["myshopify_domain"] = HARBOUR
    assert post(stage.house, body, shop=STRANGER).status_code == 401
    assert kept(stage.house) == before


def test_an_order_of_another_merchant_is_turned_away(stage: Stage) -> None:
    """The signature does not cover the shop's name, and this body names no shop."""
    stage.house.merchant(STRANGER)
    order = stage.sells_on((stage.lamp, 1))
    body = told(stage, order)
    body.pop("myshopify_domain", None)
    before = kept(stage.house)
    assert post(stage.house, body, shop=STRANGER).status_code == 401
    assert kept(stage.house) == before
    assert len(stage.house.orders()) == 1


def test_a_stranger_sees_nothing_of_it(stage: Stage) -> None:
    """Another merchant has a vendor of the same name, with a store of his own."""
    house = stage.house
    house.merchant(STRANGER)
    house.alfa(STRANGER, "other-alfa.myshopify.com")
    house.turn()
    stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    assert not house.world.shops["other-alfa.myshopify.com"].orders
    assert {order.merchant_id for order in house.orders()} == {1}


def test_five_megabytes_are_taken(stage: Stage) -> None:
    body = told(stage, stage.buys((stage.lamp, 1)))
    body["note_attributes"] = [{"name": f"n{i}", "value": "x" * 1000} for i in range(5000)]
    assert post(stage.house, body).status_code == 200
    stage.house.turn()
    assert stage.house.orders()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1]",
        b"\xff\xfe",
        b'{"name": "#5"}',
        b'{"id": "\\u0000"}',
        b"[" * 100_000,
    ],
    ids=["empty", "torn", "list", "bytes", "nameless", "nul", "deep"],
)
def test_what_cannot_be_read_is_kept_and_answered_400(stage: Stage, body: bytes) -> None:
    assert post(stage.house, body).status_code == 400
    assert kept(stage.house)["malformed"] == 1
    assert post(stage.house, body).status_code == 400
    assert kept(stage.house)["malformed"] == 1


def test_an_order_without_its_parts_is_read_from_the_shop_instead(stage: Stage) -> None:
    order = stage.buys((stage.lamp, 1))
    body = told(stage, order)
    del body["line_items"]
    assert post(stage.house, body).status_code == 200
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed"}


def test_a_topic_that_nobody_knows_is_kept_and_answered_200(stage: Stage) -> None:
    assert post(stage.house, {"shop": 1}, topic="moon/full").status_code == 200
    stage.house.turn()
    assert kept(stage.house)["kept"] == 1


def test_payment_heard_of_before_the_order_itself_records_it(stage: Stage) -> None:
    order = stage.buys((stage.lamp, 1), paid=False)
    older = told(stage, order)
    stage.house.clock.advance(60)
    stage.people.customer.pays(HARBOUR, order)
    newer = told(stage, order)
    post(stage.house, newer, topic="orders/paid")
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed"}
    post(stage.house, older, topic="orders/create")
    stage.house.turn()
    (recorded,) = stage.house.orders()
    assert recorded.payment == "paid"
    assert "older_sight_ignored" in stage.house.events()


def test_an_edit_heard_of_first_records_the_order(stage: Stage) -> None:
    """``orders/edited`` holds only what changed, so the order is read from the shop."""
    order = stage.buys((stage.lamp, 1))
    stage.house.world.deliveries.drop = 1.0
    body = {"order_edit": {"id": 1, "order_id": order.id}}
    assert post(stage.house, body, topic="orders/edited").status_code == 200
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed"}


def test_no_answer_is_200_without_its_row(stage: Stage) -> None:
    """Before the answer is out, the row and its message are committed."""
    body = told(stage, stage.buys((stage.lamp, 1)))
    assert post(stage.house, body, delivery="d-7").status_code == 200
    with stage.house.look() as session:
        row = session.scalars(select(Webhook).where(Webhook.delivery_id == "d-7")).one()
        about = [m.about for m in session.scalars(select(Message).where(Message.kind == "webhook"))]
    assert [each["webhook"] for each in about] == [row.id]


def test_while_the_database_is_away_the_answer_is_503(stage: Stage) -> None:
    body = told(stage, stage.buys((stage.lamp, 1)))
    with stage.house.unit() as session:
        session.execute(db.text("ALTER TABLE webhook RENAME TO away"))
    assert post(stage.house, body, delivery="d-8").status_code == 503
    with stage.house.unit() as session:
        session.execute(db.text("ALTER TABLE away RENAME TO webhook"))
    assert post(stage.house, body, delivery="d-8").json == {"status": "new"}


def test_a_message_that_cannot_be_written_takes_its_webhook_along(stage: Stage) -> None:
    body = told(stage, stage.buys((stage.lamp, 1)))
    before = kept(stage.house)
    with stage.house.unit() as session:
        session.execute(db.text("ALTER TABLE message RENAME TO away"))
    assert post(stage.house, body).status_code == 503
    with stage.house.unit() as session:
        session.execute(db.text("ALTER TABLE away RENAME TO message"))
    assert kept(stage.house) == before


def test_cash_on_delivery_waits_and_is_pushed_by_its_payment(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), paid=False)
    assert stage.states() == {"Alfa": "waiting"}
    stage.house.clock.advance(3600)
    stage.people.customer.pays(HARBOUR, order)
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed"}


def test_without_any_webhook_the_reconciliation_brings_orders_and_payments(stage: Stage) -> None:
    order = stage.sells_unheard((stage.lamp, 1), paid=False)
    assert stage.states() == {"Alfa": "waiting"}
    stage.house.clock.advance(3600)
    stage.people.customer.pays(HARBOUR, order)
    stage.house.hear_of_orders()
    assert stage.states() == {"Alfa": "pushed"}


def test_a_webhook_after_the_reconciliation_changes_nothing(stage: Stage) -> None:
    order = stage.sells_unheard((stage.lamp, 1))
    post(stage.house, told(stage, order))
    stage.house.turn()
    assert len(stage.alfa.orders) == 1


# -- vendors' stores -------------------------------------------------------------------------------


def addresses(house: House) -> dict[str, tuple[str, str]]:
    """Path and secret of each store's own webhooks."""
    with house.look() as session:
        return {
            row.address.removeprefix("https://"): (
                f"/webhooks/{row.platform}/{row.public_id}",
                row.webhook_secret["secret"],
            )
            for row in session.scalars(select(StoreAccess))
        }


def test_every_delivery_of_a_vendors_store_is_taken(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    for host, orders in ((ALFA, stage.alfa.orders), (BRAVO, stage.bravo.orders)):
        stage.people.vendor.ships(host, stage.only(orders), number="1Z")
    stage.house.turn()
    sent = [(each.delivery.url, each.status) for each in stage.house.world.deliveries.log]
    assert any(url.endswith(addresses(stage.house)[BRAVO][0]) for url, _ in sent)
    assert {status for _, status in sent} == {200}


def test_a_store_cannot_speak_for_another(stage: Stage) -> None:
    """Bravo signs with its own secret, at Alfa's address; and with Alfa's there is no row."""
    there = addresses(stage.house)
    body = b'{"id": 1}'
    before = kept(stage.house)
    for path in (there[ALFA][0], "/webhooks/woocommerce/unknown", "/webhooks/moon/unknown"):
        headers = {"X-WC-Webhook-Signature": signed(body, there[BRAVO][1])}
        assert stage.house.client.post(path, data=body, headers=headers).status_code == 401
    assert kept(stage.house) == before


@pytest.mark.parametrize("body", [b'{"id": {"a": 1}}', b"null", b"[[]]", b"no JSON"])
def test_a_vendors_store_that_talks_nonsense_is_answered_400(stage: Stage, body: bytes) -> None:
    path, secret = addresses(stage.house)[BRAVO]
    headers = {
        "X-WC-Webhook-Signature": signed(body, secret),
        "X-WC-Webhook-Topic": "order.updated",
    }
    assert stage.house.client.post(path, data=body, headers=headers).status_code == 400
    assert kept(stage.house)["malformed"] == 1


@pytest.mark.parametrize(
    "meta", ["7", "null", '""', '{"1": {"key": "_sluice_key"}}', "[{}]", "[[]]", '[{"key": 7}]']
)
def test_odd_marks_of_an_order_do_not_refuse_its_webhook(stage: Stage, meta: str) -> None:
    """A store switches a webhook off that is refused seven times."""
    path, secret = addresses(stage.house)[BRAVO]
    body = b'\xef\xbb\xbf{"id": 4711, "meta_data": ' + meta.encode() + b"}"
    headers = {
        "X-WC-Webhook-Signature": signed(body, secret),
        "X-WC-Webhook-Topic": "order.updated",
    }
    assert stage.house.client.post(path, data=body, headers=headers).status_code == 200


def test_an_order_of_the_vendors_own_customers_is_no_business_of_ours(stage: Stage) -> None:
    path, secret = addresses(stage.house)[BRAVO]
    body = json.dumps({"id": 4711, "billing": {"email": "stranger@example.com"}}).encode()
    headers = {
        "X-WC-Webhook-Signature": signed(body, secret),
        "X-WC-Webhook-Topic": "order.created",
    }
    assert stage.house.client.post(path, data=body, headers=headers).status_code == 200
    stage.house.turn()
    with stage.house.look() as session:
        assert session.scalar(select(func.count(MarketplaceOrder.id))) == 0
        assert session.scalars(select(Webhook.body)).all() == [None] * sum(
            kept(stage.house).values()
        )
