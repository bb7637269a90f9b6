"""Redis may lose everything at any moment: the orders are in the database."""

from __future__ import annotations

import redis

from tests.processes.plant import Plant, wait_for

ORDERS = 200


def test_two_hundred_orders_arrive_once_though_redis_is_emptied_and_killed_meanwhile(
    plant: Plant,
) -> None:
    orders = []
    for number in range(ORDERS):
        orders.append(plant.buy("Alfa" if number % 2 else "Bravo"))
        if number % 40 == 20:
            with redis.Redis.from_url(plant.stack.settings["redis_url"]) as client:
                client.flushall()
        if number == ORDERS // 2:
            plant.programs.kill("redis")
        if number == ORDERS // 2 + 15:
            plant.start_redis()
    plant.wait_for_arrival(orders, ORDERS)
    assert plant.programs.runs("worker")
    assert plant.programs.runs("clock")
    wait_for("all webhooks read", lambda: "new" not in plant.book.webhooks())
    assert plant.counted() == (0, 0)
