"""Why was this order pushed, or not? The stored decision, told line by line."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.models import MarketplaceOrder, Merchant, Push, TimelineEvent, VendorOrder
from orderflow.rules import reasons
from orderflow.rules.decide import Reason, Verdict


def order(session: Session, merchant: Merchant, number: str) -> Iterator[str]:
    """Lines of text about every order of that name or id; one that says so if there is none."""
    found = session.scalars(
        select(MarketplaceOrder).where(
            MarketplaceOrder.merchant_id == merchant.id,
            (MarketplaceOrder.name == number) | (MarketplaceOrder.remote_id == number),
        )
    ).all()
    if not found:
        yield f"{merchant.shop} has no order {number!r}."
    for each in found:
        yield f"{each.name}: {each.payment}, recorded {each.recorded_at:%Y-%m-%d %H:%M} UTC"
        for part in each.vendor_orders:
            yield from _part(session, part)
        yield from _events(session, each)


def _part(session: Session, part: VendorOrder) -> Iterator[str]:
    yield f"  {part.vendor.name}: {part.state}"
    for reason in stored_reasons(part):
        mark = "✓" if reason.verdict is Verdict.PUSH else "✗"
        yield f"    {mark} {reasons.sentence(reason)}"
    for push in session.scalars(select(Push).where(Push.vendor_order_id == part.id)):
        yield f"    push {push.key}: {push.state} {push.remote_name} {push.words}".rstrip()


def stored_reasons(part: VendorOrder) -> list[Reason]:
    """The reasons of the last decision, as values again."""
    stored = (part.decision or {}).get("reasons", ())
    return [Reason.from_json(each) for each in stored]


def _events(session: Session, found: MarketplaceOrder) -> Iterator[str]:
    rows = session.scalars(
        select(TimelineEvent).where(TimelineEvent.order_id == found.id).order_by(TimelineEvent.id)
    )
    for event in rows:
        details = " ".join(f"{name}={value}" for name, value in event.details.items())
        yield f"  {event.at:%Y-%m-%d %H:%M:%S} {event.code} {details}".rstrip()
