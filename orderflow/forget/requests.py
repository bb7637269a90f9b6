"""A shop asks us for one of its customers: to tell all that we keep, or to forget it (P91).

Who it is about is known by the orders that the shop names, and by e-mail, because it may name
none; by phone only where there is no e-mail. What we keep is sealed, so each order is opened and
looked at, a batch at a time.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.book import history, snapshot
from orderflow.forget import forgetting
from orderflow.members import notices
from orderflow.models import (
    Conflict,
    MarketplaceOrder,
    Merchant,
    PersonalRead,
    PrivacyRequest,
    Push,
    Shipment,
    TimelineEvent,
    VendorOrder,
    Webhook,
)
from orderflow.paging import newest_first
from stores.base import Buyer, SeenOrder

LOOK_AT = 100


def ask(session: Session, merchant: Merchant, kind: str, buyer: Buyer, now: datetime) -> None:
    """Write the request down and have it carried out."""
    request = PrivacyRequest(
        merchant_id=merchant.id,
        kind=kind,
        reference=buyer.reference,
        asked_at=now,
        buyer=asdict(buyer),
        order_ids=[],
    )
    session.add(request)
    session.flush()
    _note(session, request, history.ITSELF, now, None, "asked")
    about = {"request": request.id}
    subject = f"request:{request.id}"
    outbox.put(session, merchant.privacy_lane, "collect", subject, about, now=now)


def _note(
    session: Session, request: PrivacyRequest, by: str, now: datetime, was: str | None, became: str
) -> None:
    """The history tells of requests by their number alone."""
    history.note(
        session,
        request.merchant_id,
        history.PRIVACY,
        by=by,
        now=now,
        name=f"{request.kind} {request.reference}",
        was=was,
        became=became,
    )


def step(session: Session, request_id: int, now: datetime) -> bool:
    """A batch of it; none is left where the whole shop was forgotten meanwhile. True: there is
    more to do."""
    request = session.get(PrivacyRequest, request_id)
    if request is None or request.done_at is not None:
        return False
    if _look(session, request):
        return True
    if request.kind == PrivacyRequest.EXPORT:
        return _export(session, request, now)
    return _redact(session, request, now)


def _look(session: Session, request: PrivacyRequest) -> bool:
    buyer = _buyer(request)
    orders = session.scalars(
        select(MarketplaceOrder)
        .where(
            MarketplaceOrder.merchant_id == request.merchant_id,
            MarketplaceOrder.id > request.looked_to,
        )
        .order_by(MarketplaceOrder.id)
        .limit(LOOK_AT)
    ).all()
    found = [order.id for order in orders if _is_of(order, buyer)]
    request.order_ids = [*request.order_ids, *found]
    request.looked_to = orders[-1].id if orders else request.looked_to
    return bool(orders)


def _buyer(request: PrivacyRequest) -> Buyer:
    told = dict(request.buyer or {})
    return Buyer(**{**told, "order_ids": tuple(told["order_ids"])})


def _is_of(order: MarketplaceOrder, buyer: Buyer) -> bool:
    if order.remote_id in buyer.order_ids:
        return True
    if order.forgotten_at is not None:
        return False
    seen = snapshot.readable(order.snapshot)
    people = (*([seen] if seen else ()), *snapshot.former(order.former))
    if buyer.email:
        return any(seen.email.casefold() == buyer.email.casefold() for seen in people)
    return bool(buyer.phone) and any(_digits(buyer.phone) in _phones(seen) for seen in people)


def _phones(seen: SeenOrder) -> set[str]:
    addresses = (seen.shipping_address, seen.billing_address)
    return {_digits(seen.phone), *(_digits(each.phone) for each in addresses if each)} - {""}


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)


# -- to forget -----------------------------------------------------------------------------------


def _redact(session: Session, request: PrivacyRequest, now: datetime) -> bool:
    left = session.scalars(
        select(MarketplaceOrder.id)
        .where(
            MarketplaceOrder.merchant_id == request.merchant_id,
            MarketplaceOrder.id.in_(request.order_ids),
            MarketplaceOrder.forgotten_at.is_(None),
        )
        .order_by(MarketplaceOrder.id)
        .limit(forgetting.BATCH)
    ).all()
    for order_id in left:
        forgetting.forget(session, order_id, now, cause=forgetting.REQUEST)
    if left:
        return True
    _forget_copies(session, request)
    _note(session, request, history.ITSELF, now, "asked", "done")
    request.buyer, request.done_at = None, now
    return False


def _forget_copies(session: Session, request: PrivacyRequest) -> None:
    """What was collected of the person before, and deliveries that could not be read: nobody
    knows of whom those speak."""
    mine = set(request.order_ids)
    for other in session.scalars(
        select(PrivacyRequest).where(
            PrivacyRequest.merchant_id == request.merchant_id, PrivacyRequest.export.is_not(None)
        )
    ):
        if mine.intersection(other.order_ids):
            other.export = None
    merchant = session.get_one(Merchant, request.merchant_id)
    session.execute(
        update(Webhook)
        .where(Webhook.access_id == merchant.access_id, Webhook.state != Webhook.NEW)
        .where(Webhook.body.is_not(None))
        .values(body=None)
    )


# -- to tell -------------------------------------------------------------------------------------


def _export(session: Session, request: PrivacyRequest, now: datetime) -> bool:
    merchant = session.get_one(Merchant, request.merchant_id)
    orders = session.scalars(
        select(MarketplaceOrder)
        .where(
            MarketplaceOrder.merchant_id == merchant.id,
            MarketplaceOrder.id.in_(request.order_ids),
        )
        .order_by(MarketplaceOrder.id)
    )
    request.export = {
        "shop": merchant.shop,
        "request": request.reference,
        "customer": request.buyer,
        "collected_at": now.isoformat(),
        "orders": [_order(session, order) for order in orders],
    }
    request.buyer, request.done_at = None, now
    _note(session, request, history.ITSELF, now, "asked", "done")
    notices.tell(session, merchant, notices.EXPORT, {"request": request.id}, now)
    return False


def _order(session: Session, order: MarketplaceOrder) -> dict[str, Any]:
    events = session.scalars(
        select(TimelineEvent).filter_by(order_id=order.id).order_by(TimelineEvent.id)
    )
    reads = session.scalars(select(PersonalRead).filter_by(order_id=order.id))
    return {
        "name": order.name,
        "id": order.remote_id,
        "recorded_at": order.recorded_at.isoformat(),
        "as_last_seen": order.snapshot,
        "payment_reference": order.payment_reference or "",
        "before_edits": order.former or [],
        "vendors": [_part(session, part) for part in order.vendor_orders],
        "history": [
            {"at": event.at.isoformat(), "what": event.code, **{"details": event.details}}
            for event in events
        ],
        "shown_to": [
            {"at": read.at.isoformat(), "who": read.by, "why": read.why} for read in reads
        ],
    }


def _part(session: Session, part: VendorOrder) -> dict[str, Any]:
    pushes = session.scalars(select(Push).filter_by(vendor_order_id=part.id).order_by(Push.id))
    shipments = session.scalars(select(Shipment).filter_by(vendor_order_id=part.id))
    met = session.scalars(
        select(Conflict).join(Push).where(Push.vendor_order_id == part.id).order_by(Conflict.id)
    )
    return {
        "vendor": part.vendor.name,
        "state": part.state,
        "sent": [
            {"as": push.remote_name, "order": push.sent, "stood": push.stood} for push in pushes
        ],
        "changed_on_both_sides": [
            {"field": each.field, "yours": each.mine, "theirs": each.theirs, "before": each.base}
            for each in met
        ],
        "shipped": [{"lines": each.lines, "tracking": each.tracking} for each in shipments],
    }


# -- for the merchant's page -----------------------------------------------------------------------


def page(
    session: Session, merchant: Merchant, before: int | None
) -> tuple[list[PrivacyRequest], int | None]:
    """A page of requests, newest first, and where the next one begins."""
    asked = select(PrivacyRequest).where(PrivacyRequest.merchant_id == merchant.id)
    return newest_first(session, asked, PrivacyRequest.id, before)


def fetch(
    session: Session, merchant: Merchant, public_id: str, *, by: str, now: datetime
) -> Any | None:
    """The collected copy, and a note of who took it, order by order."""
    request = session.scalars(
        select(PrivacyRequest).filter_by(merchant_id=merchant.id, public_id=public_id)
    ).one_or_none()
    if request is None or request.export is None:
        return None
    _note(session, request, by, now, "done", "fetched")
    for order_id in request.order_ids:
        session.add(
            PersonalRead(
                merchant_id=merchant.id, order_id=order_id, at=now, by=by, why="privacy request"
            )
        )
    return request.export
