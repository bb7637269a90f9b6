"""Every page of the admin, walked from the routing table: who may come in, and what a stranger
with the right addresses sees. A new route must be told here, or this file fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from orderflow.book import flags
from orderflow.forget import requests as privacy_requests
from orderflow.intake import backfill
from orderflow.models import (
    Backfill,
    Conflict,
    Connection,
    Flag,
    MarketplaceOrder,
    PrivacyRequest,
    Push,
    Shipment,
    Vendor,
    VendorOrder,
)
from orderflow.upkeep import conflict
from stores.base import Buyer
from tests.house import ALFA, STRANGER, House
from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor

OPEN = frozenset({"static", "health", "webhooks", "store_webhooks", "session", "pairing"})
"""Endpoints, or blueprints of them, that are not pages of the admin: other doors, other keys. The
portal, whose blueprints say so, has a test of its own."""
FORMS: dict[str, dict[str, str]] = {
    "settings.example": {"order": "{order}"},
    "settings.save": {"version": "0"},
    "products.approve": {"theirs": "{theirs}"},
    "products.put": {"store": "{store}", "sku": "A-LAMP", "theirs": "{theirs}"},
}
"""What a form must hold to be understood, for routes whose address names nothing of anybody."""
OWN_ALONE = frozenset(
    {
        "home.show",
        "home.dismiss",
        "orders.show",
        "orders.download",
        "orders.act",
        "backfill.show",
        "backfill.progress",
        "backfill.look",
        "why.show",
        "vendors.every",
        "vendors.new",
        "vendors.create",
        "products.show",
        "settings.show",
        "settings.tab",
        "settings.save",
        "settings.effect",
        "addons.show",
        "addons.activate",
        "addons.deactivate",
        "log.show",
        "mails.show",
        "privacy.show",
        "history.show",
        "helping.show",
    }
)
"""Routes that name nothing of anybody: whoever asks gets his own."""
NOT_FOUND = 404
SECRETS = ("Alfa", "Bravo", "#1001", ALFA, "SECRET-NOTE")
"""Words of this merchant that no stranger may read."""


@dataclass(frozen=True)
class Examples:
    """An address of this merchant's for every name that a route may hold."""

    by_blueprint: dict[str, dict[str, str]]
    common: dict[str, str]

    def of(self, rule: Rule) -> dict[str, str]:
        known = {**self.common, **self.by_blueprint.get(rule.endpoint.partition(".")[0], {})}
        unknown = rule.arguments - known.keys()
        assert not unknown, f"tell test_tenancy an example for {unknown} of {rule.rule}"
        return {name: known[name] for name in rule.arguments}


@pytest.fixture
def victim(floor: Floor) -> Floor:
    return one_of_each(floor)


def one_of_each(floor: Floor) -> Floor:
    """One order of two vendors, pushed; the merchant has shipped Bravo's part."""
    floor.sells((floor.lamp, 1), (floor.mug, 1), note="SECRET-NOTE")
    (part,) = (part for part in floor.house.parts() if part.vendor.name == "Bravo")
    pieces = {f"line:{line.remote_id}": "1" for line in part.lines}
    shipped = floor.door.post(f"{floor.part_path('Bravo')}/ship", **pieces, numbers="1Z")
    assert shipped.status_code == 200
    floor.house.turn()
    _asks_for_a_copy(floor)
    _counts_earlier_orders(floor)
    _changes_on_both_sides(floor)
    _flags_something(floor)
    floor.house.merchant(STRANGER)
    return floor


def _asks_for_a_copy(floor: Floor) -> None:
    with floor.house.unit() as session:
        order = session.scalars(select(MarketplaceOrder)).one()
        buyer = Buyer(email="robin@example.com", order_ids=(order.remote_id,))
        privacy_requests.ask(session, order.merchant, "export", buyer, floor.house.clock())
    floor.house.turn()


def _counts_earlier_orders(floor: Floor) -> None:
    with floor.house.unit() as session:
        order = session.scalars(select(MarketplaceOrder)).one()
        backfill.ask(session, order.merchant, 14, by="1", now=floor.house.clock())
    floor.house.turn()


def _changes_on_both_sides(floor: Floor) -> None:
    with floor.house.unit() as session:
        push = session.scalars(select(Push).order_by(Push.id)).first()
        assert push is not None
        values = ("a", "SECRET-NOTE", "b")
        conflict.meet(session, push, "note", values, floor.house.clock(), floor.house.clock())


def _flags_something(floor: Floor) -> None:
    with floor.house.unit() as session:
        part = session.scalars(select(VendorOrder).order_by(VendorOrder.id)).first()
        assert part is not None
        flags.raise_once(session, part, "vendor_cancelled", floor.house.clock(), number="#1001")


