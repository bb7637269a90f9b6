"""What was done to a vendor's order after the push, what both changed, what people must do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from orderflow.models.base import Base, BigId, public_id
from orderflow.models.orders import VendorOrder
from orderflow.models.pushes import Push
from orderflow.secrets import SealedJSON


class Change(Base):
    """One thing done to a vendor's order: its fields or lines written, cancelled, money given
    back, a payment told.

    ``values`` is exactly what the store is asked, so that it can be asked again with the same
    ``key``; ``about`` tells the same without personal data. ``origin`` is the marketplace's refund
    that it passes on. ``ticket`` asks the store what became of it. *Waiting*: not asked yet, or put
    off; *dropped*: it was not needed any more before anything was asked.
    """

    __tablename__ = "change"
    __table_args__ = (
        Index(None, "push_id"),
        Index(None, "vendor_order_id"),
        Index(None, "merchant_id", "state"),
        Index(
            "ix_change_by_origin",
            "push_id",
            "kind",
            "origin",
            unique=True,
            sqlite_where=text("origin <> ''"),
            postgresql_where=text("origin <> ''"),
        ),
    )

    FIELDS, LINES = "fields", "lines"
    CANCEL, REFUND, PAYMENT = "cancel", "refund", "payment"
    WAITING, SENDING, UNKNOWN, REQUESTED = "waiting", "sending", "unknown", "requested"
    DONE, TOO_LATE, REFUSED, GIVEN_UP = "done", "too_late", "refused", "given_up"
    DROPPED = "dropped"
    OPEN = (WAITING, SENDING, UNKNOWN, REQUESTED)
    UNDER_WAY = (SENDING, UNKNOWN, REQUESTED)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    vendor_order_id: Mapped[int] = mapped_column(ForeignKey("vendor_order.id"))
    push_id: Mapped[int] = mapped_column(ForeignKey("push.id"))
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default=WAITING)
    key: Mapped[str] = mapped_column(unique=True)
    origin: Mapped[str] = mapped_column(default="")
    ticket: Mapped[str] = mapped_column(default="")
    about: Mapped[Any] = mapped_column(JSON)
    values: Mapped[Any | None] = mapped_column(SealedJSON)
    words: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    vendor_order: Mapped[VendorOrder] = relationship()
    push: Mapped[Push] = relationship()


class Conflict(Base):
    """Merchant and vendor changed the same ``field`` since both had ``base``; ``verdict`` says
    whose holds, empty while a person is asked. ``field`` is a name of ``Amendment.names``, of an
    attribute (``attributes.NAME``) or of a line (``line:ID``)."""

    __tablename__ = "conflict"
    __table_args__ = (
        UniqueConstraint("push_id", "field", "mine_print", "theirs_at"),
        Index(None, "merchant_id"),
    )

    OPEN, MERCHANT, VENDOR = "", "merchant", "vendor"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    push_id: Mapped[int] = mapped_column(ForeignKey("push.id"))
    field: Mapped[str]
    base: Mapped[Any | None] = mapped_column(SealedJSON)
    mine: Mapped[Any | None] = mapped_column(SealedJSON)
    theirs: Mapped[Any | None] = mapped_column(SealedJSON)
    mine_print: Mapped[str]
    mine_at: Mapped[datetime]
    theirs_at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(default=OPEN)
    settled_by: Mapped[str] = mapped_column(default="")
    settled_at: Mapped[datetime | None]

    push: Mapped[Push] = relationship()


class Flag(Base):
    """What a person must do by hand, until somebody marks it done or its cause is gone.

    ``subject`` is a line's id where the flag is about one line; ``details`` hold no personal data.
    """

    __tablename__ = "flag"
    __table_args__ = (
        Index(
            "ix_flag_once",
            "vendor_order_id",
            "code",
            "subject",
            unique=True,
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        Index(
            "ix_flag_open",
            "merchant_id",
            "raised_at",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        Index(None, "vendor_order_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    vendor_order_id: Mapped[int] = mapped_column(ForeignKey("vendor_order.id"))
    push_id: Mapped[int | None] = mapped_column(ForeignKey("push.id"))
    change_id: Mapped[int | None] = mapped_column(ForeignKey("change.id"))
    code: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    details: Mapped[Any] = mapped_column(JSON)
    raised_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(default="")
    done_why: Mapped[str] = mapped_column(default="")

    vendor_order: Mapped[VendorOrder] = relationship()
    push: Mapped[Push | None] = relationship()
