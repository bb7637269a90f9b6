"""A vendor as the merchant writes it down: name, address, language, aliases, and whether its
orders are pushed at all."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session, selectinload

from orderflow.access import register
from orderflow.book import history
from orderflow.models import Connection, HistoryEntry, Merchant, Push, Vendor, VendorName
from orderflow.rules import preview, settings
from orderflow.rules.facts import Facts
from orderflow.rules.judge import reconsider_all, reconsider_named
from orderflow.rules.preview import Unconfirmed
from orderflow.rules.split import fold

LANGUAGES = ("en", "fr")
LONGEST = 100
PAGE = 50
_EMAIL = re.compile(r"[^\s@,;:<>\"]+@([\w-]+\.)+[\w-]{2,}")


@dataclass(frozen=True, slots=True)
class Card:
    """What a form says of a vendor. ``aliases`` are other texts in a product's vendor field."""

    name: str
    email: str = ""
    language: str = "en"
    aliases: tuple[str, ...] = ()
    push_enabled: bool = True


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a field: *empty*, *too_long*, *no_address*, *unknown* or *taken*;
    ``text`` is what was written, ``by`` whose name it is already."""

    code: str
    text: str = ""
    by: str = ""


class WrongCard(ValueError):
    """Nothing was kept; ``fields`` tells for each field what is wrong with it."""

    def __init__(self, fields: dict[str, Wrong]) -> None:
        super().__init__(", ".join(f"{name}: {wrong.code}" for name, wrong in fields.items()))
        self.fields = fields


@dataclass(slots=True)
class _Names:
    """Every name that means somebody at this merchant's, folded."""

    taken: dict[str, str] = field(default_factory=dict)

    def check(self, text: str) -> Wrong | None:
        if not fold(text):
            return Wrong("empty")
        if len(text) > LONGEST:
            return Wrong("too_long", text)
        owner = self.taken.get(fold(text))
        return Wrong("taken", text, owner) if owner else None


def card(vendor: Vendor, names: list[VendorName]) -> Card:
    """The vendor as it stands."""
    own = fold(vendor.name)
    aliases = tuple(row.written for row in names if row.folded != own)
    return Card(vendor.name, vendor.email, vendor.language, aliases, vendor.push_enabled)


def written(card: Card) -> dict[str, Any]:
    """The card field by field, as the history keeps it."""
    return {**asdict(card), "aliases": list(card.aliases)}


def names_of(session: Session, vendor: Vendor) -> list[VendorName]:
    return list(
        session.scalars(
            select(VendorName)
            .where(VendorName.merchant_id == vendor.merchant_id, VendorName.vendor_id == vendor.id)
            .order_by(VendorName.id)
        )
    )


def of(session: Session, merchant: Merchant, public_id: str) -> Vendor | None:
    """This merchant's vendor of that public id."""
    return session.scalars(
        select(Vendor).where(Vendor.merchant_id == merchant.id, Vendor.public_id == public_id)
    ).one_or_none()


def page(
    session: Session, merchant: Merchant, after: tuple[str, int] | None
) -> tuple[list[Vendor], tuple[str, int] | None]:
    """A page of vendors by name, with their stores, and where the next one begins."""
    asked = (
        select(Vendor)
        .where(Vendor.merchant_id == merchant.id)
        .options(selectinload(Vendor.connections).joinedload(Connection.access))
        .order_by(Vendor.name, Vendor.id)
        .limit(PAGE + 1)
    )
    if after is not None:
        asked = asked.where(tuple_(Vendor.name, Vendor.id) > tuple_(*map(literal, after)))
    rows = list(session.scalars(asked))
    more = len(rows) > PAGE
    return rows[:PAGE], (rows[PAGE - 1].name, rows[PAGE - 1].id) if more else None


def last_push(session: Session, connection: Connection) -> datetime | None:
    return session.scalar(
        select(Push.placed_at)
        .where(Push.connection_id == connection.id, Push.placed_at.is_not(None))
        .order_by(Push.placed_at.desc())
        .limit(1)
    )


