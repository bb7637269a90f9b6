"""What the shop sells that no vendor's product is known for yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from orderflow.models.base import Base, BigId
from orderflow.models.merchants import Vendor


class UnmappedVariant(Base):
    """A variant of the shop that came in an order of ``vendor`` and has no mapping.

    Written when an order is recorded, gone when it is mapped: the list of what is to be done."""

    __tablename__ = "unmapped_variant"
    __table_args__ = (
        UniqueConstraint("merchant_id", "variant_id"),
        Index(None, "merchant_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    variant_id: Mapped[str]
    sku: Mapped[str]
    title: Mapped[str]
    variant_title: Mapped[str] = mapped_column(default="", server_default="")
    seen_at: Mapped[datetime]

    vendor: Mapped[Vendor] = relationship()
