"""What may be wrong with a file or with one of its rows, as codes; the pages have the sentences."""

from __future__ import annotations

from enum import StrEnum


class FileProblem(StrEnum):
    """Why a file cannot be read at all."""

    TOO_BIG = "too_big"
    TOO_MUCH_TEXT = "too_much_text"
    EMPTY = "empty"
    WORKBOOK = "workbook"
    NOT_TEXT = "not_text"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"


class FileUnreadable(ValueError):
    """The file is no table that can be read; ``problem`` says why."""

    def __init__(self, problem: FileProblem) -> None:
        super().__init__(problem)
        self.problem = problem


class Problem(StrEnum):
    """Why a row cannot be shipped as it was read."""

    QUOTES_BROKEN = "quotes_broken"
    LETTERS_LOST = "letters_lost"
    CELL_TOO_LONG = "cell_too_long"
    FORMULA = "formula"
    NO_ORDER = "no_order"
    NO_NUMBER = "no_number"
    NUMBER_ROUNDED = "number_rounded"
    NUMBER_IS_LINK = "number_is_link"
    NUMBERS_TOO_LONG = "numbers_too_long"
    PIECES_ZERO = "pieces_zero"
    PIECES_NEGATIVE = "pieces_negative"
    CARRIER_UNKNOWN = "carrier_unknown"
    CARRIER_TOO_LONG = "carrier_too_long"
    NO_LINK = "no_link"
    ONE_LINK_MANY_NUMBERS = "one_link_many_numbers"


class Doubt(StrEnum):
    """Why a person has to confirm a row before it is shipped."""

    NUMBER_SIGNS = "number_signs"
    NUMBER_NO_DIGIT = "number_no_digit"
    NUMBER_ENDS_IN_ZEROS = "number_ends_in_zeros"
    NUMBER_JOINED = "number_joined"
    NUMBER_LOOKS_LIKE_DATE = "number_looks_like_date"
    NUMBER_IS_ORDER = "number_is_order"
    PIECES_THOUSANDS = "pieces_thousands"
    PIECES_OR_PARCELS = "pieces_or_parcels"
    CARRIER_BY_NUMBER = "carrier_by_number"
    CARRIER_MISMATCH = "carrier_mismatch"
    DATE_IN_FUTURE = "date_in_future"
    LABEL_VOID = "label_void"
