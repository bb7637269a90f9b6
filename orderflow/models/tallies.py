"""Small numbers kept, so that no page has to count everything."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from orderflow.models.base import Base, BigId


class DailyCount(Base):
    """What came in and what reached vendors' stores on one finished day, in UTC."""

    __tablename__ = "daily_count"
    __table_args__ = (UniqueConstraint("merchant_id", "day"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    day: Mapped[date]
    orders: Mapped[int]
    pushes: Mapped[int]
