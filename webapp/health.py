"""Is this process alive, can it do its work, and what should an operator look at?

``/metrics`` and ``/status`` are open to whoever has SLUICE_METRICS_TOKEN: as a bearer, or as the
password that a browser asks for. Without one they are not there. The text format of Prometheus is
a line a number, so no library writes it.
"""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, abort, current_app, render_template, request

from orderflow import clock, opening, pulse
from orderflow.config import Config
from orderflow.db import DATABASE_AWAY, reading
from orderflow.pulse import Pulse

pages = Blueprint("health", __name__)


@pages.get("/health")
def alive() -> tuple[dict[str, str], int]:
    return {"status": "alive"}, 200


@pages.get("/ready")
def ready() -> tuple[dict[str, str], int]:
    """503 while the database does not answer, or was sealed with other keys than ours: send nobody
    here."""
    try:
        with reading() as session:
            fits = opening.keys_fit(session)
    except DATABASE_AWAY:
        return {"status": "the database does not answer"}, 503
    if not fits:
        return {"status": opening.WRONG_KEY}, 503
    return {"status": "ready"}, 200


@pages.get("/metrics")
def metrics() -> Response:
    _guard()
    return Response(exposition(_feel()), content_type="text/plain; version=0.0.4; charset=utf-8")


@pages.get("/status")
def status() -> str:
    """What to look at, in words."""
    _guard()
    return render_template("status.html", pulse=_feel(), now=clock.now())


def _feel() -> Pulse:
    with reading() as session:
        return pulse.feel(session, clock.now())


def _guard() -> None:
    config: Config = current_app.extensions["sluice_config"]
    if not config.metrics_token:
        abort(404)
    given = request.authorization
    told = (given.token if given.type == "bearer" else given.password) if given else None
    if not hmac.compare_digest((told or "").encode(), config.metrics_token.encode()):
        abort(Response("A token is needed.", 401, {"WWW-Authenticate": 'Basic realm="Sluice"'}))


def exposition(found: Pulse) -> str:
    """Prometheus' text format 0.0.4."""
    lines = []
    for name, told, values in (
        ("oldest_due_seconds", "How long a message has been due, by lanes", found.oldest_due),
        ("messages_parked", "Messages given up until a person looks", found.parked),
        ("pushes_unknown", "Pushes whose outcome is not known", {"": found.unknown_pushes}),
        ("stores_locked", "Stores that no longer accept our access", {"": found.lost_stores}),
        ("stores_unreadable", "Stores not readable for five minutes", {"": found.failing_stores}),
        ("orders_unread", "Orders of shops that cannot be read", {"": found.unread_orders}),
        (
            "store_orders_unread",
            "Orders in vendors' stores that cannot be read",
            {"": found.unread_in_stores},
        ),
        ("webhooks_last_minute", "Webhooks kept in the last minute", {"": found.webhooks}),
        ("mails_refused_last_day", "Mails that were refused", {"": found.refused_mails}),
    ):
        lines += [f"# HELP sluice_{name} {told}.", f"# TYPE sluice_{name} gauge"]
        lines += [
            f'sluice_{name}{{lanes="{lane}"}} {value}' if lane else f"sluice_{name} {value}"
            for lane, value in values.items()
        ]
    return "\n".join(lines) + "\n"
