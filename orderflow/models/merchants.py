"""Who is here: merchants, their vendors, the stores we hold access to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from orderflow.models.base import Base, BigId, public_id
from orderflow.secrets import SealedJSON

TIMEZONE = "timezone"
"""In ``StoreAccess.setup``: the zone that the store named when it was asked who it is."""


class StoreAccess(Base):
    """Our way into one store, once for the whole app: two merchants with the same vendor, or a
    vendor who is a merchant too, share its token, and so its limiter and its lane.

    ``cursor`` is where the last poll of our orders in it stopped. ``setup`` is its StoreSetup as
    JSON, with its ``timezone``, read last at ``setup_read_at``; ``shipped_statuses`` are those of
    its order statuses that people said mean *shipped*, beside the ones that are known.
    ``failing_since``: reading it by ``failing_operation`` has failed from then on, last for the
    reason ``failing_code`` (of ``stores.errors.Trouble``); ``read_at``: when reading it worked
    last, to the minute. ``unread``: ids of our orders in it that cannot be understood.
    ``noisy_since`` to ``noisy_at``: it sent the same news over and over."""

    __tablename__ = "store_access"
    __table_args__ = (UniqueConstraint("platform", "address"),)

    OPEN, LOCKED, CLOSED = "open", "locked", "closed"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    platform: Mapped[str]
    address: Mapped[str]
    secrets: Mapped[Any] = mapped_column(SealedJSON)
    webhook_secret: Mapped[Any] = mapped_column(SealedJSON)
    expires_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default=OPEN)
    state_since: Mapped[datetime]
    locked_words: Mapped[str] = mapped_column(default="")
    cursor: Mapped[str] = mapped_column(default="")
    polled_at: Mapped[datetime | None]
    setup: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    setup_read_at: Mapped[datetime | None]
    shipped_statuses: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    read_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failing_code: Mapped[str] = mapped_column(default="", server_default="")
    failing_operation: Mapped[str] = mapped_column(default="", server_default="")
    unread: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    noisy_since: Mapped[datetime | None]
    noisy_at: Mapped[datetime | None]

    @property
    def timezone(self) -> str:
        """The IANA name of the zone in which the store's own people read times, "" while nobody
        knows it."""
        return str(self.setup.get(TIMEZONE, ""))

    def read_times_in(self, timezone: str) -> None:
        """What the store says of its time zone; "" says nothing new."""
        if timezone and timezone != self.timezone:
            self.setup = {**self.setup, TIMEZONE: timezone}

    @property
    def lane(self) -> str:
        """Where this store is called; all who call it share one limiter."""
        return f"store:{self.id}"

    @property
    def orders_lane(self) -> str:
        """Where its webhooks are read and its orders recorded and decided: no store is called."""
        return f"orders:{self.id}"


class Merchant(Base):
    """The shop that installed the app."""

    __tablename__ = "merchant"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    access_id: Mapped[int] = mapped_column(ForeignKey("store_access.id"), unique=True)
    shop: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en", server_default="en")
    orders_cursor: Mapped[str] = mapped_column(default="")
    settings_version: Mapped[int] = mapped_column(default=0, server_default="0")
    """Grows with each change that may decide orders otherwise: of settings, add-ons, mappings,
    vendors and their stores."""
    checklist_dismissed_at: Mapped[datetime | None]
    installed_at: Mapped[datetime]
    uninstalled_at: Mapped[datetime | None]

    access: Mapped[StoreAccess] = relationship()

    @property
    def orders_lane(self) -> str:
        """The lane of ``StoreAccess.orders_lane``."""
        return f"orders:{self.access_id}"

    @property
    def store_lane(self) -> str:
        """The lane of ``StoreAccess.lane`` of this merchant's own shop."""
        return f"store:{self.access_id}"

    @property
    def mail_lane(self) -> str:
        """Where mails on the merchant's behalf are written and sent."""
        return f"mail:{self.id}"

    @property
    def privacy_lane(self) -> str:
        """Where what is kept of buyers, or of the whole shop, is collected or removed."""
        return f"privacy:{self.id}"


class AddOn(Base):
    """What a merchant has activated, by platform (P12)."""

    __tablename__ = "add_on"
    __table_args__ = (UniqueConstraint("merchant_id", "kind", "platform"),)

    ORDER_PUSH, INVENTORY, LOCATIONS = "order_push", "inventory", "locations"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    kind: Mapped[str]
    platform: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)


class Vendor(Base):
    """Sells on the merchant's shop. ``push_enabled`` is *Vendor Store Sync* (P11)."""

    __tablename__ = "vendor"
    __table_args__ = (Index(None, "merchant_id", "name", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en", server_default="en")
    push_enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    merchant: Mapped[Merchant] = relationship()
    connections: Mapped[list[Connection]] = relationship(back_populates="vendor")


class VendorName(Base):
    """A text in a product's vendor field that means this vendor: its name, or an alias (P2).

    ``folded`` is compared: lower case, single spaces."""

    __tablename__ = "vendor_name"
    __table_args__ = (UniqueConstraint("merchant_id", "folded"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    folded: Mapped[str]
    written: Mapped[str]


class Connection(Base):
    """A vendor's store, for this merchant. ``traits``: its currency, what it said of itself, and
    the codes of what it cannot do."""

    __tablename__ = "connection"
    __table_args__ = (
        UniqueConstraint("vendor_id", "access_id"),
        Index(None, "access_id"),
        Index(None, "merchant_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    access_id: Mapped[int] = mapped_column(ForeignKey("store_access.id"))
    name: Mapped[str]
    country: Mapped[str] = mapped_column(default="", server_default="")
    traits: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    is_default: Mapped[bool] = mapped_column(default=False)
    connected_at: Mapped[datetime]
    disconnected_at: Mapped[datetime | None]

    vendor: Mapped[Vendor] = relationship(back_populates="connections")
    merchant: Mapped[Merchant] = relationship()
    access: Mapped[StoreAccess] = relationship()


class VariantMapping(Base):
    """Our variant ↔ the vendor's variant; at most one for each of ours. What is kept of theirs is
    as it was when it was mapped; only its ids are sent."""

    __tablename__ = "variant_mapping"
    __table_args__ = (
        UniqueConstraint("merchant_id", "variant_id"),
        Index(None, "connection_id"),
        Index(None, "merchant_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    variant_id: Mapped[str]
    vendor_variant_id: Mapped[str]
    vendor_product_id: Mapped[str] = mapped_column(default="")
    vendor_sku: Mapped[str] = mapped_column(default="")
    vendor_title: Mapped[str] = mapped_column(default="", server_default="")

    connection: Mapped[Connection] = relationship()


class SettingRow(Base):
    """One setting of a merchant (``vendor_id`` NULL), or a vendor's override of it."""

    __tablename__ = "setting"
    __table_args__ = (
        Index(
            "uq_setting_of_merchant",
            "merchant_id",
            "name",
            unique=True,
            sqlite_where=text("vendor_id IS NULL"),
            postgresql_where=text("vendor_id IS NULL"),
        ),
        Index("uq_setting_of_vendor", "vendor_id", "name", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    name: Mapped[str]
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
