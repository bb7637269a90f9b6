"""*Vendors*: who sells on the shop, how their stores are doing, and inviting them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, current_app, g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

import stores
from orderflow import clock
from orderflow.access import store_health, vendors
from orderflow.access.vendors import Card, Wrong, WrongCard
from orderflow.book.history import StaleForm
from orderflow.config import Config
from orderflow.db import db, unit_of_work
from orderflow.members import invitations
from orderflow.models import Connection, HistoryEntry, Merchant, StoreAccess, Vendor
from orderflow.rules.preview import Preview, Unconfirmed
from orderflow.traffic import trials
from stores import setup, troubles
from stores.texts import Counted
from stores.troubles import Told
from webapp import cursor
from webapp.answers import done, refused
from webapp.language import counted

pages = Blueprint("vendors", __name__, url_prefix="/vendors")


@pages.get("")
def every() -> str:
    after = cursor.here()
    begin = tuple(after) if isinstance(after, list) else None
    rows, following = vendors.page(db.session(), g.merchant, begin)
    return render_template(
        "vendors/list.html", rows=rows, following=cursor.pack(following), first=not after
    )


@pages.get("/new")
def new() -> str:
    return _new(Card(""), {})


@pages.post("/new")
def create() -> Response:
    card = _typed()
    try:
        with unit_of_work() as session:
            merchant = session.get_one(Merchant, g.merchant.id)
            public_id = vendors.add(
                session, merchant, card, clock.now(), by=g.visitor.user
            ).public_id
    except WrongCard as wrong:
        return refused(_new(card, _told(wrong)))
    return at_home(done(page(find(public_id)), _("Vendor added")), public_id)


def _new(card: Card, errors: dict[str, str]) -> str:
    return render_template("vendors/new.html", card=card, saved=Card(""), errors=errors)


@pages.get("/<public_id>")
def show(public_id: str) -> str:
    return page(find(public_id))


@pages.post("/<public_id>")
def save(public_id: str) -> Response:
    card, confirmed = _typed(), request.form.get("confirm", type=int)
    try:
        with unit_of_work() as session:
            vendors.change(
                session,
                find(public_id, session),
                card,
                clock.now(),
                by=g.visitor.user,
                confirmed=confirmed,
                version=request.form.get("version", type=int),
            )
    except StaleForm as stale:
        return refused(page(find(public_id), card=card, stale=stale.changes))
    except WrongCard as wrong:
        return refused(page(find(public_id), card=card, errors=_told(wrong)))
    except Unconfirmed as asked:
        return refused(page(find(public_id), card=card, asked=asked.preview), 409)
    return done(page(find(public_id)), _("Vendor saved"))


@pages.post("/<public_id>/invitation")
def invite(public_id: str) -> Response:
    try:
        with unit_of_work() as session:
            who = find(public_id, session)
            invitations.invite(session, who, by=g.visitor.user, now=clock.now())
    except invitations.NoAddress:
        missing = {"email": _("Write the vendor's e-mail address here and save, then invite.")}
        return at_home(refused(page(find(public_id), errors=missing)), public_id)
    return at_home(done(page(find(public_id)), _("Invitation on its way")), public_id)


@pages.post("/<public_id>/invitation/withdraw")
def withdraw(public_id: str) -> Response:
    with unit_of_work() as session:
        invitations.withdraw(session, find(public_id, session), clock.now(), by=g.visitor.user)
    return at_home(done(page(find(public_id)), _("Invitation withdrawn")), public_id)


def find(public_id: str, session: Session | None = None) -> Vendor:
    """This merchant's vendor; 404 for anybody else's."""
    found = vendors.of(session or db.session(), g.merchant, public_id)
    if found is None:
        abort(404)
    return found


def at_home(answer: Response, public_id: str) -> Response:
    """The answer to a button of the vendor's page stands at the address of that page."""
    answer.headers["HX-Push-Url"] = url_for("vendors.show", public_id=public_id)
    return answer


def page(
    vendor: Vendor,
    *,
    card: Card | None = None,
    errors: dict[str, str] | None = None,
    asked: Preview | None = None,
    stale: Sequence[HistoryEntry] = (),
) -> str:
    session = db.session()
    merchant = session.get_one(Merchant, g.merchant.id, populate_existing=True)
    standing = [
        (connection, stores.capabilities(connection.access.platform))
        for connection in vendor.connections
        if connection.disconnected_at is None
    ]
    saved = vendors.card(vendor, vendors.names_of(session, vendor))
    return render_template(
        "vendors/one.html",
        vendor=vendor,
        version=merchant.settings_version,
        card=_caught_up(card, saved, stale) if card else saved,
        stale=stale,
        saved=saved,
        errors=errors or {},
        asked=asked,
        standing=[_standing(session, connection, can) for connection, can in standing],
        left=[c for c in vendor.connections if c.disconnected_at is not None],
        invitation=_invitation(session, vendor),
    )


