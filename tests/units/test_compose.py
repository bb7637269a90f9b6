"""What leaves for a vendor's store, field by field, and what of the buyer is hidden in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orderflow.mask import privacy
from orderflow.mask.compose import Cargo, Target, compose, in_part, worth
from orderflow.mask.privacy import MerchantCard, contact
from orderflow.rules.settings import Settings
from stores.base import (
    KEY_ATTRIBUTE,
    Address,
    ComposedLine,
    ComposedOrder,
    DeliveryMethod,
    SeenLine,
    SeenOrder,
    Worth,
)
from stores.money import Gross, Net, Shown, Tax

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CARD = MerchantCard("Harbour", "shop@harbour.example.com", "+1 555 0100", "CA")
HOME = Address(
    "Robin",
    "Example",
    "Example Ltd",
    "1 Quay",
    "Flat 2",
    "Halifax",
    "B3H 1A1",
    "NS",
    "CA",
    "+1 902 555 0142",
)
OFFICE = Address("Rob", "Billing", "", "2 Main", "", "Ottawa", "K1A", "ON", "CA", "+1 613 555 0143")
LAMP = SeenLine(
    id="1",
    title="Lamp",
    quantity=3,
    unit_price=1000,
    subtotal=3000,
    discount=300,
    tax=135,
    variant_id="v1",
    variant_title="Red",
    sku="LAMP",
    vendor="Alfa",
    fulfillable=3,
)
MUG = SeenLine("2", "Mug", 1, 900, 900, 0, 45, sku="MUG", vendor="Alfa", fulfillable=1)
ORDER = SeenOrder(
    id="9",
    name="#1001",
    updated_at=NOON,
    placed_at=NOON,
    currency="CAD",
    total=4300,
    shipping=500,
    shipping_tax=25,
    payment="paid",
    lines=(LAMP, MUG),
    url="https://harbour.example.com/9",
    shipping_title="Express",
    note="Ring twice, Robin",
    email="robin@example.com",
    phone="+1 902 555 0142",
    tags=("vip", "for Robin"),
    attributes=(("Gift", "from Robin"), (KEY_ATTRIBUTE, "SL-OTHER")),
    shipping_address=HOME,
    billing_address=OFFICE,
    accepts_marketing=True,
    test=True,
)
CARGO = Cargo(["1", "2"], {"1": 3, "2": 1}, 500, 25, {"1": Target("t1", "p1", "A-LAMP")})
OPEN = Settings(replace_customer=False, consent_mode="share")


def composed(
    order: SeenOrder = ORDER, cargo: Cargo = CARGO, settings: Settings = OPEN, *, paid: bool = True
) -> ComposedOrder:
    return compose(order, cargo, settings, CARD, "SL-Key", paid=paid)


def test_an_order_that_is_shared_leaves_field_by_field() -> None:
    assert composed() == ComposedOrder(
        key="SL-Key",
        reference="#1001",
        currency="CAD",
        lines=(
            ComposedLine(
                key="1",
                title="Lamp",
                quantity=3,
                unit_price=Shown(1000),
                total=Net(2700),
                tax=Tax(135),
                variant_title="Red",
                sku="A-LAMP",
                variant_id="t1",
                product_id="p1",
                requires_shipping=True,
            ),
            ComposedLine(
                key="2",
                title="Mug",
                quantity=1,
                unit_price=Shown(900),
                total=Net(900),
                tax=Tax(45),
                sku="MUG",
                requires_shipping=True,
            ),
        ),
        shipping=Net(500),
        shipping_tax=Tax(25),
        total=Gross(2700 + 135 + 900 + 45 + 500 + 25),
        taxes_included=False,
        paid=True,
        test=True,
        placed_at=NOON,
        reference_url="https://harbour.example.com/9",
        shipping_title="Express",
        note="Ring twice, Robin",
        email="robin@example.com",
        phone="+1 902 555 0142",
        tags=("sluice", "vip", "for Robin"),
        attributes=(("Gift", "from Robin"),),
        shipping_address=HOME,
        billing_address=OFFICE,
        accepts_marketing=True,
    )


def test_masked_the_merchant_stands_in_for_the_buyer() -> None:
    sent = composed(settings=Settings())
    assert sent.note == "Ring twice, …"
    assert sent.email == "shop+sl-key@harbour.example.com"
    assert sent.phone == "+1 555 0100"
    assert sent.tags == ("sluice", "vip", "for …")
    assert sent.attributes == (("Gift", "from …"),)
    assert sent.shipping_address == replace(
        HOME, first_name="", last_name="Harbour", company="", phone="+1 555 0100"
    )
    assert sent.billing_address == Address(company="Harbour", phone="+1 555 0100", country="CA")
    assert not sent.accepts_marketing


def test_what_is_left_out_is_empty() -> None:
    modes = ("email", "phone", "name", "billing", "note", "consent")
    sent = composed(settings=Settings.model_validate({f"{x}_mode": "leave_out" for x in modes}))
    assert (sent.email, sent.phone, sent.note) == ("", "", "")
    assert (sent.tags, sent.attributes) == (("sluice",), ())
    assert sent.shipping_address == replace(HOME, first_name="", last_name="", company="", phone="")
    assert sent.billing_address is None


def test_a_shared_billing_address_has_no_name_that_is_not_shared() -> None:
    sent = composed(settings=Settings(billing_mode="share"))
    assert sent.billing_address == replace(
        OFFICE, first_name="", last_name="Harbour", company="", phone="+1 555 0100"
    )
    bare = composed(replace(ORDER, billing_address=None, shipping_address=None))
    assert (bare.billing_address, bare.shipping_address) == (None, None)


def test_the_name_on_the_parcel_stays_where_the_merchant_wants() -> None:
    sent = composed(settings=Settings(keep_recipient_name=True))
    assert sent.shipping_address == replace(HOME, company="", phone="+1 555 0100")


def test_who_the_buyer_was_before_an_edit_is_hidden_too() -> None:
    before = replace(ORDER, shipping_address=replace(HOME, first_name="Quentin"))
    cargo = replace(CARGO, former=(before,))
    order = replace(ORDER, note="Call Quentin")
    assert composed(order, cargo, Settings()).note == "Call …"
    assert composed(order, CARGO, Settings()).note == "Call Quentin"


def test_the_payments_reference_goes_only_where_it_is_switched_on() -> None:
    order = replace(ORDER, attributes=(("Payment reference", "mine"), ("Gift", "yes")))
    cargo = replace(CARGO, reference="pay-1")
    on = replace_settings(share_transaction_reference=True)
    assert composed(order, cargo).attributes == (("Payment reference", "mine"), ("Gift", "yes"))
    assert composed(order, cargo, on).attributes == (
        ("Gift", "yes"),
        ("Payment reference", "pay-1"),
    )
    assert composed(order, CARGO, on).attributes == (("Gift", "yes"),)


def replace_settings(**values: object) -> Settings:
    return Settings.model_validate({**OPEN.model_dump(), **values})


@pytest.mark.parametrize(
    ("methods", "told"),
    [
        (("", ""), None),
        (("pickup", ""), "Local pickup: the buyer fetches it from the merchant"),
        (("", "local"), "Local delivery: the merchant brings it to the buyer"),
        (
            ("local", "pickup"),
            "Local pickup: the buyer fetches it from the merchant, "
            "Local delivery: the merchant brings it to the buyer",
        ),
    ],
)
def test_what_is_not_simply_shipped_says_so(methods: tuple[str, str], told: str | None) -> None:
    assert {*methods} <= {"", *DeliveryMethod}
    lines = tuple(replace(x, delivery=y) for x, y in zip((LAMP, MUG), methods, strict=True))
    sent = composed(replace(ORDER, lines=lines))
    assert dict(sent.attributes).get("Delivery method") == told
    alone = composed(replace(ORDER, lines=lines), replace(CARGO, pieces={}))
    assert "Delivery method" not in dict(alone.attributes)


def test_some_pieces_cost_their_share_and_carry_their_shipping() -> None:
    sent = composed(cargo=replace(CARGO, pieces={"1": 2}))
    assert [(x.quantity, x.total, x.tax) for x in sent.lines] == [(2, 1800, 90)]
    assert (sent.shipping, sent.shipping_tax) == (375, 19)
    assert sent.total == 1800 + 90 + 375 + 19
    free = replace(ORDER, lines=(replace(LAMP, discount=5000), MUG))
    assert composed(free).shipping == 500
    assert composed(free, replace(CARGO, pieces={"1": 3})).shipping == 0


def test_what_is_not_shipped_says_so() -> None:
    lines = (replace(LAMP, requires_shipping=False), MUG)
    sent = composed(replace(ORDER, lines=lines))
    assert [line.requires_shipping for line in sent.lines] == [False, True]


def test_inclusive_prices_are_told_net() -> None:
    sent = composed(replace(ORDER, taxes_included=True))
    assert sent.taxes_included
    assert [(x.total, x.tax) for x in sent.lines] == [(2565, 135), (855, 45)]
    assert (sent.shipping, sent.shipping_tax, sent.total) == (475, 25, 2700 + 900 + 500)


def test_the_price_of_shipping_that_was_agreed_on_stays() -> None:
    agreed = replace(composed(), shipping=Net(400), shipping_tax=Tax(20))
    cargo = replace(CARGO, shipping=100, shipping_tax=5, agreed=agreed)
    sent = composed(cargo=cargo)
    assert (sent.shipping, sent.shipping_tax) == (500, 25)
    others_left = composed(cargo=replace(cargo, part_lines=["2"], pieces={"1": 3}))
    assert (others_left.shipping, others_left.shipping_tax) == (400, 20)
    nothing = composed(cargo=replace(cargo, part_lines=[], pieces={}))
    assert (nothing.shipping, nothing.shipping_tax) == (400, 20)


def test_pieces_that_left_and_are_wanted_no_more_cost_what_was_agreed_on() -> None:
    agreed = composed()
    order = replace(ORDER, lines=(replace(LAMP, quantity=1, subtotal=9, discount=0, tax=0), MUG))
    cargo = replace(CARGO, pieces={"1": 2}, agreed=agreed)
    assert [(x.total, x.tax) for x in composed(order, cargo).lines] == [(1800, 90)]
    wanted = replace(cargo, pieces={"1": 1})
    assert [(x.total, x.tax) for x in composed(order, wanted).lines] == [(9, 0)]
    more = replace(cargo, pieces={"1": 4})
    assert [(x.total, x.tax) for x in composed(order, more).lines] == [(36, 0)]
    all_three = replace(cargo, pieces={"1": 3})
    assert [(x.total, x.tax) for x in composed(order, all_three).lines] == [(2700, 135)]


def test_a_line_without_a_target_keeps_its_own_sku() -> None:
    bare = replace(CARGO, targets={"1": Target("t1", "p1", "")})
    first, second = composed(cargo=bare).lines
    assert (first.sku, first.variant_id, first.product_id) == ("LAMP", "t1", "p1")
    assert (second.sku, second.variant_id, second.product_id) == ("MUG", "", "")


def test_worth_of_no_some_and_more_pieces() -> None:
    assert worth(LAMP, 0, included=False) == Worth(Net(0), Tax(0))
    assert worth(LAMP, 1, included=False) == Worth(Net(900), Tax(45))
    assert worth(LAMP, 6, included=False) == Worth(Net(5400), Tax(270))
    assert worth(LAMP, 4, included=True) == Worth(Net(3600 - 180), Tax(180))
    assert worth(replace(LAMP, quantity=0), 2, included=False) == Worth(Net(0), Tax(0))
    assert worth(replace(LAMP, tax=100, discount=0), 1, included=False).tax == 33, "the odd coin"
    odd = worth(replace(LAMP, subtotal=3001, tax=134), 4, included=False)
    assert odd == Worth(Net(3601), Tax(178)), "rounded down"
    whole = Worth(Net(100), Tax(10))
    assert in_part(whole, 1, 3) == Worth(Net(33), Tax(3))
    assert in_part(whole, 2, 3) == Worth(Net(67), Tax(7))
    for pieces, of in ((3, 3), (4, 3), (1, 0)):
        assert in_part(whole, pieces, of) == whole
    assert in_part(whole, 0, 3) == Worth(Net(0), Tax(0))


# -- what a vendor is told of who bought ---------------------------------------------------------


@pytest.mark.parametrize("phone", ["555 0142", "5550142", "+1 902 555 0142"])
def test_a_note_may_not_name_what_is_replaced(phone: str) -> None:
    order = replace(ORDER, note=f"Example, Robin of Example Ltd, {phone}, robin@example.com")
    assert composed(order, settings=Settings()).note == "… of …, …, …"
    shared = Settings(note_mode="share", phone_mode="share")
    assert composed(order, settings=shared).note == f"… of …, {phone}, …"
    named = Settings(note_mode="share", name_mode="share")
    assert composed(order, settings=named).note == "Example, Robin of Example Ltd, …, …"


def test_a_note_that_is_replaced_names_nothing_of_the_buyer_whatever_is_shared() -> None:
    shared = Settings(name_mode="share", phone_mode="share", email_mode="share")
    assert composed(settings=shared).note == "Ring twice, …"
    assert composed(settings=shared).phone == ORDER.phone


def test_all_that_the_buyer_told_is_known_where_a_store_quotes_it() -> None:
    words = set(privacy.personal_words(ORDER))
    assert {
        "robin@example.com",
        "robin",
        "Robin",
        "Example",
        "Example Ltd",
        "Robin Example",
    } <= words
    assert {"Example Robin", "Example, Robin", "1 Quay", "Flat 2", "2 Main"} <= words
    assert {"Halifax", "B3H 1A1", "B3H1A1", "Ottawa", "+1 902 555 0142", "+1 613 555 0143"} <= words
    assert {"Ring twice, Robin", "from Robin", "SL-OTHER"} <= words
    assert not {"NS", "ON", "CA", "Gift"} & words
    far = replace(ORDER, shipping_address=replace(HOME, province="Nova Scotia", country="Canada"))
    assert {"Nova Scotia", "Canada"} <= set(privacy.personal_words(far))
    far = replace(ORDER, shipping_address=replace(HOME, province="Ohio", country="USA"))
    assert {"Ohio", "USA"} <= set(privacy.personal_words(far))
    box = replace(ORDER, email="Info@example.com")
    assert "info" not in set(privacy.personal_words(box))
    assert privacy.personal_words(ORDER)[0] == "Ring twice, Robin", "the longest first"


def test_short_words_and_numbers_are_no_buyers() -> None:
    order = replace(
        ORDER,
        phone="123",
        shipping_address=Address(first_name="J", last_name="Li"),
        billing_address=None,
    )
    words = privacy.personal_words(order)
    assert "123" not in words
    assert "555 0142" in privacy.personal_words(replace(order, phone="555 0142"))
    assert "555 014" not in privacy.personal_words(replace(order, phone="555 014"))
    assert "J" not in words
    assert {"Li", "J Li"} <= set(words)


@pytest.mark.parametrize(
    ("contact_email", "expected"),
    [
        ("", ""),
        ("nobody", ""),
        ("a@b.example", "a+sl-1@b.example"),
        ("a+x@b.example", "a+sl-1@b.example"),
        ("*@b.example", "sl-1@b.example"),
    ],
)
def test_an_address_is_made_unique(contact_email: str, expected: str) -> None:
    assert privacy.unique_address(contact_email, "SL-1") == expected


def test_quoted_references_and_parts_of_texts_are_scrubbed() -> None:
    scrubber = privacy.personal_scrubber([ORDER], ["pay-12345"])
    assert scrubber.scrub("payment pay-12345 of robin at 1 Quay") == "payment … of … at …"


def test_a_contact_without_switch_has_no_reference() -> None:
    assert contact(ORDER, Settings(), CARD, "SL-1", (), "pay-1").payment_reference == ""
    on = Settings(share_transaction_reference=True)
    assert contact(ORDER, on, CARD, "SL-1").payment_reference == ""
    shared = Settings(share_transaction_reference=True)
    assert contact(ORDER, shared, CARD, "SL-1", (), "pay-1").payment_reference == "pay-1"
