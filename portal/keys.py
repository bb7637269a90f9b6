"""Keys that a store's own server posts to us, while its owner's browser waits there.

Nobody signs them, and there is no cookie: the token says for which try they are, a call to that
try's store proves them, and only the browser that began can collect them. An answer other than
200 makes the store delete the key again.
"""

from __future__ import annotations

import hmac

import structlog
from flask import Blueprint, request

import stores
from orderflow import clock
from orderflow.access import connecting
from orderflow.access.connecting import Kept, NotValid
from orderflow.db import db, unit_of_work
from orderflow.intake.receive import Answer
from portal.connect import PATIENCE, keys
from stores import http
from stores.handshake import Hurdle

pages = Blueprint("portal_keys", __name__)
LARGEST = 4096
log = structlog.get_logger()

NOBODY: Answer = {"error": "nobody waits for this"}, 404


@pages.post("/portal/connect/<platform>/keys/<token>")
def take(platform: str, token: str) -> Answer:
    request.max_content_length = LARGEST
    if platform not in stores.platforms():
        return NOBODY
    handshake = stores.handshake(platform)
    try:
        named, proof = handshake.read_keys(request.get_data(cache=False))
        if not hmac.compare_digest(named.encode(), token.encode()):
            raise NotValid("the token inside is another one")
        with unit_of_work() as session:
            row = connecting.take_keys(session, token, platform, clock.now())
            attempt_id, address = row.id, row.address
    except (ValueError, NotValid):
        log.warning("keys_for_nobody", platform=platform)
        return NOBODY
    db.session.rollback()
    try:
        with http.within(PATIENCE):
            access = handshake.redeem(address, proof, keys(), clock.now())
            identity = handshake.prove(access)
    except Hurdle as told:
        with unit_of_work() as session:
            connecting.fail(session, attempt_id, told.code, *told.names)
        return {"error": "the key does not open the store"}, 422
    with unit_of_work() as session:
        connecting.keep_proved(session, attempt_id, Kept(access, identity))
    return {"status": "thank you"}, 200
