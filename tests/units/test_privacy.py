"""Whatever is not shared is nowhere in what leaves, field by field and in every mixture."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as some

from orderflow.mask.privacy import (
    Contact,
    MerchantCard,
    contact,
    personal_scrubber,
    scrub,
    shares_buyer,
)
from orderflow.mask.scrubbing import Scrubber
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


HIDDEN = (
    "+1 555 0142",
    "O'Brien",
    "kim@example.net",
    "Rene\u0301 Straße",
    "İpek",
    "山田太郎",
    "J.",
)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("call 555\u00a00142, please", "call …, please"),
        ("call 00 1 555 0142", "call …"),
        ("call +1\u2013555\u20110142", "call …"),
        ("call 1.555.01.42.", "call …."),
        ("call [1] (555) 01-42", "call …"),
        ("call tel:5550142", "call tel:…"),
        ("call tel5550142", "call tel…"),
        ("call ５５５０１４２ or ٥٥٥٠١٤٢", "call … or …"),
        ("call 555%200142 or 555&nbsp;0142", "call … or …"),
        ("piece 55501420", "piece 55501420"),
        ("for O&#039;Brien and O&#x27;BRIEN", "for … and …"),
        ("for O\\u0027Brien", "for …"),
        ("for O’Brien", "for …"),
        ("for kim%40example.net!", "for …!"),
        ("for Kim&#64;Example.Net and kim%2540example.net", "for … and …"),
        ("for Ren\\u00e9 Stra\\u00dfe", "for …"),
        ("for REN\u00c9 STRASSE", "for …"),
        ("for Rene Strasse", "for …"),
        ("for ren%C3%A9\\nstra%C3%9Fe", "for …"),
        ("for İPEK, IPEK, ipek and \u0131pek", "for …, …, … and …"),
        ("for İİİ and ßß, kim@example.net", "for İİİ and ßß, …"),
        ("山田太郎様へ", "…様へ"),
        ("J. and J, K", "… and J, K"),
        ("for i\u200bpek", "for …"),
    ],
)
def test_words_go_in_every_spelling_and_escape_of_them(said: str, left: str) -> None:
    assert scrub(said, HIDDEN) == left


MIXED = [*HIDDEN[:5], "gate 7", "…", "ß", "&", "%41"]


@pytest.mark.parametrize("encode", [str, quote, quote_plus, escape, json.dumps, str.upper])
@given(
    words=some.lists(some.sampled_from([*HIDDEN[:5], "gate 7", "…", "ß", "&", "%41"]), max_size=9)
)
def test_what_is_not_hidden_stays_as_it_is(encode: Callable[[str], str], words: list[str]) -> None:
    """Signs that grow when their case is changed do not shift what is cut out."""
    said = f"<{' | '.join(f'[{word}]' for word in words)}>"
    left = scrub(encode(said), ("kim@example.net",))
    assert left == encode(said.replace("kim@example.net", "\0")).replace(
        encode("\0").strip('"'), "…"
    )


def test_a_part_of_a_note_or_a_street_is_taken_for_a_quotation() -> None:
    order = replace(ORDER, note="Leave it behind the blue door, code 4711A, never at number 9")
    said = "The note is too long: '… behind the blue doo"
    buyer = personal_scrubber([order])
    assert buyer.scrub(said) == "The note is too long: '… … doo"
    assert buyer.scrub("Bad code 4711a: the note is bad") == "Bad code …: the note is bad"
    assert buyer.scrub("at 1 sample street?") == "at …?"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("for kim@exa", "for …"),
        ("for O&#039;Br", "for …"),
        ("for someone else", "for someone else"),
        ("for +1 555 01", "for …"),
        ("for 1.55-", "for …"),
        ("for 19", "for 19"),
        ("for k", "for k"),
    ],
)
def test_what_was_cut_in_the_middle_of_a_word_goes_too(said: str, left: str) -> None:
    assert Scrubber.of(HIDDEN).scrub(said, cut=True) == left


LONG = "+1 555 0142", "Canaryfirst Canarylast", "a" * 3000, "kim@example.net"
HOSTILE = ["1 ", "1", "(", "+", "a", "a ", "é", "&#039;", "%41", "%", "\\u0041", "555014", "-", "_"]


@pytest.mark.parametrize("shape", HOSTILE)
def test_eight_times_the_text_takes_about_eight_times_as_long(shape: str) -> None:
    buyer = Scrubber.of(LONG, quoted=["a a a b", "1 1 1 2"])

    def seconds(length: int) -> float:
        text = (shape * length)[:length]
        began = time.process_time()
        buyer.scrub(text)
        return time.process_time() - began

    short, long = (min(seconds(length) for _ in range(3)) for length in (10_000, 80_000))
    assert long < 24 * short


def test_attributes_of_five_thousand_signs_are_masked_at_once() -> None:
    def seconds(length: int) -> float:
        attributes = tuple((f"Field {n}", ("1 " * length)[:length]) for n in range(5))
        began = time.process_time()
        contact(replace(ORDER, attributes=attributes), Settings(note_mode="share"), CARD, "SL-1")
        return time.process_time() - began

    short, long = (min(seconds(length) for _ in range(3)) for length in (1000, 5000))
    assert long < 15 * short


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
