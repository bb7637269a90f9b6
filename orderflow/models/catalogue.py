"""What the shop sells that no vendor's product is known for yet, and what vendors say it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from orderflow.models.base import Base, BigId
from orderflow.models.merchants import Connection, Vendor


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


class MappingSuggestion(Base):
    """``vendor`` says which of its own variants the shop's is; the merchant has the last word.

    ``vendor_variant_id`` empty: the store could not be asked, only the SKU is told. Gone with the
    answer, whatever it was."""

    __tablename__ = "mapping_suggestion"
    __table_args__ = (
        UniqueConstraint("vendor_id", "variant_id"),
        Index(None, "merchant_id", "variant_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    variant_id: Mapped[str]
    vendor_variant_id: Mapped[str]
    vendor_product_id: Mapped[str]
    vendor_sku: Mapped[str]
    vendor_title: Mapped[str]
    suggested_at: Mapped[datetime]

    connection: Mapped[Connection] = relationship()
