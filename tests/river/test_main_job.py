"""An order is split, each part is created in its vendor's store, and tracking comes home."""

from __future__ import annotations

from tests.house import BRAVO, HARBOUR, House


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
