"""Who takes part: merchants, vendors, their stores and mappings. Every change that may release a
held order has it decided again; each is in the history, with who made it (``by``)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import moments, outbox
from orderflow.access import store_access
from orderflow.access.catalogue import forget_unmapped, note_mapping
from orderflow.book import history
from orderflow.members import notices
from orderflow.models import (
    AddOn,
    Connection,
    Merchant,
    StoreAccess,
    VariantMapping,
    Vendor,
    VendorName,
)
from orderflow.rules.judge import reconsider_all, reconsider_named, reconsider_variant
from orderflow.rules.split import fold
from stores.base import Access, Identity, Variant
from stores.texts import _


class RegisterError(ValueError):
    """Not possible as asked; the message says what to do instead."""


class OwnShop(RegisterError):
    """The store is the merchant's own shop."""


class StoreTaken(RegisterError):
    """The store is another vendor's of this merchant."""


def add_merchant(
    session: Session,
    access: Access,
    identity: Identity,
    now: datetime,
    language: str = "",
    *,
    by: str = history.ITSELF,
) -> Merchant:
    """Installed, or installed again, by somebody who reads ``language``."""
    row = store_access.keep(session, access, now)
    known = session.scalars(select(Merchant).where(Merchant.access_id == row.id)).one_or_none()
    merchant = known or Merchant(access_id=row.id, shop=access.address, installed_at=now)
    merchant.name, merchant.email = identity.name, identity.email
    merchant.phone, merchant.country = identity.phone, identity.country
    row.read_times_in(moments.known(identity.timezone))
    merchant.language = language or merchant.language or "en"
    back, merchant.uninstalled_at = merchant.uninstalled_at is not None, None
    session.add(merchant)
    session.flush()
    if back or not known:
        history.note(session, merchant.id, history.APP, by=by, now=now, became="installed")
    store_access.unlock(session, row.id, now, by=by)
    outbox.wake(session, row.lane, now)
    _keep_doing(session, row, "reconcile", now)
    outbox.put(
        session,
        row.orders_lane,
        "tidy",
        f"tidy:{merchant.id}",
        {"merchant": merchant.id},
        now=now,
        once=f"tidy:{merchant.id}",
    )
    notices.keep_watch(session, merchant, now)
    if back:
        _take_up_again(session, merchant, now)
    return merchant


def _take_up_again(session: Session, merchant: Merchant, now: datetime) -> None:
    """Installed again: its vendors' stores are followed again, what was held is decided again."""
    accesses = select(StoreAccess).join(Connection, Connection.access_id == StoreAccess.id)
    mine = Connection.merchant_id == merchant.id, Connection.disconnected_at.is_(None)
    for access in session.scalars(accesses.where(*mine)):
        outbox.wake(session, access.lane, now)
        _follow(session, access, now)
    reconsider_all(session, merchant, now)


def uninstalled(session: Session, access_id: int, now: datetime) -> None:
    """The shop has removed the app: our tokens go at once, and nothing is done for the merchant
    until it comes back. Where the shop is a vendor's store, the vendor is asked to connect it."""
    access = session.get_one(StoreAccess, access_id)
    access.secrets, access.expires_at = {}, None
    store_access.lock(session, access_id, _("The app was removed from this store."), now)
    merchant = session.scalars(select(Merchant).where(Merchant.access_id == access_id)).first()
    if merchant is not None and merchant.uninstalled_at is None:
        merchant.uninstalled_at = now
        history.note(
            session,
            merchant.id,
            history.APP,
            by=history.ITSELF,
            now=now,
            was="installed",
            became="removed",
        )


