"""The merchant's edits reach the vendor's order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from orderflow.models import Push


def ask(session: Session, push: Push, now: datetime) -> None:
    """Nothing yet."""


def given_up(session: Session, push_id: int, said: str, now: datetime) -> None:
    """Tried for two days."""
