"""What is left of an order, and of the copy of what a vendor got, once the buyer is forgotten."""

from __future__ import annotations

from dataclasses import replace

from orderflow.mask import privacy
from stores.base import Address
from tests.units.test_compose import LAMP, ORDER, composed


def test_of_a_forgotten_buyer_the_countries_are_left() -> None:
    order = replace(ORDER, lines=(replace(LAMP, attributes=(("Engraving", "Robin"),)),))
    bare = privacy.without_buyer(order)
    assert bare == replace(
        order,
        lines=(LAMP,),
        note="",
        email="",
        phone="",
        tags=(),
        attributes=(),
        shipping_address=Address(country="CA"),
        billing_address=Address(country="CA"),
        accepts_marketing=False,
    )
    sent = privacy.sent_without_buyer(composed())
    assert sent == replace(
        composed(),
        note="",
        email="",
        phone="",
        tags=(),
        attributes=(),
        shipping_address=Address(country="CA"),
        billing_address=Address(country="CA"),
        accepts_marketing=False,
    )
    assert privacy.without_buyer(replace(order, shipping_address=None)).shipping_address is None
    alone = privacy.buyer_alone(ORDER)
    assert (alone.lines, alone.note, alone.tags, alone.attributes) == ((), "", (), ())
    assert alone.email == ORDER.email
