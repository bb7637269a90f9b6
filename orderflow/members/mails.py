"""A mail on its way: to whom it goes and what it tells, made of ids when it is sent; and what
became of it.

No field of the buyer is ever among the values, not even where the merchant shares it with the
vendor: a mailbox forgets nothing, and nobody could redact it. The portal shows what is shared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from orderflow.book import timeline
from orderflow.members import invitations, logins, notices, people
from orderflow.models import (
    Connection,
    Invitation,
    Mail,
    MarketplaceOrder,
    Merchant,
    PrivacyRequest,
    VendorOrder,
)
from orderflow.paging import newest_first
from orderflow.read import figures

MOST_ROWS = 50

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """What a letter is made of. ``id`` is the same at every try; ``shop`` is the merchant's name,
    "" where none has to do with it.

    ``path`` is a page of ours for vendors, "" where the merchant's own pages are meant."""

    id: str
    kind: str
    language: str
    recipient: str
    reply_to: str
    shop: str
    path: str
    values: Mapping[str, Any]


def begin(session: Session, mail_id: int, now: datetime, *, set_up: bool) -> Notice | None:
    """What to send; None: nothing, and the row says why."""
    mail = session.get_one(Mail, mail_id)
    if mail.state != Mail.WAITING:
        return None
    if mail.kind in PERSONAL:
        return _begin_personal(session, mail, now, set_up=set_up)
    merchant = session.get_one(Merchant, mail.merchant_id)
    values = COMPOSERS[mail.kind](session, mail, merchant)
    mail.recipient = (values or {}).pop("recipient", _recipient(mail, merchant))
    why = "" if set_up else Mail.NOT_SET_UP
    why = why if mail.recipient else Mail.NO_ADDRESS
    if values is None or why:
        _end(mail, Mail.NOT_SENT, now, why if values is not None else Mail.NOT_NEEDED)
        return None
    return Notice(
        id=mail.public_id,
        kind=mail.kind,
        language=mail.vendor.language if mail.vendor else merchant.language,
        recipient=mail.recipient,
        reply_to=merchant.email if mail.vendor else "",
        shop=merchant.name,
        path=values.pop("path", ""),
        values=values,
    )


def _begin_personal(session: Session, mail: Mail, now: datetime, *, set_up: bool) -> Notice | None:
    """An address that is nobody's is not kept either."""
    values = PERSONAL[mail.kind](session, mail, now)
    if values is None or not set_up:
        mail.recipient = mail.recipient if values else ""
        _end(mail, Mail.NOT_SENT, now, Mail.NOT_NEEDED if values is None else Mail.NOT_SET_UP)
        return None
    return Notice(
        id=mail.public_id,
        kind=mail.kind,
        language=values.pop("language"),
        recipient=mail.recipient,
        reply_to="",
        shop=values.pop("shop", ""),
        path=values.pop("path"),
        values=values,
    )


def _recipient(mail: Mail, merchant: Merchant) -> str:
    return mail.vendor.email if mail.vendor else merchant.email


# -- what each kind tells; None: it is not needed any more -----------------------------------------


def _order(session: Session, mail: Mail, merchant: Merchant) -> Values | None:
    part = session.get(VendorOrder, mail.about["part"])
    if part is None or part.order.cancelled_at is not None:
        return None
    lines = [(line.quantity, line.title, line.sku) for line in part.lines if line.quantity]
    more = max(len(lines) - MOST_ROWS, 0)
    return {
        "number": part.order.name,
        "lines": lines[:MOST_ROWS],
        "more": more,
        "path": f"/portal/orders/{part.public_id}",
    }


def _digest(session: Session, mail: Mail, merchant: Merchant) -> Values | None:
    rows = session.scalars(
        select(VendorOrder)
        .join(MarketplaceOrder)
        .where(VendorOrder.id.in_(mail.about["parts"]), MarketplaceOrder.cancelled_at.is_(None))
        .order_by(VendorOrder.id)
    ).all()
    orders = [
        (
            part.order.name,
            sum(line.quantity for line in part.lines),
            f"/portal/orders/{part.public_id}",
        )
        for part in rows[:MOST_ROWS]
    ]
    more = max(len(rows) - MOST_ROWS, 0)
    return {"orders": orders, "more": more, "path": "/portal/orders"} if orders else None


def _reconnect(session: Session, mail: Mail, merchant: Merchant) -> Values | None:
    connection = session.get(Connection, mail.about["connection"])
    if connection is None or connection.disconnected_at or connection.access.state == "open":
        return None
    return {
        "store": connection.name,
        "platform": connection.access.platform,
        "path": "/portal/stores",
    }


