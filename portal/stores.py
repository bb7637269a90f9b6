"""*Vendor Website Sync*: the vendor's stores, how they are doing, and disconnecting one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

import stores
from orderflow import clock
from orderflow.access import calls, connecting, store_access, store_health, vendors
from orderflow.access.connecting import Claimant
from orderflow.db import db, unit_of_work
from orderflow.models import ConnectAttempt, Connection, StoreAccess
from portal import hurdles, scope
from portal.language import counted
from stores import setup
from stores.base import Capabilities
from stores.texts import Counted
from stores.troubles import Told

pages = Blueprint("portal_stores", __name__, url_prefix="/portal/stores")
MOST_TYPED = 2000


@dataclass(frozen=True, slots=True)
class Health:
    """One store as its vendor sees it. ``trouble``: the last call that went wrong, in words;
    ``cannot_read``: why it could not be read for some minutes; ``unread``: numbers of orders in it
    that cannot be understood; ``doubted``: statuses of which nobody has said whether they mean
    shipped; ``noisy``: it sends the same news over and over."""

    connection: Connection
    can: Capabilities
    locked: bool
    limits: list[str]
    facts: list[str]
    statuses: list[str]
    doubted: list[str]
    last_push: datetime | None
    trouble: str
    trouble_at: datetime | None
    cannot_read: Told | None
    unread: list[str]
    noisy: bool


@pages.get("")
def show() -> str:
    here, session = scope.current(), db.session()
    mine = [each for each in here.vendor.connections if each.disconnected_at is None]
    last = connecting.last_try(session, claimant(), clock.now())
    return render_template(
        "portal/stores/list.html",
        here=here,
        stores=[health(session, connection) for connection in mine],
        platforms=[stores.capabilities(name) for name in stores.platforms()],
        stopped=_stopped(last),
        waiting=last if last and last.state == ConnectAttempt.PROVED else None,
    )


def claimant() -> Claimant:
    """Who connects a store from here, and in which browser."""
    here = scope.current()
    return Claimant(here.vendor.id, here.person.id, here.session.public_id)


def health(session: Session, connection: Connection) -> Health:
    can = stores.capabilities(connection.access.platform)
    failed = calls.last_failure(session, connection, clock.now())
    codes = connection.traits.get("limits", ())
    return Health(
        connection=connection,
        can=can,
        locked=connection.access.state != StoreAccess.OPEN,
        limits=[
            *hurdles.limits(codes),
            *(" ".join(map(str, map(_, filter(None, limit)))) for limit in _limits(connection)),
            *map(str, map(_, can.limits)),
        ],
        facts=[_fact(*each) for each in setup.fact_words(connection.access.setup)],
        statuses=sorted(connection.access.setup.get("statuses", {}).values()),
        doubted=store_health.doubted_statuses(session, connection),
        last_push=vendors.last_push(session, connection),
        trouble=hurdles.trouble(failed.outcome, connection.access) if failed else "",
        trouble_at=failed.started_at if failed else None,
        cannot_read=hurdles.cannot_read(connection.access),
        unread=store_health.unread_orders(session, connection),
        noisy=store_health.is_noisy(connection.access, clock.now()),
    )


def _fact(text: str | Counted, told: dict[str, str]) -> str:
    return (counted(text, told) if isinstance(text, Counted) else str(_(text))) % told


def _limits(connection: Connection) -> list[tuple[str, str]]:
    return setup.limit_words(connection.access.setup)


def _stopped(last: ConnectAttempt | None) -> str:
    """Why the try of a moment ago came to nothing."""
    if last is None or last.state != ConnectAttempt.FAILED or not last.hurdle:
        return ""
    return hurdles.sentence(last.hurdle["code"], last.platform, last.hurdle["names"])


@pages.post("/<public_id>/statuses")
def statuses(public_id: str) -> Response:
    """Which of the store's own statuses mean that an order has shipped."""
    scope.require_owner()
    typed = request.form.get("statuses", "")[:MOST_TYPED]
    with unit_of_work() as session:
        store_access.choose_statuses(session, _find(session, public_id).access, typed, clock.now())
    flash(_("Saved."))
    return redirect(url_for(".show"), 303)


@pages.get("/<public_id>/disconnect")
def leaving(public_id: str) -> str:
    scope.require_owner()
    connection = _find(db.session(), public_id)
    manner = stores.handshake(connection.access.platform).MANNER
    can = stores.capabilities(connection.access.platform)
    return render_template(
        "portal/stores/leave.html", here=scope.current(), store=connection, manner=manner, can=can
    )


@pages.post("/<public_id>/disconnect")
def leave(public_id: str) -> Response:
    scope.require_owner()
    with unit_of_work() as session:
        connecting.leave(session, _find(session, public_id), clock.now())
    flash(_("The store is disconnected."))
    return redirect(url_for(".show"), 303)


def _find(session: Session, public_id: str) -> Connection:
    """This vendor's connection, while it stands; else 404."""
    found = session.scalars(
        select(Connection).where(
            Connection.vendor_id == scope.current().vendor.id,
            Connection.public_id == public_id,
            Connection.disconnected_at.is_(None),
        )
    ).one_or_none()
    return found or abort(404)
