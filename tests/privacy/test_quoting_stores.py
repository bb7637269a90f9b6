"""Whatever a store quotes of a buyer, in whatever answer: nobody but the merchant whose order it is
sees it and the vendor who ships it, no log and no queue has it, and nothing of it is left anywhere
after a redaction."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from typing import Any

import pytest
import redis

from orderflow import clock
from orderflow.members import passwords, people
from orderflow.models import Connection, Membership, StoreAccess
from stores.base import Access
from tests import agreement
from tests.house import ALFA, BRAVO, HARBOUR, STRANGER, House
from tests.portal.visitor import PASSWORD, Portal, Visitor
from tests.privacy.cage import BUYER, Cage
from tests.redis_server import private_redis
from tests.river.test_secrecy import logged, raw
from tests.webapp.door import Door

QUOTED = ("canarina", "canarsson", "canary wharf", "canary.example.com", "5550177", "555 0177")
LIES = (
    "quotes_buyer_401",
    "quotes_buyer_403",
    "quotes_buyer_429",
    "quotes_buyer_500",
    "quotes_buyer_503",
    "refusal_quotes_buyer",
    "titles_quote_buyer",
)
CASES = [
    *(((ALFA, BRAVO), lie) for lie in LIES),
    *(((HARBOUR,), lie) for lie in LIES if lie != "refusal_quotes_buyer"),
]
"""Stores that lie at the same time, and what they say. A shop refuses no order of its own."""


PORTAL_LINK = re.compile(r'href="(/portal/[^"#]+)"')
LEADS_OUT = ("/static/", "logout", "connect")


def quoted_in(text: str) -> list[str]:
    plain = " ".join(text.lower().split())
    return [word for word in QUOTED if word in plain]


def places(told: dict[str, str]) -> list[str]:
    """Where the buyer is quoted."""
    return [place for place, text in told.items() if quoted_in(text)]


class Aviary(Cage):
    """Two merchants sell for the same two stores; every buyer field goes to the vendors."""

    def __init__(self, house: House, redis_url: str) -> None:
        super().__init__(house)
        self.redis_url = redis_url
        house.set(replace_customer=False)
        self.other = Door(house, house.merchant(STRANGER))
        house.alfa(STRANGER)
        with house.look() as session:
            of_bravo = StoreAccess.address.contains(BRAVO)
            row = session.query(StoreAccess).filter(of_bravo).one()
            access = Access(row.platform, row.address, row.secrets)
        house.connect("Bravo", access, STRANGER)
        for shop in (HARBOUR, STRANGER):
            self._employs(f"{shop}@alfa.example.com", shop)
        house.turn()

    def _employs(self, email: str, shop: str) -> None:
        """Somebody who works for the shop's vendor Alfa."""
        with self.house.unit() as session:
            kept = passwords.keep(PASSWORD, email)
            person = people.add(session, email, kept, "en", clock.now())
            vendor = Portal.vendor(session, "Alfa", shop)
            people.join(session, person, vendor, Membership.OWNER, clock.now())

    def goes_through_everything(self, lie: str, hosts: tuple[str, ...]) -> None:
        """An order is created, read, changed, refunded and cancelled while stores lie; they are
        polled and asked for webhooks meanwhile."""
        liars = [self.house.world.liar(host) for host in hosts]
        merchant = self.people.merchant
        wanted = [(self.lamp, 2), (self.mug, 2)]
        before = self.people.customer.buys(HARBOUR, wanted, **BUYER)
        self.house.turn()
        for liar in liars:
            liar.tell(lie)
        order = self.people.customer.buys(HARBOUR, wanted, **BUYER)
        self.house.let_pass(600, step=300)
        for told in (before, order):
            merchant.changes(HARBOUR, told, note="Canarina of 7 Canary Wharf asks again")
            merchant.edits(HARBOUR, told, lines={"LAMP": 3})
        self.house.let_pass(600, step=300)
        merchant.cancels(HARBOUR, before)
        self.house.let_pass(7 * 3600, step=3600 * 3.5)
        assert any(liar.told for liar in liars)
        for liar in liars:
            liar.stop()
        self.house.let_pass(1200, step=600)

    def seen_elsewhere(self) -> dict[str, str]:
        """What must never know the buyer, by place."""
        return {
            "database as it lies": raw(self.house),
            "pages of others": self.pages_of_the_other(),
            "queues": self.queues(),
        }

    def pages_of_the_other(self) -> str:
        """Of the second merchant of the same two stores, and of the vendor there."""
        with self.house.look() as session:
            vendors = [
                each.vendor.public_id
                for each in session.query(Connection)
                if each.merchant.shop == STRANGER
            ]
        paths = ["/", "/vendors", "/log", "/orders", *(f"/vendors/{each}" for each in vendors)]
        pages = [self.other.get(path).text for path in paths]
        return "\n".join([*pages, self.pages_of_vendor(STRANGER)])

    def pages_of_vendor(self, shop: str) -> str:
        """The portal's first page, and every page that it or the list of orders leads to."""
        visitor = Visitor(self.house)
        visitor.log_in(f"{shop}@alfa.example.com")
        assert visitor.title == "Home", visitor.text
        seen: dict[str, str] = {"/portal/": visitor.page.text}
        for path in ("/portal/orders", *_links(seen["/portal/"])):
            seen[path] = seen.get(path) or visitor.get(path).text
        for path in _links(seen["/portal/orders"]):
            seen[path] = seen.get(path) or visitor.get(path).text
        return unescape("\n".join(seen.values()))

    def queues(self) -> str:
        """Every key of Redis and whatever lies there, jobs unpacked."""
        with redis.Redis.from_url(self.redis_url) as client:
            return "\n".join(f"{key!r} {_there(client, key)}" for key in client.scan_iter())


