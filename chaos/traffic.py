"""What customers, merchants and vendors do meanwhile: orders with edits, cancellations, refunds,
parcels, corrections, withdrawals, holds."""

from __future__ import annotations

import itertools
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from demo.pretend import Sandbox, SandboxRefused

Json = dict[str, Any]
LOOK_EVERY = 2.0
"""Seconds between two looks into a vendor's store for something to ship."""
CARRIERS = ("UPS", "FedEx", "USPS")


@dataclass(eq=False)
class Bought:
    """``lines`` are pieces by line id as the merchant wants them; ``did`` is what was done to it,
    and when."""

    shop: str
    id: int
    name: str
    paid: bool
    lines: dict[str, int]
    held: bool = False
    cancelled: bool = False
    did: list[str] = field(default_factory=list)


class Traffic:
    """``step`` does one thing; which one, the seed's dice say."""

    def __init__(
        self, sandbox: Sandbox, shops: Sequence[str], vendors: Mapping[str, str], seed: int
    ) -> None:
        self.sandbox, self.shops, self.vendors = sandbox, shops, vendors
        self.dice = random.Random(f"traffic {seed}")
        self.orders: list[Bought] = []
        self.counts: Counter[str] = Counter()
        self.by_vendor: dict[tuple[str, str], list[str]] = defaultdict(list)
        """What a vendor did to an order, by host and the order's id there."""
        self.cancelled_there: set[tuple[str, str]] = set()
        """Orders that a vendor has cancelled, likewise."""
        self._seen: dict[str, tuple[float, list[Json]]] = {}
        self._parcel = itertools.count(1)
        self._started = time.monotonic()

    @property
    def steps(self) -> Sequence[tuple[Callable[[], str], int]]:
        return (
            (self.edit, 6),
            (self.add, 3),
            (self.move, 4),
            (self.refund, 4),
            (self.cancel, 4),
            (self.pay, 3),
            (self.hold, 2),
            (self.release, 2),
            (self.ship, 40),
            (self.correct, 5),
            (self.withdraw, 2),
            (self.vendor_cancels, 2),
        )

    def step(self, *, buys: bool) -> None:
        """One thing is done; a customer buys if ``buys``. What a store refuses counts as that."""
        acts, weights = zip(*self.steps, strict=True)
        act = self.buy if buys else self.dice.choices(acts, weights)[0]
        try:
            done = act()
        except SandboxRefused:
            done = "refused by the shop"
        if done:
            self.counts[done] += 1

    # -- customers and merchants -------------------------------------------------------------------

    def buy(self) -> str:
        shop = self.dice.choice(self.shops)
        names = self.dice.sample(sorted(self.vendors), self.dice.choice((1, 1, 2, 3)))
        wanted = {name: self.dice.randint(1, 4) for name in names}
        paid = self.dice.random() < 0.85
        made = self.sandbox.act(
            "customer.buys",
            shop=shop,
            lines=list(wanted.items()),
            paid=paid,
            shipping=self.dice.choice(("", "5.00", "7.90")),
            tax_rate=self.dice.choice(("", "0.08")),
            note=self.dice.choice(("", "Ring twice")),
        )
        lines = {str(line["id"]): wanted[line["sku"]] for line in made["lines"]}
        order = Bought(shop, made["id"], made["name"], paid, lines)
        self.orders.append(order)
        self._note(order, f"bought {wanted}, {'paid' if paid else 'not paid'}")
        return "bought"

    def edit(self) -> str:
        order, line = self._some_line()
        if order is None:
            return ""
        pieces = max(0, order.lines[line] + self.dice.choice((-2, -1, 1, 2)))
        self._act(order, "merchant.edits", lines={line: pieces})
        order.lines[line] = pieces
        self._note(order, f"edited: {line} to {pieces}")
        return "edited"

    def add(self) -> str:
        order = self._some()
        if order is None:
            return ""
        name = self.dice.choice(sorted(self.vendors))
        made = self._act(order, "merchant.edits", adds=[[name, 1]])
        order.lines = {**{str(line["id"]): 1 for line in made["lines"]}, **order.lines}
        self._note(order, f"added 1 {name}")
        return "line added"

    def move(self) -> str:
        order = self._some()
        if order is None:
            return ""
        note = f"Note {self.dice.randint(1, 99)}"
        self._act(order, "merchant.changes", note=note)
        self._note(order, f"note changed to {note}")
        return "note changed"

    def refund(self) -> str:
        order, line = self._some_line()
        if order is None or not order.paid or not order.lines[line]:
            return ""
        pieces = self.dice.randint(1, order.lines[line])
        self._act(order, "merchant.refunds", lines={line: pieces})
        order.lines[line] -= pieces
        self._note(order, f"refunded {pieces} of {line}")
        return "refunded"

    def cancel(self) -> str:
        order = self._some()
        if order is None:
            return ""
        self._act(order, "merchant.cancels")
        order.cancelled = True
        self._note(order, "cancelled")
        return "cancelled"

    def pay(self) -> str:
        unpaid = [each for each in self.orders if not each.paid and not each.cancelled]
        if not unpaid:
            return ""
        order = self.dice.choice(unpaid)
        self._act(order, "merchant.marks_paid")
        order.paid = True
        self._note(order, "paid")
        return "paid"

    def hold(self) -> str:
        order = self._some()
        if order is None or order.held:
            return ""
        self._act(order, "merchant.holds")
        order.held = True
        self._note(order, "held in the shop")
        return "held"

    def release(self) -> str:
        held = [each for each in self.orders if each.held]
        if not held:
            return ""
        order = self.dice.choice(held)
        self._act(order, "merchant.releases")
        order.held = False
        self._note(order, "released in the shop")
        return "released"

    def release_all(self) -> None:
        while any(each.held for each in self.orders):
            self.release()

    def _some(self) -> Bought | None:
        """Rather one of the newer orders, which are still under way."""
        open_ones = [each for each in self.orders[-120:] if not each.cancelled]
        return self.dice.choice(open_ones) if open_ones else None

    def _some_line(self) -> tuple[Bought | None, str]:
        order = self._some()
        return order, self.dice.choice(sorted(order.lines)) if order else ""

    def _act(self, order: Bought, verb: str, **more: Any) -> Json:
        return self.sandbox.act(verb, shop=order.shop, order=order.id, **more)

    def _note(self, order: Bought, what: str) -> None:
        order.did.append(f"{time.monotonic() - self._started:6.1f} s  {what}")

    # -- vendors -----------------------------------------------------------------------------------

    def ship(self) -> str:
        host, order = self._some_at_vendor(lambda each: bool(_unshipped(each)))
        if order is None:
            return ""
        lines = _unshipped(order)
        if self.dice.random() < 0.3:
            line, left = self.dice.choice(sorted(lines.items()))
            lines = {line: self.dice.randint(1, left)}
        tracking = self._tracking()
        self.sandbox.act("vendor.ships", host=host, order=order["id"], lines=lines, **tracking)
        return self._noted(host, order, f"shipped {lines} as {tracking['number']}", "shipped")

    def correct(self) -> str:
        host, order = self._some_at_vendor(lambda each: bool(_active(each)))
        if order is None:
            return ""
        parcel = self.dice.choice(_active(order))["id"]
        tracking = self._tracking()
        self.sandbox.act(
            "vendor.corrects_tracking", host=host, order=order["id"], parcel=parcel, **tracking
        )
        told = f"corrected {parcel} to {tracking['number']}"
        return self._noted(host, order, told, "parcel corrected")

    def withdraw(self) -> str:
        host, order = self._some_at_vendor(lambda each: bool(_active(each)))
        if order is None:
            return ""
        parcel = self.dice.choice(_active(order))["id"]
        self.sandbox.act("vendor.withdraws", host=host, order=order["id"], parcel=parcel)
        return self._noted(host, order, f"took {parcel} back", "parcel taken back")

    def vendor_cancels(self) -> str:
        host, order = self._some_at_vendor(lambda each: not each["parcels"])
        if order is None:
            return ""
        self.sandbox.act("vendor.cancels", host=host, order=order["id"])
        self.cancelled_there.add((host, str(order["id"])))
        return self._noted(host, order, "cancelled", "cancelled by the vendor")

    def _tracking(self) -> dict[str, str]:
        number = f"1Z{self.dice.randint(10**6, 10**7)}{next(self._parcel):05}"
        return {"number": number, "company": self.dice.choice(CARRIERS)}

    def _some_at_vendor(self, fits: Callable[[Json], bool]) -> tuple[str, Json | None]:
        """By what stood there a moment ago."""
        host = self.dice.choice(sorted(self.vendors.values()))
        then, orders = self._seen.get(host, (-LOOK_EVERY, []))
        if time.monotonic() - then >= LOOK_EVERY:
            orders = self.sandbox.orders(host)
            self._seen[host] = (time.monotonic(), orders)
        live = [each for each in orders if _is_open(each) and fits(each)]
        return host, self.dice.choice(live) if live else None

    def _noted(self, host: str, order: Json, what: str, counted: str) -> str:
        moment = time.monotonic() - self._started
        self.by_vendor[host, str(order["id"])].append(f"{moment:6.1f} s  {what}")
        self._seen.pop(host)
        return counted


def _is_open(order: Json) -> bool:
    return order["status"] not in ("cancelled", "refunded", "trash")


def _unshipped(order: Json) -> dict[str, int]:
    """Pieces by line."""
    left = {str(line["id"]): line["current_quantity"] for line in order["lines"]}
    for parcel in _active(order):
        for line, count in parcel["lines"].items():
            left[line] = left.get(line, 0) - count
    return {line: count for line, count in left.items() if count > 0}


def _active(order: Json) -> list[Json]:
    return [each for each in order["parcels"] if each["status"] in ("success", "fulfilled")]
