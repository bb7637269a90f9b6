"""Is this process alive, and can it do its work?"""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.exc import DBAPIError

from orderflow.db import db, reading

pages = Blueprint("health", __name__)


@pages.get("/health")
def alive() -> tuple[dict[str, str], int]:
    return {"status": "alive"}, 200


@pages.get("/ready")
def ready() -> tuple[dict[str, str], int]:
    """503 while the database does not answer: send nobody here."""
    try:
        with reading() as session:
            session.execute(db.text("SELECT 1"))
    except DBAPIError:
        return {"status": "the database does not answer"}, 503
    return {"status": "ready"}, 200
