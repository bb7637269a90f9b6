"""A shop removes the app, comes back, or goes for good and is forgotten."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from orderflow import clock, outbox
from orderflow.forget import erasure, requests
from orderflow.models import Base, Connection, Lane, Merchant, PrivacyRequest, StoreAccess
from sandbox.shopify.endpoint import as_json
from tests.house import ALFA, HARBOUR, STRANGER
from tests.privacy.cage import Cage
from tests.river.test_webhooks import post
from tests.webapp.door import Door

TWO_DAYS = 48 * 3600


def test_the_tokens_go_at_once_when_the_app_is_removed(cage: Cage) -> None:
    cage.harbour.uninstall(cage.house.sluice)
    cage.house.turn()
    merchant = cage.merchant()
    assert merchant.uninstalled_at is not None
    assert merchant.access.secrets == {}
    assert merchant.access.state == "locked"


def test_nothing_more_is_pushed_for_a_shop_that_has_left(cage: Cage) -> None:
    cage.house.set(delay_minutes=10)
    cage.canary_buys()
    cage.harbour.uninstall(cage.house.sluice)
    cage.house.turn()
    cage.house.let_pass(3600, step=600)
    assert cage.alfa.orders == {}
    kinds = {m.kind for m in cage.house.messages()}
    assert kinds <= {"tidy", "subscribe"}
    cage.house.later(6 * 3600)
    assert {m.kind for m in cage.house.messages()} == {"tidy"}


def test_a_shop_that_comes_back_goes_on_where_it_was(cage: Cage) -> None:
    cage.house.set(delay_minutes=10)
    cage.canary_buys()
    cage.harbour.uninstall(cage.house.sluice)
    cage.house.turn()
    assert cage.merchant().uninstalled_at is not None
    cage.harbour.install(cage.house.sluice, expiring=True)
    assert Door(cage.house, cage.harbour).open().status_code == 200
    cage.house.later(660)
    assert cage.merchant().uninstalled_at is None
    assert len(cage.alfa.orders) == 1
    cage.sells_on((cage.mug, 1))
    cage.house.let_pass(1200, step=300)
    assert len(cage.bravo.orders) == 1
    assert {"poll", "subscribe", "reconcile"} <= {m.kind for m in cage.house.messages()}


def test_news_of_a_removal_that_come_after_the_return_remove_nothing(cage: Cage) -> None:
    said = as_json(cage.harbour.body())
    assert post(cage.house, said, topic="app/uninstalled").status_code == 200
    cage.house.turn()
    merchant = cage.merchant()
    assert merchant.uninstalled_at is None
    assert merchant.access.secrets["access_token"]


def test_a_shop_that_stays_away_is_forgotten_and_no_other(cage: Cage) -> None:
    cage.stranger()
    cage.canary_buys()
    cage.sells_on((cage.mug, 1))
    strangers = cage.dump(besides=HARBOUR)
    cage.harbour.uninstall(cage.house.sluice)
    cage.house.turn()
    cage.house.later(TWO_DAYS)
    cage.house.turn()
    with cage.house.look() as session:
        assert list(session.scalars(select(Merchant.shop))) == [STRANGER]
        assert list(session.scalars(select(StoreAccess.address))) == [STRANGER]
    left = cage.dump()
    assert cage.house.pushes() == []
    for table, rows in strangers.items():
        if table not in erasure.BY_STORE:
            assert left[table].count("\n") >= rows.count("\n"), table
    assert "harbour" not in str(left)


def test_a_store_that_another_merchant_uses_too_stays_open(cage: Cage) -> None:
    cage.house.merchant(STRANGER)
    cage.house.alfa(STRANGER)
    cage.house.turn()
    cage.harbour.uninstall(cage.house.sluice)
    cage.house.later(TWO_DAYS)
    with cage.house.look() as session:
        access = session.scalars(select(StoreAccess).where(StoreAccess.address == ALFA)).one()
        assert access.secrets["access_token"]
        assert access.state == "open"
        assert len(list(session.scalars(select(Connection)))) == 1


def test_a_worker_that_comes_for_a_store_which_was_just_forgotten_goes_on(cage: Cage) -> None:
    house, gone = cage.house, "store:999"
    with house.unit() as session:
        outbox.put(session, gone, "poll", "poll:999", {}, now=clock.now())
    cage.canary_buys()
    assert len(house.orders()) == 1
    with house.look() as session:
        lanes = set(session.scalars(select(Lane.name)))
    assert gone not in lanes | {message.lane for message in house.messages()}


def test_a_shop_that_is_back_is_not_forgotten(cage: Cage) -> None:
    cage.canary_buys()
    body = {"shop_id": cage.harbour.id, "shop_domain": HARBOUR}
    assert post(cage.house, body, topic="shop/redact").status_code == 200
    cage.house.turn()
    assert len(cage.house.orders()) == 1


def test_a_shop_that_is_kept_shut_is_forgotten_after_two_days(cage: Cage) -> None:
    cage.canary_buys()
    cage.harbour.state = "frozen"
    body = {"shop_id": cage.harbour.id, "shop_domain": HARBOUR}
    assert post(cage.house, body, topic="shop/redact").status_code == 200
    cage.house.turn()
    cage.house.let_pass(TWO_DAYS - 3600, step=TWO_DAYS / 2 - 1800)
    assert len(cage.house.orders()) == 1
    cage.house.later(2 * 3600)
    assert cage.house.orders() == []
    with cage.house.look() as session:
        assert list(session.scalars(select(Merchant.shop))) == []


def test_a_request_of_a_shop_that_is_forgotten_meanwhile_is_over(cage: Cage) -> None:
    order = cage.canary_buys()
    cage.request(order)
    (request,) = cage.requests()
    with cage.house.unit() as session:
        session.delete(session.get_one(PrivacyRequest, request.id))
        assert requests.step(session, request.id, clock.now()) is False


def test_many_rows_go_in_batches(cage: Cage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "BATCH", 2)
    for _ in range(3):
        cage.canary_buys()
    cage.harbour.uninstall(cage.house.sluice)
    cage.house.later(TWO_DAYS)
    cage.house.turn(200)
    assert cage.house.orders() == []


def test_a_vendor_s_store_that_removes_the_app_is_to_be_connected_again(cage: Cage) -> None:
    cage.alfa.uninstall(cage.house.sluice)
    cage.house.turn()
    cage.canary_buys()
    assert cage.obstacles("Alfa") >= {"access_lost"}
    with cage.house.look() as session:
        access = session.scalars(select(StoreAccess).where(StoreAccess.address == ALFA)).one()
        assert access.secrets == {}
    cage.house.later(TWO_DAYS)
    with cage.house.look() as session:
        (alfa, *_) = session.scalars(select(Connection).order_by(Connection.id))
        assert alfa.disconnected_at is not None
    assert len(cage.house.orders()) == 1


def test_the_shop_s_new_name_and_address_are_heard_of(cage: Cage) -> None:
    cage.harbour.name, cage.harbour.email = "Port", "port@example.com"
    assert post(cage.house, as_json(cage.harbour.body()), topic="shop/update").status_code == 200
    cage.house.turn()
    merchant = cage.merchant()
    assert (merchant.name, merchant.email) == ("Port", "port@example.com")


def test_changed_rights_are_looked_at(cage: Cage) -> None:
    body = {"id": "gid://shopify/AppInstallation/1", "previous": [], "current": ["read_products"]}
    assert post(cage.house, body, topic="app/scopes_update").status_code == 200
    cage.house.turn()
    assert cage.merchant().access.state == "open"


def test_every_table_is_a_merchant_s_or_is_seen_to_by_name() -> None:
    lost = [
        table.name
        for table in Base.metadata.sorted_tables
        if erasure.owned(table, 1) is None
        and table.name not in erasure.BY_STORE | erasure.BY_PERSON | erasure.OURS
    ]
    assert lost == []
