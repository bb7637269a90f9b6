"""*Connect*: the owner says which store, agrees there, and comes back; or types a code there.

Only this browser, logged in as the same person for the same vendor, can finish what it began.
"""

from __future__ import annotations

import structlog
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

import stores
from orderflow import clock
from orderflow.access import connecting, register
from orderflow.access.connecting import Kept
from orderflow.config import Config
from orderflow.db import db, unit_of_work
from orderflow.limits import Locked
from orderflow.models import ConnectAttempt
from portal import hurdles, scope
from portal.stores import claimant
from stores import http
from stores.base import AppKeys, StoreBusy, StoreError
from stores.handshake import Handshake, Hurdle, Places, Returned

pages = Blueprint("portal_connect", __name__, url_prefix="/portal/connect/<platform>")
log = structlog.get_logger()
PATIENCE = 10.0
"""Seconds that a person waits for a store."""
LONGEST = 300

Answer = str | tuple[str, int] | Response


@pages.get("")
def show(platform: str) -> str:
    scope.require_owner()
    return _page(platform, typed=request.args.get("store", "")[:LONGEST])


@pages.post("")
def begin(platform: str) -> Answer:
    """Off to the store's own page, once all that can be seen from outside is right."""
    scope.require_owner()
    handshake = known(platform)
    if by_code(handshake):
        return _give_code(platform)
    typed = request.form.get("address", "")[:LONGEST]
    try:
        address = handshake.address(typed)
        with unit_of_work() as session:
            token = connecting.begin(session, claimant(), platform, address, clock.now())
        db.session.rollback()
        with http.within(PATIENCE):
            handshake.look_over(address)
    except Hurdle as told:
        return _page(platform, typed, hurdles.sentence(told.code, platform, told.names)), 422
    except register.OwnShop:
        return _page(platform, typed, hurdles.sentence("own_shop", platform)), 422
    except Locked:
        return _page(platform, typed, _too_often()), 429
    url = handshake.approval_page(
        address,
        keys(),
        token,
        _places(platform, token),
        keeps_market=connecting.has_market(db.session(), platform, address),
    )
    can = stores.capabilities(platform)
    return render_template(
        "portal/stores/go.html", can=can, address=address, url=http.for_browsers(url)
    )


def _give_code(platform: str) -> Answer:
    try:
        with unit_of_work() as session:
            code = connecting.begin_code(session, claimant(), platform, clock.now())
    except Locked:
        return _page(platform, wrong=_too_often()), 429
    can = stores.capabilities(platform)
    return render_template("portal/stores/code.html", can=can, code=code, listing=listing())


@pages.get("/callback")
def back(platform: str) -> Response:
    """The browser comes from the store. Nothing is asked of any store before all fits together."""
    scope.require_owner()
    handshake = known(platform)
    query = list(request.args.items(multi=True))
    try:
        told = handshake.returned(query, config().app_secrets, clock.now())
        attempt_id, kept = _taken(platform, handshake, told)
        if attempt_id is None:
            return _at_stores()
        return _finish(attempt_id, kept or _redeemed(handshake, attempt_id, told))
    except ValueError:
        log.warning("connect_refused", platform=platform)
        return _at_stores(_("This way back is not valid any more. Start again from here."))


def _taken(platform: str, handshake: Handshake, told: Returned) -> tuple[int | None, Kept | None]:
    """The try that this return belongs to, and what the store has posted for it. None: the owner
    did not agree. Raises NotValid."""
    now = clock.now()
    with unit_of_work() as session:
        if not told.agreed:
            connecting.refused(session, told.token, claimant(), platform, now)
            return None, None
        if handshake.MANNER.posts_keys:
            row, kept = connecting.collect(session, told.token, claimant(), platform, now)
            return row.id, kept
        row = connecting.take_back(session, told.token, claimant(), platform, told.address, now)
        return row.id, None


def _redeemed(handshake: Handshake, attempt_id: int, told: Returned) -> Kept | Hurdle:
    """The proof is exchanged at the very store that the try was begun for."""
    address = db.session.get_one(ConnectAttempt, attempt_id).address
    db.session.rollback()
    try:
        with http.within(PATIENCE):
            access = handshake.redeem(address, told.proof, keys(), clock.now())
            return Kept(access, handshake.prove(access))
    except Hurdle as hurdle:
        return hurdle
    except StoreBusy:
        return Hurdle("unreachable")
    except StoreError:
        return Hurdle("locked")


def _finish(attempt_id: int, kept: Kept | Hurdle) -> Response:
    stopped = kept if isinstance(kept, Hurdle) else _settled(attempt_id, kept)
    if stopped is None:
        return _at_stores(_("Your store is connected."))
    with unit_of_work() as session:
        connecting.fail(session, attempt_id, stopped.code, *stopped.names)
    return _at_stores()


def _settled(attempt_id: int, kept: Kept) -> Hurdle | None:
    try:
        with unit_of_work() as session:
            connecting.settle(session, attempt_id, kept.access, kept.identity, clock.now())
    except register.RegisterError as no:
        return Hurdle("own_shop" if isinstance(no, register.OwnShop) else "taken")
    return None


def _at_stores(words: str = "") -> Response:
    if words:
        flash(words)
    return redirect(url_for("portal_stores.show"), 303)


def _page(platform: str, typed: str = "", wrong: str = "") -> str:
    manner = known(platform).MANNER
    return render_template(
        "portal/stores/connect.html",
        here=scope.current(),
        can=stores.capabilities(platform),
        manner=manner,
        rights=hurdles.rights(manner.rights),
        by_code=by_code(known(platform)),
        listing=listing(),
        typed=typed,
        wrong=wrong,
    )


def _too_often() -> str:
    return str(_("Too many attempts. Wait half an hour, then try again."))


def _places(platform: str, token: str) -> Places:
    home = config().portal_address
    return Places(
        back=home + url_for("portal_connect.back", platform=platform),
        keys=home + url_for("portal_keys.take", platform=platform, token=token),
    )


def known(platform: str) -> Handshake:
    return stores.handshake(platform) if platform in stores.platforms() else abort(404)


def by_code(handshake: Handshake) -> bool:
    """Where an app is installed from a listing, nobody may be asked for an address."""
    return handshake.MANNER.listed and listing() is not None


def listing() -> str | None:
    return config().app_listing_url


def keys() -> AppKeys:
    return AppKeys(config().app_client_id, config().app_secrets[0])


def config() -> Config:
    settings: Config = current_app.extensions["sluice_config"]
    return settings
