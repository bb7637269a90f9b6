"""The merchant ships for a vendor: what is typed in goes home like a parcel seen in a store."""

from __future__ import annotations

from typing import Any

import pytest

from orderflow.models import Shipment
from sandbox.shopify.order import Order
from tests.webapp.shop_floor import Floor


@pytest.fixture
def order(floor: Floor) -> Order:
    """Three lamps that nobody pushes."""
    floor.house.set(order_sync=False)
    return floor.sells((floor.lamp, 3))


def line(floor: Floor) -> str:
    (only,) = floor.house.part().lines
    return f"line:{only.remote_id}"


def ship(floor: Floor, pieces: object = 3, **form: Any) -> Any:
    typed = {line(floor): str(pieces), "carrier": "UPS", "numbers": "1Z1", "link": "", **form}
    answer = floor.door.post(f"{floor.part_path()}/ship", **typed)
    floor.house.turn()
    return answer


def shipment(floor: Floor) -> str:
    with floor.house.look() as session:
        (found,) = session.query(Shipment).filter(Shipment.state != Shipment.WITHDRAWN)
        return f"{floor.part_path()}/shipments/{found.remote_id}"


def living(order: Order) -> list[Any]:
    return [each for each in order.fulfillments if each.status.lower() != "cancelled"]


def test_the_form_offers_what_is_left_to_ship(floor: Floor, order: Order) -> None:
    page = floor.door.get(f"{floor.part_path()}/ship").text
    assert "3 pieces may be in it." in page
    assert f'name="{line(floor)}" inputmode="numeric" size="6" value="3"' in page


def test_what_is_shipped_by_hand_becomes_a_fulfilment_of_the_buyers_order(
    floor: Floor, order: Order
) -> None:
    answer = ship(floor)
    assert answer.status_code == 200
    assert "the shop is being told" in answer.headers["HX-Trigger"]
    (parcel,) = living(order)
    assert [(t.company, t.number) for t in parcel.tracking] == [("UPS", "1Z1")]
    assert floor.states() == {"Alfa": "shipped"}
    assert "It was shipped on the vendor's behalf: 3 pieces." in _page(floor)


def _page(floor: Floor) -> str:
    return floor.door.get(floor.order_path()).text.replace("&#39;", "'")


def test_a_part_of_it_can_be_shipped_and_then_the_rest(floor: Floor, order: Order) -> None:
    ship(floor, 1)
    assert floor.states() == {"Alfa": "partly_shipped"}
    assert ship(floor, 3, numbers="1Z2").status_code == 422
    assert ship(floor, 2, numbers="1Z2").status_code == 200
    assert floor.states() == {"Alfa": "shipped"}
    assert len(living(order)) == 2


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"pieces": 4}, "line", "That is more than is left to ship."),
        ({"pieces": 0}, "lines", "how many pieces are in the parcel"),
        ({"pieces": "x"}, "line", "Write a whole number, 0 or more."),
        ({"pieces": "-1"}, "line", "Write a whole number, 0 or more."),
        ({"numbers": "1Z1\r\n1Z1"}, "numbers", "The same number stands here twice."),
        ({"numbers": "1Z2\r\n9.4E+21"}, "numbers", "A spreadsheet has rounded this number"),
        ({"numbers": "=A1"}, "numbers", "This is a formula."),
        ({"link": "javascript:alert(1)"}, "link", "Write a whole address"),
        ({"link": "https://a.example.com", "numbers": "1\n2"}, "link", "One link fits one number."),
    ],
)
def test_a_mistake_stands_at_its_field_and_keeps_what_was_typed(
    floor: Floor, order: Order, typed: dict[str, Any], field: str, said: str
) -> None:
    answer = ship(floor, **{"carrier": "My <carrier>", **typed})
    assert answer.status_code == 422
    name = line(floor) if field == "line" else field
    assert f'id="error-{name}">{said}' in answer.text or said in answer.text
    assert f'aria-describedby="error-{name}"' in answer.text
    assert "My &lt;carrier&gt;" in answer.text
    assert living(order) == []


def test_a_number_of_another_shipment_is_refused(floor: Floor, order: Order) -> None:
    ship(floor, 1)
    answer = ship(floor, 1)
    assert answer.status_code == 422
    assert "Another shipment of this order has that number already." in answer.text


def test_a_shipment_can_be_corrected(floor: Floor, order: Order) -> None:
    ship(floor, 3)
    path = shipment(floor)
    assert 'value="UPS"' in floor.door.get(path).text
    typed = {line(floor): "2", "carrier": "DHL", "numbers": "JD9"}
    assert floor.door.post(path, **typed).status_code == 200
    floor.house.turn()
    (parcel,) = living(order)
    assert [(t.company, t.number) for t in parcel.tracking] == [("DHL", "JD9")]
    assert floor.states() == {"Alfa": "partly_shipped"}


def test_a_shipment_can_be_withdrawn_and_the_part_waits_again(floor: Floor, order: Order) -> None:
    ship(floor)
    assert floor.door.post(f"{shipment(floor)}/withdraw").status_code == 200
    floor.house.turn()
    assert living(order) == []
    assert floor.states() == {"Alfa": "held"}
    assert floor.alfa.orders == {}


def test_a_pushed_part_can_be_shipped_by_the_merchant_too(floor: Floor) -> None:
    order = floor.sells((floor.lamp, 2))
    assert ship(floor, 2).status_code == 200
    assert floor.states() == {"Alfa": "shipped"}
    floor.door.post(f"{shipment(floor)}/withdraw")
    floor.house.turn()
    assert floor.states() == {"Alfa": "pushed"}
    assert living(order) == []


def test_what_the_marketplace_refused_can_be_told_again(floor: Floor, order: Order) -> None:
    ship(floor)
    with floor.house.unit() as session:
        found = session.query(Shipment).one()
        found.state, found.words = Shipment.STUCK, "No."
    assert floor.door.post(f"{floor.part_path()}/try_again").status_code == 200
    floor.house.turn()
    with floor.house.look() as session:
        assert session.query(Shipment).one().state == Shipment.REPORTED
    assert len(living(order)) == 1
