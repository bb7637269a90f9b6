"""Numbers, pieces and carriers as cells hold them."""

from __future__ import annotations

from datetime import date

import pytest

from orderflow.tracking_files import carrier_names, cells, pieces
from orderflow.tracking_files.findings import Doubt, Problem
from orderflow.tracking_files.rows import Row
from tests.tracking_files.test_files import read

USPS, UPS, OTHER = "9400111899223100000042", "1Z999AA10123456009", "1Z999AA10123456109"


def row(number: str, carrier: str = "", count: str = "", more: str = "") -> Row:
    """The one row of a file with these cells, each written with quotation marks."""
    told = ["#1001", carrier, count, more, number]
    line = ";".join('"' + cell.replace('"', '""') + '"' for cell in told)
    titles = "Order;Carrier;Pieces;Tracking link;Tracking number;SKU"
    (found,) = read(f"{titles}\n{line};A\n".encode())
    return found


CLEANED = {
    f'="{USPS}"': [USPS],
    f'= "{USPS}"': [USPS],
    f'=T("{USPS}")': [USPS],
    f"={USPS}": [USPS],
    f"'{USPS}": [USPS],
    f"’{USPS}": [USPS],
    f'"{USPS}"': [USPS],
    f"\t{USPS} ": [USPS],
    f"\u200b{USPS[:9]}\u200d{USPS[9:]}\ufeff": [USPS],
    f"\u202a{USPS}\u202c": [USPS],
    f"{USPS[:4]}\u00a0{USPS[4:]}": [USPS],
    f"{USPS[:6]}\u00ad{USPS[6:]}": [USPS],
    "9400 1118 9922 3100 0000 42": [USPS],
    "RR 123 456 785 DE": ["RR123456785DE"],
    "".join(chr(ord(sign) + 0xFEE0) for sign in USPS): [USPS],
    "123‑456": ["123-456"],
    "123456789012.0": ["123456789012"],
    f"UPS {UPS}": [UPS],
    f"UPS: {UPS}": [UPS],
    f"{UPS}, {OTHER}": [UPS, OTHER],
    f"{UPS};{OTHER}": [UPS, OTHER],
    f"{UPS} / {OTHER}": [UPS, OTHER],
    f"{UPS}/{OTHER}": [UPS, OTHER],
    f"{UPS}\n{OTHER}": [UPS, OTHER],
    f"{UPS} and {OTHER}": [UPS, OTHER],
    f"{UPS} et {OTHER}": [UPS, OTHER],
    f"{UPS} {OTHER}": [UPS, OTHER],
    f"{UPS}, {UPS}": [UPS],
}


@pytest.mark.parametrize("written", CLEANED)
def test_a_number_is_cleaned(written: str) -> None:
    found = row(written)
    assert (list(found.numbers), found.problem, found.doubts) == (CLEANED[written], None, ())


DOUBTED = {
    "1Z999*456": Doubt.NUMBER_SIGNS,
    "(1Z999456)": Doubt.NUMBER_SIGNS,
    "1Z999АА456": Doubt.NUMBER_SIGNS,  # Cyrillic letters
    "+4915112345": Doubt.NUMBER_SIGNS,
    "AB123456/1": Doubt.NUMBER_SIGNS,
    "9" * 41: Doubt.NUMBER_SIGNS,
    "pending": Doubt.NUMBER_NO_DIGIT,
    "9400111899223100000000": Doubt.NUMBER_ENDS_IN_ZEROS,
    "9,400,111,899": Doubt.NUMBER_JOINED,
    "left at 12 desk": Doubt.NUMBER_JOINED,
    "12-06-2025": Doubt.NUMBER_LOOKS_LIKE_DATE,
    "1001": Doubt.NUMBER_IS_ORDER,
}


@pytest.mark.parametrize("written", DOUBTED)
def test_what_is_not_letters_digits_and_usual_signs_is_doubted(written: str) -> None:
    found = row(written)
    assert found.problem is None
    assert DOUBTED[written] in found.doubts


REFUSED = {
    "9.4E+21": Problem.NUMBER_ROUNDED,
    "9,40011E+21": Problem.NUMBER_ROUNDED,
    "9E21": Problem.NUMBER_ROUNDED,
    "9400111899223100000000.0": Problem.NUMBER_ROUNDED,
    f"{UPS}, 9.4E+21": Problem.NUMBER_ROUNDED,
    "=A2&B2": Problem.FORMULA,
    '="94"&"00"': Problem.FORMULA,
    "https://ups.example.com/1Z": Problem.NUMBER_IS_LINK,
    "n/a": Problem.NO_NUMBER,
    "-": Problem.NO_NUMBER,
    "1" * 201: Problem.NUMBERS_TOO_LONG,
    "9" * 2001: Problem.CELL_TOO_LONG,
    "\n".join(f"1Z{n:09}" for n in range(21)): Problem.NUMBERS_TOO_LONG,
}


