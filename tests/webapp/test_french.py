"""Every page of the admin in French: no word of it is left in English, whatever has happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from orderflow.models import TrialOrder, Vendor
from sandbox.shopify.order import Order
from tests.house import ALFA, BRAVO, HARBOUR, STRANGER, House
from tests.river.stage import creates
from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor
from tests.webapp.test_tenancy import one_of_each, requests
from tests.webapp.tongues import Bilingual, left_in_english

ORDERS = "/settings/vendor-shop-sync/order-sync"
TABS = ("order-sync", "inventory-sync", "notifications", "privacy", "add-ons")


# -- every address ---------------------------------------------------------------------------------


def test_every_page_that_can_be_opened_is_french(floor: Floor) -> None:
    reader = Bilingual(one_of_each(floor))
    for rule, method, path, _ in list(requests(floor)):
        if method == "GET":
            assert reader.left(path) == set(), rule.endpoint


def test_every_page_of_a_merchant_who_has_nothing_is_french(house: House) -> None:
    floor = Floor(house)
    newcomer = Bilingual(floor, Door(house, house.merchant(STRANGER)))
    for page in ("", "orders", "why", "vendors", "vendors/new", "products", "settings", "add-ons"):
        assert newcomer.left(f"/{page}") == set(), page
    for page in (
        "log",
        "mail",
        "history",
        "privacy/requests",
        "help",
        "why?number=9",
        "orders?q=9",
    ):
        assert newcomer.left(f"/{page}") == set(), page


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_of_the_settings_is_french(floor: Floor, tab: str) -> None:
    assert Bilingual(floor).left(f"/settings/vendor-shop-sync/{tab}") == set()


def test_the_document_says_its_language_and_its_fetches_keep_it(floor: Floor) -> None:
    french = Door(floor.house, floor.harbour, locale="fr-CA")
    assert '<html lang="fr">' in french.open("/orders").text
    assert "<title>Commandes" in french.get("/orders").text
    assert '<html lang="fr">' in floor.house.client.get("/session/bounce?locale=fr").text
    assert '<html lang="en">' in Door(floor.house, floor.harbour, locale="de").get("/").text


# -- whatever has happened to an order -------------------------------------------------------------


def held(floor: Floor) -> Order:
    """By everything at once."""
    floor.house.set(order_sync=False)
    floor.house.vendor("Carla")
    theirs = floor.harbour.sells("CHAIR", "Chair", "80.00", vendor="Carla")
    chair = floor.harbour.sells("CHAIR-2", "Chair", "80.00", vendor="Alfa")
    own = floor.harbour.sells("OWN", "Chair", "3.33", vendor="Nobody")
    floor.alfa.uninstall(floor.house.sluice)
    with floor.house.unit() as session:
        session.scalars(select(Vendor).where(Vendor.name == "Bravo")).one().push_enabled = False
    everything = [(item, 1) for item in (floor.lamp, floor.mug, chair, theirs, own)]
    return floor.sells(*everything, paid=False)


def without_add_ons(floor: Floor) -> Order:
    for platform in ("shopify", "woocommerce"):
        floor.door.post(f"/add-ons/order_push/{platform}/deactivate", confirm="yes")
    return floor.sells((floor.lamp, 1), (floor.mug, 1))


def delayed(floor: Floor) -> Order:
    floor.house.set(delay_minutes=60)
    return floor.sells((floor.lamp, 1))


def in_rounds(floor: Floor) -> Order:
    floor.house.set(push_every=60)
    return floor.sells((floor.lamp, 1))


def judged(risk: str) -> Callable[[Floor], Order]:
    def judged(floor: Floor) -> Order:
        floor.house.set(fraud_hold=True)
        order = floor.buys((floor.lamp, 1))
        floor.people.merchant.assesses(HARBOUR, order, risk)
        floor.house.turn()
        return order

    return judged


def on_hold(floor: Floor) -> Order:
    floor.house.set(fraud_hold=True)
    order = floor.buys((floor.lamp, 1))
    floor.people.merchant.holds(HARBOUR, order)
    floor.house.turn()
    return order


def unreached(floor: Floor) -> Order:
    floor.faults.add("refused", ALFA, creates)
    return floor.sells((floor.lamp, 1))


def unanswered(floor: Floor) -> Order:
    floor.faults.add("late", BRAVO, creates, seconds=90000)
    order = floor.sells((floor.mug, 1))
    floor.all_looks()
    return order


def shut_out(floor: Floor) -> Order:
    floor.alfa.uninstall(floor.house.sluice)
    return floor.sells((floor.lamp, 1))


def shipped(floor: Floor) -> Order:
    """By the vendor, who corrects it; by the merchant, who takes it back."""
    order = floor.sells((floor.lamp, 2), (floor.mug, 1), shipping="7.00", tax_rate="0.1")
    (theirs,) = floor.alfa.orders
    floor.people.vendor.ships(ALFA, theirs, number="1Z999", company="UPS")
    floor.house.later(200)
    floor.people.vendor.corrects_tracking(ALFA, theirs, number="1Z888", company="UPS")
    floor.house.later(200)
    (part,) = (part for part in floor.house.parts() if part.vendor.name == "Bravo")
    pieces = {f"line:{line.remote_id}": "1" for line in part.lines}
    floor.door.post(f"{floor.part_path('Bravo')}/ship", **pieces, numbers="1Z")
    floor.house.turn()
    return order


def decided_by_hand(floor: Floor) -> Order:
    order = floor.sells((floor.lamp, 1), (floor.mug, 1), paid=False)
    floor.door.post(f"{floor.part_path()}/push_although_held", why="1")
    floor.door.post(f"{floor.part_path('Bravo')}/do_not_push", why="1")
    floor.house.turn()
    floor.door.post(f"{floor.part_path()}/send_again", certain="1")
    floor.house.turn()
    return order


def gone_at_the_vendors(floor: Floor) -> Order:
    order = floor.sells((floor.lamp, 1))
    (theirs,) = floor.alfa.orders
    floor.people.vendor.cancels(ALFA, theirs)
    floor.house.later(200)
    return order


def called_off(floor: Floor) -> Order:
    order = floor.sells((floor.lamp, 1), paid=False)
    floor.people.customer.pays(HARBOUR, order)
    floor.house.turn()
    floor.people.merchant.cancels(HARBOUR, order)
    floor.house.later(200)
    return order


STORIES = {
    story.__name__: story
    for story in (
        held,
        without_add_ons,
        delayed,
        in_rounds,
        on_hold,
        unreached,
        unanswered,
        shut_out,
        shipped,
        decided_by_hand,
        gone_at_the_vendors,
        called_off,
    )
} | {f"risk_{risk}".lower(): judged(risk) for risk in ("HIGH", "PENDING", "LOW")}


@pytest.mark.parametrize("story", STORIES)
def test_what_has_happened_is_told_in_french(floor: Floor, story: str) -> None:
    STORIES[story](floor)
    reader = Bilingual(floor)
    for page in (floor.order_path(), "/why?number=1001", "/orders", "/", "/log", "/mail"):
        assert reader.left(page) == set(), page
    for vendor in ("Alfa", "Bravo"):
        assert reader.left(f"/vendors/{floor.vendor(vendor)}") == set(), vendor


@pytest.mark.parametrize("state", [name for name in vars(TrialOrder) if name.isupper()])
def test_every_state_of_a_test_order_is_told_in_french(floor: Floor, state: str) -> None:
    with floor.house.look() as session:
        vendor = session.scalars(select(Vendor).where(Vendor.name == "Alfa")).one()
        path = f"/vendors/{vendor.public_id}/stores/{vendor.connections[0].public_id}/test-order"
    floor.door.post(path)
    with floor.house.unit() as session:
        trial, to = floor.house.one(session, TrialOrder), getattr(TrialOrder, state)
        if isinstance(to, str):
            trial.state, trial.ended_at = to, floor.house.clock()
            trial.words = "The store did not answer in time."
    assert Bilingual(floor).left(path) == set()


def test_the_spreadsheet_is_french(floor: Floor) -> None:
    held(floor)
    sheet = Door(floor.house, floor.harbour, locale="fr").get("/orders.csv").text
    assert sheet.lstrip("\ufeff").startswith("Commande,Passée le (UTC),Paiement,Fournisseur,État,")
    assert "Retenue,La synchronisation des commandes est désactivée." in sheet


# -- what is wrong, what is asked first, what has worked -------------------------------------------


def test_what_is_wrong_with_a_form_is_told_in_french(floor: Floor) -> None:
    floor.sells((floor.lamp, 1), paid=False)
    reader, vendor = Bilingual(floor), f"/vendors/{floor.vendor('Alfa')}"
    wrong: dict[str, Any] = {"delay_minutes": "soon", "push_every": "7", "x_1": "1"}
    assert reader.left(ORDERS, 422, **wrong) == set()
    assert reader.left(f"{ORDERS}/effect", **wrong) == set()
    assert reader.left("/settings/vendor-shop-sync/privacy", 422, contact_email="1") == set()
    assert reader.left(f"{vendor}/settings", 422, delay_minutes="soon") == set()
    for name in ("", "Bravo", "1" * 200):
        assert reader.left(vendor, 422, name=name, email="1") == set()
    assert reader.left(f"{vendor}/invitation", 422, name="1") == set()
    assert reader.left(f"{floor.part_path()}/ship", 422, link="1", numbers="1\n1") == set()
    assert reader.left(f"{floor.part_path()}/push_although_held", 422, why="") == set()
    assert reader.left(f"{floor.part_path()}/try_again", 422, why="") == set()
    assert reader.left("/orders", 422, action="push_now") == set()


def test_what_is_asked_first_is_asked_in_french(floor: Floor) -> None:
    floor.house.set(order_sync=False)
    floor.sells((floor.lamp, 1))
    reader = Bilingual(floor)
    (order,) = floor.house.orders()
    assert reader.left(ORDERS, 409, order_sync="true", only_if_paid="true") == set()
    assert reader.left(f"{ORDERS}/effect", order_sync="true", only_if_paid="true") == set()
    assert reader.left("/add-ons/order_push/shopify/deactivate", 409, sure="") == set()
    for action in ("push_now", "push_although_held", "send_again", "do_not_push"):
        assert reader.left("/orders", action=action, order=order.public_id) == set(), action


def test_what_somebody_else_changed_meanwhile_is_told_in_french(floor: Floor) -> None:
    floor.door.post(ORDERS, only_if_paid="true", order_sync="true", delay_minutes="20")
    run = floor.house.web.test_cli_runner()
    run.invoke(args=["sluice", "set", HARBOUR, "order_notifications", "hourly"])
    reader = Bilingual(floor)
    assert reader.left(ORDERS, 422, version="0", order_sync="true") == set()
    assert reader.left("/history") == set()


@pytest.mark.parametrize("path", ["/orders/x", "/vendors/x", "/products/x", ORDERS + "x"])
def test_what_is_not_there_is_told_in_french(floor: Floor, path: str) -> None:
    assert Bilingual(floor).left(path, 404) == set()
    french = Door(floor.house, floor.harbour, locale="fr")
    assert '<html lang="fr">' in french.get(path).text
    piece = floor.house.client.get(path, headers=french.headers() | {"HX-Request-Type": "partial"})
    assert piece.status_code == 404
    assert "<html" not in piece.text


def test_what_has_worked_is_told_in_french(floor: Floor) -> None:
    french = Door(floor.house, floor.harbour, locale="fr")
    answer = french.post(ORDERS, order_sync="true", only_if_paid="true", delay_minutes="5")
    assert json.loads(answer.headers["HX-Trigger"]) == {
        "sluice:toast": {"message": "Paramètres enregistrés"}
    }


# -- numbers, days and money -----------------------------------------------------------------------


def test_numbers_days_and_money_are_written_as_the_french_do(floor: Floor) -> None:
    dear = floor.harbour.sells("DEAR", "Chair", "1234.50", vendor="Alfa")
    floor.sells((dear, 2000))
    page = Door(floor.house, floor.harbour, locale="fr").get(floor.order_path()).text
    assert "2\u202f469\u202f000,00\xa0$US" in page
    assert "2\u202f000 ×" in page
    assert "$2,469,000.00" in floor.door.get(floor.order_path()).text


# -- the test itself -------------------------------------------------------------------------------


def test_a_text_that_was_forgotten_is_found() -> None:
    english, french = "<b>Orders</b><i>Not pushed since 3 hours</i>", "<b>Commandes</b>"
    assert left_in_english(english, french) == set()
    assert left_in_english(english, "<b>Orders</b>") == {"Orders"}
    assert left_in_english(english, '<b aria-label="Orders">1</b>') == {"Orders"}
    assert left_in_english(english, "<i>Retenue since 3 heures</i>") == {"Retenue since 3 heures"}
