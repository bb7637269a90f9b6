"""A vendor connects a store: a try that is good once, for ten minutes, where it was begun.

What goes out with the browser is a random token, of which only the hash is kept. Whatever comes
back must bring it to the same person, vendor and browser, for the same platform and store; what
does not, is refused before anybody is called. Which of these it was is not told.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from orderflow import limits
from orderflow.access import register
from orderflow.book import history
from orderflow.limits import Limit
from orderflow.members import notices
from orderflow.models import (
    ConnectAttempt,
    Connection,
    Membership,
    Merchant,
    StoreAccess,
    Vendor,
)
from orderflow.secrets import fingerprint
from stores.base import Access, Identity

GOOD_FOR = timedelta(minutes=10)
REMEMBERED = timedelta(hours=1)
"""A try that failed is told about for so long."""
KEPT = timedelta(days=1)
TRIES = Limit("connect", 30)
"""Of one vendor; each may call an address that somebody typed."""
CODES = Limit("pairing", 20)
"""Of one shop."""
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of codes that people type: none that looks like another."""
GROUPS, GROUP = 3, 4


class NotValid(ValueError):
    """No such try is under way here: made up, used, too old, or somebody else's."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who connects, and in which browser session."""

    vendor_id: int
    person_id: int
    browser: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What a store has sent and proved, for the browser to collect."""

    access: Access
    identity: Identity


# -- beginning -----------------------------------------------------------------------------------


def begin(session: Session, who: Claimant, platform: str, address: str, now: datetime) -> str:
    """The token to send along; earlier tries of this person for the platform are over. Raises
    OwnShop, and Locked after too many."""
    vendor = session.get_one(Vendor, who.vendor_id)
    limits.take(session, TRIES, str(vendor.id), now)
    register.refuse_own_shop(session, vendor, platform, address)
    return _new(session, who, vendor, platform, address, secrets.token_urlsafe(32), now)


def begin_code(session: Session, who: Claimant, platform: str, now: datetime) -> str:
    """A code to be typed in the store's admin."""
    vendor = session.get_one(Vendor, who.vendor_id)
    limits.take(session, TRIES, str(vendor.id), now)
    letters = [secrets.choice(LETTERS) for _ in range(GROUPS * GROUP)]
    code = "".join(letters)
    _new(session, who, vendor, platform, "", code, now)
    return "-".join(code[i : i + GROUP] for i in range(0, len(code), GROUP))


def _new(
    session: Session,
    who: Claimant,
    vendor: Vendor,
    platform: str,
    address: str,
    token: str,
    now: datetime,
) -> str:
    session.execute(
        update(ConnectAttempt)
        .where(*_of(who, platform), ConnectAttempt.state != ConnectAttempt.DONE)
        .values(expires_at=now, kept=None, hurdle=None)
    )
    session.add(
        ConnectAttempt(
            merchant_id=vendor.merchant_id,
            vendor_id=who.vendor_id,
            person_id=who.person_id,
            browser=who.browser,
            platform=platform,
            address=address,
            token_hash=fingerprint(token),
            created_at=now,
            expires_at=now + GOOD_FOR,
        )
    )
    return token


def has_market(session: Session, platform: str, address: str) -> bool:
    """Whether the store is the shop of a merchant of ours as well."""
    return session.scalar(_markets(platform, address).limit(1)) is not None


def _markets(platform: str, address: str) -> Any:
    return (
        select(Merchant.id)
        .join(StoreAccess, StoreAccess.id == Merchant.access_id)
        .where(StoreAccess.platform == platform, StoreAccess.address == address)
        .where(Merchant.uninstalled_at.is_(None))
    )


# -- coming back -----------------------------------------------------------------------------------


def take_back(
    session: Session, token: str, who: Claimant, platform: str, address: str, now: datetime
) -> ConnectAttempt:
    """The browser is back with a proof from the store at ``address``; this try is used up. Raises
    NotValid."""
    here = ConnectAttempt.address == address
    return _turn(session, token, now, ConnectAttempt.TAKEN, *_of(who, platform), here)


def refused(session: Session, token: str, who: Claimant, platform: str, now: datetime) -> None:
    """The owner did not agree. Raises NotValid."""
    row = _turn(session, token, now, ConnectAttempt.TAKEN, *_of(who, platform))
    fail(session, row.id, "denied")


def take_keys(session: Session, token: str, platform: str, now: datetime) -> ConnectAttempt:
    """Somebody has posted keys with this token; no second post will be looked at."""
    of_platform = ConnectAttempt.platform == platform, ConnectAttempt.address != ""
    return _turn(session, token, now, ConnectAttempt.TAKEN, *of_platform)


def keep_proved(session: Session, attempt_id: int, kept: Kept) -> None:
    """The keys open the store; they count when the browser that began is back."""
    row = session.get_one(ConnectAttempt, attempt_id)
    row.state = ConnectAttempt.PROVED
    row.kept = {"secrets": dict(kept.access.secrets), "identity": asdict(kept.identity)}


