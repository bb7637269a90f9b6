"""The settings' pages: what is saved there changes what a vendor's store receives."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from orderflow.models import (
    Connection,
    HistoryEntry,
    Merchant,
    PersonalRead,
    SettingRow,
    Vendor,
)
from orderflow.rules.judge import BURST
from orderflow.rules.options import OPTIONS, of_tab
from orderflow.rules.settings import Settings, choices, kind
from sandbox.shopify.order import Order
from tests.house import HARBOUR, STRANGER, House
from tests.river.stage import Stage
from tests.webapp.door import Door

ORDERS = "/settings/vendor-shop-sync/order-sync"
BUYER = "/settings/vendor-shop-sync/privacy"


@pytest.fixture
def stage(house: House) -> Stage:
    return Stage(house)


@pytest.fixture
def door(stage: Stage) -> Door:
    return Door(stage.house, stage.harbour)


def fields(door: Door, path: str = ORDERS, **typed: Any) -> dict[str, Any]:
    """The tab's form as it stands, with what was ``typed``; None takes a tick out."""
    tab = path.rpartition("/")[2]
    page = door.get(path).text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    with door.house.look() as session:
        merchant = door.house.one(session, Merchant, shop=door.shop.domain)
        rows = session.query(SettingRow).filter_by(merchant_id=merchant.id, vendor_id=None)
        now = Settings().model_dump() | {row.name: row.value for row in rows}
    plain = {name: now[name] for name in of_tab(tab)}
    ticked = {k: "true" if v is True else v for k, v in plain.items() if v is not False}
    changed = {"version": version[1], **ticked, **typed}
    return {name: value for name, value in changed.items() if value is not None}


def first_name(order: Order) -> Any:
    return (order.shipping_address or {}).get("first_name")


def save(door: Door, path: str = ORDERS, **typed: Any) -> Any:
    return door.post(path, **fields(door, path, **typed))


# -- each box changes what the vendor's store receives -------------------------------------------


def test_the_master_switch_holds_everything_and_releases_what_was_held(
    stage: Stage, door: Door
) -> None:
    assert save(door, order_sync=None).status_code == 200
    stage.sells_on((stage.lamp, 1))
    assert stage.alfa.orders == {}
    assert save(door, order_sync="true").status_code == 409
    answer = save(door, order_sync="true", confirm="1")
    assert "Settings saved" in answer.headers["HX-Trigger"]
    stage.house.turn()
    assert len(stage.alfa.orders) == 1


def test_only_if_paid_holds_an_unpaid_order_until_it_is_switched_off(
    stage: Stage, door: Door
) -> None:
    stage.sells_on((stage.mug, 1), paid=False)
    assert stage.bravo.orders == {}
    assert save(door, only_if_paid=None, confirm="1").status_code == 200
    stage.house.turn()
    assert len(stage.bravo.orders) == 1


def test_unsynced_products_lets_an_unmapped_item_go_as_it_is(stage: Stage, door: Door) -> None:
    chair = stage.harbour.sells("CHAIR", "Chair", "80.00", vendor="Alfa")
    stage.sells_on((stage.lamp, 1), (chair, 1))
    (order,) = stage.alfa.orders.values()
    assert [line.title for line in order.lines] == ["Lamp"]
    assert "1 held order would be pushed" in save(door, unsynced_products="true").text
    assert save(door, unsynced_products="true", confirm="1").status_code == 200
    stage.house.turn()
    stage.house.later(BURST)
    assert [line.title for line in order.lines] == ["Lamp", "Chair"]


def test_replace_customer_off_sends_the_buyers_own_details(stage: Stage, door: Door) -> None:
    stage.sells_on((stage.lamp, 1), email="robin@example.com")
    assert save(door, BUYER, replace_customer=None).status_code == 200
    stage.sells_on((stage.lamp, 1), email="robin@example.com")
    masked, shared = stage.alfa.orders.values()
    assert (masked.email, first_name(masked)) != ("robin@example.com", "Robin")
    assert (shared.email, first_name(shared)) == ("robin@example.com", "Robin")


