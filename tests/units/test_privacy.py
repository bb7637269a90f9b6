"""The mask takes the buyer out of every field, however the buyer is spelt."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from orderflow.privacy import MerchantCard, contact, plus_address, scrub
from orderflow.settings import Settings
from stores.base import Address, SeenOrder

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CARD = MerchantCard("Harbour", "owner@example.com", "+1 555 0199", "CA")
BUYER = Address(
    "Robin",
    "Sample-Doe",
    "Robcorp",
    "1 Sample Street",
    "Apt 3",
    "Ottawa",
    "K1A",
    "ON",
    "CA",
    "+1 (555) 0100",
)


def order(note: str = "", **more: object) -> SeenOrder:
    return SeenOrder(
        "1",
        "#1",
        NOW,
        NOW,
        "USD",
        1,
        0,
        0,
        "paid",
        (),
        note=note,
        email="robin@example.com",
        phone="+1 (555) 0100",
        shipping_address=BUYER,
        billing_address=BUYER,
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("for Robin", "for …"),
        ("for ROBIN, from robin@example.com", "for …, from …"),
        ("Robin Sample-Doe", "…"),
        ("Sample-Doe, Robin", "…"),
        ("call +1 (555) 0100 or 15550100", "call … or …"),
        ("call 5 55-01.00, 1/555/0100 or 555-0100!", "call …, … or …!"),
        ("for Robin_Sample-Doe", "for …_…"),
        ("order 2550100 of 55501", "order 2550100 of 55501"),
        ("Robinson is no buyer", "Robinson is no buyer"),
        ("gate 7", "gate 7"),
        ("", ""),
    ],
)
def test_a_note_loses_the_buyer_and_nothing_else(text: str, left: str) -> None:
    assert contact(order(text), Settings(), CARD, "SL-1").note == left


def test_the_street_stays_and_who_lives_there_does_not() -> None:
    masked = contact(order(), Settings(), CARD, "SL-1")
    address = masked.shipping_address
    assert address is not None
    assert (address.address1, address.city, address.zip) == ("1 Sample Street", "Ottawa", "K1A")
    assert (address.first_name, address.last_name, address.company) == ("", "Harbour", "")
    assert address.phone == CARD.phone
    assert masked.billing_address == Address(company="Harbour", phone=CARD.phone, country="CA")
    assert masked.email == "owner+sl-1@example.com"


def test_no_field_of_the_mask_holds_the_buyer() -> None:
    seen = order("Robin", attributes=(("For Robin", "robin@example.com"),))
    said = str(asdict(contact(seen, Settings(), CARD, "SL-1")))
    assert [
        word for word in ("Robin", "Sample-Doe", "Robcorp", "robin@", "0100") if word in said
    ] == []


def test_an_order_without_addresses_is_masked_too() -> None:
    bare = SeenOrder("1", "#1", NOW, NOW, "USD", 1, 0, 0, "paid", ())
    assert contact(bare, Settings(), CARD, "SL-1").shipping_address is None


@pytest.mark.parametrize(
    ("email", "made"),
    [("a@example.com", "a+k@example.com"), ("a+b@example.com", "a+k@example.com"), ("", "")],
)
def test_an_address_is_made_unique(email: str, made: str) -> None:
    assert plus_address(email, "K") == made


def test_words_are_scrubbed_as_they_stand_whatever_signs_they_hold() -> None:
    assert scrub("a.b* and axb*", ("a.b*",)) == "… and axb*"