def introduce(session: Session, access_id: int, identity: Identity, now: datetime) -> None:
    """The store told us who it is now: the merchant's card, and the connections' name."""
    merchant = session.scalars(select(Merchant).where(Merchant.access_id == access_id)).first()
    if merchant is not None:
        merchant.name, merchant.email = identity.name, identity.email
        merchant.phone, merchant.country = identity.phone, identity.country
        merchant.access.read_times_in(moments.known(identity.timezone))
    for connection in store_access.connections_of(session, access_id):
        connection.name, connection.country = identity.name, identity.country
        connection.traits = _traits(identity)
    store_access.unlock(session, access_id, now)


def _keep_doing(session: Session, access: StoreAccess, kind: str, now: datetime) -> None:
    """A message that is never done while the store is ours, only put off until the next round."""
    name = f"{kind}:{access.id}"
    outbox.put(session, access.lane, kind, name, {"access": access.id}, now=now, once=name)


def add_vendor(
    session: Session,
    merchant: Merchant,
    name: str,
    now: datetime,
    email: str = "",
    *,
    by: str = history.ITSELF,
) -> Vendor:
    """A vendor under its own name. Raises RegisterError when the name means somebody already."""
    vendor = Vendor(merchant_id=merchant.id, name=name, email=email, created_at=now)
    session.add(vendor)
    session.flush()
    add_alias(session, vendor, name, now)
    history.note(
        session,
        merchant.id,
        history.NEW_VENDOR,
        by=by,
        now=now,
        name=name,
        became="added",
        vendor_id=vendor.id,
    )
    return vendor


def add_alias(session: Session, vendor: Vendor, name: str, now: datetime) -> None:
    """Another text in a product's vendor field that means this vendor."""
    folded = fold(name)
    if not folded:
        raise RegisterError("A vendor's name cannot be empty.")
    taken = session.scalars(
        select(VendorName).where(
            VendorName.merchant_id == vendor.merchant_id, VendorName.folded == folded
        )
    ).first()
    if taken is not None:
        raise RegisterError(f"The name {name!r} means another vendor already.")
    session.add(
        VendorName(merchant_id=vendor.merchant_id, vendor_id=vendor.id, folded=folded, written=name)
    )
    session.flush()
    reconsider_named(session, vendor.merchant, folded, now)


def connect(
    session: Session,
    vendor: Vendor,
    access: Access,
    identity: Identity,
    now: datetime,
    *,
    by: str = history.ITSELF,
) -> Connection:
    """The vendor's store, connected or connected again. The first one is the default."""
    refuse_own_shop(session, vendor, access.platform, access.address)
    row = store_access.keep(session, access, now)
    merchant = session.get_one(Merchant, vendor.merchant_id)
    mine = session.scalars(select(Connection).where(Connection.vendor_id == vendor.id)).all()
    _refuse_foreign(session, merchant, vendor, row)
    known = next((c for c in mine if c.access_id == row.id), None)
    connection = known or Connection(
        merchant_id=merchant.id,
        vendor_id=vendor.id,
        access_id=row.id,
    )
    if not known or known.disconnected_at:
        was = history.DISCONNECTED if known else None
        store_access.note_store(session, vendor, row, by, now, was, history.CONNECTED)
    connection.is_default = not any(c.is_default for c in mine if c is not connection)
    connection.name, connection.connected_at = identity.name, now
    connection.country, connection.traits = identity.country, _traits(identity)
    connection.disconnected_at = None
    session.add(connection)
    session.flush()
    store_access.unlock(session, row.id, now, by=by)
    outbox.wake(session, row.lane, now)
    _follow(session, row, now)
    reconsider_all(session, merchant, now, vendor_id=vendor.id)
    return connection


def _traits(identity: Identity) -> dict[str, Any]:
    """What the vendor's page tells of the store."""
    notes, limits = list(identity.notes), list(identity.limits)
    return {"currency": identity.currency, "notes": notes, "limits": limits}


def refuse_own_shop(session: Session, vendor: Vendor, platform: str, address: str) -> None:
    """Raises OwnShop. What is said of the marketplace itself is no secret to its vendors."""
    market = session.get_one(Merchant, vendor.merchant_id).access
    if (market.platform, market.address) == (platform, address):
        raise OwnShop("A merchant's own shop cannot be the store of its vendor.")


