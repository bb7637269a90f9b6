"""The customer's order as last seen, one row for each vendor's part, one for each line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from orderflow.models.base import Base, BigId, public_id
from orderflow.models.merchants import Merchant, Vendor
from orderflow.secrets import SealedJSON


class MarketplaceOrder(Base):
    """``snapshot`` holds all that was seen, personal data with it, sealed. Amounts are in minor
    units of ``currency``; ``own_share`` is the merchant's own part of ``total``."""

    __tablename__ = "marketplace_order"
    __table_args__ = (
        UniqueConstraint("merchant_id", "remote_id"),
        Index(None, "remote_id"),
        Index(None, "merchant_id", "name"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    remote_id: Mapped[str]
    name: Mapped[str]
    currency: Mapped[str]
    total: Mapped[int] = mapped_column(BigInteger)
    own_share: Mapped[int] = mapped_column(BigInteger, default=0)
    payment: Mapped[str]
    fulfilment: Mapped[str] = mapped_column(default="")
    test: Mapped[bool] = mapped_column(default=False)
    placed_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    snapshot: Mapped[Any] = mapped_column(SealedJSON)

    merchant: Mapped[Merchant] = relationship()
    vendor_orders: Mapped[list[VendorOrder]] = relationship(back_populates="order")
    lines: Mapped[list[OrderLine]] = relationship(
        back_populates="order", order_by="OrderLine.position"
    )


class VendorOrder(Base):
    """One vendor's part: the unit that is decided, pushed and shipped.

    ``state`` moves only as ``orderflow.life`` allows. ``facts`` and ``decision`` are what the
    rules saw and said last, without personal data, so "why on Tuesday?" has an answer."""

    __tablename__ = "vendor_order"
    __table_args__ = (
        UniqueConstraint("order_id", "vendor_id"),
        Index(None, "vendor_id", "state", "id"),
        Index(None, "merchant_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("marketplace_order.id"))
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    state: Mapped[str]
    state_since: Mapped[datetime]
    goods: Mapped[int] = mapped_column(BigInteger)
    discount: Mapped[int] = mapped_column(BigInteger)
    tax: Mapped[int] = mapped_column(BigInteger)
    shipping: Mapped[int] = mapped_column(BigInteger)
    shipping_tax: Mapped[int] = mapped_column(BigInteger)
    share: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[Any | None] = mapped_column(JSON)
    decision: Mapped[Any | None] = mapped_column(JSON)
    decided_at: Mapped[datetime | None]

    order: Mapped[MarketplaceOrder] = relationship(back_populates="vendor_orders")
    vendor: Mapped[Vendor] = relationship()
    lines: Mapped[list[OrderLine]] = relationship(
        back_populates="vendor_order", order_by="OrderLine.position"
    )


class OrderLine(Base):
    """A line of the marketplace order. ``vendor_order_id`` NULL: the merchant's own.
    ``push_id`` is the push that took it along; ``quantity`` is what is wanted now."""

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "remote_id"),
        Index(None, "vendor_order_id"),
        Index(None, "merchant_id", "variant_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("marketplace_order.id"))
    vendor_order_id: Mapped[int | None] = mapped_column(ForeignKey("vendor_order.id"))
    push_id: Mapped[int | None] = mapped_column(ForeignKey("push.id"))
    remote_id: Mapped[str]
    position: Mapped[int]
    variant_id: Mapped[str] = mapped_column(default="")
    sku: Mapped[str] = mapped_column(default="")
    title: Mapped[str]
    vendor_text: Mapped[str] = mapped_column(default="")
    quantity: Mapped[int]
    fulfillable: Mapped[int]
    requires_shipping: Mapped[bool]

    order: Mapped[MarketplaceOrder] = relationship(back_populates="lines")
    vendor_order: Mapped[VendorOrder | None] = relationship(back_populates="lines")
