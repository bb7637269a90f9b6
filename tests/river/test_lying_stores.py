"""Many vendors' stores lie at once, two are honest. When the lies are over and some time has gone
by, each part of an order was placed in its store exactly once and its parcel was reported, or
somebody is told why not; the honest stores never noticed; nothing that was said broke a handler.

Each seed is one lying store: it draws a handful of lies and tells them for some minutes, while an
order of goods of every vendor is bought, shipped and moved to another address. A failure names the
seed and the lies that were told.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from orderflow.book import life
from orderflow.models import Flag, Push, VendorOrder
from sandbox.people import ADDRESS
from sandbox.shopify.catalogue import Variant
from sandbox.shopify.graph.orders import stored_address
from sandbox.shopify.order import Order
from sandbox.shopify.shop import Shop
from sandbox.world import World
from tests.house import ALFA, BRAVO, HARBOUR, House
from tests.river.scenes import Things
from tests.river.stage import Stage

SEEDS = 100
AT_ONCE = 10
"""Stores that lie at the same time, each with a seed of its own: those that are even are of the
marketplace's kind."""
HONEST = (ALFA, BRAVO)
CREATES = ("POST /wp-json/wc/v3/orders", "orderCreate(")
"""How a create is recognised, in a WordPress site and in a shop."""
NEWS = ("modified_after", "StoreOrdersChanged")
"""How a poll for news is recognised."""
HIDING = ("empty_body", "garbage", "truncated", "created_without_id", "empty_object", "login_page")
"""Of these, one meets the first create: most of them leave an order behind and do not say so."""
KINDS = 5
"""Lies that one seed chooses from."""
RATE = 0.6
"""Calls of the lying store that are lied to."""
SHORTER = {name: {"size": 40_000} for name in ("huge_texts", "huge_error", "huge_user_error")}
"""Two megabytes are tried by themselves elsewhere; here they would only take time."""
UNDETECTABLE = frozenset({"empty_list"})
"""Nobody can tell these from the truth: the store says that it has no such order."""
AFTERWARDS = 4 * 3600


class Crowd(Stage):
    """The usual stage, and as many vendors more as lie at once: each has a store and one mapped
    product of its own."""

    scene = "crowd"
    goods: dict[str, Variant]
    """What each vendor sells, by the host of its store."""

    def _set(self, *special: Things) -> Things:
        things = super()._set(*special)
        goods = {host(place): self._vendor(things["harbour"], place) for place in range(AT_ONCE)}
        self.house.turn()
        return {**things, "goods": {ALFA: things["lamp"], BRAVO: things["mug"], **goods}}

    def _vendor(self, harbour: Shop, place: int) -> Variant:
        there, name, sku = host(place), vendor(host(place)), f"L-{place}"
        mine = harbour.sells(sku, sku, "8.00", vendor=name)
        if place % 2:
            site = self.house.bravo(host=there, vendor=name)
            made = site.add_product(sku, sku, "5.00", stock=50)
            self.house.map(mine, there, str(made.id), str(made.id))
        else:
            sold = self.house.alfa(domain=there, vendor=name).sells(sku, sku, "5.00")
            self.house.map(mine, there, str(sold.id), str(sold.product.id))
        return mine


def host(place: int) -> str:
    return f"liar{place}.example.com" if place % 2 else f"liar{place}.myshopify.com"


def vendor(there: str) -> str:
    """The name of the vendor whose store is at that host."""
    return there.partition(".")[0].title()


class LyingStore:
    """The lies of one seed, told by one store. One in three keeps its news back for longer, so what
    became of a lost create is found out by a look-up or not at all."""

    def __init__(self, world: World, seed: int) -> None:
        self.seed, self.host = seed, host(seed % AT_ONCE)
        dice = random.Random(seed)  # noqa: S311 - a seeded dice
        self._liar = world.liar(self.host)
        known = {name for name in self._liar.names if not name.startswith("hook_")}
        names = dice.sample(sorted(known - UNDETECTABLE), KINDS)
        self._liar.draw(seed, dict.fromkeys(names, RATE / KINDS), SHORTER)
        first = dice.choice(HIDING)
        shop = seed % 2 == 0
        self._liar.tell(first, times=1, match=CREATES[shop], **SHORTER.get(first, {}))
        self._news = NEWS[shop] if seed % 3 == 0 else ""
        if dice.random() < 0.5:
            self._liar.tell("webhooks_say_nothing")
        self._keep_news_back()

    def _keep_news_back(self) -> None:
        if self._news:
            self._liar.tell("garbage", match=self._news)
            self._liar.tell("webhooks_say_nothing")

    def told(self) -> list[str]:
        return sorted({each.name for each in self._liar.told})

    def calm_down(self) -> None:
        self._liar.stop()
        self._keep_news_back()

    def stop(self) -> None:
        self._liar.stop()


