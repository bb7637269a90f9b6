"""The GraphQL door: tokens, versions, rights, errors, cost and throttling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse, print_ast, validate

from sandbox.shopify import App, Shop
from sandbox.shopify.catalogue import Variant
from sandbox.shopify.endpoint import prepare
from sandbox.shopify.schema import required_access, schema
from sandbox.world import World
from tests.sandbox.conftest import DOMAIN, ORDER_ID, Talk, order_of

OPERATIONS = sorted((Path(__file__).parent / "operations").glob("*.graphql"))
NOT_HERE = {
    "BulkOps",
    "BulkRunQuery",
    "FulfillmentEventCreate",
    "RevokeScopes",
}
TOO_DEAR = {"OrderFulfillmentOrders"}


def every_operation() -> list[Any]:
    return [
        pytest.param(each, id=each.name.value)
        for file in OPERATIONS
        for each in parse(file.read_text()).definitions
        if isinstance(each, OperationDefinitionNode) and each.name
    ]


def inputs(shirt: Variant, order: str) -> dict[str, Any]:
    """Something for every variable name that the operations use."""
    return {
        "key": "ref",
        "value": "k-1",
        "query": "",
        "id": order,
        "orderId": order,
        "order": order_of(shirt),
        "reason": "OTHER",
        "restock": True,
        "lineItemId": order,
        "variantId": shirt.gid,
        "quantity": 1,
        "title": "T",
        "price": {"amount": "1", "currencyCode": "USD"},
        "definition": {"name": "R", "key": "r", "type": "id", "ownerType": "ORDER"},
        "topic": "ORDERS_CREATE",
        "webhookSubscription": {"uri": "https://app.example.com/more"},
        "idempotencyKey": "k",
        "tags": ["t"],
        "scopes": ["read_orders"],
        "fulfillment": {"lineItemsByFulfillmentOrder": []},
        "fulfillmentId": "gid://shopify/Fulfillment/1",
        "trackingInfoInput": {"number": "1"},
        "fulfillmentEvent": {"fulfillmentId": "gid://shopify/Fulfillment/1", "status": "DELIVERED"},
    }


INPUTS: dict[str, dict[str, Any]] = {
    "InventorySet": {"name": "available", "reason": "correction", "quantities": []},
    "InventoryAdjust": {"name": "available", "reason": "correction", "changes": []},
    "RefundCreate": {"orderId": "gid://shopify/Order/1"},
}


@pytest.mark.parametrize("operation", every_operation())
def test_every_documented_operation_runs_or_says_why_not(
    talk: Talk, shirt: Variant, operation: OperationDefinitionNode
) -> None:
    name = operation.name.value if operation.name else ""
    made = talk.create(order_of(shirt))["order"]["id"]
    asked = {each.variable.name.value for each in operation.variable_definitions or ()}
    given = {**inputs(shirt, made), "input": INPUTS.get(name, {"id": made})}
    variables = {key: value for key, value in given.items() if key in asked}
    answer = talk(print_ast(operation), **variables)
    codes = [each.get("extensions", {}).get("code") for each in answer.get("errors", [])]
    if name in NOT_HERE:
        assert set(codes) <= {"NOT_IN_THE_SANDBOX", "ACCESS_DENIED"}
        assert codes
    elif name in TOO_DEAR:
        assert codes == ["MAX_COST_EXCEEDED"]
    elif name == "OrderByCustomId":
        assert codes == ["NOT_FOUND"]
    else:
        assert not codes, answer["errors"]


def test_the_schema_is_shopifys_and_knows_who_may_what() -> None:
    assert not validate(schema(), parse("{ shop { name } }"))
    access = required_access()
    assert access["Mutation", "orderCreate"].scopes == ("write_orders",)
    assert "read_orders" in access["Order", None].scopes


def test_an_unknown_field_is_named(talk: Talk) -> None:
    answer = talk("{ shop { nme } }")
    assert "data" not in answer
    assert answer["errors"][0]["message"] == "Field 'nme' doesn't exist on type 'Shop'"
    assert answer["errors"][0]["extensions"]["code"] == "undefinedField"


def test_a_field_beyond_the_sandbox_is_a_clear_error(talk: Talk) -> None:
    answer = talk("{ shop { shopOwnerName } }")
    assert answer["errors"][0]["message"] == "Shop.shopOwnerName is not in the sandbox"


def test_a_missing_variable_is_told(talk: Talk) -> None:
    assert talk.code("query($id: ID!) { order(id: $id) { id } }") == "INVALID_VARIABLE"


def test_a_missing_scope_is_access_denied_with_null(world: World, shop: Shop, talk: Talk) -> None:
    other = App("client-2", "secret-2", ["read_products"], id=2)
    poor = Talk(world, DOMAIN, shop.install(other).access_token)
    answer = poor('{ shop { name } order(id: "gid://shopify/Order/1") { id } }')
    assert answer["data"] == {"shop": {"name": "Alfa"}, "order": None}
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert "read_orders" in answer["errors"][0]["extensions"]["requiredAccess"]


def test_protected_fields_are_null_without_approval(app: App, talk: Talk, shirt: Variant) -> None:
    address = {"firstName": "Ann", "city": "Ottawa", "countryCode": "CA"}
    made = talk.create(order_of(shirt, shippingAddress=address, email="a@example.com"))["order"]
    read = "query($id: ID!) { order(id: $id) { email shippingAddress { firstName city } } }"
    app.sees_personal_fields = False
    seen = talk.ask(read, id=made["id"])["order"]
    assert seen == {"email": None, "shippingAddress": {"firstName": None, "city": "Ottawa"}}


def test_versions_fall_forward_and_garbage_is_not_found(talk: Talk) -> None:
    old = talk.post("{ shop { id } }", version="2024-10")
    assert old.headers["X-Shopify-API-Version"] == "2026-01"
    assert old.headers["X-Request-Id"]
    assert talk.post("{ shop { id } }", version="2026-13").status_code == 404


def test_a_dead_token_is_401(talk: Talk, shop: Shop, app: App) -> None:
    shop.uninstall(app)
    assert talk.post("{ shop { id } }").status_code == 401


@pytest.mark.parametrize(
    ("state", "status"), [("frozen", 402), ("locked", 423), ("security", 430), ("down", 503)]
)
def test_a_shop_in_trouble_answers_with_its_status(
    talk: Talk, shop: Shop, state: str, status: int
) -> None:
    shop.state = state
    assert talk.post("{ shop { id } }").status_code == status


def test_an_unknown_shop_is_404(world: World) -> None:
    assert Talk(world, "nobody.myshopify.com", "x").post("{ shop { id } }").status_code == 404


def cost(answer: dict[str, Any]) -> tuple[Any, Any, Any]:
    told = answer["extensions"]["cost"]
    left = told["throttleStatus"]["currentlyAvailable"]
    return told["requestedQueryCost"], told["actualQueryCost"], left


def test_creating_an_order_costs_eleven(talk: Talk, shirt: Variant) -> None:
    assert cost(talk(ORDER_ID, order=order_of(shirt))) == (11, 11, 1989)


def test_what_was_reserved_too_much_comes_back(talk: Talk, shirt: Variant) -> None:
    talk.create(order_of(shirt))
    answer = talk("{ orders(first: 100) { nodes { id lineItems(first: 2) { nodes { id } } } } }")
    assert cost(answer) == (2 + 100 * (1 + 2 + 2), 2 + 1 + 2 + 1, 1989 - 6)


def test_a_drained_bucket_throttles_and_refills(
    talk: Talk, shop: Shop, app: App, shirt: Variant, clock: Any
) -> None:
    bucket = shop.grants.installations[app.client_id].bucket
    assert bucket.take(1995)
    answer = talk(ORDER_ID, order=order_of(shirt))
    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert cost(answer) == (11, None, 5)
    assert not shop.orders
    clock.advance(0.06)
    assert talk.create(order_of(shirt))["order"]


def test_a_query_above_a_thousand_points_is_refused(talk: Talk) -> None:
    dear = "{ orders(first: 100) { nodes { lineItems(first: 10) { nodes { id } } } } }"
    assert talk.code(dear) == "MAX_COST_EXCEEDED"


def test_a_document_is_prepared_once(talk: Talk) -> None:
    prepare.cache_clear()
    for _ in range(3):
        talk.ask("{ shop { name } }")
    assert prepare.cache_info().misses == 1
