"""Searches lag, pages hold, and SKUs are found by their words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.shopify import Shop
from sandbox.shopify.catalogue import Variant
from tests.sandbox.conftest import Talk, order_of

FIND = """query($query: String!) { orders(first: 50, query: $query, sortKey: UPDATED_AT) {
  nodes { id name } } }"""
PAGE = """query($after: String, $reverse: Boolean) {
  orders(first: 2, after: $after, sortKey: CREATED_AT, reverse: $reverse) {
    pageInfo { hasNextPage endCursor } nodes { name } } }"""
SKUS = """query($query: String!) { productVariants(first: 25, query: $query) {
  nodes { sku } } }"""


def names(talk: Talk, query: str) -> list[str]:
    return [each["name"] for each in talk.ask(FIND, query=query)["orders"]["nodes"]]


def test_the_search_sees_a_new_order_only_after_its_lag(
    talk: Talk, shop: Shop, shirt: Variant, pass_time: Callable[[float], None]
) -> None:
    shop.index.lag = 30
    made = talk.create(order_of(shirt, sourceIdentifier="k-1", tags=["mk-1"]))["order"]
    assert names(talk, "source_identifier:'k-1'") == []
    assert talk.ask("query($id: ID!) { order(id: $id) { name } }", id=made["id"])["order"]
    pass_time(31)
    assert names(talk, "source_identifier:'k-1'") == ["#1001"]
    assert names(talk, "tag:mk-1") == ["#1001"]


def test_a_changed_field_lags_too(
    talk: Talk, shop: Shop, shirt: Variant, pass_time: Callable[[float], None]
) -> None:
    made = talk.create(order_of(shirt))["order"]
    shop.index.lag = 30
    add = 'mutation($id: ID!) { tagsAdd(id: $id, tags: ["late"]) { userErrors { message } } }'
    talk.ask(add, id=made["id"])
    assert names(talk, "tag:late") == []
    pass_time(31)
    assert names(talk, "tag:late") == ["#1001"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("updated_at:>='2026-11-23T12:01:00Z'", ["#1002"]),
        ("updated_at:>2026-11-23T12:01:00Z", []),
        ("created_at:<'2026-11-23T12:01:00Z'", ["#1001"]),
        ("created_at:>=2026-11-23", ["#1001", "#1002"]),
        ("name:#1002", ["#1002"]),
        ("name:1002", ["#1002"]),
        ("status:open financial_status:paid", ["#1002"]),
        ("financial_status:pending OR name:#1002", ["#1001", "#1002"]),
        ("-tag:red", ["#1002"]),
        ("tag:RED", ["#1001"]),
        ("status:cancelled", []),
    ],
)
def test_search_filters(
    talk: Talk,
    shirt: Variant,
    pass_time: Callable[[float], None],
    query: str,
    found: list[str],
) -> None:
    talk.create(order_of(shirt, tags=["red"]))
    pass_time(60)
    talk.create(order_of(shirt, financialStatus="PAID"))
    assert names(talk, query) == found


def test_an_unknown_filter_is_a_clear_error(talk: Talk, shirt: Variant) -> None:
    talk.create(order_of(shirt))
    answer = talk(FIND, query="colour:red")
    assert "not in the sandbox" in answer["errors"][0]["message"]


@pytest.mark.parametrize("reverse", [False, True])
def test_pages_neither_repeat_nor_miss_while_orders_arrive(
    talk: Talk, shirt: Variant, pass_time: Callable[[float], None], reverse: bool
) -> None:
    for _ in range(5):
        talk.create(order_of(shirt))
        pass_time(1)
    seen: list[str] = []
    after: Any = None
    while True:
        page = talk.ask(PAGE, after=after, reverse=reverse)["orders"]
        seen += [each["name"] for each in page["nodes"]]
        if len(seen) == 2 and reverse:
            talk.create(order_of(shirt))
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    expected = ["#1001", "#1002", "#1003", "#1004", "#1005"]
    assert seen == (expected[::-1] if reverse else expected)


def test_a_connection_needs_its_size(talk: Talk) -> None:
    assert talk.code("{ orders { nodes { id } } }") == "BAD_REQUEST"


def test_skus_are_found_by_words_whatever_the_case(talk: Talk, shop: Shop) -> None:
    for sku in ("AB-1", "ab-1", "AB-1-RED", "AB-10", "X"):
        shop.sells(sku, "Thing", barcode="4006381333931" if sku == "X" else "")

    def found(query: str) -> list[str]:
        nodes = talk.ask(SKUS, query=query)["productVariants"]["nodes"]
        return [each["sku"] for each in nodes]

    assert found("sku:'AB-1'") == ["AB-1", "ab-1", "AB-1-RED"]
    assert found("sku:AB-10 OR sku:X") == ["AB-10", "X"]
    assert found("barcode:4006381333931") == ["X"]