def _follow(session: Session, access: StoreAccess, now: datetime) -> None:
    """What a vendor's store ships is heard of: by its webhooks, and by asking."""
    _keep_doing(session, access, "subscribe", now)
    _keep_doing(session, access, "poll", now)


def _refuse_foreign(
    session: Session, merchant: Merchant, vendor: Vendor, access: StoreAccess
) -> None:
    other = session.scalars(
        select(Connection.id).where(
            Connection.merchant_id == merchant.id,
            Connection.access_id == access.id,
            Connection.vendor_id != vendor.id,
            Connection.disconnected_at.is_(None),
        )
    ).first()
    if other is not None:
        raise StoreTaken("This store is connected to another vendor.")


def dismiss_checklist(merchant: Merchant, now: datetime) -> None:
    """The first steps are put away for good."""
    merchant.checklist_dismissed_at = now


def disconnect(
    session: Session, connection: Connection, now: datetime, *, by: str = history.ITSELF
) -> None:
    """Nothing is sent there any more; what was pushed stays, and is no longer followed."""
    vendor, access = connection.vendor, connection.access
    store_access.note_store(
        session, vendor, access, by, now, store_access.standing(access), history.DISCONNECTED
    )
    was_default, connection.is_default = connection.is_default, False
    connection.disconnected_at = now
    others = [c for c in connection.vendor.connections if c.disconnected_at is None]
    if was_default and others:
        min(others, key=lambda other: other.id).is_default = True
    merchant = session.get_one(Merchant, connection.merchant_id)
    reconsider_all(session, merchant, now, vendor_id=connection.vendor_id)
    access = connection.access
    if not store_access.is_used(session, access.id):
        about, subject = {"access": access.id}, f"leave:{access.id}"
        outbox.put(session, access.lane, "leave", subject, about, now=now)


def activate_add_on(
    session: Session,
    merchant: Merchant,
    platform: str,
    *,
    active: bool,
    now: datetime,
    kind: str = AddOn.ORDER_PUSH,
    by: str = history.ITSELF,
) -> None:
    """P12: the gate before a platform."""
    row = session.scalars(
        select(AddOn).where(
            AddOn.merchant_id == merchant.id, AddOn.kind == kind, AddOn.platform == platform
        )
    ).one_or_none() or AddOn(merchant_id=merchant.id, kind=kind, platform=platform)
    history.note(
        session,
        merchant.id,
        history.ADD_ON,
        by=by,
        now=now,
        name=f"{kind} {platform}",
        was=bool(row.active),
        became=active,
    )
    row.active = active
    session.add(row)
    session.flush()
    reconsider_all(session, merchant, now)


def map_variant(
    session: Session,
    connection: Connection,
    variant_id: str,
    theirs: Variant,
    now: datetime,
    *,
    by: str = history.ITSELF,
) -> VariantMapping:
    """Our variant ↔ the vendor's; one of ours has at most one, the last word counts."""
    merchant = session.get_one(Merchant, connection.merchant_id)
    note_mapping(session, merchant, variant_id, by, now, connection.vendor_id, theirs)
    row = session.scalars(
        select(VariantMapping).where(
            VariantMapping.merchant_id == connection.merchant_id,
            VariantMapping.variant_id == variant_id,
        )
    ).one_or_none() or VariantMapping(merchant_id=connection.merchant_id, variant_id=variant_id)
    row.connection_id = connection.id
    row.vendor_variant_id, row.vendor_product_id = theirs.id, theirs.product_id
    row.vendor_sku, row.vendor_title = theirs.sku, theirs.title
    session.add(row)
    session.flush()
    forget_unmapped(session, connection.merchant_id, variant_id)
    reconsider_variant(session, merchant, variant_id, now)
    return row
