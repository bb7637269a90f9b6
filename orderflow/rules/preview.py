"""What would happen if these settings were saved: the rules, over the facts of last time.

Whoever saves settings that would release held orders is asked first, with their number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from orderflow.book import life
from orderflow.models import Merchant, OrderLine, Vendor, VendorOrder
from orderflow.rules import settings
from orderflow.rules.decide import Verdict, decide
from orderflow.rules.facts import Facts
from orderflow.rules.judge import reconsider_all
from orderflow.rules.settings import Effective, Value

AT_REST = (life.WAITING, life.HELD, life.REFUSED)
"""Parts in these states may be released by a setting; a skipped one never is."""
LINES_MAY_FOLLOW = (life.PUSHED, life.PARTLY_SHIPPED)
"""Of these, lines that are still held may follow."""
DECIDING = frozenset(
    {
        "order_sync",
        "only_if_paid",
        "unsynced_products",
        "hold_whole_order",
        "delay_minutes",
        "push_every",
        "fraud_hold",
        "share_transaction_reference",
    }
)
"""Settings that the rules ask; no other one releases or holds anything."""
LOOK_AT = 5_000
"""Parts that are looked at: a person waits for the answer, and nobody else can save meanwhile."""
BATCH = 500


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be pushed: by vendor how many of the vendor's shipments, and of how many
    ``orders`` they are. ``more``: too many are held to look at all of them, so these are the
    least."""

    by_vendor: tuple[tuple[str, int], ...] = ()
    more: bool = False
    orders: int = 0

    @property
    def count(self) -> int:
        """Vendors' shipments of all vendors."""
        return sum(count for _, count in self.by_vendor)

    def agreed(self, confirmed: int | None) -> bool:
        """Nothing would be pushed, or a person has said yes to just this number."""
        return confirmed == self.count or not (self.count or self.more)


class Unconfirmed(RuntimeError):
    """Held orders would be pushed, and nobody has agreed to that number yet."""

    def __init__(self, preview: Preview) -> None:
        super().__init__(f"{preview.orders} held orders would be pushed")
        self.preview = preview


def preview(
    session: Session,
    merchant: Merchant,
    values: Mapping[str, Value | None],
    now: datetime,
    *,
    vendor: Vendor | None = None,
    look_at: int = LOOK_AT,
) -> Preview:
    """What saving ``values`` would release, of the first ``look_at`` held parts."""
    if DECIDING.isdisjoint(values):
        return Preview()
    stored = settings.stored(session, merchant.id)
    planned = _planned(stored, values, vendor)

    def goes(vendor_id: int, facts: Facts) -> bool:
        return decide(facts, planned(vendor_id), now).verdict is Verdict.PUSH

    return _counted(session, _parts(session, merchant, vendor), goes, look_at)


def opening(
    session: Session,
    merchant: Merchant,
    change: Callable[[Facts], Facts],
    now: datetime,
    *,
    vendor: Vendor | None = None,
) -> Preview:
    """What would be pushed if the facts were as ``change`` makes them: an add-on activated, a
    vendor switched on."""
    held = _planned(settings.stored(session, merchant.id), {}, None)

    def goes(vendor_id: int, facts: Facts) -> bool:
        today = decide(facts, held(vendor_id), now).verdict
        return (
            today is not Verdict.PUSH
            and decide(change(facts), held(vendor_id), now).verdict is Verdict.PUSH
        )

    return _counted(session, _parts(session, merchant, vendor), goes, LOOK_AT)


def _counted(
    session: Session,
    parts: Iterable[tuple[int, int, Facts]],
    goes: Callable[[int, Facts], bool],
    look_at: int,
) -> Preview:
    released: Counter[int] = Counter()
    orders: set[int] = set()
    more = False
    for looked, (vendor_id, order_id, facts) in enumerate(parts):
        if looked == look_at:
            more = True
            break
        if goes(vendor_id, facts):
            released[vendor_id] += 1
            orders.add(order_id)
    return Preview(_by_name(session, released), more, len(orders))


class _Planned:
    """The settings of every vendor as they would be."""

    def __init__(self, mine: Mapping[str, Any], overrides: Mapping[int, Mapping[str, Any]]) -> None:
        self._mine, self._overrides = mine, overrides
        self._known: dict[int, Effective] = {}

    def __call__(self, vendor_id: int) -> Effective:
        if vendor_id not in self._known:
            own = self._overrides.get(vendor_id, {})
            self._known[vendor_id] = settings.combine(self._mine, own)
        return self._known[vendor_id]


