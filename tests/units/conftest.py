"""Fixtures of tests that ask no store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import empty_file
from tests.house import House
from tests.units.desk import Desk


@pytest.fixture
def desk(folder: Path, furnished_file: Path) -> Iterator[Desk]:
    """Not a ``house`` of the fixture: what is written by hand stands in no store."""
    with closing(House(empty_file(folder, furnished_file))) as house:
        yield Desk(house)
