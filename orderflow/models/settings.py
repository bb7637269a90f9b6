"""Who changed which setting, and who looked at a buyer's data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from orderflow.models.base import Base, BigId, public_id
from orderflow.models.merchants import Vendor


class SettingChange(Base):
    """One setting that was changed, of a merchant (``vendor_id`` NULL) or of a vendor.

    ``was`` and ``became`` NULL: the vendor has no value of its own. ``version`` is the merchant's
    number of the change; all that was saved at once has the same."""

    __tablename__ = "setting_change"
    __table_args__ = (Index(None, "merchant_id", "id"), Index(None, "merchant_id", "version"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    version: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str]
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