class Play:
    """``problems`` plays the seeds from ``first`` on, and says what is wrong at the end."""

    def __init__(self, stage: Crowd, first: int) -> None:
        self.stage, self.house = stage, stage.house
        self.dice = random.Random(first)  # noqa: S311 - a seeded dice
        self.liars = [LyingStore(stage.house.world, first + place) for place in range(AT_ONCE)]
        self.shipped: list[str] = []
        self.order: Order

    def problems(self) -> list[str]:
        with capture_logs() as logs:
            found = list(self._while_lies_are_told())
            for liar in self.liars:
                liar.calm_down()
            self.stage.all_looks()
            for liar in self.liars:
                liar.stop()
            self.house.let_pass(AFTERWARDS, step=AFTERWARDS / 4)
        self._look()
        found += [f"{there}: {each}" for there in HONEST for each in self._of_honest(there)]
        for liar in self.liars:
            who = f"seed {liar.seed}, {', '.join(liar.told())} at {liar.host}"
            found += [f"{who}: {each}" for each in self._of_store(liar.host)]
        return found + [_shown(each) for each in logs if _broke(each)]

    def _while_lies_are_told(self) -> Iterator[str]:
        stage = self.stage
        wanted = [(each, self.dice.randint(1, 3)) for each in stage.goods.values()]
        self.order = stage.sells_on(*wanted, shipping="5.00", note="Ring twice")
        self.house.let_pass(120, step=60)
        if not all(self._orders(there) for there in HONEST):
            yield "an honest store has no order yet"
        for there in stage.goods:
            for order in self._orders(there)[:1]:
                stage.people.vendor.ships(there, order.id, number="1Z-1")
                self.shipped.append(there)
        self.house.let_pass(240, step=120)
        if not all(self._came_home(there) for there in HONEST):
            yield "an honest vendor's parcel has not come home yet"
        moved = stored_address({**ADDRESS, "address1": "7 Other Street"})
        stage.people.merchant.changes(HARBOUR, self.order, shipping_address=moved)
        self.house.let_pass(240, step=120)

    def _orders(self, there: str) -> list[Any]:
        """Whatever was ever made in that store: nobody else orders there."""
        world = self.house.world
        store = world.shops.get(there) or world.sites[there]
        return list(store.orders.values())

    def _came_home(self, there: str) -> bool:
        told = [each.line.sku for made in self.order.fulfillments for each in made.lines]
        return self.stage.goods[there].sku in told

    def _look(self) -> None:
        """What the book says of each vendor's part, and what people are asked to do."""
        self.parts = {part.vendor.name: part for part in self.house.parts()}
        self.flags = self.house.flags()
        self.pushes = [each for each in self.house.pushes() if each.state == Push.PLACED]

    def _of_honest(self, there: str) -> Iterator[str]:
        part = self.parts[vendor(there)]
        if len(self._orders(there)) != 1 or part.state != life.SHIPPED:
            yield f"{len(self._orders(there))} orders, and the part is {part.state}"

    def _of_store(self, there: str) -> Iterator[str]:
        count, part = len(self._orders(there)), self.parts[vendor(there)]
        if count > 1:
            yield f"{count} orders were made, though nobody cancelled one"
        known = {each.remote_id for each in self.pushes if each.vendor_order_id == part.id}
        if not known <= {str(order.id) for order in self._orders(there)}:
            yield f"the book knows orders that were never made: {sorted(known)}"
        if count == 0 and not self._reasons(part):
            yield f"no order, and nobody is told why: {part.state}"
        if count and part.state not in life.IN_STORE and not self._flagged(part):
            yield f"an order that is {part.state}, and nobody is asked to look"
        if there in self.shipped and not self._came_home(there) and not self._flagged(part):
            yield f"a parcel that was not reported, and the part is {part.state}"

    def _flagged(self, part: VendorOrder) -> list[Flag]:
        return [flag for flag in self.flags if flag.vendor_order_id == part.id]

    def _reasons(self, part: VendorOrder) -> list[Any]:
        """Why there is no order, as people are told: the reasons of a hold, the store's words of a
        refusal, flags otherwise."""
        if part.state in (life.HELD, life.WAITING):
            return list((part.decision or {}).get("reasons", ()))
        if part.state not in (life.REFUSED, life.UNKNOWN):
            return self._flagged(part)
        with self.house.look() as session:
            of_part = (Push.vendor_order_id == part.id, Push.words != "")
            return list(session.scalars(select(Push.words).where(*of_part)))


def _broke(log: Any) -> bool:
    """A record that could not be read is set aside with an error that nothing raised."""
    return log["event"] == "handler_failed" and bool(log["where"])


def _shown(log: Any) -> str:
    return f"{log['kind']} in {log['lane']} broke with {log['error']} at {log['where'][-2:]}"


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_lies_neither_double_nor_lose_an_order(house: House, first: int) -> None:
    play = Play(Crowd(house), first)
    assert play.problems() == []
    assert [liar.seed for liar in play.liars if not liar.told()] == []
