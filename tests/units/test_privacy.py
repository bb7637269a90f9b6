"""Whatever is not shared is nowhere in what leaves, field by field and in every mixture."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from orderflow.mask.privacy import Contact, MerchantCard, contact, scrub, shares_buyer
from orderflow.rules.settings import MODES, Settings, combine
from stores.base import Address, SeenOrder

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CARD = MerchantCard("Harbour", "shop@harbour.example.com", "+1 555 0100", "CA")
CANARY = {
    "email": ("canary.mail@example.com",),
    "phone": ("+1 555 0142", "+1 555 0143"),
    "name": ("Canaryfirst", "Canarylast", "Canarycorp"),
}
EVERYTHING = ", ".join(word for words in CANARY.values() for word in words)


def place(phone: str, street: str) -> Address:
    return Address(
        "Canaryfirst", "Canarylast", "Canarycorp", street, "", "Ottawa", "K1A", "ON", "CA", phone
    )


ORDER = SeenOrder(
    id="1",
    name="#1",
    updated_at=NOON,
    placed_at=NOON,
    currency="CAD",
    total=0,
    shipping=0,
    shipping_tax=0,
    payment="paid",
    lines=(),
    note=f"Ring {EVERYTHING}; gate 7",
    email="canary.mail@example.com",
    phone="+1 555 0142",
    attributes=(("From Canaryfirst", EVERYTHING), ("Gate", "7")),
    shipping_address=place("+1 555 0142", "1 Sample Street"),
    billing_address=place("+1 555 0143", "2 Billing Road"),
    accepts_marketing=True,
)


def leaves(**values: object) -> Contact:
    return contact(ORDER, Settings.model_validate(values), CARD, "SL-1")


def text(sent: Contact) -> str:
    return repr(asdict(sent))


modes = some.fixed_dictionaries(
    {name: some.sampled_from(["follow", "share", "replace", "leave_out"]) for name in MODES}
)


@given(modes=modes, replaced=some.booleans())
def test_a_field_that_is_not_shared_is_nowhere(modes: dict[str, str], replaced: bool) -> None:
    settings = Settings.model_validate({**modes, "replace_customer": replaced})
    sent = text(contact(ORDER, settings, CARD, "SL-1")).lower()
    for field, words in CANARY.items():
        if settings.mode(field) != "share":
            assert not [word for word in words if word.lower() in sent]
    if settings.mode("billing") != "share":
        assert "2 billing road" not in sent
    assert "1 sample street" in sent
    if settings.mode("note") == "leave_out":
        assert "gate" not in sent


@given(modes=modes, replaced=some.booleans())
def test_consent_goes_only_by_its_own_word_and_with_the_buyers_own_address(
    modes: dict[str, str], replaced: bool
) -> None:
    settings = Settings.model_validate({**modes, "replace_customer": replaced})
    shared = modes["consent_mode"] == settings.mode("email") == "share"
    assert contact(ORDER, settings, CARD, "SL-1").accepts_marketing is shared


def test_all_shared_is_the_order_as_it_is() -> None:
    sent = leaves(replace_customer=False)
    assert (sent.email, sent.phone, sent.note) == (ORDER.email, ORDER.phone, ORDER.note)
    assert sent.shipping_address == ORDER.shipping_address
    assert sent.billing_address == ORDER.billing_address
    assert sent.attributes == ORDER.attributes


def test_the_recipients_name_may_stay_on_the_parcel_alone() -> None:
    sent = leaves(keep_recipient_name=True)
    assert sent.shipping_address is not None
    assert sent.shipping_address.last_name == "Canarylast"
    assert text(sent).count("Canarylast") == 1
    assert "Canarycorp" not in text(sent)


@pytest.mark.parametrize(
    ("note", "left"),
    [
        ("for Canaryfirst", "for …"),
        ("for CANARYFIRST, from canary.mail@example.com", "for …, from …"),
        ("Canaryfirst Canarylast", "…"),
        ("Canarylast, Canaryfirst", "…"),
        ("call +1 (555) 0142 or 15550143", "call … or …"),
        ("call 5 55-01.42, 1/555/0142 or 555-0143!", "call …, … or …!"),
        ("for Canaryfirst_Canarylast", "for …_…"),
        ("order 2550142 of 55501", "order 2550142 of 55501"),
        ("Canaryfirsts are no buyer", "Canaryfirsts are no buyer"),
        ("gate 7", "gate 7"),
        ("", ""),
    ],
)
def test_a_note_loses_the_buyer_and_nothing_else(note: str, left: str) -> None:
    assert contact(replace(ORDER, note=note), Settings(), CARD, "SL-1").note == left


def test_words_are_scrubbed_as_they_stand_whatever_signs_they_hold() -> None:
    assert scrub("a.b* and axb*", ("a.b*",)) == "… and axb*"


@pytest.mark.parametrize(
    ("address", "unique"),
    [
        ("", "shop+sl-1@harbour.example.com"),
        ("orders@example.com", "orders+sl-1@example.com"),
        ("*@in.example.com", "sl-1@in.example.com"),
    ],
)
def test_the_address_that_stands_in_is_different_for_each_order(address: str, unique: str) -> None:
    assert leaves(contact_email=address).email == unique


def test_a_vendors_own_checkbox_reaches_the_merchants_exceptions() -> None:
    mine = {"replace_customer": False, "email_mode": "share"}
    assert combine(mine, {"replace_customer": True}).values.mode("email") == "replace"
    kept = combine(mine, {"replace_customer": True, "email_mode": "share"}).values
    assert kept.mode("email") == "share"


def test_who_the_buyer_is_counts_as_shared_as_soon_as_one_field_is() -> None:
    assert not shares_buyer(Settings())
    assert shares_buyer(Settings(phone_mode="share"))
    assert not shares_buyer(Settings(note_mode="share", consent_mode="share"))
