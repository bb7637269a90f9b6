"""*Tracking from a file*: what is to ship as a table, the table filled in, what it would do, and
only then doing it.

Between looking and doing, the rows travel in the page, sealed. If anything has happened since, the
page says what, and asks again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import timedelta

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _later
from flask_babel import ngettext
from werkzeug.wrappers import Response

from orderflow import clock, sheet
from orderflow.db import db, unit_of_work
from orderflow.handwork import bulk, tracking_file
from orderflow.handwork.bulk import Plan
from orderflow.handwork.by_hand import ShipmentWrong
from orderflow.handwork.tracking_file import CELLS, Row
from orderflow.models import Vendor
from orderflow.secrets import SecretsError, pack, unpack
from orderflow.sheet import SheetWrong
from portal import scope, wording
from portal.orders import typist

pages = Blueprint("portal_bulk", __name__, url_prefix="/portal/tracking")
STANDS = timedelta(hours=2)
"""So long a page that was looked at may be confirmed."""
LARGEST_TOKEN = 400_000

FILE_ERRORS: Mapping[str, str] = {
    "no_file": _later("Choose a file first."),
    "too_big": _later("The file is larger than 1 MB. Send a part of it at a time."),
    "not_utf8": _later("The file is not written in UTF-8. Save it as CSV UTF-8."),
    "not_csv": _later("The file is not a CSV table. Save it as CSV UTF-8."),
    "empty": _later("The file has no rows."),
    "no_order_column": _later("There is no column with the title Order."),
    "no_number_column": _later("There is no column with the title Tracking number."),
    "too_many_rows": _later("The file has more than 500 rows. Send a part of it at a time."),
    "too_old": _later("This page was too old to confirm. Send the file again."),
}
ROW_ERRORS: Mapping[str, str] = {
    **wording.WRONG,
    "unknown_order": _later("You have no order of that number."),
    "unknown_item": _later("This order has no such item of yours."),
    "which_item": _later("Several items fit. Fill in the column Line, as in the table."),
    "no_pieces": _later("Write how many pieces are in the parcel."),
    "pieces_negative": _later("Write a whole number of pieces."),
    "no_number": _later("A row with a carrier or a link needs a tracking number."),
    "number_rounded": _later(
        "The spreadsheet has rounded this number. Make the column text, and type it again."
    ),
    "number_twice": _later("This number stands at another order too. One parcel, one order."),
    "line_twice": _later("This item stands in the same parcel twice."),
    "parcel_differs": _later("Carrier and link must be the same in all rows of one number."),
    "parcel_spoilt": _later("Another row of this parcel is wrong."),
    "carrier_unknown": _later("We do not know this carrier. Add a tracking link, or correct it."),
}
"""What a form of one shipment says, where a file has nothing of its own to say."""
STATES: Mapping[str, str] = {
    bulk.OK: _later("Will be shipped"),
    bulk.DONE: _later("Stands there already"),
    bulk.LEFT: _later("Left as it is"),
}


@pages.get("")
def show() -> str:
    return _first()


@pages.get("/table.csv")
def table() -> Response:
    """What waits, to be filled in. Spreadsheets that speak French part cells with a semicolon."""
    vendor = scope.current().vendor
    titles = [*_titles(), _("Item"), _("Left to ship")]
    lines = [sheet.line(titles, _separator())]
    for each in tracking_file.to_fill(db.session(), vendor, typist()):
        cells = [each.order, each.line, each.sku, str(each.left), "", "", "", each.title]
        lines.append(sheet.line([*cells, str(each.left)], _separator()))
    return _csv(lines, "to-ship")


@pages.post("")
def look() -> str | tuple[str, int]:
    """Nothing is kept, and nothing is shipped."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _first("no_file"), 422
    try:
        rows = tracking_file.read(file.stream.read(tracking_file.MOST_BYTES + 1))
        return _preview(rows, _plan(rows))
    except SheetWrong as wrong:
        return _first(wrong.code), 422


