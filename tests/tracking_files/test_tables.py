"""Any table, however it was written, is read as it was; what is broken costs its own row."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import csv_export
from orderflow.tracking_files import cells, columns, table
from orderflow.tracking_files.findings import FileProblem, FileUnreadable, Problem
from orderflow.tracking_files.layouts import Field
from tests.tracking_files.test_files import read

TITLES = ["Order", "Tracking number", "Carrier", "Note"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
LETTERS = st.characters(codec="cp1252", exclude_characters="\0", exclude_categories=["Cc"])
WORDS = st.text(LETTERS, max_size=12)
LINES = st.lists(st.text(st.sampled_from("ab \"é'="), max_size=6), max_size=3).map("\n".join)
ROWS = st.lists(
    st.tuples(st.from_regex(r"#[0-9]{1,6}", fullmatch=True), WORDS, WORDS, st.one_of(WORDS, LINES)),
    min_size=1,
    max_size=6,
)


def written(rows: list[tuple[str, ...]], separator: str, end: str, quoting: int) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([TITLES, *rows])
    return text.getvalue()


@settings(max_examples=60, deadline=None)
@given(
    ROWS,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\r\n", "\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(ENCODINGS),
    st.booleans(),
)
def test_any_table_in_any_dialect_and_encoding_reads_back_the_same(
    rows: list[tuple[str, ...]], separator: str, end: str, quoting: int, encoding: str, told: bool
) -> None:
    head = f"sep={separator}{end}" if told else ""
    found = table.read((head + written(rows, separator, end, quoting)).encode(encoding))
    assert list(found.titles) == TITLES
    assert [row.cells for row in found.rows] == rows
    assert [row.faults for row in found.rows] == [{}] * len(rows)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=3, max_size=5), st.sampled_from([",", ";"]))
def test_what_we_export_comes_back_as_it_was(values: list[str], separator: str) -> None:
    titles = ["Order", "Tracking number", "Carrier", "Note", "Item"][: len(values) + 1]
    line = csv_export.line(["#1", *values][: len(titles)], separator)
    text = csv_export.BYTE_ORDER_MARK + csv_export.line(titles, separator) + line
    (row,) = table.read(text.encode()).rows
    assert [cells.clean(cell) for cell in row.cells] == [
        cells.clean(value) for value in ["#1", *values][: len(titles)]
    ]


def test_no_cell_that_we_export_is_a_formula() -> None:
    hostile = [
        "=1+1",
        "+1",
        "-A1",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "\u200b=1",
        "\ufeff=1",
    ]
    for cell in hostile:
        assert csv_export.safe(cell).startswith("'"), repr(cell)
    assert csv_export.safe("-5") == "-5"
    assert csv_export.safe("two\r\nlines") == "two lines"


BROKEN = {
    '#2,1Z2,UPS,"12" lamp"': (None, None),
    '#2,1Z2,UPS,"12 lamp': (None, None),
    '#2,1Z2,UPS,"12" lamp, big': (None, None),
    '#2,"1Z"2,UPS,x': (Problem.QUOTES_BROKEN, None),
    '"A" x, y,#2,1Z2,UPS': (Problem.QUOTES_BROKEN, None),
    '#2,"1Z2,UPS,"12 lamp"': (Problem.QUOTES_BROKEN, None),
    "#2,1Z\ufffd2,UPS,x": (Problem.LETTERS_LOST, None),
    "#2,1Z2,UPS,\ufffd": (None, None),
}


@pytest.mark.parametrize("line", BROKEN)
def test_what_is_broken_costs_at_most_its_own_row(line: str) -> None:
    body = f'{",".join(TITLES)}\n#1,1Z1,UPS,"a ""b"""\n{line}\n#3,1Z3,UPS,"x, y"\n#4,1Z4,UPS,\n'
    first, second, *others = read(body.encode())
    assert second.problem == BROKEN[line][0]
    assert [each.numbers for each in (first, *others)] == [("1Z1",), ("1Z3",), ("1Z4",)]
    assert [each.number for each in (first, second, *others)] == [2, 3, 4, 5]


def test_one_bad_byte_costs_its_own_row() -> None:
    body = f"{','.join(TITLES)}\n#1,1Z1,UPS,é\n#2,1Z2,UPS,\xff\n#3,1Z3,UPS,ü\n".encode()
    first, second, third = read(body.replace("\xff".encode(), b"\xff"))
    assert [each.problem for each in (first, second, third)] == [None] * 3
    assert [each.numbers for each in (first, second, third)] == [("1Z1",), ("1Z2",), ("1Z3",)]
    notes = [row.cells[3] for row in table.read(body.replace("\xff".encode(), b"\xff")).rows]
    assert notes == ["é", "\ufffd", "ü"]


def test_marks_that_seem_to_belong_together_take_no_rows_between() -> None:
    lines = ['#1,1Z1,UPS,"x', "#2,1Z2,UPS,y", '#3,1Z3,UPS,z"', "#4,1Z4,UPS,w"]
    found = read("\n".join((",".join(TITLES), *lines)).encode())
    assert [row.numbers for row in found] == [("1Z1",), ("1Z2",), ("1Z3",), ("1Z4",)]


def test_a_mark_that_moves_the_cells_behind_it_costs_the_row() -> None:
    text = 'Note,Order,Tracking number\nx,#1,1Z1\n"a" b, c,#2,1Z2\n"a" b,#3,1Z3\n'
    found = read(text.encode())
    assert [row.problem for row in found] == [None, Problem.QUOTES_BROKEN, None]
    assert [row.order for row in found if not row.problem] == ["#1", "#3"]


