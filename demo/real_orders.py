"""Real orders: bodies that Shopify sent to real shops, delivered as Shopify delivers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from demo.book import Order
from demo.hooks import Delivery, deliver
from demo.stack import CLIENT_SECRET
from demo.stage import HARBOUR
from demo.telling import Stage, StoryFailed, order_when, states, tell_pushed

REAL = (
    ("orders/create", "orders_create.dev_store_2025-01.json", "6200407294252"),
    ("orders/paid", "orders_paid.dev_store_2023-03.json", "5324830114101"),
    ("orders/cancelled", "orders_cancelled.rest_2026-07.json", "450789469"),
    ("orders/updated", "orders_updated.rest_2026-07.json", "450789469"),
    ("orders/updated", "orders_create_updated.docs_sample_2023.json", "820982911946154508"),
)
"""Topic, file and order id. The cancellation comes before the older update: out of order."""

HELD = tuple(order_id for _, _, order_id in REAL[:2])
"""Those that name a vendor, with lines that nobody has mapped."""


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
    sights = Counter(order_id for _, _, order_id in REAL)
    for order_id, count in sights.items():
        order = order_when(stage, order_id, f"order {order_id}", seen_at_least(count))
        _tell_real(stage, order)


def _deliver(stage: Stage, deliveries: list[Delivery]) -> list[int]:
    return deliver(f"{stage.url}/webhooks/shopify", HARBOUR, CLIENT_SECRET, deliveries)


def seen_at_least(times: int) -> Callable[[Order], bool]:
    """Whether so many different webhooks about it were read."""
    told = ("recorded", "older_sight_ignored")
    return lambda order: sum(code in told for code in order.events) >= times


def _tell_real(stage: Stage, order: Order) -> None:
    stage.say(f"{order.name} ({order.total} {order.currency}, {order.payment}):")
    if "older_sight_ignored" in order.events:
        stage.say("  an older webhook came after a newer one and changed nothing")
    for part in order.parts:
        stage.say(f"  {part.vendor}'s part is {part.state}: {' '.join(part.obstacles)}")
    if order.own_lines:
        stage.say(f"  {len(order.own_lines)} lines name no vendor: Harbour's own, never pushed")


def held_then_released(stage: Stage) -> None:
    say = stage.say
    say("\n4. The merchant lets unsynced products go; what was held for them goes by itself")
    released = stage.merchant.save(unsynced_products=True)
    say("Settings → Vendor Shop Sync Settings: *Push orders for unsynced products* is ticked.")
    say(f"Before it saves, the page asks: {released} held orders would be pushed. It is agreed.")
    if released != len(HELD):
        raise StoryFailed(f"The page told {released} held orders, and {len(HELD)} are held.")
    for order_id in HELD:
        order = order_when(stage, order_id, f"the release of {order_id}", states("pushed"))
        tell_pushed(stage, order)
