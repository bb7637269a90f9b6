"""Decides whether a vendor's part may be sent, and which lines of it. Pure: every rule runs.

    decide(facts, settings, now) ──► Decision(verdict, reasons, legs)

Used when an order is recorded, again right before it is sent, and for the preview of a setting.
The rules stand in the order in which they are told to a merchant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from orderflow.book.shipments import left_to_ship
from orderflow.rules.facts import Facts, LineFacts, StoreFacts
from orderflow.rules.schedule import due_at
from orderflow.rules.settings import Effective
from stores.base import DeliveryMethod

PAID = frozenset({"paid", "partially_refunded"})
"""Payment states that count as paid (P14)."""
HAS_PAYMENTS = PAID | {"authorized", "partially_paid"}
"""In these there is a payment that may have a reference."""
NO_STORE = frozenset({"not_connected", "access_lost", "disconnected"})
"""There is nowhere to push to."""
NOBODYS_WILL = NO_STORE | {"declined"}
"""Obstacles that stand although a person wants the order pushed."""


class Verdict(StrEnum):
    """From best to worst: PUSH < WAIT < HOLD < SKIP."""

    PUSH = "push"
    WAIT = "wait"
    HOLD = "hold"
    SKIP = "skip"

    @property
    def rank(self) -> int:
        return list(Verdict).index(self)


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's word. ``setting`` decided, ``whose`` it was; ``lines`` empty: the whole part.

    ``remedy`` is a code for what would remove the obstacle, empty where the rule is content.
    ``overridden``: it stood in the way, and a person had the order pushed all the same.
    """

    code: str
    verdict: Verdict
    setting: str = ""
    whose: str = ""
    remedy: str = ""
    lines: tuple[str, ...] = ()
    detail: str = ""
    until: str = ""
    """When the rule will be content by itself, in ISO 8601; empty where nobody knows."""
    overridden: bool = False

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Reason:
        """A reason of a stored decision; how it looked when it was told."""
        verdict, lines = Verdict(stored["verdict"]), tuple(stored["lines"])
        return cls(**{**stored, "verdict": verdict, "lines": lines})


