"""A merchant's shop: orders seen the same by webhook and by query, fulfilments brought home."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from sandbox.people import People
from sandbox.shopify import App, Shop
from sandbox.world import World
from stores import open_marketplace
from stores.base import (
    Access,
    FulfilmentPart,
    Marketplace,
    OutcomeUnknown,
    SeenOrder,
    SeenPage,
    StoreRefused,
    Tracking,
)
from stores.boundary import read
from stores.shopify.connect import MERCHANT_SCOPES
from stores.shopify.market_answers import SeenPayment
from stores.shopify.marketplace import seen_from_webhook
from stores.shopify.payments import reference_of
from tests.stores.cast import NOON, SECRET

DOMAIN = "mira.myshopify.com"
UPS = Tracking("UPS", "1Z1", "https://ups.example.com/1Z1")


@pytest.fixture
def bodies(world: World) -> list[bytes]:
    """What the shop's webhooks carried so far, oldest first."""
    sent: list[bytes] = []
    world.post = lambda url, headers, body: sent.append(body) or 200  # type: ignore[func-returns-value]
    return sent


@pytest.fixture
def shop(world: World) -> Shop:
    made = Shop(world, DOMAIN)
    made.sells("MUG", "Mug", "19.99", vendor="Vera")
    made.sells("PLATE", "Plate", "7.01", vendor="Otto", location=made.add_location("East"))
    return made


@pytest.fixture
def market(shop: Shop) -> Marketplace:
    app = App("client", SECRET, MERCHANT_SCOPES, webhook_url="https://a.example.com/")
    app.topics = ("orders/updated",)
    token = shop.install(app).access_token
    return open_marketplace(Access("shopify", DOMAIN, {"access_token": token}))


@pytest.fixture
def people(world: World) -> People:
    return People(world)


@pytest.fixture
def order_id(people: People, market: Marketplace) -> str:
    bought = people.customer.buys(
        DOMAIN,
        [("MUG", 3), ("PLATE", 2)],
        shipping="5.00",
        discount="10%",
        tax_rate="0.13",
        note="Ring twice",
        tags=["gift", "b2b"],
        customAttributes=[{"key": "gift", "value": "yes"}],
    )
    return str(bought.id)


def seen(market: Marketplace, order_id: str) -> SeenOrder:
    order = market.read_order(order_id)
    assert order is not None
    return order


def untold(order: SeenOrder) -> SeenOrder:
    """``order`` without what a webhook does not tell."""
    return replace(order, risk=None, on_hold=None)


Change = Callable[[People, str], object]
CHANGES: dict[str, Change] = {
    "nothing": lambda people, order: None,
    "edited": lambda people, order: people.merchant.edits(DOMAIN, order, lines={"MUG": 2}),
    "extended": lambda people, order: people.merchant.edits(DOMAIN, order, adds=[("PLATE", 1)]),
    "refunded": lambda people, order: people.merchant.refunds(DOMAIN, order, lines={"MUG": 1}),
    "cancelled": lambda people, order: people.merchant.cancels(DOMAIN, order),
    "partly shipped": lambda people, order: people.vendor.ships(DOMAIN, order, lines={"MUG": 1}),
    "shipped": lambda people, order: people.vendor.ships(DOMAIN, order),
    "renoted": lambda people, order: people.merchant.changes(DOMAIN, order, note="", email=None),
}


@pytest.mark.parametrize("change", CHANGES)
def test_webhook_and_query_tell_the_same_order(
    world: World,
    market: Marketplace,
    people: People,
    bodies: list[bytes],
    order_id: str,
    change: str,
) -> None:
    CHANGES[change](people, order_id)
    world.tick()
    assert seen_from_webhook(bodies[-1], DOMAIN) == untold(seen(market, order_id))


@pytest.mark.parametrize(
    ("assessed", "told"),
    [("", "none"), ("LOW", "low"), ("MEDIUM", "medium"), ("HIGH", "high"), ("PENDING", "pending")],
)
def test_only_a_query_tells_the_risk_and_whether_all_is_on_hold(
    market: Marketplace, people: People, order_id: str, assessed: str, told: str
) -> None:
    people.merchant.assesses(DOMAIN, order_id, assessed)
    assert (seen(market, order_id).risk, seen(market, order_id).on_hold) == (told, False)
    people.merchant.holds(DOMAIN, order_id)
    assert seen(market, order_id).on_hold is True


