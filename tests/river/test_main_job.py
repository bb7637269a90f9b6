"""An order is split, each part is created in its vendor's store, and tracking comes home."""

from __future__ import annotations

from sandbox.shopify.catalogue import Variant
from tests.house import ALFA, BRAVO, HARBOUR, House
from tests.river.stage import Stage, statements


def test_an_order_of_two_vendors_reaches_both_stores_and_its_tracking_comes_home(
    house: House,
) -> None:
    harbour, alfa, bravo = house.merchant(), house.alfa(), house.bravo()
    lamp = harbour.sells("LAMP", "Lamp", "30.00", vendor="Alfa")
    mug = harbour.sells("MUG", "Mug", "12.50", vendor="Bravo")
    theirs = alfa.sells("A-LAMP", "Lampe", "20.00")
    product = bravo.add_product("B-MUG", "Mug", "9.00", stock=5)
    house.map(lamp, "alfa", str(theirs.id))
    house.map(mug, "bravo", str(product.id), str(product.id))
    house.turn()

    order = house.people.customer.buys(HARBOUR, [(lamp, 1), (mug, 2)], shipping="10.00")
    house.turn()

    assert sorted((p.vendor.name, p.state) for p in house.parts()) == [
        ("Alfa", "pushed"),
        ("Bravo", "pushed"),
    ]
    assert len(alfa.orders) == 1
    assert len(bravo.orders) == 1
    (remote,) = alfa.orders
    house.people.vendor.ships(alfa.domain, remote, number="1Z999", company="UPS")
    (remote,) = bravo.orders
    house.people.vendor.ships(BRAVO, remote)
    house.later(200)
    assert [p.state for p in house.parts()] == ["shipped", "shipped"]
    assert len(order.fulfillments) == 2
    numbers = [tracking.number for parcel in order.fulfillments for tracking in parcel.tracking]
    assert numbers == ["1Z999"]


def test_an_order_of_many_items_asks_the_database_no_more_than_one_of_two(stage: Stage) -> None:
    """But for the lines themselves, which SQLite takes one by one."""
    few, many = [(stage.lamp, 1), (stage.mug, 1)], [(_more(stage, n), 1) for n in range(20)]
    stage.sells_on(*few)
    sent = []
    for goods in (few, many):
        stage.house.let_pass(600, step=60)  # what the order before left to do is done
        with statements(stage) as asked:
            stage.sells_on(*goods)
        sent.append(sum(not each.startswith("INSERT INTO order_line") for each in asked))
    assert sent[1] < sent[0] + 10


def _more(stage: Stage, number: int) -> Variant:
    thing = stage.harbour.sells(f"X{number}", "Thing", "7.00", vendor=("Alfa", "Bravo")[number % 2])
    if number % 2:
        stage.house.map(thing, BRAVO, str(stage.bravos_mug.id), str(stage.bravos_mug.id))
    else:
        stage.house.map(thing, ALFA, str(stage.alfas_lamp.id))
    return thing
