"""A vendor is asked to come in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from orderflow.models.base import Base, BigId, public_id
from orderflow.models.merchants import Vendor
from orderflow.secrets import SealedJSON


class Invitation(Base):
    """Good once, until ``expires_at``, for this address and this merchant's vendor (P80).

    The merchant asks an owner in, an owner asks staff in. The token is looked up by
    ``token_hash``; ``sealed_token`` is there for the mail and for the merchant who wants to copy
    the link, and is dropped when the invitation ends."""

    __tablename__ = "invitation"
    __table_args__ = (Index(None, "vendor_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    email: Mapped[str]
    role: Mapped[str] = mapped_column(default="owner", server_default="owner")
    token_hash: Mapped[str] = mapped_column(unique=True)
    sealed_token: Mapped[Any | None] = mapped_column(SealedJSON)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    vendor: Mapped[Vendor] = relationship()