def test_the_reference_of_a_payment_is_read_by_itself(
    market: Marketplace, people: People, order_id: str
) -> None:
    (sale,) = people.merchant.changes(DOMAIN, order_id).transactions
    assert market.payment_reference(order_id) == sale.payment_id
    unpaid = people.customer.buys(DOMAIN, [("MUG", 1)], paid=False)
    assert market.payment_reference(str(unpaid.id)) == ""
    assert market.payment_reference("1") is None


LONG = ["x" * 150, "y" * 150, "z" * 100]


@pytest.mark.parametrize(
    ("transactions", "reference"),
    [
        ((), ""),
        ((("SALE", "SUCCESS", "a"), ("SALE", "SUCCESS", "b"), ("CAPTURE", "SUCCESS", "a")), "a, b"),
        ((("AUTHORIZATION", "SUCCESS", "a"), ("CAPTURE", "SUCCESS", "b")), "b"),
        ((("AUTHORIZATION", "SUCCESS", "a"), ("CAPTURE", "FAILURE", "b")), "a"),
        ((("EMV_AUTHORIZATION", "SUCCESS", "a"), ("SALE", "PENDING", "b")), "a"),
        ((("SALE", "SUCCESS", None), ("SALE", "SUCCESS", " "), ("REFUND", "SUCCESS", "c")), ""),
        ((("VOID", "SUCCESS", "a"), ("CHANGE", "SUCCESS", "b"), ("SALE", "ERROR", "c")), ""),
        (tuple(("SALE", "SUCCESS", each) for each in LONG), f"{LONG[0]}, {LONG[2]}"),
    ],
)
def test_a_reference_names_the_payments_that_were_taken_else_promised(
    transactions: Sequence[tuple[str, str, str | None]], reference: str
) -> None:
    names = ("kind", "status", "paymentId")
    told = reference_of(
        read(SeenPayment, dict(zip(names, each, strict=True))) for each in transactions
    )
    assert told == reference


def test_an_order_is_read_with_its_money_and_people(market: Marketplace, order_id: str) -> None:
    order = seen(market, order_id)
    mug, plate = order.lines
    assert (mug.quantity, mug.unit_price, mug.subtotal, mug.vendor) == (3, 1999, 5997, "Vera")
    assert (plate.sku, plate.subtotal, plate.vendor) == ("PLATE", 1402, "Otto")
    assert sum(line.discount for line in order.lines) == 740
    assert order.shipping == 500
    assert order.shipping_address is not None
    assert (order.shipping_address.province, order.shipping_address.country) == ("ON", "CA")
    assert (order.payment, order.fulfilment, order.note) == ("paid", "", "Ring twice")
    assert (order.tags, order.attributes) == (("b2b", "gift"), (("gift", "yes"),))


@pytest.mark.parametrize(("currency", "price"), [("JPY", "1999"), ("KWD", "1.999")])
def test_money_of_any_currency_is_told_the_same(
    world: World,
    market: Marketplace,
    shop: Shop,
    people: People,
    bodies: list[bytes],
    currency: str,
    price: str,
) -> None:
    shop.currency = currency
    shop.sells("CUP", "Cup", price)
    bought = people.customer.buys(DOMAIN, [("CUP", 3)], discount="10%", tax_rate="0.1")
    world.tick()
    order = seen(market, str(bought.id))
    assert seen_from_webhook(bodies[-1], DOMAIN) == untold(order)
    assert order.lines[0].subtotal == 5997


def test_an_app_without_leave_to_see_buyers_still_reads_the_order(
    shop: Shop, market: Marketplace, order_id: str
) -> None:
    shop.grants.installations["client"].app.sees_personal_fields = False
    order = seen(market, order_id)
    assert (order.email, order.phone) == ("", "")
    assert order.shipping_address is not None
    assert (order.shipping_address.last_name, order.shipping_address.city) == ("", "Ottawa")


def test_an_order_that_is_not_there_is_none(market: Marketplace) -> None:
    assert market.read_order("1") is None


def test_an_order_of_many_lines_is_read_whole(market: Marketplace, people: People) -> None:
    bought = people.customer.buys(DOMAIN, [("MUG", number + 1) for number in range(75)])
    order = seen(market, str(bought.id))
    assert [line.quantity for line in order.lines] == list(range(1, 76))


