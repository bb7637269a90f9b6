"""A vendor sees how its store is set up, and says which of its statuses mean shipped."""

from __future__ import annotations

from tests.house import BRAVO
from tests.portal.outside import Outside
from tests.portal.test_disconnect import access
from tests.portal.visitor import Visitor

BRAVO_MAIL = "b@bravo.example.com"


def path(outside: Outside) -> str:
    with outside.house.look() as session:
        (connection,) = outside.portal.vendor(session, "Bravo").connections
        return f"/portal/stores/{connection.public_id}/statuses"


def page(visitor: Visitor) -> str:
    visitor.get("/portal/stores")
    return visitor.text


def test_an_owner_sees_the_setup_and_names_statuses(outside: Outside) -> None:
    outside.portal.stage.bravo.statuses["im-lkw"] = "Im LKW"
    outside.house.let_pass(25 * 3600, step=6 * 3600)
    owner = outside.portal.logged_in(BRAVO_MAIL, vendor="Bravo")
    told = page(owner)
    assert "Prices have 2 decimals." in told
    assert "written in a tax class in which the store adds no tax of its own" in told
    assert "Your store also has: Im LKW." in told
    owner.post(path(outside), statuses="Im LKW, wc-abgeholt\nIm LKW")
    assert "Saved." in owner.text
    assert access(outside.house, BRAVO).shipped_statuses == ["Im LKW", "wc-abgeholt"]
    assert 'value="Im LKW, wc-abgeholt"' in page(owner)


def test_staff_names_no_statuses(outside: Outside) -> None:
    staff = outside.portal.logged_in(BRAVO_MAIL, vendor="Bravo", role="staff")
    assert "Further statuses" not in page(staff)
    assert staff.post(path(outside), statuses="x").status_code == 404
    assert access(outside.house, BRAVO).shipped_statuses == []