@pages.post("/confirm")
def confirm() -> str | tuple[str, int] | Response:
    try:
        rows, seen = _opened(request.form.get("rows", ""))
    except SecretsError:
        return _first("too_old"), 422
    found = _plan(rows)
    if _changed(found, seen):
        return _preview(rows, found, seen), 409
    missed = sum(not _ship(parcel) for parcel in found.parcels)
    done = len(found.parcels) - missed
    if done:
        flash(
            ngettext(
                "%(num)s parcel is shipped; the shop is being told.",
                "%(num)s parcels are shipped; the shop is being told.",
                done,
            )
        )
    if missed:
        return _preview(rows, _plan(rows), seen), 409
    return redirect(url_for(".show"), 303)


@pages.post("/errors.csv")
def errors() -> Response:
    """The rows that are wrong, each with what is, to put right and send again."""
    try:
        rows, _seen = _opened(request.form.get("rows", ""))
    except SecretsError:
        abort(422)
    lines = [sheet.line([*_titles(), _("What is wrong")], _separator())]
    for each in _plan(rows).wrong:
        lines.append(sheet.line([*_cells(each.row), str(ROW_ERRORS[each.state])], _separator()))
    return _csv(lines, "to-correct")


# -- looking and doing -----------------------------------------------------------------------------


def _plan(rows: Sequence[Row]) -> Plan:
    return bulk.plan(db.session(), scope.current().vendor, rows, typist())


def _ship(parcel: bulk.Parcel) -> bool:
    """False: something happened in this very moment; the next look tells what."""
    vendor_id, who = scope.current().vendor.id, typist()
    try:
        with unit_of_work() as session:
            vendor = session.get_one(Vendor, vendor_id)
            bulk.ship(session, vendor, parcel, who, clock.now())
    except ShipmentWrong:
        return False
    return True


def _changed(found: Plan, seen: Mapping[str, str]) -> bool:
    return any(seen.get(str(each.row.number)) != each.state for each in found.rows)


# -- rows that travel ------------------------------------------------------------------------------


def _sealed(rows: Sequence[Row], found: Plan) -> str:
    """Raises SheetWrong: too much to travel in a page."""
    told = {
        "vendor": scope.current().vendor.public_id,
        "until": (clock.now() + STANDS).timestamp(),
        "rows": [astuple(row) for row in rows],
        "seen": {each.row.number: each.state for each in found.rows},
    }
    token = pack(json.dumps(told).encode()).decode()
    if len(token) > LARGEST_TOKEN:
        raise SheetWrong("too_big")
    return token


def _opened(token: str) -> tuple[list[Row], dict[str, str]]:
    """Raises SecretsError for what we did not seal, for this vendor, a while ago."""
    told = json.loads(unpack(token.encode()))
    ours = told["vendor"] == scope.current().vendor.public_id
    if not ours or told["until"] < clock.now().timestamp():
        raise SecretsError("not for here and now")
    return [Row(*cells) for cells in told["rows"]], told["seen"]


# -- answers ---------------------------------------------------------------------------------------


def _first(wrong: str = "") -> str:
    said = str(FILE_ERRORS[wrong]) if wrong else ""
    return render_template("portal/tracking/file.html", here=scope.current(), wrong=said)


def _preview(rows: Sequence[Row], found: Plan, seen: Mapping[str, str] | None = None) -> str:
    """With ``seen``: what has changed since is marked."""
    before = seen or {str(each.row.number): each.state for each in found.rows}
    return render_template(
        "portal/tracking/preview.html",
        here=scope.current(),
        found=found,
        sealed=_sealed(rows, found),
        words={**STATES, **ROW_ERRORS},
        changed={
            each.row.number for each in found.rows if before[str(each.row.number)] != each.state
        },
    )


def _titles() -> list[str]:
    return [
        _("Order"),
        _("Line"),
        _("SKU"),
        _("Pieces"),
        _("Carrier"),
        _("Tracking number"),
        _("Tracking link"),
    ]


def _cells(row: Row) -> list[str]:
    return [getattr(row, name) for name in CELLS]


def _separator() -> str:
    return ";" if g.locale == "fr" else ","


def _csv(lines: Sequence[str], name: str) -> Response:
    answer = Response(sheet.BYTE_ORDER_MARK + "".join(lines), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}.csv"
    return answer
