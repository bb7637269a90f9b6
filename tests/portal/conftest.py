"""Fixtures of the portal's pages: the river's stage with mail, and people at the vendor's door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.mail import MailServer
from tests.house import House
from tests.mail.postbox import Postbox
from tests.portal.outside import Outside
from tests.portal.visitor import Portal
from tests.river.stage import Stage


@pytest.fixture
def portal(house: House) -> Iterator[Portal]:
    with MailServer(house.world) as server:
        house.config = house.config.model_copy(
            update={"mail_url": f"smtp://127.0.0.1:{server.port}"}
        )
        house.app.extensions["sluice_config"] = house.config
        yield Portal(Stage(house), Postbox(house))


@pytest.fixture
def outside(portal: Portal) -> Outside:
    """Every call of ours is counted from here on."""
    return Outside(portal)
