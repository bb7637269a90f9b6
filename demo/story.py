"""What happens, told line by line. Every sentence is said after it was seen to be so."""

from __future__ import annotations

from typing import Any

from demo.real_orders import held_then_released, real_orders
from demo.stage import ALFA, BRAVO, BY_HAND, HARBOUR
from demo.telling import (
    EMAIL,
    Stage,
    StoryFailed,
    order_when,
    pieces,
    states,
    tell_pushed,
    wait_for,
)

BUYER = {
    "firstName": "Robin",
    "lastName": "Example",
    "address1": "1 Sample Street",
    "city": "Ottawa",
    "provinceCode": "ON",
    "zip": "K1A 0A1",
    "countryCode": "CA",
    "phone": "+1 555 0100",
}


def tell(stage: Stage) -> None:
    first = two_vendors_and_a_card(stage)
    second = paid_later(stage)
    real_orders(stage)
    held_then_released(stage)
    stage.say("\n5. The vendors ship, and the buyer hears of it")
    for order_id in (first, second):
        shipped(stage, order_id)
    mailed(stage)
    shipped_by_hand(stage)
    wait_for("the last webhook to be read", lambda: "new" not in stage.book.webhooks())


def two_vendors_and_a_card(stage: Stage) -> str:
    say = stage.say
    say("\n1. An order of two vendors and of the merchant's own goods")
    bought = stage.sandbox.act(
        "customer.buys",
        shop=HARBOUR,
        lines=[["LAMP", 1], ["MUG", 2], ["CARD", 1]],
        discount="10%",
        shipping="9.90",
        address=BUYER,
        email=EMAIL,
    )
    say("Robin Example buys a Lamp (Alfa), two Mugs (Bravo) and a Greeting card of Harbour's own,")
    say("with 10 % off and 9.90 for shipping. The shop sends its webhooks.")
    order = order_when(stage, bought["id"], "the order of two vendors", states("pushed"))
    say(f"Recorded: {order.name}, {order.total} {order.currency}, {order.payment}.")
    shares = " + ".join(f"{part.vendor} {part.share}" for part in order.parts)
    say(f"Split: {shares} + Harbour's own {order.own_share} ({', '.join(order.own_lines)}).")
    tell_pushed(stage, order)
    return order.id


def paid_later(stage: Stage) -> str:
    stage.say("\n2. An order that nobody has paid yet")
    bought = stage.sandbox.act(
        "customer.buys",
        shop=HARBOUR,
        lines=[["LAMP", 2]],
        paid=False,
        shipping="5.00",
        address=BUYER,
        email=EMAIL,
    )
    order = order_when(stage, bought["id"], "the unpaid order", states("waiting"))
    stage.say(f"{order.name} waits: {' '.join(order.part('Alfa').obstacles)}")
    stage.sandbox.act("merchant.marks_paid", shop=HARBOUR, order=bought["id"])
    order = order_when(stage, bought["id"], "the paid order", states("pushed"))
    stage.say(f"The merchant marks it as paid, and it goes by itself: {order.payment}.")
    tell_pushed(stage, order)
    return order.id


PARCELS: dict[str, tuple[str, str]] = {
    ALFA: ("UPS", "1Z999AA10123456784"),
    BRAVO: ("DHL Express", "1234567890"),
}


def shipped(stage: Stage, order_id: str) -> None:
    order = stage.book.order(order_id)
    pushes = [push for part in order.parts for push in part.pushes] if order else []
    numbers: set[str] = set()
    for push in pushes:
        company, number = PARCELS[push.host]
        number = f"{number}-{push.id[-3:]}"
        stage.sandbox.act(
            "vendor.ships", host=push.host, order=push.id, number=number, company=company
        )
        stage.say(f"{push.host} ships {push.name} with {company} {number}")
        numbers.add(number)

    def seen() -> dict[str, Any] | None:
        bought = stage.sandbox.order(HARBOUR, order_id)
        told = {t["number"] for parcel in bought["parcels"] for t in parcel["tracking"]}
        return bought if numbers <= told else None

    mine = wait_for("the tracking's way home", seen)
    for parcel in mine["parcels"]:
        told = " ".join(f"{t['company']} {t['number']}" for t in parcel["tracking"])
        count = pieces(sum(parcel["lines"].values()))
        stage.say(f"On {mine['name']} the buyer sees a parcel of {count}: {told}")


def mailed(stage: Stage) -> None:
    """Each part was told to its vendor once, and no mail knows the buyer."""
    stage.say("\n6. Meanwhile the vendors were mailed")
    parts = sum(len(order.parts) for order in stage.book.orders())

    def caught() -> list[dict[str, Any]] | None:
        mails = stage.sandbox.mails()
        return mails if len(mails) >= parts else None

    for mail in wait_for(f"{parts} mails", caught):
        if EMAIL in mail["raw"] or BUYER["address1"] in mail["raw"]:
            raise StoryFailed(f"The mail {mail['subject']} tells of the buyer.")
        stage.say(f"{mail['to']}: {mail['subject']}")


def shipped_by_hand(stage: Stage) -> None:
    """A vendor without a store comes by its invitation and ships in the portal."""
    name, address = BY_HAND
    stage.say("\n7. A vendor without a store ships by hand")
    stage.merchant.invites(name)

    def invited() -> dict[str, Any] | None:
        return next((mail for mail in stage.sandbox.mails() if mail["to"] == address), None)

    vendor = stage.vendor
    vendor.accept(wait_for("the invitation", invited)["text"])
    stage.say(f"{name} is invited by mail, and chooses a password")
    bought = stage.sandbox.act(
        "customer.buys", shop=HARBOUR, lines=[["VASE", 1]], address=BUYER, email=EMAIL
    )
    order = order_when(stage, bought["id"], "the vase's order", states("held"))
    stage.say(f"{order.name} is held: {' '.join(order.part(name).obstacles)}")
    (waiting,) = vendor.new_orders()
    vendor.ships(waiting, "UPS", "1Z999AA10123456999")

    def told() -> bool:
        return bool(stage.sandbox.order(HARBOUR, bought["id"])["parcels"])

    wait_for("the parcel that was typed in", told)
    stage.say(
        f"{name} finds it in the portal and types a number; the buyer of {order.name} sees it"
    )