@dataclass(frozen=True, slots=True)
class Leg:
    """Lines that go into one store together."""

    store: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """PUSH with some lines still held is told by a reason that names those lines."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    legs: tuple[Leg, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def obstacles(self) -> tuple[Reason, ...]:
        return tuple(reason for reason in self.reasons if reason.verdict is not Verdict.PUSH)

    @property
    def main(self) -> str:
        """The code of the obstacle that set the verdict, of equals the one told first. With PUSH
        that of lines which stay behind. Empty where nothing stands in the way."""
        worst = _worst(_of_the_part(self.obstacles) or self.obstacles)
        return worst.code if worst else ""


Rule = Callable[[Facts, Effective, datetime], Iterator[Reason]]


def decide(facts: Facts, settings: Effective, now: datetime) -> Decision:
    """Run every rule. An obstacle without lines stops the part; one with lines, those lines. The
    verdict is that of the worst obstacle of the part; where it has none and no line may go, of the
    worst of lines, SKIP where all lines are gone already."""
    told = (reason for rule in RULES for reason in rule(facts, settings, now))
    reasons = tuple(_outvoted(reason) if facts.overridden else reason for reason in told)
    obstacles = [reason for reason in reasons if reason.verdict is not Verdict.PUSH]
    stopped = {line for reason in obstacles for line in reason.lines}
    going = [line for line in open_lines(facts) if line.id not in stopped]
    none_may_go = not going or (bool(stopped) and settings.values.hold_whole_order)
    worst = _worst(_of_the_part(obstacles) or (obstacles if none_may_go else []))
    if worst is None and going:
        return Decision(Verdict.PUSH, reasons, _legs(going))
    return Decision(worst.verdict if worst else Verdict.SKIP, reasons)


def _of_the_part(obstacles: Iterable[Reason]) -> list[Reason]:
    return [reason for reason in obstacles if not reason.lines]


def _worst(obstacles: Iterable[Reason]) -> Reason | None:
    return max(obstacles, key=lambda reason: reason.verdict.rank, default=None)


def _outvoted(reason: Reason) -> Reason:
    """What the rule says of an order that a person had pushed although held: no obstacle any
    more, unless there is no store to push it to, the vendor declined, or nothing may go."""
    if reason.verdict not in (Verdict.WAIT, Verdict.HOLD) or reason.code in NOBODYS_WILL:
        return reason
    return replace(reason, verdict=Verdict.PUSH, remedy="", overridden=True)


def open_lines(facts: Facts) -> list[LineFacts]:
    """Lines that still need to go: wanted, to be shipped, not taken along, not under way."""
    return [line for line in facts.lines if not line.taken and _to_ship(line) > 0]


def _to_ship(line: LineFacts) -> int:
    if not line.requires_shipping:
        return 0
    return left_to_ship(line.quantity, line.fulfillable, line.shipped)


def _legs(lines: list[LineFacts]) -> tuple[Leg, ...]:
    stores = sorted({line.store for line in lines if line.store is not None})
    return tuple(
        Leg(store, tuple(line.id for line in lines if line.store == store)) for store in stores
    )


def _master_switch(facts: Facts, settings: Effective, now: datetime) -> Iterator[Reason]:
    on = settings.values.order_sync
    yield Reason(
        "order_sync_on" if on else "order_sync_off",
        Verdict.PUSH if on else Verdict.HOLD,
        "order_sync",
        "merchant",
        "" if on else "enable_order_sync",
    )


def _vendor_switch(facts: Facts, settings: Effective, now: datetime) -> Iterator[Reason]:
    on = facts.push_enabled
    yield Reason(
        "vendor_sync_on" if on else "vendor_sync_off",
        Verdict.PUSH if on else Verdict.HOLD,
        "push_enabled",
        "vendor",
        "" if on else "enable_vendor_sync",
    )


def _add_on(facts: Facts, settings: Effective, now: datetime) -> Iterator[Reason]:
    for store, lines in _by_store(facts):
        if store.add_on:
            yield Reason("add_on_active", Verdict.PUSH, lines=lines, detail=store.platform)
        else:
            yield Reason(
                "add_on_inactive",
                Verdict.HOLD,
                remedy="activate_add_on",
                lines=lines,
                detail=store.platform,
            )


def _connected(facts: Facts, settings: Effective, now: datetime) -> Iterator[Reason]:
    homeless = tuple(line.id for line in open_lines(facts) if line.store is None)
    if homeless:
        yield Reason("not_connected", Verdict.HOLD, remedy="connect_store", lines=homeless)
    for store, lines in _by_store(facts):
        if store.state == "open":
            yield Reason("connected", Verdict.PUSH, lines=lines, detail=store.platform)
        else:
            yield Reason(
                "access_lost" if store.state == "locked" else "disconnected",
                Verdict.HOLD,
                remedy="reconnect_store",
                lines=lines,
                detail=store.platform,
            )


def _paid(facts: Facts, settings: Effective, now: datetime) -> Iterator[Reason]:
    needed = settings.values.only_if_paid
    ok = facts.payment in PAID or not needed
    yield Reason(
        "payment_fine" if ok else "not_paid",
        Verdict.PUSH if ok else Verdict.WAIT,
        "only_if_paid",
        settings.whose("only_if_paid"),
        "" if ok else "mark_as_paid",
        detail=facts.payment,
    )


def _mapped(facts: Facts, settings: Effective, now: datetime) -> Iterator[Reason]:
    unmapped = [line for line in open_lines(facts) if not line.mapped]
    allowed = settings.values.unsynced_products
    stores = {store.id: store for store in facts.stores}
    held = tuple(
        line.id
        for line in unmapped
        if not allowed or (line.store in stores and not stores[line.store].takes_custom_lines)
    )
    if held:
        yield Reason(
            "unmapped_lines",
            Verdict.HOLD,
            "unsynced_products",
            settings.whose("unsynced_products"),
            "map_products",
            lines=held,
        )
    elif unmapped:
        yield Reason(
            "unmapped_taken",
            Verdict.PUSH,
            "unsynced_products",
            settings.whose("unsynced_products"),
            lines=tuple(line.id for line in unmapped),
        )
    elif open_lines(facts):
        yield Reason("all_mapped", Verdict.PUSH)


def _wanted(facts: Facts, settings: Effective, now: datetime) -> Iterator[Reason]:
    if facts.cancelled:
        yield Reason("cancelled", Verdict.SKIP)
    if facts.payment == "refunded":
        yield Reason("refunded", Verdict.SKIP)
    if facts.fulfilment == "fulfilled":
        yield Reason("already_fulfilled", Verdict.SKIP)
    if not any(line.requires_shipping for line in facts.lines):
        yield Reason("nothing_to_ship", Verdict.SKIP)
    elif not open_lines(facts) and any(line.taken for line in facts.lines):
        yield Reason("all_sent", Verdict.PUSH)
    elif not open_lines(facts):
        yield Reason("nothing_left_to_ship", Verdict.SKIP)
    else:
        yield Reason("wanted", Verdict.PUSH)
    if facts.forgotten:
        yield Reason("buyer_forgotten", Verdict.SKIP)


def _in_time(facts: Facts, settings: Effective, now: datetime) -> Iterator[Reason]:
    values = settings.values
    if not (values.delay_minutes or values.push_every) or _unpaid(facts, settings):
        return
    due, slot = due_at(facts, values)
    setting = "delay_minutes" if due > now else "push_every"
    whose = settings.whose(setting)
    if facts.released or slot <= now:
        yield Reason("its_time_has_come", Verdict.PUSH, setting, whose)
    else:
        yield Reason(
            "delayed" if due > now else "next_round",
            Verdict.WAIT,
            setting,
            whose,
            "wait_or_release",
            until=slot.isoformat(),
        )


def _unpaid(facts: Facts, settings: Effective) -> bool:
    return settings.values.only_if_paid and facts.payment not in PAID


def _trusted(facts: Facts, settings: Effective, now: datetime) -> Iterator[Reason]:
    """Webhooks tell nothing of risk and holds: until the shop was asked, the order waits."""
    if not settings.values.fraud_hold:
        return
    whose = settings.whose("fraud_hold")
    if facts.risk is None or facts.on_hold is None:
        yield Reason("risk_not_read", Verdict.WAIT, "fraud_hold", whose, "risk_is_asked")
    elif facts.risk == "pending":
        yield Reason("risk_pending", Verdict.WAIT, "fraud_hold", whose, "risk_is_asked")
    if facts.risk == "high":
        yield Reason("high_risk", Verdict.HOLD, "fraud_hold", whose, "judge_risk")
    if facts.on_hold:
        yield Reason("on_hold", Verdict.HOLD, "fraud_hold", whose, "release_hold")
    if facts.risk in ("none", "low", "medium") and facts.on_hold is False:
        yield Reason("risk_fine", Verdict.PUSH, "fraud_hold", whose, detail=facts.risk)


def _referenced(facts: Facts, settings: Effective, now: datetime) -> Iterator[Reason]:
    """Webhooks do not tell a payment's reference. Who waits for the money is asked for it later."""
    wanted = settings.values.share_transaction_reference
    if not wanted or facts.payment not in HAS_PAYMENTS or _unpaid(facts, settings):
        return
    if facts.cancelled or facts.forgotten or not open_lines(facts):
        return
    yield Reason(
        "reference_read" if facts.reference_read else "reference_not_read",
        Verdict.PUSH if facts.reference_read else Verdict.WAIT,
        "share_transaction_reference",
        settings.whose("share_transaction_reference"),
        "" if facts.reference_read else "reference_is_asked",
    )


