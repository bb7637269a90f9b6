"""Stores on their way to be connected."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from orderflow.models.base import Base, BigId
from orderflow.models.merchants import Vendor
from orderflow.secrets import SealedJSON


class ConnectAttempt(Base):
    """One try to connect a store: good once, until ``expires_at``, for this person, in this
    browser, for this vendor and this store.

    ``token_hash`` is of what goes to the store and comes back, or of the code that is typed into
    the store's admin. ``address`` is empty until a shop has shown such a code. ``kept`` is what the
    store has sent and proved, until the browser is back; ``hurdle`` what stood in the way.
    """

    __tablename__ = "connect_attempt"
    __table_args__ = (Index(None, "vendor_id", "id"), Index(None, "merchant_id"))

    WAITING, TAKEN, PROVED, DONE, FAILED = "waiting", "taken", "proved", "done", "failed"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    browser: Mapped[str]
    platform: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    token_hash: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=WAITING)
    kept: Mapped[Any | None] = mapped_column(SealedJSON)
    hurdle: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    vendor: Mapped[Vendor] = relationship()
