"""What a shop asked of us for one of its customers: to tell all that is kept, or to forget it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from orderflow.models.base import Base, BigId, public_id
from orderflow.secrets import SealedJSON


class PrivacyRequest(Base):
    """``buyer`` is the person, until it is done. ``order_ids`` are our orders that were found,
    ``looked_to`` the last one that was looked at. ``export`` is all we keep of the person, for
    the merchant to fetch until it expires."""

    __tablename__ = "privacy_request"
    __table_args__ = (Index(None, "merchant_id", "id"),)

    EXPORT, REDACT = "export", "redact"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    kind: Mapped[str]
    reference: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    buyer: Mapped[Any | None] = mapped_column(SealedJSON)
    looked_to: Mapped[int] = mapped_column(BigId, default=0)
    order_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    export: Mapped[Any | None] = mapped_column(SealedJSON)
