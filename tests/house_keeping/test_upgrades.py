"""A database with rows in it is brought up to date: nothing is lost, nothing new is empty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import MetaData, func, insert, select, text
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.db import close_connections, db, on_postgresql
from orderflow.members import notices
from orderflow.models import (
    Invitation,
    Mail,
    MarketplaceOrder,
    Merchant,
    Message,
    Push,
    SettingRow,
    UnmappedVariant,
    VendorOrder,
)
from orderflow.read.search import folded
from orderflow.secrets import pack, seal
from tests.house import configuration
from webapp import create_app

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=3)
REASONS = [
    {"code": "order_sync_on", "verdict": "push"},
    {"code": "not_paid", "verdict": "wait"},
    {"code": "unmapped_lines", "verdict": "hold"},
    {"code": "access_lost", "verdict": "hold"},
]
AMOUNTS = {"goods": 100, "discount": 0, "tax": 0, "shipping": 0, "shipping_tax": 0, "share": 100}


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """An app before the tables of the first revision, with rows in them."""
    app = create_app(configuration(database_url))
    with app.app_context():
        upgrade(revision="0001")
        _Book().write()
        yield app
        db.session.remove()
        close_connections()


class _Book:
    """Rows as the first revision had them, written without today's models."""

    def __init__(self) -> None:
        self.tables = MetaData()
        self.tables.reflect(db.engine)

    def write(self) -> None:
        self._people()
        self._order(1, "# Ab 1001", "paid", "fulfilled", REASONS[:1], push="placed")
        self._order(2, "#1002", "pending", "", REASONS, push="stopped")
        self._order(3, "#1003", "pending", "", None, cancelled_at=NOON)
        self._put("webhook", delivery_id="d-1", topic="customers/redact", state="kept")
        self._put("webhook", delivery_id="d-2", topic="orders/create", state="done", body=None)
        if on_postgresql():  # SQLite numbers from what is there
            for name, table in self.tables.tables.items():
                if "id" in table.c:
                    self._say(f"SELECT setval('{name}_id_seq', 100)")

    def _people(self) -> None:
        sealed = {"secrets": seal(b"{}"), "webhook_secret": seal(b"{}")}
        for number, address in ((1, "harbour.myshopify.com"), (2, "alfa.myshopify.com")):
            named = {"id": number, "public_id": f"a-{number}", "platform": "shopify"}
            self._put("store_access", address=address, state="open", **named, **sealed)
        self._put("merchant", id=1, public_id="m", access_id=1, shop="harbour.myshopify.com")
        self._put("vendor", id=1, public_id="v", merchant_id=1, name="Alfa")
        ours = {"merchant_id": 1, "vendor_id": 1, "access_id": 2}
        self._put("connection", id=1, public_id="c", **ours)
        for name in ("only_if_paid", "order_sync"):
            self._put("setting", merchant_id=1, vendor_id=None, name=name, value=True)
        mapped = {"variant_id": "v-1", "vendor_variant_id": "w-1"}
        self._put("variant_mapping", merchant_id=1, connection_id=1, **mapped)

    def _order(
        self, number: int, name: str, payment: str, fulfilment: str, reasons: Any, **more: Any
    ) -> None:
        push = more.pop("push", "")
        told = {"name": name, "payment": payment, "fulfilment": fulfilment, "currency": "CAD"}
        placed = {"placed_at": NOON + timedelta(minutes=number), "updated_at": LATER}
        self._put(
            "marketplace_order",
            id=number,
            public_id=f"o-{number}",
            merchant_id=1,
            remote_id=f"9{number}",
            total=100,
            snapshot=seal(b"{}"),
            **told,
            **placed,
            **more,
        )
        ours = {"merchant_id": 1, "order_id": number}
        decision = {"reasons": reasons} if reasons else None
        part = {"id": number, "public_id": f"p-{number}", "vendor_id": 1, "state": "held"}
        self._put("vendor_order", decision=decision, **part, **ours, **AMOUNTS)
        if push:
            sent = {"vendor_order_id": number, "connection_id": 1, "line_ids": []}
            self._put("push", id=number, part=1, key=f"SL-{number}", state=push, **sent)
        line = {"vendor_order_id": number, "remote_id": f"l-{number}", "quantity": 1}
        self._put("order_line", variant_id=f"v-{number}", title="Lamp", **line, **ours)

    def _put(self, where: str, /, **values: Any) -> None:
        """A row; what may not be empty and is not said is a plain nothing."""
        table = self.tables.tables[where]
        plain = {str: "", int: 0, bool: False, datetime: NOON, bytes: pack(b"{}")}
        if where == "webhook":
            values = {"access_id": 1, "body": pack(b"{}"), **values}
        for column in table.c:
            if column.name not in values and not column.nullable and not column.primary_key:
                values[column.name] = plain[column.type.python_type]
        with db.engine.begin() as connection:
            connection.execute(insert(table).values(**values))

    def _say(self, statement: str) -> None:
        with db.engine.begin() as connection:
            connection.execute(text(statement))


