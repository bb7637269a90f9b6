"""One vendor's store lies, the other's is honest. When the lies are over and some time has gone by,
each order was placed in the lying store exactly once, or somebody is told why it was not; the
honest store never noticed; and nothing that was said broke a handler.

Each seed draws a handful of lies and tells them for some minutes, while an order is bought, moved
to another address and shipped. A failure names the seed and the lies that were told.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import Select, select
from structlog.testing import capture_logs

from orderflow.book import life
from orderflow.models import Flag, MarketplaceOrder, Push, VendorOrder
from sandbox import snapshot
from sandbox.people import ADDRESS
from sandbox.shopify.graph.orders import stored_address
from sandbox.shopify.order import Order
from tests.house import ALFA, BRAVO, HARBOUR
from tests.river.stage import Stage

SEEDS = 100
CHUNK = 5
"""Seeds that are played on one stage, one after the other."""
LIARS = (ALFA, BRAVO)
"""They take turns: seeds that are even have a lying store of the marketplace's kind."""
CREATES = {ALFA: "orderCreate(", BRAVO: "POST /wp-json/wc/v3/orders"}
"""How a create is recognised."""
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


class Play:
    """``problems`` plays the seed, and says what is wrong at its end."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage, self.house, self.seed = stage, stage.house, seed
        self.dice = random.Random(seed)  # noqa: S311 - a seeded dice
        self.lying = LIARS[seed % 2]
        self.honest = LIARS[1 - seed % 2]
        self.liar = self.house.world.liar(self.lying)
        names = [name for name in self.liar.names if not name.startswith("hook_")]
        self.names = self.dice.sample(sorted(set(names) - UNDETECTABLE), KINDS)
        self.order: Order

    def problems(self) -> list[str]:
        before = len(self.liar.told)
        self.liar.draw(self.seed, dict.fromkeys(self.names, RATE / KINDS), SHORTER)
        first = self.dice.choice(HIDING)
        self.liar.tell(first, times=1, match=CREATES[self.lying], **SHORTER.get(first, {}))
        if self.dice.random() < 0.5:
            self.liar.tell("webhooks_say_nothing")
        with capture_logs() as logs:
            found = list(self._while_lies_are_told())
            told = sorted({each.name for each in self.liar.told[before:]})
            self.liar.stop()
            self.stage.all_looks()
            self.house.let_pass(AFTERWARDS, step=AFTERWARDS / 4)
        found += [problem for host in LIARS for problem in self._of_store(host)]
        found += [_shown(each) for each in logs if _broke(each)]
        return [f"seed {self.seed}, {', '.join(told)} at {self.lying}: {each}" for each in found]

    def _while_lies_are_told(self) -> Iterator[str]:
        stage = self.stage
        wanted = [(stage.lamp, self.dice.randint(1, 3)), (stage.mug, self.dice.randint(1, 3))]
        self.order = stage.sells_on(*wanted, shipping="5.00", note="Ring twice")
        self.house.let_pass(120, step=60)
        if not self._orders(self.honest):
            yield "the honest store has no order yet"
        for host in LIARS:
            for number in self._orders(host)[:1]:
                stage.people.vendor.ships(host, number, number=f"1Z{self.seed}", company="UPS")
        self.house.let_pass(240, step=120)
        if not self.order.fulfillments:
            yield "the honest vendor's parcel has not come home yet"
        if self.dice.random() < 0.5:
            moved = stored_address({**ADDRESS, "address1": f"{self.seed} Other Street"})
            stage.people.merchant.changes(HARBOUR, self.order, shipping_address=moved)
        self.house.let_pass(240, step=120)

    def _orders(self, host: str) -> list[int]:
        """Orders of this play that were ever made in a store, by their numbers."""
        with self.house.look() as session:
            keys = list(session.scalars(_of(self.order, select(Push.key).join(VendorOrder))))
        seen = snapshot.of_host(self.house.world, host) or {"orders": []}
        return [
            each["id"] for each in seen["orders"] if any(key in json.dumps(each) for key in keys)
        ]

    def _of_store(self, host: str) -> Iterator[str]:
        count = len(self._orders(host))
        if count > 1:
            yield f"{count} orders were made, though nobody cancelled one"
        if count == 0 and not self._reasons(host):
            yield "no order, and nobody is told why"

    def _reasons(self, host: str) -> Sequence[Any]:
        """Why there is no order, as people are told: the reasons of a hold, the store's words of a
        refusal, flags otherwise."""
        name = host.partition(".")[0].title()
        with self.house.look() as session:
            parts = session.scalars(_of(self.order, select(VendorOrder)))
            part = next(each for each in parts if each.vendor.name == name)
            if part.state in (life.HELD, life.WAITING):
                return list((part.decision or {}).get("reasons", ()))
            if part.state in (life.REFUSED, life.UNKNOWN):
                of_part = (Push.vendor_order_id == part.id, Push.words != "")
                return session.scalars(select(Push.words).where(*of_part)).all()
            open_flags = (Flag.vendor_order_id == part.id, Flag.done_at.is_(None))
            return session.scalars(select(Flag.code).where(*open_flags)).all()


def _of(order: Order, wanted: Select[Any]) -> Select[Any]:
    """What is wanted of the parts of one order."""
    return wanted.join(MarketplaceOrder, VendorOrder.order_id == MarketplaceOrder.id).where(
        MarketplaceOrder.remote_id == str(order.id)
    )


def _broke(log: Any) -> bool:
    """A record that could not be read is set aside with an error that nothing raised."""
    return log["event"] == "handler_failed" and bool(log["where"])


def _shown(log: Any) -> str:
    return f"{log['kind']} broke with {log['error']} at {log['where'][-2:]}"


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_lies_neither_double_nor_lose_an_order(stage: Stage, first: int) -> None:
    plays = [Play(stage, seed) for seed in range(first, first + CHUNK)]
    problems = [problem for play in plays for problem in play.problems()]
    assert problems == []
    assert len(plays[0].liar.told) > CHUNK
