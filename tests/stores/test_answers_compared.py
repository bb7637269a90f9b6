"""The answer to a write is compared with what was asked, on every platform."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sandbox.people import People
from sandbox.world import World
from stores.base import Amendment, ComposedLine, ComposedOrder, Difference, Refund, What, Worth
from stores.money import Gross, Net, Shown, Tax, rounded_to_minor
from tests.stores.cast import ORDER, ShopifyShore, Shore, WooShore, shopify_shore, woo_shore
from tests.stores.standing import MUG, NEW_ADDRESS, PLATE, edits, place

LINES = (
    replace(MUG, total=Net(2999), tax=Tax(631)),
    replace(PLATE, total=Net(1001), tax=Tax(209)),
)
TOTAL = Gross(2999 + 631 + 1001 + 209 + 605)
TAXED = replace(ORDER, lines=LINES, shipping_tax=Tax(105), total=TOTAL)


def whats(differences: tuple[Difference, ...]) -> list[What]:
    return [each.what for each in differences]


@pytest.mark.parametrize("included", [True, False])
def test_what_stands_as_it_was_asked_differs_in_nothing(shore: Shore, included: bool) -> None:
    order = replace(TAXED, taxes_included=included)
    assert shore.open().create_order(order).differences == ()
    amended = shore.open().amend_order(shore_id(shore), Amendment(shipping_address=NEW_ADDRESS))
    assert What.ADDRESS not in whats(amended.differences)


def shore_id(shore: Shore) -> str:
    return str(shore.orders()[-1].id)


# -- a store of few decimals -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("currency", "decimals", "unit", "there"),
    [("USD", 0, 1490, "15.00 USD"), ("KWD", 2, 68239, "68.240 KWD"), ("USD", 0, 2704, "27.00 USD")],
)
def test_what_a_store_rounds_to_its_own_decimals_is_told_as_a_rounding(
    world: World, currency: str, decimals: int, unit: int, there: str
) -> None:
    placed = woo_shore(world, decimals=decimals).open().create_order(alone(currency, unit))
    (told,) = placed.differences
    assert (told.what, told.rounding, told.got) == (What.TOTAL, True, there)
    assert told.asked != told.got


@pytest.mark.parametrize(("currency", "decimals"), [("JPY", 0), ("USD", 2), ("KWD", 3), ("JPY", 2)])
def test_a_store_of_enough_decimals_rounds_nothing(
    world: World, currency: str, decimals: int
) -> None:
    placed = woo_shore(world, decimals=decimals).open().create_order(alone(currency, 68239))
    assert placed.differences == ()


def alone(currency: str, unit: int) -> ComposedOrder:
    line = replace(MUG, quantity=1, unit_price=Shown(unit), total=Net(unit))
    return replace(ORDER, currency=currency, lines=(line,), shipping=Net(0), total=Gross(unit))


# -- a store that says something else --------------------------------------------------------------

Twist = Callable[[dict[str, Any]], None]


def lies(monkeypatch: pytest.MonkeyPatch, shore: WooShore, twist: Twist) -> None:
    """What the site says of its orders is twisted on the way."""
    from sandbox.woocommerce import order_view

    honest = order_view.order_view

    def told(*given: Any, **more: Any) -> dict[str, Any]:
        body = honest(*given, **more)
        twist(body)
        return body

    monkeypatch.setattr("sandbox.woocommerce.orders.order_view", told)


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("total", "99.00", What.TOTAL),
        ("currency", "EUR", What.CURRENCY),
        ("total_tax", "3.00", What.TAX),
    ],
)
def test_another_total_tax_or_currency_is_told_with_both_figures(
    monkeypatch: pytest.MonkeyPatch, world: World, field: str, value: str, what: What
) -> None:
    shore = woo_shore(world)
    lies(monkeypatch, shore, lambda body: body.update({field: value}))
    differences = shore.open().create_order(ORDER).differences
    (told,) = [each for each in differences if each.what is what]
    assert value in told.got
    assert told.asked
    assert not told.rounding


def test_fewer_pieces_and_another_address_are_told(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    def twist(body: dict[str, Any]) -> None:
        body["line_items"][0]["quantity"] = 1
        body["shipping"]["address_1"] = "9 Elsewhere"

    shore = woo_shore(world)
    lies(monkeypatch, shore, twist)
    pieces, address = shore.open().create_order(ORDER).differences
    assert (pieces.what, pieces.title, pieces.asked, pieces.got) == (What.QUANTITY, "Mug", "3", "1")
    assert (address.what, address.asked, address.got) == (What.ADDRESS, "", "")


# -- refunds and edits, to the coin ----------------------------------------------------------------


def test_refunds_of_single_pieces_add_up_to_what_was_sent(shore: Shore) -> None:
    order_id = place(shore, TAXED)
    parts = [Worth(Net(1000), Tax(210)), Worth(Net(999), Tax(211)), Worth(Net(1000), Tax(210))]
    for number, part in enumerate(parts):
        refund = Refund(f"SC-{number}", "USD", part.gross, {"l1": 1}, worth={"l1": part})
        made = shore.open().refund_order(order_id, refund)
        assert (made.amount, made.differences) == (part.gross, ())
    assert sum(float(each) for each in shore.refunds(order_id)) == pytest.approx(36.30)


def test_an_edit_after_a_refund_takes_the_refunded_tax_off_once(world: World) -> None:
    shore = woo_shore(world)
    order_id = place(shore, TAXED)
    part = Worth(Net(1000), Tax(210))
    refund = Refund("SC-1", "USD", part.gross, {"l1": 1}, worth={"l1": part}, reason="Back")
    shore.open().refund_order(order_id, refund)
    assert left(shore, order_id) == TAXED.total - part.gross
    fewer = ComposedLine("l1", "Mug", 1, Shown(1000), Net(1000), Tax(210))
    wanted = Gross(1000 + 210 + 1001 + 209 + 605)
    done = shore.open().edit_lines(
        order_id, replace(edits(fewer, tax=210 + 209 + 105), total=wanted)
    )
    assert (left(shore, order_id), done.differences) == (wanted, ())


def test_an_edit_after_an_earlier_version_s_refund_counts_its_tax_too(world: World) -> None:
    """It told the tax by an amount that is more than the refund's items."""
    shore = woo_shore(world)
    order_id = place(shore, TAXED)
    items = shore.site.orders[int(order_id)].of("line")
    api: Any = shore.open()
    body = {
        "amount": "12.10",
        "reason": "Refunded in #1001 [SC-0a]",
        "line_items": [{"id": items[0].id, "quantity": 1, "refund_total": 10.0}],
        "api_refund": False,
    }
    api._client.post(f"orders/{order_id}/refunds", body)
    fewer = ComposedLine("l1", "Mug", 1, Shown(1000), Net(1000), Tax(210))
    wanted = Gross(1000 + 210 + 1001 + 209 + 605)
    shore.open().edit_lines(order_id, replace(edits(fewer, tax=210 + 209 + 105), total=wanted))
    assert left(shore, order_id) == wanted