def rows(model: Any) -> list[Any]:
    with Session(db.engine) as session:
        return list(session.scalars(select(model).order_by(model.id)))


def counts() -> dict[str, int]:
    book = MetaData()
    book.reflect(db.engine)
    with db.engine.connect() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in book.tables.items()
        }


def test_every_order_is_found_by_its_number_and_listed_by_its_age(app: Flask) -> None:
    upgrade()
    orders = rows(MarketplaceOrder)
    assert [order.number for order in orders] == [folded(order.name) for order in orders]
    assert orders[0].number == "ab1001"
    assert [part.placed_at for part in rows(VendorOrder)] == [order.placed_at for order in orders]
    assert [part.stage for part in rows(VendorOrder)] == ["shipped", "new", "cancelled"]
    assert [part.main_reason for part in rows(VendorOrder)] == ["", "unmapped_lines", ""]
    assert [push.merchant_id for push in rows(Push)] == [1, 1]


def test_what_was_paid_or_finished_before_counts_as_paid_and_is_forgotten_in_time(
    app: Flask,
) -> None:
    upgrade()
    assert [order.paid_at for order in rows(MarketplaceOrder)] == [NOON, None, None]
    assert [order.finished_at for order in rows(MarketplaceOrder)] == [LATER, None, NOON]
    (merchant,) = rows(Merchant)
    standing = {message.once: message for message in rows(Message) if message.once}
    assert set(standing) == {"tidy:1", "alert:1"}
    assert standing["tidy:1"].lane == merchant.orders_lane
    assert standing["alert:1"].lane == merchant.mail_lane
    assert {message.about["merchant"] for message in standing.values()} == {merchant.id}


def test_a_kept_request_to_forget_a_customer_is_read_again(app: Flask) -> None:
    upgrade()
    (message,) = [message for message in rows(Message) if message.kind == "webhook"]
    assert message.about == {"webhook": 1, "order": "", "key": ""}
    assert (message.lane, message.subject) == ("orders:1", "topic:customers/redact")


def test_products_that_were_sold_and_never_mapped_are_listed(app: Flask) -> None:
    upgrade()
    listed = rows(UnmappedVariant)
    assert [(each.variant_id, each.vendor_id, each.title) for each in listed] == [
        ("v-2", 1, "Lamp"),
        ("v-3", 1, "Lamp"),
    ]


def test_nothing_is_lost_on_the_way_up_and_back(app: Flask) -> None:
    before = counts()
    upgrade()
    after = counts()
    assert {name: after[name] for name in before if name != "message"} == {
        name: before[name] for name in before if name != "message"
    }
    if not on_postgresql():
        with db.engine.connect() as connection:
            assert list(connection.execute(text("PRAGMA foreign_key_check"))) == []
            assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    downgrade(revision="0001")
    assert counts() == before | {"message": 1}


def test_the_way_back_leaves_nothing_that_the_older_code_stumbles_over(app: Flask) -> None:
    upgrade()
    with Session(db.engine) as session:
        session.get_one(Push, 1).state = Push.REPLACED
        session.add(
            SettingRow(
                merchant_id=1, name="push_every", value=15, changed_at=NOON, changed_by="test"
            )
        )
        session.commit()
    downgrade(revision="0001")
    with db.engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM setting ORDER BY name")).scalars().all()
        kinds = connection.execute(text("SELECT kind FROM message")).scalars().all()
        states = connection.execute(text("SELECT state FROM push ORDER BY id")).scalars().all()
    assert names == ["only_if_paid", "order_sync"]
    assert kinds == ["webhook"]
    assert states == ["stopped", "stopped"]


def test_mails_and_invitations_of_people_do_not_go_back_to_a_merchant(app: Flask) -> None:
    upgrade()
    told = {"created_at": NOON, "kind": "reset"}
    with Session(db.engine) as session:
        session.add(Mail(about={}, **told))
        session.add(Mail(about={}, merchant_id=1, **told))
        outbox.put(session, notices.PEOPLE_LANE, "mail", "mail:1", {"mail": 1}, now=NOON)
        for role in ("owner", "staff"):
            session.add(
                Invitation(
                    merchant_id=1,
                    vendor_id=1,
                    email="a@example.com",
                    role=role,
                    token_hash=role,
                    created_at=NOON,
                    created_by="1",
                    expires_at=LATER,
                )
            )
        session.commit()
    downgrade(revision="0002")
    after = counts()
    assert (after["mail"], after["invitation"]) == (1, 1)
    with db.engine.connect() as connection:
        lanes = connection.execute(text("SELECT lane FROM message")).scalars().all()
    assert notices.PEOPLE_LANE not in lanes
    upgrade()
