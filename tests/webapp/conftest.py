"""Fixtures of the merchant's pages."""

from __future__ import annotations

import pytest

from tests.house import House
from tests.webapp.shop_floor import Floor


@pytest.fixture
def floor(house: House) -> Floor:
    return Floor(house)