def left(shore: WooShore, order_id: str) -> int:
    """What the order costs less what was refunded."""
    order = shore.site.orders[int(order_id)]
    return rounded_to_minor(shore.total(order_id), order.currency) - rounded_to_minor(
        order.refunded, order.currency
    )


def test_the_total_of_an_edit_is_compared_without_what_the_vendor_added(world: World) -> None:
    shore = woo_shore(world)
    order_id = place(shore)
    api: Any = shore.open()
    api._client.put(f"orders/{order_id}", {"fee_lines": [{"name": "Gift wrap", "total": "5.00"}]})
    fewer = replace(MUG, quantity=2, total=Net(2000))
    done = shore.open().edit_lines(order_id, replace(edits(fewer), total=Gross(4500)))
    assert done.differences == ()
    less = replace(MUG, quantity=1, total=Net(1000))
    done = shore.open().edit_lines(order_id, replace(edits(less, key="edit-2"), total=Gross(3600)))
    (told,) = done.differences
    assert (told.what, told.asked, told.got) == (What.TOTAL, "36.00 USD", "35.00 USD")


def test_a_vendor_s_refund_of_a_line_that_is_edited_later_is_not_ours(shore: Shore) -> None:
    order_id = place(shore)
    vendor_refunds_a_mug(shore, order_id)
    more = replace(MUG, quantity=4, total=Net(4000))
    done = shore.open().edit_lines(order_id, replace(edits(more), total=Gross(6500)))
    assert done.differences == ()
    less = replace(MUG, quantity=3, total=Net(3000))
    done = shore.open().edit_lines(order_id, replace(edits(less, key="edit-2"), total=Gross(5600)))
    (told,) = done.differences
    assert (told.what, told.asked, told.got) == (What.TOTAL, "56.00 USD", "55.00 USD")


def vendor_refunds_a_mug(shore: Shore, order_id: str) -> None:
    if isinstance(shore, WooShore):
        item = shore.site.orders[int(order_id)].of("line")[0]
        shore.site.refund(int(order_id), "10.00", {item.id: 1})
    elif isinstance(shore, ShopifyShore):
        People(shore.shop.world).merchant.refunds(shore.shop, int(order_id), lines={"MUG": 1})