def _caught_up(typed: Card, saved: Card, stale: Sequence[HistoryEntry]) -> Card:
    """What was typed, but for the fields that only somebody else has changed meanwhile."""
    base = {change.name: change.was for change in reversed(stale)}
    mine = vendors.written(typed)
    theirs = {name: getattr(saved, name) for name, was in base.items() if mine[name] == was}
    return replace(typed, **theirs)


def _standing(session: Session, connection: Connection, can: Any) -> dict[str, Any]:
    return {
        "connection": connection,
        "can": can,
        "lacks": [*_limits(connection), *lacks(can)],
        "statuses": sorted(connection.access.setup.get("statuses", {}).values()),
        "doubted": store_health.doubted_statuses(session, connection),
        "facts": [fact(*each) for each in setup.fact_words(connection.access.setup)],
        "last_push": vendors.last_push(session, connection),
        "trial": trials.latest(session, connection),
        "locked": connection.access.state != StoreAccess.OPEN,
        "unread": store_health.unread_orders(session, connection),
    }


def fact(text: str | Counted, told: dict[str, str]) -> str:
    """Something about a store's setup, as a sentence."""
    return (counted(text, told) if isinstance(text, Counted) else str(_(text))) % told


def _limits(connection: Connection) -> list[str]:
    """What limits this one store; what would help, the merchant can only pass on."""
    told, vendor = setup.limit_words(connection.access.setup), connection.vendor.name
    return [
        " ".join(filter(None, (_(limit), help_ and _for_vendor(vendor, _(help_)))))
        for limit, help_ in told
    ]


def _for_vendor(vendor: str, words: str) -> str:
    return str(_("For %(vendor)s: “%(words)s”", vendor=vendor, words=words))


def _invitation(session: Session, vendor: Vendor) -> dict[str, Any] | None:
    pending = invitations.pending(session, vendor, clock.now())
    if pending is None:
        return None
    config: Config = current_app.extensions["sluice_config"]
    return {"row": pending, "link": f"{config.portal_address}{invitations.path(pending)}"}


def lacks(can: Any) -> list[str]:
    """What stores of this platform cannot do, as sentences."""
    told = (
        (can.suppress_mail, _("The store sends e-mails to the address of an order itself.")),
        (can.test_orders, _("Test orders of your shop are not pushed.")),
        (can.custom_lines, _("Items that are not mapped cannot be pushed.")),
        (can.edit_lines, _("Items of an order cannot be changed after the push.")),
        (can.edit_prices, _("Prices of an order cannot be changed after the push.")),
        (can.cancel, _("An order cannot be cancelled from here.")),
        (can.refund, _("Refunds are not passed on; make them in the store by hand.")),
        (can.partial_shipments, _("An order ships as a whole.")),
        (can.tracking_webhooks, _("Tracking is found by asking the store every few minutes.")),
        (can.locations, _("Stock is not kept by location.")),
    )
    return [*(sentence for able, sentence in told if not able), *map(str, map(_, can.limits))]


@pages.app_template_global()
def cannot_read(connection: Connection) -> Told | None:
    """Why the store could not be read for some minutes, and what to ask the vendor; None where it
    can be."""
    access = connection.access
    trouble = store_health.trouble(access, clock.now())
    if trouble is None:
        return None
    can = stores.capabilities(access.platform)
    return troubles.for_merchant(trouble, can, access.address, connection.vendor.name, _)


@pages.app_template_global()
def is_noisy(access: StoreAccess) -> bool:
    """Whether the store sends the same news over and over."""
    return store_health.is_noisy(access, clock.now())


@pages.app_template_global()
def platform_title(platform: str) -> str:
    """A platform's name as people write it."""
    return stores.capabilities(platform).title


def _typed() -> Card:
    typed = request.form
    return Card(
        name=" ".join(typed.get("name", "").split()),
        email=typed.get("email", "").strip(),
        language=typed.get("language", "en"),
        aliases=tuple(
            " ".join(line.split()) for line in typed.get("aliases", "").splitlines() if line.strip()
        ),
        push_enabled=bool(typed.get("push_enabled")),
    )


def _told(wrong: WrongCard) -> dict[str, str]:
    return {name: _complaint(each) for name, each in wrong.fields.items()}


def _complaint(wrong: Wrong) -> str:
    said = {
        "empty": _("Write a name."),
        "too_long": _("At most %(count)s characters, please.", count=vendors.LONGEST),
        "no_address": _("This is not an e-mail address."),
        "unknown": _("Choose one of the answers."),
        "taken": _(
            "“%(name)s” already means the vendor %(vendor)s.", name=wrong.text, vendor=wrong.by
        ),
    }
    return str(said[wrong.code])
