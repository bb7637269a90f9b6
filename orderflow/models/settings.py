"""Who changed what, and who looked at a buyer's data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from orderflow.models.base import Base, BigId
from orderflow.models.merchants import Vendor


class HistoryEntry(Base):
    """One thing that was changed: ``what`` (see ``orderflow.book.history``), which one by ``name``,
    of a vendor or of the merchant alone (``vendor_id`` NULL).

    ``was`` and ``became`` NULL: there was no value, or there is none any more. ``version``, of what
    is saved by forms, is the merchant's number of the change; all that was saved at once has the
    same."""

    __tablename__ = "history"
    __table_args__ = (Index(None, "merchant_id", "id"), Index(None, "merchant_id", "version"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    version: Mapped[int | None]
    at: Mapped[datetime]
    by: Mapped[str]
    what: Mapped[str]
    name: Mapped[str]
    was: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    became: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))

    vendor: Mapped[Vendor | None] = relationship()


class PersonalRead(Base):
    """Somebody was shown a buyer's data: who, when, of which order, and why."""

    __tablename__ = "personal_read"
    __table_args__ = (Index(None, "merchant_id", "id"), Index(None, "order_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("marketplace_order.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    why: Mapped[str]