def test_a_separator_that_is_told_counts_where_titles_do_not_tell() -> None:
    assert table.read(b"sep=;\na,b;c,d\n1,2;3,4\n").titles == ("a,b", "c,d")
    assert table.read(b"sep=^\na^b\n1^2\n").titles == ("a", "b")


def test_nul_bytes_are_left_out() -> None:
    (row,) = read(b"Order,Tracking number\n1001,1Z1\x00\n")
    assert row.numbers == ("1Z1",)


def test_which_column_is_asked_where_several_fit_or_none_does() -> None:
    for text, unclear in (
        ("Order number,Order no,Tracking number\n1,2,1Z1", (Field.ORDER,)),
        ("Order number,Order no,Tracking number\n1,1,1Z1", ()),
        ("Order number,Order no,Tracking number\n1,,1Z1", ()),
        ("Order,Tracking number,Barcode\n1,1Z1,2", ()),
        ("Order,Barcode,Paketnummer\n1,1Z1,2", (Field.TRACKING,)),
        ("Box,Thing\n1,2", (Field.ORDER, Field.TRACKING)),
        ("Name,Tracking number\nAnn,1Z1", (Field.ORDER,)),
        ("Name,Tracking number\n#1001,1Z1", ()),
    ):
        assert columns.match(table.read(text.encode())).unclear == unclear, text


def test_a_file_without_titles_is_a_table_too() -> None:
    found = table.read(b"#1001;1Z999AA10123456009;UPS\n#1002;1Z999AA10123456109;UPS\n")
    assert found.titles == ("", "", "")
    assert len(found.rows) == 2
    guessed = columns.suggested(found, columns.match(found))
    assert guessed == {Field.ORDER: 0, Field.TRACKING: 1}


def test_lines_above_and_below_the_table_are_no_rows() -> None:
    text = (
        "Parcels of June\n\nOrder,Tracking number\n1001,1Z1\n\nOrder,Tracking number\n1002,1Z2\n,\n"
    )
    found = read((text + "Total,\n2 parcels\n").encode())
    assert [row.order for row in found if row.is_filled] == ["1001", "1002"]


VARIED = {
    "sep=,\nOrder;Tracking number\n1001;1Z1\n": "a separator that is told wrongly",
    "SEP=|\r\n\r\nReport\r\nOrder|Tracking number\r\n1001|1Z1\r\n": "capitals, lines above",
    '"sep=\t"\nOrder\tTracking number\n1001\t1Z1\n': "told in quotation marks",
    "From;To\nOrder;Tracking number\n1001;1Z1\n": "a line above as wide as the table",
    "Commande n°;N° de suivi\n1001;1Z1\n": "no. at the end",
    "Order (name);Tracking number [UPS]\n1001;1Z1\n": "brackets",
    "Order No.:;Tracking No.:\n1001;1Z1\n": "colons",
    '"Order,Tracking number"\n"1001,1Z1"\n': "whole lines in quotation marks",
    "'Order','Tracking number'\n'1001','1Z1'\n": "apostrophes around",
    "Order,Tracking number\n“1001”,“1Z1”\n": "typographic quotation marks",
    'Order, Tracking number\n1001, "1Z1"\n': "spaces before quotation marks",
    "Order;Tracking number;;;\n1001;1Z1;;;\n;;;;\n": "empty columns and rows",
    "Order,Tracking number\n1001,1Z1\nTotal parcels: 1,1\n": "a total",
    "Order;Price;Tracking number\n1001;2,50;1Z1\n;2,50;\n": "decimal commas",
    f"Order;Note;Tracking number\n1001;{',' * 300};1Z1\n": "many commas in a cell",
    f"Order;Tracking number\n1001;1Z1{';' * 300}\n": "one row that is too wide",
    "Order;Tracking number\n1001;1Z1\n" + ";\n" * 9000: "thousands of empty rows",
}


@pytest.mark.parametrize("text", VARIED, ids=VARIED.values())
def test_a_table_is_found_however_it_was_saved(text: str) -> None:
    found = [row for row in read(text.encode()) if row.is_filled]
    assert [(row.order, row.numbers) for row in found] == [("1001", ("1Z1",))]


def test_unknown_titles_in_quotation_marks_are_columns() -> None:
    found = table.read(b'"Box","Thing"\n"1001","1Z1"\n')
    assert found.titles == ("Box", "Thing")
    assert found.samples(1) == ["1Z1"]


HUGE = {
    b"": FileProblem.EMPTY,
    b"\xef\xbb\xbf": FileProblem.EMPTY,
    b"Order,Tracking number": FileProblem.EMPTY,
    b"PK\x03\x04" + b"\0" * 99: FileProblem.WORKBOOK,
    b"%PDF-1.7": FileProblem.NOT_TEXT,
    bytes(range(256)) * 9: FileProblem.NOT_TEXT,
    b"<!doctype html><table>": FileProblem.NOT_TEXT,
    b"Order," + b"," * 300: FileProblem.TOO_MANY_COLUMNS,
    b"Order,Tracking number\n" + b"1,2\n" * 501: FileProblem.TOO_MANY_ROWS,
    b'Order,Tracking number\n"' * 40_000: FileProblem.TOO_MANY_ROWS,
    b"a" * 1_000_001: FileProblem.TOO_BIG,
}


@pytest.mark.parametrize("body", HUGE, ids=range(len(HUGE)))
def test_what_is_no_table_is_refused(body: bytes) -> None:
    with pytest.raises(FileUnreadable) as refused:
        table.read(body)
    assert refused.value.problem == HUGE[body]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(body: bytes) -> None:
    try:
        found = table.read(body)
    except FileUnreadable:
        return
    assert all(len(row.cells) <= len(found.titles) for row in found.rows)
