"""A stage whose shop tells the app what concerns privacy, and whose buyer is a canary."""

from __future__ import annotations

import pytest

from tests.house import House
from tests.privacy.cage import Cage


@pytest.fixture
def cage(house: House) -> Cage:
    return Cage(house)
