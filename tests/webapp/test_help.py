"""*Help* tells every rule and every setting, each at an address of its own."""

from __future__ import annotations

import pytest

from orderflow.rules.options import OPTIONS, anchor
from orderflow.rules.settings import Settings
from tests.house import House
from tests.webapp.door import Door


@pytest.fixture
def page(house: House) -> str:
    return Door(house, house.merchant()).get("/help").text


def test_every_setting_has_its_place_in_the_help(page: str) -> None:
    missing = [name for name in Settings.model_fields if f'id="{anchor(name)}"' not in page]
    assert missing == []


def test_no_place_is_there_twice(page: str) -> None:
    assert [name for name in OPTIONS if page.count(f'id="{anchor(name)}"') != 1] == []


def test_the_rules_stand_in_the_order_in_which_they_are_asked(page: str) -> None:
    order = ["order-sync", "vendor", "add-on", "store", "paid", "mapped", "wanted", "time"]
    places = [page.index(f'id="rule-{name}"') for name in order]
    assert places == sorted(places)
