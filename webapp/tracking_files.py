"""*Tracking from a file* for a vendor, by the merchant: the same steps as in the portal.

Between the steps the file travels in the page, sealed (``handwork.tracking_upload``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from flask import Blueprint, abort, g, render_template, request
from flask_babel import gettext, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from orderflow import clock, csv_export
from orderflow.db import db, unit_of_work
from orderflow.handwork import tracking_upload
from orderflow.handwork.by_hand import Typist
from orderflow.handwork.tracking_plan import Plan
from orderflow.handwork.tracking_upload import Upload
from orderflow.handwork.tracking_words import Words
from orderflow.models import Vendor
from orderflow.secrets import SecretsError
from orderflow.tracking_files import columns, table
from orderflow.tracking_files.findings import FileUnreadable
from orderflow.tracking_files.layouts import Field
from orderflow.tracking_files.text import MOST_BYTES
from webapp import sentences, vendors
from webapp.answers import done, refused

pages = Blueprint("tracking_files", __name__, url_prefix="/vendors/<public_id>/tracking")


@pages.get("")
def show(public_id: str) -> str:
    return _first(vendors.find(public_id))


@pages.post("")
def look(public_id: str) -> Response:
    """Nothing is kept, and nothing is shipped."""
    vendor, file = vendors.find(public_id), request.files.get("file")
    if file is None or not file.filename:
        return refused(_first(vendor, "no_file"))
    upload = Upload(file.stream.read(MOST_BYTES + 1), _owner(vendor))
    try:
        known = tracking_upload.with_remembered(db.session(), vendor, upload)
        return Response(_next(vendor, known))
    except FileUnreadable as wrong:
        return refused(_first(vendor, wrong.problem))


@pages.post("/choose")
def choose(public_id: str) -> Response:
    """The columns of a file that is being looked at, to choose others."""
    vendor = vendors.find(public_id)
    upload = _opened(vendor)
    return Response(_choose(vendor, upload)) if upload else _too_old(vendor)


@pages.post("/columns")
def keep_columns(public_id: str) -> Response:
    """Remember the columns as chosen, and go on with them."""
    vendor = vendors.find(public_id)
    upload = _opened(vendor)
    if upload is None:
        return _too_old(vendor)
    places, wrong = tracking_upload.choice(table.read(upload.body), request.form)
    chosen = replace(upload, places=places, seen={})
    if wrong:
        return refused(_choose(vendor, chosen, wrong))
    with unit_of_work() as session:
        tracking_upload.remember(session, vendors.find(public_id, session), chosen, clock.now())
    return Response(_next(vendor, chosen))


@pages.post("/forget")
def forget_columns(public_id: str) -> Response:
    with unit_of_work() as session:
        tracking_upload.forget(session, vendors.find(public_id, session))
    return done(_first(vendors.find(public_id)), _("Columns forgotten"))


@pages.post("/confirm")
def confirm(public_id: str) -> Response:
    vendor = vendors.find(public_id)
    upload = _opened(vendor)
    if upload is None:
        return _too_old(vendor)
    found, ticked = _plan(vendor, upload), set(request.form.getlist("confirmed", type=int))
    if tracking_upload.changed(found, upload.seen):
        return refused(_preview(vendor, upload, found, ticked, upload.seen), 409)
    if not found.certain and not any(each.doubtful <= ticked for each in found.parcels):
        return refused(_preview(vendor, upload, found, ticked, wrong="nothing_confirmed"))
    outcome = tracking_upload.confirm(vendor.id, found, ticked, _typist(), clock.now())
    return _report(vendor, replace(upload, outcome=outcome), found)


@pages.post("/report.csv")
def report(public_id: str) -> Response:
    """What became of each row."""
    vendor = vendors.find(public_id)
    upload = _opened(vendor) or abort(422)
    lines = tracking_upload.report(
        [_("Row"), *map(gettext, tracking_upload.TITLES), _("What happened")],
        _plan(vendor, upload),
        upload,
        _words().state,
    )
    text = csv_export.BYTE_ORDER_MARK + "".join(csv_export.line(cells) for cells in lines)
    answer = Response(text, mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=report.csv"
    return answer


# -- the file on its way ---------------------------------------------------------------------------


def _owner(vendor: Vendor) -> str:
    """Not the portal's: a page of the vendor's is none of the merchant's."""
    return f"merchant {g.merchant.public_id} {vendor.public_id}"


