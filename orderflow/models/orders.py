"""The customer's order as last seen, one row for each vendor's part, one for each line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from orderflow.models.base import Base, BigId, public_id
from orderflow.models.merchants import Merchant, Vendor
from orderflow.secrets import SealedJSON

InByteOrder = String().with_variant(String(collation="C"), "postgresql")
"""A text whose beginnings are found as a range of its index; SQLite compares so anyway."""
WAITS_DECLINED = "declined IS NOT NULL AND fulfillable > 0"
"""Of a line that its vendor will not deliver, and that nobody has seen to yet."""


class MarketplaceOrder(Base):
    """``number`` is what ``name`` is searched by (``orderflow.read.search``). ``snapshot`` holds
    all that was seen, personal data with it, sealed; ``former`` who the buyer was before an edit,
    whose name a note may still quote. Amounts are in minor units of ``currency``;
    ``own_share`` is the merchant's own part of ``total``. ``paid_at`` is when we first saw it paid;
    ``risk`` and ``on_hold`` are NULL until the shop was asked for them. ``payment_reference`` is
    NULL where nobody wants it or asked yet, and "" where there is none; ``referenced`` is what
    ``payment`` was when the shop was asked: another payment has another. ``finished_at`` is when
    nothing was left to do for anybody, ``forgotten_at`` when the buyer was removed; ``addressed``
    whether there is an address to ship to."""

    __tablename__ = "marketplace_order"
    __table_args__ = (
        UniqueConstraint("merchant_id", "remote_id"),
        Index(None, "remote_id"),
        Index(None, "merchant_id", "name"),
        Index("ix_marketplace_order_by_number", "merchant_id", "number", "id"),
        Index("ix_marketplace_order_by_age", "merchant_id", "placed_at", "id"),
        Index(
            "ix_marketplace_order_to_forget",
            "merchant_id",
            "finished_at",
            sqlite_where=text("forgotten_at IS NULL"),
            postgresql_where=text("forgotten_at IS NULL"),
        ),
        Index(
            "ix_marketplace_order_referenced",
            "merchant_id",
            "id",
            sqlite_where=text("referenced IS NOT NULL"),
            postgresql_where=text("referenced IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    remote_id: Mapped[str]
    name: Mapped[str]
    number: Mapped[str] = mapped_column(InByteOrder, default="")
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
    paid_at: Mapped[datetime | None]
    risk: Mapped[str | None]
    on_hold: Mapped[bool | None]
    payment_reference: Mapped[str | None] = mapped_column(SealedJSON)
    referenced: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]
    addressed: Mapped[bool] = mapped_column(default=True, server_default=true())
    snapshot: Mapped[Any] = mapped_column(SealedJSON)
    former: Mapped[Any | None] = mapped_column(SealedJSON)

    merchant: Mapped[Merchant] = relationship()
    vendor_orders: Mapped[list[VendorOrder]] = relationship(back_populates="order")
    lines: Mapped[list[OrderLine]] = relationship(
        back_populates="order", order_by="OrderLine.position"
    )


class VendorOrder(Base):
    """One vendor's part: the unit that is decided, pushed and shipped.

    ``state`` moves only as ``orderflow.book.life`` allows. ``facts`` and ``decision`` are what the
    rules saw and said last, without personal data, so "why on Tuesday?" has an answer;
    ``main_reason`` is the code of the obstacle that set its verdict. ``placed_at`` is the order's,
    for lists.

    ``stage`` is what is left of it for the vendor to do (``orderflow.book.shipments.place``), and
    ``opened_at`` when somebody of the vendor's looked at it first.

    A person may have released it from its delay, have had it pushed although held (``override``),
    or forbidden its push: who, why and when."""

    FRESH, TO_SHIP, DONE, OVER = "new", "to_ship", "shipped", "cancelled"
    STAGES = (FRESH, TO_SHIP, DONE, OVER)

    __tablename__ = "vendor_order"
    __table_args__ = (
        UniqueConstraint("order_id", "vendor_id"),
        Index(None, "vendor_id", "state", "id"),
        Index("ix_vendor_order_by_stage", "vendor_id", "stage", "id"),
        Index(None, "merchant_id", "state", "id"),
        Index("ix_vendor_order_list_state", "merchant_id", "state", "placed_at", "order_id"),
        Index("ix_vendor_order_list_reason", "merchant_id", "main_reason", "placed_at", "order_id"),
        Index("ix_vendor_order_list_vendor", "vendor_id", "placed_at", "order_id"),
        Index("ix_vendor_order_list_vendor_state", "vendor_id", "state", "placed_at", "order_id"),
        Index(
            "ix_vendor_order_list_vendor_reason",
            "vendor_id",
            "main_reason",
            "placed_at",
            "order_id",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("marketplace_order.id"))
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    state: Mapped[str]
    state_since: Mapped[datetime]
    stage: Mapped[str] = mapped_column(default=FRESH, server_default=FRESH)
    opened_at: Mapped[datetime | None]
    placed_at: Mapped[datetime]
    goods: Mapped[int] = mapped_column(BigInteger)
    discount: Mapped[int] = mapped_column(BigInteger)
    tax: Mapped[int] = mapped_column(BigInteger)
    shipping: Mapped[int] = mapped_column(BigInteger)
    shipping_tax: Mapped[int] = mapped_column(BigInteger)
    share: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[Any | None] = mapped_column(JSON)
    decision: Mapped[Any | None] = mapped_column(JSON)
    decided_at: Mapped[datetime | None]
    main_reason: Mapped[str] = mapped_column(default="")
    released_at: Mapped[datetime | None]
    override: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    forbidden: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))

    order: Mapped[MarketplaceOrder] = relationship(back_populates="vendor_orders")
    vendor: Mapped[Vendor] = relationship()
    lines: Mapped[list[OrderLine]] = relationship(
        back_populates="vendor_order", order_by="OrderLine.position"
    )


class OrderLine(Base):
    """A line of the marketplace order. ``vendor_order_id`` NULL: the merchant's own.
    ``push_id`` is the push that took it along; ``quantity`` is what is wanted now.
    ``pushed_quantity`` is what it was when both sides last agreed, ``pushed_pieces`` how many
    stood in the vendor's order then; they differ where pieces had gone before the push.
    ``vendor_folded`` is what a vendor's names are compared with. ``delivery`` is how the goods get
    to the buyer (a ``stores.seen.DeliveryMethod``), "" while the shop has not told. ``declined``:
    the vendor said that it will not be delivered; who, why and when."""

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "remote_id"),
        Index(None, "vendor_order_id"),
        Index("ix_order_line_by_variant", "merchant_id", "variant_id", "order_id", "push_id"),
        Index("ix_order_line_by_vendor", "merchant_id", "vendor_folded", "order_id", "push_id"),
        Index("ix_order_line_by_sku", "merchant_id", "sku", "order_id"),
        Index("ix_order_line_of_part_by_sku", "merchant_id", "sku", "vendor_order_id"),
        Index(
            "ix_order_line_declined",
            "merchant_id",
            "order_id",
            sqlite_where=text(WAITS_DECLINED),
            postgresql_where=text(WAITS_DECLINED),
        ),
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
    variant_title: Mapped[str] = mapped_column(default="", server_default="")
    vendor_text: Mapped[str] = mapped_column(default="")
    vendor_folded: Mapped[str] = mapped_column(default="", server_default="")
    quantity: Mapped[int]
    fulfillable: Mapped[int]
    requires_shipping: Mapped[bool]
    delivery: Mapped[str] = mapped_column(default="", server_default="")
    declined: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    pushed_quantity: Mapped[int | None]
    pushed_pieces: Mapped[int | None]

    order: Mapped[MarketplaceOrder] = relationship(back_populates="lines")
    vendor_order: Mapped[VendorOrder | None] = relationship(back_populates="lines")
