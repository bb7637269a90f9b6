"""Earlier orders that a merchant has taken in: what was found, and how far it has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from orderflow.models.base import Base, BigId, public_id
from orderflow.models.merchants import Merchant


class Backfill(Base):
    """Unfulfilled orders placed from ``since`` to ``until``: counted first, then, once somebody
    agreed, taken in.

    ``page`` is where in the shop's list we are. ``found`` orders are not in the book, ``known``
    ones are; ``outlook`` holds [vendor, verdict, main obstacle, how many parts] for those found,
    as decided by what held at ``settings_version``. ``passed`` orders of the list were read
    again while it ran, ``taken`` of them recorded."""

    __tablename__ = "backfill"
    __table_args__ = (Index(None, "merchant_id", "id"),)

    LOOKING, READY, RUNNING, DONE, STOPPED = "looking", "ready", "running", "done", "stopped"
    AT_WORK = (LOOKING, RUNNING)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    state: Mapped[str] = mapped_column(default=LOOKING)
    since: Mapped[datetime]
    until: Mapped[datetime]
    page: Mapped[str] = mapped_column(default="")
    settings_version: Mapped[int]
    found: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    outlook: Mapped[list[Any]] = mapped_column(JSON, default=list)
    passed: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    started_at: Mapped[datetime | None]
    started_by: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]

    merchant: Mapped[Merchant] = relationship()