def _typist() -> Typist:
    return Typist(g.visitor.user)


def _words() -> Words:
    own = {
        "unknown_order": _("This vendor has no order of that number."),
        "unknown_item": _("This order has no such item of this vendor's."),
    }
    return Words(gettext, sentences.SHIPMENT_ERRORS, own)


def _opened(vendor: Vendor) -> Upload | None:
    """The file of the page before; None for what we did not seal, for this vendor, a while ago."""
    try:
        token = request.form.get("sealed", "")
        return tracking_upload.open_sealed(token, _owner(vendor), clock.now())
    except SecretsError:
        return None


def _plan(vendor: Vendor, upload: Upload) -> Plan:
    return tracking_upload.look(db.session(), vendor, upload, _typist(), clock.now())


def _next(vendor: Vendor, upload: Upload) -> str:
    """What the file would do, or its columns where it is not clear which is which. Raises
    FileUnreadable."""
    found = table.read(upload.body)
    if tracking_upload.columns_of(upload, found).unclear:
        return _choose(vendor, upload)
    return _preview(vendor, upload, _plan(vendor, upload))


# -- answers ---------------------------------------------------------------------------------------


def _first(vendor: Vendor, wrong: str = "") -> str:
    return render_template(
        "tracking/file.html",
        vendor=vendor,
        wrong=_words().file(wrong),
        remembered=tracking_upload.remembered_count(db.session(), vendor),
    )


def _too_old(vendor: Vendor) -> Response:
    return refused(_first(vendor, "too_old"))


def _choose(vendor: Vendor, upload: Upload, wrong: Sequence[Field] = ()) -> str:
    found = table.read(upload.body)
    known = tracking_upload.columns_of(upload, found)
    return render_template(
        "tracking/columns.html",
        vendor=vendor,
        sealed=tracking_upload.seal(upload, clock.now()),
        words=_words(),
        titles=found.titles,
        samples=[found.samples(place) for place in range(len(found.titles))],
        places=known.places if wrong else columns.suggested(found, known),
        unclear=[] if upload.places else known.unclear,
        wrong=wrong,
    )


def _preview(
    vendor: Vendor,
    upload: Upload,
    found: Plan,
    ticked: Collection[int] = (),
    seen: Mapping[str, str] | None = None,
    wrong: str = "",
) -> str:
    """With ``seen``: what has changed since is marked, and its ticks are taken off."""
    changed = tracking_upload.changed(found, seen) if seen is not None else set()
    read = table.read(upload.body)
    looked_at = replace(upload, seen=tracking_upload.states(found))
    return render_template(
        "tracking/preview.html",
        vendor=vendor,
        found=found,
        sealed=tracking_upload.seal(looked_at, clock.now()),
        words=_words(),
        changed=changed,
        ticked=set(ticked) - changed,
        wrong=_words().file(wrong),
        titles=read.titles,
        places=tracking_upload.columns_of(upload, read).places,
    )


def _report(vendor: Vendor, upload: Upload, found: Plan) -> Response:
    count = tracking_upload.shipped_count(upload, found)
    said = ngettext("%(num)s parcel shipped", "%(num)s parcels shipped", count)
    page = render_template(
        "tracking/report.html",
        vendor=vendor,
        found=found,
        outcome=upload.outcome,
        troubled=sum(map(tracking_upload.is_trouble, upload.outcome.values())),
        sealed=tracking_upload.seal(upload, clock.now()),
        words=_words(),
    )
    return done(page, said) if count else Response(page)
