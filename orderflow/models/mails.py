"""Mails to vendors and merchants: what was to be told, and what became of it. No text is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from orderflow.models.base import Base, BigId, public_id
from orderflow.models.merchants import Vendor


class Mail(Base):
    """A notice of ``kind`` to a vendor, or to the merchant (``vendor_id`` NULL), or to a person of
    the portal about itself (``merchant_id`` NULL), which no merchant sees.

    ``about`` holds ids, from which the text is made when it is sent. A GATHERED one was told in a
    digest. NOT_SENT: no mail is set up, nobody to write to, or nothing to tell any more; ``words``
    say which, or what the mail server said."""

    __tablename__ = "mail"
    __table_args__ = (
        Index(None, "merchant_id", "id"),
        Index(None, "merchant_id", "state", "id"),
        Index(None, "merchant_id", "kind", "id"),
        Index(None, "vendor_id"),
    )

    WAITING, GATHERING, GATHERED, SENT, REFUSED, NOT_SENT = (
        "waiting",
        "gathering",
        "gathered",
        "sent",
        "refused",
        "not_sent",
    )
    NO_ADDRESS, NOT_SET_UP, NOT_NEEDED = "no_address", "no_mail_is_set_up", "not_needed"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    merchant_id: Mapped[int | None] = mapped_column(ForeignKey("merchant.id"))
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    kind: Mapped[str]
    about: Mapped[Any] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(default=WAITING)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    recipient: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(default="")

    vendor: Mapped[Vendor | None] = relationship()
