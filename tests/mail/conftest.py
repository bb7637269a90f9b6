"""The stage of the river's tests, with a mail server that catches everything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house import House
from tests.mail.postbox import Postbox, with_mail
from tests.river.stage import Stage


@pytest.fixture
def postbox(house: House) -> Iterator[Postbox]:
    with with_mail(house) as caught:
        yield caught


@pytest.fixture
def stage(house: House) -> Stage:
    return Stage(house)