def _links(page: str) -> list[str]:
    found = dict.fromkeys(unescape(each) for each in PORTAL_LINK.findall(page))
    return [path for path in found if not any(word in path for word in LEADS_OUT)]


def _there(client: Any, key: bytes | str) -> str:
    kind = client.type(key)
    if kind == b"hash":
        return " ".join(f"{name!r} {_unpacked(told)}" for name, told in client.hgetall(key).items())
    if kind == b"string":
        return _unpacked(client.get(key) or b"")
    members = {
        b"list": lambda: client.lrange(key, 0, -1),
        b"set": lambda: client.smembers(key),
        b"zset": lambda: client.zrange(key, 0, -1),
    }
    return " ".join(map(_unpacked, members[kind]()))


def _unpacked(told: bytes) -> str:
    with suppress(zlib.error):  # what is not packed stays as it is
        told = zlib.decompress(told)
    return told.decode(errors="replace")


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with private_redis() as url:
        yield url


@pytest.fixture
def house(database_url: str, redis_url: str) -> Iterator[House]:
    """One whose bells ring through Redis."""
    built = House(database_url, redis_url=redis_url)
    try:
        yield built
        assert agreement.differences(built) == []
    finally:
        built.close()


@pytest.mark.parametrize(("hosts", "lie"), CASES)
def test_a_buyer_whom_stores_quote_is_told_to_nobody_and_forgotten(
    house: House, redis_url: str, hosts: tuple[str, ...], lie: str
) -> None:
    aviary = Aviary(house, redis_url)
    with logged() as lines:
        aviary.goes_through_everything(lie, hosts)
    assert "rq:job:" in aviary.queues()
    assert places(aviary.seen_elsewhere() | {"log": lines.getvalue()}) == []
    assert quoted_in(aviary.pages_of_vendor(HARBOUR)), "who ships it must know where to"
    for order in list(aviary.harbour.orders.values()):
        aviary.redact(order)
    left = {**aviary.dump(), "pages of the vendor": aviary.pages_of_vendor(HARBOUR)}
    assert places(aviary.seen_elsewhere() | left) == []