def test_pieces_that_an_edit_did_not_get_are_told(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    """A plugin that allows so many of a product at most; the total was written beside it."""

    def at_most_two(body: dict[str, Any]) -> None:
        for item in body["line_items"]:
            item["quantity"] = min(item["quantity"], 2)

    shore = woo_shore(world)
    order_id = place(shore)
    lies(monkeypatch, shore, at_most_two)
    more = replace(MUG, quantity=4, total=Net(4000))
    (told,) = shore.open().edit_lines(order_id, replace(edits(more), total=Gross(6500))).differences
    assert (told.what, told.asked, told.got) == (What.QUANTITY, "4", "2")


def test_a_full_refund_that_the_store_made_smaller_is_told(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    from sandbox.woocommerce import refunds

    honest = refunds.refund_view
    monkeypatch.setattr(
        refunds, "refund_view", lambda *a, **k: {**honest(*a, **k), "amount": "50.00"}
    )
    shore = woo_shore(world)
    made = shore.open().refund_order(place(shore), Refund("SC-1", "USD"))
    (told,) = made.differences
    assert (told.what, told.asked, told.got) == (What.REFUND, "55.00 USD", "50.00 USD")


# -- a discount, a payment, an end -----------------------------------------------------------------


@pytest.mark.parametrize("included", [True, False])
def test_the_store_shows_the_discount_whether_prices_hold_tax_or_not(
    world: World, included: bool
) -> None:
    shore = woo_shore(world)
    unit = Shown(1210 if included else 1000)
    line = replace(MUG, unit_price=unit, total=Net(2700), tax=Tax(567))
    total = Gross(2700 + 567)
    placed = place(
        shore,
        replace(ORDER, lines=(line,), shipping=Net(0), total=total, taxes_included=included),
    )
    (item,) = shore.site.orders[int(placed)].of("line")
    assert (f"{item.subtotal:.2f}", f"{item.total:.2f}") == ("30.00", "27.00")
    assert shore.total(placed) == "32.67"


def test_what_was_pushed_unpaid_becomes_as_if_pushed_paid(shore: Shore) -> None:
    variant, product = shore.product("MUG")
    mapped = replace(MUG, variant_id=variant, product_id=product)
    order_id = place(shore, replace(ORDER, lines=(mapped, PLATE), paid=False))
    for _twice in range(2):
        shore.open().mark_paid(order_id)
    order = shore.orders()[0]
    state = order.status if isinstance(shore, WooShore) else order.financial_status
    assert state == ("processing" if isinstance(shore, WooShore) else "PAID")
    assert shore.stock("MUG") == 7


def test_a_payment_moves_nothing_that_the_vendor_has_moved_on(world: World) -> None:
    shore = woo_shore(world)
    order_id = place(shore, replace(ORDER, paid=False))
    shore.site.set_status(int(order_id), "on-hold")
    shore.open().mark_paid(order_id)
    assert shore.site.orders[int(order_id)].status == "on-hold"


@pytest.mark.parametrize("whole", [True, False], ids=["all the money", "all the pieces"])
def test_goods_refunded_without_restock_stay_off_the_shelf_when_it_ends(
    world: World, whole: bool
) -> None:
    shore = woo_shore(world)
    variant, product = shore.product("MUG")
    mapped = replace(MUG, variant_id=variant, product_id=product)
    order_id = place(shore, replace(ORDER, lines=(mapped,), total=Gross(3500)))
    worth = {} if whole else {"l1": Worth(Net(3000), Tax(0))}
    amount = None if whole else Gross(3000)
    shore.open().refund_order(order_id, Refund("SC-1", "USD", amount, {"l1": 3}, worth=worth))
    assert shore.open().cancel_order(order_id, "Not wanted", restock=True).state == "done"
    assert shore.stock("MUG") == 7
    assert shore.site.orders[int(order_id)].status == "refunded"
    assert shore.open().read_order(order_id) is not None


def test_an_address_that_makes_the_shop_reckon_taxes_anew_is_told(world: World) -> None:
    """From Shopify 2026-10 on, of an order of which nothing has left."""
    shore = shopify_shore(world)
    order_id = place(shore, TAXED)
    moved = Amendment(shipping_address=NEW_ADDRESS)
    assert shore.open().amend_order(order_id, moved).differences == ()
    shore.shop.tax_rates = {}
    (told,) = shore.open().amend_order(order_id, moved).differences
    assert (told.what, told.asked) == (What.TOTAL, "54.45 USD")
    assert told.got == f"{shore.total(order_id)} USD"
    assert not told.rounding
