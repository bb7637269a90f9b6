"""Every document we send is one that Shopify would take."""

from __future__ import annotations

import pytest
from graphql import (
    FieldNode,
    NoDeprecatedCustomRule,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)

from sandbox.shopify.schema import required_access, schema
from stores.shopify import documents
from stores.shopify.connect import MERCHANT_SCOPES, VENDOR_SCOPES

HOME = ("SEEN", "FULFIL", "CORRECT", "ARRIVED", "WITHDRAW")


@pytest.mark.parametrize("name", documents.ALL)
def test_it_is_valid_and_uses_nothing_deprecated(name: str) -> None:
    rules = [*specified_rules, NoDeprecatedCustomRule]
    assert validate(schema(), parse(documents.ALL[name]), rules) == []


@pytest.mark.parametrize("name", documents.ALL)
def test_the_scopes_we_ask_for_cover_it(name: str) -> None:
    scopes = MERCHANT_SCOPES if name.startswith(HOME) else VENDOR_SCOPES
    held = set(scopes) | {scope.replace("write_", "read_") for scope in scopes}
    for place in fields(documents.ALL[name]):
        access = required_access().get(place)
        if access is not None:
            assert held & set(access.scopes), f"{place} needs one of {access.scopes}"


def test_of_a_payment_nothing_is_read_that_tells_of_its_method() -> None:
    touched = {place for text in documents.ALL.values() for place in fields(text)}
    told = {field for kind, field in touched if kind == "OrderTransaction" and field}
    amounts = {"amountSet", "parentTransaction"}
    assert told == {"id", "kind", "status", "gateway", "paymentId"} | amounts


def fields(document: str) -> set[tuple[str, str | None]]:
    """(type, field) of everything the document touches, and (type, None) of every type."""
    info, found = TypeInfo(schema()), set()

    class Collect(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            parent = info.get_parent_type()
            if parent is not None:
                found.update({(parent.name, node.name.value), (parent.name, None)})

    visit(parse(document), TypeInfoVisitor(info, Collect()))
    return found
