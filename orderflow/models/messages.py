"""The outbox: what is still to be done, and who may do it; and each webhook that came in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from orderflow.models.base import Base, BigId
from orderflow.secrets import Sealed


class Webhook(Base):
    """One delivery received from the store behind ``access_id``.

    The row stays after ``body`` was dropped, so that a repeat hours later is still known."""

    __tablename__ = "webhook"
    __table_args__ = (UniqueConstraint("access_id", "delivery_id"), Index(None, "received_at"))

    NEW, DONE, IGNORED, KEPT, MALFORMED = "new", "done", "ignored", "kept", "malformed"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    access_id: Mapped[int] = mapped_column(ForeignKey("store_access.id"))
    delivery_id: Mapped[str]
    topic: Mapped[str]
    body: Mapped[bytes | None] = mapped_column(Sealed)
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default=NEW)
    words: Mapped[str] = mapped_column(default="")


class Message(Base):
    """Something to do at ``due_at``, in its lane. Done means the row is gone.

    Within a lane, messages of one ``subject`` run in the order of their ids. ``once`` keeps a
    second copy out. ``tries`` counts attempts that ended, ``crashes`` those in a row that did not,
    because their worker died. ``parked_at``: given up, now a person must look."""

    __tablename__ = "message"
    __table_args__ = (
        Index(None, "lane", "parked_at", "due_at"),
        Index(None, "lane", "subject", "id"),
        Index(None, "due_at"),
        Index(
            "ix_message_crashed",
            "lane",
            "id",
            sqlite_where=text("crashes > 0"),
            postgresql_where=text("crashes > 0"),
        ),
        UniqueConstraint("once"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    lane: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    about: Mapped[Any] = mapped_column(JSON)
    once: Mapped[str | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    crashes: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    first_tried_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    claim: Mapped[str | None]
    parked_at: Mapped[datetime | None]
    words: Mapped[str] = mapped_column(default="")


class Lane(Base):
    """Who drains a lane: the holder of lease number ``lease``, until ``leased_until``.

    ``holder`` names the process that holds it. ``gauge`` is what its limiter knew when the last
    holder let go."""

    __tablename__ = "lane"

    name: Mapped[str] = mapped_column(primary_key=True)
    lease: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    holder: Mapped[str] = mapped_column(default="", server_default=text("''"))
    gauge: Mapped[Any | None] = mapped_column(JSON)
