"""Who the buyer is, and how we get into a store, is read by nobody who need not know."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url
from werkzeug.wrappers import Request

from orderflow import keys, logs, secrets
from orderflow.db import db
from orderflow.models import MarketplaceOrder, StoreAccess
from orderflow.rules.judge import BURST
from tests.house import ALFA, BRAVO, HARBOUR, KEY, House
from tests.river.stage import Stage, creates

CANARIES = {
    "email": "canary.mail@example.com",
    "first": "Canaryfirst",
    "last": "Canarylast",
    "company": "Canarycorp",
    "phone": "+1 555 0142",
}
BUYER = {
    "firstName": CANARIES["first"],
    "lastName": CANARIES["last"],
    "company": CANARIES["company"],
    "phone": CANARIES["phone"],
    "address1": "1 Sample Street",
    "city": "Ottawa",
    "provinceCode": "ON",
    "zip": "K1A 0A1",
    "countryCode": "CA",
}
SPELLINGS = [*CANARIES.values(), "15550142", "555 0142"]


def buy(stage: Stage, **more: Any) -> None:
    note = f"Ring {CANARIES['first']} {CANARIES['last'].upper()} at {CANARIES['phone']}, gate 7"
    stage.sells_on(
        (stage.lamp, 1),
        (stage.mug, 1),
        address=BUYER,
        email=CANARIES["email"],
        note=note,
        customAttributes=[{"key": "Gift from", "value": CANARIES["first"]}],
        **more,
    )


def paid_with(stage: Stage) -> str:
    """The reference of the payment of the only order."""
    (order,) = stage.harbour.orders.values()
    (sale,) = order.transactions
    return str(sale.payment_id)


def heard(stage: Stage) -> dict[str, list[str]]:
    """Everything that the vendors' stores are sent from now on: address and body."""
    calls: dict[str, list[str]] = {ALFA: [], BRAVO: []}

    def hear(request: Request) -> bool:
        if request.host in calls:
            calls[request.host].append(f"{request.url}\n{request.get_data(as_text=True)}")
        return False

    stage.faults.add("slow", "*", hear)
    return calls


def found_in(haystack: str) -> list[str]:
    return [word for word in SPELLINGS if word.casefold() in haystack.casefold()]


@contextlib.contextmanager
def logged() -> Iterator[io.StringIO]:
    """All log lines, the most talkative level."""
    lines = io.StringIO()
    with contextlib.redirect_stderr(lines):
        logs.start("debug")
        yield lines
    logs.start("error")


def test_a_masked_buyer_reaches_no_vendors_store_and_no_log(stage: Stage) -> None:
    stage.house.set(share_transaction_reference=True)
    calls = heard(stage)
    with logged() as lines:
        buy(stage)
        stage.house.let_pass(400, step=200)
    reference = paid_with(stage)
    assert reference not in lines.getvalue()
    for host, sent in calls.items():
        assert any(reference in each for each in sent), host
        assert any("Sample Street" in each for each in sent), host
        assert any("gate 7" in each for each in sent), host
        assert found_in("\n".join(sent)) == []
    assert "recorded" in lines.getvalue()
    assert found_in(lines.getvalue()) == []


def test_a_masked_buyer_is_in_no_log_when_stores_fail(stage: Stage) -> None:
    stage.house.set(share_transaction_reference=True)
    stage.faults.add("lost_answer", ALFA, creates)
    stage.faults.add("unauthorized", BRAVO, creates)
    with logged() as lines:
        buy(stage)
        stage.all_looks()
    assert paid_with(stage) not in lines.getvalue()
    assert "outcome_unknown" in lines.getvalue()
    assert "store_locked" in lines.getvalue()
    assert found_in(lines.getvalue()) == []


def test_a_buyer_is_shared_only_if_the_merchant_wants(stage: Stage) -> None:
    stage.house.set(replace_customer=False)
    calls = heard(stage)
    buy(stage)
    for sent in calls.values():
        assert set(found_in("\n".join(sent))) >= set(CANARIES.values())


def test_the_recipients_name_may_stay_on_the_parcel_alone(stage: Stage) -> None:
    stage.house.set(keep_recipient_name=True)
    buy(stage)
    (order,) = stage.alfa.orders.values()
    assert CANARIES["last"] in str(order.shipping_address)
    assert found_in(str(order.billing_address)) == []


