"""What nobody foresaw is told in the portal too: in its looks, with a reference, no more."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from portal import home
from tests.portal.visitor import Portal

CANARY = "canary@example.com"


def breaks(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(home, "render_template", fail)


def test_a_mistake_of_ours_has_a_reference_and_quotes_nothing(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = portal.logged_in()
    monkeypatch.setitem(portal.house.web.config, "PROPAGATE_EXCEPTIONS", False)
    breaks(monkeypatch, ValueError(CANARY))
    page = owner.get("/portal/")
    assert page.status_code == 500
    assert "The mistake is ours." in page.text
    assert re.search(r"this reference: [0-9a-f]{8}", page.text)
    assert CANARY not in page.text


def test_a_database_that_is_away_is_told_without_asking_it_again(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = portal.logged_in()
    breaks(monkeypatch, OperationalError("select 1", None, Exception(CANARY)))
    page = owner.get("/portal/")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    assert "Our database does not answer." in page.text
    assert page.headers["Content-Security-Policy"]
    assert CANARY not in page.text