@pytest.mark.parametrize("written", REFUSED)
def test_a_number_that_is_lost_is_refused(written: str) -> None:
    assert row(written, "UPS").problem == REFUSED[written]


def test_a_link_in_the_number_is_kept_and_links_go_with_their_numbers() -> None:
    found = row(f'=HYPERLINK("https://track.example.com/{UPS}";"{UPS}")')
    assert found.parcels[0].link == f"https://track.example.com/{UPS}"
    links = f"https://x.example.com/{OTHER} https://x.example.com/{UPS}"
    both = row(f"{OTHER}, {UPS}", "Snail", more=links)
    assert [parcel.link[-18:] for parcel in both.parcels] == [OTHER, UPS]
    one = row(f"{OTHER}, {UPS}", more=f"https://x.example.com/{UPS}")
    assert [parcel.link[-18:] for parcel in one.parcels] == ["", UPS]
    assert row(f"{OTHER}, {UPS}", more="https://x.example.com").problem == (
        Problem.ONE_LINK_MANY_NUMBERS
    )
    for hostile in ("javascript:alert(1)", "https://a@b.example.com", "nowhere"):
        assert row(UPS, more=hostile).problem == Problem.NO_LINK


def test_a_carrier_is_told_doubted_or_unknown() -> None:
    for written, name in {
        "ups": "UPS",
        "UPS Ground": "UPS",
        "Royal Mail Tracked 24": "Royal Mail",
        "royalmail": "Royal Mail",
        "DHL Paket": "DHL",
        "Colis Prive": "Colis Privé",
        "usps_priority_mail": "USPS",
        "Snail": "",
        "": "",
    }.items():
        assert carrier_names.find(written) == name
    assert row("X123", "Snail").problem == Problem.CARRIER_UNKNOWN
    assert row(UPS, "Snail").doubts == (Doubt.CARRIER_BY_NUMBER,)
    assert row(UPS, "DPD").doubts == (Doubt.CARRIER_MISMATCH,)
    assert row(UPS, "Other").parcels[0].carrier == "UPS"


PIECES = {
    "": (None, None, None),
    "2": (2, None, None),
    "2.0": (2, None, None),
    "2,00": (2, None, None),
    "x2": (2, None, None),
    "2 pcs": (2, None, None),
    "2 Stück": (2, None, None),
    "2,000": (2, None, Doubt.PIECES_THOUSANDS),
    "1.500": (1500, None, Doubt.PIECES_THOUSANDS),
    "0": (None, Problem.PIECES_ZERO, None),
    "-1": (None, Problem.PIECES_NEGATIVE, None),
    "(1)": (None, Problem.PIECES_NEGATIVE, None),
    "1.5": (None, Problem.PIECES_NEGATIVE, None),
    "1/2": (None, Problem.PIECES_NEGATIVE, None),
    "two": (None, Problem.PIECES_NEGATIVE, None),
}


@pytest.mark.parametrize("written", PIECES)
def test_pieces_are_counted_doubted_or_refused(written: str) -> None:
    assert pieces.read(written) == PIECES[written]


def test_full_width_digits_are_digits() -> None:
    (item,) = row(UPS, count="１２").items
    assert item.pieces == 12


def test_a_date_that_may_be_two_days_is_the_earlier_one() -> None:
    assert pieces.earliest("06/12/2025") == date(2025, 6, 12)
    assert pieces.earliest("2025-12-06") == date(2025, 12, 6)
    assert pieces.earliest("13.06.25") == date(2025, 6, 13)
    assert pieces.earliest("6/13/2025 12:00:00 AM") == date(2025, 6, 13)
    assert pieces.earliest("31/31/2025") is pieces.earliest("soon") is None


def test_a_void_label_and_a_date_in_the_future_are_doubted() -> None:
    titles = "Order,Tracking number,Ship date,Status"
    told = [
        read(f"{titles}\n1001,{UPS},{day},{status}".encode())[0].doubts
        for day, status in (("1/7/2025", "Purchased"), ("2025-08-01", "Voided"))
    ]
    assert told == [(), (Doubt.DATE_IN_FUTURE, Doubt.LABEL_VOID)]


def test_what_a_cell_shows_is_what_a_spreadsheet_shows() -> None:
    assert cells.plain('="a ""b"""') == 'a "b"'
    assert cells.plain("٣") == "3"
    assert cells.shown("=1+1").is_formula
    assert not cells.shown("'=1+1").link
