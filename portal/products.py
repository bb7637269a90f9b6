"""*Products*: what of this vendor was sold and is mapped to nothing; what is mapped; and saying
which of the vendor's own products it is."""

from __future__ import annotations

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.access import asking, catalogue
from orderflow.db import db, unit_of_work
from orderflow.handwork import suggesting
from orderflow.models import Connection, UnmappedVariant, VariantMapping, Vendor
from portal import scope
from stores.base import StoreError, Variant
from stores.bulkhead import Crowded
from stores.dial import dial

pages = Blueprint("portal_products", __name__, url_prefix="/portal/products")
LONGEST = 200
ASK_AGAIN = 3
"""Seconds after which a browser asks once more for a page whose store others wait for."""

Answer = str | tuple[str, int] | Response


@pages.get("")
def show() -> str:
    """``after``: the last variant of the page before, of the ``list`` that goes on."""
    vendor, session = scope.current().vendor, db.session()
    merchant, listed = vendor.merchant, request.args.get("list", "")
    before = _place(vendor, listed, request.args.get("after", ""))
    open_before, mapped_before = (before, None) if listed == "open" else (None, before)
    open_, more_open = catalogue.unmapped(session, merchant, open_before, vendor)
    mapped, more_mapped = catalogue.mappings(session, merchant, mapped_before, vendor)
    return render_template(
        "portal/products/list.html",
        here=scope.current(),
        open=open_,
        more_open=more_open,
        said=suggesting.of_vendor(session, vendor, [each.variant_id for each in open_]),
        mapped=mapped,
        more_mapped=more_mapped,
        sold=catalogue.last_sold(session, mapped),
        connected=bool(_stores(vendor)),
    )


def _place(vendor: Vendor, listed: str, after: str) -> int | None:
    """Where a list goes on; an address that names nothing of this vendor starts it anew."""
    if listed == "open":
        found = suggesting.open_of(db.session(), vendor, after)
        return found.id if found else None
    return db.session.scalar(
        select(VariantMapping.id)
        .join(Connection, Connection.id == VariantMapping.connection_id)
        .where(Connection.vendor_id == vendor.id, VariantMapping.variant_id == after)
    )


@pages.get("/<variant>")
def one(variant: str) -> Answer:
    """One that waits; with ``sku`` the vendor's own store is asked for products of that SKU."""
    ours, sku = _open(variant), request.args.get("sku", "").strip()[:LONGEST]
    chosen = _store(request.args.get("store", "")) if sku else None
    if chosen is None:
        return _page(ours)
    return _looked(variant, chosen, sku)


@pages.post("/<variant>/suggest")
def suggest(variant: str) -> Answer:
    """The store is asked again: what a page says it found is not taken for true. Where it cannot
    be asked, the SKU alone is told, and the merchant looks for it."""
    _open(variant)
    sku, theirs = request.form.get("sku", "").strip()[:LONGEST], request.form.get("theirs", "")
    chosen = _store(request.form.get("store", ""))
    if not sku or chosen is None:
        abort(400)
    connection_id = chosen.id
    try:
        found = asking.variants(chosen, sku, dial)
    except StoreError as error:
        if "untold" not in request.form:
            return _page(_open(variant), sku, chosen, words=error.words), 422
        found = [Variant("", "", sku, "")]
        theirs = ""
    wanted = next((each for each in found if each.id == theirs), None)
    if wanted is None:
        return _page(_open(variant), sku, chosen, found=found), 422
    with unit_of_work() as session:
        connection = session.get_one(Connection, connection_id)
        if not suggesting.suggest(session, connection, variant, wanted, clock.now()):
            abort(404)
    flash(_("Suggested. The shop has the last word."))
    return redirect(url_for(".show"), 303)


@pages.post("/<variant>/take-back")
def take_back(variant: str) -> Response:
    vendor_id = scope.current().vendor.id
    with unit_of_work() as session:
        if not suggesting.take_back(session, session.get_one(Vendor, vendor_id), variant):
            abort(404)
    flash(_("The suggestion is taken back."))
    return redirect(url_for(".show"), 303)


def _open(variant: str) -> UnmappedVariant:
    return suggesting.open_of(db.session(), scope.current().vendor, variant) or abort(404)


def _store(public_id: str) -> Connection | None:
    """This vendor's store of that id; None for no id at all."""
    if not public_id:
        return None
    mine = _stores(scope.current().vendor)
    return next((each for each in mine if each.public_id == public_id), None) or abort(404)


def _stores(vendor: Vendor) -> list[Connection]:
    mine = [each for each in vendor.connections if each.disconnected_at is None]
    return sorted(mine, key=lambda each: not each.is_default)


def _looked(variant: str, chosen: Connection, sku: str) -> Answer:
    """Where others wait for the store already, the browser asks again by itself."""
    try:
        found = asking.variants(chosen, sku, dial)
    except Crowded as error:
        answer = make_response(_page(_open(variant), sku, chosen, words=error.words, again=True))
        answer.headers["Refresh"] = str(ASK_AGAIN)
        return answer
    except StoreError as error:
        return _page(_open(variant), sku, chosen, words=error.words)
    return _page(_open(variant), sku, chosen, found=found)


def _page(
    ours: UnmappedVariant,
    sku: str = "",
    chosen: Connection | None = None,
    *,
    found: list[Variant] | None = None,
    words: str = "",
    again: bool = False,
) -> str:
    vendor = scope.current().vendor
    return render_template(
        "portal/products/one.html",
        here=scope.current(),
        ours=ours,
        said=suggesting.of_vendor(db.session(), vendor, [ours.variant_id]).get(ours.variant_id),
        stores=_stores(vendor),
        sku=sku or ours.sku,
        chosen=chosen,
        found=found,
        words=_(words) if words else "",
        again=again,
    )
