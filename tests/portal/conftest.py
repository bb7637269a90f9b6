"""Fixtures of the portal's pages: the river's stage with mail, and people at the vendor's door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house import House
from tests.mail.postbox import with_mail
from tests.portal.counter import Counter
from tests.portal.outside import Outside
from tests.portal.visitor import Portal
from tests.river.stage import Stage


@pytest.fixture
def portal(house: House) -> Iterator[Portal]:
    with with_mail(house) as postbox:
        yield Portal(Stage(house), postbox)


@pytest.fixture
def outside(portal: Portal) -> Outside:
    """Every call of ours is counted from here on."""
    return Outside(portal)


@pytest.fixture
def counter(portal: Portal) -> Counter:
    """Nothing goes to stores by itself: the vendor works in the portal."""
    portal.house.set(order_sync=False)
    return Counter(portal)
