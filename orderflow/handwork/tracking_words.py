"""What is said of a file of tracking numbers, of its rows and of its columns, at both doors.

Sentences stand here in English; ``Words`` translates them for the reader of a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from orderflow.handwork import tracking_upload
from orderflow.handwork.tracking_plan import Checked, State
from orderflow.tracking_files.findings import Doubt, FileProblem, Problem
from orderflow.tracking_files.layouts import Field
from orderflow.tracking_files.rows import Row
from stores.texts import _

FILE_ERRORS: Mapping[str, str] = {
    "no_file": _("Choose a file first."),
    "too_old": _("This page was too old to confirm. Send the file again."),
    "nothing_confirmed": _("Tick the rows that are right; nothing else can be shipped."),
    FileProblem.TOO_BIG: _("The file is larger than 1 MB. Send a part of it at a time."),
    FileProblem.TOO_MUCH_TEXT: _(
        "The file holds too much text. Remove columns that nobody needs, or send a part of it."
    ),
    FileProblem.EMPTY: _("The file has no rows."),
    FileProblem.WORKBOOK: _(
        "This is an Excel workbook. In Excel choose Save as, then CSV UTF-8, and send that file."
    ),
    FileProblem.NOT_TEXT: _("This is not a table. Save it as CSV UTF-8, and send that file."),
    FileProblem.TOO_MANY_ROWS: _("The file has more than 500 rows. Send a part of it at a time."),
    FileProblem.TOO_MANY_COLUMNS: _(
        "The file has more than 200 columns. Remove those that nobody needs."
    ),
}

FIELDS: Mapping[Field, str] = {
    Field.ORDER: _("Order"),
    Field.TRACKING: _("Tracking number"),
    Field.CARRIER: _("Carrier"),
    Field.LINK: _("Tracking link"),
    Field.SKU: _("SKU"),
    Field.PIECES: _("Pieces"),
    Field.LINE: _("Line"),
    Field.SERVICE: _("Service of the carrier"),
    Field.STATUS: _("Status of the label"),
    Field.SHIPPED: _("Shipping date"),
}
"""In the order in which a person chooses their columns: six at once, the others on demand."""

ROW_ERRORS: Mapping[str, str] = {
    "unknown_order": _("You have no order of that number."),
    "unknown_item": _("This order has no such item of yours."),
    "which_item": _(
        "Several items fit. Name one by its SKU, or leave the pieces empty to ship all of them."
    ),
    "number_twice": _("This number is on another order too. One parcel, one order."),
    "line_twice": _("This item is in the same parcel twice."),
    "parcel_differs": _("Carrier and link must be the same in all rows of one number."),
    "parcel_spoilt": _("Another row of this parcel is wrong."),
    Problem.QUOTES_BROKEN: _(
        "A quotation mark is out of place, so the cells of this row cannot be told apart. "
        "Remove it."
    ),
    Problem.LETTERS_LOST: _(
        "Some characters of this row cannot be read. Save the file as CSV UTF-8."
    ),
    Problem.CELL_TOO_LONG: _("A cell of this row has more than 2,000 characters."),
    Problem.FORMULA: _("A cell holds a formula. Paste its value instead."),
    Problem.NO_ORDER: _("The row does not say which order."),
    Problem.NO_NUMBER: _("A row with a carrier or a link needs a tracking number."),
    Problem.NUMBER_ROUNDED: _(
        "The spreadsheet has rounded this number, and its digits are lost. Format the column as "
        "text, and enter the number again."
    ),
    Problem.NUMBER_IS_LINK: _(
        "This is a link. Put the number here, and the link in a column of its own."
    ),
    Problem.PIECES_ZERO: _("0 pieces: leave the cell empty to ship all that is left."),
    Problem.PIECES_NEGATIVE: _("Write a whole number of pieces."),
    Problem.CARRIER_UNKNOWN: _("We do not know this carrier. Add a tracking link, or correct it."),
}
"""What is wrong with a row, beside what a form of one shipment says too."""

STATES: Mapping[str, str] = {
    State.SHIP: _("Will be shipped"),
    State.DOUBTFUL: _("To confirm"),
    State.WITH_DOUBTFUL: _("Will be shipped once another row of its parcel is confirmed"),
    State.DONE: _("Already shipped"),
    State.DUPLICATE: _("Same as a row above, counted once"),
    State.LEFT: _("Not filled in"),
    tracking_upload.SHIPPED: _("Shipped"),
    tracking_upload.NOT_CONFIRMED: _("Not shipped: it was not confirmed"),
    tracking_upload.CHANGED: _("Not shipped: the order has just changed. Send the file again."),
}
ALL_LEFT = _("all left")
GOOD = frozenset({State.SHIP, State.WITH_DOUBTFUL, tracking_upload.SHIPPED})

DOUBTS: Mapping[str, str] = {
    Doubt.NUMBER_SIGNS: _("This does not look like a tracking number: %(number)s."),
    Doubt.NUMBER_NO_DIGIT: _("The number has no digit: %(number)s."),
    Doubt.NUMBER_ENDS_IN_ZEROS: _(
        "The spreadsheet may have rounded the number: it ends in zeros. Compare %(number)s with "
        "the label."
    ),
    Doubt.NUMBER_JOINED: _("The parts of the number were put together: %(number)s."),
    Doubt.NUMBER_LOOKS_LIKE_DATE: _("The number looks like a date: %(number)s."),
    Doubt.NUMBER_IS_ORDER: _("The tracking number is the number of the order."),
    Doubt.PIECES_THOUSANDS: _("“%(written)s” can be read in two ways. Read as %(pieces)s."),
    Doubt.PIECES_OR_PARCELS: _(
        "The file names no items, so “%(written)s” may count parcels. As pieces, it is less than "
        "is left."
    ),
    Doubt.CARRIER_BY_NUMBER: _(
        "We do not know the carrier “%(carrier)s”. By its number the parcel is with %(found)s."
    ),
    Doubt.CARRIER_MISMATCH: _("The number looks like one of another carrier: %(number)s."),
    Doubt.DATE_IN_FUTURE: _("The shipping date is in the future."),
    Doubt.LABEL_VOID: _("The file says that the label was cancelled or refunded."),
}


@dataclass(frozen=True, slots=True)
class Words:
    """``translate``: of the door. ``form``: what it says of a form of one shipment, by code; those
    in ``own`` it says in its own way."""

    translate: Callable[[str], str]
    form: Mapping[str, str]
    own: Mapping[str, str]

    def file(self, code: str) -> str:
        """Why a file goes no further; "" for no reason."""
        return self.translate(FILE_ERRORS[code]) if code else ""

    def state(self, code: str) -> str:
        """A state of a row or what is wrong with it, as a sentence."""
        if code in self.own:
            return str(self.own[code])
        common = STATES.get(code) or ROW_ERRORS.get(code)
        return self.translate(common) if common else str(self.form[code])

    def doubts(self, each: Checked) -> list[str]:
        """Why a row has to be confirmed, a sentence each."""
        row = each.row
        told = {
            "number": ", ".join(row.numbers)[:120],
            "written": row.pieces[:20],
            "pieces": self.pieces(row),
            "carrier": row.carrier[:40],
            "found": ", ".join(dict.fromkeys(parcel.carrier for parcel in row.parcels)),
        }
        return [self.translate(DOUBTS[code]) % told for code in each.doubts]

    def pieces(self, row: Row) -> str:
        """How many pieces a row ships, as it was understood."""
        if not row.items:
            return row.pieces
        counts = (ALL_LEFT if item.pieces is None else str(item.pieces) for item in row.items)
        return ", ".join(self.translate(count) for count in counts)

    def fields(self) -> dict[Field, str]:
        """What columns are for, in the order in which a person chooses them."""
        return {field: self.translate(name) for field, name in FIELDS.items()}

    @staticmethod
    def is_good(code: str) -> bool:
        """States that are shown in green."""
        return code in GOOD

    @staticmethod
    def column(place: int) -> str:
        """A column as spreadsheets letter it: A to Z, AA and on."""
        letters = ""
        while place >= 0:
            letters = chr(ord("A") + place % 26) + letters
            place = place // 26 - 1
        return letters
