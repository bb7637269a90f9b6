"""What is shown as what a vendor gets is what is sent: preview, portal and push agree."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from orderflow import clock
from orderflow.book import snapshot
from orderflow.handwork import shown
from orderflow.mask import glimpse
from orderflow.models import MarketplaceOrder, Merchant, Push
from orderflow.rules.settings import MODES
from stores.base import ComposedOrder
from tests.conftest import empty_file
from tests.house import ALFA, HARBOUR, House
from tests.river.stage import Stage

OLD = {"firstName": "Quentin", "lastName": "Oldname", "phone": "+1 902 555 0177"}
HOME = {"address1": "5 Quay Street", "city": "Halifax", "countryCode": "CA", "zip": "B3H 1A1"}
NEW = {"first_name": "Nora", "last_name": "Newname", "address1": "6 Quay Street"}
NOTE = "Call Quentin Oldname or Nora Newname, 902 555 0177"
MASKS = some.fixed_dictionaries(
    {},
    optional={
        "replace_customer": some.booleans(),
        "keep_recipient_name": some.booleans(),
        "share_transaction_reference": some.booleans(),
        "contact_email": some.sampled_from(["", "*@in.example.com", "orders@example.com"]),
        **{name: some.sampled_from(["follow", "share", "replace", "leave_out"]) for name in MODES},
    },
)
KINDS = some.lists(
    some.fixed_dictionaries(
        {
            "pieces": some.integers(1, 3),
            "mug": some.booleans(),
            "card": some.booleans(),
            "paid": some.booleans(),
            "delivery": some.sampled_from(["SHIPPING", "LOCAL"]),
            "discount": some.sampled_from(["", "10%"]),
            "shipping": some.sampled_from(["", "9.99"]),
            "renamed": some.booleans(),
        }
    ),
    min_size=2,
    max_size=3,
)


def _buys(stage: Stage, card: Any, kind: dict[str, Any]) -> None:
    what = [(stage.lamp, kind["pieces"])]
    what += [(stage.mug, 1)] if kind["mug"] else []
    what += [(card, 1)] if kind["card"] else []
    told = {name: kind[name] for name in ("paid", "delivery", "discount", "shipping")}
    more = {"note": NOTE, "customAttributes": [{"key": "Gift", "value": "From Oldname"}]}
    order = stage.sells_on(*what, address=OLD | HOME, tax_rate="0.05", **told, **more)
    if kind["renamed"]:
        stage.house.clock.advance(60)
        stage.people.merchant.changes(HARBOUR, order.name, shipping_address=NEW)
        stage.house.turn()


def _alike(order: ComposedOrder) -> ComposedOrder:
    """Without the key, and the payment's reference, that only an order that leaves has."""
    attributes = tuple(
        (name, "") if "reference" in name else (name, x) for name, x in order.attributes
    )
    email = order.email.replace(order.key.lower(), "")
    return replace(order, key="", email=email, attributes=attributes)


def _previewed(house: House, values: dict[str, Any]) -> dict[tuple[str, str], ComposedOrder]:
    with house.unit() as session:
        merchant = house.one(session, Merchant, shop=HARBOUR)
        looks = [
            glimpse.look(session, merchant, order, values, by="me", now=clock.now())
            for order in session.query(MarketplaceOrder)
        ]
        return {
            (look.original.name, vendor): _alike(order)
            for look in looks
            for vendor, order in look.composed
        }


def _in_the_portal(house: House) -> dict[tuple[str, str], ComposedOrder]:
    with house.unit() as session:
        parts = [session.merge(part) for part in house.parts()]
        return {(x.order.name, x.vendor.name): _alike(shown.show(session, x).order) for x in parts}


def _sent(house: House) -> dict[tuple[str, str], ComposedOrder]:
    with house.look() as session:
        return {
            (push.vendor_order.order.name, push.vendor_order.vendor.name): _alike(
                snapshot.composed_from_json(push.sent)
            )
            for push in session.query(Push)
        }


@seed(20261128)
@hypothesis_settings(max_examples=6, deadline=None)
@given(mask=MASKS, kinds=KINDS)
def test_preview_portal_and_push_agree(
    folder: Path, furnished_file: Path, mask: dict[str, Any], kinds: list[dict[str, Any]]
) -> None:
    with closing(House(empty_file(folder, furnished_file))) as house:
        stage = Stage(house)
        card = stage.harbour.sells("CARD", "Card", "25.00", vendor="Alfa", requires_shipping=False)
        house.set(order_sync=False, only_if_paid=False, hold_local_delivery=False)
        for kind in kinds:
            _buys(stage, card, kind)
        previewed = _previewed(house, mask)
        house.set(**mask)
        house.turn()
        assert _in_the_portal(house) == previewed
        house.set(order_sync=True)
        house.turn()
        assert _sent(house) == previewed, "sent as it was shown"
        assert _previewed(house, {}) == previewed, "and shown so afterwards"


def test_a_vendor_with_two_stores_is_shown_what_goes_into_each(stage: Stage) -> None:
    second = stage.house.shop("alfa-two.myshopify.com")
    stage.house.connect("Alfa", stage.house.shopify_access(second))
    vase = stage.harbour.sells("VASE", "Vase", "17.00", vendor="Alfa")
    theirs = second.sells("A-VASE", "Vase", "9.00")
    stage.house.map(vase, second.domain, str(theirs.id), str(theirs.product.id))
    stage.house.set(order_sync=False)
    stage.sells_on((stage.lamp, 1), (vase, 2), shipping="10.00")
    previewed = _previewed(stage.house, {"order_sync": True})
    stage.house.set(order_sync=True)
    stage.house.turn()
    assert {vendor for _, vendor in previewed} == {f"Alfa ({x})" for x in (ALFA, second.domain)}
    with stage.house.look() as session:
        sent = {
            f"Alfa ({push.connection.access.address})": _alike(
                snapshot.composed_from_json(push.sent)
            )
            for push in session.query(Push)
        }
    assert {vendor: order for (_, vendor), order in previewed.items()} == sent
    assert sum(order.total for order in sent.values()) == 3000 + 3400 + 1000
