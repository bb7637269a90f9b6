"""The people behind vendors: who may come into the portal, and the browsers they came with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from orderflow.models.base import Base, BigId, public_id
from orderflow.models.merchants import Vendor
from orderflow.secrets import SealedJSON


class Person(Base):
    """Somebody with a password, known by one e-mail address in lower case, for all vendors.

    With ``totp_secret`` a code is asked for after the password. ``totp_offered`` is one that was
    shown and not confirmed yet, ``totp_step`` the 30 seconds whose code was used last."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    email: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    timezone: Mapped[str] = mapped_column(default="")
    totp_secret: Mapped[Any | None] = mapped_column(SealedJSON)
    totp_offered: Mapped[Any | None] = mapped_column(SealedJSON)
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0)
    recovery_codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime]


class Membership(Base):
    """A person acts for a vendor, until ``removed_at``."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "vendor_id"), Index(None, "vendor_id"))

    OWNER, STAFF = "owner", "staff"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    role: Mapped[str]
    joined_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    vendor: Mapped[Vendor] = relationship()


class PortalSession(Base):
    """A browser that is logged in. ``network`` is where it was seen last, without the last part
    of the address; ``device`` the browser and the system it says it is."""

    __tablename__ = "portal_session"
    __table_args__ = (Index(None, "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    network: Mapped[str]
    device: Mapped[str]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class LoginTry(Base):
    """How often somebody tried lately, by account or by network; ``key`` is a hash of which.

    Kept here and not in Redis: who can empty Redis must not get fresh tries."""

    __tablename__ = "login_try"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    count: Mapped[int]
    since: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class ResetToken(Base):
    """A link by which a person chooses a new password: good once, for an hour."""

    __tablename__ = "reset_token"
    __table_args__ = (Index(None, "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
