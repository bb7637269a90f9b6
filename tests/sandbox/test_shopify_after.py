"""Order editing, refunds and what they announce, as an app meets them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.people import People
from sandbox.shopify import Shop
from sandbox.shopify.catalogue import Variant
from tests.sandbox.conftest import DOMAIN, Receiver, Talk, order_of

BEGIN = """mutation($id: ID!) { orderEditBegin(id: $id) {
  calculatedOrder { id lineItems(first: 9) { nodes { id quantity editableQuantity } } }
  orderEditSession { id } userErrors { field message } } }"""
SET = """mutation($id: ID!, $line: ID!, $n: Int!, $restock: Boolean) {
  orderEditSetQuantity(id: $id, lineItemId: $line, quantity: $n, restock: $restock) {
    calculatedLineItem { quantity } userErrors { field message } } }"""
ADD = """mutation($id: ID!, $variant: ID!, $twice: Boolean) {
  orderEditAddVariant(id: $id, variantId: $variant, quantity: 1, allowDuplicates: $twice) {
    calculatedLineItem { id } userErrors { message } } }"""
SHIP = """mutation($id: ID!, $line: OrderEditAddShippingLineInput!) {
  orderEditAddShippingLine(id: $id, shippingLine: $line) {
    calculatedShippingLine { title stagedStatus price { shopMoney { amount } } }
    userErrors { field message } } }"""
COMMIT = """mutation($id: ID!) { orderEditCommit(id: $id, staffNote: "why") {
  order { id edited currentTotalPriceSet { shopMoney { amount } } }
  userErrors { field message } } }"""
REFUND = """mutation($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id totalRefundedSet { shopMoney { amount } } } userErrors { field message } } }"""


@pytest.fixture
def order_id(talk: Talk, shirt: Variant) -> str:
    paid = {
        "transactions": [
            {
                "kind": "SALE",
                "status": "SUCCESS",
                "gateway": "marketplace",
                "amountSet": {"shopMoney": {"amount": "37.50", "currencyCode": "USD"}},
            }
        ]
    }
    made = talk.create(order_of(shirt, 3, **paid), inventoryBehaviour="DECREMENT_OBEYING_POLICY")
    return str(made["order"]["id"])


def begin(talk: Talk, order_id: str) -> tuple[str, str]:
    """Ids of the calculated order and of its first line."""
    begun = talk.ask(BEGIN, id=order_id)["orderEditBegin"]["calculatedOrder"]
    return begun["id"], begun["lineItems"]["nodes"][0]["id"]


def words(answer: Any) -> str:
    (payload,) = answer.values()
    return "; ".join(error["message"] for error in payload["userErrors"])


def test_staged_changes_count_once_committed(talk: Talk, shirt: Variant, order_id: str) -> None:
    edit, line = begin(talk, order_id)
    assert not words(talk.ask(SET, id=edit, line=line, n=1, restock=True))
    assert shirt.available == 7
    assert talk.ask(COMMIT, id=edit)["orderEditCommit"]["order"]["edited"]
    assert shirt.available == 9
    assert words(talk.ask(COMMIT, id=edit)) == "The calculated order does not exist."


def test_shipping_comes_with_the_commit(talk: Talk, order_id: str) -> None:
    edit, _ = begin(talk, order_id)
    line = {"title": "Post", "price": {"amount": "2.50", "currencyCode": "USD"}}
    staged = talk.ask(SHIP, id=edit, line=line)["orderEditAddShippingLine"]
    assert staged["calculatedShippingLine"] == {
        "title": "Post",
        "stagedStatus": "ADDED",
        "price": {"shopMoney": {"amount": "2.5"}},
    }
    assert words(talk.ask(SHIP, id=edit, line={**line, "title": " "})) == "Title can't be blank."
    foreign = {"title": "Post", "price": {"amount": "1.00", "currencyCode": "EUR"}}
    assert "Currency" in words(talk.ask(SHIP, id=edit, line=foreign))
    order = talk.ask(COMMIT, id=edit)["orderEditCommit"]["order"]
    assert order["currentTotalPriceSet"]["shopMoney"]["amount"] == "40.0"


def test_ids_are_of_one_session(talk: Talk, order_id: str) -> None:
    (_, line), (edit, _) = begin(talk, order_id), begin(talk, order_id)
    assert words(talk.ask(SET, id=edit, line=line, n=1)) == "The line item does not exist."


def test_a_session_expires(talk: Talk, order_id: str, pass_time: Callable[[float], None]) -> None:
    edit, _ = begin(talk, order_id)
    pass_time(3601)
    assert words(talk.ask(COMMIT, id=edit)) == "The order edit session has expired."


def test_a_variant_comes_twice_only_when_asked_to(
    talk: Talk, shirt: Variant, order_id: str
) -> None:
    edit, _ = begin(talk, order_id)
    assert "already" in words(talk.ask(ADD, id=edit, variant=shirt.gid))
    assert not words(talk.ask(ADD, id=edit, variant=shirt.gid, twice=True))


def test_what_ships_during_an_edit_is_kept(
    talk: Talk, people: People, shop: Shop, order_id: str
) -> None:
    edit, line = begin(talk, order_id)
    talk.ask(SET, id=edit, line=line, n=1)
    people.vendor.ships(shop, order_id, lines={"SHIRT-1": 2})
    assert words(talk.ask(COMMIT, id=edit)) == "You can only edit unfulfilled line items."


@pytest.mark.parametrize(
    ("event", "said"),
    [("cancels", "Canceled"), ("archives", "Archived"), ("ships", "Fulfilled")],
)
def test_an_order_that_is_over_cannot_be_edited(
    talk: Talk, people: People, shop: Shop, order_id: str, event: str, said: str
) -> None:
    person = people.vendor if event == "ships" else people.merchant
    getattr(person, event)(shop, order_id)
    assert words(talk.ask(BEGIN, id=order_id)) == f"{said} orders can't be edited"
    read = "query($id: ID!) { order(id: $id) { merchantEditable merchantEditableErrors } }"
    assert talk.ask(read, id=order_id)["order"]["merchantEditable"] is False


def test_pieces_that_go_by_an_edit_appear_as_a_refund_with_restock_cancel(
    talk: Talk, people: People, receiver: Receiver, world: Any, order_id: str
) -> None:
    people.merchant.edits(DOMAIN, order_id, lines={"SHIRT-1": 1}, note="why")
    world.tick()
    bodies = {h["X-Shopify-Topic"]: json.loads(body) for _, h, body in receiver.got}
    edited = bodies["orders/edited"]["order_edit"]
    (refund,) = bodies["orders/updated"]["refunds"]
    assert [each["delta"] for each in edited["line_items"]["removals"]] == [2]
    assert [(each["restock_type"], each["quantity"]) for each in refund["refund_line_items"]] == [
        ("cancel", 2)
    ]
    assert refund["transactions"] == []


def refund_of(talk: Talk, order_id: str, amount: str) -> dict[str, Any]:
    read = "query($id: ID!) { order(id: $id) { transactions(first: 1) { id gateway } } }"
    (sale,) = talk.ask(read, id=order_id)["order"]["transactions"]
    paid = {"orderId": order_id, "kind": "REFUND", "parentId": sale["id"], "amount": amount}
    return {"orderId": order_id, "transactions": [{**paid, "gateway": sale["gateway"]}]}


def test_a_refund_is_made_once_for_its_key_and_told(
    talk: Talk, shop: Shop, receiver: Receiver, world: Any, order_id: str
) -> None:
    given = refund_of(talk, order_id, "5.00")
    one, other = (talk.ask(REFUND, input=given, key="k-1")["refundCreate"] for _ in range(2))
    assert one == other
    order = next(iter(shop.orders.values()))
    assert (len(order.refunds), order.financial_status) == (1, "PARTIALLY_REFUNDED")
    mismatch = talk.ask(REFUND, input=refund_of(talk, order_id, "6.00"), key="k-1")
    assert "idempotency key" in words(mismatch)
    world.tick()
    told = next(b for _, h, b in receiver.got if h["X-Shopify-Topic"] == "refunds/create")
    (paid,) = json.loads(told)["transactions"]
    assert (paid["kind"], paid["amount"], paid["status"]) == ("refund", "5.00", "success")


def test_no_more_is_refunded_than_was_received(talk: Talk, order_id: str) -> None:
    answer = talk.ask(REFUND, input=refund_of(talk, order_id, "37.51"), key="k-1")
    assert "cannot be greater" in words(answer)


def test_a_refund_without_its_key_is_no_refund(talk: Talk, order_id: str) -> None:
    bare = REFUND.replace(" @idempotent(key: $key)", "").replace(", $key: String!", "")
    assert talk.code(bare, input=refund_of(talk, order_id, "1.00")) == "BAD_REQUEST"


def test_pieces_come_back_the_way_they_went(
    talk: Talk, people: People, shop: Shop, order_id: str
) -> None:
    line = next(iter(shop.orders.values())).lines[0]
    given = {"lineItemId": line.gid, "quantity": 1, "restockType": "RETURN"}
    answer = talk.ask(REFUND, input={"orderId": order_id, "refundLineItems": [given]}, key="k-1")
    assert words(answer) == "Cannot return 1 of a line item that has 0"
    people.vendor.ships(shop, order_id, lines={"SHIRT-1": 2})
    talk.ask(REFUND, input={"orderId": order_id, "refundLineItems": [given]}, key="k-1")
    assert (line.current_quantity, line.fulfilled, line.unfulfilled) == (2, 1, 1)
