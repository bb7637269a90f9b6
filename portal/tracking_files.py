"""*Tracking from a file*: the table of what is to ship, the columns of a file, what it would do,
and only then doing it and saying what happened.

Between the steps the file travels in the page, sealed (``handwork.tracking_upload``). If anything
has happened since somebody looked, the page says what, and asks again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from orderflow import clock, csv_export
from orderflow.db import db, unit_of_work
from orderflow.handwork import table_to_fill, tracking_upload
from orderflow.handwork.tracking_plan import Plan
from orderflow.handwork.tracking_upload import Upload
from orderflow.handwork.tracking_words import Words
from orderflow.models import Vendor
from orderflow.secrets import SecretsError
from orderflow.tracking_files import columns, table
from orderflow.tracking_files.findings import FileUnreadable
from orderflow.tracking_files.layouts import Field
from orderflow.tracking_files.text import MOST_BYTES
from portal import scope, wording
from portal.orders import typist

pages = Blueprint("portal_tracking", __name__, url_prefix="/portal/tracking")
WORDS = Words(gettext, wording.WRONG, {})

Page = str | tuple[str, int]


@pages.get("")
def show() -> str:
    return _first()


@pages.get("/table.csv")
def to_fill() -> Response:
    """What waits, to be filled in. Spreadsheets that speak French part cells with a semicolon."""
    lines = [_line([*_titles(), _("Item"), _("Left to ship")])]
    for each in table_to_fill.to_fill(db.session(), scope.current().vendor, typist()):
        cells = [each.order, each.line, each.sku, str(each.left), "", "", "", each.title]
        lines.append(_line([*cells, str(each.left)]))
    return _csv(lines, "to-ship")


@pages.post("")
def look() -> Page:
    """Nothing is kept, and nothing is shipped."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _first("no_file"), 422
    upload = Upload(file.stream.read(MOST_BYTES + 1), scope.current().vendor.public_id)
    try:
        known = tracking_upload.with_remembered(db.session(), scope.current().vendor, upload)
        return _next(known)
    except FileUnreadable as wrong:
        return _first(wrong.problem), 422


@pages.post("/choose")
def choose() -> Page:
    """The columns of a file that is being looked at, to choose others."""
    upload = _opened()
    return _choose(upload) if upload else _too_old()


@pages.post("/columns")
def keep_columns() -> Page:
    """Remember the columns as chosen, and go on with them."""
    upload = _opened()
    if upload is None:
        return _too_old()
    places, wrong = tracking_upload.choice(table.read(upload.body), request.form)
    chosen = replace(upload, places=places, seen={})
    if wrong:
        return _choose(chosen, wrong), 422
    with unit_of_work() as session:
        vendor = session.get_one(Vendor, scope.current().vendor.id)
        tracking_upload.remember(session, vendor, chosen, clock.now())
    return _next(chosen)


@pages.post("/forget")
def forget_columns() -> Response:
    with unit_of_work() as session:
        tracking_upload.forget(session, session.get_one(Vendor, scope.current().vendor.id))
    flash(_("Forgotten. The next file's columns are found by their titles again."))
    return redirect(url_for(".show"), 303)


@pages.post("/confirm")
def confirm() -> Page:
    upload = _opened()
    if upload is None:
        return _too_old()
    found, ticked = _plan(upload), set(request.form.getlist("confirmed", type=int))
    if tracking_upload.changed(found, upload.seen):
        return _preview(upload, found, ticked, upload.seen), 409
    if not found.certain and not any(each.doubtful <= ticked for each in found.parcels):
        return _preview(upload, found, ticked, wrong="nothing_confirmed"), 422
    vendor_id = scope.current().vendor.id
    outcome = tracking_upload.confirm(vendor_id, found, ticked, typist(), clock.now())
    return _report(replace(upload, outcome=outcome), found)


@pages.post("/errors.csv")
def errors() -> Response:
    """The rows that are wrong or in doubt, each with what is, to put right and send again."""
    upload = _opened() or abort(422)
    lines = [_line([*_titles(), _("What is wrong")])]
    found = _plan(upload)
    for each in (*found.wrong, *found.doubtful):
        said = WORDS.doubts(each) or [WORDS.state(each.state)]
        lines.append(_line([*tracking_upload.cells_of(each.row), " ".join(said)]))
    return _csv(lines, "to-correct")


@pages.post("/report.csv")
def report() -> Response:
    """What became of each row."""
    upload = _opened() or abort(422)
    titles = [_("Row"), *_titles(), _("What happened")]
    lines = tracking_upload.report(titles, _plan(upload), upload, WORDS.state)
    return _csv([_line(cells) for cells in lines], "report")


# -- the file on its way ---------------------------------------------------------------------------


def _opened() -> Upload | None:
    """The file of the page before; None for what we did not seal, for this vendor, a while ago."""
    try:
        return tracking_upload.open_sealed(
            request.form.get("rows", ""), scope.current().vendor.public_id, clock.now()
        )
    except SecretsError:
        return None


def _plan(upload: Upload) -> Plan:
    vendor = scope.current().vendor
    return tracking_upload.look(db.session(), vendor, upload, typist(), clock.now())


def _next(upload: Upload) -> str:
    """What the file would do, or its columns where it is not clear which is which. Raises
    FileUnreadable."""
    found = table.read(upload.body)
    if tracking_upload.columns_of(upload, found).unclear:
        return _choose(upload)
    return _preview(upload, _plan(upload))


# -- answers ---------------------------------------------------------------------------------------


def _first(wrong: str = "") -> str:
    vendor = scope.current().vendor
    return render_template(
        "portal/tracking/file.html",
        wrong=WORDS.file(wrong),
        remembered=tracking_upload.remembered_count(db.session(), vendor),
    )


def _too_old() -> Page:
    return _first("too_old"), 422


def _choose(upload: Upload, wrong: Sequence[Field] = ()) -> str:
    found = table.read(upload.body)
    known = tracking_upload.columns_of(upload, found)
    return render_template(
        "portal/tracking/columns.html",
        sealed=tracking_upload.seal(upload, clock.now()),
        words=WORDS,
        titles=found.titles,
        samples=[found.samples(place) for place in range(len(found.titles))],
        places=known.places if wrong else columns.suggested(found, known),
        unclear=[] if upload.places else known.unclear,
        wrong=wrong,
    )


def _preview(
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
        "portal/tracking/preview.html",
        found=found,
        sealed=tracking_upload.seal(looked_at, clock.now()),
        words=WORDS,
        changed=changed,
        ticked=set(ticked) - changed,
        wrong=WORDS.file(wrong),
        titles=read.titles,
        places=tracking_upload.columns_of(upload, read).places,
    )


def _report(upload: Upload, found: Plan) -> str:
    done = tracking_upload.shipped_count(upload, found)
    said = ngettext(
        "%(num)s parcel is shipped; the shop is being told.",
        "%(num)s parcels are shipped; the shop is being told.",
        done,
    )
    return render_template(
        "portal/tracking/report.html",
        said=said if done else "",
        found=found,
        outcome=upload.outcome,
        troubled=sum(map(tracking_upload.is_trouble, upload.outcome.values())),
        sealed=tracking_upload.seal(upload, clock.now()),
        words=WORDS,
    )


def _titles() -> list[str]:
    return [gettext(title) for title in tracking_upload.TITLES]


def _line(cells: Sequence[str]) -> str:
    return csv_export.line(cells, ";" if g.locale == "fr" else ",")


def _csv(lines: Sequence[str], name: str) -> Response:
    answer = Response(csv_export.BYTE_ORDER_MARK + "".join(lines), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}.csv"
    return answer