def test_a_store_without_unique_customers_gets_an_address_of_its_own_each_time(
    stage: Stage,
) -> None:
    buy(stage)
    buy(stage)
    emails = {order.email for order in stage.alfa.orders.values()}
    assert len(emails) == 2
    assert all("+sl-" in str(email) for email in emails)


def raw(house: House) -> str:
    """Everything in the database as it lies there, without our types and keys."""
    with house.app.app_context(), db.engine.connect() as connection:
        rows = [
            bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
            for table in inspect(db.engine).get_table_names()
            for row in connection.execute(text(f'SELECT * FROM "{table}"'))  # noqa: S608
            for value in row
        ]
        where = make_url(house.config.database_url)
    sqlite = where.drivername == "sqlite"
    files = Path(where.database or "").parent.glob("sluice.db*") if sqlite else ()
    return "\n".join([*rows, *(path.read_bytes().decode("latin-1") for path in files)])


def test_tokens_and_buyers_are_sealed_where_they_lie(stage: Stage) -> None:
    stage.house.set(share_transaction_reference=True)
    buy(stage)
    with stage.house.look() as session:
        held = [str(v) for a in session.query(StoreAccess) for v in a.secrets.values()]
        held += [a.webhook_secret["secret"] for a in session.query(StoreAccess)]
    lying = raw(stage.house)
    assert "#1001" in lying
    assert found_in(lying) == []
    assert paid_with(stage) not in lying
    assert [secret for secret in held if secret in lying] == []


def test_the_body_of_a_webhook_that_was_read_is_gone(stage: Stage) -> None:
    buy(stage)
    with stage.house.look() as session:
        bodies = session.execute(text("SELECT body FROM webhook WHERE state <> 'kept'")).scalars()
        assert set(bodies) == {None}


def test_after_a_rotation_the_old_key_may_be_dropped(stage: Stage) -> None:
    buy(stage)
    new = Fernet.generate_key().decode()
    try:
        secrets.use_keys([new, KEY])
        with stage.house.app.app_context():
            assert keys.rotate_all() > 5
        secrets.use_keys([new])
        with stage.house.look() as session:
            order = session.query(MarketplaceOrder).one()
            assert order.snapshot["email"] == CANARIES["email"]
            assert all(access.secrets for access in session.query(StoreAccess))
        secrets.use_keys([KEY])
        with stage.house.look() as session, pytest.raises(secrets.SecretsError):
            session.query(MarketplaceOrder).one()
    finally:
        secrets.use_keys([KEY, new])


def test_the_house_still_works_after_a_rotation(stage: Stage) -> None:
    buy(stage)
    new = Fernet.generate_key().decode()
    try:
        secrets.use_keys([new, KEY])
        with stage.house.app.app_context():
            keys.rotate_all()
        secrets.use_keys([new])
        stage.sells_on((stage.lamp, 1))
        assert len(stage.alfa.orders) == 2
        assert stage.harbour.domain == HARBOUR
    finally:
        secrets.use_keys([KEY, new])


def test_no_edit_carries_who_the_buyer_is_or_was(stage: Stage) -> None:
    """The buyer is renamed, and the note still quotes the name of before."""
    calls = heard(stage)
    stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    (order,) = stage.harbour.orders.values()
    named = {"first_name": CANARIES["first"], "last_name": CANARIES["last"]}
    shared = {**named, "company": CANARIES["company"], "phone": CANARIES["phone"]}
    for changes in (
        {"shipping_address": {**(order.shipping_address or {}), **shared}},
        {"email": CANARIES["email"], "phone": CANARIES["phone"], "accepts_marketing": True},
        {"billing_address": {**(order.billing_address or {}), **shared}},
        {"note": f"For {CANARIES['first']} at {CANARIES['phone']}", "tags": [CANARIES["last"]]},
        {"attributes": [("Gift from", CANARIES["last"])]},
        {"shipping_address": {**(order.shipping_address or {}), "first_name": "Ann"}},
        {"billing_address": None, "email": "ann@example.com", "phone": None},
        {"note": f"For {CANARIES['last']}, {CANARIES['email']}, {CANARIES['phone']}"},
    ):
        stage.people.merchant.changes(HARBOUR, order, **changes)
        stage.people.merchant.edits(HARBOUR, order, lines={"LAMP": 1 + len(calls[ALFA]) % 2})
        stage.house.turn()
        stage.house.later(BURST)
    for host in (ALFA, BRAVO):
        assert len(calls[host]) > 10
        assert found_in("\n".join(calls[host])) == []