# -- field by field ------------------------------------------------------------------------------


def test_one_field_may_be_shared_while_the_others_are_replaced(stage: Stage, door: Door) -> None:
    assert save(door, BUYER, name_mode="share", email_mode="leave_out").status_code == 200
    stage.sells_on((stage.lamp, 1), email="robin@example.com", phone="+16135550100")
    (order,) = stage.alfa.orders.values()
    assert first_name(order) == "Robin"
    assert order.email is None
    assert order.phone != "+16135550100"


def test_the_one_checkbox_takes_exceptions_back(stage: Stage, door: Door) -> None:
    save(door, BUYER, replace_customer=None)
    save(door, BUYER, email_mode="share")
    asked = door.post(f"{BUYER}/effect", **fields(door, BUYER, replace_customer="true"))
    assert "These exceptions are taken back: E-mail." in asked.text
    save(door, BUYER, replace_customer="true")
    stage.sells_on((stage.lamp, 1), email="robin@example.com")
    (order,) = stage.alfa.orders.values()
    assert order.email != "robin@example.com"


def test_marketing_consent_goes_only_by_its_own_word(stage: Stage, door: Door) -> None:
    save(door, BUYER, replace_customer=None)
    stage.sells_on((stage.lamp, 1), buyerAcceptsMarketing=True)
    save(door, BUYER, consent_mode="share")
    stage.sells_on((stage.lamp, 1), buyerAcceptsMarketing=True)
    assert [order.accepts_marketing for order in stage.alfa.orders.values()] == [False, True]


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("orders@example.com", r"orders\+sl-\w+@example\.com"),
        ("*@in.example.com", r"sl-\w+@in\.example\.com"),
    ],
)
def test_the_address_for_vendors_orders_stands_in_for_the_buyers(
    stage: Stage, door: Door, address: str, seen: str
) -> None:
    assert save(door, BUYER, contact_email=address).status_code == 200
    stage.sells_on((stage.lamp, 1), email="robin@example.com")
    (order,) = stage.alfa.orders.values()
    assert re.fullmatch(seen, order.email or "")


# -- asking first --------------------------------------------------------------------------------


def test_twelve_held_orders_are_told_asked_for_and_released_once(stage: Stage, door: Door) -> None:
    save(door, order_sync=None)
    for _ in range(12):
        stage.sells_on((stage.lamp, 1))
    told = door.post(f"{ORDERS}/effect", **fields(door, order_sync="true"))
    assert "12 held orders would be pushed." in told.text
    assert "Alfa: 12" in told.text
    asked = save(door, order_sync="true")
    assert asked.status_code == 409
    assert 'name="confirm" value="12"' in asked.text
    stage.house.turn()
    assert stage.alfa.orders == {}
    assert save(door, order_sync="true", confirm="11").status_code == 409
    assert save(door, order_sync="true", confirm="12").status_code == 200
    stage.house.turn()
    assert len(stage.alfa.orders) == 12
    assert save(door, order_sync="true", confirm="12").status_code == 200
    stage.house.turn()
    assert len(stage.alfa.orders) == 12


def test_orders_are_counted_before_what_each_vendor_ships_of_them(stage: Stage, door: Door) -> None:
    save(door, order_sync=None)
    stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    stage.sells_on((stage.lamp, 1))
    told = door.post(f"{ORDERS}/effect", **fields(door, order_sync="true"))
    assert "2 held orders (3 vendor shipments) would be pushed." in told.text
    assert save(door, order_sync="true", confirm="2").status_code == 409
    assert save(door, order_sync="true", confirm="3").status_code == 200


def test_nothing_is_kept_before_save(stage: Stage, door: Door) -> None:
    door.post(f"{ORDERS}/effect", **fields(door, only_if_paid=None))
    assert "only_if_paid" in fields(door)


