"""What is remembered of files of tracking numbers; the files themselves are not kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from orderflow.models.base import Base, BigId


class TrackingColumns(Base):
    """Which columns a person chose for a vendor's files with the same titles. ``layout`` is
    ``tracking_files.columns.layout_key`` of them; ``places``: by field, the column, from 0."""

    __tablename__ = "tracking_columns"
    __table_args__ = (UniqueConstraint("vendor_id", "layout"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    layout: Mapped[str]
    places: Mapped[dict[str, int]] = mapped_column(JSON)
    chosen_at: Mapped[datetime]
