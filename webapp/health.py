"""Is this process alive, and can it do its work?"""

from __future__ import annotations

from flask import Blueprint

from orderflow.db import DATABASE_AWAY, db, reading

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
    except DATABASE_AWAY:
        return {"status": "the database does not answer"}, 503
    return {"status": "ready"}, 200
