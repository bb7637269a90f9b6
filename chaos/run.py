"""One run: orders and faults side by side, then quiet, then everything is compared."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from chaos import pages
from chaos.cluster import Cluster, Size, running
from chaos.faults import Faults
from chaos.quiet import left_to_do
from chaos.traffic import Traffic
from orderflow import clock, outbox
from orderflow.models import Flag, MarketplaceOrder, Message, Push, TimelineEvent
from tests import agreement, told_home
from tests.agreement import States, host_of

QUIET = 600.0
"""Seconds within which everything has to come to rest after the faults."""
VENDOR_CANCELLED = "vendor_cancelled"
DEEDS = 2.0
"""Other things that happen, for each order that is bought."""


@dataclass
class Outcome:
    """``wrong`` is what should not be; with an order's timeline where it is about one."""

    seed: int
    orders: int
    did: Counter[str]
    faults: Counter[str]
    flags: Counter[str]
    states: Counter[str]
    quiet_after: float | None
    wrong: list[str] = field(default_factory=list)


def run(
    folder: Path,
    *,
    seed: int,
    orders: int,
    seconds: float,
    size: Size | None = None,
    hurried: bool = False,
    say: Callable[[str], None] = lambda words: None,
) -> Outcome:
    """``orders`` are bought over ``seconds``; on a slow machine it takes longer. ``hurried``: after
    the faults somebody asks for everything that was put off to be tried at once."""
    with running(folder, size or Size()) as cluster:
        say("everything runs")
        traffic = Traffic(cluster.sandbox, cluster.shops, cluster.vendors, seed)
        faults = Faults(cluster, seed)
        faults.start()
        try:
            play(cluster, traffic, faults, orders, seconds, say)
        finally:
            faults.stop()
        (folder / "faults.log").write_text("\n".join(faults.log) + "\n")
        traffic.release_all()
        cluster.forget_connections()
        say(f"{faults.counts.total()} faults are over; waiting for quiet")
        if hurried:
            wake_all(cluster)
        quiet_after, left = come_to_rest(cluster, clock.now(), say)
        say("comparing")
        outcome = compared(cluster, traffic, faults, quiet_after)
        outcome.wrong += left
        return outcome


def play(
    cluster: Cluster,
    traffic: Traffic,
    faults: Faults,
    orders: int,
    seconds: float,
    say: Callable[[str], None],
) -> None:
    """Every order, and what else happens, at an even pace; longer, with some orders more, until
    enough has happened."""
    begun, bought, number, told = time.monotonic(), 0, 0, 0.0
    steps = int(orders * (1 + DEEDS))
    while number < steps or not _is_enough(traffic, faults, orders):
        ahead = begun + seconds * number / steps - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        over = number >= steps and not number % 10 and not faults.opened.is_set()
        buys = over or bought < min(orders, orders * (number + 1) / steps)
        bought += buys
        traffic.step(buys=buys)
        if time.monotonic() - told >= 1:
            told = time.monotonic()
            cluster.watch()
        if number % max(steps // 10, 1) == 0 and number <= steps:
            say(f"{bought} orders after {time.monotonic() - begun:.0f} s")
        number += 1
        if number > steps:
            assert time.monotonic() - begun < seconds + QUIET, "too little happens"


def _is_enough(traffic: Traffic, faults: Faults, orders: int) -> bool:
    return faults.opened.is_set() and traffic.counts["shipped"] >= orders / 8


def wake_all(cluster: Cluster) -> None:
    """As an operator does after an outage."""
    with cluster.unit() as session:
        for lane in session.scalars(select(Message.lane).distinct()).all():
            outbox.wake(session, lane, clock.now())


def come_to_rest(
    cluster: Cluster, since: datetime, say: Callable[[str], None]
) -> tuple[float | None, list[str]]:
    """Seconds until everything was at rest; else None, and what was not."""
    begun, told = time.monotonic(), 0.0
    while True:
        cluster.watch()
        with cluster.unit() as session:
            left = left_to_do(session, since, cluster.size.every, clock.now())
        waited = time.monotonic() - begun
        if not left:
            return waited, []
        if waited > QUIET:
            return None, [f"not at rest after {QUIET:.0f} s: {each}" for each in left]
        if waited - told >= 15:
            told = waited
            say(f"{waited:.0f} s: {len(left)} things to do, such as {left[0]}")
        time.sleep(1)


def compared(
    cluster: Cluster, traffic: Traffic, faults: Faults, quiet_after: float | None
) -> Outcome:
    """Book, stores, shops and pages against each other."""
    states = States(lambda host: cluster.sandbox.get(f"/state/{host}"))
    wrong = [*cluster.ended, *cluster.broken_handlers(), *faults.wrong]
    with cluster.unit() as session:
        for each in told_home.differences(session, states):
            wrong.append("\n".join([str(each), *timeline(cluster, traffic, each.shop, each.order)]))
        wrong += agreement.among(session, states)
        wrong += vendors_cancellations(session, traffic.cancelled_there)
        flags = told_home.flagged(session)
        states_now = told_home.part_states(session)
    for shop in cluster.shops:
        wrong += [f"{shop}: {each}" for each in pages.differences(cluster, shop)]
    return Outcome(
        faults.seed,
        len(traffic.orders),
        traffic.counts,
        faults.counts,
        flags,
        states_now,
        quiet_after,
        wrong,
    )


def vendors_cancellations(session: Session, happened: set[tuple[str, str]]) -> Iterator[str]:
    """Somebody is told of each of them, where the merchant had not cancelled too; of no other."""
    flags = select(Flag).where(Flag.code == VENDOR_CANCELLED, Flag.push_id.is_not(None))
    told = {_place(flag.push) for flag in session.scalars(flags) if flag.push}
    for host, number in told - happened:
        yield f"{number} at {host} is said to be cancelled by the vendor, which it was not"
    standing = select(Push).where(Push.state == Push.PLACED)
    for push in session.scalars(standing):
        if _place(push) in happened - told and push.vendor_order.order.cancelled_at is None:
            yield f"{push.remote_name} at {host_of(push)} was cancelled by the vendor, unnoticed"


def _place(push: Push) -> tuple[str, str]:
    return host_of(push), push.remote_id


def timeline(cluster: Cluster, traffic: Traffic, shop: str, order_id: str) -> list[str]:
    """What was done to an order, and what the book tells of it."""
    found = [each for each in traffic.orders if (each.shop, str(each.id)) == (shop, order_id)]
    lines = [f"    {line}" for each in found for line in each.did]
    with cluster.unit() as session:
        events = session.scalars(
            select(TimelineEvent)
            .join(MarketplaceOrder, MarketplaceOrder.id == TimelineEvent.order_id)
            .where(MarketplaceOrder.remote_id == order_id)
            .order_by(TimelineEvent.id)
        )
        lines += [
            f"    {each.at:%H:%M:%S}  part {each.vendor_order_id}  {each.code} {each.details}"
            for each in events
        ]
    return lines