RISKS = frozenset({"risk_not_read", "risk_pending", "high_risk", "on_hold"})
REFERENCES = frozenset({"reference_not_read"})
WATCHED = RISKS | REFERENCES
"""While one of these stands in the way, the shop is asked again and again."""
UNREAD = frozenset({"risk_not_read"}) | REFERENCES
"""Of these, what the shop was never asked."""


def _by_hand(facts: Facts, settings: Effective, now: datetime) -> Iterator[Reason]:
    if facts.forbidden:
        yield Reason("forbidden", Verdict.SKIP, remedy="allow_push")
    if facts.overridden:
        yield Reason("pushed_although_held", Verdict.PUSH)


def _deliverable(facts: Facts, settings: Effective, now: datetime) -> Iterator[Reason]:
    """A vendor elsewhere hands nothing over in the merchant's shop, and ships to an address."""
    for method in DeliveryMethod if settings.values.hold_local_delivery else ():
        if lines := _delivered_by(facts, method):
            yield Reason(
                "pickup_held" if method is DeliveryMethod.PICKUP else "local_held",
                Verdict.HOLD,
                "hold_local_delivery",
                settings.whose("hold_local_delivery"),
                "send_anyway",
                lines,
            )
    homeless = _delivered_by(facts, "")
    if homeless and not facts.addressed and not facts.forgotten:
        yield Reason("no_address", Verdict.HOLD, remedy="add_address", lines=homeless)


def _delivered_by(facts: Facts, method: str) -> tuple[str, ...]:
    return tuple(line.id for line in open_lines(facts) if line.delivery == method)


def _declined(facts: Facts, settings: Effective, now: datetime) -> Iterator[Reason]:
    lines = tuple(line.id for line in open_lines(facts) if line.declined)
    if lines:
        yield Reason("declined", Verdict.HOLD, remedy="answer_the_vendor", lines=lines)


def _test_order(facts: Facts, settings: Effective, now: datetime) -> Iterator[Reason]:
    if not facts.test:
        return
    for store, lines in _by_store(facts):
        if not store.takes_tests:
            yield Reason("test_order", Verdict.SKIP, lines=lines, detail=store.platform)


def _by_store(facts: Facts) -> Iterator[tuple[StoreFacts, tuple[str, ...]]]:
    for store in facts.stores:
        lines = tuple(line.id for line in open_lines(facts) if line.store == store.id)
        if lines:
            yield store, lines


RULES: tuple[Rule, ...] = (
    _master_switch,  # P10
    _vendor_switch,  # P11
    _add_on,  # P12
    _connected,  # P13
    _paid,  # P14
    _mapped,  # P15
    _wanted,  # P16
    _in_time,  # P17
    _trusted,  # P18
    _referenced,  # P35
    _test_order,  # P19
    _deliverable,  # P22
    _declined,  # P82
    _by_hand,  # P45
)