def test_every_order_changed_since_is_listed(market: Marketplace, people: People) -> None:
    bought = [people.customer.buys(DOMAIN, [("MUG", 1)] * 7) for _ in range(12)]
    page = SeenPage((), "", more=True)
    listed, before = set(), NOON - timedelta(hours=1)
    while page.more:
        page = market.orders_since(page.cursor, before, before)
        listed |= {order.id for order in page.orders}
        assert all(len(order.lines) == 7 for order in page.orders)
    assert listed == {str(order.id) for order in bought}


def test_open_orders_placed_between_are_listed_oldest_first(
    market: Marketplace, shop: Shop, people: People
) -> None:
    bought = [people.customer.buys(DOMAIN, [("MUG", 1)]) for _ in range(12)]
    for age, order in enumerate(bought):
        order.created_at -= timedelta(days=age)
        shop.index.put(order)
    people.merchant.cancels(DOMAIN, bought[3].name)
    people.vendor.ships(DOMAIN, bought[4].name)
    page, listed = SeenPage((), "", more=True), []
    while page.more:
        page = market.orders_placed(NOON - timedelta(days=10), NOON, page.cursor)
        listed += [order.name for order in page.orders]
    assert listed == [bought[age].name for age in (10, 9, 8, 7, 6, 5, 2, 1)]


# -- fulfilling ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("delivery", "told"), [("PICK_UP", "pickup"), ("LOCAL", "local")])
def test_pickup_and_local_delivery_are_told_by_webhook_and_by_query(
    world: World, market: Marketplace, people: People, bodies: list[bytes], delivery: str, told: str
) -> None:
    bought = people.customer.buys(DOMAIN, [("MUG", 3), ("PLATE", 2)], delivery=delivery)
    world.tick()
    order = seen(market, str(bought.id))
    assert {line.delivery for line in order.lines} == {told}
    assert order.delivery_told
    assert seen_from_webhook(bodies[-1], DOMAIN) == untold(order)


def test_a_local_delivery_under_any_name_is_told_by_its_fulfilment_orders(
    market: Marketplace, people: People
) -> None:
    named = [{"title": "Bike courier", "code": "bike", "priceSet": FREE}]
    bought = people.customer.buys(DOMAIN, [("MUG", 1)], delivery="LOCAL", shippingLines=named)
    assert [line.delivery for line in seen(market, str(bought.id)).lines] == ["local"]


def test_lines_of_one_order_that_are_delivered_differently_are_told_apart(
    shop: Shop, market: Marketplace, people: People
) -> None:
    bought = people.customer.buys(DOMAIN, [("MUG", 2), ("PLATE", 1)])
    made = shop.orders[bought.id]
    for each in made.fulfillment_orders:
        each.delivery = "PICK_UP" if each.location.name == "East" else "SHIPPING"
    assert [line.delivery for line in seen(market, str(bought.id)).lines] == ["", "pickup"]


def test_goods_of_two_delivery_methods_are_two_parts(
    shop: Shop, market: Marketplace, people: People
) -> None:
    card = shop.sells("CARD", "Gift card", "25.00", vendor="Vera", requires_shipping=False)
    bought = people.customer.buys(DOMAIN, [("MUG", 2), (card, 1)])
    mug, gift = (line.id for line in seen(market, str(bought.id)).lines)
    parts = market.fulfilments(str(bought.id)).open
    assert sorted(tuple(part.lines) for part in parts) == sorted([(mug,), (gift,)])
    assert len({part.location for part in parts}) == 1
    for part in parts:
        market.fulfil(part, [UPS], notify=False)
    assert seen(market, str(bought.id)).fulfilment == "fulfilled"


FREE = {"shopMoney": {"amount": "0.00", "currencyCode": "USD"}}


def part_with(market: Marketplace, order_id: str, line: str) -> FulfilmentPart:
    return next(part for part in market.fulfilments(order_id).open if line in part.lines)


def lines_of(market: Marketplace, order_id: str) -> Sequence[str]:
    return [line.id for line in seen(market, order_id).lines]


def test_each_location_is_a_part_of_its_own(market: Marketplace, order_id: str) -> None:
    mug, plate = lines_of(market, order_id)
    state = market.fulfilments(order_id)
    assert [part.lines for part in state.open] == [{mug: 3}, {plate: 2}]
    assert len({part.location for part in state.open}) == 2
    assert (state.done, state.held) == ((), ())


