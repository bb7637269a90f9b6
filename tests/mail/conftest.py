"""The stage of the river's tests, with a mail server that catches everything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.mail import MailServer
from tests.house import House
from tests.mail.postbox import Postbox
from tests.river.stage import Stage


@pytest.fixture
def postbox(house: House) -> Iterator[Postbox]:
    with MailServer(house.world) as server:
        house.config = house.config.model_copy(
            update={"mail_url": f"smtp://127.0.0.1:{server.port}"}
        )
        house.app.extensions["sluice_config"] = house.config
        yield Postbox(house)


@pytest.fixture
def stage(house: House) -> Stage:
    return Stage(house)
