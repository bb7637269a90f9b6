"""Fixtures of the river's tests."""

from __future__ import annotations

import pytest

from tests.house import House
from tests.river.stage import PLATFORMS, Stage, VendorSide


@pytest.fixture
def stage(house: House) -> Stage:
    return Stage(house)


@pytest.fixture(params=PLATFORMS)
def side(request: pytest.FixtureRequest, stage: Stage) -> VendorSide:
    return stage.side(request.param)