def collect(
    session: Session, token: str, who: Claimant, platform: str, now: datetime
) -> tuple[ConnectAttempt, Kept]:
    """What the store has sent for this try meanwhile. Raises NotValid."""
    of_mine = _of(who, platform)
    row = _turn(session, token, now, ConnectAttempt.TAKEN, *of_mine, before=ConnectAttempt.PROVED)
    stored: dict[str, Any] = row.kept or {}
    row.kept = None
    told = dict(stored["identity"])
    told |= {name: tuple(told[name]) for name in ("scopes", "notes", "limits")}
    access = Access(row.platform, row.address, stored["secrets"])
    return row, Kept(access, Identity(**told))


def count_code(session: Session, shop: str, now: datetime) -> None:
    """A shop shows a code: in a unit of its own, so that wrong ones count. Raises Locked."""
    limits.take(session, CODES, shop, now)


def show_code(
    session: Session, code: str, platform: str, shop: str, now: datetime
) -> ConnectAttempt:
    """The code is right, and from now on this shop's alone. Raises NotValid."""
    free = or_(ConnectAttempt.address == "", ConnectAttempt.address == shop)
    of_platform = ConnectAttempt.platform == platform
    row = _turn(session, _plain(code), now, ConnectAttempt.WAITING, of_platform, free)
    row.address = shop
    limits.give_back(session, CODES, shop, now)
    return row


def take_code(
    session: Session, code: str, platform: str, shop: str, now: datetime
) -> ConnectAttempt:
    """The shop that has shown the code agrees; it is used up. Raises NotValid."""
    shown = ConnectAttempt.platform == platform, ConnectAttempt.address == shop
    return _turn(session, _plain(code), now, ConnectAttempt.TAKEN, *shown)


def _plain(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _of(who: Claimant, platform: str) -> tuple[Any, ...]:
    return (
        ConnectAttempt.vendor_id == who.vendor_id,
        ConnectAttempt.person_id == who.person_id,
        ConnectAttempt.browser == who.browser,
        ConnectAttempt.platform == platform,
    )


def _turn(
    session: Session,
    token: str,
    now: datetime,
    after: str,
    *bound: Any,
    before: str = ConnectAttempt.WAITING,
) -> ConnectAttempt:
    """One statement, so of two who come at once only one gets it."""
    turned = session.execute(
        update(ConnectAttempt)
        .where(ConnectAttempt.token_hash == fingerprint(token), ConnectAttempt.state == before)
        .where(ConnectAttempt.expires_at > now, *bound)
        .values(state=after)
        .returning(ConnectAttempt.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if turned is None:
        raise NotValid("there is no such try")
    return session.get_one(ConnectAttempt, turned, populate_existing=True)


# -- the end ---------------------------------------------------------------------------------------


def settle(
    session: Session, attempt_id: int, access: Access, identity: Identity, now: datetime
) -> Connection:
    """The store is the vendor's. Raises OwnShop, StoreTaken, and NotValid where the person has
    left the vendor meanwhile."""
    row = session.get_one(ConnectAttempt, attempt_id)
    standing = select(Membership.id).where(
        Membership.person_id == row.person_id,
        Membership.vendor_id == row.vendor_id,
        Membership.removed_at.is_(None),
    )
    if session.scalar(standing) is None or row.state != ConnectAttempt.TAKEN:
        raise NotValid("the person has left")
    row.state = ConnectAttempt.DONE
    return register.connect(session, row.vendor, access, identity, now, by=history.VENDOR)


def fail(session: Session, attempt_id: int, code: str, *names: str) -> None:
    row = session.get_one(ConnectAttempt, attempt_id)
    row.state, row.kept = ConnectAttempt.FAILED, None
    row.hurdle = {"code": code, "names": list(names)}


def last_try(session: Session, who: Claimant, now: datetime) -> ConnectAttempt | None:
    """The latest of this person here, while it is fresh."""
    return session.scalars(
        select(ConnectAttempt)
        .where(
            ConnectAttempt.vendor_id == who.vendor_id,
            ConnectAttempt.person_id == who.person_id,
            ConnectAttempt.browser == who.browser,
            ConnectAttempt.created_at > now - REMEMBERED,
        )
        .order_by(ConnectAttempt.id.desc())
        .limit(1)
    ).one_or_none()


def leave(session: Session, connection: Connection, now: datetime) -> None:
    """The vendor disconnects the store itself; the merchant is told."""
    register.disconnect(session, connection, now, by=history.VENDOR)
    about = {"connection": connection.id}
    notices.tell(session, connection.merchant, notices.DISCONNECTED, about, now)


def forget(session: Session, merchant_id: int, now: datetime) -> None:
    """Keys that nobody collected go when their time is over, and the tries a day later."""
    mine = ConnectAttempt.merchant_id == merchant_id
    over = mine, ConnectAttempt.expires_at < now
    session.execute(update(ConnectAttempt).where(*over).values(kept=None))
    session.execute(delete(ConnectAttempt).where(mine, ConnectAttempt.created_at < now - KEPT))