# -- what is wrong stands at its field -----------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "name", "words"),
    [
        ({"delay_minutes": "1441"}, "delay_minutes", "from 0 to 1440"),
        ({"delay_minutes": "soon"}, "delay_minutes", "from 0 to 1440"),
        ({"push_every": "7"}, "push_every", "Choose one of the answers."),
        ({"conflicts": "nobody"}, "conflicts", "Choose one of the answers."),
    ],
)
def test_a_wrong_value_is_told_at_its_field_and_kept_as_typed(
    door: Door, typed: dict[str, str], name: str, words: str
) -> None:
    answer = save(door, **typed)
    assert answer.status_code == 422
    message = re.search(rf'id="{name}-error" role="alert">([^<]+)<', answer.text)
    assert message
    assert words in message[1]
    assert re.search(rf'id="{name}"[^>]+aria-invalid="true"', answer.text)
    if name == "delay_minutes":
        assert f'value="{typed[name]}"' in answer.text


@pytest.mark.parametrize("address", ["robin", "a+b@example.com", "*@", "a b@example.com"])
def test_an_address_that_is_none_is_refused(door: Door, address: str) -> None:
    answer = save(door, BUYER, contact_email=address)
    assert answer.status_code == 422
    assert "contact_email-error" in answer.text


def test_an_unknown_field_is_refused(door: Door) -> None:
    answer = save(door, replace_customer="true")
    assert answer.status_code == 422
    assert "no field replace_customer" in answer.text


def test_a_stale_form_is_told_who_changed_what_and_saves_nothing(stage: Stage, door: Door) -> None:
    mine = fields(door, delay_minutes="20")
    other = Door(stage.house, stage.harbour, user=7)
    assert save(other, only_if_paid=None).status_code == 200
    answer = door.post(ORDERS, **mine)
    assert answer.status_code == 422
    assert "Staff member 7 changed “Push only if paid” from On to Off." in answer.text
    assert 'value="20"' in answer.text
    assert not re.search(r'id="only_if_paid"[^>]* checked', answer.text)
    assert fields(door)["delay_minutes"] == 0
    assert save(door, delay_minutes="20").status_code == 200


# -- history, privacy preview --------------------------------------------------------------------


def test_the_history_tells_who_changed_what_page_by_page(door: Door) -> None:
    for minutes in range(1, 61):
        save(door, delay_minutes=str(minutes))
    first = door.get("/history")
    assert "Staff member 1" in first.text
    assert first.text.count('data-label="Who"') == 50
    older = re.search(r'href="(/history\?after=[^"]+)"', first.text)
    assert older
    second = door.get(older[1])
    assert (first.text + second.text).count("Wait before pushing") == 60
    assert "Test" in second.text


def test_what_each_vendor_receives_is_shown_with_unsaved_settings_and_noted(
    stage: Stage, door: Door
) -> None:
    stage.sells_on((stage.lamp, 1), (stage.mug, 1), email="robin@example.com")
    (order,) = stage.house.orders()
    shown = door.post(f"{BUYER}/example", **fields(door, BUYER), order=order.public_id).text
    assert shown.count("robin@example.com") == 1
    assert shown.count("1 Sample Street") >= 3
    shown = door.post(
        f"{BUYER}/example", **fields(door, BUYER, email_mode="share"), order=order.public_id
    ).text
    assert shown.count("robin@example.com") == 3
    named = "Payment reference: PAYMENT-EXAMPLE"
    assert named not in shown
    shares = fields(door, BUYER, share_transaction_reference="true")
    assert door.post(f"{BUYER}/example", **shares, order=order.public_id).text.count(named) == 2
    with stage.house.look() as session:
        reads = session.query(PersonalRead).all()
        assert [(read.by, read.order_id) for read in reads] == [("1", order.id)] * 3


def test_sharing_with_a_vendor_abroad_is_told(stage: Stage, door: Door) -> None:
    with stage.house.unit() as session:
        for connection in session.query(Connection):
            connection.country = "FR" if connection.vendor.name == "Alfa" else "CA"
    assert 'id="abroad"' not in door.get(BUYER).text
    save(door, BUYER, replace_customer=None)
    told = re.search(r'id="abroad">([^<]+)<', door.get(BUYER).text)
    assert told
    assert "with these vendors: Alfa." in told[1]


