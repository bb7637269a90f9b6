"""*Mail*: who was written to, and why not."""

from __future__ import annotations

from datetime import timedelta

from orderflow.models import Mail, Merchant
from tests.house import HARBOUR, STRANGER
from tests.mail.postbox import Postbox
from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor


def test_the_page_is_empty_at_first(floor: Floor) -> None:
    assert "Nobody was written to yet." in floor.door.get("/mail").text


def test_a_mail_that_was_not_sent_says_why(floor: Floor) -> None:
    Postbox(floor.house).knows("Alfa")
    floor.sells((floor.lamp, 1))
    page = floor.door.get("/mail").text
    assert "Not sent" in page
    assert "No mail is set up on this server." in page
    stranger = Door(floor.house, floor.house.merchant(STRANGER))
    assert "No mail is set up" not in stranger.get("/mail").text


def test_a_long_list_has_pages(floor: Floor) -> None:
    with floor.house.unit() as session:
        merchant = floor.house.one(session, Merchant, shop=HARBOUR)
        for i in range(51):
            at = floor.house.clock() + timedelta(minutes=i)
            session.add(
                Mail(
                    merchant_id=merchant.id, kind="attention", about={}, created_at=at, state="sent"
                )
            )
    first = floor.door.get("/mail").text
    assert first.count("<tr>") == 51
    following = first.split('href="/mail?after=')[1].split('"')[0]
    assert floor.door.get(f"/mail?after={following}").text.count("<tr>") == 2
