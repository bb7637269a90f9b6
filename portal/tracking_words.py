"""What is said of a file of tracking numbers, of its rows and of its columns."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _later

from orderflow.handwork import tracking_upload
from orderflow.handwork.tracking_plan import Checked, State
from orderflow.tracking_files.findings import Doubt, FileProblem, Problem
from orderflow.tracking_files.layouts import Field
from orderflow.tracking_files.rows import Row
from portal import wording

FILE_ERRORS: Mapping[str, str] = {
    "no_file": _later("Choose a file first."),
    "too_old": _later("This page was too old to confirm. Send the file again."),
    "nothing_confirmed": _later("Tick the rows that are right; nothing else can be shipped."),
    FileProblem.TOO_BIG: _later("The file is larger than 1 MB. Send a part of it at a time."),
    FileProblem.TOO_MUCH_TEXT: _later(
        "The file holds too much text. Remove columns that nobody needs, or send a part of it."
    ),
    FileProblem.EMPTY: _later("The file has no rows."),
    FileProblem.WORKBOOK: _later(
        "This is an Excel workbook. In Excel choose Save as, then CSV UTF-8, and send that file."
    ),
    FileProblem.NOT_TEXT: _later("This is not a table. Save it as CSV UTF-8, and send that file."),
    FileProblem.TOO_MANY_ROWS: _later(
        "The file has more than 500 rows. Send a part of it at a time."
    ),
    FileProblem.TOO_MANY_COLUMNS: _later(
        "The file has more than 200 columns. Remove those that nobody needs."
    ),
}

FIELDS: Mapping[Field, str] = {
    Field.ORDER: _later("Order"),
    Field.TRACKING: _later("Tracking number"),
    Field.CARRIER: _later("Carrier"),
    Field.LINK: _later("Tracking link"),
    Field.SKU: _later("SKU"),
    Field.PIECES: _later("Pieces"),
    Field.LINE: _later("Line"),
    Field.SERVICE: _later("Service of the carrier"),
    Field.STATUS: _later("Status of the label"),
    Field.SHIPPED: _later("Shipping date"),
}
"""In the order in which a person chooses their columns."""
FREQUENT = 6
"""So many of them are asked for at once; the others on demand."""

ROW_ERRORS: Mapping[str, str] = {
    **wording.WRONG,
    "unknown_order": _later("You have no order of that number."),
    "unknown_item": _later("This order has no such item of yours."),
    "which_item": _later(
        "Several items fit. Name one by its SKU, or leave the pieces empty to ship all of them."
    ),
    "number_twice": _later("This number is on another order too. One parcel, one order."),
    "line_twice": _later("This item is in the same parcel twice."),
    "parcel_differs": _later("Carrier and link must be the same in all rows of one number."),
    "parcel_spoilt": _later("Another row of this parcel is wrong."),
    Problem.QUOTES_BROKEN: _later(
        "A quotation mark is out of place, so the cells of this row cannot be told apart. "
        "Remove it."
    ),
    Problem.LETTERS_LOST: _later(
        "Some characters of this row cannot be read. Save the file as CSV UTF-8."
    ),
    Problem.CELL_TOO_LONG: _later("A cell of this row has more than 2,000 characters."),
    Problem.FORMULA: _later("A cell holds a formula. Paste its value instead."),
    Problem.NO_ORDER: _later("The row does not say which order."),
    Problem.NO_NUMBER: _later("A row with a carrier or a link needs a tracking number."),
    Problem.NUMBER_ROUNDED: _later(
        "The spreadsheet has rounded this number, and its digits are lost. Format the column as "
        "text, and enter the number again."
    ),
    Problem.NUMBER_IS_LINK: _later(
        "This is a link. Put the number here, and the link in a column of its own."
    ),
    Problem.PIECES_ZERO: _later("0 pieces: leave the cell empty to ship all that is left."),
    Problem.PIECES_NEGATIVE: _later("Write a whole number of pieces."),
    Problem.CARRIER_UNKNOWN: _later(
        "We do not know this carrier. Add a tracking link, or correct it."
    ),
}
"""What a form of one shipment says, where a file has nothing of its own to say."""

STATES: Mapping[str, str] = {
    State.SHIP: _later("Will be shipped"),
    State.DOUBTFUL: _later("To confirm"),
    State.WITH_DOUBTFUL: _later("Will be shipped once another row of its parcel is confirmed"),
    State.DONE: _later("Already shipped"),
    State.DUPLICATE: _later("Same as a row above, counted once"),
    State.LEFT: _later("Not filled in"),
    tracking_upload.SHIPPED: _later("Shipped"),
    tracking_upload.NOT_CONFIRMED: _later("Not shipped: it was not confirmed"),
    tracking_upload.CHANGED: _later(
        "Not shipped: the order has just changed. Send the file again."
    ),
}
GOOD = frozenset({State.SHIP, State.WITH_DOUBTFUL, tracking_upload.SHIPPED})
"""States that are shown in green."""

DOUBTS: Mapping[str, str] = {
    Doubt.NUMBER_SIGNS: _later("This does not look like a tracking number: %(number)s."),
    Doubt.NUMBER_NO_DIGIT: _later("The number has no digit: %(number)s."),
    Doubt.NUMBER_ENDS_IN_ZEROS: _later(
        "The spreadsheet may have rounded the number: it ends in zeros. Compare %(number)s with "
        "the label."
    ),
    Doubt.NUMBER_JOINED: _later("The parts of the number were put together: %(number)s."),
    Doubt.NUMBER_LOOKS_LIKE_DATE: _later("The number looks like a date: %(number)s."),
    Doubt.NUMBER_IS_ORDER: _later("The tracking number is the number of the order."),
    Doubt.PIECES_THOUSANDS: _later("“%(written)s” can be read in two ways. Read as %(pieces)s."),
    Doubt.PIECES_OR_PARCELS: _later(
        "The file names no items, so “%(written)s” may count parcels. As pieces, it is less than "
        "is left."
    ),
    Doubt.CARRIER_BY_NUMBER: _later(
        "We do not know the carrier “%(carrier)s”. By its number the parcel is with %(found)s."
    ),
    Doubt.CARRIER_MISMATCH: _later("The number looks like one of another carrier: %(number)s."),
    Doubt.DATE_IN_FUTURE: _later("The shipping date is in the future."),
    Doubt.LABEL_VOID: _later("The file says that the label was cancelled or refunded."),
}


def state(code: str) -> str:
    """A state of a row or what is wrong with it, as a sentence."""
    return str(STATES[code] if code in STATES else ROW_ERRORS[code])


def doubts(each: Checked) -> list[str]:
    """Why a row has to be confirmed, a sentence each."""
    told = {
        "number": ", ".join(each.row.numbers)[:120],
        "written": each.row.pieces[:20],
        "pieces": pieces(each.row),
        "carrier": each.row.carrier[:40],
        "found": ", ".join(dict.fromkeys(parcel.carrier for parcel in each.row.parcels)),
    }
    return [str(DOUBTS[code]) % told for code in each.doubts]


def pieces(row: Row) -> str:
    """How many pieces a row ships, as it was understood."""
    if not row.items:
        return row.pieces
    return ", ".join(_("all left") if i.pieces is None else str(i.pieces) for i in row.items)


def column(place: int) -> str:
    """A column as spreadsheets letter it: A to Z, AA and on."""
    letters = ""
    while place >= 0:
        letters = chr(ord("A") + place % 26) + letters
        place = place // 26 - 1
    return letters
