"""Who is mailed what, when, and in which language; and that no mail ever names the buyer."""

from __future__ import annotations

from orderflow import clock
from orderflow.access import register
from orderflow.models import Vendor
from tests.house import House
from tests.mail.postbox import ALFA_MAIL, OWNER_MAIL, Postbox
from tests.river.stage import Stage

CANARY = "Canarina"
BUYER = {
    "email": "canarina@canary.example.com",
    "note": "Ring twice, says Canarina",
    "address": {
        "firstName": CANARY,
        "lastName": "Canarsson",
        "company": "Canary Co",
        "address1": "7 Canary Wharf",
        "city": "Ottawa",
        "provinceCode": "ON",
        "zip": "K1C 4N4",
        "countryCode": "CA",
        "phone": "+1 555 0177",
    },
}


def test_a_vendor_is_mailed_when_an_order_arrives(stage: Stage, postbox: Postbox) -> None:
    postbox.knows("Alfa")
    order = stage.sells_on((stage.lamp, 2))
    mail = postbox.only(ALFA_MAIL)
    assert mail["subject"] == f"New order {order.name} from {stage.harbour.name}"
    part = stage.house.part()
    link = f"https://sluice.example.com/portal/orders/{part.public_id}"
    for shape in ("text", "html"):
        assert "2 × Lamp (LAMP)" in mail[shape]
        assert link in mail[shape]
    assert "vendor_mailed" in stage.house.events()


def test_no_mail_names_the_buyer_even_where_the_vendor_is_told(
    stage: Stage, postbox: Postbox
) -> None:
    postbox.knows("Alfa")
    stage.house.set(replace_customer=False)
    stage.sells_on((stage.lamp, 1), **BUYER)
    assert any(CANARY in str(order.shipping_address) for order in stage.alfa.orders.values())
    assert "canar" not in postbox.only(ALFA_MAIL)["raw"].lower()


def test_a_vendor_reads_its_own_language(stage: Stage, postbox: Postbox) -> None:
    postbox.knows("Alfa", language="fr")
    order = stage.sells_on((stage.lamp, 1))
    mail = postbox.only(ALFA_MAIL)
    assert mail["subject"] == f"Nouvelle commande {order.name} de {stage.harbour.name}"
    assert postbox.headers(mail)["Content-Language"] == "fr"
    assert "Ouvrir la commande" in mail["html"]


def test_a_vendor_without_an_address_is_not_written_to(stage: Stage, postbox: Postbox) -> None:
    stage.sells_on((stage.lamp, 1))
    assert postbox.mails() == []
    assert postbox.rows() == []


def test_none_means_none(stage: Stage, postbox: Postbox) -> None:
    postbox.knows("Alfa")
    stage.house.set(order_notifications="none")
    stage.sells_on((stage.lamp, 1))
    assert postbox.mails() == []


def test_the_digest_tells_of_all_orders_of_the_hour_once(stage: Stage, postbox: Postbox) -> None:
    postbox.knows("Alfa")
    stage.house.set(order_notifications="hourly")
    names = [stage.sells_on((stage.lamp, 2)).name for _ in range(3)]
    assert postbox.mails() == []
    stage.house.later(3601)
    mail = postbox.only(ALFA_MAIL)
    assert mail["subject"] == f"3 new orders from {stage.harbour.name}"
    assert all(f"{name}, 2 pieces" in mail["text"] for name in names)
    stage.house.later(3601)
    assert len(postbox.mails()) == 1
    stage.sells_on((stage.lamp, 1))
    stage.house.later(3601)
    assert [mail["subject"] for mail in postbox.mails()][1:] == [
        f"1 new order from {stage.harbour.name}"
    ]


def test_orders_that_find_their_vendor_late_come_in_one_digest(
    stage: Stage, postbox: Postbox
) -> None:
    stray = stage.harbour.sells("VASE", "Vase", "9.00", vendor="Alpha Ltd")
    for _ in range(3):
        stage.sells_on((stray, 1))
    stage.house.later(2 * 3600)
    postbox.knows("Alfa")
    with stage.house.unit() as session:
        vendor = stage.house.one(session, Vendor, name="Alfa")
        register.add_alias(session, vendor, "Alpha Ltd", clock.now())
    stage.house.turn()
    assert postbox.mails() == []
    stage.house.later(3601)
    assert postbox.only(ALFA_MAIL)["subject"].startswith("3 new orders")


def test_a_vendor_is_asked_to_reconnect_once_a_day(stage: Stage, postbox: Postbox) -> None:
    postbox.knows("Alfa")
    stage.alfa.uninstall(stage.house.sluice)
    stage.house.later(stage.house.config.poll_every)
    mail = postbox.only(ALFA_MAIL)
    assert mail["subject"] == f"Please connect your store to {stage.harbour.name} again"
    assert "https://sluice.example.com/portal/stores" in mail["html"]
    stage.house.later(3 * 3600)
    assert len(postbox.mails(ALFA_MAIL)) == 1


def test_the_merchant_is_told_once_a_day_while_orders_need_attention(
    stage: Stage, postbox: Postbox
) -> None:
    postbox.knows_owner()
    stage.house.later(3601)
    assert postbox.mails() == []
    stage.alfa.variants.pop(stage.alfas_lamp.id)
    stage.sells_on((stage.lamp, 1))
    assert stage.states() == {"Alfa": "refused"}
    stage.house.let_pass(5 * 3600, step=3600)
    mail = postbox.only(OWNER_MAIL)
    assert mail["subject"] == f"Orders of {stage.harbour.name} need your attention"
    assert "1 order was refused by a vendor's store" in mail["text"]
    assert "https://admin.shopify.com/store/harbour/apps/client-id" in mail["text"]
    stage.house.let_pass(24 * 3600, step=3600)
    assert len(postbox.mails(OWNER_MAIL)) == 2


def test_without_a_mail_server_the_notice_is_kept_as_not_sent(stage: Stage, house: House) -> None:
    box = Postbox(house)
    box.knows("Alfa")
    stage.sells_on((stage.lamp, 1))
    (row,) = box.rows()
    assert (row.state, row.words) == ("not_sent", "no_mail_is_set_up")
    assert stage.states() == {"Alfa": "pushed"}