def _planned(
    stored: Mapping[int | None, dict[str, Any]],
    values: Mapping[str, Value | None],
    vendor: Vendor | None,
) -> _Planned:
    owner = vendor.id if vendor else None
    before = stored.get(owner, {})
    changed = {**before, **settings.reset_modes(before, values)}
    kept = {name: value for name, value in changed.items() if value is not None}
    whole = {**stored, owner: kept}
    overrides = {who: own for who, own in whole.items() if who is not None}
    return _Planned(whole[None], overrides)


def _parts(
    session: Session, merchant: Merchant, vendor: Vendor | None
) -> Iterator[tuple[int, int, Facts]]:
    """Vendor, order and last known facts of parts that may go, state by state, in batches."""
    whose = VendorOrder.merchant_id == merchant.id
    if vendor is not None:
        whose = VendorOrder.vendor_id == vendor.id
    for state in AT_REST + LINES_MAY_FOLLOW:
        mine = whose & (VendorOrder.state == state)
        if state in LINES_MAY_FOLLOW:
            mine &= _has_lines_left()
        after = 0
        while page := _page(session, mine, after):
            taken = _taken(session, [part.id for part in page])
            for part in page:
                facts = _now_known(part.facts, taken.get(part.id, set()))
                yield part.vendor_id, part.order_id, facts
            after = page[-1].id


def _has_lines_left() -> ColumnElement[bool]:
    left = OrderLine.push_id.is_(None)
    return select(OrderLine.id).where(OrderLine.vendor_order_id == VendorOrder.id, left).exists()


def _page(session: Session, mine: ColumnElement[bool], after: int) -> Sequence[Any]:
    return session.execute(
        select(VendorOrder.id, VendorOrder.vendor_id, VendorOrder.order_id, VendorOrder.facts)
        .where(mine, VendorOrder.id > after, VendorOrder.decided_at.is_not(None))
        .order_by(VendorOrder.id)
        .limit(BATCH)
    ).all()


def _taken(session: Session, part_ids: Sequence[int]) -> dict[int, set[str]]:
    """Lines under way by now: right before sending they were still counted as here."""
    found: dict[int, set[str]] = {}
    rows = session.execute(
        select(OrderLine.vendor_order_id, OrderLine.remote_id).where(
            OrderLine.vendor_order_id.in_(part_ids), OrderLine.push_id.is_not(None)
        )
    )
    for row in rows:
        found.setdefault(row.vendor_order_id, set()).add(row.remote_id)
    return found


def _now_known(stored: Mapping[str, Any], taken: set[str]) -> Facts:
    """The shop is only asked for an order's risk once that matters; until then it counts as low,
    so that nobody is surprised by more orders than were told. So does a reference count as read."""
    facts = Facts.from_json(stored)
    lines = tuple(replace(line, taken=line.id in taken) for line in facts.lines)
    risk, on_hold = facts.risk or "none", bool(facts.on_hold)
    return replace(facts, lines=lines, risk=risk, on_hold=on_hold, reference_read=True)


def _by_name(session: Session, released: Counter[int]) -> tuple[tuple[str, int], ...]:
    rows = session.execute(select(Vendor.id, Vendor.name).where(Vendor.id.in_(released)))
    names = {row.id: row.name for row in rows}
    told = [(names[vendor_id], count) for vendor_id, count in released.items()]
    return tuple(sorted(told, key=lambda pair: (-pair[1], pair[0])))


def save(
    session: Session,
    merchant: Merchant,
    values: Mapping[str, Value | None],
    *,
    by: str,
    now: datetime,
    version: int,
    confirmed: int | None,
    vendor: Vendor | None = None,
) -> list[str]:
    """Keep ``values`` and have held orders decided again; the names of what is different now.

    Raises StaleForm when somebody saved meanwhile, and Unconfirmed when held orders would be
    pushed and ``confirmed`` is not their number. Nothing is kept then.
    """
    owner = settings.lock(session, merchant.id)
    release = preview(session, owner, values, now, vendor=vendor)
    changed = settings.change(
        session, owner, values, by=by, now=now, vendor=vendor, version=version
    )
    if changed and not release.agreed(confirmed):
        raise Unconfirmed(release)
    if not DECIDING.isdisjoint(changed):
        reconsider_all(session, owner, now, vendor_id=vendor.id if vendor else None)
    return changed