def test_some_pieces_go_home_with_their_tracking(market: Marketplace, order_id: str) -> None:
    mug, _ = lines_of(market, order_id)
    some = replace(part_with(market, order_id, mug), lines={mug: 2})
    made = market.fulfil(some, [UPS], notify=False)
    state = market.fulfilments(order_id)
    assert [(f.id, f.lines, f.tracking) for f in state.done] == [(made.id, {mug: 2}, (UPS,))]
    assert part_with(market, order_id, mug).lines == {mug: 1}


def test_several_numbers_share_one_fulfilment(market: Marketplace, order_id: str) -> None:
    mug, _ = lines_of(market, order_id)
    second = replace(UPS, number="1Z2", url="https://ups.example.com/1Z2")
    market.fulfil(part_with(market, order_id, mug), [UPS, second], notify=True)
    (done,) = market.fulfilments(order_id).done
    assert done.tracking == (UPS, second)


def test_pieces_without_tracking_go_home_too(market: Marketplace, order_id: str) -> None:
    mug, _ = lines_of(market, order_id)
    market.fulfil(part_with(market, order_id, mug), [], notify=False)
    assert [f.lines for f in market.fulfilments(order_id).done] == [{mug: 3}]


def test_more_than_is_open_is_refused_before_it_is_sent(market: Marketplace, order_id: str) -> None:
    mug, _ = lines_of(market, order_id)
    part = part_with(market, order_id, mug)
    with pytest.raises(StoreRefused, match="More pieces"):
        market.fulfil(replace(part, lines={mug: 4}), [UPS], notify=False)
    with pytest.raises(StoreRefused, match="nothing"):
        market.fulfil(replace(part, lines={}), [UPS], notify=False)
    assert market.fulfilments(order_id).done == ()


def test_a_part_already_fulfilled_by_someone_else_is_refused(
    market: Marketplace, people: People, order_id: str
) -> None:
    mug, _ = lines_of(market, order_id)
    part = part_with(market, order_id, mug)
    people.vendor.ships(DOMAIN, order_id)
    with pytest.raises(StoreRefused):
        market.fulfil(part, [UPS], notify=False)


def test_a_lost_answer_is_settled_by_looking(
    world: World, market: Marketplace, order_id: str
) -> None:
    mug, _ = lines_of(market, order_id)
    part = part_with(market, order_id, mug)
    world.faults.add("lost_answer", DOMAIN, "fulfillmentCreate")
    with pytest.raises(OutcomeUnknown):
        market.fulfil(part, [UPS], notify=False)
    assert [f.lines for f in market.fulfilments(order_id).done] == [{mug: 3}]


def test_a_corrected_number_replaces_the_old_one(market: Marketplace, order_id: str) -> None:
    mug, _ = lines_of(market, order_id)
    made = market.fulfil(part_with(market, order_id, mug), [UPS], notify=False)
    right = Tracking("DHL", "JD9", "https://dhl.example.com/JD9")
    market.correct_tracking(made.id, [right], notify=True)
    assert market.fulfilments(order_id).done[0].tracking == (right,)


def test_a_withdrawn_fulfilment_opens_its_pieces_again(market: Marketplace, order_id: str) -> None:
    mug, _ = lines_of(market, order_id)
    market.withdraw(market.fulfil(part_with(market, order_id, mug), [UPS], notify=False).id)
    state = market.fulfilments(order_id)
    assert [f.cancelled for f in state.done] == [True]
    assert part_with(market, order_id, mug).lines == {mug: 3}


def test_held_goods_are_not_open(market: Marketplace, people: People, order_id: str) -> None:
    before = [dict(part.lines) for part in market.fulfilments(order_id).open]
    people.merchant.holds(DOMAIN, order_id)
    state = market.fulfilments(order_id)
    assert state.open == ()
    assert [(hold.reason, hold.lines) for hold in state.held] == [("other", of) for of in before]


def test_moved_goods_are_fulfilled_where_they_lie_now(
    market: Marketplace, people: People, order_id: str
) -> None:
    mug, plate = lines_of(market, order_id)
    people.merchant.moves(DOMAIN, order_id, location="East")
    (part,) = market.fulfilments(order_id).open
    assert part.lines == {mug: 3, plate: 2}
    market.fulfil(part, [UPS], notify=False)
    assert seen(market, order_id).fulfilment == "fulfilled"
