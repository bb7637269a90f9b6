"""May this vendor's part be pushed, and what of it? A pure function: all rules, all obstacles.

    decide(facts, settings) ──► Decision(verdict, reasons, legs)

Used when an order is recorded, again right before it is sent, and for the preview of a setting.
The rules stand in the order in which they are told to a merchant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from orderflow.facts import Facts, LineFacts, StoreFacts
from orderflow.settings import Effective
from orderflow.shipments import left_to_ship

PAID = frozenset({"paid", "partially_refunded"})
"""Payment states that count as paid (P14)."""


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
    """

    code: str
    verdict: Verdict
    setting: str = ""
    whose: str = ""
    remedy: str = ""
    lines: tuple[str, ...] = ()
    detail: str = ""


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


Rule = Callable[[Facts, Effective], Iterator[Reason]]


def decide(facts: Facts, settings: Effective) -> Decision:
    """Run every rule. An obstacle without lines stops the part; one with lines, those lines."""
    reasons = tuple(reason for rule in RULES for reason in rule(facts, settings))
    stopped = {line for reason in reasons if _stops(reason) for line in reason.lines}
    whole = [reason.verdict for reason in reasons if not reason.lines]
    verdict = max(whole, key=lambda verdict: verdict.rank, default=Verdict.PUSH)
    going = [line for line in _open(facts) if line.id not in stopped]
    if verdict is Verdict.PUSH and (not going or _whole_order_held(stopped, settings)):
        of_lines = [reason.verdict for reason in reasons if _stops(reason)]
        verdict = max(of_lines, key=lambda verdict: verdict.rank, default=Verdict.SKIP)
    return Decision(verdict, reasons, _legs(going) if verdict is Verdict.PUSH else ())


def _stops(reason: Reason) -> bool:
    return reason.verdict is not Verdict.PUSH


def _whole_order_held(stopped: set[str], settings: Effective) -> bool:
    return bool(stopped) and settings.values.hold_whole_order


def _open(facts: Facts) -> list[LineFacts]:
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


def _master_switch(facts: Facts, settings: Effective) -> Iterator[Reason]:
    on = settings.values.order_sync
    yield Reason(
        "order_sync_on" if on else "order_sync_off",
        Verdict.PUSH if on else Verdict.HOLD,
        "order_sync",
        "merchant",
        "" if on else "enable_order_sync",
    )


def _vendor_switch(facts: Facts, settings: Effective) -> Iterator[Reason]:
    on = facts.push_enabled
    yield Reason(
        "vendor_sync_on" if on else "vendor_sync_off",
        Verdict.PUSH if on else Verdict.HOLD,
        "push_enabled",
        "vendor",
        "" if on else "enable_vendor_sync",
    )


def _add_on(facts: Facts, settings: Effective) -> Iterator[Reason]:
    for store, lines in _by_store(facts):
        if not store.add_on:
            yield Reason(
                "add_on_inactive",
                Verdict.HOLD,
                remedy="activate_add_on",
                lines=lines,
                detail=store.platform,
            )


def _connected(facts: Facts, settings: Effective) -> Iterator[Reason]:
    homeless = tuple(line.id for line in _open(facts) if line.store is None)
    if homeless:
        yield Reason("not_connected", Verdict.HOLD, remedy="connect_store", lines=homeless)
    for store, lines in _by_store(facts):
        if store.state != "open":
            yield Reason(
                "access_lost" if store.state == "locked" else "disconnected",
                Verdict.HOLD,
                remedy="reconnect_store",
                lines=lines,
                detail=store.platform,
            )


def _paid(facts: Facts, settings: Effective) -> Iterator[Reason]:
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


def _mapped(facts: Facts, settings: Effective) -> Iterator[Reason]:
    unmapped = [line for line in _open(facts) if not line.mapped]
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


def _wanted(facts: Facts, settings: Effective) -> Iterator[Reason]:
    if facts.cancelled:
        yield Reason("cancelled", Verdict.SKIP)
    if facts.payment == "refunded":
        yield Reason("refunded", Verdict.SKIP)
    if facts.fulfilment == "fulfilled":
        yield Reason("already_fulfilled", Verdict.SKIP)
    if not any(line.requires_shipping for line in facts.lines):
        yield Reason("nothing_to_ship", Verdict.SKIP)
    elif not _open(facts):
        yield Reason("nothing_left_to_ship", Verdict.SKIP)


def _test_order(facts: Facts, settings: Effective) -> Iterator[Reason]:
    if not facts.test:
        return
    for store, lines in _by_store(facts):
        if not store.takes_tests:
            yield Reason("test_order", Verdict.SKIP, lines=lines, detail=store.platform)


def _by_store(facts: Facts) -> Iterator[tuple[StoreFacts, tuple[str, ...]]]:
    for store in facts.stores:
        lines = tuple(line.id for line in _open(facts) if line.store == store.id)
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
    _test_order,  # P19
)
