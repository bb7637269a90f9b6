"""A sample that proves the keys: sealed when the first process started on this database."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from orderflow.models.base import Base
from orderflow.secrets import Sealed


class KeySample(Base):
    """One row, with the id ONLY. Whoever cannot open it has other keys than the database."""

    __tablename__ = "key_sample"
    ONLY = 1

    id: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(Sealed)
