"""What happens, told line by line. Every sentence is said after it was seen to be so."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from demo.book import Book, Order
from demo.hooks import Delivery, deliver
from demo.pretend import Sandbox
from demo.stack import CLIENT_SECRET
from demo.stage import ALFA, BRAVO, HARBOUR, Operator, Say

T = TypeVar("T")
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
EMAIL = "robin@example.com"
REAL = (
    ("orders/create", "orders_create.dev_store_2025-01.json", "6200407294252"),
    ("orders/paid", "orders_paid.dev_store_2023-03.json", "5324830114101"),
    ("orders/cancelled", "orders_cancelled.rest_2026-07.json", "450789469"),
    ("orders/updated", "orders_updated.rest_2026-07.json", "450789469"),
    ("orders/updated", "orders_create_updated.docs_sample_2023.json", "820982911946154508"),
)
"""Topic, file and order id. The cancellation comes before the older update: out of order."""


class StoryFailed(RuntimeError):
    """Something that should have happened did not; the message is a sentence."""


@dataclass(frozen=True)
class Stage:
    """Everything the story plays on."""

    sandbox: Sandbox
    book: Book
    operator: Operator
    url: str
    say: Say


def wait_for(what: str, look: Callable[[], T | None], seconds: float = 30) -> T:
    """What ``look`` finds, as soon as it finds something. StoryFailed after ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise StoryFailed(f"Waited {seconds:.0f} s in vain for {what}.")
        time.sleep(0.1)


def tell(stage: Stage) -> None:
    first = two_vendors_and_a_card(stage)
    second = paid_later(stage)
    real_orders(stage)
    held_then_released(stage)
    stage.say("\n5. The vendors ship, and the buyer hears of it")
    for order_id in (first, second):
        shipped(stage, order_id)
    wait_for("the last webhook to be read", lambda: "new" not in stage.book.webhooks())


def _order_when(stage: Stage, order_id: object, what: str, test: Callable[[Order], bool]) -> Order:
    def look() -> Order | None:
        order = stage.book.order(str(order_id))
        return order if order and test(order) else None

    return wait_for(what, look)


def _states(*states: str) -> Callable[[Order], bool]:
    return lambda order: bool(order.parts) and {p.state for p in order.parts} <= set(states)


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
    order = _order_when(stage, bought["id"], "the order of two vendors", _states("pushed"))
    say(f"Recorded: {order.name}, {order.total} {order.currency}, {order.payment}.")
    shares = " + ".join(f"{part.vendor} {part.share}" for part in order.parts)
    say(f"Split: {shares} + Harbour's own {order.own_share} ({', '.join(order.own_lines)}).")
    _tell_pushed(stage, order)
    return order.id


def _tell_pushed(stage: Stage, order: Order) -> None:
    for part in order.parts:
        for push in part.pushes:
            theirs = stage.sandbox.order(push.host, push.id)
            if EMAIL in json.dumps(theirs):
                raise StoryFailed(f"The buyer's e-mail stands in {part.vendor}'s order.")
            stage.say(f"Pushed: {part.vendor}'s {push.platform} store has it as {push.name},")
            stage.say(f"  {theirs['total']}, for {theirs['email']}: no word of the buyer's e-mail.")


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
    order = _order_when(stage, bought["id"], "the unpaid order", _states("waiting"))
    stage.say(f"{order.name} waits: {' '.join(order.part('Alfa').obstacles)}")
    stage.sandbox.act("merchant.marks_paid", shop=HARBOUR, order=bought["id"])
    order = _order_when(stage, bought["id"], "the paid order", _states("pushed"))
    stage.say(f"The merchant marks it as paid, and it goes by itself: {order.payment}.")
    _tell_pushed(stage, order)
    return order.id


def real_orders(stage: Stage) -> None:
    """Each delivered twice at the same moment, then a forged one."""
    stage.say("\n3. Webhook bodies of real shops, each delivered twice, one of them out of order")
    given = [Delivery(topic, file, f"real-{n}") for n, (topic, file, _) in enumerate(REAL)]
    for delivery in given:
        answers = _deliver(stage, [delivery, delivery])
        stage.say(f"{delivery.topic}, {delivery.file}: answered {answers}")
        if answers != [200, 200]:
            raise StoryFailed(f"{delivery.file} was not taken: {answers}.")
    forged = Delivery("orders/create", REAL[0][1], "forged", forged=True)
    if _deliver(stage, [forged]) != [401]:
        raise StoryFailed("A forged webhook was taken.")
    stage.say("And one with a wrong signature: answered 401")
    for order_id in dict.fromkeys(order for _, _, order in REAL):
        known = len([each for each in REAL if each[2] == order_id])
        order = _order_when(
            stage, order_id, f"order {order_id}", lambda o, n=known: len(_sights(o)) >= n
        )
        _tell_real(stage, order)


def _deliver(stage: Stage, deliveries: list[Delivery]) -> list[int]:
    return deliver(f"{stage.url}/webhooks/shopify", HARBOUR, CLIENT_SECRET, deliveries)


def _sights(order: Order) -> list[str]:
    told = ("recorded", "older_sight_ignored", "cancelled_in_marketplace")
    return [code for code in order.events if code in told]


def _tell_real(stage: Stage, order: Order) -> None:
    stage.say(f"{order.name} ({order.total} {order.currency}, {order.payment}):")
    if "older_sight_ignored" in order.events:
        stage.say("  an older webhook came after a newer one and changed nothing")
    for part in order.parts:
        stage.say(f"  {part.vendor}'s part is {part.state}: {' '.join(part.obstacles)}")
    if order.own_lines:
        stage.say(f"  {len(order.own_lines)} lines name no vendor: Harbour's own, never pushed")


def held_then_released(stage: Stage) -> None:
    stage.say("\n4. The merchant lets unsynced products go; what was held for them goes by itself")
    stage.operator.sluice("set", HARBOUR, "unsynced_products", "on")
    for _, _, order_id in REAL[:2]:
        order = _order_when(stage, order_id, f"the release of {order_id}", _states("pushed"))
        _tell_pushed(stage, order)


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
        pieces = sum(parcel["lines"].values())
        stage.say(f"On {mine['name']} the buyer sees a parcel of {pieces} pieces: {told}")