# -- every page, everybody -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "tab", ["order-sync", "inventory-sync", "notifications", "privacy", "add-ons"]
)
def test_every_tab_opens_and_shows_its_options(door: Door, tab: str) -> None:
    page = door.get(f"/settings/vendor-shop-sync/{tab}")
    assert page.status_code == 200
    for name, option in of_tab(tab).items():
        assert f'<label for="{name}">{option.label}</label>' in unescape(page.text)


def test_the_way_to_the_settings_and_what_is_not_there(door: Door) -> None:
    page = door.get("/settings")
    assert 'href="/settings/vendor-shop-sync/order-sync"' in page.text
    assert door.get("/settings/vendor-shop-sync/nothing").status_code == 404
    assert door.post("/settings/vendor-shop-sync/add-ons").status_code == 404
    assert door.get("/history").status_code == 200


def test_every_setting_is_told_to_people() -> None:
    assert set(OPTIONS) == set(Settings.model_fields)
    for name, option in OPTIONS.items():
        assert option.label, name
        assert option.does, name
        assert option.use, name
        if kind(name) == "choice":
            assert set(option.words) == set(map(str, choices(name)))


def test_a_stranger_sees_and_changes_only_what_is_his(stage: Stage, door: Door) -> None:
    save(door, delay_minutes="33")
    stage.sells_on((stage.lamp, 1))
    (order,) = stage.house.orders()
    stranger = Door(stage.house, stage.house.merchant(STRANGER))
    assert 'value="33"' not in stranger.get(ORDERS).text
    assert "Wait before pushing" not in stranger.get("/history").text
    seen = stranger.post(f"{BUYER}/example", **fields(stranger, BUYER), order=order.public_id)
    assert seen.status_code == 404
    assert order.name not in stranger.get(BUYER).text
    save(stranger, order_sync=None)
    with stage.house.look() as session:
        mine = stage.house.one(session, Merchant, shop=HARBOUR)
        rows = session.query(HistoryEntry).filter_by(merchant_id=mine.id, name="order_sync")
        assert [row.became for row in rows] == [True]


def test_a_setting_that_no_rule_asks_holds_from_now_on_and_asks_nobody(
    stage: Stage, door: Door
) -> None:
    save(door, order_sync=None)
    stage.sells_on((stage.lamp, 1))
    told = door.post(f"{BUYER}/effect", **fields(door, BUYER, keep_recipient_name="true"))
    assert "what vendors have received stays as it is" in told.text
    assert save(door, BUYER, keep_recipient_name="true").status_code == 200
    told = door.post(f"{ORDERS}/effect", **fields(door))
    assert "Nothing would change." in told.text


def test_what_a_vendor_is_called_is_never_markup(stage: Stage, door: Door) -> None:
    bad = "<img src=x onerror=alert(1)>"
    with stage.house.unit() as session:
        stage.house.one(session, Vendor, name="Alfa").name = bad
    save(door, order_sync=None)
    stage.sells_on((stage.lamp, 1), note=bad)
    (order,) = stage.house.orders()
    pages = [
        save(door, order_sync="true").text,
        door.post(f"{ORDERS}/effect", **fields(door, order_sync="true")).text,
        door.post(f"{BUYER}/example", **fields(door, BUYER), order=order.public_id).text,
    ]
    for page in pages:
        assert "<img" not in page
        assert "&lt;img" in page


def test_the_operator_sets_the_same_settings_and_stands_in_the_history(
    stage: Stage, door: Door
) -> None:
    run = stage.house.web.test_cli_runner()
    assert run.invoke(args=["sluice", "set", HARBOUR, "delay_minutes", "20"]).exit_code == 0
    wrong = run.invoke(args=["sluice", "set", HARBOUR, "delay_minutes", "2000"])
    assert "a whole number from 0 to 1440" in wrong.output
    page = door.get("/history").text
    assert "Operator" in page
    assert 'data-label="To">20<' in page
