"""What was asked of stores: every call, and the test orders that merchants send."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from orderflow.models.base import Base, BigId, public_id
from orderflow.models.merchants import Connection, Vendor
from orderflow.models.orders import MarketplaceOrder


class StoreCall(Base):
    """One call to a store, without personal data; one row for each merchant whom it concerned.

    ``milliseconds`` is the time on the wire, ``cost`` what the store charged in its own points,
    ``words`` what it said when it did not do as asked."""

    __tablename__ = "store_call"
    __table_args__ = (
        Index(None, "merchant_id", "id"),
        Index(None, "merchant_id", "order_id", "id"),
        Index(None, "merchant_id", "vendor_id", "id"),
        Index(None, "merchant_id", "outcome", "id"),
        Index(None, "merchant_id", "started_at"),
    )

    OK, BUSY, REFUSED, LOCKED, UNKNOWN = "ok", "busy", "refused", "locked", "unknown"
    OUTCOMES = (OK, BUSY, REFUSED, LOCKED, UNKNOWN)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    access_id: Mapped[int] = mapped_column(ForeignKey("store_access.id"))
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("marketplace_order.id"))
    vendor_order_id: Mapped[int | None] = mapped_column(ForeignKey("vendor_order.id"))
    operation: Mapped[str]
    started_at: Mapped[datetime]
    milliseconds: Mapped[int]
    outcome: Mapped[str]
    words: Mapped[str] = mapped_column(default="")
    cost: Mapped[float] = mapped_column(default=0.0)

    vendor: Mapped[Vendor | None] = relationship()
    order: Mapped[MarketplaceOrder | None] = relationship()


class TrialOrder(Base):
    """A test order tries whether a vendor's store takes orders, and is cancelled again by itself.

    ``key`` is written into it like that of a push, so one whose answer was lost is found."""

    __tablename__ = "trial_order"
    __table_args__ = (Index(None, "connection_id", "id"),)

    ASKED, SENDING, UNKNOWN, STANDING, LEAVING, REMOVED, FAILED = (
        "asked",
        "sending",
        "unknown",
        "standing",
        "leaving",
        "removed",
        "failed",
    )
    OVER = (REMOVED, FAILED)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=ASKED)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    looks: Mapped[int] = mapped_column(default=0)
    remote_id: Mapped[str] = mapped_column(default="")
    remote_name: Mapped[str] = mapped_column(default="")
    remote_url: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(default="")

    connection: Mapped[Connection] = relationship()