def examples(floor: Floor) -> Examples:
    with floor.house.look() as session:
        vendor = session.scalars(select(Vendor).where(Vendor.name == "Alfa")).one()
        connection = session.scalars(
            select(Connection).where(Connection.vendor_id == vendor.id)
        ).one()
        part = session.scalars(select(VendorOrder).where(VendorOrder.vendor_id != vendor.id)).one()
        order = session.scalars(select(MarketplaceOrder)).one()
        push = session.scalars(select(Push).where(Push.vendor_order_id == part.id)).one()
        shipment = session.scalars(select(Shipment)).one()
        copy = session.scalars(select(PrivacyRequest)).one()
        counted = session.scalars(select(Backfill)).one()
        met = session.scalars(select(Conflict)).one()
        kept = {
            "order": order.public_id,
            "part": part.public_id,
            "store": connection.public_id,
            "key": push.key,
            "shipment": shipment.remote_id,
            "variant": str(floor.lamp.id),
            "theirs": str(floor.alfas_lamp.id),
            "action": "do_not_push",
            "tab": "order-sync",
            "kind": "order_push",
            "platform": "shopify",
            "number": met.public_id,
            "verdict": "vendor",
            "flag": session.scalars(select(Flag)).one().public_id,
        }
        of_vendor, of_order = {"public_id": vendor.public_id}, {"public_id": order.public_id}
        of_copy, of_count = {"public_id": copy.public_id}, {"public_id": counted.public_id}
    named = dict.fromkeys(
        ("vendors", "vendor_stores", "vendor_settings", "tracking_files"), of_vendor
    )
    named |= {"order": of_order, "privacy": of_copy, "backfill": of_count, "conflicts": of_order}
    named["flags"] = of_order
    return Examples(named, kept)


def rules(house: House) -> Iterator[Rule]:
    for rule in house.web.url_map.iter_rules():
        blueprint = rule.endpoint.partition(".")[0]
        if not OPEN & {rule.endpoint, blueprint} and not blueprint.startswith("portal_"):
            yield rule


def requests(floor: Floor) -> Iterator[tuple[Rule, str, str, dict[str, str]]]:
    """(rule, method, address, form) of everything that can be asked."""
    known = examples(floor)
    with floor.house.web.test_request_context():
        adapter = floor.house.web.url_map.bind("localhost")
        for rule in rules(floor.house):
            path = adapter.build(rule.endpoint, known.of(rule))
            form = FORMS.get(rule.endpoint, {})
            filled = {name: text.format(**known.common) for name, text in form.items()}
            for method in (rule.methods or set()) & {"GET", "POST", "PUT", "DELETE", "PATCH"}:
                yield rule, method, path, filled if method == "POST" else {}


def ask(floor: Floor, method: str, path: str, **more: Any) -> Any:
    return floor.house.client.open(path, method=method, **more)


def forged(floor: Floor) -> dict[str, str]:
    claims = jwt.decode(floor.door.token(), options={"verify_signature": False})
    token = jwt.encode(claims, "somebody else's secret, long enough", algorithm="HS256")
    return {"Authorization": f"Bearer {token}", "HX-Request": "true"}


def test_nobody_comes_in_without_a_token(victim: Floor) -> None:
    answers = {
        (method, path): ask(victim, method, path, data=form).status_code
        for _, method, path, form in requests(victim)
    }
    assert {asked: code for asked, code in answers.items() if code not in (302, 401)} == {}


def test_nobody_comes_in_with_a_forged_token(victim: Floor) -> None:
    headers = forged(victim)
    answers = {
        (method, path): ask(victim, method, path, headers=headers, data=form).status_code
        for _, method, path, form in requests(victim)
    }
    assert {asked: code for asked, code in answers.items() if code != 401} == {}


def test_a_stranger_with_the_right_addresses_finds_nothing(victim: Floor) -> None:
    stranger = Door(victim.house, victim.house.world.shops[STRANGER])
    before = [(part.state, part.forbidden) for part in victim.house.parts()]
    for rule, method, path, form in list(requests(victim)):
        answer = ask(victim, method, path, headers=stranger.headers(), data=form)
        if rule.endpoint in OWN_ALONE:
            assert answer.status_code < 500, (method, path)
        else:
            assert answer.status_code == NOT_FOUND, (method, path, answer.status_code)
        read = [word for word in SECRETS if word in page_of(answer.text)]
        assert read == [], (method, path)
    victim.house.turn()
    assert [(part.state, part.forbidden) for part in victim.house.parts()] == before


def page_of(text: str) -> str:
    """What is told, without the examples that stand in empty fields."""
    return re.sub(r'placeholder="[^"]*"', "", text)


def test_the_merchant_himself_finds_every_page(victim: Floor) -> None:
    for rule, method, path, form in list(requests(victim)):
        if method != "GET":
            continue
        answer = ask(victim, method, path, headers=victim.door.headers(), data=form)
        assert answer.status_code == 200, (rule.endpoint, path, answer.status_code)
        if answer.mimetype == "text/html":
            policy = answer.headers["Content-Security-Policy"]
            assert f"frame-ancestors https://{victim.harbour.domain} " in policy
