"""*Products*: which of the shop's variants are which of the vendors'."""

from __future__ import annotations

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.access import asking, catalogue, register
from orderflow.access.catalogue import Ours
from orderflow.db import db, unit_of_work
from orderflow.handwork import suggesting
from orderflow.handwork.suggesting import Outdated
from orderflow.models import Connection, Merchant, Vendor
from stores.base import StoreError, Variant
from stores.bulkhead import Crowded
from stores.dial import dial
from webapp import cursor
from webapp.answers import done, refused

pages = Blueprint("products", __name__, url_prefix="/products")
MOST_STORES = 200


@pages.get("")
def show() -> str:
    """What is to be mapped comes first; the mappings go on by themselves below."""
    session, before = db.session(), cursor.row()
    listed = request.args.get("list", "")
    open_, more_open = catalogue.unmapped(session, g.merchant, _of(before, listed, "open"))
    mapped, more_mapped = catalogue.mappings(session, g.merchant, _of(before, listed, "mapped"))
    return render_template(
        "products/list.html",
        open=open_,
        more_open=cursor.pack(more_open),
        mapped=mapped,
        sold=catalogue.last_sold(session, mapped),
        more_mapped=cursor.pack(more_mapped),
        waiting=suggesting.waiting(session, g.merchant),
        suggested=suggesting.suggested(session, g.merchant, [each.variant_id for each in open_]),
    )


def _of(before: int | None, listed: str, name: str) -> int | None:
    return before if listed == name else None


@pages.get("/<variant>")
def one(variant: str) -> str:
    """One variant; with ``sku`` the chosen store is asked for products of that SKU."""
    ours = _ours(variant)
    sku, chosen = request.args.get("sku", "").strip(), _store(request.args.get("store", ""))
    if not sku or chosen is None:
        return _page(ours)
    try:
        found = asking.variants(chosen, sku, dial)
    except Crowded as error:
        return _page(ours, sku=sku, chosen=chosen, words=error.words, again=True)
    except StoreError as error:
        return _page(ours, sku=sku, chosen=chosen, words=error.words)
    return _page(ours, sku=sku, chosen=chosen, found=found)


@pages.post("/<variant>/map")
def put(variant: str) -> Response:
    """The store is asked again: what a page says it found is not taken for true."""
    ours, sku = _ours(variant), request.form.get("sku", "")
    chosen = _store(request.form.get("store", ""))
    if chosen is None:
        abort(404)
    connection_id = chosen.id
    try:
        found = asking.variants(chosen, sku, dial)
    except StoreError as error:
        return _at_home(refused(_page(ours, sku=sku, chosen=chosen, words=error.words)), variant)
    theirs = next((each for each in found if each.id == request.form.get("theirs")), None)
    if theirs is None:
        return _at_home(refused(_page(ours, sku=sku, chosen=chosen, found=found)), variant)
    with unit_of_work() as session:
        connection = session.get_one(Connection, connection_id)
        register.map_variant(session, connection, variant, theirs, clock.now(), by=g.visitor.user)
    return _at_home(done(_page(_ours(variant)), _("Mapped")), variant)


@pages.post("/<variant>/approve")
def approve(variant: str) -> Response:
    """The vendor's suggestion, if it is still the one that stood on the page."""
    theirs, merchant_id = request.form.get("theirs", ""), g.merchant.id
    try:
        with unit_of_work() as session:
            merchant = session.get_one(Merchant, merchant_id)
            suggesting.approve(session, merchant, variant, theirs, clock.now())
    except Outdated:
        return _at_home(refused(_page(_ours(variant), outdated=True)), variant)
    return _at_home(done(_page(_ours(variant)), _("Mapped")), variant)


@pages.post("/<variant>/unmap")
def take_off(variant: str) -> Response:
    with unit_of_work() as session:
        mapping = catalogue.mapping_of(session, g.merchant, variant)
        if mapping is None:
            abort(404)
        catalogue.unmap(session, mapping, clock.now(), by=g.visitor.user)
    return _at_home(done(_page(_ours(variant)), _("No longer mapped")), variant)


def _ours(variant: str) -> Ours:
    found = catalogue.ours(db.session(), g.merchant, variant)
    if found is None:
        abort(404)
    return found


def _store(public_id: str) -> Connection | None:
    """This merchant's store of that id; None for no id at all."""
    if not public_id:
        return None
    found = next((each for each in _stores(db.session()) if each.public_id == public_id), None)
    if found is None:
        abort(404)
    return found


def _stores(session: Session) -> list[Connection]:
    return list(
        session.scalars(
            select(Connection)
            .join(Vendor, Vendor.id == Connection.vendor_id)
            .where(Connection.merchant_id == g.merchant.id, Connection.disconnected_at.is_(None))
            .options(joinedload(Connection.vendor), joinedload(Connection.access))
            .order_by(Vendor.name, Connection.id)
            .limit(MOST_STORES)
        )
    )


def _at_home(answer: Response, variant: str) -> Response:
    answer.headers["HX-Push-Url"] = url_for("products.one", variant=variant)
    return answer


def _page(
    ours: Ours,
    *,
    sku: str = "",
    chosen: Connection | None = None,
    found: list[Variant] | None = None,
    words: str = "",
    outdated: bool = False,
    again: bool = False,
) -> str:
    """``again``: the page asks once more by itself, for the store could not be asked yet."""
    session = db.session()
    return render_template(
        "products/one.html",
        ours=ours,
        mapping=catalogue.mapping_of(session, g.merchant, ours.variant_id),
        stores=_stores(session),
        sku=sku,
        chosen=chosen,
        found=found,
        words=words,
        suggestion=suggesting.of_variant(session, g.merchant, ours.variant_id),
        outdated=outdated,
        again=again,
    )
