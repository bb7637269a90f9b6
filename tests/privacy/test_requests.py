"""A customer asks what is kept: it is collected, sealed, and handed to the merchant."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import select, text

from orderflow.models import PersonalRead
from tests.house import STRANGER
from tests.mail.conftest import postbox  # noqa: F401 - a fixture
from tests.mail.postbox import OWNER_MAIL, Postbox
from tests.privacy.cage import BUYER, CANARY, Cage
from tests.webapp.door import Door

PATH = "/privacy/requests"


def export_path(cage: Cage) -> str:
    return f"{PATH}/{cage.requests()[0].public_id}/export.json"


def test_the_page_is_empty_at_first(cage: Cage) -> None:
    page = Door(cage.house, cage.harbour).get(PATH)
    assert page.status_code == 200
    assert "No customer has asked for anything yet." in page.text


def test_everything_of_the_person_is_in_the_copy(cage: Cage) -> None:
    cage.house.set(replace_customer=False, share_transaction_reference=True)
    order = cage.canary_buys()
    cage.request(order)
    door = Door(cage.house, cage.harbour)
    page = door.get(PATH)
    assert export_path(cage) in page.text
    answer = door.get(export_path(cage))
    copy = json.loads(answer.data)
    assert answer.headers["Cache-Control"] == "no-store"
    assert copy["customer"]["email"] == BUYER["email"]
    (told,) = copy["orders"]
    assert told["as_last_seen"]["shipping_address"]["address1"] == "7 Canary Wharf"
    assert told["payment_reference"] == order.transactions[0].payment_id
    (vendor,) = told["vendors"]
    assert vendor["vendor"] == "Alfa"
    assert vendor["sent"][0]["order"]["email"] == BUYER["email"]
    assert "placed" in [event["what"] for event in told["history"]]


def test_who_fetched_the_copy_is_noted(cage: Cage) -> None:
    cage.request(cage.canary_buys())
    Door(cage.house, cage.harbour, user=7).get(export_path(cage))
    with cage.house.look() as session:
        (read,) = session.scalars(select(PersonalRead))
        assert (read.by, read.why) == ("7", "privacy request")


def test_the_copy_is_sealed_and_the_request_keeps_no_name(cage: Cage) -> None:
    cage.request(cage.canary_buys())
    with cage.house.look() as session:
        raw = session.execute(text("SELECT export, buyer FROM privacy_request")).one()
    assert CANARY.encode() not in bytes(raw.export).lower()
    assert raw.buyer is None


def test_the_merchant_is_told_by_mail_without_a_name(
    cage: Cage,
    postbox: Postbox,  # noqa: F811
) -> None:
    postbox.knows_owner(language="fr")
    cage.request(cage.canary_buys())
    mail = postbox.only(OWNER_MAIL)
    assert mail["subject"] == "Les données d’un client sont prêtes à être téléchargées"
    assert CANARY not in mail["raw"].lower()


def test_another_merchant_gets_404(cage: Cage) -> None:
    cage.request(cage.canary_buys())
    stranger = Door(cage.house, cage.house.merchant(STRANGER))
    assert stranger.get(export_path(cage)).status_code == 404
    assert cage.requests()[0].public_id not in stranger.get(PATH).text


def test_the_copy_goes_after_thirty_days_and_with_the_customer(cage: Cage) -> None:
    order = cage.canary_buys()
    cage.request(order)
    cage.house.let_pass(timedelta(days=32).total_seconds(), step=24 * 3600)
    assert cage.requests()[0].export is None
    assert Door(cage.house, cage.harbour).get(export_path(cage)).status_code == 404
    cage.request(order)
    cage.redact(order)
    assert [request.export for request in cage.requests()] == [None, None, None]
    assert cage.sings_in() == []
