"""*What you receive* and *Notifications* tell what holds for this vendor, and nothing else."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from orderflow.models import HistoryEntry
from orderflow.rules import settings
from tests.portal.visitor import Portal, Visitor

PAGE, NOTES = "/portal/what-you-receive", "/portal/notifications"


def told(visitor: Visitor) -> dict[str, tuple[str, str]]:
    """By field: what the vendor gets, and how that is called."""
    visitor.get(PAGE)
    rows = re.findall(
        r'<th scope="row">(.*?)</th><td>(.*?)</td><td><span class="tag \w+">(.*?)</span>',
        visitor.text,
    )
    return {field: (received, how) for field, received, how in rows}


def test_masked_the_vendor_sees_the_shop_instead_of_the_buyer(portal: Portal) -> None:
    fields = told(portal.logged_in())
    assert fields["Street, city, postcode, country"][1] == "As the buyer wrote it"
    assert fields["Name and company on the parcel"] == (portal.stage.harbour.name, "Replaced")
    assert fields["E-mail"][1] == "Replaced"
    assert fields["Marketing consent"] == ("–", "Left out")
    assert fields["Payment's reference"] == ("–", "Left out")
    assert "robin@example.com" not in str(fields)
    assert fields["Note"] == ("Please ring twice. …", "Replaced")


def test_shared_the_vendor_sees_what_the_buyer_wrote(portal: Portal) -> None:
    portal.house.set(replace_customer=False, share_transaction_reference=True)
    visitor = portal.logged_in()
    fields = told(visitor)
    assert fields["Payment's reference"][1] == "Added by the shop"
    assert fields["E-mail"] == ("robin@example.com", "As the buyer wrote it")
    assert "Use it to deliver" in visitor.text


def test_a_vendor_s_own_setting_counts_and_another_s_does_not(portal: Portal) -> None:
    with portal.house.unit() as session:
        for name, mode in (("Alfa", "share"), ("Bravo", "leave_out")):
            vendor = portal.vendor(session, name)
            settings.change(
                session,
                vendor.merchant,
                {"email_mode": mode},
                by="test",
                now=portal.house.clock(),
                vendor=vendor,
            )
    assert told(portal.logged_in())["E-mail"][1] == "As the buyer wrote it"
    bravo = portal.logged_in("bravo@bravo.example.com", vendor="Bravo")
    assert told(bravo)["E-mail"] == ("–", "Left out")


@pytest.mark.parametrize(("choice", "mails"), [("each", 1), ("hourly", 0), ("none", 0)])
def test_the_owner_chooses_when_a_mail_comes(portal: Portal, choice: str, mails: int) -> None:
    visitor = portal.logged_in()
    visitor.get(NOTES)
    visitor.post(NOTES, order_notifications=choice)
    assert re.search(rf'value="{choice}" checked', visitor.text)
    portal.stage.sells_on((portal.stage.lamp, 1))
    assert len(portal.postbox.mails()) == mails
    portal.house.later(3600)
    assert len(portal.postbox.mails()) == (0 if choice == "none" else 1)


def test_it_is_the_vendor_s_own_setting_and_stands_in_the_history(portal: Portal) -> None:
    visitor = portal.logged_in()
    visitor.get(NOTES)
    visitor.post(NOTES, order_notifications="none")
    with portal.house.look() as session:
        change = session.scalars(
            select(HistoryEntry).where(HistoryEntry.name == "order_notifications")
        ).one()
        assert change.vendor is not None
        assert (change.vendor.name, change.by, change.became) == ("Alfa", "vendor", "none")


def test_staff_reads_it_and_changes_nothing(portal: Portal) -> None:
    staff = portal.logged_in("staff@alfa.example.com", role="staff")
    assert "Only an owner changes this" in staff.get(NOTES).text
    assert staff.post(NOTES, order_notifications="none").status_code == 404


def test_no_other_setting_can_be_smuggled_in(portal: Portal) -> None:
    owner = portal.logged_in()
    owner.get(NOTES)
    assert owner.post(NOTES, order_notifications="often").status_code == 400
    owner.get(NOTES)
    owner.post(NOTES, order_notifications="none", replace_customer="off", email_mode="share")
    assert told(owner)["E-mail"][1] == "Replaced"
