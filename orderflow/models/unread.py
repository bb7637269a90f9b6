"""Orders of the merchant's shop that could not be read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from orderflow.models.base import Base, BigId


class Unread(StrEnum):
    """Why an order is not among the orders, or not as it is now."""

    UNREADABLE = "unreadable"
    """What the shop says of it cannot be understood."""
    NOT_RECORDED = "not_recorded"
    """It was understood, and could not be stored or decided."""


class UnreadOrder(Base):
    """An order that the shop told of and that could not be read, until a later sight of it can.

    ``reason`` is an ``Unread``; ``detail`` names the fields that cannot be read, and quotes nothing
    of them. ``name`` is the order's own, "" where not even that is known."""

    __tablename__ = "unread_order"
    __table_args__ = (
        UniqueConstraint("merchant_id", "remote_id"),
        Index("ix_unread_order_by_age", "merchant_id", "first_seen_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    remote_id: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
