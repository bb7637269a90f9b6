"""Files as tools, carriers and people write them: each is read as what it means."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orderflow.tracking_files import columns, rows, table
from orderflow.tracking_files.layouts import LAYOUTS, Field, fold, known
from orderflow.tracking_files.rows import Row

FILES = Path(__file__).parent / "files"
EXPECTED: dict[str, list[dict[str, Any]]] = json.loads((FILES / "expected.json").read_text())
TODAY = date(2025, 7, 1)


def read(body: bytes) -> list[Row]:
    """The rows of a file whose columns are all known."""
    found = table.read(body)
    matched = columns.match(found)
    assert matched.unclear == (), found.titles
    return rows.read(found, matched.places, TODAY)


def meaning(row: Row) -> dict[str, Any]:
    return {
        "order": row.order,
        "numbers": [parcel.number for parcel in row.parcels],
        "carriers": [parcel.carrier for parcel in row.parcels],
        "items": [[item.sku, item.pieces] for item in row.items],
    }


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_file_is_read_as_what_it_means(name: str) -> None:
    found = [row for row in read((FILES / name).read_bytes()) if row.is_filled]
    assert [row.problem for row in found] == [None] * len(found)
    assert [row.doubts for row in found] == [()] * len(found)
    assert [meaning(row) for row in found] == EXPECTED[name]


def test_every_file_has_its_meaning_written_beside_it() -> None:
    names = {path.name for path in FILES.iterdir()} - {"expected.json"}
    assert names == set(EXPECTED)


def test_every_title_of_a_layout_is_known_for_what_it_tells() -> None:
    for layout in LAYOUTS:
        for title, field in layout.titles.items():
            found = known(title)
            assert found is not None, (layout.tool, title)
            assert found[0] == field, (layout.tool, title)


def test_titles_are_the_same_without_case_accents_and_signs() -> None:
    same = ["Numéro de suivi", "NUMERO DE SUIVI", "numero_de-suivi", "NuméroDeSuivi", "N°uméro"]
    assert {fold(title) for title in same[:4]} == {"numero de suivi"}
    assert known("Tracking #") == known("tracking")
    assert known("Track & Trace code") is not None
    assert known(same[4]) is None
    assert known("Order") == (Field.ORDER, 1)
