"""A vendor's part on its way out, every try of it, and the goods on their way home."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from orderflow.models.base import Base, BigId
from orderflow.models.merchants import Connection
from orderflow.models.orders import VendorOrder
from orderflow.secrets import SealedJSON


class Push(Base):
    """At most one live order for one vendor's part in one store. ``key`` is written into it.

    ``part`` counts supplements; ``looks`` the look-ups since an outcome was unknown; ``repeated``
    tells that a create was sent again after they all said no. ``sent`` is the order as it was
    last agreed on, behind the mask, and ``stood`` its top as the store told it right after (stores
    write what they get in their own way). ``takes_more``: the store has not refused a line added
    to it. ``seen_at`` is the store's own time of what it told last; ``gone_at``:
    it said that the order lives no more. ``replaced``: it stood there, and another push has taken
    its lines since; ``cancelled``: it stood there, and lives no more.
    """

    __tablename__ = "push"
    __table_args__ = (
        UniqueConstraint("vendor_order_id", "connection_id", "part"),
        Index(None, "connection_id", "remote_id"),
        Index(None, "connection_id", "placed_at"),
        Index(None, "merchant_id", "placed_at"),
        Index(
            "ix_push_unknown",
            "state",
            sqlite_where=text("state = 'unknown'"),
            postgresql_where=text("state = 'unknown'"),
        ),
    )

    QUEUED, SENDING, UNKNOWN, PLACED, REFUSED, STOPPED, REPLACED, CANCELLED = (
        "queued",
        "sending",
        "unknown",
        "placed",
        "refused",
        "stopped",
        "replaced",
        "cancelled",
    )
    LIVE = (SENDING, UNKNOWN, PLACED)
    """It stands in the store, or may."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    vendor_order_id: Mapped[int] = mapped_column(ForeignKey("vendor_order.id"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    part: Mapped[int] = mapped_column(default=1)
    key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=QUEUED)
    line_ids: Mapped[list[str]] = mapped_column(JSON)
    remote_id: Mapped[str] = mapped_column(default="")
    remote_name: Mapped[str] = mapped_column(default="")
    remote_url: Mapped[str] = mapped_column(default="")
    looks: Mapped[int] = mapped_column(default=0)
    repeated: Mapped[bool] = mapped_column(default=False)
    first_sent_at: Mapped[datetime | None]
    placed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    sent: Mapped[Any | None] = mapped_column(SealedJSON)
    stood: Mapped[Any | None] = mapped_column(SealedJSON)
    takes_more: Mapped[bool] = mapped_column(default=True, server_default=true())
    words: Mapped[str] = mapped_column(default="")

    vendor_order: Mapped[VendorOrder] = relationship()
    connection: Mapped[Connection] = relationship()
    attempts: Mapped[list[Attempt]] = relationship(order_by="Attempt.id")


class Attempt(Base):
    """One try, written before the wire is touched. ``outcome`` empty: nobody knows yet."""

    __tablename__ = "attempt"
    __table_args__ = (Index(None, "push_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    push_id: Mapped[int] = mapped_column(ForeignKey("push.id"))
    kind: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(default="")


class Shipment(Base):
    """Goods of a vendor's part under way. ``lines`` maps the marketplace's line ids to pieces.

    ``source`` says who told of it: the vendor's *store*, or the *merchant* or the *vendor* by hand.
    ``seen`` is a fingerprint of what the store said last, so the same word twice does nothing.
    """

    STORE, MERCHANT, VENDOR = "store", "merchant", "vendor"
    BY_HAND = (MERCHANT, VENDOR)

    __tablename__ = "shipment"
    __table_args__ = (
        UniqueConstraint("vendor_order_id", "source", "remote_id"),
        Index(None, "vendor_order_id"),
        Index(None, "state", "vendor_order_id"),
    )

    NEW, REPORTED, WITHDRAWN, STUCK = "new", "reported", "withdrawn", "stuck"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    vendor_order_id: Mapped[int] = mapped_column(ForeignKey("vendor_order.id"))
    source: Mapped[str]
    remote_id: Mapped[str]
    state: Mapped[str] = mapped_column(default=NEW)
    lines: Mapped[dict[str, int]] = mapped_column(JSON)
    tracking: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    seen: Mapped[str]
    shipped_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(default="")

    vendor_order: Mapped[VendorOrder] = relationship()
    reports: Mapped[list[Report]] = relationship(back_populates="shipment", order_by="Report.id")


class Report(Base):
    """One fulfilment in the marketplace that tells the buyer about a Shipment: one a location.

    ``remote_id`` empty: it was sent and no answer came; look before sending again."""

    __tablename__ = "report"
    __table_args__ = (Index(None, "shipment_id"), Index(None, "remote_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"))
    remote_id: Mapped[str] = mapped_column(default="")
    location: Mapped[str]
    lines: Mapped[dict[str, int]] = mapped_column(JSON)
    tracking: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    sent_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    shipment: Mapped[Shipment] = relationship(back_populates="reports")


class TimelineEvent(Base):
    """What happened to an order, in codes and harmless values: no personal data."""

    __tablename__ = "timeline_event"
    __table_args__ = (Index(None, "order_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("marketplace_order.id"))
    vendor_order_id: Mapped[int | None] = mapped_column(ForeignKey("vendor_order.id"))
    at: Mapped[datetime]
    code: Mapped[str]
    details: Mapped[Any] = mapped_column(JSON)