def _invitation(session: Session, mail: Mail, merchant: Merchant) -> Values | None:
    invitation = session.get(Invitation, mail.about["invitation"])
    if invitation is None or not invitation.sealed_token:
        return None
    return {
        "recipient": invitation.email,
        "until": invitation.expires_at,
        "path": invitations.path(invitation),
    }


def _attention(session: Session, mail: Mail, merchant: Merchant) -> Values | None:
    found = figures.attention(session, merchant)
    if not found:
        return None
    return {
        "refused": found.refused,
        "unknown": found.unknown,
        "stuck": [order.name for order in found.stuck],
        "declined": [order.name for order in found.declined],
        "flagged": found.flagged,
        "parked": found.parked,
        "lost": [lost.vendor for lost in found.lost][:MOST_ROWS],
    }


def _export(session: Session, mail: Mail, merchant: Merchant) -> Values | None:
    asked = session.get(PrivacyRequest, mail.about["request"])
    if asked is None or asked.export is None:
        return None
    return {"reference": asked.reference, "orders": len(asked.order_ids)}


def _disconnected(session: Session, mail: Mail, merchant: Merchant) -> Values | None:
    connection = session.get(Connection, mail.about["connection"])
    if connection is None or connection.disconnected_at is None:
        return None
    return {"vendor": connection.vendor.name, "store": connection.name}


COMPOSERS: Mapping[str, Callable[[Session, Mail, Merchant], Values | None]] = {
    notices.ORDER: _order,
    notices.DIGEST: _digest,
    notices.RECONNECT: _reconnect,
    notices.INVITATION: _invitation,
    notices.ATTENTION: _attention,
    notices.EXPORT: _export,
    notices.DISCONNECTED: _disconnected,
}


# -- to people of the portal -----------------------------------------------------------------------


def _staff_invitation(session: Session, mail: Mail, now: datetime) -> Values | None:
    invitation = session.get(Invitation, mail.about["invitation"])
    if invitation is None or not invitation.sealed_token:
        return None
    vendor, person = invitation.vendor, people.known(session, mail.recipient)
    return {
        "language": person.language if person else vendor.language,
        "shop": vendor.merchant.name,
        "vendor": vendor.name,
        "until": invitation.expires_at,
        "path": invitations.path(invitation),
    }


def _reset(session: Session, mail: Mail, now: datetime) -> Values | None:
    person = people.known(session, mail.recipient)
    if person is None:
        return None
    return {"language": person.language, "path": logins.reset_link(session, person, now)}


def _warning(session: Session, mail: Mail, now: datetime) -> Values | None:
    person = people.known(session, mail.recipient)
    return {"language": person.language, "path": "/portal/forgotten"} if person else None


PERSONAL: Mapping[str, Callable[[Session, Mail, datetime], Values | None]] = {
    notices.STAFF_INVITATION: _staff_invitation,
    notices.RESET: _reset,
    notices.PASSWORD_CHANGED: _warning,
    notices.LOCKED: _warning,
}


# -- what became of it ---------------------------------------------------------------------------


def sent(session: Session, mail_id: int, now: datetime) -> None:
    mail = session.get_one(Mail, mail_id)
    _end(mail, Mail.SENT, now, "")
    _tell_order(session, mail, "vendor_mailed", now)


def refused(session: Session, mail_id: int, words: str, now: datetime) -> None:
    """The mail server will never take it, or was tried for two days."""
    mail = session.get_one(Mail, mail_id)
    _end(mail, Mail.REFUSED, now, words)
    _tell_order(session, mail, "mail_refused", now)


def _end(mail: Mail, state: str, now: datetime, words: str) -> None:
    mail.state, mail.ended_at, mail.words = state, now, words


def _tell_order(session: Session, mail: Mail, code: str, now: datetime) -> None:
    if mail.kind == notices.ORDER:
        part = session.get(VendorOrder, mail.about["part"])
        if part is not None:
            timeline.tell(session, part, code, now)


# -- for the merchant's page -----------------------------------------------------------------------


def page(session: Session, merchant: Merchant, before: int | None) -> tuple[list[Mail], int | None]:
    """A page of mails, newest first, and where the next one begins."""
    asked = select(Mail).where(Mail.merchant_id == merchant.id).options(joinedload(Mail.vendor))
    return newest_first(session, asked, Mail.id, before)