def add(session: Session, merchant: Merchant, new: Card, now: datetime, *, by: str) -> Vendor:
    """A new vendor of ``merchant``. Raises WrongCard."""
    _check(session, merchant, None, new)
    vendor = register.add_vendor(session, merchant, new.name, now, new.email, by=by)
    vendor.language, vendor.push_enabled = new.language, new.push_enabled
    for alias in _aliases(new):
        register.add_alias(session, vendor, alias, now)
    return vendor


def change(
    session: Session,
    vendor: Vendor,
    new: Card,
    now: datetime,
    *,
    by: str,
    confirmed: int | None,
    version: int | None = None,
) -> None:
    """The vendor is as ``new`` says from now on. Its old name stays as an alias when it is among
    them. Raises WrongCard, and Unconfirmed when switching it on would push held orders and
    ``confirmed`` is not their number; StaleForm when somebody saved the card after ``version``."""
    merchant = settings.lock(session, vendor.merchant_id)
    if version is not None:
        mine = (HistoryEntry.merchant_id == merchant.id) & (HistoryEntry.vendor_id == vendor.id)
        history.refuse_stale(session, mine & (HistoryEntry.what == history.CARD), version)
    session.refresh(vendor)
    before = card(vendor, names_of(session, vendor))
    _check(session, merchant, vendor, new)
    if new.push_enabled and not vendor.push_enabled:
        release = preview.opening(session, merchant, _switched_on, now, vendor=vendor)
        if not release.agreed(confirmed):
            raise Unconfirmed(release)
    _note(session, merchant, vendor, before, replace(new, aliases=tuple(_aliases(new))), by, now)
    switched = new.push_enabled != vendor.push_enabled
    vendor.name, vendor.email, vendor.language = new.name, new.email, new.language
    vendor.push_enabled = new.push_enabled
    _rename(session, vendor, {fold(text): text for text in (new.name, *_aliases(new))}, now)
    if switched:
        reconsider_all(session, merchant, now, vendor_id=vendor.id)


def _note(
    session: Session,
    merchant: Merchant,
    vendor: Vendor,
    before: Card,
    after: Card,
    by: str,
    now: datetime,
) -> None:
    if before != after:
        merchant.settings_version += 1
    for name, became in written(after).items():
        history.note(
            session,
            merchant.id,
            history.CARD,
            by=by,
            now=now,
            name=name,
            was=written(before)[name],
            became=became,
            vendor_id=vendor.id,
            version=merchant.settings_version,
        )


def _rename(session: Session, vendor: Vendor, wanted: dict[str, str], now: datetime) -> None:
    """From now on these texts, by fold, mean the vendor, and no others."""
    known = {row.folded: row for row in names_of(session, vendor)}
    for folded in known.keys() - wanted.keys():
        session.delete(known[folded])
        reconsider_named(session, vendor.merchant, folded, now)
    session.flush()
    for folded, text in wanted.items():
        if folded in known:
            known[folded].written = text
        else:
            register.add_alias(session, vendor, text, now)


def _switched_on(facts: Facts) -> Facts:
    return replace(facts, push_enabled=True)


def _aliases(new: Card) -> list[str]:
    """Each text once, without the vendor's own name."""
    by_fold = {fold(alias): alias for alias in new.aliases}
    return [alias for folded, alias in by_fold.items() if folded != fold(new.name)]


def _check(session: Session, merchant: Merchant, vendor: Vendor | None, new: Card) -> None:
    names = _Names(_taken(session, merchant, vendor))
    wrong = {"name": names.check(new.name), "email": _check_email(new.email)}
    wrong["aliases"] = next(filter(None, map(names.check, new.aliases)), None)
    if new.language not in LANGUAGES:
        wrong["language"] = Wrong("unknown", new.language)
    found = {name: each for name, each in wrong.items() if each}
    if found:
        raise WrongCard(found)


def _check_email(email: str) -> Wrong | None:
    if email and (len(email) > LONGEST or not _EMAIL.fullmatch(email)):
        return Wrong("no_address", email)
    return None


def _taken(session: Session, merchant: Merchant, vendor: Vendor | None) -> dict[str, str]:
    rows = session.execute(
        select(VendorName.folded, Vendor.name)
        .join(Vendor, Vendor.id == VendorName.vendor_id)
        .where(VendorName.merchant_id == merchant.id, Vendor.id != (vendor.id if vendor else 0))
    )
    return {row.folded: row.name for row in rows}
