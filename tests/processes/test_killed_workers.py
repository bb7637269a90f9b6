"""A worker is killed with ``kill -9`` at each step of a push: one order each, none lost."""

from __future__ import annotations

import os
import signal
from datetime import timedelta

from sqlalchemy import select

from orderflow import clock
from orderflow.models import StoreAccess
from tests.processes.conftest import VENDORS
from tests.processes.plant import CREATES, Plant, wait_for

ALFA, BRAVO, CHARLIE = VENDORS.values()


def test_killed_before_the_call_a_worker_leaves_one_order(plant: Plant) -> None:
    """The token is about to expire, so it is renewed between the decision and the create."""
    with plant.unit() as session:
        access = session.scalars(select(StoreAccess).where(StoreAccess.address == CHARLIE)).one()
        access.expires_at = clock.now() + timedelta(seconds=60)
        access.secrets = {**access.secrets, "refresh_token": "of the time before"}
    plant.slow(CHARLIE, "access_token", 1.5)
    order = plant.buy("Charlie")
    wait_for("the renewal", lambda: plant.fired(CHARLIE))
    plant.programs.kill("worker")
    assert plant.standing(CHARLIE) == []
    with plant.unit() as session:
        access = session.scalars(select(StoreAccess).where(StoreAccess.address == CHARLIE)).one()
        access.expires_at = None
    plant.stack.start_worker()
    plant.wait_for_arrival([order], 1)
    assert plant.counted() == (0, 0)


def test_killed_while_the_stores_execute_a_worker_leaves_one_order_in_each(plant: Plant) -> None:
    plant.slow(ALFA, CREATES["shopify"], 1.5)
    plant.slow(BRAVO, CREATES["woocommerce"], 1.5)
    before = plant.fired(ALFA) + plant.fired(BRAVO)
    order = plant.buy("Alfa", "Bravo")
    wait_for("both creates", lambda: plant.fired(ALFA) + plant.fired(BRAVO) == before + 2)
    plant.lose_webhooks()
    plant.programs.kill("worker")
    plant.stack.start_worker()
    plant.wait_for_arrival([order], 2)
    assert plant.learned(order) == ["look", "look"]
    assert plant.counted() == (0, 0)


def test_killed_before_the_answers_are_written_a_worker_leaves_one_order_in_each(
    plant: Plant,
) -> None:
    plant.slow(ALFA, CREATES["shopify"], 1)
    plant.slow(BRAVO, CREATES["woocommerce"], 1)
    fired = plant.fired(ALFA) + plant.fired(BRAVO)
    there = len(plant.standing(ALFA)), len(plant.standing(BRAVO))
    order = plant.buy("Alfa", "Bravo")
    wait_for("both creates", lambda: plant.fired(ALFA) + plant.fired(BRAVO) == fired + 2)
    plant.lose_webhooks()
    for pid in plant.workers_of():
        os.kill(pid, signal.SIGSTOP)
    wait_for("an order in Alfa's shop", lambda: len(plant.standing(ALFA)) > there[0])
    wait_for("an order at Bravo's site", lambda: len(plant.standing(BRAVO)) > there[1])
    plant.programs.kill("worker")
    assert set(plant.states([order])) <= {"queued"}
    plant.stack.start_worker()
    plant.wait_for_arrival([order], 2)
    assert plant.learned(order) == ["look", "look"]
    assert plant.counted() == (0, 0)


def test_a_fork_whose_parent_was_killed_runs_on_and_a_new_worker_doubles_nothing(
    plant: Plant,
) -> None:
    plant.slow(ALFA, CREATES["shopify"], 1)
    fired = plant.fired(ALFA)
    order = plant.buy("Alfa", "Bravo")
    wait_for("the create", lambda: plant.fired(ALFA) > fired)
    fork = plant.workers_of()[1]
    plant.programs.kill("worker", children=False)
    plant.stack.start_worker()
    os.kill(fork, 0)
    plant.wait_for_arrival([order], 2)
    assert plant.counted() == (0, 0)
